"""The cells of some people under some schemes: what is asked, what is held, of what one is exempt.

A few reads for all of them together; what a cell says is decided by `rules.grid`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, exists, literal, or_, select
from sqlalchemy.orm import Session

from learning.certification.models import (
    Certificate,
    ExternalCertificate,
    Holding,
    Revocation,
    Suspension,
)
from learning.certification.rules.holdings import FOREVER
from learning.compliance.models import Exemption, Requirement
from learning.compliance.queries.places import PlaceView
from learning.compliance.rules.coverage import Asked, Requirements
from learning.compliance.rules.grid import Cell, CellState, Span, asked_by, cell_of
from learning.kernel.bulk import among
from learning.organisations.models import Unit, UnitParent
from learning.organisations.queries import valid_at

MAX_DEPTH = 64

HeldScheme = tuple[int, datetime, datetime, datetime | None, datetime | None]
"""A scheme, and the fields of `Span`."""


_Term = tuple[datetime | None, datetime | None]
_NO_TERM: _Term = (None, None)


class CellsOfPerson(NamedTuple):
    """The cells by scheme, where one is held or asked; how many required ones are not held in all.

    `asked` names the schemes that a post asks.
    """

    cells: dict[int, Cell]
    gaps: int
    asked: Collection[int]


def read_cells(
    session: Session,
    places: Mapping[int, PlaceView],
    scheme_ids: Sequence[int],
    now: datetime,
    *,
    soon: timedelta,
) -> Callable[[int], CellsOfPerson]:
    """Read what decides cells, and return what gives those of a person under the schemes.

    Gaps count over all schemes asked. Cells are made when they are asked for: thousands that wait
    are what the collector of a file of everybody would look at again and again.
    """
    requirements = _read_requirements(session, places, now)
    spans = _read_spans(session, places, now)
    exempt = _read_exemptions(session, places, now)
    doubts = _read_doubts(session, places, now)
    columns = frozenset(scheme_ids)

    def cells_of(user_id: int) -> CellsOfPerson:
        asked = asked_by([post for post, _unit in places[user_id].asked], requirements)
        held: dict[int, list[Span]] = {}
        for scheme, since, until, term_end, review_due in spans.get(user_id, ()):
            if scheme in columns or scheme in asked:
                held.setdefault(scheme, []).append(Span(since, until, term_end, review_due))
        spared, doubted = exempt.get(user_id, {}), doubts.get(user_id, {})
        own = {
            scheme: cell_of(
                held.get(scheme, ()),
                level=asked.get(scheme),
                exempt_until=spared.get(scheme),
                now=now,
                soon=soon,
                doubt=doubted.get(scheme),
            )
            for scheme in held.keys() | asked.keys() | (doubted.keys() & columns)
        }
        return CellsOfPerson(own, sum([cell.is_gap for cell in own.values()]), asked.keys())

    return cells_of


def _read_requirements(
    session: Session, places: Mapping[int, PlaceView], now: datetime
) -> Requirements:
    """Return what units set for the posts held, and by the units above where they are."""
    posts = [post for place in places.values() for post, _organisation in place.asked]
    if not posts:
        return Requirements({}, {})
    up = (
        select(Unit.id.label("id"), literal(0).label("depth"))
        .where(among(Unit.id, {post.unit_id for post in posts}))
        .cte("up", recursive=True)
    )
    up = up.union(
        select(UnitParent.parent_id, up.c.depth + 1)
        .join(up, UnitParent.unit_id == up.c.id)
        .where(valid_at(UnitParent, now), up.c.depth < MAX_DEPTH)
    )
    rows = session.execute(
        select(up.c.id, UnitParent.parent_id).outerjoin(
            UnitParent, and_(UnitParent.unit_id == up.c.id, valid_at(UnitParent, now))
        )
    )
    parents: dict[int, int | None] = {row.id: row.parent_id for row in rows}
    set_here: dict[tuple[int, int], dict[int, Asked]] = {}
    for unit, post, scheme, level in session.execute(
        select(
            Requirement.unit_id, Requirement.post_id, Requirement.scheme_id, Requirement.level
        ).where(
            among(Requirement.post_id, {post.post_id for post in posts}),
            among(Requirement.unit_id, parents),
            valid_at(Requirement, now),
        )
    ):
        set_here.setdefault((unit, post), {})[scheme] = Asked(unit, level)
    return Requirements(set_here, parents)


def _read_spans(
    session: Session, user_ids: Collection[int], now: datetime
) -> dict[int, list[HeldScheme]]:
    """Return what is known of when people hold schemes, by person."""
    rows = session.execute(
        select(
            Holding.user_id,
            Holding.scheme_id,
            Holding.held_from,
            Holding.held_until,
            Holding.source_kind,
            Holding.source_id,
        ).where(
            among(Holding.user_id, user_ids),
            Holding.known_from <= now,
            Holding.known_until > now,
        )
    ).all()
    terms = _read_terms(session, {(kind, source) for *_, end, kind, source in rows if end <= now})
    found: dict[int, list[HeldScheme]] = {}
    for user_id, scheme_id, since, end, kind, source in rows:
        term, review = terms.get((kind, source), _NO_TERM) if end <= now else _NO_TERM
        found.setdefault(user_id, []).append((scheme_id, since, end, term, review))
    return found


def _read_terms(session: Session, sources: set[tuple[str, int]]) -> dict[tuple[str, int], _Term]:
    """Return by kind and id of a source its end as printed, and when it was to be reviewed."""
    own, outside = (
        {number for kind, number in sources if kind == wanted}
        for wanted in ("certificate", "external")
    )
    issued = session.execute(
        select(Certificate.id, Certificate.valid_until).where(among(Certificate.id, own))
    )
    found: dict[tuple[str, int], _Term] = {
        ("certificate", row.id): (row.valid_until or FOREVER, None) for row in issued
    }
    table = ExternalCertificate
    on_file = session.execute(
        select(table.id, table.valid_until, table.review_due).where(among(table.id, outside))
    )
    for row in on_file:
        found["external", row.id] = (row.valid_until or FOREVER, row.review_due)
    return found


def _read_exemptions(
    session: Session, places: Mapping[int, PlaceView], now: datetime
) -> dict[int, dict[int, datetime | None]]:
    """Return until when people are exempt, by person and scheme."""
    found: dict[int, dict[int, datetime | None]] = {}
    for user_id, scheme, organisation, until in session.execute(
        select(
            Exemption.user_id,
            Exemption.scheme_id,
            Exemption.organisation_id,
            Exemption.valid_to,
        ).where(
            among(Exemption.user_id, places),
            valid_at(Exemption, now),
        )
    ):
        if organisation in places[user_id].organisations:
            found.setdefault(user_id, {})[scheme] = until
    return found


def _read_doubts(
    session: Session, places: Mapping[int, PlaceView], now: datetime
) -> dict[int, dict[int, CellState]]:
    """Return papers within their term that do not count, by person and scheme.

    Suspended before unchecked; papers that wait for their check only on the lists of organisations
    where the person is shown.
    """
    found: dict[int, dict[int, CellState]] = {}
    for user_id, scheme, organisation in session.execute(
        select(
            ExternalCertificate.user_id,
            ExternalCertificate.scheme_id,
            ExternalCertificate.organisation_id,
        ).where(
            among(ExternalCertificate.user_id, places),
            ExternalCertificate.checked_at.is_(None),
            ExternalCertificate.withdrawn_at.is_(None),
            ExternalCertificate.ends_at > now,
        )
    ):
        if organisation in places[user_id].organisations:
            found.setdefault(user_id, {})[scheme] = CellState.UNCHECKED
    for user_id, scheme in session.execute(
        select(Certificate.user_id, Certificate.scheme_id)
        .join(Suspension, Suspension.certificate_id == Certificate.id)
        .where(
            among(Certificate.user_id, places),
            Suspension.lifted_at.is_(None),
            or_(Certificate.valid_until.is_(None), Certificate.valid_until > now),
            ~exists().where(Revocation.certificate_id == Certificate.id),
        )
    ):
        found.setdefault(user_id, {})[scheme] = CellState.SUSPENDED
    return found
