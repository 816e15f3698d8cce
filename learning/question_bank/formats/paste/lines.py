"""The lines of a pasted text: cleaned, and folded beside, character for character.

Everything is looked for in the folded text and taken from the cleaned one, so offsets are the same
in both: full-width letters, digits and brackets are found like their half-width twins, while the
texts of items stay as the author wrote them.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

KEY_OPEN, KEY_CLOSE = "\ue010", "\ue011"
"""Private marks around text that a document sets apart (bold, red, underlined, highlighted)."""

_FOLDED = {0xFF01 + n: chr(0x21 + n) for n in range(94)} | {
    ord("\u3000"): " ",
    ord("\t"): " ",
    ord("〔"): "[",
    ord("〕"): "]",
    ord("﹙"): "(",
    ord("﹚"): ")",
    ord("✓"): "√",
    ord("✔"): "√",
    ord("☑"): "√",
    ord("✅"): "√",
    ord("✗"): "×",
    ord("✘"): "×",
    ord("✕"): "×",
    ord("╳"): "×",
    ord("❌"): "×",
    ord("❎"): "×",
    ord("～"): "~",
    ord("—"): "-",
    ord("–"): "-",
    ord("﹣"): "-",
    ord("﹒"): ".",
}
# Nothing is looked for within a formula or the address of a picture.
_OPAQUE = re.compile(r"\$(?=\S)[^$\n]{0,400}?[^$\s]\$(?!\d)|!\[[^\]\n]{0,80}\]\([^)\n]{0,200}\)")
_BLOT = "\ue012"
_TAGGED = re.compile(r"<(?:p|br|div|span)(?:\s[^<>]{0,300})?/?>", re.IGNORECASE)
_BLOCK_TAG = re.compile(
    r"</?(?:p|div|br|li|tr|h[1-6]|ul|ol|table|tbody)(?:\s[^<>]{0,300})?/?>", re.IGNORECASE
)
_INLINE_TAG = re.compile(
    r"</?(?:span|b|strong|i|em|u|font|a|td|th|sup|sub|img)(?:\s[^<>]{0,300})?/?>", re.IGNORECASE
)
# Words that a scan or a typesetter set apart: “答 案 ： A”.
_SPACED_LABEL = re.compile(
    r"(?<![\u4e00-\u9fff])(?:[正参标] ?[确考准] ?)?(?:答 ?案 ?解 析|答 案|解 析|难 度)"
    r"(?=[ ]{0,3}(?:[:：】\]]|\Z|[A-H√×](?![A-Za-z])))"
)
_SPACED = ("答 案", "解 析", "难 度")
_BREAKS = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069"
    "\ufe0e\ufe0f\ufeff\ufff9-\uffff\ud800-\udfff]"
)
# "**1.** …", "**答案：** B": a mark set in bold as Markdown; other bold text is the author's.
_BOLD_MARK = re.compile(r"\*\*\s?((?:\d{1,3}|[A-H])[.、．]|[\u4e00-\u9fff]{2,6}[:：])\s?\*\*")
_BOLD_LINE = re.compile(r"\A([ >*#-]{0,8}?)\*\*((?:[^*\n]|\*(?!\*)){1,2000})\*\*\s{0,9}\Z")
# Fillers and rules of any length say no more than short ones, and would cost time in every search.
_MAX_RUN = 60
_RUN = re.compile(r"[ \t\u3000]{60,}|_{60,}|＿{60,}|\.{60,}|-{60,}|={60,}|…{60,}|·{60,}|\*{60,}")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
# What stands before a number or a heading to please the eye: dingbats, blocks, bullets, emoji.
_DECORATION = re.compile(
    "(?:[ \u2022\u00b7\u203b*#>\u2500-\u25ff\u2600-\u2712\u2714\u2716-\u2bff\U0001f000-\U0001faff]"
    "|-(?= ))*"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `where` is what a person finds, `start` the first place behind decoration."""

    where: str
    text: str
    folded: str = field(repr=False)
    start: int = 0

    @property
    def is_blank(self) -> bool:
        """Tell whether the line shows nothing."""
        return not self.text.strip()


def without_tags(text: str) -> str:
    """Take the tags off a text copied with them: blocks end a line, the rest goes."""
    if not _TAGGED.search(text[:20_000]):
        return text
    return html.unescape(_INLINE_TAG.sub("", _BLOCK_TAG.sub("\n", text)))


def line_of(where: str, text: str) -> Line:
    """Make a line of a text that has no line breaks and no private marks but our own."""
    cleaned = _DROPPED.sub("", text.replace("\xa0", " ")).rstrip()
    cleaned = _RUN.sub(lambda run: run.group()[:_MAX_RUN], cleaned)
    if "**" in cleaned:
        cleaned = _BOLD_LINE.sub(r"\1\2", _BOLD_MARK.sub(r"\1", cleaned))
    if any(word in cleaned for word in _SPACED):
        cleaned = _SPACED_LABEL.sub(lambda found: found.group().replace(" ", ""), cleaned)
    folded = fold(cleaned)
    found = _DECORATION.match(folded)
    return Line(where, cleaned, folded, found.end() if found else 0)


def lines_of(text: str) -> Iterator[Line]:
    """Cut a text into lines, counted from 1; of several blank ones in a row the first is kept."""
    was_blank = False
    for number, line in enumerate(_BREAKS.split(_PRIVATE.sub("", text)), 1):
        is_blank = not line or line.isspace()
        if not (is_blank and was_blank):
            yield line_of(f"第 {number} 行", line)
        was_blank = is_blank


def fold(text: str) -> str:
    """Fold a text, formulas and pictures blotted out: same length."""
    folded = text.translate(_FOLDED)
    if "$" in folded or "](" in folded:
        folded = _OPAQUE.sub(lambda found: _BLOT * len(found.group()), folded)
    return folded


def joined(texts: Iterable[str]) -> str:
    """Join the lines of a stem: rows of tables stay rows, wrapped lines flow on."""
    result = ""
    previous = ""
    for raw in texts:
        text = raw.replace("\t", "    ").strip()
        if not text:
            continue
        if result:
            result += _break_between(previous, text)
        result += text
        previous = text
    return result


_WRAPPED = 25
_ENDS = "。！？；：:.!?;”’）)】]、"


def _break_between(previous: str, text: str) -> str:
    is_row = previous.startswith("|")
    if is_row and text.startswith("|"):
        return "\n"
    is_cut = len(previous) >= _WRAPPED and previous[-1] not in _ENDS and not is_row
    return "" if is_cut and "\u4e00" <= text[0] <= "\u9fff" else "\n\n"
