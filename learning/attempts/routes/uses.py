"""What the page of an item is told: which assessments may draw it."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from learning.attempts.queries import list_using
from learning.web.where_used import Use

MAX_USES = 20


def uses_in_assessments(session: Session, version_ids: Collection[int]) -> tuple[list[Use], int]:
    """Return the newest assessments that may draw one of the versions, and how many there are."""
    found, total = list_using(session, version_ids, limit=MAX_USES)
    return [Use(*row) for row in found], total
