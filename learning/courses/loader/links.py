"""Where a lesson leads: to a place in it, to a lesson of its course, or out by a whole address.

A lesson's page stands beside those of its course, so that another one is linked by its id alone.
Addresses of this site that begin with a slash are pages of the product, which no content knows.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from html.parser import HTMLParser

from learning.courses.loader.documents import DOCUMENTS
from learning.kernel.content import FileProblems, Line

_ID = re.compile(rb'^id[ \t]*=[ \t]*"([^"\r\n]+)"', re.MULTILINE)
_OUT = re.compile(r"https?://[^\s/]+\S*|mailto:[^\s@]+@\S+", re.IGNORECASE)
_NOTES = ("#fn:", "#fnref:", "#fnref2:")  # made of footnotes, not written
_LOST = re.compile(r"\]\(\s*(?:https?:/{0,2})?\s*\)", re.IGNORECASE)
_DOCUMENT = re.compile(rf"assets/\S+(?:{'|'.join(map(re.escape, DOCUMENTS))})")
_LEVELS = {"h2": 2, "h3": 3}


class Shown(HTMLParser):
    """What rendered Markdown really shows: pictures as (src, alt), links, places by their anchor.

    Anchors are counted as `presentation` numbers headings: s1, s1-1, s2.
    """

    def __init__(self) -> None:
        super().__init__()
        self.images: list[tuple[str, str]] = []
        self.links: list[str] = []
        self.labels: list[str] = []  # of the links, in the same order
        self._is_in_link = False
        self.anchors: set[str] = set()
        self._chapter = self._section = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a picture, a link or a heading."""
        named = dict(attrs)
        if tag == "img":
            self.images.append((named.get("src") or "", named.get("alt") or ""))
        elif tag == "a":
            self.links.append(named.get("href") or "")  # one that no page follows has lost it
            self.labels.append("")
            self._is_in_link = True
        elif tag in _LEVELS:
            self._count(_LEVELS[tag])

    def handle_endtag(self, tag: str) -> None:
        """Note the end of a link."""
        if tag == "a":
            self._is_in_link = False

    def handle_data(self, data: str) -> None:
        """Note what a link is called."""
        if self._is_in_link:
            self.labels[-1] += data

    def _count(self, level: int) -> None:
        if level == 2:
            self._chapter, self._section = self._chapter + 1, 0
            self.anchors.add(f"s{self._chapter}")
        else:
            self._section += 1
            self.anchors.add(f"s{self._chapter}-{self._section}")


def lesson_codes(files: Mapping[str, bytes | None], paths: Iterable[str]) -> frozenset[str]:
    """Return the ids that the lessons of a course give themselves, before any is read."""
    found = (_ID.search(files[path] or b"") for path in paths)
    return frozenset(each[1].decode("utf-8", "replace") for each in found if each)


def is_download(target: str) -> bool:
    """Tell whether a link leads to a document of the course: `lesson_files` judges it."""
    return _DOCUMENT.fullmatch(target) is not None


def check_links(
    shown: Shown, lines: Sequence[Line], problems: FileProblems, lessons: Collection[str] | None
) -> None:
    """Report links that lead nowhere; `lessons` are the course's ids, None where not known.

    One that runs is `check_active`'s matter, and is not reported here again.
    """
    runs = any(p.path == problems.path and p.code == "active_link" for p in problems.collected)
    for target in shown.links:
        if target.startswith(_NOTES) or (runs and not target) or is_download(target):
            continue
        fault = _fault(target, shown.anchors, lessons)
        if fault:
            code, message = fault
            problems.add(_line_of(target, lines), target[:60], code, message)


def _fault(
    target: str, anchors: Collection[str], lessons: Collection[str] | None
) -> tuple[str, str] | None:
    if not target:
        return "link_address", "链接没有地址，或地址不完整"
    if target.startswith("#"):
        if target[1:] in anchors:
            return None
        return "link_anchor", f"本课时没有 {target[:40]}；第 1 节是 #s1，它的第 2 小节是 #s1-2"
    if target.lower().startswith(("http:", "https:", "mailto:")):
        return None if _OUT.fullmatch(target) else ("link_address", f"地址不完整：{target[:60]}")
    if target.startswith("/") or lessons is None or target.partition("#")[0] in lessons:
        return None
    return "link_lesson", f"本课程没有课时 {target[:60]}；链接写课时 id、#位置或完整网址"


def _line_of(target: str, lines: Sequence[Line]) -> int | None:
    written = (
        line
        for line in lines
        if not line.is_code and (target in line.text if target else _LOST.search(line.text))
    )
    return next((line.number for line in written), None)
