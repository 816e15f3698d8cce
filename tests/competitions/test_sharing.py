"""Answers that were shared: who is compared with whom, what is flagged, and how far it goes."""

import json
import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from learning.attempts.models import Attempt, ResponseRow, ScoreRow
from learning.competitions.jobs.fairness import look_for_flags
from learning.competitions.models import Entry, FairnessFlag
from learning.competitions.queries.fairness import find_compared
from learning.competitions.queries.sharing import list_block, list_reference
from learning.competitions.rules.fairness import FairnessRules
from learning.competitions.rules.sharing import (
    BLOCK,
    MOST_BLOCKS,
    MOST_PAIRS,
    Compared,
    Paper,
    choose_units,
    find_shared,
    nearness_s,
    pairs_of,
    strongest,
)
from learning.competitions.words.fairness import compared_words, evidence_words
from tests.factories.competitions import add_scored_attempt, make_participant, make_stage

ITEMS = 40
RULES = FairnessRules()


def paper(number: int, answers: list[str], *, entry: int | None = None, start: int = 0) -> Paper:
    """Return a paper of items start, start + 1, …; "a" is right everywhere."""
    frozen = [[n, start + n, 1, 1, json.dumps(said)] for n, said in enumerate(answers, 1)]
    scores = [[1, 1, "right" if said == "a" else "wrong", False] for said in answers]
    return Paper(number, entry or number, json.dumps(frozen), json.dumps(scores))


def drawn(seed: int, right: float = 0.7) -> list[str]:
    """Return the answers of somebody who works alone: wrong ones mostly "b"."""
    dice = random.Random(seed)
    return ["a" if dice.random() < right else dice.choice("bbbcd") for _ in range(ITEMS)]


CROWD = [paper(n, drawn(n)) for n in range(300)]
COPIED = ["a"] * 28 + ["c", "d"] * 6


class TestRules:
    def test_two_who_share_rare_wrong_answers_are_found_among_the_others(self) -> None:
        block = [*CROWD[:20], paper(900, COPIED), paper(901, ["a", *COPIED[1:]])]

        [found] = find_shared(RULES, block, CROWD, pairs_of(len(block)))

        assert (found.first, found.second) == (20, 21)
        assert found.figures["wrong"] == 12
        assert found.figures["items"] == ITEMS
        assert found.figures["chance"] < 0.001
        assert found.wrong_at == tuple((n, n) for n in range(29, 41))

    def test_people_who_worked_alone_are_not(self) -> None:
        assert find_shared(RULES, CROWD[:200], CROWD, pairs_of(200)) == []

    def test_in_a_unit_that_copied_as_one_the_many_tell_how_rare_it_is(self) -> None:
        unit = [paper(900 + n, COPIED) for n in range(6)]

        assert len(find_shared(RULES, unit, CROWD, pairs_of(6))) == 15

    def test_two_tries_of_one_person_are_no_pair(self) -> None:
        block = [*CROWD[:20], paper(900, COPIED, entry=7), paper(901, COPIED, entry=7)]

        assert find_shared(RULES, block, CROWD, pairs_of(22)) == []

    def test_sharing_right_answers_is_knowing_the_subject(self) -> None:
        block = [*CROWD[:20], paper(900, ["a"] * ITEMS), paper(901, ["a"] * ITEMS)]

        assert find_shared(RULES, block, CROWD, pairs_of(22)) == []

    def test_only_what_both_were_asked_is_compared(self) -> None:
        block = [*CROWD[:20], paper(900, COPIED), paper(901, COPIED, start=1000)]

        assert find_shared(RULES, block, CROWD, pairs_of(22)) == []

    @pytest.mark.parametrize("rules", [replace(RULES, shared=13), replace(RULES, chance=1e-30)])
    def test_the_thresholds_are_the_organisers(self, rules) -> None:
        block = [*CROWD[:20], paper(900, COPIED), paper(901, COPIED)]

        assert find_shared(rules, block, CROWD, pairs_of(22)) == []

    def test_pairs_are_those_within_blocks(self) -> None:
        assert [pairs_of(n) for n in (0, 1, 2, 5)] == [0, 0, 1, 10]
        assert pairs_of(BLOCK + 2) == BLOCK * (BLOCK - 1) // 2 + 1

    def test_a_look_is_bounded_and_another_one_takes_other_units(self) -> None:
        sizes = {None: 5, **dict.fromkeys(range(1, 301), BLOCK), 999: 1}

        first, compared = choose_units(sizes, "Monday")
        second, _compared = choose_units(sizes, "Tuesday")

        assert compared.pairs <= MOST_PAIRS
        assert compared.papers + compared.left_out == 300 * BLOCK + 5
        assert 999 not in first
        assert first == choose_units(sizes, "Monday")[0]
        assert set(first) != set(second)

    def test_many_small_units_are_bounded_by_their_blocks(self) -> None:
        chosen, compared = choose_units(dict.fromkeys(range(1, 3001), 50), "Monday")

        assert len(chosen) == MOST_BLOCKS
        assert compared == Compared(100_000, 2_000 * 1_225, 50_000)

    def test_of_several_pairs_the_most_unlikely_is_kept_with_their_number(self) -> None:
        found = [(1, "x", 1e-4), (1, "y", 1e-9), (2, "z", 1e-5), (1, "w", 1e-6)]

        assert strongest(found) == {1: ("y", 3), 2: ("z", 1)}

    def test_how_near_in_time_is_the_median_of_what_is_known(self) -> None:
        assert nearness_s([3.0, None, 10.0, 4.04]) == 4.0
        assert nearness_s([None]) is None


@pytest.fixture
def copied(database, now):
    """Sixty of no unit; the last two gave the same wrong answers, ten seconds apart."""
    with database.transaction() as session:
        stage = make_stage(session, now)
        view = stage.view(session, now)
        for n in range(60):
            actor = make_participant(session, now, stage)
            answers = COPIED if n >= 58 else drawn(n)
            made = add_scored_attempt(
                session,
                view.assessment_id,
                actor.user_id,
                number=1,
                points_milli=8_000,
                started_at=now,
            )
            assert made
            attempt_id = session.scalar(select(Attempt.id).where(Attempt.user_id == actor.user_id))
            source = paper(1, answers)
            session.execute(
                ScoreRow.__table__.update()
                .where(ScoreRow.attempt_id == attempt_id)
                .values(answers=source.answers, items=source.items)
            )
            session.execute(
                insert(ResponseRow),
                [
                    {
                        "attempt_id": attempt_id,
                        "position": position,
                        "epoch": 1,
                        "seq": 1,
                        "answer": json.dumps(said),
                        "after_submit": False,
                        "saved_at": now + timedelta(seconds=position * position + 10 * (n == 59)),
                    }
                    for position, said in enumerate(answers, 1)
                ],
            )
    return stage


def sharing_flags(session) -> list[FairnessFlag]:
    query = select(FairnessFlag).where(FairnessFlag.kind == "sharing").order_by(FairnessFlag.id)
    return list(session.scalars(query))


class TestLook:
    def test_both_are_flagged_once_with_the_evidence_and_nothing_is_decided(
        self, database, now, copied
    ) -> None:
        look_for_flags(database, now + timedelta(minutes=1))
        look_for_flags(database, now + timedelta(hours=26))

        with database.session(write=False) as session:
            flags = sharing_flags(session)
            evidence = [json.loads(flag.evidence) for flag in flags]
            entries = {row.id: row.public_id for row in session.scalars(select(Entry))}
            assert len(flags) == 2
            assert {flag.state for flag in flags} == {"open"}
            assert evidence[0]["other"] == entries[flags[1].entry_id]
            assert evidence[1]["other"] == entries[flags[0].entry_id]
            assert {e["wrong"] for e in evidence} == {12}
            assert {e["nearness"] for e in evidence} == {10.0}
            assert {e["compared"] for e in evidence} == {pairs_of(60)}

    def test_the_page_can_say_how_far_it_went(self, database, now, copied) -> None:
        look_for_flags(database, now + timedelta(minutes=1))

        with database.session(write=False) as session:
            view = copied.view(session, now)
            assert find_compared(session, view.id) == Compared(60, pairs_of(60), 0)

    def test_a_block_is_read_in_the_order_of_handing_in_and_the_sample_is_of_all(
        self, database, now, copied
    ) -> None:
        with database.session(write=False) as session:
            view = copied.view(session, now)
            assert len(list_block(session, view, None, 0)) == 60
            assert list_block(session, view, None, 1) == []
            assert list_block(session, view, 1, 0) == []
            assert len(list_reference(session, view)) == 60


def test_the_bound_is_said_before_the_first_look(app) -> None:
    with app.test_request_context():
        assert "每 1,000 份一组" in compared_words(None)
        assert "50,000,000" in compared_words(None)
        assert "3,000 份没有轮到" in compared_words(Compared(10, 45, 3000))


def test_the_evidence_is_said_in_words_with_the_other_by_name(app) -> None:
    figures = {"items": 25, "wrong": 6, "right": 9, "weight": 14.2, "z": 7.11, "chance": 2.4e-06}
    evidence = {**figures, "compared": 1225, "nearness": 8.0, "pairs": 3, "other": "e1"}

    with app.test_request_context():
        said = evidence_words("sharing", evidence, {"e1": "李四"})
        gone = evidence_words("sharing", evidence, {})

    assert said == (
        "与“李四”都考到的 25 题中，有 6 个相同的错误答案（按少见程度加权 14.20，z = 7.11）；"
        "各自独立作答而如此巧合的概率，按 1,225 对校正后为 2.4e-06；"
        "两人给出这些错答的时刻相差中位数 8.0 秒；另与 2 份雷同。"
    )
    assert "已删除的参赛者" in gone
