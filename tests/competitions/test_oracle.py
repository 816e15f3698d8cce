"""Histories of contests: what is published equals what the printed rules say, read naively."""

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from learning.attempts.rules import Counts
from learning.competitions import queries, services
from learning.competitions.models import Entry
from learning.competitions.rules import (
    Belonging,
    Division,
    EnterpriseRanking,
    EntryRules,
    RankBy,
    Weights,
)
from learning.competitions.services import Wish
from learning.competitions.services.unit_board import compare_unit_board
from learning.kernel.permissions import Role
from learning.leaderboards import queries as boards
from learning.leaderboards.rules import Scope
from tests.competitions import oracle
from tests.factories.competitions import add_scored_attempt, make_stage
from tests.factories.people import (
    make_actor,
    make_membership,
    make_unit,
    make_user,
    unit_grant,
)

DIVISIONS = (
    Division("staff", "企业员工组", Belonging.ENTERPRISE),
    Division("campus", "高校组", Belonging.UNIVERSITY),
    Division("free", "个人组", Belonging.NONE),
)
UNITS = (("enterprise", "370100"), ("enterprise", "110000"), ("university", "370200"), ("", ""))
ATTEMPTS = st.lists(
    st.tuples(
        st.sampled_from([0, 15_995, 16_000, 20_000]),
        st.sampled_from([60_000_000, 60_000_999, 60_001_000]),
    ),
    max_size=3,
)
HISTORIES = st.fixed_dictionaries(
    {
        "people": st.lists(st.tuples(st.sampled_from(range(4)), ATTEMPTS), max_size=9),
        "headcounts": st.tuples(
            *(st.sampled_from(["absent", None, 0, 1, 3, 200]) for _ in range(3))
        ),
        "counts": st.sampled_from(["best", "last", "first"]),
        "tie_rule": st.sampled_from(
            ["score_only", "score_then_duration", "score_then_earlier_finish"]
        ),
        "by": st.sampled_from(list(RankBy)),
        "minimum": st.sampled_from([1, 1, 2, 3]),
        "weights": st.sampled_from([(40, 30, 30), (100, 0, 0), (0, 100, 0), (0, 33, 67)]),
        "is_divided": st.booleans(),
    }
)


def ranking_of(history) -> EnterpriseRanking:
    by = history["by"]
    weights = Weights(*history["weights"]) if by is RankBy.WEIGHTED else Weights()
    return EnterpriseRanking(by, history["minimum"], weights)


class Told:
    """A contest played from a history, and the plain rows that the oracle reads."""

    def __init__(self, session, now, history) -> None:
        self.session, self.now, self.history = session, now, history
        entry = EntryRules(
            divisions=DIVISIONS if history["is_divided"] else (),
            ranking=ranking_of(history),
        )
        self.stage = make_stage(
            session,
            now,
            counts=Counts(history["counts"]),
            tie_rule=history["tie_rule"],
            max_attempts=3,
            entry=entry,
        )
        self.view = self.stage.view(session, now)
        self.people: list[oracle.Plain] = []
        self.results: list[oracle.Plain] = []
        self.enrolments: dict[str, int | None] = {}
        self.units = [
            make_unit(session, now, kind=kind, name=f"单位{n}", region=region) if kind else None
            for n, (kind, region) in enumerate(UNITS)
        ]
        self._enrol(history["headcounts"])
        for number, attempts in history["people"]:
            self._take_part(number, attempts)

    def _enrol(self, headcounts) -> None:
        for unit, headcount in zip(self.units, headcounts, strict=False):
            if headcount == "absent":
                continue
            unit.headcount = headcount
            self.session.flush()
            hr = hr_of(self.session, self.now, unit)
            services.enrol_enterprise(
                self.session, hr, self.stage.public_id, raw_unit_id=unit.public_id, now=self.now
            )
            self.enrolments[str(unit.id)] = headcount

    def _take_part(self, number, attempts) -> None:
        unit, user = self.units[number], make_user(self.session, self.now)
        if unit is not None:
            make_membership(self.session, self.now, user, unit)
        actor = make_actor(user)
        services.enter_competition(
            self.session, actor, self.stage.public_id, wish=Wish(), now=self.now
        )
        who = self.session.scalars(select(Entry.public_id).where(Entry.user_id == user.id)).one()
        kind, region = UNITS[number]
        divisions = {"enterprise": "staff", "university": "campus", "": "free"}
        self.people.append(
            {
                "who": who,
                "unit": str(unit.id) if unit else "",
                "division": divisions[kind] if self.history["is_divided"] else "",
                "province": region[:2],
            }
        )
        started = self.now - timedelta(minutes=30)
        for attempt, (points, duration) in enumerate(attempts, start=1):
            add_scored_attempt(
                self.session,
                self.view.assessment_id,
                user.id,
                number=attempt,
                points_milli=points,
                started_at=started,
                duration_us=duration,
            )
            finished = started + timedelta(microseconds=duration)
            self.results.append(
                {
                    "who": who,
                    "number": attempt,
                    "points": points,
                    "duration_us": duration,
                    "finished_at": finished,
                }
            )
            started = finished

    def close(self) -> None:
        plan = services.plan_close(self.session, self.stage.view(self.session, self.now))
        services.close_competition(self.session, plan, actor=self.stage.actor, now=self.now)

    def published(self, scope: Scope) -> dict[str, tuple[int, int]]:
        page = boards.get_page(self.session, self.view.board_id, page=1, size=50, scope=scope)
        return {row.subject: (row.standing, row.points_milli) for row in page.rows}

    def expected(self, scope: Scope) -> dict[str, tuple[int, int]]:
        return oracle.individuals(
            self.history["tie_rule"],
            self.history["counts"],
            self.people,
            self.results,
            division=scope.group,
            province=scope.area,
        )


def hr_of(session, now, unit):
    return make_actor(make_user(session, now, "人事"), unit_grant(Role.HR_MANAGER, unit))


def check(session, now, history) -> None:
    with session.begin_nested() as savepoint:
        told = Told(session, now, history)
        told.close()
        for group in ("", "staff", "campus", "free"):
            for area in ("", "37", "11"):
                scope = Scope(group, area)
                assert told.published(scope) == told.expected(scope), scope
        board = queries.get_enterprise_page(session, told.view.id, page=1)
        seen = {
            str(row.tally.unit_id): {
                "participants": row.tally.participants,
                "mean": as_fraction(row.tally.mean_centi, 100),
                "coverage": as_fraction(row.tally.coverage_permille, 10),
                "standing": row.standing,
                "score": as_fraction(row.score_centi, 100),
            }
            for row in board.rows
        }
        assert seen == oracle.enterprises(
            history["tie_rule"],
            history["counts"],
            told.people,
            told.results,
            told.enrolments,
            ranked_by=history["by"].value,
            ranked_from=history["minimum"],
            weights=history["weights"],
        )
        printed = [row.standing for row in board.rows if row.standing is not None]
        assert printed == sorted(printed)
        assert len(services.recompute_board(session, told.view.round_id)) == 0
        assert compare_unit_board(session, told.stage.view(session, now)) == 0
        savepoint.rollback()


def as_fraction(whole: int | None, parts: int) -> Fraction | None:
    return None if whole is None else Fraction(whole, parts)


ALLOWED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=12, deadline=None, suppress_health_check=ALLOWED, derandomize=True)
@given(history=HISTORIES)
def test_published_boards_are_those_of_the_printed_rules(session, now, history) -> None:
    check(session, now, history)


@pytest.mark.deep
@settings(max_examples=400, deadline=None, suppress_health_check=ALLOWED)
@given(history=HISTORIES)
def test_many_histories_give_the_boards_of_the_printed_rules(session, now, history) -> None:
    check(session, now, history)
