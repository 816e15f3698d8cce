"""Fixed papers: items named by hand, in their order, each with its worth; what cannot be is named."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from learning.attempts.models import Assessment, Attempt
from learning.attempts.rules import Form
from learning.exams import services
from learning.exams.rules import (
    KINDS,
    NamedRow,
    SittingRules,
    named_sections,
    named_text,
    normalised,
    parse_named,
    problems_of,
)
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Role
from learning.question_bank.models import ItemRow
from learning.question_bank.queries import get_documents
from learning.question_bank.rules import ItemKind, Pool
from tests.exams.halls import hall_of
from tests.exams.test_desk import form_of
from tests.factories.exams import BANK, make_candidate, make_hall, make_plan
from tests.factories.items import make_item
from tests.factories.people import grant_role

TEXT = "m-003 2\ns-002 1.5\n\ns-001，1.5\ns-003"
PLAN = make_plan(datetime(2026, 7, 1, tzinfo=UTC))
CODES = ["m-003", "s-002", "s-001", "s-003"]
codes = st.text("abcdefghij-0123456789", min_size=1, max_size=9)
rows = st.lists(
    st.tuples(codes, st.sampled_from([Decimal(1), Decimal("0.5")])),
    min_size=1,
    max_size=9,
    unique_by=lambda row: row[0],
)


def chosen(session, now, text=TEXT, *, pool=Pool.CONTEST, unseen_days=0, is_marked=False):
    found, problems = parse_named(text)
    assert problems == []
    return services.choose_items(
        session,
        BANK,
        pool,
        found,
        opens_at=now - timedelta(hours=1),
        unseen_days=unseen_days,
        is_marked=is_marked,
    )


def refusals(session, now, text, **how) -> list[tuple[int | None, str]]:
    with pytest.raises(Invalid) as refused:
        chosen(session, now, text, **how)
    return [(problem.line, problem.code) for problem in refused.value.problems]


def fixed_hall(session, now, *, text=TEXT, **changes):
    hall = make_hall(session, now, is_open=False)
    plan = make_plan(now, sections=chosen(session, now, text), cut_points=Decimal(3), **changes)
    services.edit_sitting(session, hall.actor, hall.public_id, plan=plan, now=now)
    services.open_sitting(session, hall.actor, hall.public_id, now=now)
    return hall


def form_at(session, hall, now, name="考生甲") -> Form:
    actor = make_candidate(session, now, hall, name)
    services.start_sitting(session, actor, hall.public_id, device_token="d", now=now)
    found = session.scalars(select(Attempt.form).where(Attempt.user_id == actor.user_id)).one()
    return Form.from_json(found)


class TestReading:
    def test_lines_are_codes_with_points_and_one_point_where_none_is_said(self) -> None:
        found, problems = parse_named(TEXT)

        assert problems == []
        assert [(row.line, row.code, row.points) for row in found] == [
            (1, "m-003", Decimal(2)),
            (2, "s-002", Decimal("1.5")),
            (4, "s-001", Decimal("1.5")),
            (5, "s-003", Decimal(1)),
        ]

    def test_what_is_wrong_is_named_by_its_line(self) -> None:
        _rows, problems = parse_named("s-001 1\ns-001 2\nx y\n" + "长" * 61 + "\na 1 2")

        assert [(p.line, p.code) for p in problems] == [
            (2, "named_twice"),
            (3, "named_line"),
            (4, "named_line"),
            (5, "named_line"),
        ]
        assert [p.code for p in parse_named(" \n")[1]] == ["named_empty"]

    @given(rows, st.data())
    def test_sections_give_back_the_paper_in_its_order(self, table, data) -> None:
        kinds = {code: data.draw(st.sampled_from(KINDS)) for code, _points in table}
        named = [NamedRow(n, *row) for n, row in enumerate(table, 1)]
        sections = named_sections(named, kinds)
        rules = SittingRules("b", Pool.SECURE, sections, cut_points=Decimal("0.5"))

        assert normalised(rules) == rules
        assert "named" not in {p.place for p in problems_of(replace(PLAN, rules=rules))}
        again, problems = parse_named(named_text(normalised(rules).sections))
        assert problems == []
        assert [(row.code, row.points) for row in again] == table

    @pytest.mark.parametrize("points", ["0", "-1", "NaN", "1e9", "0.0001", "101"])
    def test_points_that_no_item_can_have_are_refused(self, points) -> None:
        found, _problems = parse_named(f"s-001 {points}")
        rules = replace(PLAN.rules, sections=named_sections(found, {"s-001": ItemKind.SINGLE}))

        assert "paper_points" in {p.place for p in problems_of(replace(PLAN, rules=rules))}


class TestChoosing:
    def test_everybody_gets_the_named_items_in_their_order_and_worth(self, session, now) -> None:
        hall = fixed_hall(session, now)

        forms = [form_at(session, hall, now, name) for name in ("甲", "乙", "丙", "丁", "戊")]

        documents = get_documents(session, forms[0].version_ids)
        for form in forms:
            assert [documents[n].code for n in form.version_ids] == CODES
            assert [p.points_milli for p in form.positions] == [2000, 1500, 1500, 1000]
        assert len({form.positions for form in forms}) > 1  # options in an order of their own

    def test_options_stand_alike_for_all_where_nothing_is_shuffled(self, session, now) -> None:
        hall = fixed_hall(session, now, shuffle=False)

        one, other = (form_at(session, hall, now, name) for name in ("甲", "乙"))

        assert one.positions == other.positions
        assert hall.view(session, now).rules.shuffle is False

    def test_each_item_that_cannot_be_is_named_with_why(self, session, now) -> None:
        extra = [
            make_item("essay", ItemKind.ESSAY),
            make_item("practice", pool=Pool.PRACTICE),
            *(make_item(code) for code in ("retired", "early")),
        ]
        make_hall(session, now, bank_items=extra)
        gone = {"state": "retired", "retired_at": now}
        session.execute(update(ItemRow).where(ItemRow.code == "retired").values(**gone))
        later = {"not_before": now + timedelta(days=1)}
        session.execute(update(ItemRow).where(ItemRow.code == "early").values(**later))
        text = "s-001\nno-such\nretired\npractice\nearly\nessay"

        assert refusals(session, now, text) == [
            (2, "named_unknown"),
            (3, "named_retired"),
            (4, "named_pool"),
            (5, "named_early"),
            (6, "named_by_hand"),
        ]
        assert len(chosen(session, now, "s-001\nessay 5", is_marked=True)) == 2

    def test_two_enemies_are_named_at_the_line_of_the_later_one(self, session, now) -> None:
        hostile = make_item("hostile")
        document = replace(hostile.document, excludes=("s-002", "s-004"))
        make_hall(session, now, bank_items=[replace(hostile, document=document)])

        assert refusals(session, now, "s-001\nhostile\ns-003\ns-002") == [(4, "named_enemies")]
        assert refusals(session, now, "s-004\ns-002\nhostile") == [(3, "named_enemies")] * 2
        assert len(chosen(session, now, "s-002\ns-004")) == 1

    def test_a_fixed_paper_is_printed_as_it_is(self, session, now) -> None:
        hall = fixed_hall(session, now, shuffle=False)

        [label] = services.draw_for_print(session, hall.actor, hall.public_id, count=1, now=now)
        [paper] = services.read_papers(
            session, services.paper_source(hall.view(session, now)), [label]
        )

        assert len(paper.form.positions) == len(CODES)
        assert [part.title for part in paper.facts.parts] == [
            "多项选择题",
            "单项选择题",
            "单项选择题",
        ]

    def test_it_is_locked_when_the_first_has_started(self, session, now) -> None:
        hall = fixed_hall(session, now)
        form_at(session, hall, now)
        view = hall.view(session, now)
        sections = chosen(session, now, "m-003 2\ns-001 1.5\ns-002 1.5\ns-003")
        plan = replace(view.plan, rules=replace(view.rules, sections=sections))

        with pytest.raises(Conflict, match="sitting_rules_locked"):
            services.edit_sitting(session, hall.actor, hall.public_id, plan=plan, now=now)

    @pytest.mark.parametrize("changes", [{"forms": 1}, {"forms": 2}])
    def test_it_has_no_other_forms(self, session, now, changes) -> None:
        make_hall(session, now)
        plan = make_plan(now, sections=chosen(session, now), cut_points=Decimal(3), **changes)

        assert [p.place for p in problems_of(plan)] == ["named"]


class TestPages:
    def test_it_is_written_and_comes_back_in_the_form(self, database, now, open_browser) -> None:
        hall = hall_of(database, now, is_open=False)
        browser = open_browser(hall.examiner)
        address = f"/sittings/{hall.public_id}/edit"
        fields = form_of(paper="named", named=TEXT, cut_points="3", shuffle="")
        fields.pop("shuffle")

        sent = browser.post(address, fields)
        page = browser.get(address).text

        assert sent.status_code == 303
        assert "m-003 2\ns-002 1.5\ns-001 1.5\ns-003 1" in page
        with database.session(write=False) as session:
            rules = hall.view(session, now).rules
        assert (rules.is_fixed, rules.shuffle, rules.item_count) == (True, False, 4)
        assert "人人同卷" in browser.get(f"/sittings/{hall.public_id}/manage").text

    def test_what_is_wrong_stands_above_the_form_and_nothing_is_written(
        self, database, now, open_browser
    ) -> None:
        hall = hall_of(database, now, is_open=False)
        browser = open_browser(hall.examiner)
        fields = form_of(paper="named", named="s-001 1\nno-such 1", cut_points="1")

        page = browser.post(f"/sittings/{hall.public_id}/edit", fields)

        assert page.status_code == 400
        assert "第 2 行：所选题库里没有 no-such。" in page.text
        with database.session(write=False) as session:
            assert session.query(Assessment).count() == 1

    def test_stems_are_shown_to_who_reads_the_bank_alone(self, database, now, open_browser) -> None:
        hall = hall_of(database, now)
        browser = open_browser(hall.examiner)
        asked = {"source": f"{BANK}:contest", "q": "s-00"}

        without = browser.post("/sittings/items", asked).get_json()
        by_stem = browser.post("/sittings/items", asked | {"q": "的题干"}).get_json()
        with database.transaction() as session:
            who = session.merge(hall.examiner)
            grant_role(session, now, who, Role.AUTHOR, hall.association)
        reader = open_browser(hall.examiner)
        having = reader.post("/sittings/items", asked | {"q": "s-003 的题干"}).get_json()
        pasted = reader.post("/sittings/items", asked | {"codes": "m-001\nno-such"}).get_json()

        assert [item["code"] for item in without["items"]][:2] == ["s-000", "s-001"]
        assert {item["stem"] for item in without["items"]} == {""}
        assert by_stem["items"] == []
        assert [item["code"] for item in having["items"]] == ["s-003"]
        assert [item["code"] for item in pasted["items"]] == ["m-001"]
        assert pasted["missing"] == ["no-such"]
