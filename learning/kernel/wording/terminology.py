"""A list of words: the one preferred for each thing, its English, and what must not stand for it.

    [[terms]]
    zh = "排列图"
    en = "Pareto chart"
    note = "……"                      what sets it apart from its neighbours, optional
    not = [{ form = "柏拉图", why = "……", except = ["……"] }]

A form may stand inside a title 《》, inside one of its exceptions, and where it is given as another
name (“又称柏拉图”).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from learning.kernel.content import ProblemList, TomlTable, read_toml

_ALSO_CALLED = re.compile(
    r"(?:又称|又叫|又名|也称|也叫|也译|也写作|亦称|俗称|旧称|原称|习称|简称)[^，。；]*$"
)
_TITLE = re.compile(r"《[^《》]*》")


@dataclass(frozen=True, slots=True)
class Form:
    """A form that must not stand, why, and the longer words in which it may."""

    form: str
    why: str
    exceptions: tuple[str, ...]

    def places(self, text: str) -> Iterator[int]:
        """Yield where the form stands in a text and should not."""
        taken = [
            (found.start(), found.end())
            for pattern in (_TITLE, *(re.compile(re.escape(each)) for each in self.exceptions))
            for found in pattern.finditer(text)
        ]
        for found in re.finditer(re.escape(self.form), text):
            is_inside = any(start <= found.start() and found.end() <= end for start, end in taken)
            if not is_inside and not _ALSO_CALLED.search(text[: found.start()]):
                yield found.start()


@dataclass(frozen=True, slots=True)
class Entry:
    """A preferred word, its English, and the forms it replaces."""

    zh: str
    en: str
    note: str
    forms: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class Terminology:
    """The list, in the order of its file."""

    entries: tuple[Entry, ...] = ()
    _any_form: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        forms = [re.escape(form.form) for entry in self.entries for form in entry.forms]
        any_form = re.compile("|".join(forms) or r"(?!)")
        object.__setattr__(self, "_any_form", any_form)  # as frozen classes set what they derive

    def faults(self, text: str) -> Iterator[str]:
        """Yield a message for each form in a line that must not stand."""
        if not self._any_form.search(text):  # nearly always, and found ten times sooner
            return
        for entry in self.entries:
            for form in entry.forms:
                for _ in form.places(text):
                    yield f"“{form.form}”应写“{entry.zh}”：{form.why}"


def read_terminology(path: Path, problems: ProblemList) -> Terminology:
    """Read the list; a word or a form that stands twice is a problem."""
    at = problems.at(path)
    table = read_toml(path, at)
    if table is None:
        return Terminology()
    entries = tuple(_entry(each) for each in table.tables("terms"))
    table.refuse_unknown()
    words = [word for entry in entries for word in (entry.zh, *(f.form for f in entry.forms))]
    for word in sorted({word for word in words if words.count(word) > 1}):
        at.add(None, word, "twice", f"“{word}”在术语表里不止一处")
    return Terminology(entries)


def _entry(table: TomlTable) -> Entry:
    entry = Entry(
        zh=table.text("zh"),
        en=table.text("en"),
        note=table.text("note", default=""),
        forms=tuple(_form(each) for each in table.tables("not")),
    )
    table.refuse_unknown()
    return entry


def _form(table: TomlTable) -> Form:
    form = Form(table.text("form"), table.text("why"), table.texts("except"))
    table.refuse_unknown()
    return form
