"""Where an item is used, as the bank's page asks: the rooms that drew it."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy.orm import Session

from learning.live_rounds.queries import list_using
from learning.web.where_used import Use

MAX_USES = 20
EVENING = timedelta(days=1)  # what is shown as the end: a room has none written down


def uses_in_rooms(session: Session, version_ids: Collection[int]) -> tuple[list[Use], int]:
    """Return the newest rooms in which one of the versions is asked, and how many there are."""
    found, total = list_using(session, version_ids, limit=MAX_USES)
    return [Use(title, opened, opened + EVENING) for title, opened in found], total
