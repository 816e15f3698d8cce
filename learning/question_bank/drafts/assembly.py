"""Putting an item together from what all kinds share and what its kind made of its lines."""

from dataclasses import dataclass, replace
from decimal import Decimal

from learning.question_bank.drafts.texts import formula_findings
from learning.question_bank.item_types import ItemParts
from learning.question_bank.rules import AnswerKey, Item, ItemDocument, ItemKind, Level, Pool
from learning.question_bank.variants import Fault, realised_item, survey


@dataclass(frozen=True, slots=True)
class Common:
    """What an item of any kind says, already read and found right."""

    code: str
    kind: ItemKind
    level: Level
    difficulty: Decimal
    area: str
    pool: Pool
    tracks: tuple[str, ...]
    stem: str
    explanation: str = ""
    source: str = ""
    excludes: tuple[str, ...] = ()


def surveyed(item: Item) -> tuple[Item, tuple[Fault, ...]]:
    """Look at all variants of a parametric item: name the refused ones in it, and what is wrong.

    Formulas are judged in the first variant that may be shown.
    """
    draw = item.document.draw
    assert draw is not None  # noqa: S101 - asked for parametric items alone
    found = survey(item)
    item = replace(item, document=replace(item.document, draw=replace(draw, refused=found.refused)))
    if any(not fault.is_remark for fault in found.faults):
        return item, found.faults
    plain = realised_item(item, None)
    document, key = plain.document, plain.key
    options = [each.text for each in (*document.options, *document.prompts)]
    texts = [document.stem, *options, key.explanation, *(each.text for each in key.rubric)]
    formulas = tuple(
        Fault("formula", message) for text in texts for _first, message in formula_findings(text)
    )
    return item, (*found.faults, *formulas)


def assemble(common: Common, parts: ItemParts) -> Item:
    """Make the item; the sub-items of a case take level, difficulty, area and pool from it."""
    document = ItemDocument(
        code=common.code,
        kind=common.kind,
        level=common.level,
        difficulty=common.difficulty,
        area=common.area,
        pool=common.pool,
        tracks=common.tracks,
        stem=common.stem,
        options=parts.options,
        blanks=parts.blank_count,
        unit=parts.unit,
        prompts=parts.prompts,
        parts=tuple(
            replace(
                part,
                code=f"{common.code}-{number}",
                level=common.level,
                difficulty=common.difficulty,
                area=common.area,
                pool=common.pool,
            )
            for number, part in enumerate(parts.parts, 1)
        ),
        draw=parts.draw,
        settings=parts.settings,
        excludes=common.excludes,
    )
    key = AnswerKey(
        kind=common.kind,
        choices=parts.choices,
        blanks=parts.blanks,
        value=parts.value,
        tolerance=parts.tolerance,
        tolerance_kind=parts.tolerance_kind,
        explanation=common.explanation,
        source=common.source,
        rubric=parts.rubric,
        parts=parts.key_parts,
        formula=parts.formula,
        require=parts.require,
        settings=parts.key_settings,
    )
    return Item(document, key)
