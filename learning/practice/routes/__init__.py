"""HTTP of practice: one's own overview, notebook and sessions."""

from learning.practice.routes import own
from learning.practice.routes.blueprint import bp, way_back

__all__ = ["bp", "own", "way_back"]
