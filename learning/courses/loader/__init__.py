"""Course folders: `course.toml`, `NN-slug.md` lessons, `assets/`. Parses and judges, never writes.

Every problem is collected with its path and line; reading goes on after each. Files of several
courses are read by `load_courses`, since a lesson's id is used once over all of them.
"""

from learning.courses.loader.assets import MAX_BYTES as MAX_FIGURE_BYTES
from learning.courses.loader.assets import (
    MAX_FILE_BYTES,
    Asset,
    is_figure,
    is_kept_apart,
    judge_asset,
)
from learning.courses.loader.courses import (
    LESSON_NAME,
    LoadedCourse,
    lesson_paths,
    list_courses,
    load_course,
    load_courses,
    read_settings,
)
from learning.courses.loader.files import SETTINGS, Files, LateFiles, Source
from learning.courses.loader.lessons import (
    CODE,
    MAX_MINUTES,
    BankItem,
    FindItem,
    LessonContext,
    sketch_lesson,
)
from learning.courses.loader.zips import (
    MAX_TEXT_BYTES,
    pack_zip,
    read_zip,
    write_zip,
)

__all__ = [
    "CODE",
    "LESSON_NAME",
    "MAX_FIGURE_BYTES",
    "MAX_FILE_BYTES",
    "MAX_MINUTES",
    "MAX_TEXT_BYTES",
    "SETTINGS",
    "Asset",
    "BankItem",
    "Files",
    "FindItem",
    "LateFiles",
    "LessonContext",
    "LoadedCourse",
    "Source",
    "is_figure",
    "is_kept_apart",
    "judge_asset",
    "lesson_paths",
    "list_courses",
    "load_course",
    "load_courses",
    "pack_zip",
    "read_settings",
    "read_zip",
    "sketch_lesson",
    "write_zip",
]
