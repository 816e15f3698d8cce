"""A key is wrong after the list was published: who moves where, looked at first, applied once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from learning.accounts.models import User
from learning.accounts.services import add_login_name
from learning.attempts.models import ScoreRow, StepwiseEntry
from learning.attempts.queries import get_attempt, get_regrade
from learning.attempts.rules import Batch, RegradeState, RulingWish, Treatment
from learning.attempts.services import commit_position, preparing, reveal_position, submit_attempt
from learning.competitions import services
from learning.competitions.events import RERANKED
from learning.competitions.formats import Step, step_points
from learning.competitions.jobs import NOTICES, regrade_due
from learning.competitions.models import EnterpriseResult, RankEffect
from learning.competitions.queries import regrades as queries
from learning.competitions.rules import Format, Play, Speed
from learning.competitions.rules.awards import AwardRules, Prize
from learning.competitions.rules.prize_lists import PrizeKind
from learning.competitions.rules.reranking import RankEffectKind
from learning.kernel import events
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.events import EventRow
from learning.kernel.mail import OutboxMessage
from learning.leaderboards import queries as boards
from tests.competitions.test_board import handle_all
from tests.factories.competitions import make_association
from tests.factories.regrading import close, codes_of, make_regraded

TOP = Prize("top", "名次奖", PrizeKind.RANK, 1, reserve=1)


@pytest.fixture
def contest(session, now):
    made = make_regraded(session, now)
    close(session, made.stage, now)
    return made


def prepare(session, made, now, *wishes):
    by = (session, made.stage.actor, made.stage.public_id, 1)
    regrade = services.start_round_regrade(*by, raw_appeal_id="", now=now)
    for wish in wishes:
        services.rule_on_round(*by, regrade, wish=wish, now=now)
    return regrade


def look(session, made, regrade, now):
    by = (session, made.stage.actor, made.stage.public_id, 1)
    found = services.ask_round_look(*by, regrade, now=now)
    if found is not None:
        services.keep_round_look(session, found, services.look_at_round(session, found), now)
    return view(session, made, regrade, now)


def view(session, made, regrade, now):
    return get_regrade(session, made.stage.view(session, now).assessment_id, regrade)


def apply(session, made, regrade, now) -> bool:
    by = (session, made.stage.actor, made.stage.public_id, 1)
    found = services.ask_round_force(*by, regrade, reason="答案有误", now=now)
    return found is not None and services.put_round_into_force(session, found, now)


def through(session, made, now, *wishes):
    regrade = prepare(session, made, now, *wishes)
    look(session, made, regrade, now)
    apply(session, made, regrade, now)
    return regrade


def standings(session, made, now):
    board = made.stage.view(session, now).board_id
    rows = boards.list_rows(session, board, offset=0, limit=100)
    return {made.names[row.subject]: (row.standing, row.points_milli) for row in rows}


def units(session):
    rows = session.scalars(select(EnterpriseResult).order_by(EnterpriseResult.position))
    return [(row.unit_name, row.standing, row.sum_milli) for row in rows]


class TestRanks:
    def test_a_look_names_everybody_who_moves_and_writes_nothing(
        self, session, now, contest
    ) -> None:
        before = standings(session, contest, now)
        found = look(session, contest, prepare(session, contest, now, contest.rekey("c")), now)

        lines = queries.list_rank_effects(session, found, RankEffectKind.RESULT, page=1)
        moves = {
            line.name[-1]: (line.before_standing, line.after_standing, line.after_milli)
            for line in lines
        }
        assert moves == {
            "乙": (2, 1, 100_000),
            "甲": (1, 2, 96_000),
            "丙": (3, 2, 96_000),
            "丁": (3, 4, 88_000),
        }
        assert [line.after_standing for line in lines] == [1, 2, 2, 4]
        assert found.summary == {"result": 4, "shift": 0, "scores": 4, "papers": 4}
        assert standings(session, contest, now) == before
        assert session.scalar(select(func.max(ScoreRow.version))) == 1

    def test_applied_the_lists_are_what_was_looked_at_and_equal_a_recomputation(
        self, session, now, contest
    ) -> None:
        assert units(session) == [("甲厂", 1, 192_000), ("乙厂", 2, 188_000)]
        regrade = prepare(session, contest, now, contest.rekey("c"))
        found = look(session, contest, regrade, now)
        told = queries.get_lists(session, found.id).lists.units
        assert [(each.name, each.before, each.after) for each in told] == [
            ("乙厂", 2, 1),
            ("甲厂", 1, 2),
        ]

        assert apply(session, contest, regrade, now)
        round_id = contest.stage.view(session, now).round_id
        assert len(services.recompute_board(session, round_id)) == 0
        handle_all(session, now, [])  # events of the new scores: a published list stays

        assert standings(session, contest, now) == {
            "乙": (1, 100_000),
            "甲": (2, 96_000),
            "丙": (2, 96_000),
            "丁": (4, 88_000),
        }
        assert units(session) == [("乙厂", 1, 196_000), ("甲厂", 2, 184_000)]

    def test_a_second_time_changes_nothing(self, session, now, contest) -> None:
        regrade = through(session, contest, now, contest.rekey("c"))
        first = standings(session, contest, now)

        assert not apply(session, contest, regrade, now + timedelta(days=1))
        assert standings(session, contest, now) == first
        assert session.scalar(select(func.max(ScoreRow.version))) == 2, "regraded twice"
        told = select(func.count()).select_from(EventRow).where(EventRow.kind == RERANKED)
        assert session.scalar(told) == 4, "one for each who moves, once"

    def test_everybody_whose_result_changed_is_told_once(self, session, now, contest) -> None:
        for name, actor in contest.people.items():
            user = session.get_one(User, actor.user_id)
            add_login_name(session, user, "email", f"{ord(name)}@example.org", now=now)
        through(session, contest, now, RulingWish(contest.version_id, Treatment.FULL_MARKS))
        for event in events.find_pending(session, NOTICES, 100):
            NOTICES.handle(session, event, now)

        told = {row.recipient: row.body for row in session.scalars(select(OutboxMessage))}
        assert len(told) == 2  # 乙 and 丙; 丁 merely moved
        assert all("您的得分有变" in body for body in told.values())

    def test_who_only_shifts_is_told_apart(self, session, now, contest) -> None:
        wish = RulingWish(contest.version_id, Treatment.FULL_MARKS)
        found = look(session, contest, prepare(session, contest, now, wish), now)

        assert found.summary["result"] == 2  # 乙 and 丙 gain
        shifts = queries.list_rank_effects(session, found, RankEffectKind.SHIFT, page=1)
        assert [(line.name[-1], line.before_standing, line.after_standing) for line in shifts] == [
            ("丁", 3, 4)
        ]

    def test_rulings_put_anew_need_another_look(self, session, now, contest) -> None:
        regrade = prepare(session, contest, now, contest.rekey("c"))
        look(session, contest, regrade, now)
        by = (session, contest.stage.actor, contest.stage.public_id, 1)
        services.rule_on_round(*by, regrade, wish=contest.rekey("a"), now=now)

        assert session.scalar(select(func.count()).select_from(RankEffect)) == 0
        with pytest.raises(Conflict, match="not_looked"):
            apply(session, contest, regrade, now)

    def test_what_another_act_overtook_must_be_looked_at_again(self, session, now, contest) -> None:
        """Else people would be told of ranks that the list never had."""
        first = prepare(session, contest, now, contest.rekey("c"))
        second = prepare(session, contest, now, RulingWish(contest.version_id, Treatment.EXCLUDED))
        for regrade in (first, second):
            look(session, contest, regrade, now)
        apply(session, contest, first, now)
        session.flush()

        with pytest.raises(Conflict, match="look_stale"):
            apply(session, contest, second, now)
        look(session, contest, second, now)
        assert apply(session, contest, second, now)

    def test_prizes_announced_after_the_look_are_another_matter(
        self, session, now, contest
    ) -> None:
        regrade = prepare(session, contest, now, contest.rekey("c"))
        look(session, contest, regrade, now)
        rules = AwardRules((TOP,), "某指数", now + timedelta(days=14), 7, 30)
        by = (session, contest.stage.actor, contest.stage.public_id)
        services.write_awards(*by, rules=rules, now=now)
        services.announce_awards(*by, now=now)

        with pytest.raises(Conflict, match="look_stale"):
            apply(session, contest, regrade, now)

    def test_a_foreign_organiser_finds_nothing(self, session, now, contest) -> None:
        regrade = prepare(session, contest, now, contest.rekey("c"))
        _unit, _user, stranger = make_association(session, now, "别的协会")

        with pytest.raises(NotFound):
            services.ask_round_look(session, stranger, contest.stage.public_id, 1, regrade, now=now)

    def test_many_papers_are_left_to_the_worker(self, database, now, monkeypatch) -> None:
        monkeypatch.setattr(preparing, "SMALL", 1)
        with database.transaction() as session:
            made = make_regraded(session, now)
            close(session, made.stage, now)
            regrade = prepare(session, made, now, made.rekey("c"))
            assert look(session, made, regrade, now).state is RegradeState.LOOKING

        assert regrade_due(database, now) == 1
        with database.transaction() as session:
            assert view(session, made, regrade, now).summary["result"] == 4
            assert not apply(session, made, regrade, now)
        assert [regrade_due(database, now) for _ in range(2)] == [1, 0]
        with database.session(write=False) as session:
            assert view(session, made, regrade, now).state is RegradeState.APPLIED
            assert standings(session, made, now)["乙"] == (1, 100_000)


class TestFairness:
    def test_an_item_that_only_some_were_asked_cannot_just_not_count(self, session, now) -> None:
        """Points rank: whoever was asked it would have a smaller maximum than the others."""
        made = make_regraded(session, now, single_count=10)
        close(session, made.stage, now)
        forms = [
            get_attempt(session, a.user_id, made.attempts[n]).form for n, a in made.people.items()
        ]
        asked = [{place.version_id for place in form.positions} for form in forms]
        some = next(
            version
            for version in set.union(*asked)
            if 0 < sum(version in each for each in asked) < len(asked)
        )
        regrade = prepare(session, made, now, RulingWish(some, Treatment.EXCLUDED))
        found = look(session, made, regrade, now)

        assert queries.get_lists(session, found.id).lists.unequal > 0
        with pytest.raises(Conflict, match="unequal_maximum"):
            apply(session, made, regrade, now)

    def test_nor_while_papers_may_come_that_do_not_ask_it(self, session, now) -> None:
        """So far everybody was asked it, or nobody: the next paper may be another one."""
        made = make_regraded(session, now, single_count=10)
        regrade = prepare(session, made, now, RulingWish(made.version_id, Treatment.EXCLUDED))
        found = look(session, made, regrade, now)

        assert queries.get_lists(session, found.id).lists.unequal > 0
        with pytest.raises(Conflict, match="unequal_maximum"):
            apply(session, made, regrade, now)

    def test_an_item_that_all_were_asked_can(self, session, now, contest) -> None:
        through(session, contest, now, RulingWish(contest.version_id, Treatment.EXCLUDED))

        assert standings(session, contest, now) == {
            "甲": (1, 96_000),
            "乙": (1, 96_000),
            "丙": (3, 92_000),
            "丁": (4, 88_000),
        }


class TestOneByOne:
    SPEED = Format(play=Play.SPEED, item_seconds=20, speed=Speed(Decimal(100), Decimal(30)))

    def test_speed_points_follow_the_new_key_through_the_formats_own_function(
        self, session, now
    ) -> None:
        made = make_regraded(session, now, format=self.SPEED, max_attempts=2)
        person, view = made.people["乙"], made.stage.view(session, now)
        attempt = services.start_round(
            session,
            person,
            made.stage.public_id,
            device_token="device".ljust(43, "_"),
            now=now + timedelta(hours=1),
        )
        held = get_attempt(session, person.user_id, attempt)
        codes = codes_of(session, [place.version_id for place in held.form.positions])
        at = now + timedelta(hours=1)
        for position in range(1, 4):
            reveal_position(session, person, attempt, position, now=at)
            at += timedelta(seconds=4)
            commit_position(session, person, attempt, position, now=at)
        assert len(codes) == len(held.form.positions)
        entries = session.scalars(
            select(StepwiseEntry).where(StepwiseEntry.attempt_id == held.id)
        ).all()
        assert {entry.outcome for entry in entries} == {"unanswered"}
        first = held.form.positions[0].version_id

        submit_attempt(
            session,
            person,
            attempt,
            batch=Batch(epoch=1, entries=(), rejected=()),
            last_seq={},
            now=at,
        )
        handle_all(session, now, [])
        row = boards.find_result(session, view.board_id, made.entries["乙"])
        assert row
        assert row[0].points_milli == 0

        through(session, made, at, RulingWish(first, Treatment.FULL_MARKS))
        row = boards.find_result(session, view.board_id, made.entries["乙"])

        assert row
        assert row[0].points_milli == (100 + (20 - 4) * 30) * 1000
        assert len(services.recompute_board(session, view.round_id)) == 0

    def test_who_hands_in_after_the_ruling_stands_by_it_too(self, session, now) -> None:
        """What they committed before was judged by the key that was wrong."""
        made = make_regraded(session, now, format=self.SPEED, max_attempts=2)
        person, stage = made.people["乙"], made.stage
        at = now + timedelta(hours=1)
        start = {"device_token": "device".ljust(43, "_"), "now": at}
        attempt = services.start_round(session, person, stage.public_id, **start)
        held = get_attempt(session, person.user_id, attempt)
        codes = codes_of(session, [place.version_id for place in held.form.positions])
        position = codes.index("s-000") + 1
        reveal_position(session, person, attempt, position, now=at)
        at += timedelta(seconds=4)
        commit_position(session, person, attempt, position, now=at)
        through(session, made, at, RulingWish(made.version_id, Treatment.FULL_MARKS))

        empty = Batch(epoch=1, entries=(), rejected=())
        submit_attempt(session, person, attempt, batch=empty, last_seq={}, now=at)
        handle_all(session, now, [])

        board = stage.view(session, now).board_id
        row = boards.find_result(session, board, made.entries["乙"])
        assert row
        assert row[0].points_milli == (100 + (20 - 4) * 30) * 1000

    def test_a_run_goes_on_over_an_item_that_does_not_count(self) -> None:
        chosen = Format(play=Play.SURVIVAL, item_seconds=45)
        right, wrong = Step(True, 1000, 5), Step(False, 0, 5)
        given = Step(False, 1000, None, is_given=True)

        assert step_points(chosen, [right, wrong, right]) == 1000
        assert step_points(chosen, [right, given, right]) == 3000
        assert step_points(chosen, [right, right]) == 2000  # the excluded one is no step
