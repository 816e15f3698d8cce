"""Reads of imports: a list, one import with its figures, its rows by page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Integer, and_, cast, func, not_, select, true
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.question_bank.models import (
    BankRow,
    ItemDraftRow,
    ItemImport,
    ItemImportRow,
    ItemImportWriter,
    ItemRow,
)
from learning.question_bank.queries.banks import banks_in_reach
from learning.question_bank.queries.texts import storable

ROWS_PER_PAGE = 20
IMPORTS_PER_PAGE = 50
MAX_OFFSET = 10_000_000
RIGHTS = (Permission.ITEM_WRITE, Permission.ITEM_READ_KEY, Permission.ITEM_WRITE_KEY)
"""What it takes to import: questions come with their keys."""
_DUPLICATE = '%"code":"duplicate"%'


@dataclass(frozen=True, slots=True)
class ImportFigures:
    """How many questions an import has: good ones, duplicates, and what was decided."""

    total: int
    good: int
    duplicates: int
    taken: int
    drafts: int

    @property
    def open(self) -> int:
        """How many are not good yet."""
        return self.total - self.good


SCOPES: dict[str, Callable[[], ColumnElement[bool]]] = {
    "open": lambda: not_(ItemImportRow.is_good),
    "duplicate": lambda: ItemImportRow.findings.like(_DUPLICATE),
    "good": lambda: ItemImportRow.is_good.is_(True),
    "clean": lambda: ItemImportRow.is_good & not_(ItemImportRow.findings.like(_DUPLICATE)),
    "taken": lambda: ItemImportRow.decision == "take",
    "all": true,
}
"""Which rows of an import are meant: to list them and to decide over them."""


def get_figures(session: Session, import_id: int) -> ImportFigures:
    """Count the rows of an import."""
    taken = SCOPES["taken"]()

    def of(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(cast(condition, Integer)), 0)

    row = session.execute(
        select(
            func.count(),
            of(SCOPES["good"]()),
            of(SCOPES["duplicate"]()),
            of(taken),
            of(taken & not_(ItemImportRow.is_good)),
        ).where(ItemImportRow.import_id == import_id)
    ).one()
    return ImportFigures(*(int(number) for number in row))


def list_rows(
    session: Session, import_id: int, scope: str, *, page: int
) -> tuple[list[ItemImportRow], int]:
    """Return a page of rows in order of number, and how many there are in this scope."""
    fitting = (ItemImportRow.import_id == import_id) & SCOPES[scope]()
    total = session.scalar(select(func.count()).select_from(ItemImportRow).where(fitting)) or 0
    rows = session.scalars(
        select(ItemImportRow)
        .where(fitting)
        .order_by(ItemImportRow.number)
        .limit(ROWS_PER_PAGE)
        .offset(min((page - 1) * ROWS_PER_PAGE, MAX_OFFSET))
    )
    return list(rows), total


def find_row(session: Session, import_id: int, number: int) -> ItemImportRow | None:
    """Return one row."""
    return session.get(ItemImportRow, (import_id, number))


def find_writer(session: Session, import_id: int, number: int) -> str:
    """Return the name of who corrected a row last, "" for nobody or a name that is gone."""
    name = session.scalar(
        select(User.display_name)
        .join(ItemImportWriter, ItemImportWriter.user_id == User.id)
        .where(ItemImportWriter.import_id == import_id, ItemImportWriter.number == number)
        .order_by(ItemImportWriter.wrote_at.desc())
        .limit(1)
    )
    return name or ""


def get_import(
    session: Session, actor: Actor, raw_public_id: str, now: datetime
) -> tuple[ItemImport, BankRow]:
    """Return an import with its bank; NotFound where the actor lacks one of `RIGHTS`."""
    found = session.execute(
        select(ItemImport, BankRow)
        .join(BankRow, BankRow.code == ItemImport.bank)
        .where(ItemImport.public_id == storable(raw_public_id), _in_reach(session, actor, now))
    ).first()
    if found is None:
        raise NotFound("import")
    return found[0], found[1]


def list_imports(
    session: Session, actor: Actor, now: datetime, *, page: int
) -> tuple[list[tuple[ItemImport, str]], int]:
    """Return a page of imports within reach, newest first, each with who made it; and how many.

    Those that were dropped are not among them.
    """
    fitting = _in_reach(session, actor, now) & (ItemImport.state != "discarded")
    total = session.scalar(select(func.count()).select_from(ItemImport).where(fitting)) or 0
    rows = session.execute(
        select(ItemImport, User.display_name)
        .outerjoin(User, User.id == ItemImport.created_by)
        .where(fitting)
        .order_by(ItemImport.created_at.desc(), ItemImport.id.desc())
        .limit(IMPORTS_PER_PAGE)
        .offset(min((page - 1) * IMPORTS_PER_PAGE, MAX_OFFSET))
    )
    return [(kept, name or "") for kept, name in rows], total


def list_made(session: Session, import_id: int, *, page: int) -> tuple[list[ItemRow], int]:
    """Return a page of the items that an import made, in order of code, and how many."""
    mine = ItemRow.import_id == import_id
    total = session.scalar(select(func.count()).select_from(ItemRow).where(mine)) or 0
    rows = session.scalars(
        select(ItemRow)
        .where(mine)
        .order_by(ItemRow.code)
        .limit(ROWS_PER_PAGE)
        .offset(min((page - 1) * ROWS_PER_PAGE, MAX_OFFSET))
    )
    return list(rows), total


def get_made(session: Session, import_id: int) -> dict[str, int]:
    """Return how many items of an import there are, and how many have nothing wrong with them."""
    row = session.execute(
        select(
            func.count(),
            func.coalesce(
                func.sum(cast(func.coalesce(ItemDraftRow.problem_count, 0) == 0, Integer)), 0
            ),
        )
        .select_from(ItemRow)
        .outerjoin(ItemDraftRow, ItemDraftRow.item_id == ItemRow.id)
        .where(ItemRow.import_id == import_id)
    ).one()
    return {"items": int(row[0]), "ready": int(row[1])}


def _in_reach(session: Session, actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Say of an import that its bank is one where the actor writes items, sees and sets keys."""
    return and_(
        *(ItemImport.bank.in_(banks_in_reach(session, actor, right, now)) for right in RIGHTS)
    )
