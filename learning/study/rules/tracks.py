"""Tracks as values: what one asks for, where a learner is in it, what comes next. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from learning.study.rules.entry import Background, Education, reaches_any

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class StepKind(StrEnum):
    """Whether a course must be learned, or is one to choose from."""

    COMPULSORY = "compulsory"
    ELECTIVE = "elective"


class ConfirmedBy(StrEnum):
    """Who says that an entry condition is met: the learner, or HR."""

    SELF = "self"
    HR = "hr"


class StepState(StrEnum):
    """Where a learner is in a course of the track."""

    DONE = "done"
    NOW = "now"  # begun
    OPEN = "open"  # may be begun
    LOCKED = "locked"  # what comes before is not done


@dataclass(frozen=True, slots=True)
class Condition:
    """An entry condition, in both languages.

    `asks` are the ways in by education and years, any of which will do; none where the text asks
    for something else.
    """

    text: str
    text_en: str
    by: ConfirmedBy
    asks: tuple[Background, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A course of the track; `after` are the courses to be done before it."""

    course: str
    kind: StepKind
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrackDocument:
    """What the file of a track holds.

    Done: all compulsory courses, so many of the electives, and so many hours in its courses
    (thousandths). `scheme` is the code of the certification scheme
    that it leads to, "" for none.
    """

    code: str
    title: str
    title_en: str
    summary: str
    summary_en: str
    hours_milli: int
    electives: int
    exam: str
    exam_en: str
    scheme: str
    conditions: tuple[Condition, ...]
    steps: tuple[Step, ...]

    @property
    def needs_hr(self) -> bool:
        """Tell whether HR must confirm a condition."""
        return any(condition.by is ConfirmedBy.HR for condition in self.conditions)

    @property
    def asks_background(self) -> bool:
        """Tell whether a condition asks for an education or years of work."""
        return any(condition.asks for condition in self.conditions)

    def unmet_by(self, told: Background) -> tuple[Condition, ...]:
        """Return the conditions whose education and years somebody does not reach."""
        asking = (condition for condition in self.conditions if condition.asks)
        return tuple(one for one in asking if not reaches_any(told, one.asks))

    def compared_with(self, told: Background | None) -> tuple[tuple[Condition, bool | None], ...]:
        """Return each condition with whether somebody reaches it; None where nothing says so."""
        return tuple(
            (one, reaches_any(told, one.asks) if told and one.asks else None)
            for one in self.conditions
        )


def to_json(document: TrackDocument) -> str:
    """Return canonical JSON text; a condition that asks for no background does not say so.

    Its hash stays what it was before there were any such.
    """
    data = asdict(document)
    for condition in data["conditions"]:
        if not condition["asks"]:
            del condition["asks"]
    return _ENCODER.encode(data)


def from_json(text: str) -> TrackDocument:
    """Read what `to_json` wrote."""
    data: dict[str, Any] = json.loads(text)
    conditions = tuple(
        Condition(
            one["text"],
            one["text_en"],
            ConfirmedBy(one["by"]),
            tuple(
                Background(Education(ask["education"]), ask["years"]) for ask in one.get("asks", ())
            ),
        )
        for one in data["conditions"]
    )
    steps = tuple(
        Step(one["course"], StepKind(one["kind"]), tuple(one["after"])) for one in data["steps"]
    )
    return TrackDocument(**{**data, "conditions": conditions, "steps": steps})


def content_hash(document: TrackDocument) -> str:
    """Return the SHA-256 of the canonical JSON."""
    return hashlib.sha256(to_json(document).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class CourseState:
    """A course as a learner has it: lessons done of all, minutes stated; no lessons: not there."""

    done: int
    lessons: int
    minutes: int

    @property
    def is_done(self) -> bool:
        """Tell whether every lesson is completed."""
        return 0 < self.lessons <= self.done


@dataclass(frozen=True, slots=True)
class TrackMap:
    """Where a learner is: the state of each step, what is next ("" for nothing), what lacks."""

    states: Mapping[str, StepState]
    next_course: str
    compulsory_left: int
    electives_left: int
    hours_left_milli: int

    @property
    def is_finished(self) -> bool:
        """Tell whether nothing is left but the exam."""
        return not (self.compulsory_left or self.electives_left or self.hours_left_milli)


def map_of(
    document: TrackDocument, courses: Mapping[str, CourseState], hours_milli: int
) -> TrackMap:
    """Return where a learner is in a track, with so many hours earned in its courses.

    Next is the first course begun, else the first that may be begun: compulsory ones first, an
    elective only while some are lacking.
    """
    done = {step.course for step in document.steps if _state(courses, step.course).is_done}
    states = {step.course: _step_state(step, courses, done) for step in document.steps}
    compulsory = [s.course for s in document.steps if s.kind is StepKind.COMPULSORY]
    electives = [s.course for s in document.steps if s.kind is StepKind.ELECTIVE]
    compulsory_left = sum(course not in done for course in compulsory)
    electives_left = max(0, document.electives - sum(course in done for course in electives))
    hours_left = max(0, document.hours_milli - hours_milli)
    wanted = [*compulsory, *(electives if electives_left or hours_left else [])]
    order = (StepState.NOW, StepState.OPEN)
    following = [c for state in order for c in wanted if states[c] is state]
    begun = [c for c in following if c in compulsory] or following
    return TrackMap(states, begun[0] if begun else "", compulsory_left, electives_left, hours_left)


def lacking_before(
    tracks: Iterable[TrackDocument], courses: Mapping[str, CourseState], course: str
) -> tuple[str, ...]:
    """Return the courses that a learner of these tracks must finish before one, () for none.

    A course that one of the tracks leaves open, or that is done already, lacks nothing; one that is
    not there any more holds nobody up.
    """
    if _state(courses, course).is_done:
        return ()
    steps = [step for track in tracks for step in track.steps if step.course == course]
    lacking = [
        tuple(code for code in step.after if code in courses and not courses[code].is_done)
        for step in steps
    ]
    return min(lacking, key=len, default=())


def _state(courses: Mapping[str, CourseState], code: str) -> CourseState:
    return courses.get(code, CourseState(0, 0, 0))


def _step_state(step: Step, courses: Mapping[str, CourseState], done: set[str]) -> StepState:
    if step.course in done:
        return StepState.DONE
    if not set(step.after) <= done:
        return StepState.LOCKED
    return StepState.NOW if _state(courses, step.course).done else StepState.OPEN
