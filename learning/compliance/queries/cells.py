"""The cells of some people under some schemes: what is asked, what is held, of what one is exempt.

Five reads for all of them together; what a cell says is decided by `rules.grid`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, literal, select
from sqlalchemy.orm import Session

from learning.certification.models import Certificate, Holding
from learning.certification.rules.holdings import FOREVER, HeldSpan
from learning.compliance.models import Exemption, Requirement
from learning.compliance.queries.places import PlaceView
from learning.compliance.rules.grid import Cell, CellState, Span, asked_by, cell_of
from learning.organisations.models import Unit, UnitParent
from learning.organisations.queries import valid_at

MAX_DEPTH = 64
_NOTHING = Cell(CellState.NOT_ASKED)


@dataclass(frozen=True, slots=True)
class CellsOfPerson:
    """The cells asked for, in their order, and how many required ones are not held in all.

    `asked` holds the cell of every scheme that a post asks, by its row id.
    """

    cells: list[Cell]
    gaps: int
    asked: dict[int, Cell]


def read_cells(
    session: Session,
    places: Mapping[int, PlaceView],
    scheme_ids: Sequence[int],
    now: datetime,
    *,
    soon: timedelta,
) -> dict[int, CellsOfPerson]:
    """Return the cells of people under the schemes; gaps count over all schemes asked of them."""
    if not places:
        return {}
    levels, parents = _read_levels(session, places, now)
    asked = {
        user_id: asked_by([post for post, _organisation in place.asked], levels, parents)
        for user_id, place in places.items()
    }
    shown = set(scheme_ids).union(*asked.values())
    spans = _read_spans(session, list(places), shown, now)
    exempt = _read_exemptions(session, places, now)
    found = {}
    for user_id in places:
        held = spans.get(user_id, {})
        own = {
            scheme: cell_of(
                held.get(scheme, ()),
                level=asked[user_id].get(scheme),
                exempt_until=exempt.get((user_id, scheme)),
                now=now,
                soon=soon,
            )
            for scheme in {*held, *asked[user_id]}
        }
        gaps = sum(cell.is_gap for cell in own.values())
        cells = [own.get(scheme, _NOTHING) for scheme in scheme_ids]
        found[user_id] = CellsOfPerson(cells, gaps, {s: own[s] for s in asked[user_id]})
    return found


def _read_levels(
    session: Session, places: Mapping[int, PlaceView], now: datetime
) -> tuple[dict[tuple[int, int], dict[int, str]], dict[int, int | None]]:
    """Return what units set for the posts held, and the parents of the units where they are."""
    posts = [post for place in places.values() for post, _organisation in place.asked]
    if not posts:
        return {}, {}
    up = (
        select(Unit.id.label("id"), literal(0).label("depth"))
        .where(Unit.id.in_({post.unit_id for post in posts}))
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
    levels: dict[tuple[int, int], dict[int, str]] = {}
    for row in session.execute(
        select(
            Requirement.unit_id, Requirement.post_id, Requirement.scheme_id, Requirement.level
        ).where(
            Requirement.post_id.in_({post.post_id for post in posts}),
            Requirement.unit_id.in_(list(parents)),
            valid_at(Requirement, now),
        )
    ):
        levels.setdefault((row.unit_id, row.post_id), {})[row.scheme_id] = row.level
    return levels, parents


def _read_spans(
    session: Session, user_ids: Sequence[int], scheme_ids: set[int], now: datetime
) -> dict[int, dict[int, list[Span]]]:
    """Return what is known of when people hold the schemes, by person and scheme."""
    is_certificate = and_(Holding.source_kind == "certificate", Certificate.id == Holding.source_id)
    ended = and_(Holding.held_until <= now, is_certificate)
    term_end = case((Certificate.valid_until.is_(None), FOREVER), else_=Certificate.valid_until)
    found: dict[int, dict[int, list[Span]]] = {}
    for row in session.execute(
        select(
            Holding.user_id,
            Holding.scheme_id,
            Holding.held_from,
            Holding.held_until,
            Certificate.id.label("certificate_id"),
            term_end.label("term_end"),
        )
        .outerjoin(Certificate, ended)
        .where(
            Holding.user_id.in_(user_ids),
            Holding.scheme_id.in_(scheme_ids),
            Holding.known_from <= now,
            Holding.known_until > now,
        )
    ):
        term = row.term_end if row.certificate_id is not None else None
        span = Span(HeldSpan(row.held_from, row.held_until), term)
        found.setdefault(row.user_id, {}).setdefault(row.scheme_id, []).append(span)
    return found


def _read_exemptions(
    session: Session, places: Mapping[int, PlaceView], now: datetime
) -> dict[tuple[int, int], datetime]:
    rows = session.execute(
        select(
            Exemption.user_id,
            Exemption.scheme_id,
            Exemption.organisation_id,
            Exemption.valid_to,
        ).where(
            Exemption.user_id.in_(list(places)),
            valid_at(Exemption, now),
        )
    )
    return {
        (row.user_id, row.scheme_id): row.valid_to
        for row in rows
        if row.organisation_id in places[row.user_id].organisations
    }
