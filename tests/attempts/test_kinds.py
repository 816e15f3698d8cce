"""Every kind of item through the engine: drawn, shown, saved, scored, released."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from jinja2 import TemplateNotFound

from learning.attempts.models import ScoreRow
from learning.attempts.queries import find_score, get_attempt_by_id, list_items, list_responses
from learning.attempts.rules import (
    AttemptRules,
    Blueprint,
    ByHand,
    Candidate,
    Delivery,
    Form,
    Release,
    Section,
    StoredResponse,
    draw_form,
    fold,
    parse_batch,
    score_attempt,
)
from learning.attempts.services import create_assessment, submit_attempt
from learning.kernel.errors import Invalid
from learning.question_bank.item_types import list_types
from learning.question_bank.rules import ItemKind, Pool
from learning.question_bank.scoring import MarkingKind, MarkingRule
from learning.question_bank.variants import realised_key
from tests.attempts.conftest import Device
from tests.factories.attempts import Seat, make_seat
from tests.factories.items import ALL_KINDS, make_all_kinds, make_bank, make_parametric, section

RIGHT: dict[ItemKind, Any] = {
    ItemKind.SINGLE: "b",
    ItemKind.MULTIPLE: ["c", "a"],
    ItemKind.TRUE_FALSE: "t",
    ItemKind.BLANK: ["抽检"],
    ItemKind.NUMERIC: "49200",
    ItemKind.MATCHING: ["c", "a", "c"],
    ItemKind.ORDERING: ["c", "a", "b"],
    ItemKind.ESSAY: "第一行\n第二行",
    ItemKind.CASE: ["b", ["抽检"], "一段话"],
}
PARTLY: dict[ItemKind, Any] = {
    ItemKind.MATCHING: ["c", "", "a"],
    ItemKind.ORDERING: ["a", "c", "b"],
    ItemKind.CASE: [None, ["抽检"], None],
}
SEEN = AttemptRules(limit_s=3600, release=Release.AT_SUBMIT, review=True, by_hand=ByHand.UNMARKED)


def blueprint(kinds: tuple[ItemKind, ...] = ALL_KINDS) -> Blueprint:
    rule = MarkingRule(MarkingKind.PER_BLANK)
    sections = tuple(replace(section(kind, 1, "6"), marking=rule) for kind in kinds)
    return Blueprint("sample", Pool.CONTEST, sections)


@pytest.fixture
def bank() -> dict[str, Any]:
    return {"singles": 0, "multiples": 0, "extra": make_all_kinds()}


@pytest.fixture
def rules() -> AttemptRules:
    return SEEN


@pytest.fixture
def seat_now(database, rules, bank, now) -> Seat:
    begun = datetime.now(UTC) - timedelta(minutes=1)
    return make_seat(database, begun, rules=rules, bank=bank, blueprint=blueprint())


def answered(device: Device, answers: dict[ItemKind, Any]) -> str:
    """Save the answers, hand in, and return the result page."""
    for position, kind in enumerate(ALL_KINDS, 1):
        if kind in answers:
            reply = device.save(position, 1, answers[kind])
            assert reply.json["saved"], (kind, reply.json)
    assert device.submit().status_code == 200
    return device.client.get(f"{device.base}/result").text


def scored(database, seat: Seat) -> dict[ItemKind, tuple[int, str]]:
    with database.session(write=False) as session:
        row = find_score(session, seat.attempt_id)
        assert row
        return {
            kind: (points, outcome)
            for kind, (points, _most, outcome, _late) in zip(
                ALL_KINDS, json.loads(row.items), strict=True
            )
        }


class TestForms:
    def draw(self, kind: ItemKind, seed: str, *candidates: Candidate) -> Form:
        held = Section("", kind, 1, Decimal(1), MarkingRule(MarkingKind.ALL_OR_NOTHING))
        plan = Blueprint("b", Pool.CONTEST, (replace(held, candidates=candidates),))
        return draw_form(plan, seed, shuffle_options=False)

    @pytest.mark.parametrize("kind", [ItemKind.MATCHING, ItemKind.ORDERING])
    def test_places_are_shuffled_even_where_options_are_not(self, kind: ItemKind) -> None:
        orders = {
            self.draw(kind, str(seed), Candidate(1, ("a", "b", "c"))).positions[0].option_order
            for seed in range(60)
        }

        assert len(orders) == 6

    def test_options_of_choice_items_stand_as_written_where_the_rules_say_so(self) -> None:
        [place] = self.draw(ItemKind.SINGLE, "s", Candidate(1, ("a", "b", "c"))).positions

        assert place.option_order == ("a", "b", "c")

    def test_variants_are_drawn_from_those_not_refused(self) -> None:
        refused = tuple(range(3, 1000))
        drawn = {
            self.draw(ItemKind.NUMERIC, str(seed), Candidate(1, (), refused)).positions[0].variant
            for seed in range(60)
        }

        assert drawn == {0, 1, 2}

    def test_a_form_with_a_variant_comes_back_from_its_text(self) -> None:
        form = self.draw(ItemKind.NUMERIC, "s", Candidate(7, (), ()))

        assert Form.from_json(form.to_json()) == form
        assert form.positions[0].variant is not None

    def test_a_form_without_variants_reads_and_writes_as_it_always_did(self) -> None:
        text = '{"p":[[7,["b","a"],2000,0]],"seed":"s"}'

        assert Form.from_json(text).to_json() == text

    def test_a_blueprint_names_refused_variants_only_where_there_are_variants(self) -> None:
        held = replace(
            section(ItemKind.NUMERIC, 1), candidates=(Candidate(1, ()), Candidate(2, (), (5,)))
        )
        plan = Blueprint("b", Pool.CONTEST, (held,))

        assert '"candidates":[[1,[]],[2,[],[5]]]' in plan.to_json()
        assert Blueprint.from_json(plan.to_json()) == plan


class TestEveryKind:
    def test_right_answers_earn_everything_but_what_a_person_marks(
        self, device: Device, database, seat_now: Seat
    ) -> None:
        answered(device, RIGHT)

        points = scored(database, seat_now)
        assert points.pop(ItemKind.ESSAY) == (0, "pending")
        assert points.pop(ItemKind.CASE) == (4000, "pending")
        assert set(points.values()) == {(6000, "right")}

    def test_parts_of_an_answer_earn_their_share(
        self, device: Device, database, seat_now: Seat
    ) -> None:
        answered(device, PARTLY)

        points = scored(database, seat_now)
        assert points[ItemKind.MATCHING] == (2000, "partial")
        assert points[ItemKind.ORDERING] == (2000, "partial")
        assert points[ItemKind.CASE] == (2000, "partial")
        assert points[ItemKind.SINGLE] == (0, "unanswered")

    def test_the_result_shows_places_rubric_and_parts(self, device: Device) -> None:
        page = answered(device, {**RIGHT, ItemKind.MATCHING: ["c", "", "a"]})

        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
        assert "2 题由人评分" in text
        assert "all-matching 的左项 3 你的回答 all-matching 的右项 a 错误" in text
        assert "请对照要点自评 3 分 说出定义" in text
        assert "第 2 小题 答对" in text
        assert "第 3 小题 待评" in text
        assert "第一行\n第二行" in page

    def test_a_tolerance_is_said_in_percent_where_it_is_relative(self, device: Device) -> None:
        page = answered(device, {})

        assert "49200 h ± 0.5%" in page

    def test_an_answer_that_does_not_fit_is_shown_as_none(
        self, device: Device, database, seat_now: Seat
    ) -> None:
        page = answered(device, {ItemKind.CASE: ["b"], ItemKind.ORDERING: ["a"]})

        assert scored(database, seat_now)[ItemKind.CASE] == (0, "invalid")
        assert "回答无效" in page

    def test_stepwise_delivery_tells_each_kind_after_its_commit(self, app, database) -> None:
        seat = make_seat(
            database,
            datetime.now(UTC) - timedelta(minutes=1),
            rules=replace(SEEN, delivery=Delivery.STEPWISE),
            bank={"singles": 0, "multiples": 0, "extra": make_all_kinds()},
            blueprint=blueprint(),
        )
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = seat.token
        device = Device(client, seat)
        device.open_room()
        replies = {}
        for position, kind in enumerate(ALL_KINDS, 1):
            html = device.post("reveal", {"position": position}).json["html"]
            assert "data-reads=" in html
            device.save(position, 1, RIGHT[kind])
            replies[kind] = device.post("commit", {"position": position, "seq": 1}).json

        assert replies[ItemKind.ESSAY]["outcome"] == "pending"
        assert "说出定义" in replies[ItemKind.ESSAY]["answer_html"]
        assert replies[ItemKind.MATCHING]["key"] == {}
        assert "右项 c" in replies[ItemKind.MATCHING]["answer_html"]
        assert replies[ItemKind.CASE]["key"]["parts"][0] == {"choices": ["b"]}
        assert replies[ItemKind.SINGLE]["answer_html"] == ""
        again = device.state_of(device.open_room())["committed"]
        assert again["9"]["answer_html"] == replies[ItemKind.CASE]["answer_html"]


class TestControls:
    def test_every_kind_has_controls_that_say_how_they_are_read(self, app) -> None:
        for module in list_types():
            text = app.jinja_env.loader.get_source(
                app.jinja_env, f"attempts/kinds/{module.KIND}.html"
            )[0]
            assert text.count("data-reads=") == 1, module.KIND

    def test_a_kind_without_controls_is_no_empty_item(self, app) -> None:
        item = {"position": 1, "kind": "riddle", "stem_html": "", "points": 1}
        with app.test_request_context(), pytest.raises(TemplateNotFound, match="riddle"):
            app.jinja_env.get_template("attempts/item.html").render(item=item, attempt={})


class TestWhatAPersonMarks:
    def create(self, session, now, kind: ItemKind, rules: AttemptRules) -> Any:
        make_bank(session, now, singles=0, multiples=0, extra=make_all_kinds())
        return create_assessment(
            session,
            title="",
            blueprint=blueprint((kind,)),
            rules=rules,
            opens_at=now,
            closes_at=now + timedelta(days=1),
            created_by=None,
            now=now,
        )

    @pytest.mark.parametrize("kind", [ItemKind.ESSAY, ItemKind.CASE])
    def test_it_is_refused_where_every_point_is_the_machines(
        self, session, now, kind: ItemKind
    ) -> None:
        with pytest.raises(Invalid) as refused:
            self.create(session, now, kind, AttemptRules(limit_s=60))

        assert [problem.code for problem in refused.value.problems] == ["by_hand"]

    @pytest.mark.parametrize("kind", [ItemKind.ESSAY, ItemKind.CASE])
    def test_it_is_drawn_where_the_rules_say_that_nobody_marks(
        self, session, now, kind: ItemKind
    ) -> None:
        made = self.create(session, now, kind, SEEN)

        assert len(Blueprint.from_json(made.blueprint).sections[0].candidates) == 1

    def test_rules_come_back_and_are_written_as_before_where_nothing_is_unmarked(self) -> None:
        assert AttemptRules.from_json(SEEN.to_json()) == SEEN
        assert "by_hand" not in AttemptRules(limit_s=60).to_json()


class TestLimits:
    @pytest.mark.parametrize(
        "response",
        ["\n" * 10_000, "“引号”" * 2_500, [None, ["c", "", "a"], ["甲", "乙"], "长" * 10_000]],
    )
    def test_the_longest_essay_and_a_case_are_let_in(self, response: Any) -> None:
        raw = {"epoch": 1, "responses": [{"position": 1, "seq": 1, "response": response}]}
        batch = parse_batch(raw)

        assert batch
        assert not batch.rejected


def test_a_score_can_be_computed_again_from_what_was_frozen(
    device: Device, database, seat_now: Seat
) -> None:
    """The same points, outcomes and bytes from the answers document and the form alone."""
    answered(device, {**RIGHT, **PARTLY})

    with database.session(write=False) as session:
        attempt = get_attempt_by_id(session, seat_now.attempt_id)
        row = session.query(ScoreRow).filter_by(attempt_id=attempt.id).one()
        rows = json.loads(row.answers)
        kept = [
            StoredResponse(position, epoch, seq, answer, False, attempt.started_at)
            for position, _version, epoch, seq, answer, *_variant in rows
            if answer is not None
        ]
        again = score_attempt(
            blueprint=attempt.blueprint,
            form=attempt.form,
            items=list_items(session, attempt.form.positions),
            current=fold(kept, attempt.due),
            due=attempt.due,
            rulings={},
        )
        assert len(list_responses(session, attempt.id)) == len(kept)

    assert (again.points_milli, again.items) == (row.points_milli, row.items)
    assert again.answers == row.answers


class TestParametric:
    @pytest.fixture
    def seats(self, database, now) -> list[Seat]:
        """Twelve people at one assessment of one parametric item."""
        first = make_seat(
            database,
            now,
            bank={"singles": 0, "multiples": 0, "extra": [make_parametric()]},
            blueprint=blueprint((ItemKind.NUMERIC,)),
        )
        others = (make_seat(database, now, assessment_id=first.assessment_id) for _ in range(11))
        return [first, *others]

    def test_people_get_different_numbers_and_each_is_scored_by_their_own(
        self, database, seats: list[Seat]
    ) -> None:
        stems = set()
        for seat in seats:
            with database.session(write=False) as session:
                [item] = list_items(
                    session, get_attempt_by_id(session, seat.attempt_id).form.positions
                )
            stems.add(item.document.stem)
            seat.save(1, 1, str(item.key.value))
            batch = parse_batch({"epoch": 1, "responses": []})
            assert batch
            with database.transaction() as session:
                submit_attempt(
                    session,
                    seat.actor,
                    seat.attempt,
                    batch=batch,
                    last_seq={1: 1},
                    now=seat.started_at + timedelta(minutes=1),
                )
            with database.session(write=False) as session:
                row = find_score(session, seat.attempt_id)
                assert row
                assert json.loads(row.items) == [[6000, 6000, "right", False]]
                [frozen] = json.loads(row.answers)
                assert (
                    frozen[5]
                    == get_attempt_by_id(session, seat.attempt_id).form.positions[0].variant
                )

        assert len(stems) > 1
        assert not any("{" in stem for stem in stems)

    def test_the_numbers_of_another_variant_are_wrong(self) -> None:
        item = make_parametric()
        one, other = (realised_key(item.document, item.key, n).value for n in (1, 7))

        assert one != other
