"""Finding items: filters, words, pages; and the pairs that say nearly the same. Never a key."""

from dataclasses import dataclass, fields, replace
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    cast,
    column,
    exists,
    func,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session, aliased

from learning.kernel.permissions import Actor, Permission
from learning.kernel.search import fts5_query, query_terms, ts_query
from learning.question_bank.models import ItemRow, ItemSearch, ItemTag, ItemTwins, SavedFilter
from learning.question_bank.queries.banks import banks_in_reach
from learning.question_bank.queries.texts import storable
from learning.question_bank.rules import EASY_MILLI, HARD_MILLI

PAGE_SIZE = 50
MAX_OFFSET = 10_000_000  # beyond every bank; a larger number would not fit the databases
PARAMETRIC = "parametric"
MOST_COUNTED = 10_000
LOOKED_THROUGH = 1_000  # of the list in its own order, for words that many items hold
SQLITE_INDEX = table("item_search_index", column("rowid"))
NOTHING: ColumnElement[bool] = literal_column("1") == literal_column("0")


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """What an author looks for; "" leaves a criterion open.

    `kind` may be "parametric"; `difficulty` is "easy" (below 0.35), "middle" or "hard" (from 0.65
    on); `search` are words in stem, options, area, tags or code.
    """

    bank: str = ""
    area: str = ""
    kind: str = ""
    level: str = ""
    pool: str = ""
    state: str = ""
    tag: str = ""
    difficulty: str = ""
    search: str = ""

    @property
    def is_open(self) -> bool:
        """Tell whether nothing is asked for."""
        return not any(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item in a list, by its newest content. `difficulty_milli` in thousandths.

    `waiting` is the id of the version that waits for sign-off, None where none does.
    """

    id: int
    bank: str
    code: str
    pool: str
    kind: str
    area: str
    level: str
    state: str
    difficulty_milli: int
    is_parametric: bool
    excerpt: str
    waiting: int | None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TwinsLine:
    """A pair of items that are alike, likeness in thousandths."""

    first: ItemLine
    second: ItemLine
    likeness_milli: int


def list_items(
    session: Session, actor: Actor | None, wanted: ItemFilter, now: datetime, *, page: int
) -> tuple[list[ItemLine], int]:
    """Return a page of the items that the actor may see, by bank and code, and how many fit.

    Of a search of words at most 10,001 are counted: more of them are only said to be more.
    """
    offset = min((page - 1) * PAGE_SIZE, MAX_OFFSET)
    if wanted.search:
        fitting = select_items(session, actor, replace(wanted, search=""), now)
        matching = _matching(session, wanted.search)
        ids, total = _page_of_found(session, fitting, matching, offset)
        query = select(ItemRow).where(ItemRow.id.in_(ids)).order_by(ItemRow.bank, ItemRow.code)
    else:
        fitting = select_items(session, actor, wanted, now)
        counted = fitting.with_only_columns(ItemRow.id).subquery()
        total = session.scalar(select(func.count()).select_from(counted)) or 0
        query = fitting.order_by(ItemRow.bank, ItemRow.code).limit(PAGE_SIZE).offset(offset)
    rows = session.scalars(query).all()
    tags = _tags(session, [row.id for row in rows])
    return [_line(row, tags.get(row.id, ())) for row in rows], total


def select_items(
    session: Session,
    actor: Actor | None,
    wanted: ItemFilter,
    now: datetime,
    permission: Permission = Permission.ITEM_READ,
) -> Select[ItemRow]:
    """Return the query of all items that fit where the actor holds the permission."""
    reach = banks_in_reach(session, actor, permission, now)
    query = select(ItemRow).where(ItemRow.bank.in_(reach))
    for condition in _conditions(wanted):
        query = query.where(condition)
    if wanted.search:
        matching = _matching(session, wanted.search)
        query = query.where(NOTHING if matching is None else ItemRow.id.in_(matching))
    return query


def list_areas(session: Session, actor: Actor | None, bank: str, now: datetime) -> list[str]:
    """Return the knowledge areas of a bank, or of all that the actor may see, in order."""
    query = select(ItemRow.area).where(
        ItemRow.bank.in_(banks_in_reach(session, actor, Permission.ITEM_READ, now)),
        ItemRow.area != "",
    )
    if bank:
        query = query.where(ItemRow.bank == storable(bank))
    return list(session.scalars(query.distinct().order_by(ItemRow.area)))


def list_tags(session: Session, actor: Actor | None, bank: str, now: datetime) -> list[str]:
    """Return the tags in use in a bank, or in all that the actor may see; at most 500."""
    query = (
        select(ItemTag.tag)
        .join(ItemRow, ItemRow.id == ItemTag.item_id)
        .where(ItemRow.bank.in_(banks_in_reach(session, actor, Permission.ITEM_READ, now)))
    )
    if bank:
        query = query.where(ItemRow.bank == storable(bank))
    return list(session.scalars(query.distinct().order_by(ItemTag.tag).limit(500)))


def list_filters(session: Session, user_id: int) -> list[tuple[str, str]]:
    """Return a person's saved searches: name and query string, in order of name."""
    rows = session.execute(
        select(SavedFilter.name, SavedFilter.query)
        .where(SavedFilter.user_id == user_id)
        .order_by(SavedFilter.name)
    )
    return [(name, query) for name, query in rows]


def list_twins(session: Session, bank: str, *, page: int) -> tuple[list[TwinsLine], int]:
    """Return a page of the pairs of a bank that nobody dismissed, the likest first, and all."""
    first, second = aliased(ItemRow), aliased(ItemRow)
    query = (
        select(first, second, ItemTwins.likeness_milli)
        .join(first, first.id == ItemTwins.first_id)
        .join(second, second.id == ItemTwins.second_id)
        .where(
            first.bank == storable(bank),
            second.bank == first.bank,  # one that was moved may be out of the reader's reach
            ItemTwins.dismissed_at.is_(None),
            first.retired_at.is_(None),
            second.retired_at.is_(None),
        )
    )
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.execute(
        query.order_by(ItemTwins.likeness_milli.desc(), first.code, second.code)
        .limit(PAGE_SIZE)
        .offset(min((page - 1) * PAGE_SIZE, MAX_OFFSET))
    )
    return [TwinsLine(_line(one), _line(other), alike) for one, other, alike in rows], total


def _conditions(wanted: ItemFilter) -> list[ColumnElement[bool]]:
    columns = {
        "bank": ItemRow.bank,
        "area": ItemRow.area,
        "level": ItemRow.level,
        "pool": ItemRow.pool,
        "state": ItemRow.state,
    }
    found = [
        column == storable(getattr(wanted, name))
        for name, column in columns.items()
        if getattr(wanted, name)
    ]
    if wanted.kind:
        found.append(_is_of_kind(wanted.kind))
    if wanted.tag:
        tagged = (ItemTag.item_id == ItemRow.id) & (ItemTag.tag == storable(wanted.tag))
        found.append(exists().where(tagged))
    if wanted.difficulty:
        found.append(_is_as_hard(wanted.difficulty))
    return found


def _is_of_kind(kind: str) -> ColumnElement[bool]:
    if kind == PARAMETRIC:
        return ItemRow.is_parametric.is_(True)
    return ItemRow.kind == storable(kind)


def _is_as_hard(word: str) -> ColumnElement[bool]:
    easy, hard = ItemRow.difficulty_milli < EASY_MILLI, ItemRow.difficulty_milli >= HARD_MILLI
    bands = {"easy": easy, "middle": ~easy & ~hard, "hard": hard}
    return bands.get(word, NOTHING)


def _page_of_found(
    session: Session, fitting: Select[ItemRow], matching: Select[int] | None, offset: int
) -> tuple[list[int], int]:
    """Return the ids of a page of what fits and matches, and how many do, at most 10,001.

    What few items hold is found by its index and sorted. What more hold than are counted would be
    slow to sort: the page is nearly always full before 1,000 of the list were looked through in
    its own order.
    """
    if matching is None:
        return [], 0
    narrow = fitting.with_only_columns(ItemRow.id, ItemRow.bank, ItemRow.code)
    ids, total = _sorted_page(session, narrow, matching, offset, at_most=MOST_COUNTED + 1)
    if total <= MOST_COUNTED:
        return ids, total
    ids = _looked_through_page(session, narrow, matching, offset)
    if len(ids) < PAGE_SIZE:
        ids, _all = _sorted_page(session, narrow, matching, offset, at_most=MAX_OFFSET)
    return ids, total


def _sorted_page(
    session: Session,
    fitting: Select[int, str, str],
    matching: Select[int],
    offset: int,
    *,
    at_most: int,
) -> tuple[list[int], int]:
    """Return the page among the first items that are found, and how many these are.

    The limit within also keeps PostgreSQL from walking the whole list in order, item by item.
    """
    [key] = (index := matching.subquery()).columns
    found = fitting.join(index, key == ItemRow.id).limit(at_most).subquery()
    rows = session.execute(
        select(found.c.id, func.count().over())
        .order_by(found.c.bank, found.c.code)
        .limit(PAGE_SIZE)
        .offset(offset)
    ).all()
    if rows or not offset:
        return [number for number, _ in rows], rows[0][1] if rows else 0
    return [], session.scalar(select(func.count()).select_from(found)) or 0


def _looked_through_page(
    session: Session, fitting: Select[int, str, str], matching: Select[int], offset: int
) -> list[int]:
    """Return the page as far as it is among the first 1,000 that fit."""
    order = (ItemRow.bank, ItemRow.code)
    first = fitting.order_by(*order).limit(LOOKED_THROUGH).subquery()
    [key] = matching.selected_columns
    # Compared, since PostgreSQL would turn EXISTS into a join with all that match.
    holds = matching.where(key == first.c.id).scalar_subquery().is_not(None)
    query = select(first.c.id).where(holds).order_by(first.c.bank, first.c.code)
    return list(session.scalars(query.limit(PAGE_SIZE).offset(offset)))


def _matching(session: Session, words: str) -> Select[int] | None:
    """Return the query of the ids of the items that hold words, None for words that say nothing.

    An item's code is among what it is found by.
    """
    terms = query_terms(words)
    if not terms:
        return None
    if session.get_bind().dialect.name == "sqlite":
        matches = text("item_search_index MATCH :terms").bindparams(terms=fts5_query(terms))
        return select(SQLITE_INDEX.c.rowid).where(matches)
    holds = ItemSearch.terms.bool_op("@@")(cast(ts_query(terms), TSQUERY))
    return select(ItemSearch.item_id).where(holds)


def _tags(session: Session, ids: list[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    rows = session.execute(
        select(ItemTag.item_id, ItemTag.tag).where(ItemTag.item_id.in_(ids)).order_by(ItemTag.tag)
    )
    for number, tag in rows:
        found[number] = (*found.get(number, ()), tag)
    return found


def _line(row: ItemRow, tags: tuple[str, ...] = ()) -> ItemLine:
    return ItemLine(
        id=row.id,
        bank=row.bank,
        code=row.code,
        pool=row.pool,
        kind=row.kind,
        area=row.area,
        level=row.level,
        state=row.state,
        difficulty_milli=row.difficulty_milli,
        is_parametric=row.is_parametric,
        excerpt=row.excerpt,
        waiting=row.review_version_id,
        tags=tags,
    )
