"""What an enterprise and the organiser do about enrolments."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.competitions.models import EnterpriseEnrolment
from learning.competitions.queries import get_managed, get_published, get_ticket
from learning.competitions.queries.views import checked_id
from learning.competitions.rules import MAX_HEADCOUNT, entry_refusal
from learning.competitions.services.headcounts import hold_open, note_headcount
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.permissions import Actor, Permission
from learning.organisations.models import Unit
from learning.organisations.queries import get_unit_in_reach


def enrol_enterprise(
    session: Session, actor: Actor, raw_public_id: str, *, raw_unit_id: str, now: datetime
) -> bool:
    """Enrol an organisation in reach, with its headcount as declared now.

    Tells whether it is new: enrolling again changes nothing. Raises NotFound for the competition
    or a unit out of reach, Conflict("closed").
    """
    get_ticket(session, actor.user_id, raw_public_id)  # holds off a concurrent close
    competition = get_published(session, raw_public_id)
    refusal = entry_refusal(competition.state, competition.closes_at, now)
    if refusal:
        raise Conflict(refusal)
    unit = get_unit_in_reach(session, actor, Permission.COMPETITION_ENROL, raw_unit_id, now)
    if unit.is_department:
        raise NotFound("unit")
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    enrolled = session.scalar(
        dialect.insert(EnterpriseEnrolment)
        .values(
            competition_id=competition.id,
            unit_id=unit.id,
            headcount=unit.headcount,
            enrolled_by=actor.user_id,
            enrolled_at=now,
        )
        .on_conflict_do_nothing(index_elements=["competition_id", "unit_id"])
        .returning(EnterpriseEnrolment.id)
    )
    if enrolled is None:
        return False
    note_headcount(
        session,
        actor,
        competition_id=competition.id,
        unit_id=unit.id,
        headcount=unit.headcount,
        state="roster",
        zone=competition.zone,
        now=now,
    )
    audit.log(
        session,
        "competition.enrolled",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"unit": unit.public_id, "headcount": unit.headcount},
    )
    return True


def correct_headcount(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_unit_id: str,
    headcount: int | None,
    now: datetime,
) -> None:
    """Correct an enrolled organisation's declared headcount, None for not declared.

    Holds the competition's row, so that a close sees it or comes first. Raises NotFound out of
    reach or for a unit that is not enrolled, Invalid, Conflict("closed") once published.
    """
    competition = get_managed(session, actor, raw_public_id, now)
    if headcount is not None and not 0 <= headcount <= MAX_HEADCOUNT:
        raise Invalid([Problem("", None, "headcount", "headcount", "headcount")])
    hold_open(session, competition.id)
    held = session.execute(
        select(EnterpriseEnrolment.id, EnterpriseEnrolment.headcount, EnterpriseEnrolment.unit_id)
        .join(Unit, Unit.id == EnterpriseEnrolment.unit_id)
        .where(
            EnterpriseEnrolment.competition_id == competition.id,
            Unit.public_id == checked_id(raw_unit_id),
        )
    ).one_or_none()
    if held is None:
        raise NotFound("enrolment")
    session.execute(
        update(EnterpriseEnrolment)
        .where(EnterpriseEnrolment.id == held.id)
        .values(headcount=headcount)
    )
    note_headcount(
        session,
        actor,
        competition_id=competition.id,
        unit_id=held.unit_id,
        headcount=headcount,
        state="corrected",
        zone=competition.zone,
        now=now,
    )
    audit.log(
        session,
        "competition.headcount_corrected",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"unit": raw_unit_id, "from": held.headcount, "to": headcount},
    )


def record_own_download(
    session: Session, actor: Actor, public_id: str, *, units: list[str], rows: int, now: datetime
) -> None:
    """Note in the audit that an enterprise took its people's results, before it gets them."""
    audit.log(
        session,
        "competition.own_results_downloaded",
        public_id,
        actor_id=actor.user_id,
        now=now,
        details={"units": units[:50], "rows": rows},
    )
