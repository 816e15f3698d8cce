"""The holder's photograph: kept with a certificate as it was at the issue, gone with the person."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from learning.certification.models import (
    AwardDecision,
    Certificate,
    CertificatePhoto,
    DecisionEvidence,
    Fulfilment,
    HolderPhoto,
)
from learning.certification.queries.templates import find_template
from learning.certification.rules.terms import sitting_of
from learning.exams.queries import find_admission_photo
from learning.kernel.db import Database
from learning.kernel.events import Event
from learning.kernel.printing import redrawn

PHOTO_SIZE = (295, 413)  # pixels: 25 × 35 mm at 300 dots an inch
DRAWN = "drawn_photo"  # in the payload of an event made ready


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph to freeze; `is_drawn` when it was drawn anew already and may be shown."""

    content: bytes
    is_drawn: bool

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of its bytes."""
        return hashlib.sha256(self.content).hexdigest()


def find_photo(session: Session, scheme_id: int, user_id: int, decision_id: int) -> Photo | None:
    """Return the photograph that the person has now, for a certificate that is about to be issued.

    The one that was put in by who keeps the staff, else, where the certificate prints one, the one
    accepted for the sitting that the decision rests on.
    """
    content = session.scalar(
        select(HolderPhoto.content)
        .where(HolderPhoto.user_id == user_id)
        .order_by(HolderPhoto.id.desc())
        .limit(1)
    )
    if content is not None:
        return Photo(content, is_drawn=True)
    if not find_template(session, scheme_id).look.photo:
        return None
    found = find_admission_photo(session, _sittings_of(session, decision_id), user_id)
    return Photo(found[1], is_drawn=False) if found else None


def keep_photo(session: Session, certificate_id: int, photo: Photo, now: datetime) -> None:
    """Freeze a photograph with the certificate, in the transaction of its issue."""
    session.execute(
        insert(CertificatePhoto).values(
            certificate_id=certificate_id,
            sha256=photo.sha256,
            content=photo.content,
            is_drawn=photo.is_drawn,
            kept_at=now,
        )
    )


def draw_photo(database: Database, event: Event) -> Event:
    """Return the event with the frozen photograph drawn anew, where that is still to do."""
    with database.session(write=False) as session:
        content = session.scalar(
            select(CertificatePhoto.content)
            .join(Certificate, Certificate.id == CertificatePhoto.certificate_id)
            .where(
                Certificate.public_id == event.payload["certificate"],
                ~CertificatePhoto.is_drawn,
                CertificatePhoto.emptied_at.is_(None),
            )
        )
    if content is None:
        return event
    try:
        picture = redrawn(content, *PHOTO_SIZE, fit="cover")
    except ValueError:  # what cannot be unpacked was never printed on a ticket either
        picture = b""
    return replace(event, payload={**event.payload, DRAWN: picture})


def show_photo(session: Session, event: Event, now: datetime) -> None:
    """Let the certificate show its photograph as it was drawn; one that is broken is emptied."""
    picture = event.payload.get(DRAWN)
    if picture is None:
        return
    certificate = select(Certificate.id).where(
        Certificate.public_id == event.payload["certificate"]
    )
    session.execute(
        update(CertificatePhoto)
        .where(
            CertificatePhoto.certificate_id.in_(certificate),
            ~CertificatePhoto.is_drawn,
            CertificatePhoto.emptied_at.is_(None),  # the person may have left meanwhile
        )
        .values(
            content=picture,
            sha256=hashlib.sha256(picture).hexdigest(),
            is_drawn=True,
            emptied_at=None if picture else now,
        )
        .execution_options(synchronize_session=False)
    )


def _sittings_of(session: Session, decision_id: int) -> list[int]:
    """Return the sittings that the decision rests on: its own source, or those of its evidence."""
    decision = session.get_one(AwardDecision, decision_id)
    if decision.source_kind == "sitting":
        return [decision.source_id]
    keys = session.scalars(
        select(Fulfilment.source_key)
        .join(DecisionEvidence, DecisionEvidence.fulfilment_id == Fulfilment.id)
        .where(DecisionEvidence.decision_id == decision_id)
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
