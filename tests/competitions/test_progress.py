"""The association console: one reading of plan, cuts, funnel and oddities; the plan's sheet."""

import io
from datetime import date, timedelta

import openpyxl
import pytest

from learning.accounts.models import LoginName
from learning.competitions import services
from learning.competitions.models import Entry
from learning.competitions.queries import progress
from learning.competitions.queries.desks import get_oversight
from learning.competitions.rules.desks import code_of
from learning.competitions.rules.progress import OddKind
from learning.competitions.rules.targets import TypedTarget
from learning.competitions.services import fairness
from learning.kernel.documents import Column, write_workbook
from learning.kernel.errors import Invalid, NotFound
from learning.kernel.permissions import ScopeKind
from tests.competitions.test_enterprises import enrol, make_company, play
from tests.factories.competitions import make_association, make_participant, make_stage
from tests.factories.people import make_actor, make_membership, make_user


def company_in(session, now, stage, name: str, region: str, headcount: int):
    company, _user, hr = make_company(session, now, name, headcount)
    company.region = region
    session.flush()
    enrol(session, now, stage, hr, company)
    return company


def furnish(session, now):
    """Two companies of two provinces and a person by herself; three of six have handed in."""
    stage = make_stage(session, now)
    north = company_in(session, now, stage, "北方厂", "370200", 4)
    south = company_in(session, now, stage, "南方厂", "440100", 10)
    play(session, now, stage, north, ["王", "李", "赵"], handed_in=2)
    play(session, now, stage, south, ["孙", "周"], handed_in=1)
    new = make_user(session, now, "还没激活")
    new.password_hash, new.notice_version = None, 0
    make_membership(session, now, new, south, organisation=south, staff_no="N1")
    make_participant(session, now, stage, "自由人")
    services.recompute_board(session, stage.view(session, now).round_id)
    return stage, north, south


def look(session, now, actor, stage):
    return progress.look(session, actor, get_oversight(session, actor, stage.public_id, now), now)


def set_targets(session, now, stage, *rows: tuple[str, str, str]) -> int:
    typed = [TypedTarget(*row) for row in rows]
    return services.set_targets(session, stage.actor, stage.public_id, typed=typed, now=now)


def office_of(session, now, stage, region: str):
    """Somebody who looks after a region."""
    user = make_user(session, now, "分办人")
    session.add(
        LoginName(
            user_id=user.id,
            kind="email",
            name=f"o{user.id}@example.org",
            name_key=f"email:o{user.id}@example.org",
            created_at=now,
        )
    )
    session.flush()
    services.appoint_office(
        session,
        stage.actor,
        stage.public_id,
        raw_person=f"o{user.id}@example.org",
        title="分办",
        scope_kind=ScopeKind.REGION,
        raw_scope=region,
        now=now,
    )
    return make_actor(user)


class TestLooking:
    def test_the_organiser_sees_everything_and_every_cut_adds_up(self, session, now) -> None:
        stage, north, _south = furnish(session, now)
        set_targets(session, now, stage, ("省份", "山东", "5"), ("province", "44", "15"))

        seen = look(session, now, stage.actor, stage)

        assert (seen.total.entries, seen.total.finished) == (6, 3)
        assert (seen.enrolled, seen.headcount, seen.covered) == (2, 14, 3)
        assert (seen.target, seen.reached_permille, seen.coverage_permille) == (20, 150, 214)
        assert [(p.code, p.units, p.part.finished, p.target) for p in seen.provinces] == [
            ("37", 1, 2, 5),
            ("44", 1, 1, 15),
            ("", 0, 0, None),
        ]
        assert [(u.name, u.part.entries, u.part.finished) for u in seen.units] == [
            ("北方厂", 3, 2),
            ("南方厂", 2, 1),
        ]
        assert seen.units[0].unit_id == north.id
        assert seen.others == 1
        assert seen.funnel.steps == (6, 5, 5, 3, 3)
        assert (seen.days[-1].entries, seen.days[-1].finished) == (6, 3)

    def test_an_office_sees_its_own_region_alone(self, session, now) -> None:
        stage, _north, south = furnish(session, now)
        set_targets(
            session, now, stage, ("合计", "", "99"), ("省份", "山东", "5"), ("省份", "广东", "15")
        )

        seen = look(session, now, office_of(session, now, stage, "440000"), stage)

        assert (seen.total.entries, seen.total.finished) == (2, 1)
        assert [line.code for line in seen.provinces] == ["44"]
        assert [u.unit_id for u in seen.units] == [south.id]
        assert (seen.target, seen.enrolled, seen.funnel.entered) == (15, 1, 2)
        assert seen.days[-1].finished == 1

    def test_an_office_of_a_city_is_not_measured_by_its_province(self, session, now) -> None:
        stage, _north, _south = furnish(session, now)
        set_targets(session, now, stage, ("省份", "广东", "15"))

        assert look(session, now, office_of(session, now, stage, "440100"), stage).target is None

    def test_a_void_entry_counts_nowhere(self, session, now) -> None:
        stage, north, _south = furnish(session, now)
        entry = session.query(Entry).filter(Entry.unit_id == north.id).first()
        view = stage.view(session, now)
        fairness.void_entry(session, stage.actor, view, entry, reason="重复", now=now)
        services.recompute_board(session, view.round_id)

        assert look(session, now, stage.actor, stage).total.entries == 5

    def test_strangers_find_nothing(self, session, now) -> None:
        stage, _north, _south = furnish(session, now)
        _unit, _user, stranger = make_association(session, now, "别的协会")

        with pytest.raises(NotFound):
            look(session, now, stranger, stage)
        with pytest.raises(NotFound):
            services.set_targets(
                session,
                stranger,
                stage.public_id,
                typed=[TypedTarget("合计", "", "1")],
                now=now,
            )

    def test_what_stands_out_is_found(self, session, now) -> None:
        stage, north, _south = furnish(session, now)
        services.correct_headcount(
            session,
            stage.actor,
            stage.public_id,
            raw_unit_id=north.public_id,
            headcount=1,
            now=now,
        )

        seen = look(session, now, stage.actor, stage)

        assert [(o.kind, o.unit.unit_id) for o in seen.oddities] == [(OddKind.OVER, north.id)]


class TestTargets:
    def test_a_wrong_row_leaves_everything_as_it_was(self, session, now) -> None:
        stage, _north, _south = furnish(session, now)
        set_targets(session, now, stage, ("合计", "", "100"))

        with pytest.raises(Invalid):
            set_targets(session, now, stage, ("合计", "", "200"), ("省份", "齐国", "5"))
        set_targets(session, now, stage, ("日期", f"{now.date()}", "7"))

        plan = progress.get_plan(session, stage.view(session, now).id)
        assert (plan.total, plan.days) == (100, {now.date(): 7})

    def test_a_target_without_a_number_is_taken_away(self, session, now) -> None:
        stage, north, _south = furnish(session, now)
        view = stage.view(session, now)
        number = next(
            n for n, u in progress.list_unit_keys(session, view.id).by_enrolment.items()
            if u == north.id
        )  # fmt: skip
        set_targets(session, now, stage, ("单位", code_of(number), "4"))
        assert progress.get_plan(session, view.id).units == {north.id: 4}

        set_targets(session, now, stage, ("单位", code_of(number), ""))

        assert progress.get_plan(session, view.id).units == {}


class TestPages:
    def test_the_plans_own_sheet_is_filled_in_and_taken_back(
        self, open_browser, database, now
    ) -> None:
        with database.transaction() as session:
            stage, _north, _south = furnish(session, now)
        browser = open_browser(stage.manager)
        path = f"/competitions/{stage.public_id}"
        book = openpyxl.load_workbook(io.BytesIO(browser.get(f"{path}/targets.xlsx").data))
        sheet = book.worksheets[0]
        for row in sheet.iter_rows(min_row=2):
            if row[3].value in {"山东", "北方厂"}:
                row[2].value = 1234
        filled = io.BytesIO()
        book.save(filled)
        bad = write_workbook(
            [Column("类别"), Column("名称"), Column("目标")], [("省份", "齐国", 5)]
        )

        refused = browser.post(f"{path}/targets/import", {"file": (io.BytesIO(bad), "坏.xlsx")})
        taken = browser.post(
            f"{path}/targets/import", {"file": (io.BytesIO(filled.getvalue()), "计划.xlsx")}
        )
        page = browser.get(f"{path}/progress").text

        assert refused.status_code == 400
        assert "B2" in refused.text
        assert "没有这个省份" in refused.text
        assert taken.status_code == 303
        assert "1,234" in page
        assert "北方厂" not in page  # nothing odd about it
        units = browser.get(f"{path}/progress/units?province=37").text
        assert "北方厂" in units
        assert "南方厂" not in units

    def test_figures_of_the_workbook_are_those_of_the_page(
        self, open_browser, database, now
    ) -> None:
        with database.transaction() as session:
            stage, _north, _south = furnish(session, now)

        reply = open_browser(stage.manager).get(
            f"/competitions/{stage.public_id}/progress/units.xlsx"
        )

        sheet = openpyxl.load_workbook(io.BytesIO(reply.data)).worksheets[0]
        rows = [[cell.value for cell in row][:6] for row in sheet.iter_rows(min_row=2)]
        assert rows == [["北方厂", "山东", 4, 3, 2, 50], ["南方厂", "广东", 10, 2, 1, 10]]


def test_days_of_a_plan_are_read_as_dates(session, now) -> None:
    stage = make_stage(session, now)
    later = date.fromisoformat(f"{now.date()}") + timedelta(days=30)
    set_targets(session, now, stage, ("日期", later.isoformat(), "40"))

    assert progress.get_plan(session, stage.view(session, now).id).days == {later: 40}
