"""Use cases of courses: sync the files, write and publish, enrol, record reading, check oneself."""

from learning.courses.loader import MAX_FIGURE_BYTES
from learning.courses.services.authoring import (
    NewCourse,
    bring_course,
    may_for_platform,
    replace_files,
    start_course,
)
from learning.courses.services.editing import (
    add_figure,
    add_lesson,
    delete_file,
    move_lesson,
    rename_lesson,
    save_text,
)
from learning.courses.services.files import (
    DeckLesson,
    add_deck_lesson,
    add_file,
    judge_upload,
)
from learning.courses.services.heads import save_head
from learning.courses.services.learning import enrol, record_progress, start_check, take_check
from learning.courses.services.media import forget_some, keep_ahead, keep_page
from learning.courses.services.notes import add_note, change_note, forget_notes, remove_note
from learning.courses.services.publishing import (
    MAX_NOTE,
    discard_draft,
    publish_draft,
    restore_release,
    retire_course,
    return_course,
    send_back_course,
    submit_course,
    withdraw_course,
)
from learning.courses.services.syncing import (
    CourseSyncReport,
    keep_course_ahead,
    retire_courses,
    sync_course,
)
from learning.courses.services.watching import record_watching
from learning.courses.services.working_files import keep_files_ahead

__all__ = [
    "MAX_FIGURE_BYTES",
    "MAX_NOTE",
    "CourseSyncReport",
    "DeckLesson",
    "NewCourse",
    "add_deck_lesson",
    "add_figure",
    "add_file",
    "add_lesson",
    "add_note",
    "bring_course",
    "change_note",
    "delete_file",
    "discard_draft",
    "enrol",
    "forget_notes",
    "forget_some",
    "judge_upload",
    "keep_ahead",
    "keep_course_ahead",
    "keep_files_ahead",
    "keep_page",
    "may_for_platform",
    "move_lesson",
    "publish_draft",
    "record_progress",
    "record_watching",
    "remove_note",
    "rename_lesson",
    "replace_files",
    "restore_release",
    "retire_course",
    "retire_courses",
    "return_course",
    "save_head",
    "save_text",
    "send_back_course",
    "start_check",
    "start_course",
    "submit_course",
    "sync_course",
    "take_check",
    "withdraw_course",
]
