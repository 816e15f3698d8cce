"""The table of a paper: rows become sections and come back; the pool is counted while one writes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from learning.attempts.queries import get_attempt
from learning.attempts.rules import Blueprint, Cell
from learning.exams.models import Admission, SittingRoom
from learning.exams.rules import (
    KINDS,
    MultipleMarking,
    Row,
    SectionPlan,
    SittingRules,
    arrange,
    blueprint_of,
    normalised,
    problems_of,
    rows_of,
)
from learning.exams.services import create_sitting, start_sitting
from learning.kernel.errors import Invalid
from learning.question_bank.rules import Band, ItemKind, Level, Pool
from tests.exams.halls import hall_of
from tests.exams.test_desk import form_of
from tests.factories.exams import make_candidate, make_hall, make_plan
from tests.factories.people import make_user

ONE, TWO = Decimal(1), Decimal(2)
rows = st.lists(
    st.builds(
        Row,
        kind=st.sampled_from(KINDS),
        count=st.integers(0, 9),
        points=st.sampled_from([ONE, TWO]),
        area=st.sampled_from(["", "可靠性"]),
        level=st.sampled_from([None, *Level]),
        band=st.sampled_from([None, *Band]),
        title=st.sampled_from(["", "专业部分"]),
        marking=st.sampled_from([None, *MultipleMarking]),
        minutes=st.integers(0, 40),
    ),
    max_size=12,
)


def rules_of(sections: tuple[SectionPlan, ...]) -> SittingRules:
    return SittingRules("b", Pool.SECURE, sections, cut_points=ONE, unseen_days=30)


def sections_of(table: list[Row]) -> tuple[SectionPlan, ...]:
    return arrange(table, MultipleMarking.ALL_OR_NOTHING).sections


class TestArranging:
    @given(rows)
    def test_every_row_that_asks_is_a_cell_at_the_place_that_is_told(self, table) -> None:
        made = arrange(table, MultipleMarking.ALL_OR_NOTHING)

        blueprint = blueprint_of(rules_of(made.sections))
        cells = [cell for s in blueprint.sections for cell in s.cells or (Cell(s.count),)]
        assert [table[place].cell for place in made.order] == cells
        assert sorted(made.order) == [n for n, row in enumerate(table) if row.count]

    @given(rows)
    def test_sections_come_back_as_they_were_stored(self, table) -> None:
        rules = normalised(rules_of(sections_of(table)))

        assert normalised(rules) == rules
        assert arrange(rows_of(rules.sections), rules.multiple_marking).sections == rules.sections
        assert Blueprint.from_json(blueprint_of(rules).to_json()) == blueprint_of(rules)

    def test_rows_alike_are_one_section_and_others_several_of_one_kind(self) -> None:
        easy = Row(ItemKind.SINGLE, 3, ONE, band=Band.EASY)
        hard = Row(ItemKind.SINGLE, 2, ONE, band=Band.HARD)
        dear = Row(ItemKind.SINGLE, 4, TWO)

        sections = sections_of([easy, dear, hard])

        assert sections == (
            SectionPlan(ItemKind.SINGLE, 5, ONE, cells=(easy.cell, hard.cell)),
            SectionPlan(ItemKind.SINGLE, 4, TWO),
        )

    def test_the_limits_of_rows_alike_add_up(self) -> None:
        table = [
            Row(ItemKind.SINGLE, 3, ONE, band=Band.EASY, minutes=20),
            Row(ItemKind.SINGLE, 2, ONE, band=Band.HARD, minutes=15),
        ]

        assert [section.minutes for section in sections_of(table)] == [35]

    def test_each_section_of_multiple_choice_has_its_own_marking(self) -> None:
        table = [
            Row(ItemKind.MULTIPLE, 3, ONE),
            Row(ItemKind.MULTIPLE, 3, ONE, marking=MultipleMarking.HALF),
        ]

        first, second = blueprint_of(rules_of(sections_of(table))).sections

        assert first.marking != second.marking

    @pytest.mark.parametrize(
        ("section", "place"),
        [
            (SectionPlan(ItemKind.SINGLE, 3, ONE, cells=(Cell(2),)), "paper_count"),
            (SectionPlan(ItemKind.SINGLE, 1, ONE, cells=(Cell(2), Cell(-1))), "paper_count"),
            (SectionPlan(ItemKind.SINGLE, 61, ONE, cells=(Cell(1),) * 61), "paper_count"),
            (SectionPlan(ItemKind.SINGLE, 1, ONE, cells=(Cell(1, "长" * 121),)), "paper_area"),
            (SectionPlan(ItemKind.SINGLE, 1, ONE, title="长" * 61), "paper_title"),
        ],
    )
    def test_a_table_that_does_not_add_up_is_refused(self, now, section, place) -> None:
        plan = make_plan(now, sections=(section,), cut_points=ONE)

        assert [problem.place for problem in problems_of(plan)] == [place]


def test_a_sitting_keeps_its_cells_and_names_the_one_that_is_short(session, now) -> None:
    hall = make_hall(session, now)
    cells = (Cell(2, "示例知识点"), Cell(1, level=Level.MASTER))
    plan = make_plan(
        now, sections=(SectionPlan(ItemKind.SINGLE, 3, Decimal(4), cells=cells),), unseen_days=30
    )

    def write(wanted) -> str:
        organiser = hall.association.public_id
        return create_sitting(session, hall.actor, raw_organiser_id=organiser, plan=wanted, now=now)

    hall.public_id = write(plan)
    assert hall.view(session, now).plan == plan
    hard = SectionPlan(ItemKind.SINGLE, 3, Decimal(4), cells=(*cells[:1], Cell(1, band=Band.HARD)))
    with pytest.raises(Invalid) as refused:
        write(make_plan(now, sections=(hard,)))
    assert [(p.line, p.code) for p in refused.value.problems] == [(2, "shortage")]


def test_neighbours_in_a_room_get_different_parallel_forms(session, now) -> None:
    hall = make_hall(session, now, forms=2)
    room = SittingRoom(
        public_id="r" * 26,
        sitting_id=hall.view(session, now).id,
        name="一",
        place="",
        seats=9,
        created_at=now,
    )
    session.add(room)
    session.flush()
    forms = []
    for seat in (3, 4, 5):
        actor = make_candidate(session, now, hall, f"考生{seat}")
        session.execute(
            update(Admission)
            .where(Admission.user_id == actor.user_id)
            .values(room_id=room.id, seat=seat)
        )
        attempt = start_sitting(session, actor, hall.public_id, device_token="d", now=now)
        forms.append(get_attempt(session, actor.user_id, attempt).form)

    assert forms[0] == forms[2] != forms[1]
    assert {form.seed for form in forms} == {"A", "B"}


class TestPool:
    def ask(self, open_browser, hall, **changes: str):
        return open_browser(hall.examiner).post("/sittings/pool", form_of(**changes))

    def test_each_row_is_told_what_the_pool_holds(self, open_browser, database, now) -> None:
        hall = hall_of(database, now)

        told = self.ask(
            open_browser, hall, **{"rows-0-area": "没有的", "rows-1-level": "master"}
        ).get_json()

        assert told["areas"] == ["示例知识点"]
        assert [row["found"] for row in told["rows"]] == [0, 5]
        assert told["rows"][0]["problem"] == ("所选题源不够（需要 > 现有）：单项选择题，3 > 0")
        assert told["rows"][1]["problem"] == ""

    def test_a_row_half_written_is_no_error(self, open_browser, database, now) -> None:
        hall = hall_of(database, now)

        told = self.ask(open_browser, hall, **{"rows-0-count": "", "opens_at": ""})

        assert (told.status_code, told.get_json()["rows"]) == (200, [])

    def test_a_foreign_source_and_a_person_without_the_right_are_refused(
        self, open_browser, database, now
    ) -> None:
        hall = hall_of(database, now)
        with database.transaction() as session:
            other = make_user(session, now)

        assert self.ask(open_browser, hall, source="elsewhere:secure").status_code == 400
        assert open_browser(other).post("/sittings/pool", form_of()).status_code == 403

    def test_the_row_that_is_short_is_marked_when_the_form_comes_back(
        self, open_browser, database, now
    ) -> None:
        hall = hall_of(database, now, is_open=False)
        desk = open_browser(hall.examiner)

        reply = desk.post(f"/sittings/{hall.public_id}/edit", form_of(**{"rows-1-band": "hard"}))

        assert reply.status_code == 400
        assert "第 2 行：所选题源不够（需要 &gt; 现有）：多项选择题，2 &gt; 0" in reply.text
