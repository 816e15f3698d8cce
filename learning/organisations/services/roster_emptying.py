"""Uploaded rosters are forgotten: what people were in them goes, how many stays."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from learning.organisations.models import RosterImport

ROWS_KEPT = timedelta(days=90)
EMPTY_SLICE = 20  # rosters, not rows: the texts of one may be some megabytes
EMPTY_ROWS = '{"columns":{},"rows":[]}'  # the shape of `roster_keeping.as_columns`
EMPTY_PROBLEMS = '{"all":[],"file":[]}'


def empty_rosters(session: Session, now: datetime) -> int:
    """Empty the rosters applied, or only checked, 90 days ago; return how many.

    Rows, problems and decisions go; counts, file name and who did what when stay. A roster that
    was never applied cannot be applied any more. At most 20 a call: the worker asks again while
    the answer is above 0.
    """
    before = now - ROWS_KEPT
    old = session.scalars(
        select(RosterImport.id)
        .where(
            RosterImport.emptied_at.is_(None),
            RosterImport.created_at < before,
            or_(RosterImport.applied_at.is_(None), RosterImport.applied_at < before),
        )
        .order_by(RosterImport.id)
        .limit(EMPTY_SLICE)
    ).all()
    if old:
        session.execute(
            update(RosterImport)
            .where(RosterImport.id.in_(old))
            .values(
                rows=EMPTY_ROWS,
                problems=EMPTY_PROBLEMS,
                decisions="{}",
                missing="[]",
                done="{}",
                emptied_at=now,
            )
            .execution_options(synchronize_session=False)
        )
    return len(old)
