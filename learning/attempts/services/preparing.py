"""Regrades prepared by people: rulings written down, looked at, then decided on, of any assessment.

The domain whose assessment it is says who may, holds its own row, and says what follows for results
or lists. A few papers are scored anew in the request, many by the worker; both do the same thing
however often and in whatever order they are called.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from learning.attempts.models import RegradePlan
from learning.attempts.queries.regrades import (
    checked_id,
    count_papers,
    get_ruled_item,
    sign_of,
)
from learning.attempts.rules import (
    BUSY,
    MAX_RULINGS,
    OPEN_REGRADES,
    RegradeState,
    Ruling,
    RulingWish,
    Treatment,
    new_key,
    rulings_from_json,
    rulings_to_json,
)
from learning.attempts.rules.regrades import SMALL
from learning.attempts.services.regrading import apply_regrade, hold_assessment
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.ids import new_public_id
from learning.question_bank.queries import get_whole


@dataclass(frozen=True, slots=True)
class RegradeDesk:
    """Who prepares a regrade of which assessment, when; `about` goes into the audit."""

    assessment_id: int
    actor_id: int
    about: Mapping[str, object]
    now: datetime


def start_plan(session: Session, desk: RegradeDesk) -> RegradePlan:
    """Begin to prepare a regrade."""
    row = RegradePlan(
        public_id=new_public_id(),
        assessment_id=desk.assessment_id,
        state=RegradeState.DRAFT.value,
        made_by=desk.actor_id,
        made_at=desk.now,
    )
    session.add(row)
    session.flush()  # the caller's own row names it
    return row


def hold_plan(session: Session, assessment_id: int, raw_regrade_id: str) -> RegradePlan:
    """Lock a regrade of an assessment, return it as it is then; NotFound for any other."""
    found = session.scalar(
        select(RegradePlan.id).where(
            RegradePlan.assessment_id == assessment_id,
            RegradePlan.public_id == checked_id(raw_regrade_id),
        )
    )
    if found is None:
        raise NotFound("regrade")
    return hold_plan_row(session, found)


def hold_plan_row(session: Session, plan_id: int) -> RegradePlan:
    """Lock a regrade by its row id and return it as it is under the lock."""
    return session.scalars(
        select(RegradePlan)
        .where(RegradePlan.id == plan_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def rule_on_item(session: Session, desk: RegradeDesk, row: RegradePlan, wish: RulingWish) -> None:
    """Put a ruling on an item version into a regrade, or another in its place.

    What was looked at before says nothing of it. Raises NotFound; Invalid with a problem "key" for
    a key that the item cannot have; Conflict("regrade_over" | "too_many").
    """
    check_open(row)
    version_id, key = wish.version_id, None
    get_ruled_item(session, desk.assessment_id, version_id)
    if wish.treatment is Treatment.REKEY:
        key = new_key(get_whole(session, version_id), wish.key)
        if key is None:
            raise Invalid([Problem("", None, "key", "key", "key")])
    kept = [each for each in rulings_from_json(row.rulings) if each.version_id != version_id]
    if len(kept) >= MAX_RULINGS:
        raise Conflict("too_many")
    _put(row, [*kept, Ruling(version_id, wish.treatment, key, wish.explanation.strip())])
    _log(session, "regrade.ruled", desk, row, version=version_id, treatment=wish.treatment.value)


def take_back_ruling(row: RegradePlan, version_id: int) -> None:
    """Take a ruling out of a regrade. Raises Conflict("regrade_over")."""
    check_open(row)
    kept = [each for each in rulings_from_json(row.rulings) if each.version_id != version_id]
    _put(row, kept)


def drop_plan(session: Session, desk: RegradeDesk, row: RegradePlan) -> None:
    """Give a regrade up that was not applied. Raises Conflict("regrade_over")."""
    check_open(row)
    row.state = RegradeState.DROPPED.value
    _log(session, "regrade.dropped", desk, row)


def ask_plan_look(
    session: Session, desk: RegradeDesk, row: RegradePlan, lists: str = ""
) -> int | None:
    """Ask what a regrade would do; return its row id where the caller may look at once.

    `lists` tells, as short text, what else the look depends on: where that or a score is another
    one afterwards, what was looked at is not what would come into force. Raises
    Conflict("regrade_over" | "no_rulings").
    """
    check_open(row)
    rulings = rulings_from_json(row.rulings)
    if not rulings:
        raise Conflict("no_rulings")
    _ask(row, RegradeState.LOOKING, desk.now)
    row.seen = _sign(session, row, lists)  # before the look reads anything
    # A look with a guessed key tells something of the true one: who looked at what is kept.
    told = {str(each.version_id): each.treatment.value for each in rulings}
    _log(session, "regrade.looked_at", desk, row, rulings=told)
    return _if_small(session, row)


def ask_plan_force(
    session: Session, desk: RegradeDesk, row: RegradePlan, reason: str, lists: str = ""
) -> int | None:
    """Decide that a regrade is to be applied; return its row id where the caller may do it at once.

    Again changes nothing. `lists` as for the look. Raises Conflict("regrade_over" | "not_looked" |
    "look_stale" | "reason_missing").
    """
    if row.state in {RegradeState.APPLYING.value, RegradeState.APPLIED.value}:
        return _if_small(session, row)
    check_open(row)
    if row.state != RegradeState.LOOKED.value:
        raise Conflict("not_looked")
    check_fresh(session, row, lists)
    if not reason.strip():
        raise Conflict("reason_missing")
    row.reason, row.applied_by = reason.strip(), desk.actor_id
    _ask(row, RegradeState.APPLYING, desk.now)
    return _if_small(session, row)


def keep_plan_look(
    session: Session, row: RegradePlan, counts: Mapping[str, int], now: datetime
) -> None:
    """Keep what a look counted, and of how many papers; it may be decided on now."""
    papers = count_papers(session, row.assessment_id)
    row.summary = json.dumps({**counts, "papers": papers})
    row.state, row.looked_at = RegradeState.LOOKED.value, now


def put_plan_into_force(session: Session, row: RegradePlan, now: datetime, lists: str = "") -> bool:
    """Apply a held regrade that was decided on, once; tell whether this call did it.

    Scores, rulings and events are one transaction, the caller's. Raises Conflict("look_stale")
    where another act came between the look and this one: people would be told what nobody saw.
    """
    if row.state != RegradeState.APPLYING.value:
        return False
    hold_assessment(session, row.assessment_id)
    check_fresh(session, row, lists)
    apply_regrade(
        session,
        row.assessment_id,
        rulings_from_json(row.rulings),
        regrade_id=row.public_id,
        actor_id=row.applied_by,
        reason=row.reason,
        now=now,
    )
    row.state, row.applied_at = RegradeState.APPLIED.value, now
    return True


def note_plan_failed(session: Session, plan_id: int, code: str) -> None:
    """Give a regrade that cannot be computed back, so that others have a turn."""
    session.execute(
        update(RegradePlan)
        .where(RegradePlan.id == plan_id, RegradePlan.state.in_([each.value for each in BUSY]))
        .values(state=RegradeState.DRAFT.value, error=code[:80])
    )


def check_fresh(session: Session, row: RegradePlan, lists: str) -> None:
    """Raise Conflict("look_stale") unless everything stands as it did when it was looked at."""
    if row.seen != _sign(session, row, lists):
        raise Conflict("look_stale")


def _sign(session: Session, row: RegradePlan, lists: str) -> str:
    return f"{sign_of(session, row.assessment_id)}/{lists}"


def check_open(row: RegradePlan) -> None:
    """Raise Conflict("regrade_over") once a regrade was decided on or dropped."""
    if RegradeState(row.state) not in OPEN_REGRADES:
        raise Conflict("regrade_over")


def _if_small(session: Session, row: RegradePlan) -> int | None:
    return row.id if count_papers(session, row.assessment_id) <= SMALL else None


def _ask(row: RegradePlan, state: RegradeState, now: datetime) -> None:
    row.state, row.asked_at, row.error = state.value, now, ""


def _put(row: RegradePlan, rulings: Sequence[Ruling]) -> None:
    row.rulings, row.state = rulings_to_json(rulings), RegradeState.DRAFT.value
    row.summary, row.looked_at, row.error = "{}", None, ""


def _log(
    session: Session, act: str, desk: RegradeDesk, row: RegradePlan, **details: object
) -> None:
    told = {**desk.about, **details}
    audit.log(session, act, row.public_id, actor_id=desk.actor_id, now=desk.now, details=told)
