"""What invigilators and the examiner do during a sitting, each within what they watch over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from learning.attempts.rules import Act, ActKind, Span
from learning.attempts.services import MAX_ENDED, MAX_HELD, act_on, declare_outage
from learning.exams.queries import (
    Watch,
    get_managed,
    get_room,
    get_watch,
    get_watched,
    list_acted_on,
    list_open_after,
)
from learning.exams.rules import (
    IncidentReason,
    State,
    WatchState,
    may_act,
    may_be_of_everybody,
)
from learning.exams.services.door import record_incident
from learning.kernel.errors import Conflict, Forbidden, NotFound
from learning.kernel.permissions import Actor


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of a batch: to how many the act was done, and from where to go on (None: done)."""

    done: int
    after: str | None


def batch_size(kind: ActKind) -> int:
    """Return how many candidates an act is done to in one transaction, at most."""
    return MAX_ENDED if kind in {ActKind.FORCE, ActKind.VOID} else MAX_HELD


def act_on_people(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    act: Act,
    raw_people: Sequence[str],
    now: datetime,
) -> Batch:
    """Do an act to the newest attempts of people; who is not watched or not fit is passed by.

    Raises NotFound; Forbidden("examiner_only"); Conflict("closed") after the close for anything
    but voiding; ValueError for more people than `batch_size`.
    """
    watch = _acting(session, actor, raw_public_id, act.kind, now)
    if len(raw_people) > batch_size(act.kind):
        raise ValueError("too many people in a batch")
    found = list_acted_on(session, watch, raw_people) if raw_people else []
    ids = [attempt_id for attempt_id, state in found if state is not WatchState.VOIDED]
    return Batch(act_on(session, ids, act, actor_id=actor.user_id, now=now), None)


def act_on_everybody(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    act: Act,
    raw_room_id: str,
    after: str,
    now: datetime,
) -> Batch:
    """Do an act to the next 100 who are answering in a room, or in all rooms watched ("").

    Raises as `act_on_people`, Conflict("by_name") for acts that end attempts.
    """
    watch = _acting(session, actor, raw_public_id, act.kind, now)
    if not may_be_of_everybody(act.kind):
        raise Conflict("by_name")
    room_ids = watch.room_ids
    if raw_room_id:
        room = get_room(session, watch.sitting.id, raw_room_id)
        if room_ids is not None and room.id not in room_ids:
            raise NotFound("room")
        room_ids = (room.id,)
    found = list_open_after(session, watch, room_ids, after, MAX_HELD)
    ids = [attempt_id for attempt_id, _ in found]
    done = act_on(session, ids, act, actor_id=actor.user_id, now=now)
    return Batch(done, found[-1][1] if len(found) == MAX_HELD else None)


def note_during(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_person_id: str,
    reason: IncidentReason,
    note: str,
    now: datetime,
) -> None:
    """Note what happened with a candidate, as `note_incident`, for the examiner as well.

    Raises NotFound, Conflict("closed").
    """
    watch = _watching(session, actor, raw_public_id, now)
    line = get_watched(session, watch, raw_person_id)
    record_incident(
        session,
        actor,
        watch.sitting,
        line,
        raw_person_id=raw_person_id,
        reason=reason,
        note=note,
        now=now,
    )


def give_minutes_back(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    lost: Span,
    outage_id: str,
    reason: str,
    now: datetime,
) -> bool:
    """Give the minutes of an outage back to everybody who was answering then; examiners alone.

    False when this act was done already. Raises NotFound, Conflict("closed" | "outage_span").
    """
    sitting = get_managed(session, actor, raw_public_id, now)
    if sitting.state is not State.OPEN:
        raise Conflict("closed")
    return declare_outage(
        session,
        sitting.assessment_id,
        lost,
        outage_id=outage_id,
        actor_id=actor.user_id,
        reason=reason,
        now=now,
    )


def _acting(
    session: Session, actor: Actor, raw_public_id: str, kind: ActKind, now: datetime
) -> Watch:
    if kind is ActKind.VOID:
        watch = get_watch(session, actor, raw_public_id, now)
    else:
        watch = _watching(session, actor, raw_public_id, now)
    if not may_act(kind, is_examiner=watch.is_examiner):
        raise Forbidden("examiner_only")
    return watch


def _watching(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> Watch:
    watch = get_watch(session, actor, raw_public_id, now)
    if watch.sitting.state is not State.OPEN:
        raise Conflict("closed")
    return watch
