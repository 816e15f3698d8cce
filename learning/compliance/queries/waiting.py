"""People who declared that they meet a track's entry conditions and wait for HR's word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.kernel.permissions import Actor, Permission
from learning.organisations.models import Membership, Unit, UnitName
from learning.organisations.queries import units_in_reach, valid_at
from learning.study.models import TrackDeclaration, TrackEnrolment
from learning.study.queries.entries import DeclarationView, is_in_reach, last_declarations
from learning.study.rules.entry import Background, DeclarationState, educations_from
from learning.study.rules.tracks import TrackDocument

WAITING_SIZE = 50


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """One who waits; `id` is the enrolment's, by which the list goes on after this line.

    `declared` is what the person declared last, None for nothing: a post enrolled them.
    """

    id: int
    user_id: int
    public_id: str
    name: str
    unit_names: str
    track: str
    enrolled_at: datetime
    declared: DeclarationView | None


def count_waiting(
    session: Session,
    actor: Actor,
    tracks: Sequence[str],
    now: datetime,
    *,
    met: Sequence[TrackDocument] | None = None,
) -> dict[str, int]:
    """Return how many in reach wait in each of these tracks; those with none are left out.

    Where given, `met` are the tracks all of whose asked backgrounds must be reached as declared.
    """
    rows = session.execute(
        select(TrackEnrolment.track_code, func.count().label("people"))
        .where(_waits(session, actor, tracks, now), *_as_declared(met))
        .group_by(TrackEnrolment.track_code)
    )
    return {row.track_code: row.people for row in rows}


def list_waiting(
    session: Session,
    actor: Actor,
    tracks: Sequence[str],
    now: datetime,
    *,
    after: int = 0,
    met: Sequence[TrackDocument] | None = None,
) -> list[WaitingLine]:
    """Return those in reach who wait in these tracks, first who enrolled first.

    One page and one line more.

    `after` is the id of the last line of the page before; `met` as in `count_waiting`.
    """
    rows = session.execute(
        select(
            TrackEnrolment.id,
            User.id.label("user_id"),
            User.public_id,
            User.display_name,
            TrackEnrolment.track_code,
            TrackEnrolment.enrolled_at,
        )
        .join(User, User.id == TrackEnrolment.user_id)
        .where(
            _waits(session, actor, tracks, now),
            TrackEnrolment.id > after,
            *_as_declared(met),
        )
        .order_by(TrackEnrolment.id)
        .limit(WAITING_SIZE + 1)
    ).all()
    units = _unit_names(session, actor, [row.user_id for row in rows], now)
    declared = last_declarations(session, [row.id for row in rows])
    return [
        WaitingLine(
            row.id,
            row.user_id,
            row.public_id,
            row.display_name,
            units.get(row.user_id, ""),
            row.track_code,
            row.enrolled_at,
            declared.get(row.id),
        )
        for row in rows
    ]


def _waits(
    session: Session, actor: Actor, tracks: Sequence[str], now: datetime
) -> ColumnElement[bool]:
    return and_(
        TrackEnrolment.track_code.in_(list(tracks)),
        TrackEnrolment.confirmed_at.is_(None),
        TrackEnrolment.refused_at.is_(None),
        is_in_reach(session, actor, now),
    )


def _as_declared(met: Sequence[TrackDocument] | None) -> tuple[ColumnElement[bool], ...]:
    """Say that the declaration HR has not answered reaches all that its track asks for.

    Twin of `TrackDocument.compared_with`. A track that asks for no background is not reached.
    """
    if met is None:
        return ()
    reached = [
        and_(TrackEnrolment.track_code == track.code, *map(_reaches, asked))
        for track in met
        if (asked := [one.asks for one in track.conditions if one.asks])
    ]
    declared = exists().where(
        TrackDeclaration.enrolment_id == TrackEnrolment.id,
        TrackDeclaration.state == DeclarationState.DECLARED.value,
        or_(false(), *reached),
    )
    return (declared,)


def _reaches(asked: Sequence[Background]) -> ColumnElement[bool]:
    row = TrackDeclaration
    return or_(
        *(
            and_(row.education.in_(educations_from(one.education)), row.years >= one.years)
            for one in asked
        )
    )


def _unit_names(
    session: Session, actor: Actor, user_ids: Sequence[int], now: datetime
) -> dict[int, str]:
    """Return the units of people that are in the actor's reach, joined; no others' names."""
    reach = units_in_reach(session, actor, Permission.TRACK_ASSIGN, now)
    rows = session.execute(
        select(Membership.user_id, UnitName.name)
        .join(Unit, Unit.id == Membership.unit_id)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, valid_at(UnitName, now)))
        .where(
            Membership.user_id.in_(list(user_ids)),
            Membership.unit_id.in_(reach),
            valid_at(Membership, now),
        )
        .order_by(Membership.valid_from, Membership.id)
    )
    names: dict[int, list[str]] = {}
    for user_id, name in rows:
        names.setdefault(user_id, []).append(name)
    return {user_id: " / ".join(found) for user_id, found in names.items()}
