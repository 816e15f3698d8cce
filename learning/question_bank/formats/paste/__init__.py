"""Pasted Chinese exam text: any of the layouts in which papers circulate, into drafts.

The way of a text: lines, cleaned and folded (`lines`) → marks that may mean something (`marks`) →
questions, where the marks are believed or not by what stands around them (`splitting`,
`numbering`, `unnumbered`) → keys that stand apart (`keylists`) → options, answers, kind
(`drafting`). Nothing is dropped silently: what belongs to no question is a problem with its line.
Time is linear in the length of the text.
"""

import re

from learning.question_bank.formats.contract import Parsed, Progress, Unreadable, Upload
from learning.question_bank.formats.intake import decode, decode_start
from learning.question_bank.formats.paste.columns import rows_of, table_lines
from learning.question_bank.formats.paste.lines import line_of, lines_of, without_tags
from learning.question_bank.formats.paste.reading import read_lines

__all__ = ["MAX_CHARACTERS", "NAME", "check_length", "detect", "parse", "read_text"]

NAME = "paste"
MAX_CHARACTERS = 1_200_000
MANY_LINES = 20_000
MIN_MEAN_LENGTH = 6
"""Of so many lines those of a paper are longer on average; counting them first is cheap."""

_PAGE = re.compile(r"\s*<(?:p|div|span|br|h[1-6])[\s>/]", re.IGNORECASE)


def detect(upload: Upload) -> int:
    """Any text may be a paper: sure only that nothing better is known."""
    text = decode_start(upload.content, 20_000)
    if not text:
        return 0
    has_chinese = any("\u4e00" <= character <= "\u9fff" for character in text[:4000])
    is_markup = text.lstrip().startswith(("<", "{")) and not _PAGE.match(text)
    looks_like_text = "\x00" not in text and not is_markup
    return 40 if has_chinese and looks_like_text else 10 * looks_like_text


def parse(upload: Upload, progress: Progress) -> Parsed:
    """Read a pasted text."""
    return read_text(decode(upload.content), progress)


def check_length(length: int) -> None:
    """Refuse a text of too many characters: Unreadable too_large."""
    if length > MAX_CHARACTERS:
        message = f"文字长于 {MAX_CHARACTERS} 字，请分成几次导入"
        raise Unreadable("too_large", message)


def read_text(text: str, progress: Progress) -> Parsed:
    """Read a text; raises Unreadable if it is too long or holds no question."""
    check_length(len(text))
    if text.count("\n") > MANY_LINES:
        written = [line for line in text.split("\n") if line.strip()]
        if len(written) > MANY_LINES and sum(map(len, written)) < MIN_MEAN_LENGTH * len(written):
            raise Unreadable("unreadable", "几乎每行只有几个字，不像试卷")
    rows = rows_of(text)
    if rows:
        lines = [line_of(where, shown) for where, shown in table_lines(rows)]
    else:
        lines = list(lines_of(without_tags(text)))
    parsed = read_lines(lines, NAME, progress)
    if not parsed.entries:
        raise Unreadable("no_questions", "没有认出试题：题目应有题号，选项应有字母")
    return parsed
