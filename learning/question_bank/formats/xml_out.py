"""What exports as XML share: which items XML can hold, and their pictures."""

import re
from collections.abc import Container, Iterator
from dataclasses import replace
from decimal import Decimal

from learning.question_bank.drafts import DraftOption, ItemDraft, draft_of
from learning.question_bank.formats.abroad import as_assets, picture_names
from learning.question_bank.formats.contract import SourceProblem
from learning.question_bank.rules import AnswerKey, Item

_UNWRITABLE = re.compile("[\ufffe\uffff\ud800-\udfff\r\x00-\x08\x0b\x0c\x0e-\x1f]")


def why_no_xml(item: Item) -> str:
    """Say that a text holds characters that XML has no way to write, "" if none does."""
    if any(_UNWRITABLE.search(text) for text in _texts(draft_of(item))):
        return "文字里有 XML 不能表示的字符"
    return ""


def absolute_tolerance(key: AnswerKey) -> Decimal | None:
    """Return the tolerance of a number in its own unit, None for one that must be met exactly.

    n significant figures allow half a unit of the n-th figure: 4.92 to 3 figures is 4.92 ± 0.005.
    """
    value = key.value or Decimal(0)
    if figures := key.setting("figures"):
        return Decimal(5).scaleb(value.adjusted() - int(figures))
    if key.tolerance is not None and key.tolerance_kind == "relative":
        return key.tolerance * abs(value)
    return key.tolerance


def as_exported(draft: ItemDraft) -> ItemDraft:
    """Return the draft as it stands in a file: pictures by the names they have there."""
    return replace(
        draft,
        stem=as_assets(draft.stem),
        options=tuple(DraftOption(as_assets(o.text), o.is_key) for o in draft.options),
        answers=tuple(as_assets(answer) for answer in draft.answers),
        explanation=as_assets(draft.explanation),
        source=as_assets(draft.source),
        parts=tuple(as_exported(part) for part in draft.parts),
    )


def shown_pictures(draft: ItemDraft) -> set[str]:
    """Return the names of all pictures that a draft shows."""
    return {name for text in _texts(draft) for name in picture_names(text)}


def missing_pictures(item: Item, pictures: Container[str]) -> Iterator[SourceProblem]:
    """Yield a problem for every picture of an item that does not come along."""
    for name in sorted(shown_pictures(draft_of(item))):
        if name not in pictures:
            message = f"图片 {name[:40]} 不在题库里，没有写入"
            yield SourceProblem(item.document.code, "picture", message, is_loss=True)


def _texts(draft: ItemDraft) -> Iterator[str]:
    yield from (draft.stem, draft.explanation, draft.source, draft.area, draft.code)
    yield from (option.text for option in draft.options)
    yield from draft.answers
    yield from draft.tracks or ()
    yield from draft.excludes
    for part in draft.parts:
        yield from _texts(part)
