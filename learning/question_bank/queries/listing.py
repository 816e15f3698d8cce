"""Finding items: filters, words, pages; and the pairs that say nearly the same. Never a key."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, literal_column, select, text
from sqlalchemy.orm import Session, aliased

from learning.kernel.permissions import Actor, Permission
from learning.kernel.search import POSTGRESQL_TERMS, fts5_query, query_terms, ts_query
from learning.question_bank.models import ItemRow, ItemSearch, ItemTag, ItemTwins, SavedFilter
from learning.question_bank.queries.banks import banks_in_reach
from learning.question_bank.queries.texts import storable

PAGE_SIZE = 50
MAX_OFFSET = 10_000_000  # beyond every bank; a larger number would not fit the databases
PARAMETRIC = "parametric"
EASY_MILLI, HARD_MILLI = 350, 650
MOST_COUNTED = 10_000
RARE = 5_000
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
    fitting = select_items(session, actor, wanted, now)
    counted = fitting.with_only_columns(ItemRow.id)
    if wanted.search:
        counted = counted.limit(MOST_COUNTED + 1)
    total = session.scalar(select(func.count()).select_from(counted.subquery())) or 0
    rows = session.scalars(
        fitting.order_by(ItemRow.bank, ItemRow.code)
        .limit(PAGE_SIZE)
        .offset(min((page - 1) * PAGE_SIZE, MAX_OFFSET))
    ).all()
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
        query = query.where(_holds(session, wanted.search))
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


def _holds(session: Session, words: str) -> ColumnElement[bool]:
    """Say that an item is found by words; its code is among what it is found by."""
    terms = query_terms(words)
    if not terms:
        return NOTHING
    if session.get_bind().dialect.name == "sqlite":
        found: Any = text(
            "SELECT rowid FROM item_search_index WHERE item_search_index MATCH :terms"
        ).bindparams(terms=fts5_query(terms))
        return ItemRow.id.in_(found)
    return _holds_in_postgresql(session, ts_query(terms))


def _holds_in_postgresql(session: Session, query: str) -> ColumnElement[bool]:
    """Say it by the ids themselves where words are rare, else by all that the index finds.

    The planner knows nothing of how common a word is, and guesses the slow way half of the time;
    asked item by item, each costs a fifth of a millisecond.
    """
    matching = text(f"{POSTGRESQL_TERMS} @@ CAST(:terms AS tsquery)").bindparams(terms=query)
    rare = session.scalars(select(ItemSearch.item_id).where(matching).limit(RARE + 1)).all()
    if len(rare) <= RARE:
        return ItemRow.id.in_(rare)
    return ItemRow.id.in_(select(ItemSearch.item_id).where(matching))


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
