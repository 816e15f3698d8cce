"""Links by which staff enter for their unit: a unit's own, and one by its token."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from learning.competitions.models import Competition, EntryLink
from learning.competitions.queries.desks import Desk
from learning.competitions.queries.views import checked_id
from learning.competitions.rules import Organisation, State
from learning.competitions.rules.links import LinkState, link_state
from learning.kernel.errors import NotFound
from learning.organisations.models import Membership, Unit, UnitName
from learning.organisations.queries import valid_at


@dataclass(frozen=True, slots=True)
class LinkView:
    """A unit's link, for who looks after the unit."""

    public_id: str
    token: str
    label: str
    expires_at: datetime
    max_uses: int | None
    uses: int
    state: LinkState


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """Where a link leads: the competition, and the organisation that is entered for."""

    id: int
    token: str
    competition: str
    organisation: Organisation
    organisation_code: str
    state: LinkState


def list_links(session: Session, desk: Desk, now: datetime) -> list[LinkView]:
    """Return a unit's links, the newest first."""
    rows = session.scalars(
        select(EntryLink)
        .where(EntryLink.competition_id == desk.competition.id, EntryLink.unit_id == desk.unit_id)
        .order_by(EntryLink.id.desc())
    )
    return [_view(row, now) for row in rows]


def get_link(session: Session, desk: Desk, raw_public_id: str, now: datetime) -> LinkView:
    """Return one of a unit's links; NotFound for any other."""
    row = session.scalars(
        select(EntryLink).where(
            EntryLink.public_id == checked_id(raw_public_id),
            EntryLink.competition_id == desk.competition.id,
            EntryLink.unit_id == desk.unit_id,
        )
    ).one_or_none()
    if row is None:
        raise NotFound("link")
    return _view(row, now)


def _view(row: EntryLink, now: datetime) -> LinkView:
    return LinkView(
        row.public_id,
        row.token,
        row.label,
        row.expires_at,
        row.max_uses,
        row.uses,
        _state(row, now),
    )


def _state(row: EntryLink, now: datetime) -> LinkState:
    return link_state(
        revoked_at=row.revoked_at,
        expires_at=row.expires_at,
        uses=row.uses,
        max_uses=row.max_uses,
        now=now,
    )


def get_target(session: Session, raw_token: str, now: datetime) -> LinkTarget:
    """Return where a token leads, whatever its state; NotFound for none."""
    row = session.execute(
        select(EntryLink, Competition.public_id, Unit, UnitName.name)
        .join(Competition, Competition.id == EntryLink.competition_id)
        .join(Unit, Unit.id == EntryLink.unit_id)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, UnitName.valid_to.is_(None)))
        .where(
            EntryLink.token == checked_id(raw_token).lower(),
            Competition.state != State.DRAFT.value,
        )
    ).one_or_none()
    if row is None:
        raise NotFound("link")
    link, competition, unit, name = row
    organisation = Organisation(unit.id, unit.public_id, name, unit.kind, unit.region)
    return LinkTarget(
        link.id, link.token, competition, organisation, unit.code or "", _state(link, now)
    )


def is_member(session: Session, user_id: int, organisation_id: int, now: datetime) -> bool:
    """Tell whether a person belongs to an organisation now."""
    found = select(Membership.id).where(
        Membership.user_id == user_id,
        Membership.organisation_id == organisation_id,
        valid_at(Membership, now),
    )
    return session.scalar(found.limit(1)) is not None
