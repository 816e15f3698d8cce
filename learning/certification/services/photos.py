"""The holder's photograph: kept with a certificate as it was at the issue, gone with the person."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.certification.models import Certificate, CertificatePhoto, HolderPhoto
from learning.kernel.events import Event


def freeze_photo(session: Session, event: Event, now: datetime) -> None:
    """Keep the photograph that the holder has now with the certificate that was issued, once."""
    found = session.execute(
        select(Certificate.id, HolderPhoto.sha256, HolderPhoto.content)
        .join(HolderPhoto, HolderPhoto.user_id == Certificate.user_id)
        .where(Certificate.public_id == event.payload["certificate"])
        .order_by(HolderPhoto.id.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(
        dialect.insert(CertificatePhoto)
        .values(certificate_id=found.id, sha256=found.sha256, content=found.content, kept_at=now)
        .on_conflict_do_nothing(index_elements=["certificate_id"])
    )


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
