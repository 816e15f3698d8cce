"""What every act on the structure begins with: one writer at a time, a date that makes sense.

One lock for the whole structure: two moves that are each harmless can make a cycle together, and
acts are rare and short.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Actor
from learning.organisations.models import Unit, UnitParent
from learning.organisations.queries import get_unit, unit_name_at
from learning.organisations.queries.units import UnitView
from learning.organisations.rules.units import problem

_STRUCTURE_LOCK = 7_301_001  # any number, the same everywhere


@dataclass(frozen=True, slots=True)
class Act:
    """Who records something, when, and from when it holds."""

    actor_id: int | None
    recorded_at: datetime
    effective_at: datetime

    def stamp(self) -> dict[str, Any]:
        """Return the columns of a new dated row."""
        return {"recorded_at": self.recorded_at, "recorded_by": self.actor_id}

    def opening(self) -> dict[str, Any]:
        """Return the columns of a dated row that holds from the act on."""
        return {"valid_from": self.effective_at, **self.stamp()}


def begin_act(
    session: Session, actor: Actor | None, now: datetime, effective_at: datetime | None = None
) -> Act:
    """Take the structure's lock; Invalid when the date lies in the future."""
    effective_at = effective_at or now
    if effective_at > now:
        raise Invalid([problem("effective_at", "date_in_future")])
    hold_structure(session)
    return Act(actor.user_id if actor else None, now, effective_at)


def hold_structure(session: Session) -> None:
    """Let one transaction at a time change units and places; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_STRUCTURE_LOCK)))


def load_open(session: Session, unit_id: int, act: Act) -> UnitView:
    """Return a unit that exists on the act's date and is open; Conflict when closed or younger."""
    try:
        unit = get_unit(session, unit_id, act.effective_at)
    except NotFound:
        if unit_name_at(session, unit_id, act.recorded_at):
            raise Conflict("changed_since", unit_id=unit_id) from None
        raise
    if not unit.is_open:
        raise Conflict("unit_closed", unit_id=unit_id)
    return unit


def check_unmoved_since(session: Session, unit_ids: Iterable[int], act: Act) -> None:
    """Raise Conflict when one of the units changed its parent after the act's date.

    With a new parent's whole path unmoved since, its path is the same at each instant from the act
    until now, so that a cycle absent now was never there.
    """
    later = session.scalar(
        select(UnitParent.unit_id)
        .where(
            UnitParent.unit_id.in_(list(unit_ids)),
            or_(
                UnitParent.valid_from > act.effective_at,
                UnitParent.valid_to > act.effective_at,
            ),
        )
        .limit(1)
    )
    if later is not None:
        raise Conflict("changed_since", unit_id=later)


def log_act(
    session: Session, what: str, unit: Unit | UnitView, act: Act, details: Mapping[str, Any]
) -> None:
    """Write the audit entry of an act on a unit, with its date when it is not today's."""
    extra: dict[str, Any] = dict(details)
    if act.effective_at != act.recorded_at:
        extra["effective_at"] = act.effective_at.isoformat()
    audit.log(
        session, what, unit.public_id, actor_id=act.actor_id, now=act.recorded_at, details=extra
    )
