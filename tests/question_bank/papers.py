"""Papers drawn from the items of a bank's files, enemies apart."""

import random
from dataclasses import replace

from learning.attempts.rules import Blueprint, Candidate, assemble_forms, draw_form, pair_up
from learning.question_bank.rules import Item

PAPERS = 10


def pinned(blueprint: Blueprint, items: list[Item]) -> Blueprint:
    """Return the blueprint with the items as candidates; versions are numbered by their place."""
    enemies = pair_up(
        {place: item.document.code for place, item in enumerate(items)},
        {place: item.document.excludes for place, item in enumerate(items)},
    )
    return replace(blueprint, enemies=enemies).with_sections(
        replace(
            section,
            candidates=tuple(
                Candidate(
                    place,
                    tuple(option.id for option in item.document.options),
                    item.document.draw.refused if item.document.draw else None,
                )
                for place, item in enumerate(items)
                if item.document.kind is section.kind
            ),
        )
        for section in blueprint.sections
    )


def draw_papers(blueprint: Blueprint, items: list[Item]) -> list[list[str]]:
    """Return the codes on ten papers, each drawn by another seed."""
    ready = pinned(blueprint, items)
    return [
        [
            items[n].document.code
            for n in draw_form(ready, str(seed), shuffle_options=True).version_ids
        ]
        for seed in range(PAPERS)
    ]


def draw_parallel(blueprint: Blueprint, items: list[Item], seed: int) -> list[set[str]]:
    """Return the codes on each of the parallel forms."""
    ready = pinned(blueprint, items)
    difficulties = {n: int(item.document.difficulty * 1000) for n, item in enumerate(items)}
    forms = assemble_forms(ready, difficulties, random.Random(seed)).forms
    return [
        {
            items[section.candidates[place].version_id].document.code
            for section, places in zip(ready.sections, form, strict=True)
            for place in places
        }
        for form in forms
    ]
