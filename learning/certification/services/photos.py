"""The holder's photograph: kept with a certificate as it was at the issue, gone with the person."""

import hashlib
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Row, Select, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.certification.models import (
    AwardDecision,
    Certificate,
    CertificatePhoto,
    DecisionEvidence,
    Fulfilment,
    HolderPhoto,
)
from learning.certification.queries.templates import list_printed
from learning.certification.rules.terms import sitting_of
from learning.exams.queries import find_admission_photo
from learning.kernel.db import Database
from learning.kernel.events import Event
from learning.kernel.printing import redrawn

PHOTO_SIZE = (295, 413)  # pixels: 25 × 35 mm at 300 dots an inch
ADMISSION = "admission_photo"  # in the payload of an event made ready


def draw_admission_photo(database: Database, event: Event) -> Event:
    """Return the event with the photograph of the admission drawn anew, where one will be kept.

    That is where the certificate prints one and nobody who keeps the staff had put one in.
    """
    with database.session(write=False) as session:
        row = session.execute(_select_issued(event)).one_or_none()
        if row is None or row.content is not None:
            return event
        if not list_printed(session, [row.id])[row.id].look.photo:
            return event
        found = find_admission_photo(session, _sittings_of(session, row), row.user_id)
    if found is None:
        return event
    try:
        picture = redrawn(found[1], *PHOTO_SIZE, fit="cover")
    except ValueError:  # what cannot be unpacked was never printed on a ticket either
        return event
    return replace(event, payload={**event.payload, ADMISSION: picture})


def freeze_photo(session: Session, event: Event, now: datetime) -> None:
    """Keep the photograph that the holder has now with the certificate that was issued, once.

    The one that was put in by who keeps the staff, else the one accepted for the sitting that the
    decision rests on.
    """
    row = session.execute(_select_issued(event)).one_or_none()
    if row is None:
        return
    content = row.content if row.content is not None else event.payload.get(ADMISSION)
    if content is None:
        return
    sha256 = row.sha256 or hashlib.sha256(content).hexdigest()
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(
        dialect.insert(CertificatePhoto)
        .values(certificate_id=row.id, sha256=sha256, content=content, kept_at=now)
        .on_conflict_do_nothing(index_elements=["certificate_id"])
    )


def _select_issued(event: Event) -> Select[int, int, int, str, bytes]:
    return (
        select(
            Certificate.id,
            Certificate.user_id,
            Certificate.decision_id,
            HolderPhoto.sha256,
            HolderPhoto.content,
        )
        .outerjoin(HolderPhoto, HolderPhoto.user_id == Certificate.user_id)
        .where(Certificate.public_id == event.payload["certificate"])
        .order_by(HolderPhoto.id.desc())
        .limit(1)
    )


def _sittings_of(session: Session, row: Row[int, int, int, str, bytes]) -> list[int]:
    """Return the sittings that the decision rests on: its own source, or those of its evidence."""
    decision = session.get_one(AwardDecision, row.decision_id)
    if decision.source_kind == "sitting":
        return [decision.source_id]
    keys = session.scalars(
        select(Fulfilment.source_key)
        .join(DecisionEvidence, DecisionEvidence.fulfilment_id == Fulfilment.id)
        .where(DecisionEvidence.decision_id == row.decision_id)
    )
    return [sitting for sitting in map(sitting_of, keys) if sitting]


def forget_photos(session: Session, user_id: int, now: datetime) -> None:
    """Remove a person's photographs; of those kept with certificates the hash stays."""
    session.execute(delete(HolderPhoto).where(HolderPhoto.user_id == user_id))
    mine = select(Certificate.id).where(Certificate.user_id == user_id)
    session.execute(
        update(CertificatePhoto)
        .where(CertificatePhoto.certificate_id.in_(mine))
        .values(content=b"", emptied_at=now)
        .execution_options(synchronize_session=False)
    )
