"""Appeals and complaints: what a candidate may appeal on, and an appeal before who handles it.

Whose an appeal is, and who is appointed to handle it, is part of every query: foreign looks like
missing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from learning.accounts.models import User
from learning.attempts.models import Attempt
from learning.attempts.queries import find_score
from learning.attempts.rules import AttemptRules, ByHand, Part, Release
from learning.exams.models import (
    Admission,
    Sitting,
    SittingAppeal,
    SittingApplication,
    SittingIncident,
    SittingStaff,
)
from learning.exams.queries.halls import get_appointed
from learning.exams.queries.views import (
    SittingView,
    as_view,
    checked_id,
    get_managed,
    has_released_results,
    view_query,
)
from learning.exams.rules import (
    AppealKind,
    AppealState,
    ApplicationState,
    Duty,
    Presence,
    State,
    Subject,
    lodge_until,
)
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission


@dataclass(frozen=True, slots=True)
class AppealView:
    """An appeal in full, but for the content of its evidence."""

    id: int
    public_id: str
    number: str
    sitting_id: int
    user_id: int
    name: str
    kind: AppealKind
    attempt_id: int | None
    attempt: str
    attempt_number: int | None
    position: int | None
    version_id: int | None
    incident_id: int | None
    incident_reason: str
    text: str
    state: AppealState
    lodged_at: datetime
    answer_by: datetime
    handled_by: int | None
    handler: str
    taken_at: datetime | None
    decided_at: datetime | None
    decided_by: str
    answer: str
    withdrawn_at: datetime | None
    evidence_name: str
    evidence_type: str


@dataclass(frozen=True, slots=True)
class AppealDesk:
    """A sitting as who handles its appeals reaches it: its manager, or appointed to decide."""

    sitting: SittingView
    is_manager: bool


@dataclass(frozen=True, slots=True)
class HandlerLine:
    """Somebody who may be given an appeal of a sitting."""

    user_id: int
    person: str
    name: str


def get_party(session: Session, user_id: int, raw_public_id: str) -> SittingView:
    """Return a sitting that a person was admitted to or applied to; NotFound for all others."""
    admitted = exists().where(Admission.sitting_id == Sitting.id, Admission.user_id == user_id)
    applied = exists().where(
        SittingApplication.sitting_id == Sitting.id, SittingApplication.user_id == user_id
    )
    row = (
        session.execute(
            view_query().where(
                Sitting.public_id == checked_id(raw_public_id),
                Sitting.state != State.DRAFT.value,
                or_(admitted, applied),
            )
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NotFound("sitting")
    return as_view(row)


def list_subjects(
    session: Session, user_id: int, sitting: SittingView, now: datetime
) -> list[Subject]:
    """Return what a person may appeal on at a sitting, late or not; the likeliest first.

    Nothing is said of a result before it is released.
    """
    days = sitting.settings.appeal_days
    ends = sitting.closed_at or sitting.closes_at
    return [
        *_of_attempts(session, user_id, sitting, now),
        *_of_decisions(session, user_id, sitting.id, days),
        Subject("other", AppealKind.OTHER, None, lodge_until(max(ends, sitting.closes_at), days)),
    ]


def _of_attempts(
    session: Session, user_id: int, sitting: SittingView, now: datetime
) -> list[Subject]:
    found: list[Subject] = []
    rows = session.execute(
        select(Attempt.id, Attempt.public_id, Attempt.number, Attempt.item_count, Attempt.voided_at)
        .where(
            Attempt.assessment_id == sitting.assessment_id,
            Attempt.user_id == user_id,
            Attempt.submitted_at.is_not(None),
        )
        .order_by(Attempt.number.desc())
    ).all()
    is_released = bool(rows) and has_released_results(session, sitting, now)
    for row in rows:
        if row.voided_at is not None:
            found.append(_subject(sitting, row, AppealKind.VOID, row.voided_at))
        elif is_released and (told := _told(session, sitting, row.id)) is not None:
            found.append(_subject(sitting, row, AppealKind.RESULT, *told))
            # Days to appeal on an item begin when the person may see what it is about.
            items_from = _items_from(sitting)
            at = told[0] if items_from is None else max(told[0], items_from)
            found.append(_subject(sitting, row, AppealKind.ITEM, at, told[1]))
    return found


def _told(
    session: Session, sitting: SittingView, attempt_id: int
) -> tuple[datetime, datetime | None] | None:
    """Return when the current score of an attempt was told, and since when it is another one.

    None while people mark it.
    """
    score = find_score(session, attempt_id)
    rules = AttemptRules.from_json(sitting.rules_json)
    if score is None or (rules.by_hand is ByHand.MARKED and score.pending):
        return None
    changed_at = score.scored_at if score.version > 1 else None
    told_at = score.scored_at
    if rules.release is Release.AT_CLOSE:
        told_at = max(told_at, sitting.closed_at or sitting.closes_at)
    since = rules.disclosure.since(Part.SCORE)
    return max(told_at, since or told_at), changed_at


def _items_from(sitting: SittingView) -> datetime | None:
    """Return when items are told as far as they will be by an instant or the close, or None."""
    rules = AttemptRules.from_json(sitting.rules_json)
    if rules.release_of(Part.RESPONSES) is not Release.AT_CLOSE:
        return None
    ended = sitting.closed_at or sitting.closes_at
    since = rules.disclosure.since(min(rules.disclosure.depth, Part.KEYS, key=list(Part).index))
    return max(ended, since or ended)


def _subject(
    sitting: SittingView,
    row: Any,
    kind: AppealKind,
    told_at: datetime,
    changed_at: datetime | None = None,
) -> Subject:
    return Subject(
        code=f"{kind.value}-{row.public_id}",
        kind=kind,
        told_at=told_at,
        until=lodge_until(told_at, sitting.settings.appeal_days),
        attempt_id=row.id,
        number=row.number,
        count=row.item_count,
        changed_at=changed_at,
    )


def _of_decisions(session: Session, user_id: int, sitting_id: int, days: int) -> list[Subject]:
    found: list[Subject] = []
    refused_at = session.scalar(
        select(SittingApplication.decided_at).where(
            SittingApplication.sitting_id == sitting_id,
            SittingApplication.user_id == user_id,
            SittingApplication.state == ApplicationState.REFUSED.value,
        )
    )
    if refused_at is not None:
        found.append(_decision(AppealKind.APPLICATION, refused_at, days))
    entry_at = session.scalar(
        select(Admission.presence_at).where(
            Admission.sitting_id == sitting_id,
            Admission.user_id == user_id,
            Admission.presence.in_([Presence.ABSENT.value, Presence.REFUSED.value]),
        )
    )
    if entry_at is not None:
        found.append(_decision(AppealKind.ENTRY, entry_at, days))
    incidents = session.execute(
        select(SittingIncident.id, SittingIncident.reason, SittingIncident.noted_at)
        .where(SittingIncident.sitting_id == sitting_id, SittingIncident.user_id == user_id)
        .order_by(SittingIncident.id)
    )
    found += [
        Subject(
            f"incident-{incident_id}",
            AppealKind.INCIDENT,
            noted_at,
            lodge_until(noted_at, days),
            incident_id=incident_id,
            reason=reason,
        )
        for incident_id, reason, noted_at in incidents
    ]
    return found


def _decision(kind: AppealKind, told_at: datetime, days: int) -> Subject:
    return Subject(kind.value, kind, told_at, lodge_until(told_at, days))


def get_desk(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> AppealDesk:
    """Return a sitting whose appeals the actor handles, as its manager or as appointed.

    NotFound for everybody else, for drafts of others and for what is not there.
    """
    if actor.holds(Permission.SITTING_MANAGE):
        try:
            return AppealDesk(get_managed(session, actor, raw_public_id, now), is_manager=True)
        except NotFound:
            pass  # an examiner elsewhere may decide here
    duty = get_appointed(session, actor.user_id, raw_public_id, Duty.DECIDER)
    return AppealDesk(duty.sitting, is_manager=False)


def list_own(session: Session, user_id: int, sitting_id: int) -> list[AppealView]:
    """Return a person's appeals at a sitting, the newest first."""
    rows = session.execute(
        appeal_query()
        .where(SittingAppeal.sitting_id == sitting_id, SittingAppeal.user_id == user_id)
        .order_by(SittingAppeal.id.desc())
    ).mappings()
    return [as_appeal(row) for row in rows]


def get_appeal(session: Session, sitting_id: int, raw_appeal_id: str) -> AppealView:
    """Return an appeal at a sitting; NotFound for any other."""
    row = (
        session.execute(
            appeal_query().where(
                SittingAppeal.sitting_id == sitting_id,
                SittingAppeal.public_id == checked_id(raw_appeal_id),
            )
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NotFound("appeal")
    return as_appeal(row)


def appeal_query() -> Select[*tuple[Any, ...]]:
    """Return the query of appeals as `AppealView`; callers add where and order."""
    handler, decider = aliased(User), aliased(User)
    return (
        select(
            SittingAppeal.id,
            SittingAppeal.public_id,
            SittingAppeal.number,
            SittingAppeal.sitting_id,
            SittingAppeal.user_id,
            User.display_name.label("name"),
            SittingAppeal.kind,
            SittingAppeal.attempt_id,
            func.coalesce(Attempt.public_id, "").label("attempt"),
            Attempt.number.label("attempt_number"),
            SittingAppeal.position,
            SittingAppeal.version_id,
            SittingAppeal.incident_id,
            func.coalesce(SittingIncident.reason, "").label("incident_reason"),
            SittingAppeal.text,
            SittingAppeal.state,
            SittingAppeal.lodged_at,
            SittingAppeal.answer_by,
            SittingAppeal.handled_by,
            func.coalesce(handler.display_name, "").label("handler"),
            SittingAppeal.taken_at,
            SittingAppeal.decided_at,
            func.coalesce(decider.display_name, "").label("decided_by"),
            SittingAppeal.answer,
            SittingAppeal.withdrawn_at,
            SittingAppeal.evidence_name,
            SittingAppeal.evidence_type,
        )
        .join(User, User.id == SittingAppeal.user_id)
        .outerjoin(handler, handler.id == SittingAppeal.handled_by)
        .outerjoin(decider, decider.id == SittingAppeal.decided_by)
        .outerjoin(Attempt, Attempt.id == SittingAppeal.attempt_id)
        .outerjoin(SittingIncident, SittingIncident.id == SittingAppeal.incident_id)
    )


def as_appeal(row: Any) -> AppealView:
    """Return a mapping of `appeal_query`'s columns as a view."""
    kinds = {"kind": AppealKind(row["kind"]), "state": AppealState(row["state"])}
    return AppealView(**{**{name: row[name] for name in AppealView.__slots__}, **kinds})


def list_handlers(session: Session, sitting_id: int) -> list[HandlerLine]:
    """Return who is appointed to decide on appeals of a sitting, by pinyin."""
    rows = session.execute(
        select(User.id, User.public_id, User.display_name)
        .join(SittingStaff, SittingStaff.user_id == User.id)
        .where(SittingStaff.sitting_id == sitting_id, SittingStaff.duty == Duty.DECIDER.value)
        .order_by(User.sort_key, User.id)
    )
    return [HandlerLine(*row) for row in rows]
