"""Banks, and who may do what in which. A bank out of reach looks exactly like a missing one.

A bank with a unit belongs to it: whoever's grant reaches the unit may do there what the grant
allows. Banks of the platform need a grant for the whole platform, except that everybody who reads
items, or draws from pools, may do so from those that are not secure; keys of files are no secret.
What is in files is changed in files: on the web nobody changes it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from learning.kernel.errors import Forbidden, NotFound
from learning.kernel.permissions import Actor, Permission, ScopeKind
from learning.organisations.models import UnitName
from learning.organisations.queries import units_in_reach
from learning.question_bank.models import BankRow, ItemRow
from learning.question_bank.queries.texts import storable
from learning.question_bank.rules import Pool

CHANGES = frozenset(
    {
        Permission.BANK_MANAGE,
        Permission.ITEM_REVIEW,
        Permission.ITEM_WRITE,
        Permission.ITEM_WRITE_KEY,
    }
)
_KEYS = frozenset({Permission.ITEM_READ_KEY, Permission.ITEM_EXPORT_KEY})


@dataclass(frozen=True, slots=True)
class BankLine:
    """A bank in a list, with how many items it has; `unit` is its owner's name or ""."""

    code: str
    title: str
    title_en: str
    pool: Pool
    origin: str
    unit: str
    items: int
    in_review: int

    @property
    def is_web(self) -> bool:
        """Tell whether its items are written on the web."""
        return self.origin == "web"


def banks_in_reach(
    session: Session, actor: Actor | None, permission: Permission, now: datetime
) -> Select[str]:
    """Return the query of the codes of the banks where the actor holds the permission.

    It is a query, so that callers may join it: `ItemRow.bank.in_(banks_in_reach(…))`. No actor is
    the system itself, which holds everything.
    """
    codes = select(BankRow.code).where(_reached(session, actor, permission, now)).correlate(None)
    return codes.where(BankRow.origin == "web") if permission in CHANGES else codes


def _reached(
    session: Session, actor: Actor | None, permission: Permission, now: datetime
) -> ColumnElement[bool]:
    if actor is None:
        return true()
    grants = actor.grants_for(permission)
    if not grants:
        return false()
    if any(grant.scope_kind is ScopeKind.PLATFORM for grant in grants):
        return true()
    owned = BankRow.unit_id.in_(units_in_reach(session, actor, permission, now))
    return or_(owned, and_(BankRow.unit_id.is_(None), _is_open_to_all(permission)))


def _is_open_to_all(permission: Permission) -> ColumnElement[bool]:
    """Say which banks of the platform a grant in one unit is enough for."""
    if permission in CHANGES or permission is Permission.ITEM_ANSWER:
        return false()
    if permission in _KEYS:
        return BankRow.origin == "file"
    return BankRow.pool != Pool.SECURE.value


def may(
    session: Session, actor: Actor | None, permission: Permission, bank: str, now: datetime
) -> bool:
    """Tell whether the actor holds the permission in a bank."""
    return list_rights(session, actor, bank, [permission], now) != frozenset()


def list_rights(
    session: Session,
    actor: Actor | None,
    bank: str,
    permissions: Iterable[Permission],
    now: datetime,
) -> frozenset[Permission]:
    """Return which of the permissions the actor holds in a bank."""
    wanted = list(permissions)
    reached: list[ColumnElement[Any]] = [
        BankRow.code.in_(banks_in_reach(session, actor, permission, now)) for permission in wanted
    ]
    held = select(*reached).where(BankRow.code == bank)
    row = session.execute(held).first()
    if row is None:
        return frozenset()
    return frozenset(p for p, holds in zip(wanted, row, strict=True) if holds)


def require(
    session: Session, actor: Actor | None, permission: Permission, bank: str, now: datetime
) -> None:
    """Raise unless the actor holds the permission in a bank.

    NotFound where they may not even see it, else Forbidden("bank_file" | "permission").
    """
    if may(session, actor, permission, bank, now):
        return
    if not may(session, actor, Permission.ITEM_READ, bank, now):
        raise NotFound("bank")
    origin = session.scalar(select(BankRow.origin).where(BankRow.code == bank))
    if origin == "file" and permission in CHANGES:
        raise Forbidden("bank_file")
    raise Forbidden("permission", permission=permission.value)


def get_bank_for(
    session: Session, actor: Actor | None, permission: Permission, raw_code: str, now: datetime
) -> BankRow:
    """Return the bank in which the actor holds the permission; see `require` for what it raises."""
    bank = find_bank(session, storable(raw_code))
    if bank is None:
        raise NotFound("bank")
    require(session, actor, permission, bank.code, now)
    return bank


def find_bank(session: Session, code: str) -> BankRow | None:
    """Return the bank of a code, whoever asks."""
    return session.scalar(select(BankRow).where(BankRow.code == code))


def list_banks(
    session: Session,
    actor: Actor | None,
    permission: Permission,
    now: datetime,
    *,
    first: Pool | None = None,
) -> list[tuple[str, str]]:
    """Return (code, title) of the banks where the actor holds the permission, by code.

    Those for the use `first`, if any is named, come before the others.
    """
    order = [BankRow.code] if first is None else [BankRow.pool != first.value, BankRow.code]
    rows = session.execute(
        select(BankRow.code, BankRow.title)
        .where(BankRow.code.in_(banks_in_reach(session, actor, permission, now)))
        .order_by(*order)
    )
    return [(row.code, row.title) for row in rows]


def list_bank_lines(
    session: Session, actor: Actor | None, now: datetime, *, offset: int = 0, limit: int = 100
) -> list[BankLine]:
    """Return a page of the banks whose items the actor may see, web ones first."""
    in_use = ItemRow.retired_at.is_(None)
    counts = (
        select(
            ItemRow.bank,
            func.count().filter(in_use).label("total"),
            func.count(ItemRow.review_version_id).filter(in_use).label("in_review"),
        )
        .group_by(ItemRow.bank)
        .subquery()
    )
    rows = session.execute(
        select(BankRow, UnitName.name, counts.c.total, counts.c.in_review)
        .outerjoin(counts, counts.c.bank == BankRow.code)
        .outerjoin(UnitName, (UnitName.unit_id == BankRow.unit_id) & UnitName.valid_to.is_(None))
        .where(BankRow.code.in_(banks_in_reach(session, actor, Permission.ITEM_READ, now)))
        .order_by(BankRow.origin.desc(), BankRow.title, BankRow.code)
        .offset(offset)
        .limit(limit)
    )
    return [
        BankLine(
            bank.code,
            bank.title,
            bank.title_en,
            Pool(bank.pool),
            bank.origin,
            unit or "",
            items or 0,
            in_review or 0,
        )
        for bank, unit, items, in_review in rows
    ]
