"""Prizes and a list that is corrected: taken back, drawn anew, or left to the organiser's own act."""

from dataclasses import replace
from datetime import timedelta

import pytest

from learning.competitions import services
from learning.competitions.queries import awards as award_queries
from learning.competitions.queries import regrades as queries
from learning.competitions.rules.awards import AwardRules, AwardState, AwardStatus
from tests.competitions.test_award_rules import NUMBER
from tests.competitions.test_regrading import TOP, apply, look, prepare, through
from tests.factories.regrading import close, make_regraded


@pytest.fixture
def contest(session, now):
    made = make_regraded(session, now)
    close(session, made.stage, now)
    return made


class TestPrizes:
    def announced(self, session, made, now, rules=None):
        rules = rules or AwardRules((TOP,), "某指数", now + timedelta(days=14), 7, 30)
        by = (session, made.stage.actor, made.stage.public_id)
        services.write_awards(*by, rules=rules, now=now)
        services.announce_awards(*by, now=now)
        return now + timedelta(days=14)

    def drawn(self, session, made, now, rules=None):
        later = self.announced(session, made, now, rules)
        services.draw_awards(
            session, made.stage.actor, made.stage.public_id, number=NUMBER, now=later
        )
        return later

    def plan(self, session, made, now):
        return award_queries.find_plan(session, made.stage.view(session, now).id)

    def winners(self, session, made, now):
        lines, _n = award_queries.list_awards(session, self.plan(session, made, now))
        return [made.names[line.entry] for line in lines]

    def test_a_frozen_list_is_taken_back_to_be_announced_anew(self, session, now, contest) -> None:
        self.announced(session, contest, now)
        through(session, contest, now, contest.rekey("c"))

        plan = self.plan(session, contest, now)
        assert (plan.state, plan.list_hash, plan.commitment) == (AwardState.DRAFT, "", "")

    def test_a_prize_open_to_objections_goes_to_who_deserves_it(
        self, session, now, contest
    ) -> None:
        rules = AwardRules((replace(TOP, reserve=2),), "某指数", now + timedelta(days=14), 7, 30)
        later = self.drawn(session, contest, now, rules=rules)
        assert self.winners(session, contest, now) == ["甲"]
        regrade = prepare(session, contest, later, contest.rekey("c"))
        found = look(session, contest, regrade, later)
        told = queries.get_lists(session, found.id).lists
        assert [(contest.names[each.entry], each.gains) for each in told.prizes] == [
            ("甲", False),
            ("乙", True),
        ]

        apply(session, contest, regrade, later)

        assert self.winners(session, contest, now) == ["乙"]
        order = award_queries.list_order(session, self.plan(session, contest, now).id, "top")
        assert {contest.names[row.entry]: row.status for row in order} == {
            "乙": AwardStatus.HELD,
            "甲": AwardStatus.RESERVE,
            "丙": AwardStatus.RESERVE,
        }

    def test_who_is_in_the_order_no_more_is_struck_on_the_record(
        self, session, now, contest
    ) -> None:
        rules = AwardRules((replace(TOP, reserve=0),), "某指数", now + timedelta(days=14), 7, 30)
        later = self.drawn(session, contest, now, rules=rules)
        through(session, contest, later, contest.rekey("c"))

        struck = award_queries.list_struck(session, self.plan(session, contest, now))
        assert self.winners(session, contest, now) == ["乙"]
        assert [(contest.names[line.entry], line.reason) for line in struck] == [("甲", "答案有误")]

    def test_a_final_prize_stays_and_is_named(self, session, now, contest) -> None:
        later = self.drawn(session, contest, now) + timedelta(days=8)
        services.finalise_awards(session, contest.stage.actor, contest.stage.public_id, now=later)
        regrade = prepare(session, contest, later, contest.rekey("c"))
        found = look(session, contest, regrade, later)
        apply(session, contest, regrade, later)

        told = queries.get_lists(session, found.id).lists
        assert (told.prizes_state, len(told.prizes)) == ("final", 2)
        assert self.winners(session, contest, now) == ["甲"]
