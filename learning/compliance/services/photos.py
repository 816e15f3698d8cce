"""A person's photograph for the card, put in by whoever keeps the staff."""

import hashlib
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from learning.certification.models import HolderPhoto
from learning.certification.services.photos import PHOTO_SIZE
from learning.compliance.queries.authorisations import get_revocable
from learning.kernel import audit
from learning.kernel.errors import Invalid, Problem
from learning.kernel.permissions import Actor
from learning.kernel.pictures import picture_type
from learning.kernel.printing import redrawn

PHOTO_BYTES = 5 * 1024 * 1024


def redrawn_photo(content: bytes) -> bytes:
    """Return an uploaded photograph drawn anew. Raises Invalid: no PNG or JPEG of at most 5 MB."""
    if len(content) > PHOTO_BYTES or picture_type(content) not in {"image/png", "image/jpeg"}:
        raise _bad_photo()
    try:
        return redrawn(content, *PHOTO_SIZE, fit="cover")
    except ValueError as error:
        raise _bad_photo() from error


def put_photo(
    session: Session, actor: Actor, raw_authorisation: str, photo: bytes, now: datetime
) -> None:
    """Take a photograph, as `redrawn_photo` gave it, in the place of the one before.

    Whose it is, an authorisation in reach says. Raises NotFound.
    """
    one = get_revocable(session, actor, raw_authorisation, now)
    session.execute(delete(HolderPhoto).where(HolderPhoto.user_id == one.user_id))
    sha256 = hashlib.sha256(photo).hexdigest()
    session.add(
        HolderPhoto(
            user_id=one.user_id,
            sha256=sha256,
            content=photo,
            added_by=actor.user_id,
            added_at=now,
        )
    )
    audit.log(
        session,
        "authorisation.photo_put",
        one.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"person": one.person, "sha256": sha256},
    )


def _bad_photo() -> Invalid:
    return Invalid([Problem("", None, "photo", "photo", "photo")])
