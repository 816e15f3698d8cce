"""What would act instead of being read: tags of scripts and frames, handlers, addresses that run.

Whatever is written, a page shows tags as text and follows plain links alone (`kernel.markdown`).
Such a text is refused all the same: who writes it means something that no lesson does.
"""

import re
from collections.abc import Sequence

from learning.kernel.content import FileProblems, Line

_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_FORMULA = re.compile(r"\$[^$]+\$")
_TAG = re.compile(
    r"<\s*(applet|audio|base|embed|form|frame|frameset|iframe|link|meta|object|script|style|svg"
    r"|template|video)(?![\w-])",
    re.IGNORECASE,
)
_HANDLER = re.compile(r"<[a-z][^<>]*[\s/\"'](on[a-z]{3,})\s*=", re.IGNORECASE)
_TARGET = re.compile(r"\]\s*[(:]\s*<?\s*([^\s)>]*)")
_RUNS = re.compile(r"(javascript|vbscript|data|file|blob):", re.IGNORECASE)
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\ufeff]|&(?:Tab|NewLine);|\\")


def check_active(lines: Sequence[Line], problems: FileProblems) -> None:
    """Report tags, handlers and links that would act, each at its line; code is left alone."""
    for line in lines:
        if line.is_code or not ("<" in line.text or "]" in line.text):
            continue
        text = _FORMULA.sub("", _CODE.sub("", line.text))
        for found in _TAG.finditer(text):
            message = f"正文不能用 <{found[1].lower()}> 标签；要讲它，写在反引号里"
            problems.add(line.number, found[1].lower(), "active_tag", message)
        for found in _HANDLER.finditer(text):
            message = f"正文不能有事件属性 {found[1].lower()}"
            problems.add(line.number, found[1].lower(), "active_handler", message)
        for found in _TARGET.finditer(text):
            runs = _RUNS.match(_UNSEEN.sub("", _decoded(found[1])))
            if runs:
                message = f"链接不能以 {runs[1].lower()}: 开头"
                problems.add(line.number, runs[1].lower(), "active_link", message)


def _decoded(target: str) -> str:
    return re.sub(
        r"&#(x[0-9a-f]{1,6}|[0-9]{1,7});?",
        lambda found: _character(found[1]),
        target,
        flags=re.IGNORECASE,
    ).replace("&colon;", ":")


def _character(number: str) -> str:
    value = int(number[1:], 16) if number[0] in "xX" else int(number)
    return chr(value) if value < 0x110000 else ""
