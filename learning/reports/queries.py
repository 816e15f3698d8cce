"""The audit trail, filtered, newest first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.kernel.audit import AuditEntry
from learning.kernel.audit_chain import exported, select_exported
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission, ScopeKind

PAGE_SIZE = 100
SLICE = 2000
MOST_EXPORTED = 200_000  # rows of one file; more by narrower dates or on the command line
PEOPLE = 50  # of one name


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What is looked for; "" and None leave a criterion open.

    `act` is a code or its first part ("certificate."), `person` a name or public id of who acted
    ("-" for the system itself), `subject` what it was done to, [since, before) when.
    """

    act: str = ""
    person: str = ""
    subject: str = ""
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """An entry with the names of who acted and, where the subject is a person, of that person."""

    entry: Mapping[str, Any]
    at: datetime
    actor: str
    subject_name: str


def require_whole_reach(actor: Actor) -> None:
    """Raise NotFound unless the trail may be read everywhere: an entry belongs to no unit."""
    grants = actor.grants_for(Permission.AUDIT_READ)
    if not any(grant.scope_kind is ScopeKind.PLATFORM for grant in grants):
        raise NotFound("audit")


def list_entries(
    session: Session,
    wanted: AuditFilter,
    *,
    below: int | None = None,
    limit: int = PAGE_SIZE,
) -> list[AuditLine]:
    """Return entries below an id, newest first."""
    query = _fitting(session, wanted)
    if below is not None:
        query = query.where(AuditEntry.id < below)
    rows = session.execute(query.order_by(AuditEntry.id.desc()).limit(limit)).all()
    names = _names(session, (row.actor_id for row in rows))
    subjects = _people(session, (row.subject for row in rows))
    return [
        AuditLine(exported(row), row.at, names.get(row.actor_id, ""), subjects.get(row.subject, ""))
        for row in rows
    ]


def iterate_entries(session: Session, wanted: AuditFilter) -> Iterator[AuditLine]:
    """Yield entries, newest first, a slice in memory at a time; at most 200,000."""
    below: int | None = None
    for _ in range(MOST_EXPORTED // SLICE):
        part = list_entries(session, wanted, below=below, limit=SLICE)
        yield from part
        if len(part) < SLICE:
            return
        below = part[-1].entry["id"]


def list_acts(session: Session) -> list[str]:
    """Return the codes of acts that the trail knows, in order."""
    return list(session.scalars(select(AuditEntry.act).distinct().order_by(AuditEntry.act)))


def _fitting(session: Session, wanted: AuditFilter) -> Select[*tuple[Any, ...]]:
    query, row = select_exported(), AuditEntry
    if wanted.act.endswith("."):
        query = query.where(row.act.startswith(wanted.act, autoescape=True))
    elif wanted.act:
        query = query.where(row.act == wanted.act)
    if wanted.person == "-":
        query = query.where(row.actor_id.is_(None))
    elif wanted.person:
        people = session.scalars(
            select(User.id)
            .where(or_(User.public_id == wanted.person, User.display_name == wanted.person))
            .limit(PEOPLE)
        )
        query = query.where(row.actor_id.in_(people.all()))
    if wanted.subject:
        query = query.where(row.subject.startswith(wanted.subject, autoescape=True))
    if wanted.since is not None:
        query = query.where(row.at >= wanted.since)
    if wanted.before is not None:
        query = query.where(row.at < wanted.before)
    return query


def _names(session: Session, ids: Iterable[int | None]) -> dict[int | None, str]:
    wanted = {one for one in ids if one is not None}
    rows = session.execute(select(User.id, User.display_name).where(User.id.in_(wanted)))
    return {row[0]: row[1] for row in rows}


def _people(session: Session, subjects: Iterable[str]) -> dict[str, str]:
    wanted = {one for one in subjects if len(one) == 26}
    rows = session.execute(
        select(User.public_id, User.display_name).where(User.public_id.in_(wanted))
    )
    return {row[0]: row[1] for row in rows}
