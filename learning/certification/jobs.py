"""What the worker does for certification: issue what passes earn, forget what nobody needs."""

import logging
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from learning.accounts.events import CLOSED as ACCOUNT_CLOSED
from learning.certification.events import AWARD_DUE, ISSUED, LIFTED, REVOKED, TERMS_CHANGED
from learning.certification.services import (
    award_earlier_passes,
    doubt_fallen,
    forget_applications,
    forget_room_events,
    open_renewals,
    take_close,
    take_lift,
    take_result,
    take_revocation,
    take_terms,
)
from learning.certification.services.bundles import (
    find_due_bundle,
    forget_bundles,
    keep_part,
    note_bundle_failed,
    pack,
    read_part,
)
from learning.certification.services.forgetting import (
    find_oldest_waiting,
    find_past_answers,
    forget_past_answers,
)
from learning.certification.services.keeping import forget_papers, forget_person
from learning.certification.services.photos import (
    draw_photo,
    forget_photos,
    show_photo,
)
from learning.exams.events import CLOSED, RELEASED, RESULT_RECORDED, RESULT_WITHDRAWN
from learning.kernel.audit_chain import read_anchors
from learning.kernel.audit_pruning import BrokenTrailError
from learning.kernel.audit_pruning import prune as prune_trail
from learning.kernel.db import Database
from learning.kernel.events import Consumer, Event
from learning.kernel.jobs import Job

DAILY_S = 24 * 3600.0

log = logging.getLogger(__name__)
HOURLY_S = 3600.0  # and at once again while there are more


def _take(session: Session, event: Event, now: datetime) -> None:
    _ACTS[event.kind](session, event, now)


_ACTS = {
    RELEASED: take_close,
    TERMS_CHANGED: take_terms,
    LIFTED: take_lift,
    RESULT_RECORDED: take_result,
    RESULT_WITHDRAWN: doubt_fallen,
    AWARD_DUE: award_earlier_passes,
    CLOSED: take_close,
    REVOKED: take_revocation,
}


def room_events_job(months: int) -> Job:
    """Return the job that forgets what rooms told, so many months after an attempt."""
    return Job(
        "certification.room_events",
        partial(_forget, months=months),
        DAILY_S,
        alone=True,
        lane="upkeep",
    )


def _forget(database: Database, now: datetime, *, months: int) -> int:
    with database.transaction() as session:
        return forget_room_events(session, now, months=months)


def trail_job(anchors: Path, *, is_held: bool) -> Job:
    """Return the job that removes what the audit trail has kept for its time.

    It stands here since an appeal on anything keeps what was there when it was lodged. `anchors` is
    the file of them; nothing is removed while `is_held`.
    """
    run = partial(_prune_trail, path=anchors, is_held=is_held)
    return Job("prune audit", run, DAILY_S, alone=True, lane="upkeep")


def _prune_trail(database: Database, now: datetime, *, path: Path, is_held: bool) -> int:
    if is_held:
        return 0
    anchors = read_anchors(path)
    try:
        with database.transaction() as session:
            return prune_trail(session, anchors, now, waits_since=find_oldest_waiting(session))
    except BrokenTrailError as error:
        log.critical("the audit trail is broken, nothing was removed: %s", error)
        return 0


def answers_job(*, is_held: bool) -> Job:
    """Return the job that forgets answers after their time; it does nothing while `is_held`."""
    walk = _AnswersWalk(is_held=is_held)
    return Job("certification.answers", walk, DAILY_S, alone=True, lane="upkeep")


@dataclass
class _AnswersWalk:
    """One walk a day through the attempts, a slice a call, each behind the one before.

    A slice that began from the oldest attempt would look through all that were forgotten before.
    """

    is_held: bool
    after: int = 0

    def __call__(self, database: Database, now: datetime) -> int:
        if self.is_held:
            return 0
        with database.session(write=False) as session:  # looking takes no writer's turn
            found = find_past_answers(session, now, after=self.after)
        if found:
            with database.transaction() as session:
                forget_past_answers(session, now, found)
        self.after = found[-1] if found else 0
        return len(found)


def prune(database: Database, now: datetime) -> int:
    """Empty applications that nothing needs any more, a slice a call; return how many."""
    with database.transaction() as session:
        return forget_applications(session, now)


def _open_renewals(database: Database, now: datetime) -> int:
    with database.transaction() as session:
        return open_renewals(session, now)


def _forget_papers(database: Database, now: datetime) -> int:
    with database.transaction() as session:
        return forget_papers(session, now)


def _leave(session: Session, event: Event, now: datetime) -> None:
    forget_person(session, event.payload["user_id"], now)
    forget_photos(session, event.payload["user_id"], now)


APPLICATIONS = Job("certification.applications", prune, DAILY_S, alone=True, lane="upkeep")
PAPERS = Job("certification.papers", _forget_papers, DAILY_S, alone=True, lane="upkeep")
LEAVING = Consumer("certification.leaving", frozenset({ACCOUNT_CLOSED}), _leave)
RENEWALS = Job("certification.renewals", _open_renewals, HOURLY_S, alone=True, lane="upkeep")
PHOTOS = Consumer("certification.photos", frozenset({ISSUED}), show_photo, prepare=draw_photo)
AWARD = Consumer("certification.award", frozenset(_ACTS), _take)


def _make_bundle(database: Database, now: datetime) -> int:
    """Make the next part of a bundle; what is set while no transaction is open is kept in one."""
    with database.session(write=False) as session:
        bundle = find_due_bundle(session)
        if bundle is None:
            return 0
        sheets = read_part(session, bundle, now)
        session.expunge_all()
    try:
        body = pack(sheets)
    except Exception as error:
        log.exception("certificates of bundle %d cannot be made", bundle.id)
        with database.transaction() as session:
            note_bundle_failed(session, bundle.id, getattr(error, "code", "unknown"))
        return 0
    with database.transaction() as session:
        keep_part(session, bundle, sheets, body, now)
    return len(sheets)


def _forget_bundles(database: Database, now: datetime) -> int:
    with database.transaction() as session:
        return forget_bundles(session, now)


BUNDLES = Job("certification.bundles", _make_bundle, 1.0, alone=True, lane="reading")
OLD_BUNDLES = Job("certification.old_bundles", _forget_bundles, DAILY_S, alone=True, lane="upkeep")
