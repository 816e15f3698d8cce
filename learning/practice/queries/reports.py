"""Reports of faulty items: one's own, and the desk of who answers them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from learning.kernel.permissions import Actor, Permission
from learning.practice.models import ItemReport
from learning.question_bank.models import ItemRow, ItemVersionRow
from learning.question_bank.queries.banks import banks_in_reach
from learning.question_bank.queries.texts import storable

REPORTS_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class OwnReport:
    """A report of one's own; `excerpt` is the beginning of the stem as it stands now."""

    public_id: str
    excerpt: str
    reason: str
    text: str
    state: str
    reported_at: datetime
    answered_at: datetime | None
    answer: str
    fixed_number: int | None


@dataclass(frozen=True, slots=True)
class ReportGroup:
    """An item with open reports."""

    bank: str
    code: str
    excerpt: str
    area: str
    reports: int
    first_at: datetime
    last_at: datetime
    is_own: bool


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report as who answers it reads it: without the name of who wrote it."""

    reason: str
    text: str
    version_number: int
    state: str
    reported_at: datetime
    answered_at: datetime | None
    answer: str
    fixed_number: int | None


def find_report(session: Session, user_id: int, version_id: int) -> str | None:
    """Return the public id of a person's report of a version, None where there is none."""
    return session.scalar(
        select(ItemReport.public_id).where(
            ItemReport.user_id == user_id, ItemReport.version_id == version_id
        )
    )


def list_own_reports(
    session: Session, user_id: int, *, page: int = 1
) -> tuple[list[OwnReport], int]:
    """Return a page of a person's reports, the newest first, and how many there are."""
    own = ItemReport.user_id == user_id
    total = session.scalar(select(func.count()).select_from(ItemReport).where(own)) or 0
    rows = session.execute(
        select(
            ItemReport.public_id,
            ItemRow.excerpt,
            ItemReport.reason,
            ItemReport.text,
            ItemReport.state,
            ItemReport.reported_at,
            ItemReport.answered_at,
            ItemReport.answer,
            ItemReport.fixed_number,
        )
        .join(ItemRow, ItemRow.id == ItemReport.item_id)
        .where(own)
        .order_by(ItemReport.id.desc())
        .offset((page - 1) * REPORTS_A_PAGE)
        .limit(REPORTS_A_PAGE)
    )
    return [OwnReport(*row) for row in rows], total


def list_groups(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    bank: str = "",
    is_own: bool | None = None,
    page: int = 1,
) -> tuple[list[ReportGroup], int]:
    """Return a page of the items in reach that have open reports, and how many items there are.

    Most reported first, then the longest waiting. `is_own` leaves those that the actor wrote, or
    those of others; None all.
    """
    writer = func.max(case((ItemVersionRow.written_by == actor.user_id, 1), else_=0))
    query = _groups(session, actor, now, bank).group_by(
        ItemRow.id, ItemRow.bank, ItemRow.code, ItemRow.excerpt, ItemRow.area
    )
    if is_own is not None:
        query = query.having(writer == int(is_own))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    count = func.count().label("reports")
    first = func.min(ItemReport.reported_at)
    rows = session.execute(
        query.with_only_columns(
            ItemRow.bank,
            ItemRow.code,
            ItemRow.excerpt,
            ItemRow.area,
            count,
            first,
            func.max(ItemReport.reported_at),
            writer == 1,
        )
        .order_by(count.desc(), first, ItemRow.id)
        .offset((page - 1) * REPORTS_A_PAGE)
        .limit(REPORTS_A_PAGE)
    )
    return [ReportGroup(*row) for row in rows], total  # type: ignore[call-arg]


def count_reported(session: Session, actor: Actor, now: datetime) -> int:
    """Return how many items with open reports the actor may answer."""
    query = _groups(session, actor, now, "").with_only_columns(func.count(ItemRow.id.distinct()))
    return session.scalar(query) or 0


def _groups(session: Session, actor: Actor, now: datetime, bank: str) -> Select[int]:
    reach = banks_in_reach(session, actor, Permission.ITEM_ANSWER, now)
    query = (
        select(ItemRow.id)
        .join(ItemReport, ItemReport.item_id == ItemRow.id)
        .join(ItemVersionRow, ItemVersionRow.id == ItemReport.version_id)
        .where(ItemReport.state == "open", ItemRow.bank.in_(reach))
    )
    return query.where(ItemRow.bank == storable(bank)) if bank else query


def list_reports(session: Session, item_id: int, *, page: int = 1) -> tuple[list[ReportLine], int]:
    """Return a page of an item's reports, open ones first, then the newest, and their number."""
    of_item: ColumnElement[bool] = ItemReport.item_id == item_id
    total = session.scalar(select(func.count()).select_from(ItemReport).where(of_item)) or 0
    rows = session.execute(
        select(
            ItemReport.reason,
            ItemReport.text,
            ItemReport.version_number,
            ItemReport.state,
            ItemReport.reported_at,
            ItemReport.answered_at,
            ItemReport.answer,
            ItemReport.fixed_number,
        )
        .where(of_item)
        .order_by(case((ItemReport.state == "open", 0), else_=1), ItemReport.id.desc())
        .offset((page - 1) * REPORTS_A_PAGE)
        .limit(REPORTS_A_PAGE)
    )
    return [ReportLine(*row) for row in rows], total


def count_open(session: Session, item_id: int, *, below: int | None = None) -> int:
    """Return how many open reports an item has, or has of versions below a number."""
    query = select(func.count()).where(ItemReport.item_id == item_id, ItemReport.state == "open")
    if below is not None:
        query = query.where(ItemReport.version_number < below)
    return session.scalar(query) or 0


def current_number(session: Session, item: ItemRow) -> int:
    """Return the number of the version of an item that may be drawn, 0 for none."""
    number = select(ItemVersionRow.number).where(ItemVersionRow.id == item.current_version_id)
    return session.scalar(number) or 0
