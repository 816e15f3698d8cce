"""The read of an annual report's words."""

from sqlalchemy.orm import Session

from learning.competitions.models import AnnualReport
from learning.competitions.rules.annual import AnnualText


def get_annual(session: Session, competition_id: int) -> AnnualText:
    """Return what the organiser wrote, empty before that."""
    row = session.get(AnnualReport, competition_id)
    if row is None:
        return AnnualText()
    return AnnualText(row.plan, row.done, row.problems, row.outlook)
