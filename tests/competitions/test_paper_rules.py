"""Paper in a contest as its organiser decides on it, closes over it, sees it and voids it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.competitions import queries, services
from learning.competitions.formats import Promotion
from learning.competitions.jobs import close_due
from learning.competitions.models import EnterpriseResult
from learning.competitions.queries import papers as paper_queries
from learning.competitions.queries.desks import get_oversight
from learning.competitions.queries.paper_rules import find_paper
from learning.competitions.rules import Format, Play, State
from learning.competitions.rules.papers import PaperRules, PaperState
from learning.competitions.services import feeding
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, NotFound
from tests.competitions.test_desks import make_hr
from tests.competitions.test_papers import board, problems, refused, sheet_of
from tests.factories.competitions import add_scored_attempt, make_stage
from tests.factories.contest_papers import feed, make_paper_contest
from tests.factories.people import make_actor, make_membership, make_user
from tests.factories.rounds import plan_round


@pytest.fixture
def contest(session, now):
    return make_paper_contest(session, now)


def void(session, contest, actor, now, reason="代答") -> None:
    services.void_paper(
        session,
        actor,
        contest.stage.public_id,
        raw_unit_id=contest.company.public_id,
        number=1,
        raw_sheet_id=sheet_of(session).public_id,
        raw_reason=reason,
        now=now,
    )


class TestSettings:
    def set(self, session, stage, now, rules, number=1) -> None:
        services.set_paper(session, stage.actor, stage.public_id, number, rules=rules, now=now)

    def test_a_round_without_the_setting_has_no_desk(self, session, now) -> None:
        contest = make_paper_contest(session, now)
        self.set(session, contest.stage, now, None)

        with pytest.raises(NotFound):
            contest.desk(session, now)

    def test_papers_are_keyed_until_the_last_day_and_no_longer(self, session, now, contest) -> None:
        contest.put_down(session, now, "W1")
        view = contest.stage.view(session, now)
        last = view.closes_at + timedelta(days=7)

        assert contest.desk(session, last - timedelta(seconds=1))
        refused("paper_over", contest.desk, session, last)
        refused("not_open", contest.desk, session, view.opens_at - timedelta(seconds=1))

    def test_only_plain_papers_can_be_answered_on_paper(self, session, now) -> None:
        stage = make_stage(session, now, format=Format(play=Play.SPEED, item_seconds=20))
        rules = PaperRules(stage.view(session, now).closes_at)

        refused("paper_format", self.set, session, stage, now, rules)

    def test_the_last_day_lies_behind_answering(self, session, now) -> None:
        stage = make_stage(session, now)
        ends = stage.view(session, now).closes_at

        for until in (ends - timedelta(seconds=1), ends + timedelta(days=61)):
            found = problems(self.set, session, stage, now, PaperRules(until))
            assert found == {"until": "until"}

    def test_what_units_rely_on_is_not_taken_back(self, session, now, contest) -> None:
        contest.put_down(session, now, "W1")
        rules = find_paper(session, contest.stage.view(session, now).round_id)
        later = replace(rules, until=rules.until + timedelta(days=1))

        for worse in (
            None,
            replace(rules, until=rules.until - timedelta(days=1)),
            replace(rules, takes_totals=False),
            replace(rules, beside_online=True),
        ):
            refused("paper_used", self.set, session, contest.stage, now, worse)
        self.set(session, contest.stage, now, later)
        assert find_paper(session, contest.stage.view(session, now).round_id) == later

    def test_a_later_window_moves_the_last_day_along(self, session, now) -> None:
        stage = make_stage(session, now)
        view = stage.view(session, now)
        self.set(session, stage, now, PaperRules(view.closes_at))
        later = view.closes_at + timedelta(days=3)
        services.move_round_window(
            session,
            stage.actor,
            stage.public_id,
            1,
            opens_at=view.opens_at,
            closes_at=later,
            reason="台风",
            now=now,
        )

        assert find_paper(session, view.round_id).until == later

    def test_only_who_went_on_is_put_down_for_a_later_round(self, session, now) -> None:
        stage = make_stage(session, now, is_open=False)
        plan = plan_round(now)
        services.add_round(
            session, stage.actor, stage.public_id, plan=plan, is_training=False, now=now
        )
        services.set_promotion(
            session, stage.actor, stage.public_id, 1, promotion=Promotion(top=1), now=now
        )
        self.set(session, stage, now, PaperRules(plan.closes_at), number=2)
        services.open_competition(session, stage.actor, stage.public_id, now=now)
        company, hr = make_hr(session, now, "示例机械集团", region="370200")
        services.enrol_enterprise(
            session, hr, stage.public_id, raw_unit_id=company.public_id, now=now
        )
        user = make_user(session, now, "工人")
        make_membership(session, now, user, company, staff_no="W1")
        services.enter_competition(session, make_actor(user), stage.public_id, now=now)
        desk = services.hold_paper(
            session, hr, stage.public_id, company.public_id, 2, plan.opens_at
        )

        found = problems(
            services.put_down, session, hr, desk, roll="W1", division="", now=plan.opens_at
        )
        assert found == {"W1": "not_promoted"}


class TestClosing:
    def test_the_worker_waits_for_papers_and_then_closes(self, database, now) -> None:
        with database.transaction() as session:
            contest = make_paper_contest(session, now)
            contest.put_down(session, now, "W1")
            contest.confirm(session, now)
            ends = contest.stage.view(session, now).closes_at
        assert close_due(database, ends + timedelta(days=6)) == 0
        assert close_due(database, ends + timedelta(days=7, minutes=5)) == 1
        with database.session(write=False) as session:
            assert contest.stage.view(session, now).state is State.CLOSED

    def test_nobody_closes_over_half_keyed_papers_before_the_last_day(
        self, session, now, contest
    ) -> None:
        contest.put_down(session, now, "W1")
        contest.key(session, now, contest.sheet(session, now), keyer=0)
        stage = contest.stage
        plan = services.plan_close(session, stage.view(session, now))

        with pytest.raises(Conflict, match="paper_waiting"), session.begin_nested():
            services.close_competition(session, plan, actor=stage.actor, now=now)
        late = now + timedelta(days=30)
        services.close_competition(session, plan, actor=stage.actor, now=late)
        refused("closed", contest.desk, session, now)


class TestOrganiser:
    def test_the_share_of_paper_is_shown_by_unit(self, session, now, contest) -> None:
        contest.put_down(session, now, "W1")
        contest.confirm(session, now)
        worker = contest.workers[1]
        services.enter_competition(session, worker, contest.stage.public_id, now=now)
        view = contest.stage.view(session, now)
        add_scored_attempt(session, view.assessment_id, worker.user_id, started_at=now)
        feeding.recompute_board(session, view.round_id)

        oversight = get_oversight(session, contest.stage.actor, contest.stage.public_id, now)
        [share], total = paper_queries.list_paper_shares(session, oversight, view, page=1)
        assert (share.name, share.on_paper, share.finished, share.listed, total) == (
            "示例机械集团",
            1,
            2,
            1,
            1,
        )

    def test_a_void_paper_leaves_every_list_and_only_the_organiser_makes_it_so(
        self, session, now, contest
    ) -> None:
        contest.put_down(session, now, "W1")
        contest.confirm(session, now)
        feed(session, now)
        with pytest.raises(NotFound):
            void(session, contest, contest.keyers[0], now)

        void(session, contest, contest.stage.actor, now)
        feed(session, now)

        assert board(session, contest, now) == ()
        counts = paper_queries.count_paper(session, contest.desk(session, now))
        assert counts[PaperState.VOID] == 1
        refused("voided", void, session, contest, contest.stage.actor, now)
        assert "competition.paper_voided" in session.scalars(select(AuditEntry.act)).all()

    def test_a_published_list_follows_a_void_paper_at_once(self, session, now, contest) -> None:
        contest.put_down(session, now, "W1 W2")
        contest.confirm(session, now, worker=0)
        contest.confirm(session, now, worker=1)
        stage = contest.stage
        plan = services.plan_close(session, stage.view(session, now))
        services.close_competition(session, plan, actor=stage.actor, now=now)

        void(session, contest, stage.actor, now)

        assert len(board(session, contest, now)) == 1
        assert session.scalars(select(EnterpriseResult.participants)).one() == 1

    def test_next_years_edition_takes_paper_as_well(self, session, now, contest) -> None:
        stage = contest.stage
        services.place_in_series(
            session,
            stage.actor,
            stage.public_id,
            raw_series_id="",
            title="示例系列赛",
            year=now.year,
            now=now,
        )
        public_id = services.clone_edition(
            session, stage.actor, stage.public_id, year=now.year + 1, now=now
        )

        held = find_paper(session, stage.view(session, now).round_id)
        cloned = queries.get_managed(session, stage.actor, public_id, now)
        taken = find_paper(session, cloned.round_id)
        assert taken == replace(held, until=held.until.replace(year=now.year + 1))
