"""A fixed paper: what its codes name in the bank, and why an item cannot be on it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from learning.attempts.rules import enemies_of, pair_up
from learning.exams.rules import NamedRow, SectionPlan, named_sections
from learning.kernel.errors import Invalid, Problem
from learning.question_bank.item_types import is_scored
from learning.question_bank.queries import NamedItem, find_named, get_documents, list_seen
from learning.question_bank.rules import ItemKind, Pool


def choose_items(
    session: Session,
    bank: str,
    pool: Pool,
    rows: Sequence[NamedRow],
    *,
    opens_at: datetime,
    unseen_days: int,
    is_marked: bool,
) -> tuple[SectionPlan, ...]:
    """Return the sections of a fixed paper that opens at an instant.

    Raises Invalid naming each item that cannot be on it: "named_unknown", "named_retired",
    "named_unapproved", "named_pool" (of another pool), "named_early" (kept back until later),
    "named_seen" (shown within `unseen_days`), "named_by_hand" (a person would have to mark it),
    "named_enemies" (an item above it on the paper gives its key away, or the other way round).
    """
    found = find_named(session, bank, [row.code for row in rows])
    seen = (
        list_seen(session, bank, opens_at - timedelta(days=unseen_days)) if unseen_days else set()
    )
    by_hand: set[str] = set() if is_marked else _by_hand(session, found.values())
    problems = []
    for row in rows:
        item = found.get(row.code)
        code = "named_unknown" if item is None else _refusal(item, pool, opens_at)
        if not code and row.code in seen:
            code = "named_seen"
        if not code and row.code in by_hand:
            code = "named_by_hand"
        if code:
            problems.append(Problem(bank, row.line, "named", code, row.code))
    problems += _enemy_problems(session, bank, rows, found)
    if problems:
        raise Invalid(problems, "shortage")
    return named_sections(rows, {code: ItemKind(item.kind) for code, item in found.items()})


def _refusal(item: NamedItem, pool: Pool, opens_at: datetime) -> str:
    """Return why an item cannot be drawn, "" where it can; see `question_bank.list_pool`."""
    if item.state == "retired":
        return "named_retired"
    if item.state != "approved" or item.version_id is None:
        return "named_unapproved"
    if item.pool != pool.value:
        return "named_pool"
    is_early = item.not_before is not None and item.not_before > opens_at
    return "named_early" if is_early else ""


def _enemy_problems(
    session: Session, bank: str, rows: Sequence[NamedRow], found: Mapping[str, NamedItem]
) -> Iterator[Problem]:
    versions = {i.version_id: code for code, i in found.items() if i.version_id is not None}
    documents = get_documents(session, versions)
    pairs = pair_up(versions, {n: each.excludes for n, each in documents.items()})
    enemies = enemies_of(pairs)
    above: set[int] = set()
    for row in rows:
        item = found.get(row.code)
        version = item.version_id if item else None
        if version is None or version in above:
            continue
        for enemy in sorted(above & enemies.get(version, frozenset())):
            told = f"{row.code} {versions[enemy]}"
            yield Problem(bank, row.line, "named", "named_enemies", told)
        above.add(version)


def _by_hand(session: Session, items: Iterable[NamedItem]) -> set[str]:
    versions = {item.version_id: item.code for item in items if item.version_id is not None}
    documents = get_documents(session, versions)
    return {versions[n] for n, document in documents.items() if not is_scored(document)}
