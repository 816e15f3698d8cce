"""Use cases of courses: sync the files, enrol, record reading, start and take a self-check."""

from learning.courses.services.learning import enrol, record_progress, start_check, take_check
from learning.courses.services.syncing import CourseSyncReport, retire_courses, sync_course

__all__ = [
    "CourseSyncReport",
    "enrol",
    "record_progress",
    "retire_courses",
    "start_check",
    "sync_course",
    "take_check",
]
