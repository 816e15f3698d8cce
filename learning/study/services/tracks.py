"""Tracks: bring the files into the database, enrol, confirm the entry conditions."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Actor
from learning.study.loader import LoadedTrack
from learning.study.models import Track, TrackEnrolment, TrackVersion
from learning.study.queries.tracks import get_track
from learning.study.rules.entry import Background
from learning.study.rules.tracks import Condition, ConfirmedBy, content_hash, to_json

SELF, HR, POST = "self", "hr", "post"


def sync_track(session: Session, loaded: LoadedTrack, now: datetime) -> bool:
    """Make the file's track the current version; tell whether that was a new one.

    Raises Invalid when the file has problems.
    """
    if loaded.problems:
        raise Invalid(loaded.problems)
    document, hashed = loaded.document, content_hash(loaded.document)
    track = session.scalar(select(Track).where(Track.code == document.code))
    if track is None:
        track = Track(code=document.code, created_at=now)
        session.add(track)
        session.flush()  # its id names the version
    version = session.scalar(
        select(TrackVersion).where(
            TrackVersion.track_id == track.id, TrackVersion.content_hash == hashed
        )
    )
    is_new = version is None
    if version is None:
        numbers = select(func.count()).where(TrackVersion.track_id == track.id)
        version = TrackVersion(
            track_id=track.id,
            number=(session.scalar(numbers) or 0) + 1,
            content_hash=hashed,
            document=to_json(document),
            created_at=now,
        )
        session.add(version)
        session.flush()  # its id becomes the current one
    track.current_version_id, track.retired_at = version.id, None
    return is_new


def retire_tracks(session: Session, kept: Sequence[str], now: datetime) -> None:
    """Take tracks without a file out of the list; enrolments stay."""
    session.execute(
        update(Track)
        .where(Track.code.not_in(kept), Track.retired_at.is_(None))
        .values(retired_at=now)
    )


def enrol_self(
    session: Session,
    actor: Actor,
    raw_code: str,
    *,
    has_declared: bool,
    told: Background | None = None,
    now: datetime,
) -> tuple[Condition, ...]:
    """Enrol oneself; again changes nothing.

    `told` is compared with what the conditions ask for and not kept. Returns the conditions that
    it does not reach: HR looks at them, and may know of another way in. Raises NotFound, and
    Conflict: `not_declared` when entry conditions were not declared, `not_told` when a background
    is asked for, `not_met` where nobody but the learner would look at what is not reached.
    """
    track = get_track(session, raw_code)
    if track.conditions and not has_declared:
        raise Conflict("not_declared")
    if track.asks_background and told is None:
        raise Conflict("not_told")
    unmet = track.unmet_by(told) if told else ()
    if any(condition.by is ConfirmedBy.SELF for condition in unmet):
        raise Conflict("not_met")
    _enrol(session, [actor.user_id], track.code, SELF, actor, now)
    return unmet


def enrol_people(
    session: Session,
    actor: Actor,
    user_ids: Iterable[int],
    raw_code: str,
    *,
    is_by_post: bool,
    now: datetime,
) -> int:
    """Enrol people whom the caller has found within the actor's reach; return how many were new.

    Who enrols them confirms by it that they meet the entry conditions. Raises NotFound.
    """
    track = get_track(session, raw_code)
    source = POST if is_by_post else HR
    made = _enrol(session, list(user_ids), track.code, source, actor, now)
    audit.log(
        session,
        "track.assigned",
        track.code,
        actor_id=actor.user_id,
        now=now,
        details={"people": made, "source": source},
    )
    return made


def confirm_conditions(
    session: Session, actor: Actor, user_id: int, raw_code: str, *, now: datetime
) -> None:
    """Confirm that a person within reach meets the entry conditions; again changes nothing.

    Raises NotFound when the person is not enrolled.
    """
    found = session.scalar(
        select(TrackEnrolment).where(
            TrackEnrolment.user_id == user_id, TrackEnrolment.track_code == raw_code
        )
    )
    if found is None:
        raise NotFound("enrolment")
    if found.confirmed_at is None:
        found.confirmed_at, found.confirmed_by = now, actor.user_id
        audit.log(
            session,
            "track.confirmed",
            raw_code,
            actor_id=actor.user_id,
            now=now,
            details={"user": user_id},
        )


def _enrol(
    session: Session, user_ids: list[int], code: str, source: str, actor: Actor, now: datetime
) -> int:
    if not user_ids:
        return 0
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    by_other = source != SELF
    made = 0
    for user_id in user_ids:
        row = session.scalar(
            dialect.insert(TrackEnrolment)
            .values(
                user_id=user_id,
                track_code=code,
                source=source,
                enrolled_by=actor.user_id,
                enrolled_at=now,
                confirmed_by=actor.user_id if by_other else None,
                confirmed_at=now if by_other else None,
            )
            .on_conflict_do_nothing(index_elements=["user_id", "track_code"])
            .returning(TrackEnrolment.id)
        )
        made += row is not None
    return made
