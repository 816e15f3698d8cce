"""What can be said of a course's files without reading them as lessons: order, names, differences.

Pure: knows paths, lines and counts, neither the database nor the loader.
"""

from learning.courses.drafts.differences import (
    DiffLine,
    FileChange,
    Span,
    changed_paths,
    line_differences,
)
from learning.courses.drafts.heads import (
    LEVELS,
    LessonHead,
    head_of,
    head_text,
    page_lines,
    with_head,
)
from learning.courses.drafts.impact import (
    Change,
    CourseImpact,
    LessonChange,
    Standing,
    impact_from_json,
    impact_of,
    impact_to_json,
)
from learning.courses.drafts.ordering import free_path, moved, renumbered, slug_of
from learning.courses.drafts.writing import new_lesson, new_settings, rewritten

__all__ = [
    "LEVELS",
    "Change",
    "CourseImpact",
    "DiffLine",
    "FileChange",
    "LessonChange",
    "LessonHead",
    "Span",
    "Standing",
    "changed_paths",
    "free_path",
    "head_of",
    "head_text",
    "impact_from_json",
    "impact_of",
    "impact_to_json",
    "line_differences",
    "moved",
    "new_lesson",
    "new_settings",
    "page_lines",
    "renumbered",
    "rewritten",
    "slug_of",
    "with_head",
]
