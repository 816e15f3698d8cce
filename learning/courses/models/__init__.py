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
    "LessonCheck",
    "LessonProgress",
    "LessonReopening",
    "LessonSearch",
    "LessonVersion",
]
