"""Reporting a faulty item, and answering all reports of it at once."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import tell
from learning.attempts.queries import (
    AttemptView,
    find_score,
    get_attempt,
    list_stepwise_entries,
)
from learning.attempts.rules import ByHand, Delivery, Part
from learning.kernel import audit, events
from learning.kernel.errors import Conflict, NotFound, Throttled
from learning.kernel.events import Event
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Permission
from learning.practice.events import REPORT_ANSWERED
from learning.practice.models import ItemReport
from learning.practice.queries import current_number
from learning.practice.rules import (
    DAY,
    MOST_A_DAY,
    Reason,
    ReportState,
    report_answered,
    report_arrived,
)
from learning.practice.services.intake import is_shown
from learning.question_bank.models import ItemRow, ItemVersionRow
from learning.question_bank.queries import get_item_for

WAIT_S = 3600


def get_told_version(
    session: Session, actor: Actor, raw_attempt: str, position: int, now: datetime
) -> tuple[AttemptView, int]:
    """Return one's own attempt and the version at a position whose key one has been told.

    Raises NotFound for attempts of others and positions that are not there; Conflict("not_told")
    while the key is kept back: nobody may write about an item of a paper that is still answered.
    """
    attempt = get_attempt(session, actor.user_id, raw_attempt)
    if not 1 <= position <= attempt.item_count:
        raise NotFound("position")
    if not _is_told(session, attempt, position, now):
        raise Conflict("not_told")
    return attempt, attempt.form.version_ids[position - 1]


def _is_told(session: Session, attempt: AttemptView, position: int, now: datetime) -> bool:
    """Tell whether the person has seen the item's key: by its commit, or in the released result."""
    rules = attempt.rules
    if rules.delivery is Delivery.STEPWISE and rules.tells_key:
        entry = list_stepwise_entries(session, attempt.id).get(position)
        if entry is not None and entry.committed_at is not None:
            return True
    if attempt.submitted_at is None or not is_shown(session, attempt, now, part=Part.KEYS):
        return False
    score = find_score(session, attempt.id)
    if score is None or score.is_total:
        return False
    return not (score.pending and rules.by_hand is ByHand.MARKED)


def report_item(
    session: Session,
    actor: Actor,
    raw_attempt: str,
    position: int,
    *,
    reason: Reason,
    text: str,
    now: datetime,
) -> str:
    """Report an item as faulty; return the report's public id.

    One report of a version a person: raises Conflict("already_reported"). Raises Throttled after
    10 within a day, and what `get_told_version` raises. The first open report of an item is told
    to who wrote the version.
    """
    attempt, version_id = get_told_version(session, actor, raw_attempt, position, now)
    item, version = session.execute(
        select(ItemRow, ItemVersionRow)
        .join(ItemVersionRow, ItemVersionRow.item_id == ItemRow.id)
        .where(ItemVersionRow.id == version_id)
    ).one()
    _check_pace(session, actor, now)
    is_first = not _count_open(session, item.id)
    public_id = new_public_id()
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    made = session.scalar(
        dialect.insert(ItemReport)
        .values(
            public_id=public_id,
            item_id=item.id,
            version_id=version_id,
            version_number=version.number,
            attempt_id=attempt.id,
            position=position,
            user_id=actor.user_id,
            reason=reason.value,
            text=text,
            state=ReportState.OPEN.value,
            reported_at=now,
            answer="",
        )
        .on_conflict_do_nothing(index_elements=["user_id", "version_id"])
        .returning(ItemReport.id)
    )
    if made is None:
        raise Conflict("already_reported")
    if is_first and version.written_by is not None:
        link = Link("practice.desk_item", {"bank": item.bank, "code": item.code})
        tell(session, version.written_by, report_arrived(item.bank, item.code), now, link=link)
    return public_id


def _check_pace(session: Session, actor: Actor, now: datetime) -> None:
    sent = session.scalar(
        select(func.count())
        .select_from(ItemReport)
        .where(ItemReport.user_id == actor.user_id, ItemReport.reported_at > now - DAY)
    )
    if (sent or 0) >= MOST_A_DAY:
        raise Throttled("reports_a_day", retry_after_s=WAIT_S)


def _count_open(session: Session, item_id: int) -> int:
    query = select(func.count()).select_from(ItemReport)
    is_open = ItemReport.state == ReportState.OPEN.value
    return session.scalar(query.where(ItemReport.item_id == item_id, is_open)) or 0


def answer_reports(
    session: Session,
    actor: Actor,
    raw_bank: str,
    raw_code: str,
    *,
    verdict: ReportState,
    text: str,
    now: datetime,
) -> int:
    """Answer the open reports of an item at once; return how many.

    "Fixed" answers those of versions older than the one that may be drawn now: what was reported
    of that one stays open. Raises NotFound out of reach; Conflict("not_fixed") where no open report
    is of an older version, Conflict("no_open_report") where none is open.
    """
    item = get_item_for(session, actor, Permission.ITEM_ANSWER, raw_bank, raw_code, now)
    number = current_number(session, item)
    meant = [ItemReport.item_id == item.id, ItemReport.state == ReportState.OPEN.value]
    if verdict is ReportState.FIXED:
        meant.append(ItemReport.version_number < number)
    told = session.execute(
        update(ItemReport)
        .where(*meant)
        .values(
            state=verdict.value,
            answer=text,
            answered_by=actor.user_id,
            answered_at=now,
            fixed_number=number if verdict is ReportState.FIXED else None,
        )
        .returning(ItemReport.user_id, ItemReport.public_id)
        .execution_options(synchronize_session=False)
    ).all()
    if not told:
        is_open = verdict is ReportState.FIXED and _count_open(session, item.id)
        raise Conflict("not_fixed" if is_open else "no_open_report")
    payloads = [
        {"user_id": user_id, "report": report, "state": verdict.value, "number": number}
        for user_id, report in told
    ]
    events.record_many(session, REPORT_ANSWERED, payloads, now)
    audit.log(
        session,
        "practice.reports_answered",
        f"{item.bank}/{item.code}",
        actor_id=actor.user_id,
        now=now,
        details={"verdict": verdict.value, "reports": len(told), "version": number},
    )
    return len(told)


def tell_answered(session: Session, event: Event, now: datetime) -> None:
    """Tell a reporter that their report was answered."""
    told = event.payload
    letter = report_answered(ReportState(told["state"]), told["number"])
    link = Link("practice.reports")
    tell(session, told["user_id"], letter, now, link=link, key=event.public_id, by_mail=False)
