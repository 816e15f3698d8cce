"""Study hours in a candidate's file: told by who counts them, as they stand now."""

import json
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from learning.certification.models import AwardFile, Fulfilment
from learning.certification.queries.files import is_used
from learning.certification.queries.hours import HoursAsked
from learning.certification.rules.terms import NeedKind
from learning.certification.services.files import Deed, record_deed, settle


def take_hours(session: Session, asked: HoursAsked, hours_milli: int, now: datetime) -> None:
    """Note how many hours a person has of what a file asks; enough of them meet the need.

    Hours that were taken back since take the fulfilment back with them.
    """
    file = session.scalars(
        select(AwardFile)
        .where(AwardFile.id == asked.file_id, AwardFile.closed_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if file is None:
        return
    progress = json.loads(file.progress) | {asked.key: hours_milli}
    file.progress = json.dumps(progress, sort_keys=True)
    need = asked.need
    if hours_milli < need.hours_milli:
        _withdraw(session, asked, now)
        return
    source_key = f"file:{asked.file_id}:{asked.key}"
    measure = {
        "hours_milli": hours_milli,
        "field": need.field.value,
        "within_months": need.within_months,
        "since": asked.since.isoformat(),
    }
    deed = Deed(asked.scheme_id, asked.user_id, NeedKind.HOURS, source_key, now, measure)
    record_deed(session, deed, now)


def _withdraw(session: Session, asked: HoursAsked, now: datetime) -> None:
    gone = session.execute(
        update(Fulfilment)
        .where(
            Fulfilment.scheme_id == asked.scheme_id,
            Fulfilment.user_id == asked.user_id,
            Fulfilment.kind == NeedKind.HOURS.value,
            # also as an earlier file had them: one refused leaves them to the next
            Fulfilment.source_key.endswith(f":{asked.key}", autoescape=True),
            Fulfilment.withdrawn_at.is_(None),
            ~is_used(),
        )
        .values(withdrawn_at=now, withdrawn_reason="hours")
        .returning(Fulfilment.id)
        .execution_options(synchronize_session=False)
    ).all()
    if gone:
        settle(session, asked.scheme_id, asked.user_id, now)
