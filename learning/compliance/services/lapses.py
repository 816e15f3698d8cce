"""How authorisations end: written once, and what lapsed by itself recorded and told."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import put_notice
from learning.certification.events import EXTERNAL_UNDONE, EXTERNAL_WITHDRAWN
from learning.certification.models import Certificate, ExternalCertificate
from learning.certification.queries.external import list_people_of_import
from learning.compliance.models import Authorisation, AuthorisationEnd
from learning.compliance.queries.authorisations import AuthorisationView, list_lapsing
from learning.compliance.rules.authorisations import lapsed_letter
from learning.kernel import audit
from learning.kernel.events import Event
from learning.kernel.permissions import Role, ScopeKind
from learning.organisations.models import RoleAssignment
from learning.organisations.queries import valid_at

AT_ONCE = 100  # of one person
PEOPLE_AT_ONCE = 500  # looked at by one statement
_TICK = timedelta(microseconds=1)


def end_authorisation(
    session: Session, authorisation_id: int, cause: str, reason: str, by: int | None, now: datetime
) -> bool:
    """Write how it ended; tell whether this call did."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    written = session.scalar(
        dialect.insert(AuthorisationEnd)
        .values(
            authorisation_id=authorisation_id, cause=cause, reason=reason, ended_by=by, ended_at=now
        )
        .on_conflict_do_nothing(index_elements=["authorisation_id"])
        .returning(AuthorisationEnd.authorisation_id)
    )
    return written is not None


def find_lapsed(session: Session, now: datetime, *, limit: int) -> list[int]:
    """Return the row ids of what has lapsed and is not recorded yet."""
    return [one.id for one, _cause in list_lapsing(session, now, limit)]


def record_lapses(
    session: Session, now: datetime, *, limit: int, among: Sequence[int] | None = None
) -> int:
    """Record what has lapsed by itself, tell the person, who authorised and HR; return how many.

    Recorded, it stays lapsed: who holds the certificate again is authorised anew. `among` are the
    row ids to look at, None for all.
    """
    which = () if among is None else (Authorisation.id.in_(among),)
    found = list_lapsing(session, now, limit, *which)
    _record(session, found, now, now)
    return len(found)


def record_lapses_of(
    session: Session, user_ids: Iterable[int], at: datetime, now: datetime
) -> None:
    """Record what of people's lapsed at an instant, or had lapsed when it came, as then known.

    Whatever came later: a suspension that is over, a certificate issued after the last one ended.
    What was authorised since then is another act.
    """
    people = sorted(set(user_ids))
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        part = people[start : start + PEOPLE_AT_ONCE]
        which = (Authorisation.user_id.in_(part), Authorisation.authorised_at <= at)
        for instant in (at - _TICK, at):
            _record(session, list_lapsing(session, instant, AT_ONCE * len(part), *which), at, now)


def note_change(session: Session, event: Event, now: datetime) -> None:
    """Record what lapsed when certificates were issued, suspended, revoked, or left the file."""
    record_lapses_of(session, _list_people(session, event), event.occurred_at, now)


def _list_people(session: Session, event: Event) -> Sequence[int]:
    if event.kind == EXTERNAL_UNDONE:
        return list_people_of_import(session, event.payload["external_import"])
    table = ExternalCertificate if event.kind == EXTERNAL_WITHDRAWN else Certificate
    holder = select(table.user_id).where(table.public_id == event.payload["certificate"])
    return session.scalars(holder).all()


def _record(
    session: Session,
    found: Sequence[tuple[AuthorisationView, str]],
    at: datetime,
    now: datetime,
) -> None:
    if not found:
        return
    readers = _list_keepers(session, {one.organisation_id for one, _ in found}, now)
    authors = dict(
        session.execute(
            select(Authorisation.id, Authorisation.authorised_by).where(
                Authorisation.id.in_([one.id for one, _ in found])
            )
        ).all()
    )
    for one, cause in found:
        if not end_authorisation(session, one.id, cause, "", None, at):
            continue
        audit.log(
            session,
            "authorisation.lapsed",
            one.public_id,
            actor_id=None,
            now=now,
            details={"number": one.number, "cause": cause, "at": at.isoformat()},
        )
        told = {one.user_id, authors[one.id], *readers.get(one.organisation_id, ())}
        _tell_lapsed(session, one, cause, told, now)


def _tell_lapsed(
    session: Session, one: AuthorisationView, cause: str, told: set[int], now: datetime
) -> None:
    for user_id in sorted(told):
        put_notice(
            session,
            user_id,
            lapsed_letter(one.name, one.what, one.number, cause),
            now,
            link=Link("authorisations.detail", {"raw_public_id": one.public_id}),
            key=f"authorisation-ended:{one.public_id}",
        )


def _list_keepers(
    session: Session, organisation_ids: set[int], now: datetime
) -> dict[int, set[int]]:
    """Return who keeps the staff of each organisation as a whole."""
    rows = session.execute(
        select(RoleAssignment.scope_value, RoleAssignment.user_id).where(
            RoleAssignment.role == Role.HR_MANAGER.value,
            RoleAssignment.scope_kind == ScopeKind.UNIT.value,
            RoleAssignment.scope_value.in_([str(one) for one in organisation_ids]),
            valid_at(RoleAssignment, now),
        )
    )
    found: dict[int, set[int]] = {}
    for scope_value, user_id in rows:
        found.setdefault(int(scope_value), set()).add(user_id)
    return found
