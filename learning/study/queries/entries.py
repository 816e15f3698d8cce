"""What was declared of tracks' entry conditions, and what HR said: for the learner and for HR."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.organisations.models import Membership
from learning.organisations.queries import units_in_reach, valid_at
from learning.organisations.queries.units import storable
from learning.study.models import TrackDeclaration, TrackEnrolment, TrackVersion
from learning.study.queries.tracks import EnrolmentView, track_of
from learning.study.rules.entry import Background, DeclarationState, Education
from learning.study.rules.tracks import TrackDocument


@dataclass(frozen=True, slots=True)
class DeclarationView:
    """One round: what was declared, to the track as it was then, and what HR said.

    `told` is None where no background was asked for, or it is forgotten; without `declared_at` HR
    decided by itself. `decider` is the name of who did, for HR alone.
    """

    public_id: str
    track: TrackDocument
    told: Background | None
    word: str
    declared_at: datetime | None
    state: DeclarationState
    decided_at: datetime | None
    answer: str
    decider: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """A person's entry in a track, for who decides on it."""

    user_id: int
    person: str
    person_id: str
    enrolment: EnrolmentView


def is_in_reach(session: Session, actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Return the condition that an enrolment is of somebody whose entry the actor decides."""
    reach = units_in_reach(session, actor, Permission.TRACK_ASSIGN, now)
    return exists().where(
        Membership.user_id == TrackEnrolment.user_id,
        Membership.unit_id.in_(reach),
        valid_at(Membership, now),
    )


def get_entry(
    session: Session, actor: Actor, raw_person: str, raw_code: str, now: datetime
) -> EntryView:
    """Return the entry of a person in reach; NotFound when foreign or missing."""
    row = TrackEnrolment
    found = session.execute(
        select(
            User.id,
            User.display_name,
            User.public_id,
            row.source,
            row.enrolled_at,
            row.confirmed_at,
            row.refused_at,
        )
        .join(User, User.id == row.user_id)
        .where(
            User.public_id == storable(raw_person),
            row.track_code == raw_code,
            is_in_reach(session, actor, now),
        )
    ).first()
    if found is None:
        raise NotFound("enrolment")
    return EntryView(*found[:3], EnrolmentView(found[0], raw_code, *found[3:]))


def list_declarations(session: Session, user_id: int, code: str) -> list[DeclarationView]:
    """Return the rounds of a person's entry, newest first."""
    rows = session.execute(
        _declarations()
        .where(TrackEnrolment.user_id == user_id, TrackEnrolment.track_code == code)
        .order_by(TrackDeclaration.id.desc())
    )
    return [_view(row) for row in rows]


def last_declarations(session: Session, enrolment_ids: Sequence[int]) -> dict[int, DeclarationView]:
    """Return the last round of each enrolment that has one."""
    last = (
        select(func.max(TrackDeclaration.id))
        .where(TrackDeclaration.enrolment_id.in_(enrolment_ids))
        .group_by(TrackDeclaration.enrolment_id)
    )
    rows = session.execute(_declarations().where(TrackDeclaration.id.in_(last)))
    return {row.enrolment_id: _view(row) for row in rows}


def _declarations() -> Select[*tuple[Any, ...]]:
    row = TrackDeclaration
    return (
        select(
            row.enrolment_id,
            row.public_id,
            TrackVersion.document,
            row.education,
            row.years,
            row.word,
            row.declared_at,
            row.state,
            row.decided_at,
            row.answer,
            func.coalesce(User.display_name, "").label("decider"),
        )
        .join(TrackEnrolment, TrackEnrolment.id == row.enrolment_id)
        .join(TrackVersion, TrackVersion.id == row.version_id)
        .outerjoin(User, User.id == row.decided_by)
    )


def _view(row: Any) -> DeclarationView:
    told = Background(Education(row.education), row.years) if row.education else None
    return DeclarationView(
        public_id=row.public_id,
        track=track_of(row.document),
        told=told,
        word=row.word,
        declared_at=row.declared_at,
        state=DeclarationState(row.state),
        decided_at=row.decided_at,
        answer=row.answer,
        decider=row.decider,
    )
