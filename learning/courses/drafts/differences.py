"""What changed between two states of a text, line by line, in a form that a phone can show."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

CONTEXT = 2  # unchanged lines shown around a change
MAX_PAIRED = 800  # characters of a line that is compared within itself
MOST_PAIRED = 150  # lines so compared in a block: a text written anew has nothing to mark
_ALIKE = 0.4  # below, two lines have nothing in common that is worth marking

Kind = Literal["same", "gone", "new", "skip"]


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a changed line; `is_changed` where the other line reads otherwise."""

    text: str
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line: as it was (`gone`), as it is (`new`), both (`same`), or lines left out (`skip`).

    `old` and `new` are line numbers from 1, None where the line is not there. Of a `skip`, `left`
    is how many lines are left out.
    """

    kind: Kind
    old: int | None
    new: int | None
    spans: tuple[Span, ...]
    left: int = 0


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that is not the same in two states; a hash is None where the file is not there."""

    path: str
    before: str | None
    after: str | None

    @property
    def kind(self) -> str:
        """Return added, removed or changed."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


def changed_paths(before: Mapping[str, str], after: Mapping[str, str]) -> list[FileChange]:
    """Return the files that differ, in order of path; both map paths to hashes."""
    return [
        FileChange(path, before.get(path), after.get(path))
        for path in sorted({*before, *after})
        if before.get(path) != after.get(path)
    ]


def line_differences(before: str, after: str) -> list[DiffLine]:
    """Return the changed lines with two unchanged ones around each; equal texts give none."""
    old, new = before.split("\n"), after.split("\n")
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    lines: list[DiffLine] = []
    end = 0
    for group in matcher.get_grouped_opcodes(CONTEXT):
        if group[0][0] == group[-1][0] == "equal" and len(group) == 1:
            continue
        start = group[0][3]
        if start > end:
            lines.append(DiffLine("skip", None, None, (), start - end))
        for tag, i1, i2, j1, j2 in group:
            lines += _block(tag, old, new, (i1, i2, j1, j2))
        end = group[-1][4]
    if lines and end < len(new):
        lines.append(DiffLine("skip", None, None, (), len(new) - end))
    return lines


def _block(
    tag: str, old: Sequence[str], new: Sequence[str], at: tuple[int, int, int, int]
) -> Iterator[DiffLine]:
    i1, i2, j1, j2 = at
    if tag == "equal":
        for n in range(i2 - i1):
            yield DiffLine("same", i1 + n + 1, j1 + n + 1, (Span(old[i1 + n]),))
        return
    both = list(zip(old[i1:i2], new[j1:j2], strict=False))
    pairs = [_paired(a, b) for a, b in both] if len(both) <= MOST_PAIRED else []
    for n in range(i2 - i1):
        spans = pairs[n][0] if n < len(pairs) else (Span(old[i1 + n]),)
        yield DiffLine("gone", i1 + n + 1, None, spans)
    for n in range(j2 - j1):
        spans = pairs[n][1] if n < len(pairs) else (Span(new[j1 + n]),)
        yield DiffLine("new", None, j1 + n + 1, spans)


def _paired(before: str, after: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Mark what differs within two lines that stand for each other."""
    if max(len(before), len(after)) > MAX_PAIRED:
        return (Span(before),), (Span(after),)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    if matcher.quick_ratio() < _ALIKE or matcher.ratio() < _ALIKE:
        return (Span(before),), (Span(after),)
    gone, new = [], []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        gone.append(Span(before[i1:i2], tag != "equal"))
        new.append(Span(after[j1:j2], tag != "equal"))
    return tuple(s for s in gone if s.text), tuple(s for s in new if s.text)
