"""Putting an item together from what all kinds share and what its kind made of its lines."""

from dataclasses import dataclass, replace
from decimal import Decimal

from learning.question_bank.item_types import ItemParts
from learning.question_bank.rules import AnswerKey, Item, ItemDocument, ItemKind, Level, Pool


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
