"""HTTP of practice: one's own overview, notebook and sessions; what a unit sets for its people."""

from learning.practice.routes import challenges, mocks, own, reports, settings
from learning.practice.routes.blueprint import bp, way_back

__all__ = ["bp", "challenges", "mocks", "own", "reports", "settings", "way_back"]
