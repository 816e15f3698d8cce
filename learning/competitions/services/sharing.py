"""Looking for answers that were shared: a block of papers at a time, reading alone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from learning.competitions.queries import CompetitionView
from learning.competitions.queries.fairness import find_fairness
from learning.competitions.queries.sharing import (
    count_papers,
    list_answer_times,
    list_block,
    list_entry_ids,
    list_reference,
)
from learning.competitions.rules.fairness import FairnessRules, FlagKind
from learning.competitions.rules.sharing import (
    BLOCK,
    FEWEST,
    Compared,
    Paper,
    Shared,
    choose_units,
    find_shared,
    nearness_s,
    strongest,
)


@dataclass(frozen=True, slots=True)
class SharingLook:
    """What a look compares: blocks as (unit, number), the sample of all, how far it goes."""

    rules: FairnessRules
    blocks: tuple[tuple[int | None, int], ...]
    reference: tuple[Paper, ...]
    compared: Compared


@dataclass(frozen=True, slots=True)
class SharingSuspect:
    """An attempt that shares answers, as flags are kept: its row and its entry's row."""

    attempt_id: int
    entry_id: int
    together: str = ""


def plan_look(session: Session, competition: CompetitionView, seed: str) -> SharingLook:
    """Return what the next look compares; nothing in a contest of too few papers."""
    sizes = count_papers(session, competition)
    rules = find_fairness(session, competition.id)
    if sum(sizes.values()) < FEWEST:
        return SharingLook(rules, (), (), Compared(left_out=sum(sizes.values())))
    units, compared = choose_units(sizes, seed)
    blocks = tuple((unit, n) for unit in units for n in range(-(-sizes[unit] // BLOCK)))
    return SharingLook(rules, blocks, tuple(list_reference(session, competition)), compared)


def find_sharing(
    session: Session, competition: CompetitionView, look: SharingLook, block: tuple[int | None, int]
) -> list[tuple[SharingSuspect, str, str]]:
    """Return what to flag of a block: the attempt, the kind, the evidence; writes nothing.

    Both of a pair are flagged, each with the one it agrees with most.
    """
    papers = list_block(session, competition, *block)
    found = find_shared(look.rules, papers, look.reference, look.compared.pairs)
    if not found:
        return []
    ids = sorted(
        {papers[place].attempt_id for each in found for place in (each.first, each.second)}
    )
    times = list_answer_times(session, ids)
    sides: list[tuple[int, Any, float]] = []
    for each in found:
        one, other = papers[each.first], papers[each.second]
        near = nearness_s(_apart(times, one, other, each))
        figures = {**each.figures, **({} if near is None else {"nearness": near})}
        sides.append((one.attempt_id, (one, other, figures), figures["chance"]))
        sides.append((other.attempt_id, (other, one, figures), figures["chance"]))
    best = strongest(sides)
    names = list_entry_ids(session, sorted({kept[1].entry_id for kept, _count in best.values()}))
    return [_finding(kept, count, names) for kept, count in best.values()]


def _apart(times: Any, one: Paper, other: Paper, shared: Shared) -> Sequence[float | None]:
    found: list[float | None] = []
    for first, second in shared.wrong_at:
        at = times.get((one.attempt_id, first)), times.get((other.attempt_id, second))
        known = at[0] is not None and at[1] is not None
        found.append(abs((at[0] - at[1]) / timedelta(seconds=1)) if known else None)
    return found


def _finding(
    kept: tuple[Paper, Paper, dict[str, float]], count: int, names: dict[int, str]
) -> tuple[SharingSuspect, str, str]:
    one, other, figures = kept
    evidence = {**figures, "pairs": count, "other": names[other.entry_id]}
    suspect = SharingSuspect(one.attempt_id, one.entry_id)
    return suspect, FlagKind.SHARING.value, json.dumps(evidence, sort_keys=True)
