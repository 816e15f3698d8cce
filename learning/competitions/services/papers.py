"""Paper in a round: a unit's people are put down for it, and their sheets keyed.

Keying itself is that of `exams`, at a desk that has only the unit's listed people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt
from learning.attempts.services import void_attempt
from learning.competitions.formats import FIRST
from learning.competitions.models import Entry, PaperEntry
from learning.competitions.queries import get_page, get_published, list_names
from learning.competitions.queries.papers import (
    Member,
    PaperDesk,
    find_members,
    find_paper_entry,
    get_paper_desk,
)
from learning.competitions.rules import (
    Organisation,
    Place,
    enrolment_refusal,
    list_places,
)
from learning.competitions.rules.fairness import MAX_REASON
from learning.competitions.rules.papers import (
    keying_refusal,
    read_roll,
)
from learning.competitions.services.fairness import follow_void
from learning.competitions.services.holding import hold_alone, refuse_sealed
from learning.competitions.services.participation import Wish, insert_entry
from learning.competitions.services.reranking import PrizeAct
from learning.exams.models import AnswerSheet
from learning.exams.queries.sheets import get_sheet
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.permissions import Actor
from learning.organisations.models import Unit
from learning.organisations.rules.names import clean_text, staff_key


@dataclass(frozen=True, slots=True)
class Listed:
    """A person whom their unit enters."""

    user_id: int
    display_name: str


@dataclass(frozen=True, slots=True)
class PutDown:
    """What came of a list: how many are down for paper anew, of these newly entered."""

    added: int
    entered: int


def hold_paper(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    raw_unit_id: str,
    number: int,
    now: datetime,
) -> PaperDesk:
    """Return what `open_paper` does, for an act: a close waits until it is done.

    Raises as that, and Conflict("sealed").
    """
    refuse_sealed(session, get_published(session, raw_public_id).id)
    return open_paper(session, actor, raw_public_id, raw_unit_id, number, now)


def open_paper(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    raw_unit_id: str,
    number: int,
    now: datetime,
) -> PaperDesk:
    """Return a unit's desk at which papers may be entered now.

    Raises NotFound, Conflict("closed" | "not_open" | "paper_over").
    """
    found = get_paper_desk(session, actor, raw_public_id, raw_unit_id, number, now)
    view = found.round
    refusal = keying_refusal(found.rules, view.state, opens_at=view.opens_at, now=now)
    if refusal:
        raise Conflict(refusal)
    return found


def put_down(
    session: Session, actor: Actor, desk: PaperDesk, *, roll: str, division: str, now: datetime
) -> PutDown:
    """Put members of the unit, by their staff numbers, down for paper: all of them or none.

    Who has not entered the competition is entered for the unit, in the division of the code (""
    where only one fits). Raises Invalid with a problem a line, its place the number: `nobody`,
    `roll_twice`, `has_online`, `entry_void`, `other_unit`, `not_promoted`; for all of them
    `roll_empty`, `roll_long`, `division`, and the refusals of an enrolment that has not begun or is
    over.
    """
    numbers, problems = read_roll(roll)
    members = find_members(session, desk, {staff_key(each) for _line, each in numbers}, now)
    chosen: list[Member] = []
    for line, each in numbers:
        member = members.get(staff_key(each))
        code = _refusal(desk, member) if member else "nobody"
        if code or member is None:
            problems.append(Problem("", line, each, code, each))
        else:
            chosen.append(member)
    if problems:
        raise Invalid(sorted(problems, key=lambda p: p.line or 0), "paper")
    entered = _enter(session, desk, [m for m in chosen if m.entry_id is None], division, now)
    added = _list(session, actor, desk, [m.user_id for m in chosen if not m.is_listed], now)
    _log(session, actor, "competition.paper_listed", desk, now, added=added, entered=entered)
    return PutDown(added, entered)


def _refusal(desk: PaperDesk, member: Member) -> str:
    """Return why a member cannot be put down, "" where they can."""
    has_entered = member.entry_id is not None
    is_either = desk.rules is not None and not desk.rules.beside_online
    checks = {
        "entry_void": member.is_void,
        "not_promoted": desk.round.number > FIRST and not (has_entered and member.is_promoted),
        "other_unit": has_entered and member.entry_unit != desk.desk.unit_id,
        "has_online": is_either and member.has_online,
    }
    return next((code for code, holds in checks.items() if holds), "")


def _enter(
    session: Session, desk: PaperDesk, members: Sequence[Member], division: str, now: datetime
) -> int:
    """Enter members who have not entered; return how many."""
    if not members:
        return 0
    page = get_page(session, desk.round.id)
    refusal = enrolment_refusal(page.enrols_from, page.enrols_until, now)
    if refusal:
        raise Conflict(refusal)
    place = _place(session, desk, division)
    for member in members:
        person = Listed(member.user_id, member.name)
        insert_entry(session, person, desk.round.id, place=place, wish=Wish(), now=now)
    return len(members)


def _place(session: Session, desk: PaperDesk, division: str) -> Place:
    places = places_of(session, desk)
    found = [p for p in places if not division or (p.division and p.division.code == division)]
    if len(found) != 1:
        raise Invalid([Problem("", None, "division", "division", "division")], "paper")
    return found[0]


def places_of(session: Session, desk: PaperDesk) -> list[Place]:
    """Return the places that people of the unit may take, one a division that fits it."""
    unit = session.get_one(Unit, desk.desk.unit_id)
    name = list_names(session, [unit.id]).get(unit.id, "")
    own = Organisation(unit.id, unit.public_id, name, unit.kind, unit.region)
    return list_places(desk.round.entry, [own], {unit.id})


def _list(
    session: Session, actor: Actor, desk: PaperDesk, users: Sequence[int], now: datetime
) -> int:
    if not users:
        return 0
    entries = session.scalars(
        select(Entry.id)
        .where(
            Entry.competition_id == desk.round.id,
            Entry.unit_id == desk.desk.unit_id,  # one may enter for another at this moment
            Entry.user_id.in_(users),
        )
        .order_by(Entry.id)
    )
    common = {
        "round_id": desk.round.round_id,
        "unit_id": desk.desk.unit_id,
        "added_by": actor.user_id,
        "added_at": now,
    }
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    # Somebody else may be putting down the same people at this moment.
    query = (
        dialect.insert(PaperEntry)
        .values([{"entry_id": entry, **common} for entry in entries])
        .on_conflict_do_nothing(index_elements=["round_id", "entry_id"])
        .returning(PaperEntry.id)
    )
    return len(session.scalars(query).all())


def take_off(
    session: Session, actor: Actor, desk: PaperDesk, *, raw_entry_id: str, now: datetime
) -> None:
    """Take somebody off the list again, so that they may answer online; the entry stays.

    Raises NotFound, Conflict("paper_begun") once their sheet was keyed.
    """
    row = find_paper_entry(session, desk, raw_entry_id)
    session.execute(select(PaperEntry.id).where(PaperEntry.id == row.id).with_for_update())
    begun = exists().where(
        AnswerSheet.assessment_id == desk.round.assessment_id,
        AnswerSheet.user_id == Entry.user_id,
        Entry.id == row.entry_id,
    )
    if session.scalar(select(begun)):
        raise Conflict("paper_begun")
    session.execute(delete(PaperEntry).where(PaperEntry.id == row.id))
    _log(session, actor, "competition.paper_unlisted", desk, now, entry=raw_entry_id)


def void_paper(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_unit_id: str,
    number: int,
    raw_sheet_id: str,
    raw_reason: str,
    now: datetime,
) -> None:
    """Let a confirmed paper count for nothing, as organiser or office; every list follows.

    The entry stays. Raises NotFound (also for a unit's own HR), Invalid(reason),
    Conflict("sheet_not_confirmed" | "voided" | "own_sheet" | "sealed").
    """
    hold_alone(session, get_published(session, raw_public_id).id)
    found = get_paper_desk(session, actor, raw_public_id, raw_unit_id, number, now)
    if not found.desk.role.decides:
        raise NotFound("sheet")
    reason = clean_text(raw_reason)
    if not 0 < len(reason) <= MAX_REASON:
        raise Invalid([Problem("", None, "reason", "reason", "reason")])
    sheet = get_sheet(session, found.sheets, raw_sheet_id)
    if sheet.user_id == actor.user_id:
        raise Conflict("own_sheet")
    if sheet.attempt_id is None:
        raise Conflict("sheet_not_confirmed")
    if session.get_one(Attempt, sheet.attempt_id).voided_at is not None:
        raise Conflict("voided")
    void_attempt(session, sheet.attempt_id, actor_id=actor.user_id, reason=reason, now=now)
    act = PrizeAct(actor.user_id, reason, now)
    follow_void(session, found.round, sheet.user_id, act=act)
    details = {"sheet": sheet.public_id, "reason": reason}
    _log(session, actor, "competition.paper_voided", found, now, **details)


def _log(
    session: Session, actor: Actor, act: str, desk: PaperDesk, now: datetime, **details: object
) -> None:
    audit.log(
        session,
        act,
        desk.round.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"unit": desk.desk.unit_public_id, "round": desk.round.number, **details},
    )
