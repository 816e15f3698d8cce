"""Admitting candidates by unit, post or pasted list: planned first, then applied as one act."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt
from learning.exams.models import (
    Admission,
    AnswerSheet,
    Sitting,
    SittingApplication,
    SittingIncident,
)
from learning.exams.queries import (
    PersonFacts,
    SittingView,
    find_on_roll,
    get_managed,
    in_chunks,
    list_admitted_ids,
    list_facts,
    list_holders_below,
    list_members_below,
    reach_of,
    resit_of,
    resit_refusals,
)
from learning.exams.queries.standards import has_judged
from learning.exams.rules import (
    ApplicationState,
    Decision,
    ResitRefusal,
    State,
    parse_roll,
    ticket_number,
)
from learning.exams.services.carrying import carry_accommodations
from learning.exams.services.managing import hold
from learning.exams.services.seating import get_admission
from learning.exams.services.telling import tell_decision
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.permissions import Actor
from learning.organisations.queries import match_units

NAMED = 50  # so many people an audit entry names; the rows name everybody
SAMPLE = 20


class ChoiceKind(StrEnum):
    """How candidates are chosen."""

    UNIT = "unit"
    POST = "post"
    ROLL = "roll"


@dataclass(frozen=True, slots=True)
class Choice:
    """Whom to admit: a unit with all below it, the holders of a post there, or a pasted list.

    `unit` is what was typed: a name, alias, code or path.
    """

    kind: ChoiceKind
    unit: str = ""
    post: str = ""
    roll: str = ""


@dataclass(frozen=True, slots=True)
class AdmissionPlan:
    """What a choice would do: the new people's ids, how many are in already, the first names.

    `barred` are those who may not resit: how many, and the first of them with the reason.
    """

    new: tuple[int, ...]
    already: int
    sample: tuple[PersonFacts, ...]
    barred: int = 0
    barred_sample: tuple[tuple[str, ResitRefusal], ...] = ()


def plan_admission(
    session: Session, actor: Actor, raw_public_id: str, *, choice: Choice, now: datetime
) -> AdmissionPlan:
    """Tell whom the choice means; writes nothing.

    Raises NotFound; Conflict("closed"); Invalid with a problem for each line or field that means
    nobody, or more than one.
    """
    sitting = get_managed(session, actor, raw_public_id, now)
    _check_open(sitting, now)
    chosen = _chosen(session, actor, choice, now)
    if not chosen:
        raise Invalid([Problem("", None, choice.kind.value, "nobody", "")])
    already = list_admitted_ids(session, sitting.id, chosen)
    others = [user_id for user_id in chosen if user_id not in already]
    barred = resit_refusals(session, resit_of(sitting), others, sitting.closes_at)
    new = tuple(user_id for user_id in others if user_id not in barred)
    sample = tuple(list_facts(session, actor, new[:SAMPLE], now))
    named = list_facts(session, actor, list(barred)[:SAMPLE], now)
    why = tuple((person.name, barred[person.user_id]) for person in named)
    return AdmissionPlan(new, len(already), sample, len(barred), why)


def _chosen(session: Session, actor: Actor, choice: Choice, now: datetime) -> list[int]:
    if choice.kind is ChoiceKind.ROLL:
        found, problems = find_on_roll(session, actor, parse_roll(choice.roll), now)
        if problems:
            raise Invalid(problems)
        return found
    units = match_units(session, reach_of(session, actor, now), choice.unit, now)
    if len(units) != 1:
        code = "unit_ambiguous" if units else "unit_unknown"
        raise Invalid([Problem("", None, "unit", code, choice.unit)])
    if choice.kind is ChoiceKind.UNIT:
        return list_members_below(session, units[0].id, now)
    return list_holders_below(session, units[0].id, choice.post, now)


def admit(
    session: Session, actor: Actor, raw_public_id: str, *, user_ids: Sequence[int], now: datetime
) -> int:
    """Admit people with name, unit and staff number as they are now; return how many are new.

    All or nobody: raises NotFound for a sitting or a person out of reach, Conflict("closed") once
    the sitting or its window is over, Conflict("resit_barred") when one of them may not resit.
    Admitting again changes nothing.
    """
    sitting = hold(session, actor, raw_public_id, now)
    _check_open(sitting, now)
    wanted = list(dict.fromkeys(user_ids))
    already = list_admitted_ids(session, sitting.id, wanted)
    new = [user_id for user_id in wanted if user_id not in already]
    if resit_refusals(session, resit_of(sitting), new, sitting.closes_at):
        raise Conflict("resit_barred")
    people = list(list_facts(session, actor, new, now))
    if len(people) != len(new):
        raise NotFound("person")
    if people:
        insert_admissions(session, actor, sitting, people, now)
        audit.log(
            session,
            "sitting.admitted",
            sitting.public_id,
            actor_id=actor.user_id,
            now=now,
            details={"admitted": len(people), "first": [p.public_id for p in people[:NAMED]]},
        )
    return len(people)


def insert_admissions(
    session: Session,
    actor: Actor,
    sitting: SittingView,
    people: Iterable[PersonFacts],
    now: datetime,
) -> None:
    """Write admissions of people who have none; the caller holds the sitting's row.

    Serials of tickets are then given in order, and never twice. At a resit people keep the
    accommodation that they were granted before. Raises Conflict("candidate_judged")
    for who has seen the paper as a judge of its cut score.
    """
    people = list(people)
    for chunk in in_chunks(people):
        if has_judged(session, sitting.id, [person.user_id for person in chunk]):
            raise Conflict("candidate_judged")
    serials = itertools.count(sitting.next_ticket)
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    for chunk in in_chunks(people):
        rows = [
            {
                "sitting_id": sitting.id,
                "user_id": person.user_id,
                "candidate_name": person.name,
                "unit_name": person.unit_name,
                "staff_no": person.staff_no,
                "admitted_by": actor.user_id,
                "admitted_at": now,
                "ticket_no": ticket_number(now.year, sitting.id, next(serials)),
            }
            for person in chunk
        ]
        session.execute(
            dialect.insert(Admission).on_conflict_do_nothing(
                index_elements=["sitting_id", "user_id"]
            ),
            rows,
        )
    session.execute(
        update(Sitting).where(Sitting.id == sitting.id).values(next_ticket=next(serials))
    )
    carry_accommodations(session, actor, sitting, [each.user_id for each in people], now=now)


def withdraw(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_person_id: str,
    reason: str = "",
    now: datetime,
) -> None:
    """Take an admission back while the person has not begun, and nobody keyed a sheet of theirs.

    Who had applied is refused then, for a reason that they read and may complain of. What
    invigilators noted, and who was absent when the window is over, stays. A start under way is
    waited for, since it holds the sitting's row. Raises NotFound, Conflict("closed" |
    "candidate_started" | "candidate_noted" | "reason_missing").
    """
    sitting = hold(session, actor, raw_public_id, now)
    _check_open(sitting, now)
    admission = get_admission(session, sitting.id, raw_person_id)
    user_id = admission.user_id
    begun = exists().where(
        Attempt.assessment_id == sitting.assessment_id, Attempt.user_id == user_id
    )
    keyed = exists().where(AnswerSheet.sitting_id == sitting.id, AnswerSheet.user_id == user_id)
    if session.scalar(select(begun | keyed)):
        raise Conflict("candidate_started")
    noted = exists().where(
        SittingIncident.sitting_id == sitting.id, SittingIncident.user_id == user_id
    )
    if admission.presence or session.scalar(select(noted)):
        raise Conflict("candidate_noted")
    _refuse_application(session, actor, sitting, user_id, reason, now)
    session.delete(admission)
    session.flush()
    audit.log(
        session,
        "sitting.admission_withdrawn",
        sitting.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"person": raw_person_id, "reason": reason},
    )


def _refuse_application(
    session: Session, actor: Actor, sitting: SittingView, user_id: int, reason: str, now: datetime
) -> None:
    """Turn the accepted application of a person into a refused one, where there is one."""
    found = session.scalars(
        select(SittingApplication)
        .where(
            SittingApplication.sitting_id == sitting.id,
            SittingApplication.user_id == user_id,
            SittingApplication.state == ApplicationState.ACCEPTED.value,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        return
    if not reason.strip():
        raise Conflict("reason_missing")
    found.state, found.answer = ApplicationState.REFUSED.value, reason
    found.decided_by, found.decided_at = actor.user_id, now
    tell_decision(session, sitting, user_id, Decision.REFUSE, now)


def _check_open(sitting: SittingView, now: datetime) -> None:
    if sitting.state is State.CLOSED or now >= sitting.closes_at:
        raise Conflict("closed")
