"""The options within the text of a question: letters A, B, C, … that are really labels.

A text may name letters that are none ("A、B两类"), so the marks are looked for in tiers, from the
plainest (each on a line of its own) to the least (letters glued into the text); within a tier the
longest run from A on wins, and of equal runs the last: the stem comes before the options.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from learning.question_bank.formats.paste.lines import KEY_CLOSE, KEY_OPEN, fold

MAX_OPTIONS = 26
MAX_BULLETS = 10
BULLET = re.compile(r"\s{0,9}(?:[•●○◦▪■□◆◇☐☑☒√]\s{0,4}|[·*\-–]\s{1,4})(?=\S)")
"""A sign that stands before a line of a list."""
_ROUND = frozenset("•●○◦▪◆◇")
_FILLED = frozenset("●■☑☒√◆")


@dataclass(frozen=True, slots=True)
class Choice:
    """An option as found; `is_marked`: set apart by a tick or by its format."""

    text: str
    is_marked: bool = False
    is_said: bool = False
    """The option itself says in words that it is the key."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The text of a question, its options cut off; `line` is the index of the first one's line."""

    stem: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class _Label:
    letter: int
    start: int
    end: int
    separator: str
    is_line_start: bool
    is_spaced: bool


_OPEN = f"[{KEY_OPEN}{KEY_CLOSE}]*"
_SEPARATED = re.compile(
    rf"(?<![A-Za-z(\[【])(?P<tick>[√*★] ?)?{_OPEN}(?P<letter>[A-Z])\s{{0,3}}"
    rf"(?P<sep>[、.:)。,]){_OPEN}"
)
_BRACKETED = re.compile(r"[(\[【]\s?(?P<letter>[A-Z])\s?(?P<sep>[)\]】])\s?[、.:]?")
_BARE = re.compile(r"(?<![A-Za-z(\[【])(?P<letter>[A-Z])(?P<sep>)(?![A-Za-z)\]】])")
_SMALL = re.compile(r"(?<![A-Za-z0-9])(?P<letter>[a-h])\s{0,3}(?P<sep>[、.:)])")
_CIRCLED = re.compile(r"(?P<letter>[①-⑩])(?P<sep>)[、.:]?")
_BEFORE = re.compile(rf"[ {KEY_OPEN}{KEY_CLOSE}\u25a0-\u25ff•*\-√]*\Z")
_SPACES = " ;,；，。、?)）:\u25cb\u25a1"
_TICKS = frozenset("√*★")
_BULLET = re.compile(r"\n[ ]{0,8}[-*>•·]{1,2}[ ]{0,4}\Z")  # of the line that follows
_SAID = re.compile(r"\s*[(（【\[]\s?(?:正确答案|正确选项|答案)\s?[)）】\]]\s*\Z")
_TAIL = re.compile(r"[\s,，;；、]+\Z")


def cut_options(text: str, *, may_be_bare: bool, may_be_circled: bool, answer: str = "") -> Cut:
    """Cut a question's text into stem and options; no options where no run from A is found.

    `may_be_bare`: letters without a sign behind them may be labels, and lines behind bullets may be
    options, because the section or the key says that there are options; so may the latter where
    the `answer` repeats one of them.
    """
    folded = fold(text)
    run = _find_run(folded, may_be_bare=may_be_bare, may_be_circled=may_be_circled)
    if not run:
        bulleted = _bulleted(text)
        repeats = any(choice.text == answer.strip() for choice in bulleted.choices)
        return bulleted if may_be_bare or repeats else Cut(text, ())
    ends = [label.start for label in run[1:]] + [len(text)]
    choices = tuple(
        _choice(_from(text, label), text[label.end : end], folded[label.start])
        for label, end in zip(run, ends, strict=True)
    )
    return Cut(_before(text[: run[0].start]), choices)


def without_bullet(text: str) -> str:
    """Take the bullet off a text that begins with one."""
    found = BULLET.match(text)
    is_bullet = found and found.group().strip() in _ROUND
    return text[found.end() :] if found and is_bullet else text


def _bulleted(text: str) -> Cut:
    """Cut off the lines behind bullets that end a text; of boxes the filled ones are marked."""
    lines = text.replace(KEY_OPEN, "").replace(KEY_CLOSE, "").split("\n")
    place = len(lines)
    while place and (not lines[place - 1].strip() or BULLET.match(lines[place - 1])):
        place -= 1
    found = [match for line in lines[place:] if (match := BULLET.match(line))]
    if not (place and 2 <= len(found) <= MAX_BULLETS) or not "".join(lines[:place]).strip():
        return Cut(text, ())
    signs = [match.group().strip() for match in found]
    is_mixed = len(set(signs)) == 2
    choices = tuple(
        Choice(match.string[match.end() :].strip(), is_marked=is_mixed and sign in _FILLED)
        for match, sign in zip(found, signs, strict=True)
    )
    return Cut("\n".join(lines[:place]).rstrip(), choices)


def _from(text: str, label: _Label) -> str:
    """Return a label with the mark of a stretch that began before it and goes on behind it."""
    opened = text.rfind(KEY_OPEN, 0, label.start)
    closed = text.find(KEY_CLOSE, opened) if opened >= 0 else -1
    goes_on = closed > label.end and bool(text[label.end : closed].strip())
    return (KEY_OPEN if goes_on else "") + text[label.start : label.end]


def _before(stem: str) -> str:
    return re.sub(r"[\s\u25a0-\u25ff•]+\Z", "", _BULLET.sub("", stem))


def _choice(label: str, text: str, first: str) -> Choice:
    is_marked = first in _TICKS or KEY_OPEN in label or KEY_OPEN in text
    # What opens or closes at a border belongs to the neighbour.
    opened = text.count(KEY_OPEN) > text.count(KEY_CLOSE) and text.rstrip().endswith(KEY_OPEN)
    if opened and text.count(KEY_OPEN) == 1 and KEY_OPEN not in label:
        is_marked = first in _TICKS
    plain = _BULLET.sub("", text.replace(KEY_OPEN, "").replace(KEY_CLOSE, ""))
    plain = re.sub(r"\s*\n\s*", " ", plain.replace("\t", " ")).strip()
    plain = re.sub(r"[\u25a0-\u25ff•]+\Z", "", plain)
    ticked = re.fullmatch(r"(.*?)\s*[(（]?\s*(?:√|✓|✔|☑)\s*[)）]?", plain)
    if ticked and ticked.group(1):
        plain, is_marked = ticked.group(1), True
    said = _SAID.search(plain)
    if said and said.start():
        plain, is_marked = plain[: said.start()], True
    return Choice(_TAIL.sub("", plain), is_marked=is_marked, is_said=bool(said))


def _find_run(folded: str, *, may_be_bare: bool, may_be_circled: bool) -> list[_Label]:
    separated = _labels(_SEPARATED, folded)
    tiers: list[tuple[list[_Label], Callable[[_Label, _Label], bool]]] = [
        (separated, lambda label, _: label.is_line_start),
        (separated, lambda label, first: label.is_spaced and label.separator == first.separator),
        (separated, lambda label, first: label.separator == first.separator),
        (separated, lambda label, _: label.is_spaced),
        (_labels(_BRACKETED, folded), lambda *_: True),
        (separated, lambda *_: True),
        (_labels(_SMALL, folded), lambda label, _: label.is_line_start or label.is_spaced),
    ]
    best: list[_Label] = []
    for labels, fits in tiers:
        run = _longest(labels, fits)
        if len(run) > len(best):
            best = run
    if len(best) >= 2:
        return best
    return _loose_run(folded, may_be_bare=may_be_bare, may_be_circled=may_be_circled)


def _loose_run(folded: str, *, may_be_bare: bool, may_be_circled: bool) -> list[_Label]:
    bare = _labels(_BARE, folded)
    at_starts = _longest(bare, lambda label, _: label.is_line_start or label.is_spaced)
    is_plain = len(at_starts) >= 3 and at_starts[0].is_line_start
    if len(at_starts) >= 2 and (may_be_bare or is_plain):
        return at_starts
    if may_be_bare:
        glued = _longest(bare, lambda *_: True)
        if len(glued) >= 2:
            return glued
    if may_be_circled:
        circled = _longest(_labels(_CIRCLED, folded), lambda *_: True)
        if len(circled) >= 2:
            return circled
    return []


def _labels(pattern: re.Pattern[str], folded: str) -> list[_Label]:
    labels = []
    for found in pattern.finditer(folded):
        start = found.start()
        window = folded[max(0, start - 12) : start]
        before = window.rpartition("\n")[2]
        is_near = "\n" in window or start <= 12
        labels.append(
            _Label(
                _ordinal(found["letter"]),
                start,
                found.end(),
                found["sep"],
                is_line_start=is_near and bool(_BEFORE.match(before)),
                is_spaced=not before or before[-1] in _SPACES or (is_near and not before.strip()),
            )
        )
    return labels


def _ordinal(letter: str) -> int:
    if "①" <= letter <= "⑩":
        return ord(letter) - ord("①")
    return ord(letter.upper()) - ord("A")


def _longest(labels: Sequence[_Label], fits: Callable[[_Label, _Label], bool]) -> list[_Label]:
    """Find the longest run A, B, C, …; of equal ones the last. At most a few starts are tried."""
    starts = [n for n, label in enumerate(labels) if label.letter == 0]
    best: list[_Label] = []
    for start in starts[:1] + starts[1:][-5:]:
        first = labels[start]
        if not fits(first, first):
            continue
        run = [first]
        for label in labels[start + 1 :]:
            if label.letter == len(run) and len(run) < MAX_OPTIONS and fits(label, first):
                run.append(label)
        if len(run) >= len(best):
            best = run
    return best
