"""Tracks by post: who takes the post later is enrolled too, by the worker, once."""

from datetime import datetime

from sqlalchemy import Select, and_, exists, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.kernel import audit
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Permission
from learning.organisations.models import Post, PostHolding
from learning.organisations.queries import get_unit_in_reach, subtree, units_in_reach, valid_at
from learning.organisations.queries.units import organisation_of_unit, storable
from learning.study.models import Track, TrackEnrolment, TrackPostRule
from learning.study.queries.tracks import get_track


def set_post_rule(
    session: Session, actor: Actor, raw_track: str, raw_post: str, raw_unit: str, *, now: datetime
) -> bool:
    """Enrol from now on who takes the post in the unit or below it; tell whether that is new.

    Raises NotFound for a track, a unit in reach or a post of its organisation that is not there,
    Conflict("unit_needed") without a unit.
    """
    track = get_track(session, raw_track)
    if not raw_unit:
        raise Conflict("unit_needed")
    unit = get_unit_in_reach(session, actor, Permission.TRACK_ASSIGN, raw_unit, now)
    organisation = organisation_of_unit(session, unit.id, now)
    post_id = session.scalar(
        select(Post.id).where(
            Post.public_id == storable(raw_post), Post.organisation_id == organisation.id
        )
    )
    if post_id is None:
        raise NotFound("post")
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    public_id = session.scalar(
        dialect.insert(TrackPostRule)
        .values(
            public_id=new_public_id(),
            track_code=track.code,
            post_id=post_id,
            unit_id=unit.id,
            set_by=actor.user_id,
            set_at=now,
        )
        .on_conflict_do_nothing(
            index_elements=["track_code", "post_id", "unit_id"],
            index_where=TrackPostRule.ended_at.is_(None),
        )
        .returning(TrackPostRule.public_id)
    )
    if public_id is not None:
        _log(session, "track.post_rule_set", public_id, actor, now, track.code)
    return public_id is not None


def end_post_rule(session: Session, actor: Actor, raw_public_id: str, *, now: datetime) -> None:
    """End a rule in reach; who is enrolled stays so. Twice changes nothing. Raises NotFound."""
    reach = units_in_reach(session, actor, Permission.TRACK_ASSIGN, now)
    row = session.scalar(
        select(TrackPostRule)
        .where(TrackPostRule.public_id == storable(raw_public_id), TrackPostRule.unit_id.in_(reach))
        .with_for_update()
    )
    if row is None:
        raise NotFound("post_rule")
    if row.ended_at is None:
        row.ended_at, row.ended_by = now, actor.user_id
        _log(session, "track.post_rule_ended", row.public_id, actor, now, row.track_code)


def has_new_holders(session: Session, now: datetime) -> bool:
    """Tell whether somebody holds a post of a standing rule and is not enrolled yet."""
    return any(
        session.scalar(_holders(rule, now).limit(1)) is not None for rule in _standing(session)
    )


def enrol_holders(session: Session, now: datetime) -> int:
    """Enrol who holds the posts of the standing rules; return how many were new.

    Their entry conditions are not confirmed by it: nobody has looked at the person.
    """
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    made = 0
    for rule in _standing(session):
        given = _holders(rule, now).add_columns(
            literal(rule.track_code),
            literal("post"),
            literal(rule.set_by),
            literal(now, TrackEnrolment.enrolled_at.type),
        )
        columns = ["user_id", "track_code", "source", "enrolled_by", "enrolled_at"]
        made += len(
            session.scalars(
                dialect.insert(TrackEnrolment)
                .from_select(columns, given)
                .on_conflict_do_nothing(index_elements=["user_id", "track_code"])
                .returning(TrackEnrolment.id)
            ).all()
        )
    return made


def _standing(session: Session) -> list[TrackPostRule]:
    """Return the rules not ended whose track is there, the oldest first."""
    rows = session.scalars(
        select(TrackPostRule)
        .join(Track, and_(Track.code == TrackPostRule.track_code, Track.retired_at.is_(None)))
        .where(TrackPostRule.ended_at.is_(None))
        .order_by(TrackPostRule.id)
    )
    return list(rows)


def _holders(rule: TrackPostRule, now: datetime) -> Select[int]:
    enrolled = exists().where(
        TrackEnrolment.user_id == PostHolding.user_id,
        TrackEnrolment.track_code == rule.track_code,
    )
    return (
        select(PostHolding.user_id)
        .where(
            PostHolding.post_id == rule.post_id,
            PostHolding.unit_id.in_(subtree([rule.unit_id], now)),
            valid_at(PostHolding, now),
            ~enrolled,
        )
        .distinct()
    )


def _log(
    session: Session, act: str, public_id: str, actor: Actor, now: datetime, track: str
) -> None:
    audit.log(session, act, public_id, actor_id=actor.user_id, now=now, details={"track": track})
