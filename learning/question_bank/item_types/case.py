"""案例: one stimulus and the sub-items asked about it, each of a kind of its own."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

from learning.kernel.translation import N_
from learning.question_bank.item_types import registry
from learning.question_bank.item_types.parts import (
    Finding,
    ItemBlock,
    ItemParts,
    PartBlock,
    PartTally,
    Tally,
    Written,
)
from learning.question_bank.rules import (
    AnswerKey,
    Item,
    ItemDocument,
    ItemKind,
    Level,
    Pool,
    Response,
    ResponseInvalid,
)

KIND = ItemKind.CASE
WORD = N_("案例")
HELP = N_(
    "题干是共用的材料，每道小题以“### 题型 · 权重”开头（权重可以不写），下面照该题型的写法写。"
)
COUNTS_PARTS = True
IS_SCORED = True
ATTRIBUTES = None
MAX_PARTS = 20
_WEIGHT = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,3})?")


def parse(block: ItemBlock) -> tuple[ItemParts, tuple[Finding, ...]]:
    """Read the sub-items, each by its own kind."""
    lines = [line.line for line in block.options] + [line.line for line in block.answers]
    findings = [Finding(line, "case_line", "案例题的选项和答案写在小题（###）里") for line in lines]
    if not 1 <= len(block.parts) <= MAX_PARTS:
        message = f"案例题应有 1～{MAX_PARTS} 道小题（###），现有 {len(block.parts)} 道"
        findings.append(Finding(block.line, "part_count", message))
    documents, keys = [], []
    for part in block.parts:
        made, found = _part(part)
        findings += found
        if made is not None:
            documents.append(made.document)
            keys.append(made.key)
    return ItemParts(parts=tuple(documents), key_parts=tuple(keys)), tuple(findings)


def write(item: Item) -> Written:
    """Write nothing: the sub-items are written one by one, each as its kind does."""
    del item
    return Written(())


def normalise(document: ItemDocument, raw: Any) -> Response:
    """Accept a list of the sub-items' responses; none answered is None."""
    if not isinstance(raw, list):
        raise ResponseInvalid("type")
    if len(raw) != len(document.parts):
        raise ResponseInvalid("length")
    responses = [
        registry.normalise(part, each) for part, each in zip(document.parts, raw, strict=True)
    ]
    return None if all(each is None for each in responses) else responses


def is_answered(response: Response) -> bool:
    """One answered sub-item answers."""
    return any(each is not None for each in response or ())


def tally(document: ItemDocument, key: AnswerKey, response: Response) -> Tally:
    """Count sub-items that are all right and those that are not.

    One whose answer does not fit earns nothing and hides no other; raises ResponseInvalid when no
    answer fits.
    """
    rows = zip(document.parts, key.parts, response or (), strict=True)
    parts = tuple(_part_tally(*row) for row in rows)
    fitting = [part.tally for part in parts if part.tally is not None]
    if not fitting:
        raise ResponseInvalid("part")
    return Tally(
        right=sum(each.is_all_right for each in fitting),
        wrong=sum(not each.is_all_right and not each.is_pending for each in fitting),
        of=len(parts),
        parts=parts,
        is_pending=any(each.is_pending for each in fitting),
    )


def _part_tally(document: ItemDocument, key: AnswerKey, response: Response) -> PartTally:
    counted = None
    if registry.is_answered(document, response):
        try:
            counted = registry.tally(document, key, response)
        except ResponseInvalid:
            counted = None
    return PartTally(document.kind, document.weight, counted)


def _part(part: PartBlock) -> tuple[Item | None, list[Finding]]:
    kind = registry.kind_of_word(part.kind)
    if kind is None or kind is KIND:
        words = "、".join(each.WORD for each in registry.list_types() if each.KIND is not KIND)
        message = f"小题的题型“{part.kind[:20]}”应为{words}之一"
        return None, [Finding(part.line, "kind_unknown", message)]
    findings = []
    weight = _WEIGHT.fullmatch(part.weight or "1")
    if not weight or not Decimal(weight[0]):
        message = f"小题的权重应为大于 0 的数，现为“{part.weight[:20]}”"
        findings.append(Finding(part.line, "weight", message))
    if part.block.draw:
        findings.append(Finding(part.block.draw_line, "draw", "小题不能是参数化试题"))
    parts, found = registry.parse(kind, replace(part.block, draw=""))
    findings += found
    if any(not finding.is_remark for finding in findings):
        return None, findings
    return _item(part, kind, parts), findings


def _item(part: PartBlock, kind: ItemKind, parts: ItemParts) -> Item:
    # Code, level, difficulty, area and pool of a sub-item are the case's: who assembles knows them.
    document = ItemDocument(
        code="",
        kind=kind,
        level=Level.FAMILIAR,
        difficulty=Decimal(0),
        area="",
        pool=Pool.PRACTICE,
        tracks=(),
        stem=part.stem,
        options=parts.options,
        blanks=parts.blank_count,
        unit=parts.unit,
        prompts=parts.prompts,
        weight=Decimal(part.weight or 1),
        settings=parts.settings,
    )
    key = AnswerKey(
        kind=kind,
        choices=parts.choices,
        blanks=parts.blanks,
        value=parts.value,
        tolerance=parts.tolerance,
        tolerance_kind=parts.tolerance_kind,
        explanation=part.explanation,
        rubric=parts.rubric,
        settings=parts.key_settings,
    )
    return Item(document, key)
