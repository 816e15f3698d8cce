"""Reminding an organisation's people who have not handed in: once a day, sent in slices."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.accounts.queries import find_contact
from learning.competitions.models import Competition, Reminding, Round
from learning.competitions.queries import CompetitionView, get_by_round, get_published
from learning.competitions.queries.console import get_console_unit, list_absent_after
from learning.competitions.rules import Phase
from learning.competitions.rules.letters import entry_reminder
from learning.competitions.services.holding import refuse_sealed
from learning.kernel import audit, mail
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor

SLICE = 200


def remind_absent(
    session: Session, actor: Actor, raw_public_id: str, *, raw_unit_id: str, now: datetime
) -> None:
    """Have the worker tell the people of an organisation in reach who have not handed in.

    Once a day in the organiser's zone, while answers are taken. Raises NotFound for the
    competition or a unit out of reach, Conflict("not_answering" | "reminded" | "sealed").
    """
    competition = get_published(session, raw_public_id)
    refuse_sealed(session, competition.id)
    unit, _units = get_console_unit(session, actor, competition, raw_unit_id, now)
    if competition.phase(now) is not Phase.RUNNING:
        raise Conflict("not_answering")
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    made = session.scalar(
        dialect.insert(Reminding)
        .values(
            competition_id=competition.id,
            unit_id=unit.unit_id,
            day=now.astimezone(ZoneInfo(competition.zone)).date(),
            asked_by=actor.user_id,
            asked_at=now,
            after_user_id=0,
            sent=0,
            unreachable=0,
        )
        .on_conflict_do_nothing(index_elements=["competition_id", "unit_id", "day"])
        .returning(Reminding.id)
    )
    if made is None:
        raise Conflict("reminded")
    audit.log(
        session,
        "competition.reminded",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"unit": unit.public_id},
    )


def send_reminders(session: Session, now: datetime) -> int:
    """Send the next slice of the oldest reminder under way; return how many people were looked at.

    Slice and messages are one transaction, so nobody is told twice. It ends when all were looked
    at, or when answers are no longer taken.
    """
    reminding = session.scalars(
        select(Reminding).where(Reminding.done_at.is_(None)).order_by(Reminding.id).limit(1)
    ).one_or_none()
    if reminding is None:
        return 0
    competition = _first_round(session, reminding.competition_id)
    people: list[int] = []
    if competition.phase(now) is Phase.RUNNING:
        people = list_absent_after(
            session,
            competition,
            reminding.unit_id,
            now,
            after=reminding.after_user_id,
            limit=SLICE,
        )
    letter = entry_reminder(competition.title, competition.closes_at, competition.zone)
    for user_id in people:
        contact = find_contact(session, user_id)
        if contact is None:
            reminding.unreachable += 1
            continue
        mail.enqueue(
            session, contact.channel, contact.recipient, letter.subject, letter.body, now=now
        )
        reminding.sent += 1
    if people:
        reminding.after_user_id = people[-1]
    if len(people) < SLICE:
        reminding.done_at = now
    session.flush()
    return max(1, len(people))


def _first_round(session: Session, competition_id: int) -> CompetitionView:
    round_id = session.scalars(
        select(Round.id)
        .join(Competition, Competition.id == Round.competition_id)
        .where(Competition.id == competition_id, Round.number == 1)
    ).one()
    return get_by_round(session, round_id)
