"""Hours for a pass of a contest: promised, proved, handed in to HR, ended with the pass."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from learning.accounts.models import PersonalNotice
from learning.attempts.events import RULED, VOIDED
from learning.attempts.models import Attempt, Regrade, ScoreRow
from learning.attempts.rules import Counts, Release
from learning.competitions import services as contests
from learning.competitions.formats import PRESETS
from learning.competitions.models import Entry
from learning.competitions.queries.hours import find_pledge
from learning.competitions.rules.hours import HourField, HoursPledge, problem_places
from learning.competitions.services.fairness import void_entry
from learning.competitions.services.hours import set_pledge
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.events import Event, EventRow
from learning.study.events import RULED_PASSES
from learning.study.jobs import CONTESTS
from learning.study.models import ContestProof, StudyClaim
from learning.study.presentation import contest_inputs
from learning.study.queries.claims import count_lost, list_claims
from learning.study.queries.contests import find_own_proof
from learning.study.rules.claims import ClaimState
from learning.study.rules.contests import ProofDocument
from learning.study.rules.hours import Field
from learning.study.services import contests as proving
from learning.study.services.claims import approve_claim, refuse_claim, withdraw_claim
from learning.study.services.contests import follow_result, hand_in_proof, make_proof
from learning.study.services.contras import take_back
from tests.factories.competitions import add_scored_attempt, make_stage
from tests.factories.people import make_actor, make_membership, make_unit, make_user
from tests.factories.rounds import HOUR, close_round
from tests.study.hours import PDF, ZONE, Office

PLEDGE = HoursPledge(Decimal(12), Decimal(6), HourField.COMMON)


class TestRules:
    def test_fields_are_those_of_the_ledger(self) -> None:
        assert {field.value for field in HourField} == {field.value for field in Field}

    @pytest.mark.parametrize(
        ("change", "most", "places"),
        [
            ({}, Decimal(20), []),
            ({"cut": Decimal(20)}, Decimal(20), []),
            ({"cut": Decimal("20.01")}, Decimal(20), ["cut"]),
            ({"cut": Decimal(0)}, Decimal(20), ["cut"]),
            ({"cut": Decimal(500)}, None, []),  # points of days add up
            ({"cut": Decimal("NaN")}, None, ["cut"]),
            ({"hours": Decimal("24.01")}, Decimal(20), ["hours"]),
            ({"hours": Decimal("1.005")}, Decimal(20), ["hours"]),
            ({"hours": Decimal(-1)}, Decimal(20), ["hours"]),
        ],
    )
    def test_a_promise_has_its_bounds(self, change, most, places) -> None:
        assert problem_places(replace(PLEDGE, **change), most) == places

    def test_a_proof_spans_a_year_at_most(self) -> None:
        proof = ProofDocument("甲", "", "赛", "协会", "2024-01-01", "2026-03-31", 1, 1, 1, "common")
        first, last = proof.days
        assert (last - first).days == 365
        assert replace(proof, first_day="2026-03-01").days[0].isoformat() == "2026-03-01"


class Contest:
    """A contest worth 6 hours from 12 of 20 points on; the learner of an office has 18."""

    def __init__(self, session, now, *, points=18, pledge=PLEDGE, **rules) -> None:
        self.session, self.now = session, now
        self.office = Office(session, now)
        self.stage = make_stage(session, now, **rules)
        if pledge:
            self.set(pledge)
        self.learner, self.public_id = self.office.learner, self.stage.public_id
        self.enter(self.office.person, points)

    def set(self, pledge) -> None:
        set_pledge(
            self.session, self.stage.actor, self.stage.public_id, pledge=pledge, now=self.now
        )

    def enter(self, user, points) -> None:
        contests.enter_competition(self.session, make_actor(user), self.public_id, now=self.now)
        view = self.stage.view(self.session, self.now)
        add_scored_attempt(
            self.session,
            view.assessment_id,
            user.id,
            points_milli=points * 1000,
            started_at=self.now,
        )

    def close(self) -> "Contest":
        self.now += 9 * HOUR
        close_round(self.session, self.now, self.stage)
        return self

    def make(self, actor=None) -> str:
        return make_proof(
            self.session, actor or self.learner, self.public_id, zone=ZONE, now=self.now
        )

    def hand_in(self, actor=None) -> str:
        return hand_in_proof(
            self.session,
            actor or self.learner,
            self.public_id,
            pdf=PDF,
            zone=ZONE,
            now=self.now,
        )

    def claim(self, public_id) -> StudyClaim:
        return self.session.scalars(
            select(StudyClaim).where(StudyClaim.public_id == public_id)
        ).one()

    def approve(self, claim) -> int:
        return approve_claim(
            self.session,
            self.office.hr,
            claim,
            hours_milli=6_000,
            raw_answer="",
            zone=ZONE,
            now=self.now,
        )

    def void(self) -> None:
        entry = self.session.scalars(
            select(Entry).where(Entry.user_id == self.office.person.id)
        ).one()
        view = self.stage.view(self.session, self.now)
        void_entry(self.session, self.stage.actor, view, entry, reason="多号", now=self.now)

    def follow(self) -> None:
        view = self.stage.view(self.session, self.now)
        told = {"assessment_id": view.assessment_id, "user_id": self.office.person.id}
        event = Event(1, "0" * 26, VOIDED, self.now, told)
        CONTESTS.handle(self.session, event, self.now)

    def regrade(self, points: dict[int, int]) -> Event:
        """Give people by id other points by one regrade; return the event that tells of it."""
        assessment_id = self.stage.view(self.session, self.now).assessment_id
        act = Regrade(
            public_id=f"regrade-{self.now:%H%M%S}-{len(points)}",
            assessment_id=assessment_id,
            reason="答案有误",
            changed=len(points),
            made_at=self.now,
        )
        self.session.add(act)
        self.session.flush()
        for attempt in self.session.scalars(
            select(Attempt).where(
                Attempt.assessment_id == assessment_id, Attempt.user_id.in_(points)
            )
        ):
            self.session.add(
                ScoreRow(
                    attempt_id=attempt.id,
                    version=2,
                    cause="regraded",
                    cause_id=act.public_id,
                    points_milli=points[attempt.user_id] * 1000,
                    max_milli=20_000,
                    answers="",
                    answers_sha256="0" * 64,
                    items="[]",
                    scored_at=self.now,
                )
            )
        self.session.flush()
        return Event(2, "1" * 26, RULED, self.now, {"regrade_id": act.id})


@pytest.fixture
def contest(session, now) -> Contest:
    return Contest(session, now).close()


class TestPromising:
    def test_what_is_promised_stands_from_the_first_entry_on(self, session, now) -> None:
        contest = Contest(session, now)
        contest.set(PLEDGE)  # the same again
        for other in (replace(PLEDGE, hours=Decimal(5)), None):
            with pytest.raises(Conflict, match="rules_locked"):
                contest.set(other)
        late = Contest(session, now, pledge=None)
        late.set(PLEDGE)
        competition = late.stage.view(session, now)
        assert find_pledge(session, competition.id) == PLEDGE

    def test_a_wrong_promise_and_one_after_the_close_are_refused(self, session, now) -> None:
        contest = Contest(session, now, pledge=None)
        with pytest.raises(Invalid) as refused:
            contest.set(replace(PLEDGE, cut=Decimal(21), hours=Decimal(25)))
        assert {problem.place for problem in refused.value.problems} == {"cut", "hours"}
        contest.close()
        with pytest.raises(Conflict, match="closed"):
            contest.set(PLEDGE)

    def test_a_shape_brings_its_hours(self, session, now) -> None:
        stage = make_stage(session, now, is_open=False, single_points=Decimal(20))
        contests.add_preset_rounds(session, stage.actor, stage.public_id, PRESETS["mixed"], now=now)
        pledge = find_pledge(session, stage.view(session, now).id)
        assert pledge == HoursPledge(Decimal(60), Decimal(6), HourField.COMMON)


class TestProving:
    def test_a_pass_becomes_a_proof_then_a_claim_then_hours(self, contest) -> None:
        with pytest.raises(Conflict, match="no_proof"):
            contest.hand_in()
        proof = contest.make()
        assert contest.make() == proof  # once a person and contest
        claim = contest.claim(contest.hand_in())
        assert (claim.title, claim.issuer) == ("示例行业全面质量管理知识竞赛", "示例质量协会")
        assert (claim.hours_milli, claim.field, claim.state) == (6_000, "common", "pending")
        assert claim.evidence_type == "application/pdf"
        with pytest.raises(Conflict, match="handed_in"):
            contest.hand_in()

        assert contest.approve(claim.public_id) == 6_000
        [credit] = contest.office.credits()
        assert (credit.source, credit.hours_milli, credit.field) == ("external", 6_000, "common")
        with pytest.raises(Conflict, match="handed_in"):
            contest.hand_in()

    def test_the_paper_says_who_what_and_when(self, contest) -> None:
        contest.make()
        proof = find_own_proof(contest.session, contest.learner.user_id, contest.public_id)
        assert proof is not None
        facts = json.loads(contest_inputs(proof, "https://a.example/v", ZONE))
        assert (facts["points"], facts["cut"], facts["hours"]) == ("18", "12", "6.00")
        assert facts["field"] == "公需科目"
        assert facts["holder"] == "示例员工"

    def test_below_the_cut_or_before_the_result_is_told_there_is_none(self, session, now) -> None:
        running = Contest(session, now)  # told after the close
        with pytest.raises(Conflict, match="no_pass"):
            running.make()
        failed = Contest(session, now, points=11).close()
        with pytest.raises(Conflict, match="no_pass"):
            failed.make()
        exact = Contest(session, now, points=12).close()
        assert exact.make()

    def test_what_a_further_attempt_may_lose_waits_for_the_end(self, session, now) -> None:
        shown = {"max_attempts": 3, "release": Release.AT_SUBMIT}
        kept = Contest(session, now, counts=Counts.BEST, **shown)
        assert kept.make()  # told at hand-in, and no attempt takes it away
        open_ = Contest(session, now, counts=Counts.LAST, **shown)
        with pytest.raises(Conflict, match="no_pass"):
            open_.make()
        assert open_.close().make()

    def test_who_refused_or_withdrew_may_hand_in_again(self, contest) -> None:
        contest.make()
        refuse_claim(
            contest.session, contest.office.hr, contest.hand_in(), raw_answer="补", now=contest.now
        )
        withdraw_claim(contest.session, contest.learner, contest.hand_in(), now=contest.now)
        assert contest.claim(contest.hand_in()).state == "pending"

    def test_who_belongs_to_no_unit_has_the_paper_alone(self, session, now) -> None:
        contest = Contest(session, now)
        alone = make_user(session, now, "独行")
        contest.enter(alone, 20)
        contest.close()
        contest.make(make_actor(alone))
        with pytest.raises(Conflict, match="no_unit"):
            contest.hand_in(make_actor(alone))

    def test_a_corrected_result_asks_for_a_new_paper(self, contest) -> None:
        contest.make()
        row = contest.session.scalars(select(ContestProof)).one()
        old = json.loads(row.document)
        row.document = json.dumps({**old, "points_milli": 13_000})
        contest.session.flush()
        with pytest.raises(Conflict, match="proof_old"):
            contest.hand_in()
        contest.make()
        assert contest.hand_in()

    def test_a_foreign_contest_is_missing(self, contest) -> None:
        with pytest.raises(NotFound):
            make_proof(contest.session, contest.learner, "0" * 26, zone=ZONE, now=contest.now)


class TestEnding:
    def test_a_void_entry_withdraws_what_waits(self, contest) -> None:
        contest.make()
        claim = contest.hand_in()
        contest.follow()  # an attempt was void that changes nothing
        assert contest.claim(claim).state == "pending"
        contest.void()
        with pytest.raises(Conflict, match="proof_ended"):
            contest.approve(claim)  # before the worker came
        contest.follow()
        contest.follow()
        row = contest.claim(claim)
        assert (row.state, row.decided_by, row.evidence) == ("withdrawn", None, None)
        told = contest.session.scalars(
            select(PersonalNotice).where(PersonalNotice.user_id == contest.learner.user_id)
        ).all()
        assert [notice.title for notice in told if "申报" in notice.title] == ["学时申报已撤回"]
        with pytest.raises(Conflict, match="no_pass"):
            contest.make()

    def test_a_void_entry_flags_what_was_approved_until_it_is_taken_back(self, contest) -> None:
        contest.make()
        claim = contest.hand_in()
        contest.approve(claim)
        contest.void()
        contest.follow()
        contest.follow()

        session, hr, now = contest.session, contest.office.hr, contest.now
        assert contest.claim(claim).state == "approved"
        assert len(contest.office.credits()) == 1  # HR decides
        told = session.scalars(
            select(PersonalNotice).where(PersonalNotice.user_id == hr.user_id)
        ).all()
        assert [notice.title for notice in told] == ["已批准的学时须核对"]
        assert count_lost(session, hr, now) == 1
        [line] = list_claims(session, hr, now, state=ClaimState.APPROVED, is_lost=True)
        assert (line.public_id, line.lost_at) == (claim, now)
        assert count_lost(session, contest.office.stranger, now) == 0

        credit = contest.office.credits()[0].public_id
        take_back(session, hr, credit, raw_reason="竞赛作废", now=now)
        assert count_lost(session, hr, now) == 0

    def test_a_regrade_while_answering_runs_ends_what_passes_no_longer(self, session, now) -> None:
        running = Contest(session, now, counts=Counts.BEST, release=Release.AT_SUBMIT)
        lower, other = make_user(session, now, "丙"), make_user(session, now, "丁")
        running.enter(lower, 20)
        running.enter(other, 15)
        for user in (lower, other):
            running.make(make_actor(user))
        running.make()
        claim = running.hand_in()

        event = running.regrade({running.office.person.id: 11, lower.id: 13})
        CONTESTS.handle(session, event, now)
        CONTESTS.handle(session, event, now)

        ended = select(ContestProof.user_id).where(ContestProof.revoked_at.is_not(None))
        assert session.scalars(ended).all() == [running.office.person.id]
        assert running.claim(claim).state == "withdrawn"
        told = session.scalars(
            select(PersonalNotice).where(PersonalNotice.user_id == running.learner.user_id)
        ).all()
        assert [notice.title for notice in told if "申报" in notice.title] == ["学时申报已撤回"]

    def test_many_passes_of_a_regrade_are_looked_at_in_slices(
        self, session, now, monkeypatch
    ) -> None:
        monkeypatch.setattr(proving, "SLICE", 1)
        running = Contest(session, now, counts=Counts.BEST, release=Release.AT_SUBMIT)
        second = make_user(session, now, "丙")
        running.enter(second, 20)
        running.make()
        running.make(make_actor(second))

        event = running.regrade({running.office.person.id: 0, second.id: 0})
        rounds = 0
        while event is not None:
            rounds += 1
            CONTESTS.handle(session, event, now)
            row = session.scalars(
                select(EventRow).where(EventRow.kind == RULED_PASSES).order_by(EventRow.id)
            ).all()[rounds - 1 : rounds]
            event = (
                Event(row[0].id, "", RULED_PASSES, now, json.loads(row[0].payload)) if row else None
            )

        assert session.scalars(select(ContestProof.revoked_at)).all() == [now, now]
        assert rounds == 3

    def test_others_results_end_nothing(self, session, now) -> None:
        contest = Contest(session, now)
        company = make_unit(session, now, name="又一企业")
        other = make_user(session, now, "乙")
        make_membership(session, now, other, company, staff_no="9")
        contest.enter(other, 20)
        contest.close()
        contest.make(make_actor(other))
        contest.void()
        round_id = contest.stage.view(session, contest.now).round_id
        assert not follow_result(session, round_id, other.id, now=contest.now)
        assert not follow_result(session, round_id, contest.learner.user_id, now=contest.now)
        assert session.scalars(select(ContestProof.revoked_at)).all() == [None]
