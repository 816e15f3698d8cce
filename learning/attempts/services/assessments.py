"""Making an assessment: the blueprint is checked against the bank and its candidates pinned."""

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from learning.attempts.models import Assessment
from learning.attempts.rules import (
    AttemptRules,
    Blueprint,
    ByHand,
    Candidate,
    Section,
    assemble_forms,
    list_crowded_cells,
    list_mixed_cells,
    list_short_cells,
    pair_up,
)
from learning.attempts.services.choosing import create_of_pinned
from learning.kernel.errors import Invalid, Problem
from learning.question_bank.queries import PoolItem, list_pool
from learning.question_bank.rules import ItemKind


def create_assessment(
    session: Session,
    *,
    title: str,
    blueprint: Blueprint,
    rules: AttemptRules,
    opens_at: datetime,
    closes_at: datetime,
    created_by: int | None,
    now: datetime,
) -> Assessment:
    """Make an assessment that can be attempted between `opens_at` and `closes_at`.

    Raises Invalid naming each cell that the pool cannot fill, exactly: cells that share items are
    short only where no choice would fill all of them. One that is short only because no form holds
    two enemies is "enemy_shortage". Items that a person would have to mark are no
    candidates unless the rules say so: a cell that falls short without them is "by_hand".
    """
    pinned = _pin_candidates(session, blueprint, opens_at, rules.by_hand)
    return create_of_pinned(
        session,
        title=title,
        blueprint=pinned,
        rules=rules,
        opens_at=opens_at,
        closes_at=closes_at,
        created_by=created_by,
        now=now,
    )


@dataclass(frozen=True, slots=True)
class Survey:
    """What a pool holds for each cell of a blueprint, in its order, and what falls short."""

    found: tuple[int, ...]
    problems: tuple[Problem, ...]


def survey_pool(
    session: Session, blueprint: Blueprint, *, opens_at: datetime, by_hand: ByHand
) -> Survey:
    """Count what `create_assessment` would find, without making anything; problems are its own."""
    pinned, problems, _ = _pin(session, blueprint, opens_at, by_hand)
    found = tuple(
        len(cell.fits) if cell else len(section.candidates)
        for section in pinned.sections
        for cell in section.cells or (None,)
    )
    return Survey(found, tuple(problems))


def _pin_candidates(
    session: Session, blueprint: Blueprint, opens_at: datetime, by_hand: ByHand
) -> Blueprint:
    pinned, problems, difficulties = _pin(session, blueprint, opens_at, by_hand)
    if problems:
        raise Invalid(problems, "shortage")
    if not pinned.parallel:
        return pinned
    return assemble_forms(pinned, difficulties, random.Random(secrets.token_hex(16)))


def _pin(
    session: Session, blueprint: Blueprint, opens_at: datetime, by_hand: ByHand
) -> tuple[Blueprint, list[Problem], dict[int, int]]:
    """Return the blueprint pinned, what falls short, and the difficulties by version."""
    pools = _read_pools(session, blueprint, opens_at)
    fitting = [
        _fitting(section, pools[section.kind, section.areas]) for section in blueprint.sections
    ]
    items = {item.version_id: item for found in fitting for item in found}
    enemies = pair_up(
        {version: item.code for version, item in items.items()},
        {version: item.excludes for version, item in items.items()},
    )
    every = _pinned(replace(blueprint, enemies=enemies), fitting)
    scored = [[item for item in found if item.is_scored] for found in fitting]
    pinned = _pinned(every, scored) if by_hand is ByHand.REFUSED else every
    difficulties = {version: item.difficulty_milli for version, item in items.items()}
    problems = _problems_of(blueprint, pinned, every) or _crowded(pinned, difficulties)
    return pinned, problems, difficulties


def _pinned(blueprint: Blueprint, fitting: Sequence[Sequence[PoolItem]]) -> Blueprint:
    """Return the blueprint with what its sections may draw, and what of it each cell may."""
    return blueprint.with_sections(
        replace(
            section,
            candidates=tuple(Candidate(i.version_id, i.options, i.refused) for i in items),
            cells=tuple(
                replace(
                    cell,
                    fits=tuple(
                        place
                        for place, item in enumerate(items)
                        if cell.accepts(item.area, item.level, item.band)
                    ),
                )
                for cell in section.cells
            ),
        )
        for section, items in zip(blueprint.sections, fitting, strict=True)
    )


def _problems_of(blueprint: Blueprint, pinned: Blueprint, every: Blueprint) -> list[Problem]:
    """Name each cell that cannot be filled, by section and by its number (`line`) in the whole.

    Cells that are short only together are each named "shared_shortage" with what they ask and have
    together; a cell that only items marked by hand would fill, "by_hand".
    """
    short_anyway = {number for number, _, _ in list_short_cells(every)}
    problems = []
    for number, shortage, is_shared in list_short_cells(pinned):
        code = "shared_shortage" if is_shared else "shortage"
        problems.append(
            Problem(
                blueprint.bank,
                number,
                _section_of(blueprint, number).title,
                code if number in short_anyway else "by_hand",
                f"{shortage.needed} > {shortage.found}",
            )
        )
    return problems


def _crowded(blueprint: Blueprint, difficulties: Mapping[int, int]) -> list[Problem]:
    """Name each cell that falls short only because no form holds two enemies."""
    if not blueprint.enemies:
        return []
    short = list_crowded_cells(blueprint)
    if not short and blueprint.parallel:
        short = list_mixed_cells(blueprint, difficulties)
    return [
        Problem(
            blueprint.bank,
            number,
            _section_of(blueprint, number).title,
            "enemy_shortage",
            f"{shortage.needed} > {shortage.found}",
        )
        for number, shortage in short
    ]


def _section_of(blueprint: Blueprint, number: int) -> Section:
    owners = [section for section in blueprint.sections for _ in section.cells or (None,)]
    return owners[number - 1]


def _read_pools(
    session: Session, blueprint: Blueprint, opens_at: datetime
) -> dict[tuple[ItemKind, tuple[str, ...]], list[PoolItem]]:
    """Read what each kind and its areas hold, once however many sections ask for it."""
    since = opens_at - timedelta(days=blueprint.unseen_days) if blueprint.unseen_days else None
    return {
        (kind, areas): list_pool(
            session,
            blueprint.bank,
            blueprint.pool,
            kind,
            areas,
            opens_at=opens_at,
            unseen_since=since,
        )
        for kind, areas in {(section.kind, section.areas) for section in blueprint.sections}
    }


def _fitting(section: Section, found: list[PoolItem]) -> list[PoolItem]:
    """Return what a section may draw; where it names its items those alone, in its order."""
    if not section.items:
        return found
    by_code = {item.code: item for item in found}
    return [by_code[code] for code in section.items if code in by_code]
