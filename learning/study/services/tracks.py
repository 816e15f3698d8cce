"""Tracks: bring the files into the database, enrol people."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.kernel import audit
from learning.kernel.errors import Invalid
from learning.kernel.permissions import Actor
from learning.study.loader import LoadedTrack
from learning.study.models import Track, TrackEnrolment, TrackVersion
from learning.study.queries.tracks import get_track
from learning.study.rules.tracks import content_hash, to_json

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

    Who enrols them confirms by it that they meet the entry conditions, oneself excepted. Raises
    NotFound.
    """
    track = get_track(session, raw_code)
    source = POST if is_by_post else HR
    made = enrol(session, list(user_ids), track.code, source, actor, now)
    audit.log(
        session,
        "track.assigned",
        track.code,
        actor_id=actor.user_id,
        now=now,
        details={"people": made, "source": source},
    )
    return made


def enrol(
    session: Session, user_ids: list[int], code: str, source: str, actor: Actor, now: datetime
) -> int:
    """Enrol people, by whom `source` says; return how many were new.

    Whom others enrol they confirm by it, and nobody confirms oneself.
    """
    if not user_ids:
        return 0
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    made = 0
    for user_id in user_ids:
        by_other = source != SELF and user_id != actor.user_id
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
