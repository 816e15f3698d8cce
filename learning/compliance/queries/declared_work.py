"""What waits for HR's word on certificates: conditions declared, papers of others not checked yet.

Counted by person and scheme. One's own waits for somebody else.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from learning.certification.models import AwardDeclaration, ExternalCertificate, Scheme
from learning.certification.rules.terms import NeedKind
from learning.compliance.queries.work import Queue, list_holders
from learning.kernel.bulk import among
from learning.kernel.permissions import GRANTS, Permission, Role
from learning.organisations.models import Membership, Unit
from learning.organisations.queries import valid_at

Holders = Mapping[int, Collection[tuple[int, str]]]


@dataclass(frozen=True, slots=True)
class Declared:
    """Something that a person said and nobody has answered, by a unit that may answer it.

    `subject` is the scheme or track that it is about; `organisation_id` is whose rules of
    reminding hold.
    """

    id: int
    user_id: int
    subject: int | str
    since: datetime
    unit_id: int
    organisation_id: int
    zone: str


def queues_of(
    kind: str,
    waiting: Iterable[Declared],
    holders: Holders,
    titles: Mapping[Any, tuple[str, str]],
) -> list[Queue]:
    """Return what waits by person and subject; what is in two units of a reach counts once.

    `holders` are who answers by unit, with their language; `titles` are of subjects, in both.
    """
    found: dict[tuple[int, str, int | str], dict[int, Declared]] = {}
    for one in waiting:
        for user_id, locale in holders.get(one.unit_id, ()):
            if user_id != one.user_id:
                found.setdefault((user_id, locale, one.subject), {})[one.id] = one
    queues = []
    for (user_id, locale, subject), mine in found.items():
        oldest = min(mine.values(), key=lambda one: one.since)
        queues.append(
            Queue(
                user_id=user_id,
                locale=locale,
                issuer_id=oldest.organisation_id,
                zone=oldest.zone,
                kind=kind,
                title=titles[subject][0],
                title_en=titles[subject][1],
                number=len(mine),
                since=oldest.since,
                due_at=None,
            )
        )
    return queues


def list_condition_queues(session: Session, now: datetime) -> list[Queue]:
    """Return conditions of certificates that were declared and wait, by person and scheme.

    Twin of `certification.queries.papers.confirmable`: examinations elsewhere wait for who keeps
    the scheme, everything else for HR of the person's employers.
    """
    pending, exam = AwardDeclaration.state == "pending", NeedKind.EXAM.value
    columns = (
        AwardDeclaration.id,
        AwardDeclaration.user_id,
        AwardDeclaration.scheme_id,
        AwardDeclaration.declared_at,
    )
    elsewhere = session.execute(
        select(*columns, Scheme.issuer_id, Scheme.issuer_id, Unit.timezone)
        .join(Scheme, Scheme.id == AwardDeclaration.scheme_id)
        .join(Unit, Unit.id == Scheme.issuer_id)
        .where(pending, AwardDeclaration.kind == exam)
    )
    at_work = session.execute(
        select(*columns, Membership.unit_id, Membership.organisation_id, Unit.timezone)
        .join(
            Membership,
            and_(Membership.user_id == AwardDeclaration.user_id, valid_at(Membership, now)),
        )
        .join(Unit, Unit.id == Membership.organisation_id)
        .where(pending, AwardDeclaration.kind != exam)
    )
    found: list[Queue] = []
    for rows, roles in (
        (elsewhere, _roles_with(Permission.SCHEME_MANAGE)),
        (at_work, [Role.HR_MANAGER.value]),
    ):
        waiting = [Declared(*row) for row in rows]
        holders = list_holders(session, {one.unit_id for one in waiting}, roles, now)
        titles = _titles(session, {one.subject for one in waiting})
        found += queues_of("condition", waiting, holders, titles)
    return found


def list_unchecked_queues(session: Session, now: datetime) -> list[Queue]:
    """Return certificates of others that wait for a second person, by person and scheme.

    Twin of `certification.queries.unchecked.count_unchecked`. Counted by the database: an import
    may leave a hundred thousand.
    """
    table = ExternalCertificate
    unchecked = (table.withdrawn_at.is_(None), table.checked_at.is_(None))
    key = (table.organisation_id, table.scheme_id, table.entered_by)
    rows = session.execute(
        select(*key, Unit.timezone, func.count().label("number"), func.min(table.entered_at))
        .join(Unit, Unit.id == table.organisation_id)
        .where(*unchecked)
        .group_by(*key, Unit.timezone)
    ).all()
    places = {row.organisation_id for row in rows}
    holders = list_holders(session, places, _roles_with(Permission.EXTERNAL_MANAGE), now)
    people = {user_id for each in holders.values() for user_id, _locale in each}
    own = {
        tuple(row[:4]): row.number
        for row in session.execute(
            select(*key, table.user_id, func.count().label("number"))
            .where(*unchecked, among(table.user_id, people))
            .group_by(*key, table.user_id)
        )
    }
    titles = _titles(session, {row.scheme_id for row in rows})
    found: dict[tuple[int, int, int], Queue] = {}
    for organisation_id, scheme_id, entered_by, zone, number, since in rows:
        for user_id, locale in holders.get(organisation_id, ()):
            mine = number - own.get((organisation_id, scheme_id, entered_by, user_id), 0)
            if user_id == entered_by or not mine:
                continue
            at = (user_id, organisation_id, scheme_id)
            before = found.get(at)
            found[at] = Queue(
                user_id,
                locale,
                organisation_id,
                zone,
                "unchecked",
                *titles[scheme_id],
                mine + (before.number if before else 0),
                min(since, before.since) if before else since,
                None,
            )
    return list(found.values())


def _roles_with(permission: Permission) -> list[str]:
    return [role.value for role, held in GRANTS.items() if permission in held]


def _titles(session: Session, scheme_ids: Collection[Any]) -> dict[Any, tuple[str, str]]:
    rows = session.execute(
        select(Scheme.id, Scheme.title, Scheme.title_en).where(among(Scheme.id, scheme_ids))
    )
    return {row.id: (row.title, row.title_en) for row in rows}
