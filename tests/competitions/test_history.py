"""Looking back at lists: each day's standings are those of a recomputation at its end."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import event

from learning.competitions import services
from learning.competitions.jobs import freeze_due, keep_days
from learning.competitions.queries.history import find_due_day, list_unit_history
from learning.competitions.rules import (
    Format,
    Showing,
    Stage,
)
from learning.competitions.rules.history import RESTING, Span, end_of, next_day
from tests.competitions import oracle
from tests.competitions.many_days import DAYS, LIVE, TIE_RULE, Contest, oracle_end

ZONE = "Asia/Shanghai"


@pytest.mark.parametrize("counts", ["best", "last", "first"])
def test_every_day_is_a_recomputation_at_its_end(database, now, counts) -> None:
    contest = Contest(database, now, counts=counts, showing=LIVE)
    end = contest.closes_at - timedelta(hours=2)

    contest.play(range(0, 24 * 5, 3))
    kept = contest.keep(end)

    assert kept == DAYS
    contest.check(end, DAYS)


def test_what_comes_late_or_becomes_void_is_counted_again(database, now) -> None:
    contest = Contest(database, now, showing=LIVE)
    end = contest.closes_at - timedelta(hours=2)
    contest.play(range(0, 24 * 5, 3))
    contest.keep(end)
    contest.finish(now + timedelta(hours=30), points=20_000)
    contest.void(contest.results[7])
    contest.void(contest.results[33])
    contest.deliver()

    during = contest.look(0, end)
    too_soon = contest.keep(end)
    later = end + timedelta(minutes=10)
    kept = contest.keep(later)

    assert during.recounting > 0
    assert too_soon == 0
    assert kept == during.recounting
    contest.check(later, DAYS)


def test_a_result_of_today_makes_no_day_stale(database, now) -> None:
    contest = Contest(database, now, showing=LIVE)
    contest.play(range(0, 48, 3))
    at = now + timedelta(hours=50)
    contest.keep(at)

    contest.finish(at)
    contest.deliver()

    assert contest.look(0, at).recounting == 0


def test_sums_of_days_are_those_of_the_results_by_then(database, now) -> None:
    contest = Contest(database, now, showing=LIVE, format=Format(adds_up=True, per_day=1))
    at = now + timedelta(hours=80)
    contest.play(range(0, 72, 2))
    contest.keep(at)

    for who, person in enumerate(contest.people):
        history = contest.look(who, at)
        for day in history.days:
            sums = Counter()
            for row in contest.valid(day.until):
                sums[row["who"]] += row["points"]
            own = history.own.get(day.day)
            assert (own.points_milli if own else 0) == sums[person["who"]]
            assert day.entries == len(sums)


def test_a_killed_worker_s_day_is_counted_by_the_next(database, now, monkeypatch) -> None:
    contest = Contest(database, now, showing=LIVE)
    contest.play(range(0, 24, 2))
    at = now + timedelta(days=1)

    def killed(*_args) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("learning.competitions.jobs.count_day", killed)
        with pytest.raises(KeyboardInterrupt):
            keep_days(database, at)
    assert contest.look(0, at).recounting == 1
    contest.keep(at)

    contest.check(at, 1)


def test_units_look_back_when_the_whole_board_is_out_and_not_before(database, now) -> None:
    contest = Contest(database, now, showing=LIVE)
    contest.play(range(0, 24 * 5, 3))
    at = contest.closes_at + timedelta(days=2)
    contest.keep(contest.closes_at)
    units = [unit.id for unit in contest.units]
    with database.session(write=False) as session:
        view = contest.stage.view(session, now)
        before = list_unit_history(session, view, units, contest.closes_at)
    with database.transaction() as session:
        plan = services.plan_close(session, contest.stage.view(session, at))
        services.close_competition(session, plan, actor=contest.stage.actor, now=contest.closes_at)
    contest.keep(at)

    with database.session(write=False) as session:
        found = list_unit_history(session, contest.stage.view(session, at), units, at)

    assert before == []
    assert {unit.name for unit in found} == {f"示例企业{n}" for n in range(3)}
    for unit in found:
        number = int(unit.name[-1])
        assert len(unit.days) == DAYS + 1
        for day in unit.days:
            due = oracle.enterprises(
                TIE_RULE,
                "best",
                contest.people,
                contest.valid(oracle_end(day.day)),
                {},
                ranked_by="participants",
                ranked_from=1,
            )[str(contest.units[number].id)]
            assert (day.standing, day.participants) == (due["standing"], due["participants"])
            assert Fraction(day.mean_centi, 100) == due["mean"]


def test_nothing_of_after_a_freeze_is_told_until_everything_is_out(database, now) -> None:
    freeze = now + timedelta(days=2)
    stages = (Stage("", 5), Stage("", 1))
    contest = Contest(database, now, showing=Showing(True, freeze, stages))
    contest.play(range(0, 40, 2))
    freeze_due(database, freeze)
    contest.play(range(50, 24 * 5, 3))
    at = contest.closes_at + timedelta(days=2)
    contest.keep(contest.closes_at)
    last = {"frozen": contest.look(0, contest.closes_at)}
    with database.transaction() as session:
        plan = services.plan_close(session, contest.stage.view(session, at))
        services.close_competition(session, plan, actor=contest.stage.actor, now=contest.closes_at)
    contest.keep(at)
    last["closed"] = contest.look(0, at)
    for step in (1, 2):
        with database.transaction() as session:
            services.reveal_next(
                session, contest.stage.actor, contest.stage.public_id, step=step, now=at
            )
        last[f"step {step}"] = contest.look(0, at)

    ends = {name: max(day.until for day in history.days) for name, history in last.items()}
    assert ends.pop("step 2") > contest.closes_at
    assert set(ends) == {"frozen", "closed", "step 1"}
    assert all(freeze - timedelta(days=1) < end <= freeze for end in ends.values())
    assert last["frozen"].place.standing == contest.expected(freeze)[contest.people[0]["who"]][0]


def test_a_list_that_was_never_live_has_no_past_until_it_is_out(database, now) -> None:
    contest = Contest(database, now, showing=Showing(stages=(Stage("", 5), Stage("", 1))))
    contest.play(range(0, 24 * 3, 3))
    at = contest.closes_at + timedelta(days=2)
    contest.keep(contest.closes_at)
    told = [contest.look(0, contest.closes_at)]
    with database.transaction() as session:
        plan = services.plan_close(session, contest.stage.view(session, at))
        services.close_competition(session, plan, actor=contest.stage.actor, now=contest.closes_at)
    contest.keep(at)
    told.append(contest.look(0, at))
    for step in (1, 2):
        with database.transaction() as session:
            services.reveal_next(
                session, contest.stage.actor, contest.stage.public_id, step=step, now=at
            )
        told.append(contest.look(0, at))

    assert told[:3] == [None, None, None]
    assert len(told[3].days) == DAYS + 1


def test_a_closed_contest_has_no_day_after_its_last(database, now) -> None:
    contest = Contest(database, now, showing=LIVE)
    contest.play(range(0, 30, 3))
    early = now + timedelta(hours=31)
    with database.transaction() as session:
        plan = services.plan_close(session, contest.stage.view(session, early))
        services.close_competition(session, plan, actor=contest.stage.actor, now=early)

    contest.keep(now + timedelta(days=30))

    assert len(contest.look(0, now + timedelta(days=30)).days) == 2
    with database.session(write=False) as session:
        assert find_due_day(session, now + timedelta(days=60)) is None


OPENS = datetime(2026, 11, 22, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        (None, datetime(2026, 11, 22, 16, 59, tzinfo=UTC), None),
        (None, datetime(2026, 11, 22, 17, 0, tzinfo=UTC), date(2026, 11, 22)),
        (date(2026, 11, 22), datetime(2026, 11, 22, 17, 0, tzinfo=UTC), None),
        (date(2026, 11, 22), datetime(2026, 11, 30, tzinfo=UTC), date(2026, 11, 23)),
        (date(2028, 11, 22), datetime(2028, 11, 30, tzinfo=UTC), None),
    ],
)
def test_a_day_is_due_an_hour_after_it_ended(last, now, due) -> None:
    assert next_day(Span(OPENS, None, ZONE), last, now) == due


def test_a_day_ends_a_microsecond_before_the_next_wherever_it_is() -> None:
    assert end_of(date(2026, 11, 22), ZONE) == oracle_end(date(2026, 11, 22))
    assert end_of(date(2026, 10, 25), "Europe/Berlin") == datetime(
        2026, 10, 25, 22, 59, 59, 999_999, UTC
    )
    assert timedelta(hours=1) == RESTING


def test_many_days_are_read_in_a_few_statements(database, now) -> None:
    contest = Contest(database, now, showing=LIVE)
    statements: list[str] = []

    def note(*told) -> None:
        statements.append(told[2])

    counts = []
    for hours in (48, 24 * 5):
        contest.play(range(0, hours, 4))
        contest.keep(now + timedelta(hours=hours))
        event.listen(database.engine, "before_cursor_execute", note)
        statements.clear()
        history = contest.look(0, now + timedelta(hours=hours))
        event.remove(database.engine, "before_cursor_execute", note)
        counts.append((len(history.own), len(statements)))

    assert counts[0][0] < counts[1][0]
    assert counts[0][1] == counts[1][1] <= 20


def test_the_published_places_are_beside_the_days(database, now) -> None:
    contest = Contest(database, now, showing=LIVE)
    contest.play(range(0, 30, 3))
    at = now + timedelta(hours=31)
    contest.keep(at)

    for who, person in enumerate(contest.people):
        history = contest.look(who, at)
        whole = contest.expected(at).get(person["who"])
        within = contest.expected(at, division=person["division"]).get(person["who"])
        assert (history.place and history.place.standing) == (whole and whole[0])
        assert (history.in_division and history.in_division.standing) == (within and within[0])
