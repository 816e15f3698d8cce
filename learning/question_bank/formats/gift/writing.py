"""GIFT out: what the grammar can say, and the item's own draft in a comment that Moodle skips.

The comment brings back what GIFT has no place for (unit, relative tolerance, level, rubric …); it
is believed only as long as the question below it is the one that was written with it.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from learning.question_bank.drafts import Defaults, ItemDraft, check, draft_of
from learning.question_bank.formats import kept_draft
from learning.question_bank.formats.contract import Asset, Carried, SourceProblem
from learning.question_bank.formats.gift.blocks import category_name, escape, kept_line
from learning.question_bank.formats.wording import shown
from learning.question_bank.item_types import get_type
from learning.question_bank.rules import Item, ItemKind

NAME = "gift"
_PLACES = Decimal("0.00001")


class GiftExporter:
    """The way out: categories are the areas."""

    NAME = NAME
    SUFFIX = ".gift"
    MEDIA_TYPE = "text/plain"

    def why_not(self, item: Item) -> str:
        """Name what GIFT has no words for: variables, cases, orders, several gaps."""
        if item.document.draw:
            return "GIFT 不能表示带变量的题"
        if item.document.kind not in _WRITERS:
            return f"GIFT 没有{get_type(item.document.kind).WORD}题"
        if item.document.kind is ItemKind.BLANK and item.document.blanks != 1:
            return "GIFT 的填空题只能有一个空"
        draft = draft_of(item)
        if kept_draft.read(kept_draft.write(draft)) != draft:
            return "这道题的内容 GIFT 带不回来"
        if draft.area != category_name(_path(draft.area)):
            return "知识点的名称在 GIFT 的分类里会变样"
        return ""

    def write(self, items: Sequence[Item], title: str, assets: Sequence[Asset]) -> Carried:
        """Write one file; pictures stay references."""
        del assets
        left_out = []
        lines = [f"// {' '.join(title.split())}", ""]
        area = None
        for item in items:
            reason = self.why_not(item)
            if reason:
                left_out.append(SourceProblem(item.document.code, "not_representable", reason))
                continue
            draft = draft_of(item)
            if draft.area != area:
                area = draft.area
                lines += [f"$CATEGORY: {_path(area)}", ""]
            lines += [kept_line(kept_draft.write(draft)), body_of(draft), ""]
        return Carried("\n".join(lines).encode(), tuple(left_out))


def _path(area: str) -> str:
    return area.replace("/", "//")


def body_of(draft: ItemDraft) -> str:
    """Write a question; "" for a draft that GIFT cannot carry."""
    item = check(draft, Defaults("none")).item
    writer = _WRITERS.get(item.document.kind) if item else None
    if item is None or writer is None:
        return ""
    lines = list(writer(item, draft))
    general = f"####{_text(draft.explanation)}" if draft.explanation else ""
    opening = f"::{escape(draft.code)}::[markdown]{_text(draft.stem)} {{"
    if len(lines) < 2 and not general:
        return f"{opening}{''.join(lines)}}}"
    return "\n".join(
        [opening + (lines.pop(0) if _is_head(lines) else ""), *_tabbed(lines, general), "}"]
    )


def _is_head(lines: list[str]) -> bool:
    return bool(lines) and not lines[0].startswith(("=", "~"))


def _tabbed(lines: list[str], general: str) -> Iterator[str]:
    yield from (f"\t{line}" for line in lines)
    if general:
        yield f"\t{general}"


def _text(text: str) -> str:
    """Escape a text; one that would be read as a format or a weight is kept from it."""
    escaped = escape(text)
    return f"[markdown]{escaped}" if escaped.startswith(("[", "%")) else escaped


def _single(item: Item, draft: ItemDraft) -> Iterator[str]:
    del item
    for option in draft.options:
        yield f"{'=' if option.is_key else '~'}{_text(option.text)}"


def _multiple(item: Item, draft: ItemDraft) -> Iterator[str]:
    share = shown((Decimal(100) / len(item.key.choices)).quantize(_PLACES))
    for option in draft.options:
        yield f"~%{share if option.is_key else '-100'}%{_text(option.text)}"


def _true_false(item: Item, draft: ItemDraft) -> Iterator[str]:
    del draft
    yield "TRUE" if item.key.choices == ("t",) else "FALSE"


def _blank(item: Item, draft: ItemDraft) -> Iterator[str]:
    del draft
    for alternative in item.key.blanks[0]:
        yield f"=%100%{escape(alternative)}"


def _numeric(item: Item, draft: ItemDraft) -> Iterator[str]:
    del draft
    value, tolerance = item.key.value or Decimal(0), item.key.tolerance or Decimal(0)
    if item.key.tolerance_kind == "relative":
        tolerance *= abs(value)
    yield f"#{shown(value)}:{shown(tolerance)}" if tolerance else f"#{shown(value)}"


def _matching(item: Item, draft: ItemDraft) -> Iterator[str]:
    del item
    for line in draft.answers:
        left, _, right = (side.strip() for side in line.partition("->"))
        yield f"={_text(left)} -> {_text(right)}" if left else f"= -> {_text(right)}"


def _essay(item: Item, draft: ItemDraft) -> Iterator[str]:
    del item, draft
    yield from ()


_WRITERS: dict[ItemKind, Callable[[Item, ItemDraft], Iterator[str]]] = {
    ItemKind.SINGLE: _single,
    ItemKind.MULTIPLE: _multiple,
    ItemKind.TRUE_FALSE: _true_false,
    ItemKind.BLANK: _blank,
    ItemKind.NUMERIC: _numeric,
    ItemKind.MATCHING: _matching,
    ItemKind.ESSAY: _essay,
}
