"""What waits for HR: declarations of tracks' entry conditions, counted by person and track."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from learning.compliance.queries.declared_work import Declared, queues_of
from learning.compliance.queries.work import Queue, list_holders
from learning.kernel.permissions import GRANTS, Permission
from learning.organisations.models import Membership, Unit
from learning.organisations.queries import valid_at
from learning.study.models import TrackDeclaration, TrackEnrolment
from learning.study.queries.tracks import list_tracks
from learning.study.rules.entry import DeclarationState

KIND = "entry"
CONFIRMERS = [role.value for role, held in GRANTS.items() if Permission.TRACK_ASSIGN in held]


def list_entry_queues(session: Session, now: datetime) -> list[Queue]:
    """Return what was declared and waits in reach of HR, by person and track.

    One's own waits for another. Who is in two units of a reach is counted once.
    """
    tracks = {one.code: one for one in list_tracks(session) if one.needs_hr}
    waiting = list(_waiting(session, list(tracks), now)) if tracks else []
    holders = list_holders(session, {one.unit_id for one in waiting}, CONFIRMERS, now)
    titles = {code: (one.title, one.title_en) for code, one in tracks.items()}
    return queues_of(KIND, waiting, holders, titles)


def _waiting(session: Session, tracks: list[str], now: datetime) -> Iterator[Declared]:
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
        yield Declared(*row)
