"""What a publication means for those who are learning: lesson by lesson, in people."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Change(StrEnum):
    """What becomes of a lesson."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Standing:
    """People in a lesson: `reading` have opened and not finished it, `finished` have."""

    reading: int = 0
    finished: int = 0


@dataclass(frozen=True, slots=True)
class LessonChange:
    """A lesson before and after; `is_substantial` when its author says it must be learned anew."""

    code: str
    title: str
    change: Change
    reading: int
    finished: int
    is_substantial: bool = False


@dataclass(frozen=True, slots=True)
class CourseImpact:
    """All lessons, in order of the new version and then the removed ones, and the people.

    `enrolled` have begun the course, `midway` of them have not finished what it now consists of,
    `done` have.
    """

    lessons: tuple[LessonChange, ...]
    enrolled: int
    midway: int
    done: int

    @property
    def changes(self) -> tuple[LessonChange, ...]:
        """Return the lessons that do not stay as they are."""
        return tuple(each for each in self.lessons if each.change is not Change.SAME)

    @property
    def has_new_lessons(self) -> bool:
        """Tell whether those who had finished everything have something left to learn."""
        return any(each.change is Change.ADDED for each in self.lessons)


def impact_of(
    before: Mapping[str, tuple[str, str]],
    after: Sequence[tuple[str, str, str]],
    standings: Mapping[str, Standing],
    substantial: Collection[str],
    people: tuple[int, int, int],
) -> CourseImpact:
    """Compare two versions.

    `before` maps codes of lessons to (title, content hash); `after` lists (code, title, content
    hash) in order. `people` are (enrolled, midway, done). Only a changed lesson is substantial.
    """
    lessons = []
    for code, title, content in after:
        known = before.get(code)
        change = Change.ADDED
        if known is not None:
            change = Change.SAME if known[1] == content else Change.CHANGED
        standing = standings.get(code, Standing())
        is_substantial = change is Change.CHANGED and code in substantial
        lessons.append(
            LessonChange(code, title, change, standing.reading, standing.finished, is_substantial)
        )
    kept = {code for code, _, _ in after}
    for code, (title, _) in before.items():
        if code not in kept:
            standing = standings.get(code, Standing())
            removed = LessonChange(code, title, Change.REMOVED, standing.reading, standing.finished)
            lessons.append(removed)
    return CourseImpact(tuple(lessons), *people)


def impact_to_json(impact: CourseImpact) -> str:
    """Return canonical JSON text."""
    return json.dumps(asdict(impact), ensure_ascii=False, sort_keys=True)


def impact_from_json(text: str) -> CourseImpact:
    """Read what `impact_to_json` wrote."""
    data: dict[str, Any] = json.loads(text)
    lessons = tuple(
        LessonChange(**{**each, "change": Change(each["change"])}) for each in data["lessons"]
    )
    return CourseImpact(**{**data, "lessons": lessons})
