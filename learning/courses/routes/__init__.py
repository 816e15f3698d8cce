"""Views of courses: the catalogue and lessons for everybody, progress for learners, writing."""

from learning.courses.routes import (  # noqa: F401 - they add their views
    desk,
    desk_files,
    files,
    glossary,
    learning,
    lesson_editor,
    lesson_head,
    notes,
    public,
    releases,
)
from learning.courses.routes.blueprint import authoring_bp, bp, way_back
from learning.courses.routes.desk import ZIP_ENDPOINTS
from learning.courses.routes.desk_files import FILE_ENDPOINTS

__all__ = ["FILE_ENDPOINTS", "ZIP_ENDPOINTS", "authoring_bp", "bp", "way_back"]
