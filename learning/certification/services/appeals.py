"""Appeals against decisions in certification: lodged by who they are about, answered by others."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import tell
from learning.certification.models import CertificateAppeal, Scheme
from learning.certification.queries.appeals import get_appeal, list_own
from learning.certification.queries.contested import (
    Contested,
    get_contested,
    get_involved,
    list_contested,
)
from learning.certification.queries.deciding import Teachers
from learning.certification.rules.appeals import (
    Against,
    answer_refusal,
    answer_until,
    appeal_answered,
    appeal_number,
    appeal_received,
)
from learning.certification.rules.deciding import parts_of
from learning.exams.queries.involvement import selves_of
from learning.exams.rules import Verdict
from learning.kernel import audit
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor

OWN_PAGE = Link("certificate_appeals.index", {})


def lodge_appeal(session: Session, actor: Actor, *, code: str, text: str, now: datetime) -> str:
    """Lodge an appeal against a decision on one's own certificate or file; return its number.

    Raises NotFound for what one cannot appeal against: what is not one's own, older than 30 days,
    or appealed against already.
    """
    contested = _own_contested(session, actor, code, now)
    # The serial counts up, and two clicks make one appeal.
    session.execute(select(Scheme.id).where(Scheme.id == contested.scheme_id).with_for_update())
    contested = _own_contested(session, actor, code, now)
    here = CertificateAppeal.scheme_id == contested.scheme_id
    serial = session.scalar(select(func.count()).select_from(CertificateAppeal).where(here)) or 0
    row = CertificateAppeal(
        public_id=new_public_id(),
        number=appeal_number(now.year, contested.scheme_id, serial + 1),
        scheme_id=contested.scheme_id,
        user_id=actor.user_id,
        kind=contested.against.value,
        source_id=contested.source_id,
        text=text,
        lodged_at=now,
        answer_by=answer_until(now),
    )
    session.add(row)
    session.flush()  # the list that follows reads it
    _log(session, "certificate.appealed", actor, row, now, kind=row.kind)
    mine = next(one for one in list_own(session, actor.user_id) if one.id == row.id)
    by = row.answer_by.astimezone(ZoneInfo(mine.zone)).date()
    letter = appeal_received(row.number, mine.scheme_title, mine.scheme_title_en, by)
    tell(session, actor.user_id, letter, now, link=OWN_PAGE)
    return row.number


def _own_contested(session: Session, actor: Actor, code: str, now: datetime) -> Contested:
    found = list_contested(session, actor.user_id, now)
    contested = next((one for one in found if one.code == code), None)
    if contested is None:
        raise NotFound("decision")
    return contested


def answer_appeal(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    verdict: Verdict,
    answer: str,
    teachers: Teachers,
    now: datetime,
) -> None:
    """Answer an appeal with reasons, once, and tell who lodged it.

    What follows from an appeal that is upheld is another act, by the desks that
    issue, lift, review and confirm.
    Raises NotFound out of reach; Conflict("appeal_over" | "involved" | "reason_missing").
    """
    appeal = get_appeal(session, actor, raw_public_id, now)
    row = session.scalars(
        select(CertificateAppeal)
        .where(CertificateAppeal.id == appeal.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    contested = get_contested(session, Against(row.kind), row.source_id)
    parts = parts_of(selves_of(session, actor.user_id), get_involved(session, contested, teachers))
    is_answered = row.decided_at is not None
    if refusal := answer_refusal(is_answered=is_answered, parts=parts, answer=answer):
        raise Conflict(refusal)
    row.verdict, row.answer = verdict.value, answer.strip()
    row.decided_by, row.decided_at = actor.user_id, now
    _log(session, "certificate.appeal_answered", actor, row, now, verdict=row.verdict)
    letter = appeal_answered(row.number, appeal.scheme_title, appeal.scheme_title_en, verdict)
    tell(session, row.user_id, letter, now, link=OWN_PAGE)


def _log(
    session: Session,
    act: str,
    actor: Actor,
    row: CertificateAppeal,
    now: datetime,
    **details: object,
) -> None:
    """Write the act to the audit trail, without what was written."""
    audit.log(session, act, row.public_id, actor_id=actor.user_id, now=now, details=details)
