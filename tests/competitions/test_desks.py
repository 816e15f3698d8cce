"""Who looks after which units of a competition, and headcounts that units declare."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from learning.accounts.models import User
from learning.accounts.services import add_login_name
from learning.competitions import queries, services
from learning.competitions.models import EnterpriseEnrolment, HeadcountDeclaration
from learning.competitions.queries import desks
from learning.competitions.rules.desks import (
    DeskRole,
    TypedHeadcount,
    check_headcount,
    code_of,
    number_of,
)
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Role, ScopeKind
from tests.competitions.test_enterprises import close, enrol, make_company, play
from tests.factories.competitions import make_association, make_stage
from tests.factories.people import grant_role, make_actor, make_unit, make_user, unit_grant
from tests.world.people import PNG


def make_hr(session, now, name, **place):
    company = make_unit(session, now, name=name, **place)
    hr = make_user(session, now, "人事")
    grant_role(session, now, hr, Role.HR_MANAGER, company)
    return company, make_actor(hr, unit_grant(Role.HR_MANAGER, company))


def make_office(session, now, stage, kind, scope, phone="13900000001"):
    user = make_user(session, now, "省协会干事")
    add_login_name(session, user, "phone", phone, now=now)
    services.appoint_office(
        session,
        stage.actor,
        stage.public_id,
        raw_person=phone,
        title="示例分办",
        scope_kind=kind,
        raw_scope=scope,
        now=now,
    )
    return make_actor(user)


def declare(session, now, stage, actor, company, headcount="50", content=PNG, as_of=None):
    typed = TypedHeadcount(headcount, (as_of or now.date()).isoformat(), "证明.png", content)
    return services.declare_headcount(
        session, actor, stage.public_id, raw_unit_id=company.public_id, typed=typed, now=now
    )


def decide(session, now, stage, actor, company, declaration, *, confirms=True, reason=""):
    services.decide_headcount(
        session,
        actor,
        stage.public_id,
        raw_unit_id=company.public_id,
        raw_declaration_id=declaration,
        confirms=confirms,
        raw_reason=reason,
        now=now,
    )


def seen(session, now, stage, actor) -> set[str]:
    oversight = desks.get_oversight(session, actor, stage.public_id, now)
    rows, total = queries.list_unit_figures(
        session, oversight.competition, page=1, among=oversight.units
    )
    assert total == len(rows)
    return {row.name for row in rows}


class TestOffices:
    @pytest.fixture
    def stage(self, session, now):
        return make_stage(session, now)

    @pytest.fixture
    def companies(self, session, now, stage):
        made = {}
        for name, place in {
            "山东机械": {"region": "370200", "industry": "C34"},
            "江苏机械": {"region": "320500", "industry": "C34"},
            "江苏纺织": {"region": "320100", "industry": "C17"},
        }.items():
            company, hr = make_hr(session, now, name, **place)
            enrol(session, now, stage, hr, company)
            made[name] = (company, hr)
        return made

    @pytest.mark.parametrize(
        ("kind", "scope", "expected"),
        [
            (ScopeKind.REGION, "370000", {"山东机械"}),
            (ScopeKind.REGION, "32", {"江苏机械", "江苏纺织"}),
            (ScopeKind.INDUSTRY, "C34", {"山东机械", "江苏机械"}),
        ],
    )
    def test_an_office_sees_the_units_of_its_scope_alone(
        self, session, now, stage, companies, kind, scope, expected
    ) -> None:
        office = make_office(session, now, stage, kind, scope)

        assert seen(session, now, stage, office) == expected
        for name, (company, _hr) in companies.items():
            if name in expected:
                desk = desks.get_desk(session, office, stage.public_id, company.public_id, now)
                assert desk.role is DeskRole.OFFICE
            else:
                with pytest.raises(NotFound):
                    desks.get_desk(session, office, stage.public_id, company.public_id, now)

    def test_an_office_of_a_subtree_sees_what_stands_below(self, session, now, stage) -> None:
        group, _hr = make_hr(session, now, "某集团", code="JT1")
        child, hr = make_hr(session, now, "某子公司", parent=group)
        enrol(session, now, stage, hr, child)

        office = make_office(session, now, stage, ScopeKind.UNIT, "jt1")

        assert seen(session, now, stage, office) == {"某子公司"}

    def test_an_office_ends_and_is_of_its_competition_alone(
        self, session, now, stage, companies
    ) -> None:
        other = make_stage(session, now)
        office = make_office(session, now, stage, ScopeKind.REGION, "37")
        with pytest.raises(NotFound):
            desks.get_oversight(session, office, other.public_id, now)
        view = stage.view(session, now)
        found = desks.list_offices(session, view.id)[0]
        _, _, stranger = make_association(session, now, name="另一协会")
        for actor in (stranger, office):
            with pytest.raises(NotFound):
                services.end_office(
                    session, actor, stage.public_id, raw_office_id=found.public_id, now=now
                )

        services.end_office(
            session, stage.actor, stage.public_id, raw_office_id=found.public_id, now=now
        )

        with pytest.raises(NotFound):
            desks.get_oversight(session, office, stage.public_id, now)
        acts = list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)))
        assert acts[-1] == "competition.office_ended"

    def test_nobody_and_no_place_are_told_apart_by_field(self, session, now, stage) -> None:
        with pytest.raises(Invalid) as caught:
            services.appoint_office(
                session,
                stage.actor,
                stage.public_id,
                raw_person="13700000000",
                title=" ",
                scope_kind=ScopeKind.REGION,
                raw_scope="青岛",
                now=now,
            )
        assert [p.place for p in caught.value.problems] == ["person", "title", "scope"]

    def test_hr_sees_its_own_unit_and_no_list(self, session, now, stage, companies) -> None:
        company, hr = companies["山东机械"]
        foreign, _ = companies["江苏机械"]

        desk = desks.get_desk(session, hr, stage.public_id, company.public_id, now)
        assert desk.role is DeskRole.UNIT
        for raw in (foreign.public_id, "0" * 26, "\x00"):
            with pytest.raises(NotFound):
                desks.get_desk(session, hr, stage.public_id, raw, now)
        with pytest.raises(NotFound):
            desks.get_oversight(session, hr, stage.public_id, now)


class TestHeadcounts:
    @pytest.fixture
    def stage(self, session, now):
        return make_stage(session, now)

    @pytest.fixture
    def unit(self, session, now, stage):
        company, _user, hr = make_company(session, now, headcount=10)
        enrol(session, now, stage, hr, company)
        return company, hr

    def counted(self, session) -> int | None:
        return session.scalars(select(EnterpriseEnrolment.headcount)).one()

    def test_what_was_declared_counts_once_confirmed(self, session, now, stage, unit) -> None:
        company, hr = unit
        declaration = declare(session, now, stage, hr, company, "4")
        assert self.counted(session) == 10

        decide(session, now, stage, stage.actor, company, declaration)
        play(session, now, stage, company, ["甲", "乙", "丙"], handed_in=3)
        close(session, stage, now)

        row = queries.get_enterprise_page(session, stage.view(session, now).id, page=1).rows[0]
        assert (row.tally.headcount, row.tally.coverage_permille) == (4, 750)
        desk = desks.get_desk(session, hr, stage.public_id, company.public_id, now)
        history = desks.list_declarations(session, desk)
        assert [(d.headcount, d.state) for d in history] == [(4, "confirmed"), (10, "roster")]
        with pytest.raises(Conflict, match="closed"):
            declare(session, now, stage, hr, company, "5")

    def test_the_declarer_and_the_units_own_hr_do_not_confirm(
        self, session, now, stage, unit
    ) -> None:
        company, hr = unit
        declaration = declare(session, now, stage, hr, company)
        with pytest.raises(NotFound):
            decide(session, now, stage, hr, company, declaration)
        own = declare(session, now, stage, stage.actor, company)
        with pytest.raises(Conflict, match="declaration_own"):
            decide(session, now, stage, stage.actor, company, own)
        with pytest.raises(Conflict, match="declaration_decided"):  # replaced meanwhile
            decide(session, now, stage, stage.actor, company, declaration)
        assert self.counted(session) == 10

    def test_a_refusal_needs_a_reason_and_changes_nothing(self, session, now, stage, unit) -> None:
        company, hr = unit
        declaration = declare(session, now, stage, hr, company)
        with pytest.raises(Invalid):
            decide(session, now, stage, stage.actor, company, declaration, confirms=False)

        decide(
            session,
            now,
            stage,
            stage.actor,
            company,
            declaration,
            confirms=False,
            reason="与社保不符",
        )

        assert self.counted(session) == 10
        states = list(session.scalars(select(HeadcountDeclaration.state)))
        assert sorted(states) == ["refused", "roster"]

    @pytest.mark.parametrize(
        "content", [b"<script>alert(1)</script>", b"MZ\x90\x00" + b"\0" * 200, b"%!PS-Adobe", b""]
    )
    def test_files_that_are_no_paper_are_refused(self, session, now, stage, unit, content) -> None:
        company, hr = unit
        with pytest.raises(Invalid) as caught:
            declare(session, now, stage, hr, company, content=content)
        assert [p.place for p in caught.value.problems] == ["evidence"]

    def test_a_strangers_declaration_looks_missing(self, session, now, stage, unit) -> None:
        company, hr = unit
        declaration = declare(session, now, stage, hr, company)
        foreign, foreign_hr = make_hr(session, now, "别的企业")
        enrol(session, now, stage, foreign_hr, foreign)

        for actor, target in ((foreign_hr, foreign), (foreign_hr, company), (hr, foreign)):
            with pytest.raises(NotFound):
                services.open_declaration(
                    session,
                    actor,
                    stage.public_id,
                    raw_unit_id=target.public_id,
                    raw_declaration_id=declaration,
                    now=now,
                )
        found = services.open_declaration(
            session,
            hr,
            stage.public_id,
            raw_unit_id=company.public_id,
            raw_declaration_id=declaration,
            now=now,
        )
        assert found.content == PNG


class TestRules:
    def test_all_that_is_wrong_is_said_at_once(self) -> None:
        typed = TypedHeadcount("十", "明天", "", b"")
        wish, problems = check_headcount(typed, today=date(2026, 9, 1))
        assert wish is None
        assert {p.place for p in problems} == {"headcount", "as_of", "evidence"}

    @pytest.mark.parametrize("days", [-1, 401])
    def test_a_day_to_come_or_long_past_is_refused(self, days) -> None:
        today = date(2026, 9, 1)
        typed = TypedHeadcount("7", (today - timedelta(days=days)).isoformat(), "a.png", PNG)
        wish, problems = check_headcount(typed, today=today)
        assert (wish, [p.code for p in problems]) == (None, ["as_of_range"])

    def test_a_code_finds_a_mistyped_digit(self) -> None:
        assert code_of(42) == "000042-0"
        assert number_of("000042-0") == 42
        wrong = [f"{d}00042-0" for d in "123456789"] + ["000043-0", "000042-1", "x", ""]
        assert [number_of(text) for text in wrong] == [None] * len(wrong)


class TestPages:
    def test_an_office_works_through_its_pages(self, open_browser, database, now) -> None:
        with database.transaction() as session:
            stage = make_stage(session, now)
            company, hr = make_hr(session, now, "山东机械" * 20, region="370200")
            enrol(session, now, stage, hr, company)
            declaration = declare(session, now, stage, hr, company)
            office = make_office(session, now, stage, ScopeKind.REGION, "37")
            user = session.get_one(User, office.user_id)
        browser = open_browser(user)
        base = f"/competitions/{stage.public_id}"

        assert "我分办的竞赛" in browser.get("/competitions").text
        assert "我负责的单位" in browser.get(base).text
        assert "待核实的人数" in browser.get(f"{base}/units").text
        page = f"{base}/units/{company.public_id}"
        assert "核实无误" in browser.get(page).text
        file = browser.post(f"{page}/headcount/{declaration}/evidence")
        assert (file.data, file.headers["Content-Disposition"]) == (
            PNG,
            'attachment; filename="headcount.png"',
        )
        assert "sandbox" in file.headers["Content-Security-Policy"]
        sent = {"decision": "confirm", "reason": ""}
        assert browser.post(f"{page}/headcount/{declaration}/decide", sent).status_code == 303
        assert "已核实" in browser.get(page).text
        assert browser.get(f"{base}/manage").status_code == 403

    def test_a_form_with_mistakes_comes_back_with_them(self, open_browser, database, now) -> None:
        with database.transaction() as session:
            stage = make_stage(session, now)
            company, hr, actor = make_company(session, now, headcount=10)
            enrol(session, now, stage, actor, company)
        browser = open_browser(hr)
        address = f"/competitions/{stage.public_id}/units/{company.public_id}/headcount"

        reply = browser.post(address, {"headcount": "x", "as_of": "2026-13-40"})

        assert reply.status_code == 400
        for words in ("人数填整数", "请选日期", "请附证明材料"):
            assert words in reply.text
