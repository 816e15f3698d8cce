"""HTTP of sittings: a candidate's own, the examiner's desk, admissions, results."""

from learning.exams.routes import admissions, halls, managing, own, results
from learning.exams.routes.blueprint import bp, way_back

__all__ = ["admissions", "bp", "halls", "managing", "own", "results", "way_back"]
