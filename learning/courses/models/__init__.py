"""Tables of courses. No queries here."""

from learning.courses.models.authoring import (
    AuthoredCourse,
    AuthoredFile,
    CourseFile,
    CourseRelease,
    CourseReleaseFile,
    CourseWriter,
    LessonReopening,
)
from learning.courses.models.learning import (
    Course,
    CourseAsset,
    CourseVersion,
    CourseVersionLesson,
    Enrolment,
    LessonCheck,
    LessonProgress,
    LessonSearch,
    LessonVersion,
)
from learning.courses.models.notes import GlossaryTerm, LessonNote

__all__ = [
    "AuthoredCourse",
    "AuthoredFile",
    "Course",
    "CourseAsset",
    "CourseFile",
    "CourseRelease",
    "CourseReleaseFile",
    "CourseVersion",
    "CourseVersionLesson",
    "CourseWriter",
    "Enrolment",
    "GlossaryTerm",
    "LessonCheck",
    "LessonNote",
    "LessonProgress",
    "LessonReopening",
    "LessonSearch",
    "LessonVersion",
]
