"""From an upload to questions that are judged: what every front of the import shows first. Pure.

A question is good when it makes an item and its source said nothing that needs a person's eye;
what a format had to leave behind (`is_loss`) is told, and leaves the item good.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from learning.question_bank.drafts import Checked, Defaults, DraftFinding, check
from learning.question_bank.formats.contract import Entry, Parsed, Progress, SourceProblem, Upload
from learning.question_bank.formats.registry import AUTO, choose, detect
from learning.question_bank.rules import Item

_FIELDS = {
    "kind": "题型",
    "stem": "题干",
    "explanation": "解析",
    "source": "出处",
    "level": "要求",
    "difficulty": "难度",
    "area": "知识点",
    "pool": "用途",
    "draw": "变量",
    "answers": "答案",
    "options": "选项",
}
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Judged:
    """One question with its verdict; `item` is None while something stands against it."""

    entry: Entry
    item: Item | None
    findings: tuple[DraftFinding, ...]

    @property
    def is_good(self) -> bool:
        """Tell whether it may become an item as it is."""
        return self.item is not None and all(problem.is_loss for problem in self.entry.problems)

    @property
    def problems(self) -> tuple[SourceProblem, ...]:
        """Return everything that is wrong: what the source said, then what the check adds."""
        return problems_of(self.entry, self.findings)


@dataclass(frozen=True, slots=True)
class Reading:
    """What an upload held. `others` are formats that it could as well have been."""

    parsed: Parsed
    judged: tuple[Judged, ...]
    others: tuple[str, ...] = ()


def read(upload: Upload, wanted: str, defaults: Defaults, progress: Progress) -> Reading:
    """Read an upload in the format asked for, or the one it looks most like (`auto`).

    Raises Unreadable when nothing is to be had, NotFound for a format that does not exist.
    """
    others: tuple[str, ...] = ()
    if wanted == AUTO:
        wanted, *rest = detect(upload).names
        others = tuple(rest)
    parsed = choose(upload, wanted).parse(upload, progress)
    judged = tuple(judge(entry, defaults) for entry in parsed.entries)
    return Reading(parsed, judged, others)


def judge(entry: Entry, defaults: Defaults) -> Judged:
    """Check one question with the settings of the bank it goes to."""
    checked: Checked = check(entry.draft, defaults)
    return Judged(entry, checked.item, checked.findings)


def problems_of(entry: Entry, findings: Iterable[DraftFinding]) -> tuple[SourceProblem, ...]:
    """Return what a source said of a question, then what the check adds; remarks are left out."""
    said = {problem.code for problem in entry.problems}
    added = [f for f in findings if not f.is_remark and f.code not in said]
    return (
        *entry.problems,
        *(SourceProblem(place_of(entry, f.place), f.code, f.message) for f in added),
    )


def settled(entry: Entry) -> Entry:
    """Return a question as a person saw and saved it: only losses are still worth telling."""
    return replace(entry, problems=tuple(p for p in entry.problems if p.is_loss))


def place_of(entry: Entry, place: str) -> str:
    """Say where a field of a question stands, as a person finds it: 第 12 行，选项 C."""
    return "，".join([entry.where, *_words(place.split("."))])


def _words(path: list[str]) -> Iterator[str]:
    while path:
        name, *path = path
        number = path.pop(0) if path and path[0].isdigit() else ""
        if name == "parts":
            yield f"第 {int(number or 0) + 1} 小题"
        elif name == "options" and number:
            yield f"选项 {_letter(int(number))}"
        elif name == "answers" and number:
            yield f"答案 {int(number) + 1}"
        else:
            yield _FIELDS.get(name, name)


def _letter(index: int) -> str:
    return _LETTERS[index] if index < len(_LETTERS) else str(index + 1)
