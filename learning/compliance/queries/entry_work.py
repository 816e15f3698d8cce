"""What waits for HR: declarations of tracks' entry conditions, counted by person and track."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from learning.compliance.queries.work import Queue, list_holders
from learning.kernel.permissions import GRANTS, Permission
from learning.organisations.models import Membership, Unit
from learning.organisations.queries import valid_at
from learning.study.models import TrackDeclaration, TrackEnrolment
from learning.study.queries.tracks import list_tracks
from learning.study.rules.entry import DeclarationState

KIND = "entry"
CONFIRMERS = [role.value for role, held in GRANTS.items() if Permission.TRACK_ASSIGN in held]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A declaration that HR has not answered, by a unit of who made it."""

    enrolment_id: int
    user_id: int
    track: str
    since: datetime
    unit_id: int
    organisation_id: int
    zone: str


def list_entry_queues(session: Session, now: datetime) -> list[Queue]:
    """Return what was declared and waits in reach of HR, by person and track.

    One's own waits for another. Who is in two units of a reach is counted once.
    """
    tracks = {one.code: one for one in list_tracks(session) if one.needs_hr}
    waiting = list(_waiting(session, list(tracks), now)) if tracks else []
    if not waiting:
        return []
    holders = list_holders(session, {one.unit_id for one in waiting}, CONFIRMERS, now)
    found: dict[tuple[int, str, str], dict[int, _Waiting]] = {}
    for one in waiting:
        for user_id, locale in holders.get(one.unit_id, ()):
            if user_id != one.user_id:
                found.setdefault((user_id, locale, one.track), {})[one.enrolment_id] = one
    queues = []
    for (user_id, locale, code), mine in found.items():
        oldest = min(mine.values(), key=lambda one: one.since)
        queues.append(
            Queue(
                user_id=user_id,
                locale=locale,
                issuer_id=oldest.organisation_id,
                zone=oldest.zone,
                kind=KIND,
                title=tracks[code].title,
                title_en=tracks[code].title_en,
                number=len(mine),
                since=oldest.since,
                due_at=None,
            )
        )
    return queues


def _waiting(session: Session, tracks: list[str], now: datetime) -> Iterator[_Waiting]:
    rows = session.execute(
        select(
            TrackEnrolment.id,
            TrackEnrolment.user_id,
            TrackEnrolment.track_code,
            func.coalesce(TrackDeclaration.declared_at, TrackEnrolment.enrolled_at),
            Membership.unit_id,
            Membership.organisation_id,
            Unit.timezone,
        )
        .join(
            TrackDeclaration,
            and_(
                TrackDeclaration.enrolment_id == TrackEnrolment.id,
                TrackDeclaration.state == DeclarationState.DECLARED.value,
            ),
        )
        .join(
            Membership,
            and_(Membership.user_id == TrackEnrolment.user_id, valid_at(Membership, now)),
        )
        .join(Unit, Unit.id == Membership.organisation_id)
        .where(
            TrackEnrolment.track_code.in_(tracks),
            TrackEnrolment.confirmed_at.is_(None),
            TrackEnrolment.refused_at.is_(None),
        )
        .order_by(TrackEnrolment.id, Membership.id)
    )
    for row in rows:
        yield _Waiting(*row)
