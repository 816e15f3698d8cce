"""What the posts of one person ask now, scheme by scheme, and how the person stands to each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from learning.certification.models import Scheme
from learning.certification.queries.terms import find_terms
from learning.compliance.queries.cells import read_cells
from learning.compliance.queries.places import read_places
from learning.compliance.rules.grid import SOON, WORST_FIRST, Cell, CellState
from learning.organisations.models import Membership, Unit
from learning.organisations.queries import valid_at


@dataclass(frozen=True, slots=True)
class AskedScheme:
    """A scheme that a post asks, or asked until an exemption; `kind` is "own" or "external"."""

    id: int
    public_id: str
    title: str
    title_en: str
    kind: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class AskedOf:
    """What is asked of a person, the worst first; the posts that ask, by name.

    `is_on_leave`: away from all organisations here, so that nothing is asked meanwhile.
    """

    schemes: list[AskedScheme]
    posts: list[str]
    is_on_leave: bool

    @property
    def gaps(self) -> int:
        """How many required certificates are not held now."""
        return sum(one.cell.is_gap for one in self.schemes)


NOTHING_ASKED = AskedOf([], [], is_on_leave=False)


def read_asked(session: Session, units: Select[int], user_id: int, now: datetime) -> AskedOf:
    """Return what the posts within the units ask of a person; nothing of who has no place there.

    What a post leaves open and the person does not hold is left out.
    """
    place = read_places(session, units, [user_id], now).get(user_id)
    if place is None:
        return NOTHING_ASKED
    own, _gaps, asked = read_cells(session, {user_id: place}, [], now, soon=SOON)(user_id)
    cells = {s: own[s] for s in asked if own[s].state is not CellState.NOT_ASKED}
    rows = session.execute(
        select(Scheme.id, Scheme.public_id, Scheme.title, Scheme.title_en, Scheme.kind).where(
            Scheme.id.in_(cells)
        )
    )
    schemes = [
        AskedScheme(scheme, public_id, title, title_en, kind, cells[scheme])
        for scheme, public_id, title, title_en, kind in rows
    ]
    schemes.sort(key=lambda one: (WORST_FIRST.index(one.cell.state), one.title))
    away = bool(place.on_leave) and not place.asked
    return AskedOf(schemes, place.posts, away)


class Way(StrEnum):
    """How somebody comes to a certificate."""

    OUTSIDE = "outside"  # an authority issues it, HR registers it
    FILE = "file"  # the person opens a file and meets what it asks
    EXAM = "exam"  # a pass is enough; one is admitted to a sitting


def find_way(session: Session, scheme: AskedScheme, now: datetime) -> Way:
    """Return how the certificate is earned now."""
    if scheme.kind != "own":
        return Way.OUTSIDE
    return Way.EXAM if find_terms(session, scheme.id, now).terms.is_plain else Way.FILE


def find_place(session: Session, units: Select[int], user_id: int, now: datetime) -> str:
    """Return the public id of the unit of a person's latest place within the units, "" for none."""
    found = session.scalar(
        select(Unit.public_id)
        .join(Membership, Membership.unit_id == Unit.id)
        .where(
            Membership.user_id == user_id, Membership.unit_id.in_(units), valid_at(Membership, now)
        )
        .order_by(Membership.valid_from.desc(), Membership.id.desc())
        .limit(1)
    )
    return found or ""
