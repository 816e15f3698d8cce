"""The key of an item as it stands on the last pages of a paper."""

from learning.question_bank.item_types import write
from learning.question_bank.rules import Item, ItemDocument, ItemKind

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def key_text(item: Item) -> str:
    """Write what is right; the parts of a case and the gaps of a text are numbered ①②③."""
    document, key = item.document, item.key
    if document.parts:
        pairs = zip(document.parts, key.parts, strict=True)
        return _numbered([_part_text(Item(part, part_key)) for part, part_key in pairs])
    if document.kind in {ItemKind.SINGLE, ItemKind.MULTIPLE, ItemKind.ORDERING}:
        return _letters(document, key.choices)
    if document.kind is ItemKind.MATCHING:
        return _numbered([f"—{_letters(document, (choice,))}" for choice in key.choices])
    if document.kind is ItemKind.BLANK:
        gaps = [" | ".join(alternatives) for alternatives in key.blanks]
        return gaps[0] if len(gaps) == 1 else _numbered(gaps)
    if document.kind is ItemKind.ESSAY:
        return "；".join(f"{one.text}（{one.points} 分）" for one in key.rubric) or "见解析"
    return "；".join(line.removeprefix("=").strip() for line in write(item).lines)


def explanation_of(item: Item) -> str:
    """Return the explanation, those of a case's parts behind it."""
    parts = [
        f"{_CIRCLED[number]}{part.explanation}"
        for number, part in enumerate(item.key.parts[: len(_CIRCLED)])
        if part.explanation
    ]
    return "\n\n".join([each for each in (item.key.explanation, *parts) if each])


def _part_text(item: Item) -> str:
    """Write the key of a part in one piece: its gaps between bars, so that they are no parts."""
    if item.document.kind is ItemKind.BLANK:
        return " ‖ ".join(alternatives[0] for alternatives in item.key.blanks)
    return key_text(item)


def _letters(document: ItemDocument, choices: tuple[str, ...]) -> str:
    ids = [option.id for option in document.options]
    return "".join(chr(ord("A") + ids.index(choice)) for choice in choices)


def _numbered(texts: list[str]) -> str:
    return "；".join(
        f"{_CIRCLED[n] if n < len(_CIRCLED) else n + 1}{text}" for n, text in enumerate(texts)
    )
