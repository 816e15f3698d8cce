"""Participants of no unit, for who looks after their region: the organiser, or an office."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Session

from learning.competitions.models import Entry
from learning.competitions.queries.desks import Oversight, list_own_scopes
from learning.competitions.queries.entrants import EntryLine, list_entrants
from learning.competitions.rules.desks import DeskRole
from learning.kernel.permissions import Actor, ScopeKind
from learning.organisations.rules.units import region_prefix


def list_individuals(
    session: Session, actor: Actor, oversight: Oversight, *, page: int, search: str = ""
) -> tuple[list[EntryLine], int]:
    """Return a page of the participants of no unit in reach, the newest first, and how many.

    An office sees those of its regions: who belongs to no unit says a province, no more, so that
    an office of a city, an industry or a subtree sees none.
    """
    reach = _in_reach(session, actor, oversight)
    return list_entrants(session, oversight.competition, reach, page=page, search=search)


def _in_reach(session: Session, actor: Actor, oversight: Oversight) -> ColumnElement[bool]:
    mine = and_(Entry.competition_id == oversight.competition.id, Entry.unit_id.is_(None))
    if oversight.role is DeskRole.ORGANISER:
        return mine
    scopes = list_own_scopes(session, oversight.competition.id, actor.user_id)
    prefixes = [region_prefix(value) for kind, value in scopes if kind is ScopeKind.REGION]
    return and_(mine, _of_regions(prefixes))


def _of_regions(prefixes: Sequence[str]) -> ColumnElement[bool]:
    # "" would be the beginning of every region.
    known = [Entry.region.startswith(prefix, autoescape=True) for prefix in prefixes if prefix]
    return or_(*known) if known else Entry.id.is_(None)
