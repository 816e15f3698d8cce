"""Reads of courses and learning; whose progress it is stands in every query that shows one."""

from learning.courses.queries.catalogue import (
    PAGE_SIZE,
    AssetView,
    CourseLine,
    CourseView,
    LessonLine,
    LessonPlace,
    find_place_of_check,
    get_asset,
    get_course,
    get_document,
    get_documents,
    get_place,
    list_courses,
)
from learning.courses.queries.overviews import (
    ContinueView,
    CourseStanding,
    list_continue,
    list_course_standings,
)
from learning.courses.queries.progress import (
    CheckView,
    ProgressView,
    get_check,
    is_check_done,
    list_done,
    list_progress,
)

__all__ = [
    "PAGE_SIZE",
    "AssetView",
    "CheckView",
    "ContinueView",
    "CourseLine",
    "CourseStanding",
    "CourseView",
    "LessonLine",
    "LessonPlace",
    "ProgressView",
    "find_place_of_check",
    "get_asset",
    "get_check",
    "get_course",
    "get_document",
    "get_documents",
    "get_place",
    "is_check_done",
    "list_continue",
    "list_course_standings",
    "list_courses",
    "list_done",
    "list_progress",
]
