"""Learning outside: handed in with proof, decided by HR in reach, credited within the rules."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from learning.accounts.models import PersonalNotice
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.organisations.rules.corrections import Evidence
from learning.study.models import StudyClaim, StudyDay, StudyRule
from learning.study.queries.claims import flags_of, get_claim, list_own_claims
from learning.study.rules.claims import ClaimState, Flag, overlaps, problems_of
from learning.study.rules.hours import Field, HourRule, Room, to_json, within
from learning.study.services.claims import (
    approve_claim,
    forget_claims,
    forget_old_proofs,
    hand_in,
    open_evidence,
    own_evidence,
    refuse_claim,
    withdraw_claim,
)
from learning.study.services.contras import take_back
from tests.study.hours import PDF, ZONE, Office, claim_of

TODAY = date(2026, 11, 22)


@pytest.fixture
def office(session, now) -> Office:
    return Office(session, now)


def handed_in(office, **changed) -> str:
    return hand_in(office.session, office.learner, claim_of(**changed), zone=ZONE, now=office.now)


def approve(office, claim, *, hours=8_000, answer="", actor=None) -> int:
    return approve_claim(
        office.session,
        actor or office.hr,
        claim,
        hours_milli=hours,
        raw_answer=answer,
        zone=ZONE,
        now=office.now,
    )


class TestShape:
    @pytest.mark.parametrize(
        ("changed", "place"),
        [
            ({"title": " "}, "title"),
            ({"issuer": "\u200b"}, "issuer"),
            ({"first_day": date(2026, 11, 4)}, "last_day"),
            ({"last_day": date(2026, 11, 23)}, "last_day"),
            ({"first_day": date(2025, 1, 1)}, "last_day"),
            ({"hours_milli": 49_000}, "hours"),
            ({"hours_milli": 0}, "hours"),
        ],
    )
    def test_what_cannot_be_is_named_by_its_field(self, changed, place) -> None:
        assert [p.place for p in problems_of(claim_of(**changed), TODAY)] == [place]

    def test_days_overlap_when_one_is_in_both(self) -> None:
        a = (date(2026, 1, 1), date(2026, 1, 3))

        assert overlaps(a, (date(2026, 1, 3), date(2026, 1, 9)))
        assert not overlaps(a, (date(2026, 1, 4), date(2026, 1, 9)))

    @pytest.mark.parametrize(
        ("room", "minutes"),
        [(Room(10 * 60_000), 10), (Room(-5), 0), (Room(10**9, 1_000), 45), (Room(10**9), 90)],
    )
    def test_no_more_is_credited_than_day_and_year_have_left(self, room, minutes) -> None:
        assert within(HourRule(), 90 * 60_000, room) == minutes * 60_000


class TestDeciding:
    def test_what_hr_approves_is_in_the_ledger_on_its_last_day(self, office) -> None:
        claim = handed_in(office)

        credited = approve(office, claim)

        (credit,) = office.credits()
        assert credited == credit.hours_milli == 8_000
        assert (credit.source, credit.source_key, credit.rule_number) == ("external", claim, 0)
        assert credit.earned_at.isoformat() == "2026-11-02T16:00:00+00:00"  # the 3rd in Shanghai
        (mine,) = list_own_claims(office.session, office.person.id)
        assert (mine.state, mine.credited_milli) == (ClaimState.APPROVED, 8_000)

    def test_less_is_approved_only_with_a_reason(self, office) -> None:
        claim = handed_in(office)
        with pytest.raises(Invalid):
            approve(office, claim, hours=5_000)

        approve(office, claim, hours=5_000, answer="其中三学时是参观。")

        assert office.totals.hours_milli == 5_000

    def test_more_than_was_claimed_is_refused(self, office) -> None:
        with pytest.raises(Invalid):
            approve(office, handed_in(office), hours=8_010)

    def test_a_claim_is_decided_once(self, office) -> None:
        claim = handed_in(office)
        approve(office, claim)

        with pytest.raises(Conflict):
            approve(office, claim)
        with pytest.raises(Conflict):
            refuse_claim(office.session, office.hr, claim, raw_answer="重复。", now=office.now)
        assert len(office.credits()) == 1

    def test_a_refusal_says_why_and_credits_nothing(self, office) -> None:
        claim = handed_in(office)
        with pytest.raises(Invalid):
            refuse_claim(office.session, office.hr, claim, raw_answer=" ", now=office.now)

        refuse_claim(office.session, office.hr, claim, raw_answer="看不清印章。", now=office.now)

        (mine,) = list_own_claims(office.session, office.person.id)
        assert (mine.state, mine.answer) == (ClaimState.REFUSED, "看不清印章。")
        assert office.credits() == []

    def test_another_firms_hr_finds_neither_claim_nor_file(self, office) -> None:
        claim = handed_in(office)

        for act in (
            lambda: approve(office, claim, actor=office.stranger),
            lambda: get_claim(office.session, office.stranger, claim, office.now),
            lambda: open_evidence(office.session, office.stranger, claim, now=office.now),
        ):
            with pytest.raises(NotFound):
                act()

    def test_nobody_decides_on_hours_of_their_own(self, office) -> None:
        claim = hand_in(office.session, office.hr, claim_of(), zone=ZONE, now=office.now)

        with pytest.raises(Conflict, match="own_hours"):
            approve(office, claim)

    def test_each_act_is_in_the_audit_trail_and_so_is_a_look_at_the_proof(self, office) -> None:
        claim = handed_in(office)
        open_evidence(office.session, office.hr, claim, now=office.now)
        approve(office, claim)
        office.session.flush()

        acts = office.session.scalars(
            select(AuditEntry.act).where(AuditEntry.subject == claim).order_by(AuditEntry.id)
        ).all()
        assert acts == [
            "study.claim_handed_in",
            "study.claim_evidence_opened",
            "study.claim_approved",
        ]


class TestLimits:
    def test_days_count_no_more_than_the_rule_says(self, office) -> None:
        one_day = {"first_day": date(2026, 11, 3), "hours_milli": 20_000}

        assert approve(office, handed_in(office, **one_day), hours=20_000) == 10_660  # 480 of 45

        again = handed_in(office, **one_day, title="另一个培训")
        with pytest.raises(Conflict, match="nothing_left"):
            approve(office, again, hours=20_000)

    def test_a_year_counts_no_more_from_outside_than_its_share(self, office) -> None:
        rule = HourRule(number=1, year_hours=20, professional_hours=10, external_max_percent=50)
        since = office.now - timedelta(days=300)
        office.session.add(
            StudyRule(
                number=1,
                valid_from=since,
                document=to_json(rule),
                created_by=office.hr.user_id,
                created_at=since,
            )
        )
        office.session.flush()
        first = {"first_day": date(2026, 10, 1), "last_day": date(2026, 10, 2)}
        assert approve(office, handed_in(office, **first)) == 8_000

        assert approve(office, handed_in(office)) == 2_000

    def test_what_was_taken_back_makes_room_again(self, office) -> None:
        one_day = {"first_day": date(2026, 11, 3), "hours_milli": 10_000}
        approve(office, handed_in(office, **one_day), hours=10_000)
        (credit,) = office.credits()
        take_back(office.session, office.hr, credit.public_id, raw_reason="重复。", now=office.now)

        assert approve(office, handed_in(office, **one_day), hours=10_000) == 10_000

    def test_no_more_than_twenty_wait(self, office) -> None:
        for number in range(20):
            handed_in(office, title=f"培训 {number}")

        with pytest.raises(Conflict, match="claim_limit"):
            handed_in(office)


class TestFlags:
    def flags(self, office, claim) -> list[Flag]:
        view = get_claim(office.session, office.hr, claim, office.now)
        return flags_of(office.session, view, HourRule(), ZONE)

    def test_a_first_claim_has_none(self, office) -> None:
        assert self.flags(office, handed_in(office)) == []

    def test_the_same_again_is_flagged_by_paper_title_and_days(self, office) -> None:
        handed_in(office)

        again = handed_in(office, title="统计过程控制 培训")

        assert self.flags(office, again) == [Flag.SAME_PAPER, Flag.SAME_TITLE, Flag.OTHER_CLAIM]

    def test_a_colleagues_paper_is_known(self, office) -> None:
        hand_in(office.session, office.hr, claim_of(), zone=ZONE, now=office.now)

        assert self.flags(office, handed_in(office)) == [Flag.SAME_PAPER]

    def test_a_withdrawn_claim_flags_nothing_and_its_file_is_gone(self, office) -> None:
        first = handed_in(office)
        withdraw_claim(office.session, office.learner, first, now=office.now)
        withdraw_claim(office.session, office.learner, first, now=office.now)

        assert self.flags(office, handed_in(office)) == []
        with pytest.raises(NotFound):
            own_evidence(office.session, office.learner, first)

    def test_more_than_the_days_can_count_is_flagged(self, office) -> None:
        other = Evidence("x.pdf", "application/pdf", PDF + b"2")

        much = handed_in(office, hours_milli=40_000, evidence=other, field=Field.COMMON)

        assert self.flags(office, much) == [Flag.MUCH]

    @pytest.mark.parametrize(
        ("day", "minutes", "flags"),
        [(3, 241, [Flag.ONLINE]), (3, 240, []), (4, 480, [])],
    )
    def test_online_hours_of_the_same_days_count_against_what_these_can_count(
        self, office, day, minutes, flags
    ) -> None:
        learned = StudyDay(
            user_id=office.person.id,
            course_code="sample",
            lesson_code="les-01",
            day=date(2026, 11, day),
            spent_ms=minutes * 60_000,
        )
        office.session.add(learned)
        office.session.flush()

        assert self.flags(office, handed_in(office, hours_milli=16_000)) == flags


def test_who_closed_the_account_leaves_no_papers(office) -> None:
    claim = handed_in(office)

    assert forget_claims(office.session, office.person.id, now=office.now) == 1

    row = office.session.scalars(select(StudyClaim)).one()
    assert (row.state, row.evidence, row.evidence_name) == ("withdrawn", None, "")
    assert row.public_id == claim


class TestProofs:
    """Their files are kept for some months after the decision; the record stays."""

    @pytest.fixture
    def kept(self, office):
        def kept(days: int) -> bool:
            later = office.now + timedelta(days=days)
            forget_old_proofs(office.session, later, months=12)
            office.session.expire_all()
            row = office.session.scalars(select(StudyClaim)).one()
            assert (row.evidence_removed_at is None) == (row.evidence is not None)
            return row.evidence is not None

        return kept

    def test_the_file_of_an_approved_claim_goes_after_its_months(self, office, kept) -> None:
        approve(office, handed_in(office))

        assert kept(364)
        assert not kept(367)

    def test_a_refused_one_goes_as_well_and_its_owner_finds_none(self, office, kept) -> None:
        claim = handed_in(office)
        refuse_claim(office.session, office.hr, claim, raw_answer="看不清。", now=office.now)

        assert not kept(367)
        with pytest.raises(NotFound):
            own_evidence(office.session, office.learner, claim)
        assert list_own_claims(office.session, office.person.id)[0].evidence_sha256

    def test_what_waits_for_a_decision_is_kept(self, office, kept) -> None:
        handed_in(office)

        assert kept(3_000)


class TestTelling:
    def test_the_person_is_told_once_what_was_credited_and_where(self, office) -> None:
        claim = handed_in(office)

        approve(office, claim, hours=4_000, answer="只认一天。")

        (told,) = notices(office)
        assert told.title == "外部学习已批准"
        assert "记入 4.00 学时" in told.text
        assert "只认一天。" in told.text
        assert "4.00 hours" in told.text_en
        assert told.endpoint == "study.claims"

    def test_a_refusal_tells_its_reason(self, office) -> None:
        claim = handed_in(office)

        refuse_claim(office.session, office.hr, claim, raw_answer="看不清印章。", now=office.now)

        (told,) = notices(office)
        assert (told.title, "看不清印章。" in told.text) == ("外部学习未获批准", True)

    def test_who_withdraws_is_told_nothing(self, office) -> None:
        withdraw_claim(office.session, office.learner, handed_in(office), now=office.now)
        assert notices(office) == []


def notices(office) -> list[PersonalNotice]:
    query = select(PersonalNotice).where(PersonalNotice.user_id == office.person.id)
    return list(office.session.scalars(query))
