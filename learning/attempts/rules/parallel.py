"""Parallel forms 平行卷: several papers after one blueprint, equally hard, no item in two of them.

All items of all forms are drawn at once, cell by cell. Those of a cell are ranked by difficulty and
dealt out in rounds of one a form: the form that is easiest so far gets the hardest of the round.
If the sums of two forms differ by D before a round and the round's items by R, they differ by at
most max(D, R) after it: the whole difference never exceeds the widest round. Exchanges within a
cell then bring the hardest and the easiest form together as far as single items can.
"""

import hashlib
import random
from collections.abc import Mapping
from dataclasses import replace

from learning.attempts.rules.filling import fill
from learning.attempts.rules.form import demands_of
from learning.attempts.rules.specification import Blueprint

CODES = "ABCDEFGH"
MAX_FORMS = len(CODES)
MAX_EXCHANGES = 50


def assemble_forms(
    blueprint: Blueprint, difficulties: Mapping[int, int], rng: random.Random
) -> Blueprint:
    """Return the blueprint with its `parallel` forms; `difficulties` in thousandths by version.

    Its candidates are pinned and suffice. Sections that name their items are the same in every
    form.
    """
    asked = demands_of(blueprint)
    drawn = fill([demand for _, demand in asked], rng)
    fixed = [bool(blueprint.sections[index].items) for index, _ in asked]
    dealt = _deal(
        [[] if is_fixed else items for is_fixed, items in zip(fixed, drawn, strict=True)],
        blueprint.parallel,
        difficulties,
        rng,
    )
    _even_out(dealt, difficulties)
    forms = []
    for form in dealt:
        held: list[set[int]] = [set() for _ in blueprint.sections]
        for (index, _), is_fixed, own, every in zip(asked, fixed, form, drawn, strict=True):
            held[index].update(every if is_fixed else own)
        forms.append(_placed(blueprint, held, rng))
    return replace(blueprint, forms=tuple(forms))


def _deal(
    cells: list[list[int]], forms: int, difficulties: Mapping[int, int], rng: random.Random
) -> list[list[list[int]]]:
    """Deal the items of each cell out to the forms: form → cell → items."""
    dealt: list[list[list[int]]] = [[[] for _ in cells] for _ in range(forms)]
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


def _even_out(dealt: list[list[list[int]]], difficulties: Mapping[int, int]) -> None:
    """Exchange items of one cell between the hardest and the easiest form while that helps.

    An exchange moves both sums into the gap between them, so no step makes it wider.
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
