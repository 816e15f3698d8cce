"""Prizes and a long list of which an entry is void: read and written by the worker, nothing lost."""

from datetime import timedelta

import pytest

from learning.competitions import services
from learning.competitions.jobs import settle_prizes_due
from learning.competitions.queries import awards as award_queries
from learning.competitions.rules.awards import AwardState, sha256
from learning.competitions.services import settling
from learning.competitions.services.reranking import PrizeAct
from tests.competitions.test_corrected_prizes import Draws
from tests.factories.regrading import close, make_regraded


@pytest.fixture
def contest(session, now):
    made = make_regraded(session, now)
    close(session, made.stage, now)
    return made


class TestLongLists(Draws):
    @pytest.fixture(autouse=True)
    def is_long(self, monkeypatch):
        monkeypatch.setattr(settling, "AT_ONCE", 0)

    def read(self, session, contest, now):
        return settling.plan_settling(session, contest.stage.view(session, now).id)

    def test_prizes_follow_void_entries_once_the_worker_came(self, session, now, contest) -> None:
        later = self.drawn(session, contest, now) + timedelta(days=3)
        self.void(session, contest, "甲", later, "代答")
        self.void(session, contest, "乙", later, "替考")
        before = self.plan(session, contest, now)
        assert (before.is_settling, before.corrected_hash) == (True, "")
        assert self.winners(session, contest, now) == ["甲"]

        assert settling.settle_planned(session, self.read(session, contest, now), later)

        plan = self.plan(session, contest, now)
        assert not plan.is_settling
        assert self.winners(session, contest, now)[0] in {"丙", "丁"}  # level: their lots decide
        assert plan.corrected_hash == sha256(award_queries.read_corrected_list(session, plan.id))
        assert plan.objections_until == later + timedelta(days=7)
        struck = award_queries.list_struck(session, plan)
        assert [(contest.names[line.entry], line.reason) for line in struck] == [("甲", "代答")]
        assert self.read(session, contest, now) is None

    def test_what_was_read_before_another_void_or_strike_is_not_written(
        self, session, now, contest
    ) -> None:
        later = self.drawn(session, contest, now) + timedelta(days=3)
        self.void(session, contest, "丙", later)
        read = self.read(session, contest, now)
        self.void(session, contest, "甲", later)
        assert not settling.settle_planned(session, read, later)

        read = self.read(session, contest, now)
        lines, _n = award_queries.list_awards(session, self.plan(session, contest, now))
        by = (session, contest.stage.actor, contest.stage.public_id)
        services.strike_award(*by, lines[0].public_id, reason="核实", now=later)
        assert not settling.settle_planned(session, read, later)

        assert settling.settle_planned(session, self.read(session, contest, now), later)
        assert self.winners(session, contest, now) == ["乙"]

    def test_the_list_is_not_made_final_before_prizes_followed(self, session, now, contest) -> None:
        later = self.drawn(session, contest, now) + timedelta(days=8)
        self.void(session, contest, "甲", later)
        read = self.read(session, contest, now)

        by = (session, contest.stage.actor, contest.stage.public_id)
        assert not services.finalise_awards(*by, now=later)

        assert self.winners(session, contest, now) == ["乙"]
        assert not self.plan(session, contest, now).is_settling
        assert not settling.settle_planned(session, read, later)

    def test_a_frozen_list_is_taken_back_only_for_who_is_on_it(self, session, now, contest) -> None:
        self.announced(session, contest, now)
        view, act = contest.stage.view(session, now), PrizeAct(None, "代答", now)

        settling.settle_void(session, view, "0" * 26, act=act)
        assert self.plan(session, contest, now).state is AwardState.ANNOUNCED

        self.void(session, contest, "丙", now)
        assert self.plan(session, contest, now).state is AwardState.DRAFT

    def test_the_worker_settles_what_waits(self, database, now) -> None:
        with database.transaction() as session:
            contest = make_regraded(session, now)
            close(session, contest.stage, now)
            later = self.drawn(session, contest, now) + timedelta(days=3)
            self.void(session, contest, "甲", later)

        assert [settle_prizes_due(database, later) for _ in range(2)] == [1, 0]

        with database.session(write=False) as session:
            assert self.winners(session, contest, now) == ["乙"]
