"""Events of courses."""

from dataclasses import asdict, dataclass
from typing import Any

LESSON_COMPLETED = "courses.lesson_completed"


@dataclass(frozen=True, slots=True)
class LessonCompleted:
    """A learner has done all that a lesson asks for; told once a learner and lesson.

    A substantial change of the lesson lets it be done, and told of, once more.
    """

    user_id: int
    course_code: str
    lesson_code: str

    def payload(self) -> dict[str, Any]:
        """Return the event's payload."""
        return asdict(self)
