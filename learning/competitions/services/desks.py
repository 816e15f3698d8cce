"""Offices of a competition: who looks after the units of a region, an industry, a subtree."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from learning.accounts.queries import find_user_by_keys
from learning.accounts.rules import candidate_keys
from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import tell
from learning.competitions.models import CompetitionOffice
from learning.competitions.queries import get_managed
from learning.competitions.queries.views import checked_id
from learning.competitions.rules import State
from learning.competitions.rules.desks import MAX_OFFICE_TITLE, MAX_OFFICES, check_scope
from learning.competitions.rules.letters import office_given
from learning.competitions.services.holding import refuse_sealed
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, ScopeKind
from learning.organisations.models import Unit
from learning.organisations.rules.names import clean_text, fold_width


def appoint_office(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_person: str,
    title: str,
    scope_kind: ScopeKind,
    raw_scope: str,
    now: datetime,
) -> bool:
    """Let a person (by log-in name, or `code/staff number`) look after a part of the units.

    `raw_scope` is a GB/T 2260 or GB/T 4754 code, or a unit's code or credit code. Tells whether it
    is new; who is newly appointed is told. Raises NotFound for a foreign competition, Invalid
    (places person, title, scope), Conflict("too_many" | "sealed").
    """
    competition = get_managed(session, actor, raw_public_id, now)
    refuse_sealed(session, competition.id)
    title, problems = clean_text(title), []
    code, slash, staff_no = raw_person.partition("/")
    keys = candidate_keys(staff_no, code) if slash else candidate_keys(raw_person)
    user = find_user_by_keys(session, keys)
    if user is None or user.closed_at is not None or user.disabled_at is not None:
        problems.append("person")
    if not 0 < len(title) <= MAX_OFFICE_TITLE:
        problems.append("title")
    scope = _scope_value(session, scope_kind, raw_scope)
    if scope is None:
        problems.append("scope")
    if user is None or scope is None or problems:
        raise Invalid([Problem("", None, place, place, place) for place in problems])
    mine = (
        CompetitionOffice.competition_id == competition.id,
        CompetitionOffice.ended_at.is_(None),
    )
    held = session.scalar(
        select(CompetitionOffice.id).where(
            *mine,
            CompetitionOffice.user_id == user.id,
            CompetitionOffice.scope_kind == scope_kind.value,
            CompetitionOffice.scope_value == scope,
        )
    )
    if held is not None:
        return False
    count = session.scalar(select(func.count()).select_from(CompetitionOffice).where(*mine))
    if (count or 0) >= MAX_OFFICES:
        raise Conflict("too_many")
    session.add(
        CompetitionOffice(
            public_id=new_public_id(),
            competition_id=competition.id,
            user_id=user.id,
            scope_kind=scope_kind.value,
            scope_value=scope,
            title=title,
            appointed_by=actor.user_id,
            appointed_at=now,
        )
    )
    session.flush()
    details = {"person": user.public_id, "kind": scope_kind.value, "scope": scope, "title": title}
    audit.log(
        session,
        "competition.office_appointed",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details=details,
    )
    is_draft = competition.state is State.DRAFT
    # An office does not see a draft: its page would be missing.
    link = (
        Link("competitions.index")
        if is_draft
        else Link("competitions.detail", {"raw_public_id": competition.public_id})
    )
    letter = office_given(competition.title, title, is_draft=is_draft)
    tell(session, user.id, letter, now, link=link)
    return True


def _scope_value(session: Session, kind: ScopeKind, raw: str) -> str | None:
    if kind is not ScopeKind.UNIT:
        return check_scope(kind, raw)
    code = fold_width(clean_text(raw)).upper()
    found = session.scalar(
        select(Unit.id).where(
            (Unit.code == code) | (Unit.uscc == code),
            Unit.kind != "department",
            Unit.closed_at.is_(None),
        )
    )
    return None if found is None or not code else str(found)


def end_office(
    session: Session, actor: Actor, raw_public_id: str, *, raw_office_id: str, now: datetime
) -> None:
    """End an office; what it did stays.

    Raises NotFound for any other or an ended one, Conflict("sealed").
    """
    competition = get_managed(session, actor, raw_public_id, now)
    refuse_sealed(session, competition.id)
    ended = session.scalar(
        update(CompetitionOffice)
        .where(
            CompetitionOffice.public_id == checked_id(raw_office_id),
            CompetitionOffice.competition_id == competition.id,
            CompetitionOffice.ended_at.is_(None),
        )
        .values(ended_by=actor.user_id, ended_at=now)
        .returning(CompetitionOffice.public_id)
        .execution_options(synchronize_session=False)
    )
    if ended is None:
        raise NotFound("office")
    audit.log(
        session,
        "competition.office_ended",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"office": ended},
    )
