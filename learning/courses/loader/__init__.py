"""Course folders: `course.toml`, `NN-slug.md` lessons, `assets/`. Parses and judges, never writes.

Every problem is collected with its path and line; reading goes on after each. Files of several
courses are read by `load_courses`, since a lesson's id is used once over all of them.
"""

from learning.courses.loader.assets import Asset
from learning.courses.loader.courses import LoadedCourse, list_courses, load_courses

__all__ = ["Asset", "LoadedCourse", "list_courses", "load_courses"]
