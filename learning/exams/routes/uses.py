"""What the bank is told of judges: the items of the papers that one judges, pictures among them."""

from sqlalchemy.orm import Session

from learning.exams.queries.standards import list_judged_versions
from learning.web.where_used import Shown


def shown_to_judges(session: Session, user_id: int) -> Shown:
    """Return the versions on the papers that a person judges now."""
    stems, keys = list_judged_versions(session, user_id)
    return Shown(stems, keys)
