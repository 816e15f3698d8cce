"""Pictures in the texts of items."""

from sqlalchemy.orm import Session

from learning.kernel.errors import NotFound
from learning.question_bank.models import MediaFile


def get_picture(session: Session, sha256: str, media_types: frozenset[str]) -> MediaFile:
    """Return the picture of a hash, if it is of one of the types; raise NotFound otherwise."""
    found = session.get(MediaFile, sha256)
    if found is None or found.media_type not in media_types:
        raise NotFound("picture")
    return found
