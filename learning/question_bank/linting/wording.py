"""What of an item file is prose: not its headings' settings, not what an answer may also be."""

import re
from collections.abc import Iterator
from dataclasses import replace

from learning.kernel.content import FileProblems, Line, numbered_lines
from learning.kernel.wording import Terminology, judge, markdown_prose

_SETTINGS = re.compile(r"#{2,3} [^\n]* · ")
_ANSWER = re.compile(r"= (?:\d+ 分 )?(.*)")


def judge_item_wording(text: str, terminology: Terminology, problems: FileProblems) -> None:
    """Report every fault of style in the text of an item file."""
    judge(markdown_prose(_prose(numbered_lines(text))), terminology, problems)


def _prose(lines: list[Line]) -> Iterator[Line]:
    for line in lines:
        if _SETTINGS.match(line.text):
            continue
        found = None if line.is_code else _ANSWER.fullmatch(line.text)
        if found:  # what else is taken as right may well be a word that we do not write
            yield replace(line, text=found[1].split(" | ")[0])
        else:
            yield line
