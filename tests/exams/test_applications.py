"""Applying: signed, reviewed, admitted, forgotten."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from learning.accounts.models import PersonalNotice
from learning.certification.jobs import prune
from learning.exams import queries, services
from learning.exams.models import Admission, ApplicationFile, Sitting, SittingApplication
from learning.exams.queries.appeals import list_subjects
from learning.exams.rules import (
    APPLICATION_KEPT,
    Accommodation,
    AppealKind,
    ApplicationState,
    Decision,
    FileKind,
    Review,
    Upload,
    Wish,
    agreement_hash,
    check_files,
    check_photo,
    decision_refusal,
)
from learning.exams.rules.applications import WANTS_CONSENT
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, NotFound
from learning.organisations.rules.corrections import Evidence
from tests.factories.exams import make_examiner, make_hall, make_member
from tests.factories.people import make_actor, make_user
from tests.world.people import PNG

DAY = timedelta(days=1)
AGREEMENT = "本人承诺材料属实，遵守考场纪律。"
PHOTO = Upload(FileKind.PHOTO, Evidence("", "image/png", PNG))
PAPER = Upload(FileKind.EVIDENCE, Evidence("毕业证.png", "image/png", PNG))
NONE = Accommodation()


def wish(**changes) -> Wish:
    given = ("从事检验八年。", "读屏", "收据 17", agreement_hash(AGREEMENT), (PAPER, PHOTO))
    return replace(Wish(*given, WANTS_CONSENT), **changes)


def make_offer(session, now):
    """A sitting of tomorrow that takes applications and asks for a signature."""
    hall = make_hall(session, now, opens_at=now + DAY, closes_at=now + 2 * DAY)
    changes = {"takes_applications": True, "agreement": AGREEMENT}
    services.change_settings(session, hall.actor, hall.public_id, changes=changes, now=now)
    return hall


def apply(session, hall, actor, now, **changes) -> None:
    services.apply(session, actor, hall.public_id, wish=wish(**changes), now=now)


def own_of(session, hall, actor, now):
    view = hall.view(session, now)
    return queries.find_own_application(session, actor.user_id, view.id)


def decide(
    session, hall, application, decision, now, answer="", accommodation=NONE, seen=None
) -> None:
    services.decide_application(
        session,
        hall.actor,
        hall.public_id,
        raw_application_id=application.public_id,
        review=Review(
            application.version if seen is None else seen, decision, answer, accommodation
        ),
        now=now,
    )


class TestRules:
    @pytest.mark.parametrize(
        ("state", "decision", "unsigned", "answer", "refusal"),
        [
            (ApplicationState.SUBMITTED, Decision.ACCEPT, False, "", None),
            (ApplicationState.SUBMITTED, Decision.ACCEPT, True, "", "agreement_missing"),
            (ApplicationState.SUBMITTED, Decision.RETURN, True, "补照片", None),
            (ApplicationState.SUBMITTED, Decision.RETURN, False, " ", "reason_missing"),
            (ApplicationState.SUBMITTED, Decision.REFUSE, False, "", "reason_missing"),
            (ApplicationState.RETURNED, Decision.ACCEPT, False, "", "application_not_pending"),
            (ApplicationState.WITHDRAWN, Decision.REFUSE, False, "理由", "application_not_pending"),
        ],
    )
    def test_what_can_be_decided(self, state, decision, unsigned, answer, refusal) -> None:
        found = decision_refusal(state, decision, needs_agreement=unsigned, answer=answer)

        assert found == refusal

    def test_files_are_judged_by_their_bytes(self) -> None:
        html = b"<html><script>alert(1)</script>"

        good, none = check_files([("毕业证.png", PNG), ("", b"")])
        _, wrong = check_files([("毕业证.pdf", html), ("空.pdf", b"")])
        _, many = check_files([("a.png", PNG)] * 6)
        photo, _ = check_photo("x.exe", PNG)
        _, odd = check_photo("照片.png", html)
        _, large = check_photo("照片.png", PNG + bytes(1024 * 1024))

        assert ([upload.file.media_type for upload in good], none) == (["image/png"], [])
        assert [p.code for p in wrong] == ["evidence_type", "evidence_empty"]
        assert [p.code for p in many] == ["evidence_many"]
        assert photo.file.media_type == "image/png"
        assert [p.code for p in (*odd, *large)] == ["photo_type", "photo_too_large"]


class TestApplying:
    def test_what_is_signed_is_kept_with_hash_and_time(self, session, now) -> None:
        hall = make_offer(session, now)
        actor = make_actor(make_user(session, now, "报考人"))

        apply(session, hall, actor, now)
        changes = {"agreement": "另一份协议"}
        services.change_settings(session, hall.actor, hall.public_id, changes=changes, now=now)

        own = own_of(session, hall, actor, now)
        assert (own.agreement, own.agreement_sha256) == (AGREEMENT, agreement_hash(AGREEMENT))
        assert (own.agreed_at, own.state) == (now, ApplicationState.SUBMITTED)
        assert [(f.kind.value, f.name, f.bytes) for f in own.files] == [
            ("evidence", "毕业证.png", len(PNG)),
            ("photo", "", len(PNG)),
        ]

    def test_another_text_than_the_one_shown_is_never_signed(self, session, now) -> None:
        hall = make_offer(session, now)
        actor = make_actor(make_user(session, now, "报考人"))

        for sent, code in (("", "agreement_missing"), ("0" * 64, "agreement_changed")):
            with pytest.raises(Conflict, match=code):
                apply(session, hall, actor, now, agreed_sha256=sent)

        assert own_of(session, hall, actor, now) is None

    def test_it_is_sent_again_until_decided_and_withdrawn(self, session, now) -> None:
        hall = make_offer(session, now)
        actor = make_actor(make_user(session, now, "报考人"))
        apply(session, hall, actor, now)

        apply(session, hall, actor, now, statement="补充说明", uploads=(PHOTO,))
        again = own_of(session, hall, actor, now)
        services.withdraw_application(session, actor, hall.public_id, now=now)
        withdrawn = own_of(session, hall, actor, now)
        apply(session, hall, actor, now)

        assert (again.statement, len(again.files)) == ("补充说明", 2)
        assert (withdrawn.state, withdrawn.statement, withdrawn.files) == (
            ApplicationState.WITHDRAWN,
            "",
            (),
        )
        decide(session, hall, own_of(session, hall, actor, now), Decision.REFUSE, now, "年限不够")
        for act in (
            lambda: apply(session, hall, actor, now),
            lambda: services.withdraw_application(session, actor, hall.public_id, now=now),
        ):
            with pytest.raises(Conflict, match="application_decided"):
                act()

    def test_what_takes_no_applications_looks_missing(self, session, now) -> None:
        hall = make_hall(session, now, opens_at=now + DAY, closes_at=now + 2 * DAY)
        actor = make_actor(make_user(session, now, "报考人"))

        with pytest.raises(NotFound):
            apply(session, hall, actor, now)
        assert queries.list_offers(session, actor.user_id, now) == []

    def test_after_the_opening_nobody_applies(self, session, now) -> None:
        hall = make_offer(session, now)
        actor = make_actor(make_user(session, now, "报考人"))
        assert len(queries.list_offers(session, actor.user_id, now)) == 1
        apply(session, hall, actor, now)

        with pytest.raises(Conflict, match="applications_over"):
            apply(session, hall, actor, now + DAY)

        offered = queries.list_offers(session, actor.user_id, now + DAY)
        assert [line.state for line in offered] == [ApplicationState.SUBMITTED]


class TestReview:
    def test_who_is_accepted_is_admitted_with_the_accommodation(self, session, now) -> None:
        hall = make_offer(session, now)
        user = make_user(session, now, "报考人")  # belongs to no unit in reach
        actor = make_actor(user)
        apply(session, hall, actor, now)

        granted = Accommodation(25, 5, "读屏")
        decide(session, hall, own_of(session, hall, actor, now), Decision.ACCEPT, now, "", granted)

        admission = session.scalars(select(Admission)).one()
        assert (admission.user_id, admission.candidate_name) == (user.id, "报考人")
        assert (admission.extra_percent, admission.extra_minutes) == (25, 5)
        assert admission.ticket_no
        with pytest.raises(Conflict, match="application_not_pending"):
            decide(session, hall, own_of(session, hall, actor, now), Decision.REFUSE, now, "理由")
        acts = set(session.scalars(select(AuditEntry.act)))
        assert {"application.sent", "application.decided"} <= acts

    def test_what_came_after_the_examiner_read_is_never_decided_unseen(self, session, now) -> None:
        hall = make_offer(session, now)
        actor = make_actor(make_user(session, now, "报考人"))
        apply(session, hall, actor, now)
        read = own_of(session, hall, actor, now)
        other = Upload(FileKind.PHOTO, Evidence("", "image/png", PNG + b"someone else"))

        later = now + timedelta(seconds=1)
        apply(session, hall, actor, later, uploads=(other,))
        for seen in (read.version, ""):
            with pytest.raises(Conflict, match="application_changed"):
                decide(session, hall, read, Decision.ACCEPT, later, seen=seen)

        assert session.scalar(select(func.count()).select_from(Admission)) == 0
        decide(session, hall, own_of(session, hall, actor, later), Decision.ACCEPT, later)

    def test_every_decision_is_told_and_the_reasons_stand_on_the_page(self, session, now) -> None:
        hall = make_offer(session, now)
        actor = make_actor(make_user(session, now, "报考人"))
        apply(session, hall, actor, now)

        decide(session, hall, own_of(session, hall, actor, now), Decision.RETURN, now, "补照片")
        apply(session, hall, actor, now)
        decide(session, hall, own_of(session, hall, actor, now), Decision.ACCEPT, now)

        told = session.scalars(
            select(PersonalNotice.title)
            .where(PersonalNotice.user_id == actor.user_id)
            .order_by(PersonalNotice.id)
        ).all()
        assert [text.partition("，")[0] for text in told] == [
            "报考结果：退回修改",
            "报考结果：审核通过",
        ]

    def test_who_a_list_admitted_meanwhile_is_neither_refused_nor_sends_again(
        self, session, now
    ) -> None:
        hall = make_offer(session, now)
        user = make_member(session, now, hall, "报考人", staff_no="W1")
        actor = make_actor(user)
        apply(session, hall, actor, now)
        services.admit(session, hall.actor, hall.public_id, user_ids=[user.id], now=now)

        with pytest.raises(Conflict, match="applicant_admitted"):
            decide(session, hall, own_of(session, hall, actor, now), Decision.REFUSE, now, "缺材料")
        services.withdraw_application(session, actor, hall.public_id, now=now)
        with pytest.raises(Conflict, match="admitted_already"):
            apply(session, hall, actor, now)

    def test_an_admission_that_is_taken_back_refuses_the_application_for_a_reason(
        self, session, now
    ) -> None:
        hall = make_offer(session, now)
        user = make_user(session, now, "报考人")
        actor = make_actor(user)
        apply(session, hall, actor, now)
        decide(session, hall, own_of(session, hall, actor, now), Decision.ACCEPT, now)

        def withdraw(reason: str) -> None:
            services.withdraw(
                session,
                hall.actor,
                hall.public_id,
                raw_person_id=user.public_id,
                reason=reason,
                now=now,
            )

        with pytest.raises(Conflict, match="reason_missing"):
            withdraw(" ")
        withdraw("材料系伪造")

        own = own_of(session, hall, actor, now)
        assert (own.state, own.answer) == (ApplicationState.REFUSED, "材料系伪造")
        assert session.scalar(select(func.count()).select_from(Admission)) == 0
        subjects = list_subjects(session, actor.user_id, hall.view(session, now), now)
        assert AppealKind.APPLICATION in {subject.kind for subject in subjects}

    def test_nobody_decides_on_themselves(self, session, now) -> None:
        hall = make_offer(session, now)
        apply(session, hall, hall.actor, now)

        with pytest.raises(Conflict, match="application_own"):
            decide(session, hall, own_of(session, hall, hall.actor, now), Decision.ACCEPT, now)

    def test_a_stranger_sees_neither_applications_nor_files(self, session, now) -> None:
        hall = make_offer(session, now)
        actor = make_actor(make_user(session, now, "报考人"))
        apply(session, hall, actor, now)
        own = own_of(session, hall, actor, now)
        _, _, stranger = make_examiner(session, now, "另一协会")
        asked = {
            "raw_application_id": own.public_id,
            "raw_file_id": own.files[0].public_id,
            "now": now,
        }

        with pytest.raises(NotFound):
            services.open_file(session, stranger, hall.public_id, **asked)
        file = services.open_file(session, hall.actor, hall.public_id, **asked)

        assert file.content == PNG
        opened = select(func.count()).where(AuditEntry.act == "application.file_opened")
        assert session.scalar(opened) == 1


class TestForgetting:
    def test_a_closed_account_leaves_no_words_and_no_files(self, session, now) -> None:
        hall = make_offer(session, now)
        actor = make_actor(make_user(session, now, "报考人"))
        apply(session, hall, actor, now)
        decide(
            session,
            hall,
            own_of(session, hall, actor, now),
            Decision.ACCEPT,
            now,
            "欢迎",
            Accommodation(25, 0, "视力障碍"),
        )

        assert services.forget_applications(session, actor.user_id, now=now) == 1
        session.expire_all()

        own = own_of(session, hall, actor, now)
        assert (own.statement, own.wants, own.fee_note, own.answer, own.files) == (
            "",
            "",
            "",
            "",
            (),
        )
        admission = session.scalars(select(Admission)).one()
        assert (admission.accommodation, admission.extra_percent) == ("", 25)

    def test_files_go_ninety_days_after_the_sitting(self, database, now) -> None:
        with database.transaction() as session:
            hall = make_offer(session, now)
            apply(session, hall, make_actor(make_user(session, now, "报考人")), now)
            sitting = session.scalars(select(Sitting)).one()
            sitting.state, sitting.closed_at = "closed", now

        kept = prune(database, now + APPLICATION_KEPT)
        gone = prune(database, now + APPLICATION_KEPT + timedelta(seconds=1))
        again = prune(database, now + APPLICATION_KEPT + timedelta(seconds=1))

        with database.session(write=False) as session:
            left = session.scalar(select(func.count()).select_from(ApplicationFile))
        assert (kept, gone, again, left) == (0, 1, 0, 0)

    @pytest.mark.parametrize(
        ("appeal_days", "kept_days"), [(15, 90), (90, 90), (91, 91), (200, 200), (366, 366)]
    )
    def test_a_refusal_keeps_its_reasons_while_one_may_appeal_against_it(
        self, database, now, appeal_days, kept_days
    ) -> None:
        with database.transaction() as session:
            for days in (appeal_days, 250):  # another sitting's days are its own
                hall = make_offer(session, now)
                services.change_settings(
                    session, hall.actor, hall.public_id, changes={"appeal_days": days}, now=now
                )
                actor = make_actor(make_user(session, now, "报考人"))
                apply(session, hall, actor, now)
                own = own_of(session, hall, actor, now)
                decide(session, hall, own, Decision.REFUSE, now, "年限不够")
                if days == appeal_days:
                    mine = own.public_id

        def left_after(time) -> list[tuple[str, int]]:
            prune(database, now + time)
            with database.session(write=False) as session:
                files = func.count(ApplicationFile.id)
                query = select(SittingApplication.answer, files).outerjoin(ApplicationFile)
                query = query.where(SittingApplication.public_id == mine)
                return [
                    tuple(row) for row in session.execute(query.group_by(SittingApplication.id))
                ]

        until = timedelta(days=kept_days)
        assert left_after(until) == [("年限不够", 2)]
        assert left_after(until + timedelta(seconds=1)) == [("", 0)]
        with database.session(write=False) as session:
            emptied = func.count(SittingApplication.emptied_at)
            assert session.scalar(select(emptied)) == (2 if kept_days > 250 else 1)
