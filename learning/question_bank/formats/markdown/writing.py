"""Our own item files, out: one file, with its pictures beside it in a zip where it shows some."""

import re
from collections.abc import Iterator, Sequence

from learning.kernel.errors import DomainError
from learning.question_bank.formats.contract import Asset, Carried, SourceProblem
from learning.question_bank.formats.markdown.reading import NAME
from learning.question_bank.formats.markdown.sources import PICTURES
from learning.question_bank.formats.packing import zipped
from learning.question_bank.item_types import get_type
from learning.question_bank.loader import dump
from learning.question_bank.rules import Item, ItemDocument

ITEMS = "items.md"
_PICTURE = re.compile(r"\(/media/([0-9a-f]{64}\.[a-z]{3,4})\)")


class MarkdownExporter:
    """The way out: one file, an area in the heading of every item that is not in the first one's.

    Tracks and pool are always written, so that the file means the same in any bank.
    """

    NAME = NAME
    SUFFIX = ".md"
    MEDIA_TYPE = "text/markdown"

    def why_not(self, item: Item) -> str:
        """Every item can be carried but one whose text would be read as something else."""
        try:
            dump([item])
        except DomainError:
            return "有一行文字在试题文件里会被读成选项、答案或标题"
        return ""

    def write(self, items: Sequence[Item], title: str, assets: Sequence[Asset]) -> Carried:
        """Write one item file; where it shows pictures of the bank, a zip with them beside it."""
        intro = f"（{' '.join(title.split())}）"
        reasons: list[tuple[Item, str]] = []
        try:
            text = dump(items, intro=intro)
        except DomainError:  # find out which ones
            reasons = [(item, self.why_not(item)) for item in items]
            text = dump([item for item, reason in reasons if not reason], intro=intro)
        left_out = tuple(
            SourceProblem(item.document.code, "not_representable", reason)
            for item, reason in reasons
            if reason
        )
        return _with_pictures(text, assets, left_out)

    def write_without_keys(
        self, documents: Sequence[ItemDocument], title: str, assets: Sequence[Asset]
    ) -> Carried:
        """Write a paper to be read: stems, options without marks, sub-items."""
        blocks = [f"# {' '.join(title.split())}"]
        for number, document in enumerate(documents, 1):
            word = get_type(document.kind).WORD
            blocks.append(f"## {number} {word}")
            blocks += _shown(document)
        return _with_pictures("\n\n".join(blocks) + "\n", assets, ())


def _with_pictures(
    text: str, assets: Sequence[Asset], left_out: tuple[SourceProblem, ...]
) -> Carried:
    """Give the text alone, or with the pictures that it shows in a folder beside it."""
    known = {asset.name: asset.content for asset in assets}
    used: dict[str, bytes] = {}

    def beside(found: re.Match[str]) -> str:
        name = found[1]
        if name not in known:
            return found[0]
        used[name] = known[name]
        return f"({PICTURES}{name})"

    moved = _PICTURE.sub(beside, text).encode()
    if not used:
        return Carried(moved, left_out)
    files = {ITEMS: moved, **{f"{PICTURES}{name}": used[name] for name in sorted(used)}}
    return Carried(zipped(files), left_out, suffix=".zip", media_type="application/zip")


def _shown(document: ItemDocument) -> Iterator[str]:
    yield document.stem
    things = [*(p.text for p in document.prompts), *(o.text for o in document.options)]
    if things:
        yield "\n".join(f"- {text}" for text in things)
    for number, part in enumerate(document.parts, 1):
        yield f"### {number} {get_type(part.kind).WORD}"
        yield from _shown(part)
