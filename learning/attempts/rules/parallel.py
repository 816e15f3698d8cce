"""Parallel forms 平行卷: several papers after one blueprint, equally hard, no item in two of them.

All items of all forms are drawn at once, cell by cell. Those of a cell are ranked by difficulty and
dealt out in rounds of one a form: the form that is easiest so far gets the hardest of the round.
If the sums of two forms differ by D before a round and the round's items by R, they differ by at
most max(D, R) after it: the whole difference never exceeds the widest round. Exchanges within a
cell then bring the hardest and the easiest form together as far as single items can.

No form holds two enemies: they may stand on two forms. Enemies of items that every form has are out
from the start; those that the dealing leaves on one form are parted by exchanges with another form
or with an item that no form has, and where that fails all is drawn anew.
"""

import hashlib
import random
from collections.abc import Mapping
from dataclasses import replace

from learning.attempts.rules.enemies import Enemies, enemies_of
from learning.attempts.rules.filling import Demand, Shortage, fill
from learning.attempts.rules.form import demands_of
from learning.attempts.rules.separating import Dealt, is_welcome, part_enemies
from learning.attempts.rules.specification import Blueprint

CODES = "ABCDEFGH"
MAX_FORMS = len(CODES)
MAX_EXCHANGES = 50
MAX_DRAWS = 40


def assemble_forms(
    blueprint: Blueprint, difficulties: Mapping[int, int], rng: random.Random
) -> Blueprint:
    """Return the blueprint with its `parallel` forms; `difficulties` in thousandths by version.

    Its candidates are pinned and suffice, also for keeping enemies apart (`list_mixed_cells`).
    Sections that name their items are the same in every form.
    """
    made = None
    for source in (rng, random.Random(0)):  # the latter is how the pool was looked at
        made = made or _draw_forms(blueprint, difficulties, source)[0]
    if made is None:
        raise ValueError("enemies cannot be kept apart")
    return made


def list_mixed_cells(
    blueprint: Blueprint, difficulties: Mapping[int, int]
) -> list[tuple[int, Shortage]]:
    """Return the cell whose enemies no dealing parts, numbered as by `list_short_cells`; or [].

    `needed` are the items that the cell takes of all forms together; of them `found` can be placed.
    """
    made, stuck = _draw_forms(blueprint, difficulties, random.Random(0))
    if made is not None:
        return []
    asked = demands_of(blueprint)
    order = sorted(range(len(asked)), key=lambda place: asked[place][0])
    needed = asked[stuck][1].count
    return [(order.index(stuck) + 1, Shortage((stuck,), needed, needed - 1))]


def _draw_forms(
    blueprint: Blueprint, difficulties: Mapping[int, int], rng: random.Random
) -> tuple[Blueprint | None, int]:
    """Return the blueprint with its forms; None, and the cell that was stuck, where none came."""
    stuck = 0
    for _ in range(MAX_DRAWS):
        made, stuck = _draw_once(blueprint, difficulties, rng)
        if made is not None:
            return made, 0
    return None, stuck


def _draw_once(
    blueprint: Blueprint, difficulties: Mapping[int, int], rng: random.Random
) -> tuple[Blueprint | None, int]:
    asked = demands_of(blueprint)
    enemies = enemies_of(blueprint.enemies)
    fixed = [bool(blueprint.sections[index].items) for index, _ in asked]
    demands = _without_enemies([demand for _, demand in asked], fixed, enemies)
    drawn = fill(demands, rng)
    for cell, demand in enumerate(demands):
        if len(drawn[cell]) < demand.count:
            return None, cell
    dealt = _deal(
        [[] if is_fixed else items for is_fixed, items in zip(fixed, drawn, strict=True)],
        blueprint.parallel,
        difficulties,
        rng,
    )
    stuck = part_enemies(dealt, [demand.fits for demand in demands], enemies, difficulties)
    if stuck is not None:
        return None, stuck
    _even_out(dealt, difficulties, enemies)
    forms = []
    for form in dealt:
        held: list[set[int]] = [set() for _ in blueprint.sections]
        for (index, _), is_fixed, own, every in zip(asked, fixed, form, drawn, strict=True):
            held[index].update(every if is_fixed else own)
        forms.append(_placed(blueprint, held, rng))
    return replace(blueprint, forms=tuple(forms)), 0


def _without_enemies(demands: list[Demand], fixed: list[bool], enemies: Enemies) -> list[Demand]:
    """Take the enemies of what every form has out of what may be drawn."""
    named = [
        item
        for demand, is_fixed in zip(demands, fixed, strict=True)
        if is_fixed
        for item in demand.fits
    ]
    barred = {enemy for item in named for enemy in enemies.get(item, ())}
    return [
        replace(each, fits=tuple(item for item in each.fits if item not in barred))
        for each in demands
    ]


def _deal(
    cells: list[list[int]], forms: int, difficulties: Mapping[int, int], rng: random.Random
) -> Dealt:
    """Deal the items of each cell out to the forms: form → cell → items."""
    dealt: Dealt = [[[] for _ in cells] for _ in range(forms)]
    sums = [0] * forms
    for cell, items in enumerate(cells):
        ranked = sorted(items, key=lambda item: (difficulties[item], item))
        for start in range(0, len(ranked), forms):
            order = rng.sample(range(forms), forms)
            order.sort(key=lambda form: -sums[form])
            for number, item in zip(order, ranked[start:], strict=False):
                dealt[number][cell].append(item)
                sums[number] += difficulties[item]
    return dealt


def _even_out(dealt: Dealt, difficulties: Mapping[int, int], enemies: Enemies) -> None:
    """Exchange items of one cell between the hardest and the easiest form while that helps.

    An exchange moves both sums into the gap between them, so no step makes it wider; none brings
    two enemies together.
    """
    for _ in range(MAX_EXCHANGES):
        sums = [sum(difficulties[item] for cell in form for item in cell) for form in dealt]
        hard, easy = dealt[sums.index(max(sums))], dealt[sums.index(min(sums))]
        gap = max(sums) - min(sums)
        found = min(
            (
                (abs(gap - 2 * gain), cell, one, other)
                for cell, (ones, others) in enumerate(zip(hard, easy, strict=True))
                for one in ones
                for other in others
                if 0 < (gain := difficulties[one] - difficulties[other]) < gap
                and is_welcome(other, hard, enemies, instead_of=one)
                and is_welcome(one, easy, enemies, instead_of=other)
            ),
            default=None,
        )
        if found is None:
            return
        _, cell, one, other = found
        hard[cell][hard[cell].index(one)] = other
        easy[cell][easy[cell].index(other)] = one


def _placed(
    blueprint: Blueprint, form: list[set[int]], rng: random.Random
) -> tuple[tuple[int, ...], ...]:
    """Return the places of a form's items among the candidates, in the order of the paper."""
    sections = []
    for section, chosen in zip(blueprint.sections, form, strict=True):
        places = [n for n, c in enumerate(section.candidates) if c.version_id in chosen]
        if not section.items:
            rng.shuffle(places)
        sections.append(tuple(places))
    return tuple(sections)


def choose_form(
    forms: int, *, seat: int | None, assessment_id: int, user_id: int, number: int
) -> int:
    """Return which form an attempt gets, from 0: neighbours by seat differ, and so do attempts.

    Without a seat the form follows from the person and the assessment, as evenly as a hash does.
    """
    told = hashlib.sha256(f"{assessment_id}/{user_id}".encode()).digest()
    base = int.from_bytes(told[:8]) if seat is None else seat
    return (base + number - 1) % forms
