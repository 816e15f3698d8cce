"""Rulings on items and what follows from them: looked at first, then applied once, as one act."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.attempts.events import RULED, SCORED
from learning.attempts.models import Assessment, AssessmentItem, Regrade, RulingRow, ScoreRow
from learning.attempts.queries import (
    FrozenAttempt,
    iterate_frozen,
    list_rulings,
    parse_blueprint,
)
from learning.attempts.rules import (
    Rescored,
    Rescorer,
    Ruling,
    Treatment,
    keeps_question,
    marks_from_json,
)
from learning.attempts.services.scores import Act, item_source, later_row, scored_event
from learning.kernel import audit, events
from learning.kernel.bulk import insert_many
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.events import Event
from learning.question_bank.queries import get_documents, get_keys
from learning.question_bank.rules import Item, key_from_json, key_to_json
from learning.question_bank.services import RuledKey, take_ruled_key

REGRADED = "regraded"


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """What a regrade does to one attempt's score; points in thousandths.

    `excluded_milli` is what items that no longer count were worth to it. `items` are its position
    scores as a score holds them, "" unless they were asked for.
    """

    attempt_id: int
    attempt: str
    user_id: int
    number: int
    old_points_milli: int
    old_max_milli: int
    points_milli: int
    max_milli: int
    excluded_milli: int
    pending: int
    items: str = ""

    @property
    def position_scores(self) -> list[list[Any]]:
        """Return the position scores that were asked for, [points, maximum, outcome, flagged]."""
        rows: list[list[Any]] = json.loads(self.items or "[]")
        return rows


@dataclass(frozen=True, slots=True)
class RegradePreview:
    """What rulings would do: how many attempts were looked at, and each whose score changes.

    `totals` are the attempts (by public id) of which a total alone was keyed: nothing in them can
    be scored again, so they stay as they are.
    """

    looked_at: int
    changes: tuple[ScoreChange, ...]
    totals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Applied:
    """A regrade that stands: how many scores it changed, and whether this call made it."""

    changed: int
    is_new: bool


def preview_regrade(
    session: Session, assessment_id: int, rulings: Sequence[Ruling], *, with_items: bool = False
) -> RegradePreview:
    """Tell what the rulings would change; writes nothing.

    Raises NotFound, Invalid with a problem for each ruling that cannot be made.
    """
    _check(session, assessment_id, rulings)
    looked_at, changes, totals = 0, list[ScoreChange](), list[str]()
    for page in _rescore(session, assessment_id, rulings):
        looked_at += len(page)
        changes += [
            _change(attempt, new, with_items=with_items) for attempt, new in page if new is not None
        ]
        totals += [attempt.public_id for attempt, _ in page if attempt.is_total]
    return RegradePreview(looked_at, tuple(changes), tuple(totals))


def apply_regrade(
    session: Session,
    assessment_id: int,
    rulings: Sequence[Ruling],
    *,
    regrade_id: str,
    actor_id: int | None,
    reason: str,
    now: datetime,
) -> Applied:
    """Make the rulings and score anew what they concern, once, in the caller's transaction.

    `regrade_id` is the caller's own id: of repeated and parallel calls one acts, all return the
    same. Attempts that are handed in later are scored by the rulings too. Every changed score is a
    new version told by an event. Raises NotFound, Invalid, Conflict("regrade_id") when the id
    belongs to another assessment.
    """
    hold_assessment(session, assessment_id)
    _check(session, assessment_id, rulings)
    number = _insert_regrade(session, assessment_id, regrade_id, actor_id, reason, now)
    if number is None:
        return _applied_before(session, assessment_id, regrade_id)
    _insert_rulings(session, assessment_id, number, rulings, now)
    events.record(session, RULED, {"regrade_id": number}, now)
    act = Act(REGRADED, regrade_id, actor_id, now)
    changed = 0
    for page in _rescore(session, assessment_id, ()):
        changed += _write(session, assessment_id, page, act)
    session.execute(update(Regrade).where(Regrade.id == number).values(changed=changed))
    details = {
        "assessment": assessment_id,
        "reason": reason,
        "changed": changed,
        "rulings": {str(ruling.version_id): ruling.treatment.value for ruling in rulings},
    }
    audit.log(
        session, "assessment.regraded", regrade_id, actor_id=actor_id, now=now, details=details
    )
    return Applied(changed, is_new=True)


def hold_assessment(session: Session, assessment_id: int) -> None:
    """Wait for the scores being written, and let later ones wait (see `hold_for_scoring`).

    Raises NotFound.
    """
    held = session.scalar(
        select(Assessment.id).where(Assessment.id == assessment_id).with_for_update(key_share=True)
    )
    if held is None:
        raise NotFound("assessment")


def _insert_regrade(
    session: Session,
    assessment_id: int,
    regrade_id: str,
    actor_id: int | None,
    reason: str,
    now: datetime,
) -> int | None:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    number: int | None = session.scalar(
        dialect.insert(Regrade)
        .values(
            public_id=regrade_id,
            assessment_id=assessment_id,
            reason=reason,
            changed=0,
            made_by=actor_id,
            made_at=now,
        )
        .on_conflict_do_nothing(index_elements=["public_id"])
        .returning(Regrade.id)
    )
    return number


def _applied_before(session: Session, assessment_id: int, regrade_id: str) -> Applied:
    row = session.execute(
        select(Regrade.assessment_id, Regrade.changed).where(Regrade.public_id == regrade_id)
    ).one()
    if row.assessment_id != assessment_id:
        raise Conflict("regrade_id")
    return Applied(row.changed, is_new=False)


def _insert_rulings(
    session: Session,
    assessment_id: int,
    regrade_number: int,
    rulings: Sequence[Ruling],
    now: datetime,
) -> None:
    session.execute(
        insert(RulingRow),
        [
            {
                "regrade_id": regrade_number,
                "assessment_id": assessment_id,
                "version_id": ruling.version_id,
                "treatment": ruling.treatment.value,
                "key": key_to_json(ruling.key) if ruling.key is not None else "",
                "explanation": ruling.explanation,
            }
            for ruling in rulings
        ],
    )
    session.execute(update(Assessment).where(Assessment.id == assessment_id).values(ruled_at=now))


def _write(
    session: Session,
    assessment_id: int,
    page: Sequence[tuple[FrozenAttempt, Rescored | None]],
    act: Act,
) -> int:
    """Write the new versions of a page of attempts, and their events."""
    rows, told = [], list[Mapping[str, Any]]()
    for attempt, new in page:
        if new is None:
            continue
        row = later_row(attempt.id, attempt, new, act)
        points = (new.points_milli, new.max_milli)
        rows.append(row)
        told.append(scored_event(attempt, assessment_id, points, row["version"], act).payload())
    insert_many(session, ScoreRow, rows)
    events.record_many(session, SCORED, told, act.now)
    return len(rows)


def _rescore(
    session: Session, assessment_id: int, more: Sequence[Ruling]
) -> Iterator[list[tuple[FrozenAttempt, Rescored | None]]]:
    """Give pages of attempts with their score under the rulings in force and `more`.

    None where it stays what it is.
    """
    rulings = list_rulings(session, assessment_id) | {each.version_id: each for each in more}
    blueprint = parse_blueprint(
        session.scalars(select(Assessment.blueprint).where(Assessment.id == assessment_id)).one()
    )
    rescorer = Rescorer(blueprint, item_source(session, rulings), rulings, rulings.keys())
    for page in iterate_frozen(session, assessment_id):
        yield [(attempt, _rescored(rescorer, attempt)) for attempt in page]


def _rescored(rescorer: Rescorer, attempt: FrozenAttempt) -> Rescored | None:
    marks = marks_from_json(attempt.marks_json)
    new = rescorer.rescore(attempt.answers, attempt.items, marks)
    return None if new is None or new.items == attempt.items else new


def _change(attempt: FrozenAttempt, new: Rescored, *, with_items: bool) -> ScoreChange:
    return ScoreChange(
        attempt_id=attempt.id,
        attempt=attempt.public_id,
        user_id=attempt.user_id,
        number=attempt.number,
        old_points_milli=attempt.points_milli,
        old_max_milli=attempt.max_milli,
        points_milli=new.points_milli,
        max_milli=new.max_milli,
        excluded_milli=new.excluded_milli,
        pending=new.pending,
        items=new.items if with_items else "",
    )


def _check(session: Session, assessment_id: int, rulings: Sequence[Ruling]) -> None:
    wanted = [ruling.version_id for ruling in rulings]
    known = set(
        session.scalars(
            select(AssessmentItem.version_id).where(
                AssessmentItem.assessment_id == assessment_id,
                AssessmentItem.version_id.in_(wanted),
            )
        )
    )
    documents, keys = get_documents(session, known), get_keys(session, known)
    items = {number: Item(documents[number], keys[number]) for number in known}
    problems = [
        Problem("", None, str(ruling.version_id), code, code)
        for ruling in rulings
        if (code := _fault(ruling, items.get(ruling.version_id)))
    ]
    if not rulings or len(set(wanted)) < len(wanted):
        problems.append(Problem("", None, "", "rulings", "rulings"))
    if problems:
        raise Invalid(problems, "rulings")


def _fault(ruling: Ruling, item: Item | None) -> str:
    """Return why a ruling cannot be made: no_item, no_key, key; "" where it can."""
    if item is None:
        return "no_item"
    if (ruling.treatment is Treatment.REKEY) != (ruling.key is not None):
        return "no_key"
    return "" if ruling.key is None or keeps_question(item, ruling.key) else "key"


def hand_keys_to_bank(session: Session, event: Event, now: datetime) -> None:
    """Hand the keys that a regrade put in place to the bank, as drafts of later versions."""
    rows = session.execute(
        select(RulingRow.version_id, RulingRow.key, RulingRow.explanation, Regrade)
        .join(Regrade, Regrade.id == RulingRow.regrade_id)
        .where(
            RulingRow.regrade_id == event.payload["regrade_id"],
            RulingRow.treatment == Treatment.REKEY.value,
        )
        .order_by(RulingRow.version_id)
    )
    for version_id, key, explanation, regrade in rows.all():
        ruled = RuledKey(
            version_id, key_from_json(key), explanation, regrade.public_id, regrade.made_by
        )
        take_ruled_key(session, ruled, now)
