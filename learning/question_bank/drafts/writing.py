"""The way back: the draft that an item came from, for editing and for export."""

import re
from dataclasses import replace

from learning.question_bank.drafts.draft import DraftOption, ItemDraft
from learning.question_bank.item_types import write
from learning.question_bank.rules import Item

_OPTION = re.compile(r"- \[([ x])\] ?(.*)", re.DOTALL)


def draft_of(item: Item) -> ItemDraft:
    """Return the draft that `check` makes into this item again, code included."""
    document = item.document
    return replace(
        _body(item),
        code=document.code,
        level=document.level.value,
        difficulty=str(document.difficulty),
        area=document.area,
        pool=document.pool.value,
        tracks=document.tracks,
        excludes=document.excludes,
        source=item.key.source,
    )


def _body(item: Item) -> ItemDraft:
    document, key = item.document, item.key
    written = write(item)
    options = [found for line in written.lines if (found := _OPTION.fullmatch(line))]
    answers = [line for line in written.lines if line.startswith("=")]
    pairs = zip(document.parts, key.parts, strict=True)
    return ItemDraft(
        kind=document.kind.value,
        stem=document.stem,
        options=tuple(DraftOption(o.group(2), o.group(1) == "x") for o in options),
        answers=tuple(line.removeprefix("=").strip() for line in answers),
        attributes=written.attributes,
        draw=written.draw,
        explanation=key.explanation,
        parts=tuple(_body(Item(part, part_key)) for part, part_key in pairs),
        weight="" if document.weight == 1 else str(document.weight),
    )
