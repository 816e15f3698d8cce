"""Mock exams: the real blueprint and time, and nothing that an exam holds in reserve."""

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from learning.attempts.models import Attempt
from learning.attempts.queries import get_attempt, parse_blueprint
from learning.attempts.rules import (
    AttemptRules,
    Blueprint,
    ByHand,
    Candidate,
    Cell,
    Release,
    Section,
)
from learning.attempts.services import create_of_pinned
from learning.kernel.errors import Conflict, NotFound
from learning.practice import queries, services
from learning.practice.models import PracticeSession
from learning.practice.rules import Supplied, areas_of, mock_rules, scaled_cut, set_mock
from learning.question_bank.models import ItemRow
from learning.question_bank.rules import Band, ItemKind, Level, Pool
from learning.question_bank.scoring import MarkingKind, MarkingRule, Outcome
from learning.question_bank.services import sync_bank
from tests.factories.items import make_item
from tests.practice.conftest import AREA, BANK, Learner, make_learner, practice_items, versions_of

DAY = timedelta(days=1)
HOURS = timedelta(hours=1)
RIGHT, WRONG = "b", "a"
MARKING = MarkingRule(MarkingKind.ALL_OR_NOTHING)
REAL = AttemptRules(limit_s=5400, release=Release.AT_CLOSE, calculator=False)


def section(count: int, kind: ItemKind = ItemKind.SINGLE, **changes) -> Section:
    return replace(Section("单项选择题", kind, count, Decimal(2), MARKING), **changes)


def supplied(number: int, area: str = "甲", *, bank: str = "b", **changes) -> Supplied:
    held = Supplied(
        number,
        bank,
        f"c-{number}",
        ItemKind.SINGLE,
        area,
        Level.MASTER,
        Band.MIDDLE,
        ("a", "b"),
        None,
        (),
        is_fresh=True,
    )
    return replace(held, **changes)


def chosen(mock) -> list[int]:
    return sorted(c.version_id for s in mock.blueprint.sections for c in s.candidates)


class TestSetting:
    def made(self, model: Blueprint, supply, areas=("甲", "乙")):
        by_section = dict.fromkeys(range(len(model.sections)), areas)
        return set_mock(model, by_section, supply, random.Random(1))

    def test_cells_are_filled_though_they_share_items(self) -> None:
        cells = (Cell(1), Cell(1, area="乙"), Cell(1, area="甲"))
        model = Blueprint("x", Pool.SECURE, (section(3, cells=cells),))

        mock = self.made(model, [supplied(1), supplied(2, "乙"), supplied(3)])

        assert chosen(mock) == [1, 2, 3]
        assert mock.shortages == ()
        [made] = mock.blueprint.sections
        assert (made.count, made.points, made.cells) == (3, Decimal(2), ())

    def test_what_is_lacking_is_named_and_left_out(self) -> None:
        cells = (Cell(2, area="甲"), Cell(2, area="乙"))
        essay = section(1, ItemKind.ESSAY, title="问答题")
        model = Blueprint("x", Pool.SECURE, (section(4, cells=cells), essay))

        mock = self.made(model, [supplied(1), supplied(2), supplied(3, "乙")])

        lacking = [(c.title, c.area, c.needed, c.found) for c in mock.shortages]
        assert lacking == [("单项选择题", "乙", 2, 1), ("问答题", "", 1, 0)]
        assert [s.count for s in mock.blueprint.sections] == [3]

    def test_areas_that_the_paper_does_not_ask_are_left_alone(self) -> None:
        model = Blueprint("x", Pool.SECURE, (section(2),))

        assert chosen(self.made(model, [supplied(1), supplied(2, "丙")])) == [1]

    def test_enemies_do_not_meet_and_codes_are_those_of_one_bank(self) -> None:
        model = Blueprint("x", Pool.SECURE, (section(2),))
        enemies = [supplied(1, excludes=("c-2",)), supplied(2)]

        assert len(chosen(self.made(model, enemies))) == 1
        assert len(chosen(self.made(model, [enemies[0], supplied(2, bank="other")]))) == 2

    def test_fresh_items_are_taken_where_they_suffice(self) -> None:
        model = Blueprint("x", Pool.SECURE, (section(2),))
        stale = [supplied(n, is_fresh=False) for n in range(3, 9)]

        assert chosen(self.made(model, [*stale, supplied(1), supplied(2)])) == [1, 2]
        assert len(chosen(self.made(model, [*stale, supplied(1)]))) == 2

    def test_the_real_time_and_result_at_once(self) -> None:
        rules = mock_rules(replace(REAL, by_hand=ByHand.MARKED))

        assert (rules.limit_s, rules.release, rules.review) == (5400, Release.AT_SUBMIT, True)
        assert (rules.by_hand, rules.calculator) == (ByHand.UNMARKED, False)

    def test_the_cut_follows_what_the_mock_is_worth(self) -> None:
        assert scaled_cut(60_000, 100_000, 95_000) == 57_000
        assert scaled_cut(60_000, 100_000, 33_333) == 20_000

    def test_areas_are_told_with_the_weakest_first(self) -> None:
        rows = [("甲", Outcome.RIGHT), ("乙", Outcome.UNANSWERED), ("乙", Outcome.RIGHT)]
        found = areas_of([*rows, ("丙", Outcome.PENDING), ("丁", Outcome.EXCLUDED)])

        assert [(a.area, a.right, a.asked) for a in found] == [("乙", 1, 2), ("甲", 1, 1)]


@pytest.fixture
def vault(session, learner, now) -> list[int]:
    """The secure versions of an exam on the learner's areas, none of them for practice."""
    sync_bank(session, "vault", [make_item(f"v-{n}", pool=Pool.SECURE) for n in range(3)], now)
    return versions_of(session, "vault")


def exam(learner: Learner, versions: list[int], at, count: int = 3) -> int:
    pinned = section(count, candidates=tuple(Candidate(n, tuple("abcd")) for n in versions))
    made = create_of_pinned(
        learner.session,
        title="示例考试",
        blueprint=Blueprint("vault", Pool.SECURE, (pinned,)),
        rules=REAL,
        opens_at=at,
        closes_at=at + 2 * HOURS,
        created_by=None,
        now=at,
    )
    return made.id


def start(learner: Learner, model: int, at, **more) -> str:
    asked = services.MockModel(model, **more)
    return services.start_mock(learner.session, learner.actor, asked, device_token="d", now=at)


class TestStarting:
    def test_it_has_the_real_time_and_only_items_for_practice(
        self, learner, vault, now, session
    ) -> None:
        attempt = start(learner, exam(learner, vault, now), now, extra=timedelta(minutes=9))

        row = session.scalar(select(Attempt).where(Attempt.public_id == attempt))
        assert row.deadline_at - row.started_at == timedelta(minutes=99)
        assert len(learner.asked(attempt)) == 3
        assert not set(get_attempt(session, row.user_id, attempt).form.version_ids) & set(vault)
        assert set(learner.asked(attempt)) <= {f"q-{n:03d}" for n in range(1, 9)}

    def test_items_reserved_for_exams_or_lately_on_a_paper_are_not_asked(
        self, learner, versions, vault, now
    ) -> None:
        model = exam(learner, vault, now, count=8)
        other = make_learner(learner.session, now)
        other.sit(versions[:2], {1: RIGHT}, at=now - 3 * DAY)  # closed, yet on a paper lately
        other.sit(versions[2:4], {1: RIGHT}, at=now)  # open
        other.sit(versions[4:5], {1: RIGHT}, at=now - 40 * DAY)

        assert sorted(learner.asked(start(learner, model, now))) == [
            f"q-{n:03d}" for n in range(5, 9)
        ]

    def test_a_revised_item_whose_old_version_is_on_a_paper_is_not_asked(
        self, learner, versions, vault, now, session
    ) -> None:
        other = make_learner(session, now)
        other.sit(versions[:7], {1: RIGHT})
        items = practice_items()
        revised = replace(items[0], document=replace(items[0].document, stem="另一种问法（　）。"))
        sync_bank(session, BANK, [revised, *items[1:]], now)
        assert versions_of(session)[0] != versions[0]

        assert learner.asked(start(learner, exam(learner, vault, now), now)) == ["q-008"]

    def test_without_any_item_none_begins(self, learner, vault, now, session) -> None:
        session.execute(update(ItemRow).where(ItemRow.bank == BANK).values(pool="contest"))
        model = exam(learner, vault, now)

        with pytest.raises(Conflict, match="no_mock"):
            start(learner, model, now)
        [cell] = services.plan_mock(session, learner.actor, model, now).cells
        assert (cell.needed, cell.found) == (3, 0)

    def test_an_open_one_goes_on(self, learner, vault, now) -> None:
        model = exam(learner, vault, now)

        assert start(learner, model, now) == start(learner, model, now + HOURS)
        assert start(learner, exam(learner, vault, now), now) != start(learner, model, now)

    def test_a_second_one_asks_what_the_first_did_not(self, learner, vault, now) -> None:
        model = exam(learner, vault, now)
        first = start(learner, model, now)
        learner.answer(learner.assessment_of(first).id, {1: RIGHT}, now)
        second = start(learner, model, now + HOURS)

        assert not set(learner.asked(first)) & set(learner.asked(second))


class TestResult:
    def test_it_says_points_cut_and_areas_and_feeds_the_notebook(
        self, learner, vault, now, session
    ) -> None:
        attempt = start(learner, exam(learner, vault, now, count=4), now, cut_milli=6000)
        learner.answer(learner.assessment_of(attempt).id, {1: RIGHT, 2: WRONG, 3: RIGHT}, now)
        mock = queries.get_mock(session, learner.actor.user_id, attempt)

        result = services.look_at_mock(session, learner.actor, mock)

        assert (result.points_milli, result.max_milli, result.cut_milli) == (4000, 8000, 6000)
        assert result.is_passed is False
        assert [(a.area, a.right, a.asked) for a in result.areas] == [(AREA, 2, 4)]
        learner.deliver(now + HOURS)
        assert learner.notebook() == [learner.asked(attempt)[1]]

    def test_the_cut_is_in_proportion_where_items_lack(self, learner, vault, now, session) -> None:
        attempt = start(learner, exam(learner, vault, now, count=16), now, cut_milli=20_000)

        kept = session.get(PracticeSession, learner.assessment_of(attempt).id)
        assert parse_blueprint(learner.assessment_of(attempt).blueprint).max_milli == 16_000
        assert kept.cut_milli == 10_000

    def test_an_open_one_and_that_of_somebody_else_are_not_found(
        self, learner, vault, now, session
    ) -> None:
        attempt = start(learner, exam(learner, vault, now), now)
        with pytest.raises(NotFound):
            queries.get_mock(session, learner.actor.user_id, attempt)
        learner.answer(learner.assessment_of(attempt).id, {}, now)

        other = make_learner(session, now)
        with pytest.raises(NotFound):
            queries.get_mock(session, other.actor.user_id, attempt)
        assert queries.get_mock(session, learner.actor.user_id, attempt).attempt == attempt
