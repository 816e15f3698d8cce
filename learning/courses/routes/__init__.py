"""Views of courses: the catalogue and lessons for everybody, progress for learners."""

from learning.courses.routes import learning, public  # noqa: F401 - they add their views
from learning.courses.routes.blueprint import bp, way_back

__all__ = ["bp", "way_back"]
