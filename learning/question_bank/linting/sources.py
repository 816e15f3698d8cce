"""Sources that do not say where to look: no document, or no numbered place in it. Pure."""

import re
from collections.abc import Collection, Iterator, Sequence

from learning.question_bank.rules import Item

_STANDARD = (
    r"(?:GB|GJB|GJBz|JJF|JJG|DB[0-9]{2}|SJ|HB|QJ|QC|T|ISO|IEC|IATF|JCGM|JIS|EN|BS|MIL|SAE)"
    r"(?:[/ -][A-Z]+)*[ /-]?[0-9]"
)
_LAW = r"《[^》]*(?:法|法典|条例|规定|办法|细则|纲要)》"
_NAMED = re.compile(rf"(?:{_STANDARD}[-0-9A-Z.:—]*(?:《[^》]*》)?|{_LAW})")
_EDITION = re.compile(r"（[^（）]*(?:[0-9]{4} ?年?[^（）]*|第 ?[0-9]+ ?号[^（）]*)）")
_TASK = r"(?:工作项目|任务|方法|程序) ?[0-9IVX]"
"""How standards of a programme number their parts: MIL-STD-785B, GJB 450, MIL-HDBK-472."""
_PLACE = re.compile(
    r"第 ?[一二三四五六七八九十百千零〇0-9、]+ ?[条章节款部编]|中的? ?[0-9A-Z]|附录|[0-9]+\.[0-9]|"
    r"[表图式] ?[0-9A-Z]|[“（]|关于|引言|[一-鿿]{3}|"
    rf"{_TASK}"
)
"""A number of a clause, a term in quotation marks, or words that say which matter of it."""
_WORK = re.compile(rf"{_STANDARD}[-0-9A-Z.:—]*(?:《[^》]*》)?|《[^》]*》")
_CLAUSE = re.compile(
    r"第 ?[一二三四五六七八九十百千零〇0-9IVX、～-]+ ?(?:条|章|节|款|部分|编|讲|页)"
    r"|引言|中的? ?[0-9]+(?![0-9年])"
    r"|附录 ?[A-Z]|[表图式] ?[（(]?[0-9A-Z]"
    r"|(?<![0-9A-Za-z.])[A-Z0-9]+(?:\.[0-9]+)+(?![0-9.])"
    r"|(?<![0-9-])[0-9]{3}-[0-9]{2}-[0-9]{2}(?![0-9-])"
    rf"|{_TASK}"
)
"""An article, a chapter, a page, a clause (8.5.1, B.2), an annex, a table, an IEV entry, a task."""


def has_clause(source: str) -> bool:
    """Tell whether a source names a standard, a law or a work, and after it a numbered place."""
    parts = re.split(r"[；。]", source)
    told = (after for part in parts for after in _WORK.split(part)[1:])
    return any(_CLAUSE.search(_EDITION.sub("", after)) for after in told)


def unplaced(items: Sequence[Item], known: Collection[str]) -> Iterator[tuple[str, str]]:
    """Find sources without a numbered place, and items in `known`, the exceptions, that have one.

    The first are named at the item, the second for the bank.
    """
    for item in items:
        code = item.document.code
        placed = has_clause(item.key.source)
        if item.key.source and not placed and code not in known:
            yield (
                code,
                (
                    "出处要写明文件和其中编号的位置（条、章、条款号、附录、表、页）；"
                    "没有这样的位置的，连同理由记入 bank.toml 的 [[unplaced]]"
                ),
            )
        elif placed and code in known:
            yield "", f"bank.toml 的 [[unplaced]] 有 {code}，出处已写明位置，应删去"


def bare_sources(item: Item) -> Iterator[str]:
    """Find a standard or a law that is named whole: clause, article, term or matter is missing."""
    for part in re.split(r"[；。]", item.key.source):
        named = list(_NAMED.finditer(part))
        rest = _EDITION.sub("", part[named[-1].end() :]) if named else ""
        if named and not _PLACE.search(rest):
            yield f"出处“{part.strip()[:40]}”没有写明条款"
