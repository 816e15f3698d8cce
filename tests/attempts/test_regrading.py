"""Marks by people, rulings on items, scores anew: a new version each time, nothing overwritten."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from learning.attempts.events import SCORED
from learning.attempts.jobs import KEYS
from learning.attempts.models import Regrade, RulingRow, ScoreRow
from learning.attempts.queries import find_score, get_attempt_by_id, list_items, list_score_versions
from learning.attempts.rules import AttemptRules, ByHand, Mark, Ruling, Treatment, parse_batch
from learning.attempts.services import (
    add_marks,
    apply_regrade,
    preview_regrade,
    submit_attempt,
    void_attempt,
)
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.events import EventRow, deliver
from learning.question_bank.models import (
    BankRow,
    ItemDraftRow,
    ItemReview,
    ItemRow,
    ItemVersionRow,
)
from learning.question_bank.rules import ItemKind
from tests.factories.attempts import Seat, make_seat
from tests.factories.items import make_all_kinds, make_blueprint, section

MINUTE = timedelta(minutes=1)
RIGHT = "b"


@pytest.fixture
def seat(database, now) -> Seat:
    """Twenty single items with key b and five multiple ones, 4 points each."""
    return make_seat(database, now)


def submit(seat: Seat, *, at: timedelta = 5 * MINUTE) -> None:
    with seat.database.transaction() as session:
        submit_attempt(
            session,
            seat.actor,
            seat.attempt,
            batch=parse_batch({"epoch": 1, "responses": []}),
            last_seq={},
            now=seat.started_at + at,
        )


def another(seat: Seat, response: str | None) -> Seat:
    """Somebody else who answers every single item so, and hands in."""
    other = make_seat(seat.database, seat.started_at, assessment_id=seat.assessment_id)
    if response is not None:
        other.save_many([(p, 1, response) for p in range(1, 21)])
    submit(other)
    return other


def version_at(seat: Seat, position: int) -> int:
    with seat.database.session(write=False) as session:
        form = get_attempt_by_id(session, seat.attempt_id).form
    return form.positions[position - 1].version_id


def rekeyed(seat: Seat, position: int, *choices: str) -> Ruling:
    with seat.database.session(write=False) as session:
        place = get_attempt_by_id(session, seat.attempt_id).form.positions[position - 1]
        [item] = list_items(session, [place])
    key = replace(item.key, choices=choices)
    return Ruling(place.version_id, Treatment.REKEY, key)


def ruled(seat: Seat, position: int, treatment: Treatment) -> Ruling:
    return Ruling(version_at(seat, position), treatment)


def regrade(seat: Seat, *rulings: Ruling, regrade_id: str = "r1"):
    with seat.database.transaction() as session:
        return apply_regrade(
            session,
            seat.assessment_id,
            rulings,
            regrade_id=regrade_id,
            actor_id=None,
            reason="答案有误",
            now=seat.started_at + timedelta(days=1),
        )


def preview(seat: Seat, *rulings: Ruling):
    with seat.database.session(write=False) as session:
        return preview_regrade(session, seat.assessment_id, rulings)


def score_of(seat: Seat):
    with seat.database.session(write=False) as session:
        return find_score(session, seat.attempt_id)


def versions_of(seat: Seat):
    with seat.database.session(write=False) as session:
        return list_score_versions(session, seat.attempt_id)


def count(seat: Seat, table) -> int:
    with seat.database.session(write=False) as session:
        return session.scalar(select(func.count()).select_from(table))


class TestRulings:
    def test_a_new_key_flips_who_was_right(self, seat: Seat) -> None:
        believers, doubters = another(seat, "b"), another(seat, "c")
        ruling = rekeyed(seat, 1, "c")

        seen = preview(seat, ruling)
        assert [(c.attempt_id, c.old_points_milli, c.points_milli) for c in seen.changes] == [
            (believers.attempt_id, 80_000, 76_000),
            (doubters.attempt_id, 0, 4_000),
        ]
        assert seen.looked_at == 2
        assert count(seat, Regrade) == 0

        assert regrade(seat, ruling).changed == 2
        assert [score_of(each).points_milli for each in (believers, doubters)] == [76_000, 4_000]

    def test_everybody_gets_the_points_even_who_answered_nothing(self, seat: Seat) -> None:
        silent = another(seat, None)

        regrade(seat, ruled(seat, 1, Treatment.FULL_MARKS))

        score = score_of(silent)
        assert (score.points_milli, score.max_milli, score.excluded_milli) == (4_000, 100_000, 0)
        assert [row[2] for row in json.loads(score.items) if row[2] != "unanswered"] == ["granted"]

    def test_an_excluded_item_takes_its_points_from_the_maximum(self, seat: Seat) -> None:
        other = another(seat, "b")

        regrade(seat, ruled(seat, 1, Treatment.EXCLUDED))

        score = score_of(other)
        assert (score.points_milli, score.max_milli, score.excluded_milli) == (
            76_000,
            96_000,
            4_000,
        )

    def test_a_later_ruling_holds_and_earlier_ones_on_other_items_stay(self, seat: Seat) -> None:
        other = another(seat, "c")
        regrade(seat, ruled(seat, 1, Treatment.EXCLUDED), regrade_id="r1")
        regrade(seat, rekeyed(seat, 2, "c"), regrade_id="r2")
        regrade(seat, ruled(seat, 1, Treatment.FULL_MARKS), regrade_id="r3")

        assert [v.points_milli for v in versions_of(other)] == [8_000, 4_000, 0, 0]
        assert score_of(other).max_milli == 100_000

    def test_no_version_is_overwritten_and_each_says_why(self, seat: Seat) -> None:
        other = another(seat, "b")
        before = score_of(other)

        regrade(seat, rekeyed(seat, 1, "c"))

        newest, first = versions_of(other)
        assert first == before
        assert (newest.version, newest.cause, newest.cause_id) == (2, "regraded", "r1")
        assert (newest.answers, newest.answers_sha256) == (before.answers, before.answers_sha256)

    def test_a_paper_handed_in_later_is_scored_by_the_ruling(self, seat: Seat) -> None:
        another(seat, "b")
        seat.save_many([(p, 1, "c") for p in range(1, 21)])
        regrade(seat, rekeyed(seat, 1, "c"))

        submit(seat)

        score = score_of(seat)
        assert (score.points_milli, score.version) == (4_000, 1), "the ruling was ignored"

    def test_whose_score_stays_gets_no_version_and_no_event(self, seat: Seat) -> None:
        untouched, touched = another(seat, "d"), another(seat, "b")

        assert regrade(seat, rekeyed(seat, 1, "c")).changed == 1

        assert [len(versions_of(each)) for each in (untouched, touched)] == [1, 2]
        with seat.database.session(write=False) as session:
            payloads = session.scalars(
                select(EventRow.payload).where(EventRow.kind == SCORED).order_by(EventRow.id)
            )
            told = [json.loads(text) for text in payloads][-1]
        assert (told["attempt"], told["version"], told["cause"]) == (touched.attempt, 2, "regraded")

    def test_a_void_attempt_is_left_as_it_was(self, seat: Seat, now) -> None:
        other = another(seat, "b")
        with seat.database.transaction() as session:
            void_attempt(session, other.attempt_id, actor_id=None, reason="违纪", now=now)

        assert regrade(seat, rekeyed(seat, 1, "c")).changed == 0

    def test_the_same_regrade_again_changes_nothing(self, seat: Seat) -> None:
        other = another(seat, "b")
        ruling = rekeyed(seat, 1, "c")

        assert regrade(seat, ruling).is_new
        again = regrade(seat, ruling)

        assert (again.is_new, again.changed) == (False, 1)
        assert len(versions_of(other)) == 2, "regraded twice"
        assert count(seat, RulingRow) == 1

    def test_fifty_at_once_give_one_version_each(self, seat: Seat) -> None:
        others = [another(seat, "b") for _ in range(3)]
        ruling = rekeyed(seat, 1, "c")

        with ThreadPoolExecutor(8) as pool:
            applied = list(pool.map(lambda _: regrade(seat, ruling), range(50)))

        assert sum(one.is_new for one in applied) == 1
        assert {one.changed for one in applied} == {3}
        assert [len(versions_of(each)) for each in others] == [2, 2, 2]

    def test_an_id_belongs_to_one_assessment(self, seat: Seat, database, now) -> None:
        regrade(seat, ruled(seat, 1, Treatment.EXCLUDED))
        with database.transaction() as session:
            from tests.factories.items import make_assessment

            elsewhere = make_assessment(session, now).id
        other = make_seat(database, now, assessment_id=elsewhere)

        with pytest.raises(Conflict, match="regrade_id"):
            regrade(other, ruled(other, 1, Treatment.EXCLUDED))

    def test_what_cannot_be_ruled_is_named_and_nothing_is_written(self, seat: Seat) -> None:
        good = rekeyed(seat, 1, "c")
        bad = {
            "no_item": Ruling(10**9, Treatment.EXCLUDED),
            "no_key": Ruling(good.version_id, Treatment.REKEY),
            "key": Ruling(good.version_id, Treatment.REKEY, replace(good.key, choices=("z",))),
        }
        for code, ruling in bad.items():
            with pytest.raises(Invalid) as refused:
                regrade(seat, ruling)
            assert [problem.code for problem in refused.value.problems] == [code]
        with pytest.raises(Invalid):
            regrade(seat, good, good)
        with pytest.raises(Invalid):
            preview(seat)

        assert count(seat, Regrade) == 0

    def test_a_missing_assessment_is_missing(self, session, now) -> None:
        with pytest.raises(NotFound):
            apply_regrade(session, 10**6, [], regrade_id="r", actor_id=None, reason="", now=now)


ESSAY, CASE = 1, 2


@pytest.fixture
def written(database, now) -> Seat:
    """An essay of 10 points and a case of 9 whose third part is an essay, both answered."""
    blueprint = make_blueprint(singles=1, multiples=0)
    blueprint = replace(
        blueprint,
        sections=(section(ItemKind.ESSAY, 1, "10"), section(ItemKind.CASE, 1, "9")),
    )
    seat = make_seat(
        database,
        now,
        blueprint=blueprint,
        rules=AttemptRules(limit_s=3600, by_hand=ByHand.MARKED),
        bank={"extra": make_all_kinds()},
    )
    seat.save_many([(ESSAY, 1, "质量是适用性。"), (CASE, 1, ["b", ["抽样检验"], "因为如此。"])])
    submit(seat)
    return seat


def mark(seat: Seat, marks, *, cause_id: str = "m1", cause: str = "marked") -> int:
    with seat.database.transaction() as session:
        return add_marks(
            session,
            seat.attempt_id,
            marks,
            cause=cause,
            cause_id=cause_id,
            made_by=seat.user_id,
            now=seat.started_at + timedelta(hours=2),
        )


def outcomes_of(seat: Seat) -> list[tuple[int, str]]:
    return [(row[0], row[2]) for row in json.loads(score_of(seat).items)]


class TestMarks:
    def test_until_a_person_marks_them_answers_are_pending(self, written: Seat) -> None:
        assert outcomes_of(written) == [(0, "pending"), (6_000, "pending")]
        assert score_of(written).pending == 2

    def test_marks_come_as_versions_one_upon_the_other(self, written: Seat) -> None:
        assert mark(written, {ESSAY: Mark(7_500)}) == 2
        assert outcomes_of(written) == [(7_500, "partial"), (6_000, "pending")]
        assert mark(written, {CASE: Mark(parts=((3, 3_000),))}, cause_id="m2") == 3

        score = score_of(written)
        assert outcomes_of(written) == [(7_500, "partial"), (9_000, "right")]
        assert (score.points_milli, score.pending, score.made_by) == (16_500, 0, written.user_id)
        assert [v.points_milli for v in versions_of(written)] == [16_500, 13_500, 6_000]

    def test_the_same_act_again_changes_nothing(self, written: Seat) -> None:
        assert [mark(written, {ESSAY: Mark(1_000)}) for _ in range(2)] == [2, 2]
        assert len(versions_of(written)) == 2

    def test_a_later_mark_takes_the_place_of_the_earlier(self, written: Seat) -> None:
        mark(written, {ESSAY: Mark(1_000)})
        mark(written, {ESSAY: Mark(10_000)}, cause_id="m2")

        assert outcomes_of(written)[0] == (10_000, "right")

    def test_a_regrade_keeps_what_people_gave(self, written: Seat) -> None:
        mark(written, {ESSAY: Mark(7_000), CASE: Mark(parts=((3, 1_500),))})
        regrade(written, ruled(written, ESSAY, Treatment.EXCLUDED))
        assert outcomes_of(written) == [(0, "excluded"), (7_500, "partial")]

        regrade(written, rekeyed(written, CASE), regrade_id="r2")
        assert outcomes_of(written)[1] == (7_500, "partial")

    @pytest.mark.parametrize(
        ("marks", "code"),
        [
            ({3: Mark(0)}, "no_position"),
            ({ESSAY: Mark(10_001)}, "range"),
            ({ESSAY: Mark(-1)}, "range"),
            ({CASE: Mark(parts=((4, 0),))}, "no_part"),
            ({CASE: Mark(parts=((1, 0),))}, "not_pending"),
            ({CASE: Mark(parts=((3, 3_001),))}, "range"),
        ],
    )
    def test_marks_that_do_not_fit_are_named(self, written: Seat, marks, code) -> None:
        with pytest.raises(Invalid) as refused:
            mark(written, marks)

        assert [problem.code for problem in refused.value.problems] == [code]
        assert len(versions_of(written)) == 1

    def test_only_a_correction_overrules_the_machine(self, seat: Seat) -> None:
        other = another(seat, "c")

        with pytest.raises(Invalid):
            mark(other, {1: Mark(4_000)})
        mark(other, {1: Mark(4_000)}, cause="corrected")

        assert score_of(other).points_milli == 4_000

    def test_an_open_or_void_attempt_takes_no_marks(self, seat: Seat, now) -> None:
        with pytest.raises(Conflict, match="not_finished"):
            mark(seat, {1: Mark(0)})
        with seat.database.transaction() as session:
            void_attempt(session, seat.attempt_id, actor_id=None, reason="", now=now)
        with pytest.raises(Conflict, match="voided"):
            mark(seat, {1: Mark(0)})

    def test_fifty_at_once_count_up_without_gaps(self, written: Seat) -> None:
        with ThreadPoolExecutor(8) as pool:
            list(
                pool.map(
                    lambda n: mark(written, {ESSAY: Mark(n * 100)}, cause_id=f"m{n % 5}"), range(50)
                )
            )

        assert [v.version for v in versions_of(written)] == [6, 5, 4, 3, 2, 1]
        with written.database.session(write=False) as session:
            assert session.scalar(select(func.count()).select_from(ScoreRow)) == 6


def test_the_bank_gets_a_rekeyed_item_as_a_draft_once_and_asks_what_it_asked(seat: Seat) -> None:
    with seat.database.transaction() as session:
        session.execute(update(BankRow).values(origin="web"))
    rulings = [rekeyed(seat, 1, "c"), ruled(seat, 2, Treatment.EXCLUDED)]
    for _ in range(2):
        regrade(seat, *rulings)
    while deliver(seat.database, KEYS, seat.started_at + timedelta(days=2)):
        pass

    with seat.database.session(write=False) as session:
        item_id = session.get_one(ItemVersionRow, version_at(seat, 1)).item_id
        drafts = session.execute(select(ItemDraftRow.item_id, ItemDraftRow.base_version_id)).all()
        acts = session.execute(select(ItemReview.item_id, ItemReview.act)).all()
        current = session.get_one(ItemRow, item_id).current_version_id
    assert [tuple(row) for row in drafts] == [(item_id, version_at(seat, 1))]
    assert [tuple(row) for row in acts] == [(item_id, "rekeyed")]
    assert current == version_at(seat, 1)
