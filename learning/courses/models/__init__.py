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
from learning.courses.models.media import (
    CourseMedia,
    CourseMediaPage,
    CourseMediaPart,
    LessonFileRow,
    MediaWatching,
    WatchShare,
)
from learning.courses.models.notes import GlossaryTerm, LessonNote

__all__ = [
    "AuthoredCourse",
    "AuthoredFile",
    "Course",
    "CourseAsset",
    "CourseFile",
    "CourseMedia",
    "CourseMediaPage",
    "CourseMediaPart",
    "CourseRelease",
    "CourseReleaseFile",
    "CourseVersion",
    "CourseVersionLesson",
    "CourseWriter",
    "Enrolment",
    "GlossaryTerm",
    "LessonCheck",
    "LessonFileRow",
    "LessonNote",
    "LessonProgress",
    "LessonReopening",
    "LessonSearch",
    "LessonVersion",
    "MediaWatching",
    "WatchShare",
]
