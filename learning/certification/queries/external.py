"""Reads of registered certificates and of the kinds that an organisation keeps."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, not_, or_, select
from sqlalchemy.orm import Session, aliased, defer

from learning.accounts.models import User
from learning.certification.models import (
    ExternalCertificate,
    ExternalImport,
    ExternalScan,
    Scheme,
)
from learning.certification.rules.register import (
    SOON,
    ExternalPlan,
    ExternalState,
    WithdrawGround,
    external_state,
)
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.organisations.models import Unit, UnitName
from learning.organisations.queries import staff_numbers, units_in_reach
from learning.organisations.queries.units import UnitView, as_view, select_views, storable
from learning.organisations.rules.names import clean_text, name_key

PAGE_SIZE = 50
MAX_KINDS = 500
MANAGE = Permission.EXTERNAL_MANAGE


@dataclass(frozen=True, slots=True)
class KindView:
    """A kind of certificate that others issue, and how many are on file."""

    public_id: str
    plan: ExternalPlan
    on_file: int


@dataclass(frozen=True, slots=True)
class ExternalView:
    """A registered certificate with its kind and the names of who dealt with it."""

    row: ExternalCertificate
    scheme_title: str
    person_id: str
    person_name: str
    entered_by: str
    checked_by: str
    state: ExternalState
    scans: tuple[tuple[str, str], ...] = ()  # public id, name
    scheme_title_en: str = ""
    staff_no: str = ""  # of a list: the holder's in the organisation now


@dataclass(frozen=True, slots=True)
class ExternalFilter:
    """What HR looks for; `shown`: one of FILTERS."""

    shown: str = "all"
    search: str = ""


FILTERS = ("all", "unchecked", "due", "overdue", "expired", "withdrawn")


def list_organisations(session: Session, actor: Actor, now: datetime) -> list[UnitView]:
    """Return the organisations whose certificates the actor keeps, by name; at most 200."""
    rows = session.execute(
        select_views(now)
        .where(Unit.id.in_(units_in_reach(session, actor, MANAGE, now)), Unit.kind != "department")
        .order_by(UnitName.name_key, Unit.id)
        .limit(200)
    )
    return [as_view(*row) for row in rows]


def get_organisation(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> UnitView:
    """Return an organisation whose certificates the actor keeps; raise NotFound otherwise."""
    row = session.execute(
        select_views(now).where(
            Unit.public_id == storable(raw_public_id),
            Unit.id.in_(units_in_reach(session, actor, MANAGE, now)),
            Unit.kind != "department",
        )
    ).first()
    if row is None:
        raise NotFound("unit")
    return as_view(*row)


def get_organisation_of(
    session: Session, actor: Actor, organisation_id: int, now: datetime
) -> UnitView:
    """Return an organisation in reach by its row id; raise NotFound otherwise."""
    row = session.execute(
        select_views(now).where(
            Unit.id == organisation_id, Unit.id.in_(units_in_reach(session, actor, MANAGE, now))
        )
    ).first()
    if row is None:
        raise NotFound("unit")
    return as_view(*row)


def list_kinds(session: Session, organisation_id: int) -> list[KindView]:
    """Return the external kinds that an organisation keeps, by title."""
    on_file = (
        select(func.count(ExternalCertificate.id))
        .where(
            ExternalCertificate.scheme_id == Scheme.id, ExternalCertificate.withdrawn_at.is_(None)
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(Scheme, on_file)
        .where(Scheme.issuer_id == organisation_id, Scheme.kind == "external")
        .order_by(Scheme.title, Scheme.id)
        .limit(MAX_KINDS)
    )
    return [KindView(scheme.public_id, _plan(scheme), count) for scheme, count in rows]


def get_kind(session: Session, organisation_id: int, raw_public_id: str) -> Scheme:
    """Return an external kind of an organisation; raise NotFound otherwise."""
    found = session.scalars(
        select(Scheme).where(
            Scheme.public_id == storable(raw_public_id),
            Scheme.issuer_id == organisation_id,
            Scheme.kind == "external",
        )
    ).first()
    if found is None:
        raise NotFound("scheme")
    return found


def plan_of(scheme: Scheme) -> ExternalPlan:
    """Return what is written of an external kind."""
    return _plan(scheme)


def _plan(scheme: Scheme) -> ExternalPlan:
    return ExternalPlan(
        scheme.title,
        scheme.title_en,
        scheme.authority,
        scheme.validity_months,
        scheme.review_months,
    )


def _select_views() -> Select[*tuple[Any, ...]]:
    enterer, checker = aliased(User), aliased(User)
    return (
        select(
            ExternalCertificate,
            Scheme.title,
            Scheme.title_en,
            User.public_id,
            User.display_name,
            enterer.display_name,
            func.coalesce(checker.display_name, ""),
        )
        .join(Scheme, Scheme.id == ExternalCertificate.scheme_id)
        .join(User, User.id == ExternalCertificate.user_id)
        .join(enterer, enterer.id == ExternalCertificate.entered_by)
        .outerjoin(checker, checker.id == ExternalCertificate.checked_by)
    )


def _views(session: Session, query: Select[*tuple[Any, ...]], now: datetime) -> list[ExternalView]:
    rows = session.execute(query).all()
    scans: dict[int, list[tuple[str, str]]] = {}
    for part in [[row[0].id for row in rows]] if rows else []:
        for certificate_id, public_id, name in session.execute(
            select(ExternalScan.certificate_id, ExternalScan.public_id, ExternalScan.name)
            .where(ExternalScan.certificate_id.in_(part))
            .order_by(ExternalScan.id)
        ):
            scans.setdefault(certificate_id, []).append((public_id, name))
    return [
        ExternalView(
            row=row,
            scheme_title=title,
            scheme_title_en=title_en,
            person_id=person_id,
            person_name=name,
            entered_by=entered_by,
            checked_by=checked_by,
            state=state_of_row(row, now),
            scans=tuple(scans.get(row.id, ())),
        )
        for row, title, title_en, person_id, name, entered_by, checked_by in rows
    ]


def state_of_row(row: ExternalCertificate, now: datetime) -> ExternalState:
    """Return what a registered certificate is worth at the instant."""
    return external_state(
        row.valid_until,
        row.review_due,
        now,
        is_checked=row.checked_at is not None,
        ground=WithdrawGround(row.withdraw_ground) if row.withdraw_ground else None,
    )


def list_external(
    session: Session,
    organisation_id: int,
    wanted: ExternalFilter,
    now: datetime,
    *,
    raw_after: str = "",
    limit: int = PAGE_SIZE,
) -> tuple[list[ExternalView], str]:
    """Return a page of an organisation's certificates, and after which the next begins, else "".

    Where the filter is about ends, what ends first comes first, else the newest.
    """
    table, by_end = ExternalCertificate, wanted.shown in {"due", "overdue", "expired"}
    query = _select_views().where(
        table.organisation_id == organisation_id, *_conditions(wanted, now)
    )
    last = session.execute(
        select(table.ends_at, table.id).where(
            table.organisation_id == organisation_id, table.public_id == storable(raw_after)
        )
    ).first()
    if by_end:
        query = query.order_by(table.ends_at, table.id)
        if last is not None:
            later = and_(table.ends_at == last.ends_at, table.id > last.id)
            query = query.where(or_(table.ends_at > last.ends_at, later))
    else:
        query = query.order_by(table.id.desc())
        query = query if last is None else query.where(table.id < last.id)
    found = _views(session, query.limit(limit + 1), now)
    page = _numbered(session, organisation_id, found[:limit], now)
    return page, page[-1].row.public_id if len(found) > limit else ""


def _numbered(
    session: Session, organisation_id: int, views: list[ExternalView], now: datetime
) -> list[ExternalView]:
    people = {one.row.user_id for one in views}
    numbers = staff_numbers(session, [organisation_id], people, now)
    return [
        replace(one, staff_no=numbers.get((organisation_id, one.row.user_id), "")) for one in views
    ]


def _conditions(wanted: ExternalFilter, now: datetime) -> list[ColumnElement[bool]]:
    """Twin of `rules.external_state` for the filters."""
    table = ExternalCertificate
    stands, checked = table.withdrawn_at.is_(None), table.checked_at.is_not(None)
    is_over = and_(table.valid_until.is_not(None), table.valid_until < now)
    shown: dict[str, list[ColumnElement[bool]]] = {
        "unchecked": [stands, table.checked_at.is_(None)],
        "due": [stands, checked, table.ends_at >= now, table.ends_at <= now + SOON],
        "overdue": [stands, checked, table.review_due < now, not_(is_over)],
        "expired": [stands, checked, is_over],
        "withdrawn": [table.withdrawn_at.is_not(None)],
    }
    found = shown.get(wanted.shown, [stands])
    words = clean_text(wanted.search)
    if words:
        found.append(
            or_(
                table.number_key.startswith(name_key(words), autoescape=True),
                table.holder_name.icontains(words, autoescape=True),
            )
        )
    return found


def count_waiting(session: Session, organisation_id: int, now: datetime) -> dict[str, int]:
    """Return how many certificates each filter would show."""
    table = ExternalCertificate
    columns = [
        func.coalesce(
            func.sum(case((and_(*_conditions(ExternalFilter(shown), now)), 1), else_=0)), 0
        )
        for shown in FILTERS
    ]
    row = session.execute(select(*columns).where(table.organisation_id == organisation_id)).one()
    return {shown: int(value) for shown, value in zip(FILTERS, row, strict=True)}


def get_external(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> ExternalView:
    """Return a certificate of an organisation whose certificates the actor keeps; else NotFound."""
    reach = units_in_reach(session, actor, MANAGE, now)
    return _one(session, now, raw_public_id, ExternalCertificate.organisation_id.in_(reach))


def get_own_external(
    session: Session, actor: Actor, raw_public_id: str, now: datetime
) -> ExternalView:
    """Return a registered certificate of one's own; raise NotFound otherwise."""
    return _one(session, now, raw_public_id, ExternalCertificate.user_id == actor.user_id)


def _one(
    session: Session, now: datetime, raw_public_id: str, allowed: ColumnElement[bool]
) -> ExternalView:
    query = _select_views().where(ExternalCertificate.public_id == storable(raw_public_id), allowed)
    found = _views(session, query, now)
    if not found:
        raise NotFound("certificate")
    return found[0]


def list_own_external(session: Session, user_id: int, now: datetime) -> list[ExternalView]:
    """Return a person's registered certificates that were not withdrawn, newest first."""
    table = ExternalCertificate
    query = _select_views().where(table.user_id == user_id, table.withdrawn_at.is_(None))
    return _views(session, query.order_by(table.id.desc()).limit(500), now)


def list_history(session: Session, row: ExternalCertificate, now: datetime) -> list[ExternalView]:
    """Return the rows of the same paper, newest first: same kind, number and organisation."""
    table = ExternalCertificate
    query = _select_views().where(
        table.organisation_id == row.organisation_id,
        table.scheme_id == row.scheme_id,
        table.number_key == row.number_key,
    )
    return _views(session, query.order_by(table.id.desc()).limit(100), now)


def find_follower_begins(session: Session, certificate_id: int) -> datetime | None:
    """Return when what took a certificate's place begins to count, None where nothing did."""
    table = ExternalCertificate
    return session.scalar(
        select(table.valid_from)
        .where(
            table.follows_id == certificate_id,
            table.checked_at.is_not(None),
            or_(
                table.withdraw_ground.is_(None),
                table.withdraw_ground != WithdrawGround.ERROR.value,
            ),
        )
        .limit(1)
    )


def get_scan(session: Session, raw_scan_id: str, certificate: ExternalCertificate) -> ExternalScan:
    """Return a scan of a certificate; raise NotFound otherwise."""
    found = session.scalars(
        select(ExternalScan).where(
            ExternalScan.public_id == storable(raw_scan_id),
            ExternalScan.certificate_id == certificate.id,
        )
    ).first()
    if found is None:
        raise NotFound("scan")
    return found


def get_import(session: Session, organisation_id: int, raw_public_id: str) -> ExternalImport:
    """Return an uploaded list of an organisation; raise NotFound otherwise."""
    found = session.scalars(
        select(ExternalImport).where(
            ExternalImport.public_id == storable(raw_public_id),
            ExternalImport.organisation_id == organisation_id,
        )
    ).first()
    if found is None:
        raise NotFound("import")
    return found


def list_imports(session: Session, organisation_id: int) -> list[tuple[ExternalImport, str]]:
    """Return the latest lists uploaded for an organisation with who did, without their rows."""
    rows = session.execute(
        select(ExternalImport, User.display_name)
        .join(User, User.id == ExternalImport.created_by)
        .where(ExternalImport.organisation_id == organisation_id)
        .options(defer(ExternalImport.rows), defer(ExternalImport.problems))
        .order_by(ExternalImport.id.desc())
        .limit(20)
    )
    return [(row, name) for row, name in rows]


def list_people_of_import(session: Session, public_id: str) -> list[int]:
    """Return the row ids of the people whose certificates a list brought, each once."""
    of_list = select(ExternalImport.id).where(ExternalImport.public_id == public_id)
    table = ExternalCertificate
    held = select(table.user_id).where(table.import_id.in_(of_list)).distinct()
    return list(session.scalars(held))
