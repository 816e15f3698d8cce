"""What the bank is told of attempts: which assessments may draw an item, and who sits before it."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from learning.attempts.queries import list_shown, list_using
from learning.kernel.clock import utc_now
from learning.web.where_used import Shown, Use

MAX_USES = 20


def uses_in_assessments(session: Session, version_ids: Collection[int]) -> tuple[list[Use], int]:
    """Return the newest assessments that may draw one of the versions, and how many there are."""
    found, total = list_using(session, version_ids, limit=MAX_USES)
    return [Use(*row) for row in found], total


def shown_in_attempts(session: Session, user_id: int) -> Shown:
    """Return the versions on a person's own papers that may be seen now."""
    stems, keys = list_shown(session, user_id, utc_now())
    return Shown(stems, keys)
