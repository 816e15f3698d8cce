"""Writing items as a file that reads back the same."""

from collections.abc import Sequence

from learning.kernel.errors import DomainError
from learning.question_bank.item_types import get_type, write
from learning.question_bank.loader.banks import Bank, parse_items
from learning.question_bank.loader.headings import (
    Heading,
    PartHeading,
    write_heading,
    write_part_heading,
)
from learning.question_bank.rules import Item


def dump(items: Sequence[Item], bank: Bank | None = None, *, intro: str = "") -> str:
    """Write items as one item file; the first one's area becomes the title.

    With `bank`, tracks and pool are written only where they differ from its defaults; without, they
    always are. Raises DomainError("not_writable", codes=…) for items whose text would be read as
    something else, e.g. a stem with a line "= 3".
    """
    if not items:
        return ""
    area = items[0].document.area
    head = [f"# {area}", "", *([intro, ""] if intro else [])]
    blocks = ["\n".join(_lines(item, area, bank)) for item in items]
    text = "\n".join(head) + "\n" + "\n\n".join(blocks) + "\n"
    defaults = bank or Bank("", "")
    read = {item.document.code: item for item in parse_items(text, defaults).items}
    lost = [item.document.code for item in items if read.get(item.document.code) != item]
    if lost or len(read) != len(items):
        raise DomainError("not_writable", codes=lost)
    return text


def _lines(item: Item, area: str, bank: Bank | None) -> list[str]:
    document, key = item.document, item.key
    written = write(item)
    heading = Heading(
        code=document.code,
        kind=document.kind,
        level=document.level,
        difficulty=document.difficulty,
        area=None if document.area == area else document.area,
        tracks=None if bank and document.tracks == bank.tracks else document.tracks,
        pool=None if bank and document.pool == bank.pool else document.pool,
        excludes=document.excludes,
        attributes=written.attributes,
    )
    return [
        write_heading(heading),
        *(["```toml", written.draw, "```"] if written.draw else []),
        document.stem,
        *written.lines,
        *_quoted("解析", key.explanation),
        *_quoted("出处", key.source),
        *_part_lines(item),
    ]


def _part_lines(item: Item) -> list[str]:
    lines: list[str] = []
    for document, key in zip(item.document.parts, item.key.parts, strict=True):
        written = write(Item(document, key))
        weight = "" if document.weight == 1 else str(document.weight)
        heading = PartHeading(get_type(document.kind).WORD, weight, written.attributes)
        lines += [
            "",
            write_part_heading(heading),
            document.stem,
            *written.lines,
            *_quoted("解析", key.explanation),
        ]
    return lines


def _quoted(label: str, text: str) -> list[str]:
    if not text:
        return []
    return [f"> {line}".rstrip() for line in f"{label}：{text}".split("\n")]
