"""Papers drawn from the items of a bank's files, and keys that other stems quote."""

import random
import re
from dataclasses import replace

from learning.attempts.rules import Blueprint, Candidate, assemble_forms, draw_form
from learning.question_bank.rules import Item, ItemDocument, ItemKind

PAPERS = 10
ON_PAPERS = {ItemKind.SINGLE, ItemKind.MULTIPLE, ItemKind.CASE}
FEWEST_SIGNS = 4
"""Shorter keys are everyday words that any stem may hold."""
_MARKUP = re.compile(r"[\s，。；：、“”（）$\\{}*·—\-]+")
_CHINESE = re.compile(r"[一-鿿]")


def pinned(blueprint: Blueprint, items: list[Item]) -> Blueprint:
    """Return the blueprint with the items as candidates; versions are numbered by their place."""
    return blueprint.with_sections(
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


def quoted_keys(items: list[Item]) -> set[tuple[str, str]]:
    """Return (code, other): a right option of the first stands word for word in the other's stem.

    Only items that stand on papers together; what is quoted in the item's own case is its matter.
    """
    stems = {
        item.document.code: _stem(item.document)
        for item in items
        if item.document.kind in ON_PAPERS
    }
    return {
        (item.document.code, other)
        for item in items
        if item.document.code in stems
        for right in _right_options(item)
        for other, stem in stems.items()
        if other != item.document.code and right in stem
    }


def _right_options(item: Item) -> list[str]:
    pairs = zip((item.document, *item.document.parts), (item.key, *item.key.parts), strict=True)
    texts = [
        _plain(option.text)
        for document, key in pairs
        for option in document.options
        if option.id in key.choices
    ]
    return [text for text in texts if len(text) >= FEWEST_SIGNS and _CHINESE.search(text)]


def _stem(document: ItemDocument) -> str:
    return _plain(document.stem) + "".join(_stem(part) for part in document.parts)


def _plain(text: str) -> str:
    return _MARKUP.sub("", text)
