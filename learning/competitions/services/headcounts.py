"""Declared headcounts: a unit declares with evidence, the organiser or its office decides."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from learning.competitions.models import Competition, EnterpriseEnrolment, HeadcountDeclaration
from learning.competitions.queries.desks import Desk, get_declaration, get_desk
from learning.competitions.rules import State
from learning.competitions.rules.desks import (
    MAX_DECLARATIONS,
    MAX_REASON,
    DeskRole,
    TypedHeadcount,
    check_headcount,
)
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.rules.corrections import Evidence
from learning.organisations.rules.names import clean_text


def hold_open(session: Session, competition_id: int) -> None:
    """Hold the competition's row against a close; Conflict("closed") once it is published."""
    state = session.scalar(
        select(Competition.state).where(Competition.id == competition_id).with_for_update()
    )
    if state == State.CLOSED.value:
        raise Conflict("closed")


def declare_headcount(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_unit_id: str,
    typed: TypedHeadcount,
    now: datetime,
) -> str:
    """Declare a unit's headcount as of a day; it counts once confirmed. Return its public id.

    A declaration that still waits is replaced. Raises NotFound, Invalid (places headcount, as_of,
    evidence), Conflict("closed" | "too_many").
    """
    desk = get_desk(session, actor, raw_public_id, raw_unit_id, now)
    hold_open(session, desk.competition.id)
    today = now.astimezone(ZoneInfo(desk.competition.zone)).date()
    wish, problems = check_headcount(typed, today=today)
    if wish is None:
        raise Invalid(problems)
    mine = (
        HeadcountDeclaration.competition_id == desk.competition.id,
        HeadcountDeclaration.unit_id == desk.unit_id,
    )
    count = session.scalar(select(func.count()).select_from(HeadcountDeclaration).where(*mine))
    if (count or 0) >= MAX_DECLARATIONS:
        raise Conflict("too_many")
    session.execute(
        update(HeadcountDeclaration)
        .where(*mine, HeadcountDeclaration.state == "waiting")
        .values(state="replaced")
        .execution_options(synchronize_session=False)
    )
    row = HeadcountDeclaration(
        public_id=new_public_id(),
        competition_id=desk.competition.id,
        unit_id=desk.unit_id,
        headcount=wish.headcount,
        as_of=wish.as_of,
        evidence=wish.evidence.content,
        evidence_name=wish.evidence.name,
        evidence_type=wish.evidence.media_type,
        state="waiting",
        declared_by=actor.user_id,
        declared_at=now,
    )
    session.add(row)
    session.flush()
    details = {"headcount": wish.headcount, "as_of": wish.as_of.isoformat()}
    _log(session, actor, "competition.headcount_declared", desk, details, now)
    return row.public_id


def decide_headcount(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_unit_id: str,
    raw_declaration_id: str,
    confirms: bool,
    raw_reason: str,
    now: datetime,
) -> None:
    """Confirm a waiting declaration, so that it counts, or refuse it with a reason.

    Raises NotFound (also for a unit's own HR), Invalid(reason) for a refusal without one,
    Conflict("closed" | "declaration_own" | "declaration_decided").
    """
    desk = get_desk(session, actor, raw_public_id, raw_unit_id, now)
    if not desk.role.decides:
        raise NotFound("declaration")
    hold_open(session, desk.competition.id)
    row = get_declaration(session, desk, raw_declaration_id)
    reason = clean_text(raw_reason)
    if len(reason) > MAX_REASON or not (confirms or reason):
        raise Invalid([Problem("", None, "reason", "reason", "reason")])
    if row.state != "waiting":
        raise Conflict("declaration_decided")
    if row.declared_by == actor.user_id:
        raise Conflict("declaration_own")
    row.state = "confirmed" if confirms else "refused"
    row.decided_by, row.decided_at, row.reason = actor.user_id, now, reason
    if confirms:
        set_headcount(session, desk, row.headcount)
    session.flush()
    act = "competition.headcount_confirmed" if confirms else "competition.headcount_refused"
    details = {"from": desk.headcount, "to": row.headcount, "reason": reason}
    _log(session, actor, act, desk, details, now)


def set_headcount(session: Session, desk: Desk, headcount: int | None) -> None:
    """Let a headcount count from now on."""
    session.execute(
        update(EnterpriseEnrolment)
        .where(EnterpriseEnrolment.id == desk.enrolment)
        .values(headcount=headcount)
    )


def note_headcount(
    session: Session,
    actor: Actor,
    *,
    competition_id: int,
    unit_id: int,
    headcount: int | None,
    state: str,
    zone: str,
    now: datetime,
) -> None:
    """Write a number that counts at once into the history: state "roster" or "corrected"."""
    session.add(
        HeadcountDeclaration(
            public_id=new_public_id(),
            competition_id=competition_id,
            unit_id=unit_id,
            headcount=headcount,
            as_of=now.astimezone(ZoneInfo(zone)).date(),
            state=state,
            declared_by=actor.user_id,
            declared_at=now,
        )
    )
    session.flush()


def open_declaration(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_unit_id: str,
    raw_declaration_id: str,
    now: datetime,
) -> Evidence:
    """Return a declaration's evidence; that somebody other than the unit looked is written down."""
    desk = get_desk(session, actor, raw_public_id, raw_unit_id, now)
    row = get_declaration(session, desk, raw_declaration_id)
    if row.evidence is None:
        raise NotFound("evidence")
    if desk.role is not DeskRole.UNIT:
        details = {"declaration": row.public_id}
        _log(session, actor, "competition.evidence_opened", desk, details, now)
    return Evidence(row.evidence_name, row.evidence_type, row.evidence)


def _log(
    session: Session,
    actor: Actor,
    act: str,
    desk: Desk,
    details: Mapping[str, object],
    now: datetime,
) -> None:
    audit.log(
        session,
        act,
        desk.competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"unit": desk.unit_public_id, **details},
    )
