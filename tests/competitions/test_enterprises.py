"""Enterprises: enrolling, headcounts, the published board, one's own people's results."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import event, func, select

from learning.competitions import queries, services
from learning.competitions.models import EnterpriseEnrolment, EnterpriseResult
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Role
from learning.organisations.models import Membership
from tests.factories.competitions import add_scored_attempt, make_association, make_stage
from tests.factories.people import (
    grant_role,
    make_actor,
    make_membership,
    make_unit,
    make_user,
    unit_grant,
)


def make_company(session, now, name="示例机械集团", headcount=None):
    """An organisation with its HR manager, as (unit, user, actor)."""
    company = make_unit(session, now, name=name)
    company.headcount = headcount
    hr = make_user(session, now, "人事")
    grant_role(session, now, hr, Role.HR_MANAGER, company)
    return company, hr, make_actor(hr, unit_grant(Role.HR_MANAGER, company))


def enrol(session, now, stage, hr, company) -> bool:
    return services.enrol_enterprise(
        session, hr, stage.public_id, raw_unit_id=company.public_id, now=now
    )


def play(session, now, stage, company, names, *, handed_in, department=None):
    """People of a company enter; those before `handed_in` hand in with falling points."""
    assessment_id = stage.view(session, now).assessment_id
    users = []
    for number, name in enumerate(names):
        user = make_user(session, now, name)
        make_membership(
            session,
            now,
            user,
            department or company,
            organisation=company,
            staff_no=f"00{user.id}",
        )
        services.enter_competition(session, make_actor(user), stage.public_id, now=now)
        if number < handed_in:
            add_scored_attempt(
                session,
                assessment_id,
                user.id,
                points_milli=20_000 - 1000 * number,
                started_at=now,
            )
        users.append(user)
    return users


def close(session, stage, now) -> None:
    plan = services.plan_close(session, stage.view(session, now))
    services.close_competition(session, plan, actor=stage.actor, now=now)


class TestEnrolling:
    def test_an_enrolment_freezes_the_headcount_and_is_in_the_audit(self, session, now) -> None:
        stage = make_stage(session, now)
        company, _, hr = make_company(session, now, headcount=120)

        outcomes = [enrol(session, now, stage, hr, company) for _ in range(2)]
        company.headcount = 7
        session.flush()

        enrolment = session.scalars(select(EnterpriseEnrolment)).one()
        assert outcomes == [True, False]
        assert (enrolment.headcount, enrolment.enrolled_by) == (120, hr.user_id)
        acts = session.scalars(select(AuditEntry.act).where(AuditEntry.actor_id == hr.user_id))
        assert list(acts) == ["competition.enrolled"]

    def test_what_cannot_be_enrolled_looks_missing(self, session, now) -> None:
        stage, draft = make_stage(session, now), make_stage(session, now, is_open=False)
        company, _, hr = make_company(session, now)
        foreign, _, _ = make_company(session, now, "别的企业")
        shop = make_unit(session, now, kind="department", name="一车间", parent=company)

        for raw in (foreign.public_id, shop.public_id, "", "x" * 5000, "\x00", "0" * 26, "甲"):
            with pytest.raises(NotFound):
                services.enrol_enterprise(session, hr, stage.public_id, raw_unit_id=raw, now=now)
        with pytest.raises(NotFound):
            enrol(session, now, draft, hr, company)

    def test_after_the_window_nobody_enrols(self, session, now) -> None:
        stage = make_stage(session, now)
        company, _, hr = make_company(session, now)

        with pytest.raises(Conflict, match="closed"):
            enrol(session, now + timedelta(hours=9), stage, hr, company)

    def test_parallel_enrolments_give_one_row(self, database, now) -> None:
        with database.transaction() as session:
            stage = make_stage(session, now)
            company, _, hr = make_company(session, now)

        def once(_: int) -> bool:
            with database.transaction() as session:
                return enrol(session, now, stage, hr, company)

        with ThreadPoolExecutor(8) as pool:
            outcomes = list(pool.map(once, range(24)))

        assert outcomes.count(True) == 1
        with database.session(write=False) as session:
            assert session.scalar(select(func.count()).select_from(EnterpriseEnrolment)) == 1


class TestHeadcounts:
    def correct(self, session, now, stage, company, headcount, actor=None) -> None:
        services.correct_headcount(
            session,
            actor or stage.actor,
            stage.public_id,
            raw_unit_id=company.public_id,
            headcount=headcount,
            now=now,
        )

    def test_a_correction_counts_and_is_in_the_audit(self, session, now) -> None:
        stage = make_stage(session, now)
        company, _, hr = make_company(session, now, headcount=5)
        enrol(session, now, stage, hr, company)
        play(session, now, stage, company, ["甲", "乙"], handed_in=2)

        self.correct(session, now, stage, company, 3)
        close(session, stage, now)

        row = queries.get_enterprise_page(session, stage.view(session, now).id, page=1).rows[0]
        assert (row.tally.headcount, row.tally.coverage_permille) == (3, 666)
        said = session.scalars(
            select(AuditEntry.details).where(AuditEntry.act == "competition.headcount_corrected")
        ).one()
        assert '"from":5' in said.replace(" ", "")
        with pytest.raises(Conflict, match="closed"):
            self.correct(session, now, stage, company, 4)

    def test_only_the_organiser_corrects_and_only_what_is_enrolled(self, session, now) -> None:
        stage = make_stage(session, now)
        company, _, hr = make_company(session, now)
        _, _, stranger = make_association(session, now, name="另一协会")

        with pytest.raises(NotFound):
            self.correct(session, now, stage, company, 3)
        enrol(session, now, stage, hr, company)
        for actor in (stranger, hr):
            with pytest.raises(NotFound):
                self.correct(session, now, stage, company, 3, actor)
        for headcount in (-1, 10_000_001):
            with pytest.raises(Invalid):
                self.correct(session, now, stage, company, headcount)

    def test_a_close_sees_what_enrolled_after_the_plan_and_refuses_new_entries(
        self, session, now
    ) -> None:
        stage = make_stage(session, now)
        company, _, hr = make_company(session, now, headcount=4)
        early = services.plan_close(session, stage.view(session, now))
        play(session, now, stage, company, ["甲"], handed_in=0)
        with pytest.raises(Conflict, match="changed"), session.begin_nested():
            services.close_competition(session, early, actor=stage.actor, now=now)
        plan = services.plan_close(session, stage.view(session, now))
        enrol(session, now, stage, hr, company)

        services.close_competition(session, plan, actor=stage.actor, now=now)

        row = session.scalars(select(EnterpriseResult)).one()
        assert (row.is_enrolled, row.entries, row.participants, row.standing) == (True, 1, 0, None)


class TestOwnResults:
    @pytest.fixture
    def played(self, database, now):
        with database.transaction() as session:
            stage = make_stage(session, now)
            company, hr, actor = make_company(session, now, headcount=10)
            other, other_hr, _ = make_company(session, now, "别的企业")
            shop = make_unit(session, now, kind="department", name="一车间", parent=company)
            enrol(session, now, stage, actor, company)
            names = ["=cmd|' /C calc'!A0", "王小明", "没交卷"]
            users = play(session, now, stage, company, names, handed_in=2, department=shop)
            play(session, now, stage, other, ["别人家的"], handed_in=1)
            for name in ("没报名甲", "没报名乙"):
                make_membership(session, now, make_user(session, now, name), company)
            moved = session.scalars(
                select(Membership).where(Membership.user_id == users[1].id)
            ).one()
            moved.valid_to = now + timedelta(seconds=1)
            store = make_unit(session, now, kind="department", name="仓库", parent=company)
            later = make_membership(session, now, users[1], store, organisation=company)
            later.valid_from = moved.valid_to
        return stage, hr, other_hr

    def take(self, browser, stage):
        return browser.get(f"/competitions/{stage.public_id}/own-results.xlsx")

    def test_before_the_close_there_is_nothing_to_take(self, open_browser, played) -> None:
        stage, hr, _ = played

        assert self.take(open_browser(hr), stage).status_code == 409

    def test_an_enterprise_takes_its_own_people_home(
        self, open_browser, database, now, played, clock
    ) -> None:
        stage, hr, _ = played
        with database.transaction() as session:
            close(session, stage, now)
        clock.move_to(now + timedelta(minutes=1), tick=False)

        reply = self.take(open_browser(hr), stage)

        book = openpyxl.load_workbook(io.BytesIO(reply.data))
        head, *rows = list(book.worksheets[0].values)
        by_name = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
        assert set(by_name) == {"=cmd|' /C calc'!A0", "王小明", "没交卷"}
        assert book.worksheets[0].cell(2, 1).data_type == "s"
        mine = by_name["王小明"]
        assert (mine["部门（报名时）"], mine["部门（现在）"]) == ("一车间", "仓库")
        assert (mine["名次"], mine["得分"], mine["作答次数"], mine["状态"]) == (3, 19, 1, "已交卷")
        absent = by_name["没交卷"]
        assert (absent["名次"], absent["得分"], absent["状态"]) == (None, None, "未交卷")
        assert absent["工号"].startswith("00")
        notes = [row[0] for row in book.worksheets[1].values]
        assert any("现有 5 人，代表本单位报名 3 人，没有报名 2 人" in note for note in notes)
        with database.session(write=False) as session:
            acts = session.scalars(
                select(AuditEntry.act).where(AuditEntry.actor_id == hr.id).order_by(AuditEntry.id)
            ).all()
        assert acts[-1] == "competition.own_results_downloaded"

    def test_another_enterprise_sees_none_of_them(
        self, open_browser, database, now, played
    ) -> None:
        stage, _, other_hr = played
        with database.transaction() as session:
            close(session, stage, now)

        reply = self.take(open_browser(other_hr), stage)

        rows = list(openpyxl.load_workbook(io.BytesIO(reply.data)).worksheets[0].values)
        assert [row[0] for row in rows[1:]] == ["别人家的"]

    def test_the_number_of_statements_does_not_grow_with_the_people(
        self, open_browser, database, now, played
    ) -> None:
        stage, hr, _ = played
        with database.transaction() as session:
            company = session.scalars(select(EnterpriseEnrolment.unit_id)).one()
            unit = session.get_one(type(stage.association), company)
            play(session, now, stage, unit, [f"员工{n}" for n in range(40)], handed_in=30)
            close(session, stage, now)
        browser = open_browser(hr)
        statements: list[str] = []
        event.listen(
            database.engine, "before_cursor_execute", lambda *told: statements.append(told[2])
        )

        self.take(browser, stage)

        assert len([s for s in statements if s.startswith(("SELECT", "WITH"))]) <= 16


class TestEntriesOf:
    def test_results_of_people_show_only_what_is_published(self, session, now) -> None:
        stage, closed = make_stage(session, now), make_stage(session, now)
        company, _, _ = make_company(session, now)
        play(session, now, stage, company, ["丙"], handed_in=1)
        users = play(session, now, closed, company, ["甲", "乙", "丁"], handed_in=2)
        services.enter_competition(session, make_actor(users[0]), stage.public_id, now=now)
        close(session, closed, now)

        found = queries.list_entries_of(session, [user.id for user in users], now)

        told = sorted(
            (r.user_id - users[0].id, r.points_milli, r.standing, r.max_milli)
            for r in found
            if r.competition_public_id == closed.public_id
        )
        open_one = [r for r in found if r.competition_public_id == stage.public_id]
        assert told == [(0, 20_000, 1, 20_000), (1, 19_000, 2, 20_000), (2, None, None, 20_000)]
        assert [(r.user_id, r.points_milli, r.standing) for r in open_one] == [
            (users[0].id, None, None)
        ]
        assert queries.list_entries_of(session, [], now) == []

    def test_the_number_of_statements_is_constant(self, session, now) -> None:
        stages = [make_stage(session, now) for _ in range(3)]
        user = make_user(session, now)
        for stage in stages:
            services.enter_competition(session, make_actor(user), stage.public_id, now=now)
            close(session, stage, now)
        statements: list[str] = []
        listener = lambda *told: statements.append(told[2])  # noqa: E731
        engine = session.get_bind().engine
        event.listen(engine, "before_cursor_execute", listener)

        queries.list_entries_of(session, [user.id], now)

        event.remove(engine, "before_cursor_execute", listener)
        assert len(statements) == 2
