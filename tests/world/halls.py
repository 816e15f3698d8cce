"""The hall of one side's sitting: a room, a paper, and a colleague who invigilates in it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt
from learning.attempts.rules import Form, RulingWish, Treatment, form_code
from learning.exams import services as exams
from learning.exams.models import (
    AnswerSheet,
    ApplicationFile,
    Marking,
    MarkingTask,
    SheetScan,
    Sitting,
    SittingApplication,
    SittingStaff,
)
from learning.exams.queries.sheets import sitting_desk
from learning.exams.rules import (
    CLAIM,
    Duty,
    FileKind,
    RoomPlan,
    SeatOrder,
    Upload,
    Wish,
    agreement_hash,
    to_local,
)
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.rules.corrections import Evidence
from learning.study.queries.teachers import list_teachers
from tests.world.people import PNG, Side

PHONES = {"A": "1381000000", "B": "1382000000"}  # of the side's people, but for the last digit
COLLEAGUE, HR = "1", "3"


def furnish_hall(session: Session, examiner: Actor, side: Side, now: datetime) -> None:
    """Give the side's open sitting a room, an invigilator there, HR's for all of it, a paper."""
    sitting, phone = side.objects["sitting"], PHONES[side.letter]
    room = exams.add_room(
        session, examiner, sitting, room=RoomPlan("第一考场", "培训楼 301", 30), now=now
    )
    for person, raw_room in ((HR, ""), (COLLEAGUE, room)):
        exams.appoint(
            session,
            examiner,
            sitting,
            roll=phone + person,
            duty=Duty.INVIGILATOR,
            raw_room_id=raw_room,
            now=now,
        )
    session.flush()
    [label] = exams.draw_for_print(session, examiner, sitting, count=1, now=now)
    exams.seat_all(session, examiner, sitting, order=SeatOrder.TICKET, seed="", anew=False, now=now)
    appointed = session.scalars(select(SittingStaff.id).order_by(SittingStaff.id.desc())).first()
    side.objects |= {"room": room, "appointment": str(appointed)}
    _furnish_sheets(session, examiner, side, now, form_code(label))
    _furnish_photo(session, side, now)


def _furnish_photo(session: Session, side: Side, now: datetime) -> None:
    """Let the colleague have applied to the open sitting, photograph and all, and been accepted."""
    user_id, sitting = side.people["colleague"].id, side.objects["sitting"]
    row = SittingApplication(
        public_id=new_public_id(),
        sitting_id=session.scalars(select(Sitting.id).where(Sitting.public_id == sitting)).one(),
        user_id=user_id,
        state="accepted",
        applied_by=user_id,
        applied_at=now,
    )
    session.add(row)
    session.flush()
    session.add(
        ApplicationFile(
            public_id=new_public_id(),
            application_id=row.id,
            kind="photo",
            name="",
            media_type="image/png",
            content=PNG,
            added_at=now,
        )
    )


def _furnish_sheets(
    session: Session, examiner: Actor, side: Side, now: datetime, code: str
) -> None:
    """Let HR and a colleague key the learner's sheet differently; HR brings a scan."""
    sitting = side.objects["sitting"]
    changes = {"takes_paper": True, "paper_totals": True}
    exams.change_settings(session, examiner, sitting, changes=changes, now=now)
    exams.appoint(
        session,
        examiner,
        sitting,
        roll="\n".join(PHONES[side.letter] + person for person in (HR, COLLEAGUE)),
        duty=Duty.KEYER,
        raw_room_id="",
        now=now,
    )
    session.flush()
    scan = (Upload(FileKind.EVIDENCE, Evidence("答题卡.png", "image/png", PNG)),)
    for role, line, uploads in (("hr", "A", scan), ("colleague", "B", ())):
        keyer = side.actor(session, role, now)
        exams.key_sheet(
            session,
            keyer,
            sitting_desk(exams.get_keyed(session, keyer, sitting)),
            candidate_id=side.people["learner"].id,
            raw={
                "form": code,
                "date": to_local(now, "Asia/Shanghai").date().isoformat(),
                "1": line,
            },
            uploads=uploads,
            now=now,
        )
    user_id = side.people["learner"].id
    sheet, kept = session.execute(
        select(AnswerSheet.public_id, SheetScan.public_id)
        .join(SheetScan, SheetScan.sheet_id == AnswerSheet.id)
        .where(AnswerSheet.user_id == user_id, AnswerSheet.sitting_id.is_not(None))
    ).one()
    side.objects |= {"answer_sheet": sheet, "sheet_scan": kept}


def furnish_marking(session: Session, examiner: Actor, side: Side, now: datetime) -> None:
    """Let HR mark the learner's paper at the sitting that was taken: one mark given, one held."""
    sitting = side.objects["taken_sitting"]
    exams.appoint(
        session,
        examiner,
        sitting,
        roll=PHONES[side.letter] + HR,
        duty=Duty.MARKER,
        raw_room_id="",
        now=now,
    )
    attempt = session.scalars(
        select(Attempt).where(Attempt.public_id == side.objects["done_attempt"])
    ).one()
    row = {"marked_by": side.people["hr"].id, "claimed_at": now, "expires_at": now + CLAIM}
    sitting_id = session.scalars(select(Sitting.id).where(Sitting.public_id == sitting)).one()
    for position, place in enumerate(Form.from_json(attempt.form).positions[:2], 1):
        task = MarkingTask(
            sitting_id=sitting_id,
            attempt_id=attempt.id,
            position=position,
            part=0,
            version_id=place.version_id,
            most_milli=4_000,
            shuffle=position,
            base=1,
            wanted=1,
        )
        session.add(task)
        session.flush()
        is_given = {"given_at": now, "points_milli": 4_000} if position == 1 else {}
        mark = Marking(
            public_id=new_public_id(), task_id=task.id, slot=1, steps="[]", **row, **is_given
        )
        session.add(mark)
        side.objects["held_mark" if position > 1 else "given_mark"] = mark.public_id


def furnish_application(session: Session, examiner: Actor, side: Side, now: datetime) -> None:
    """Let the side's learner and colleague apply to its sitting that takes applications."""
    sitting = side.objects["offered_sitting"]
    changes = {
        "takes_applications": True,
        "agreement": "本人承诺材料属实。",
        "fee": "线下缴 100 元",
    }
    exams.change_settings(session, examiner, sitting, changes=changes, now=now)
    exams.open_sitting(session, examiner, sitting, now=now)
    uploads = (Upload(FileKind.EVIDENCE, Evidence("毕业证.png", "image/png", PNG)),)
    wish = Wish(
        "从事检验八年。", "读屏", "收据 17", agreement_hash("本人承诺材料属实。"), uploads, 1
    )
    for role in ("learner", "colleague"):
        exams.apply(session, side.actor(session, role, now), sitting, wish=wish, now=now)
    session.flush()
    _set_standard(session, examiner, side, now)
    user_id = side.people["colleague"].id
    found = session.scalars(
        select(SittingApplication.public_id).where(
            SittingApplication.user_id == user_id, SittingApplication.state == "submitted"
        )
    ).one()
    file = session.scalars(
        select(ApplicationFile.public_id)
        .join(SittingApplication, SittingApplication.id == ApplicationFile.application_id)
        .where(SittingApplication.public_id == found)
    ).one()
    side.objects |= {"application": found, "application_file": file}


def furnish_appeal(session: Session, examiner: Actor, side: Side, now: datetime) -> None:
    """Let the side's learner appeal on an item; HR, who marked the paper, is appointed to decide.

    The examiner handles it, since HR is involved.
    """
    sitting, attempt = side.objects["taken_sitting"], side.objects["done_attempt"]
    exams.appoint(
        session,
        examiner,
        sitting,
        roll=PHONES[side.letter] + HR,
        duty=Duty.DECIDER,
        raw_room_id="",
        now=now,
    )
    session.flush()
    appeal = exams.lodge_appeal(
        session,
        side.actor(session, "learner", now),
        sitting,
        raw_subject=f"item-{attempt}",
        position=1,
        text="依据标准 3.2 条，另一选项也对。",
        evidence=Evidence("标准页.png", "image/png", PNG),
        now=now,
    )
    exams.take_appeal(
        session, examiner, sitting, raw_appeal_id=appeal, teachers=list_teachers, now=now
    )
    place = Form.from_json(
        session.scalars(select(Attempt.form).where(Attempt.public_id == attempt)).one()
    ).positions[0]
    regrade = exams.start_regrade(session, examiner, sitting, raw_appeal_id=appeal, now=now)
    wish = RulingWish(place.version_id, Treatment.EXCLUDED)
    exams.rule_on(session, examiner, sitting, raw_regrade_id=regrade, wish=wish, now=now)
    side.objects |= {"appeal": appeal, "regrade": regrade, "ruled_version": str(place.version_id)}


def _set_standard(session: Session, examiner: Actor, side: Side, now: datetime) -> None:
    """Let HR judge the paper of the sitting that takes applications, keys to be seen."""
    sitting = side.objects["offered_sitting"]
    setting = exams.open_standard(
        session,
        examiner,
        sitting,
        form_number=0,
        shows_keys=True,
        shows_facilities=True,
        now=now,
    )
    exams.appoint_judges(
        session,
        examiner,
        sitting,
        raw_setting_id=setting,
        roll=PHONES[side.letter] + HR,
        now=now,
    )
    side.objects |= {"standard": setting, "judge": side.people["hr"].public_id}
