"""HTTP of sittings: a candidate's own, the examiner's desk, admissions, results."""

from learning.exams.routes import admissions, arranging, door, halls, managing, own, results
from learning.exams.routes.blueprint import bp, way_back

__all__ = [
    "admissions",
    "arranging",
    "bp",
    "door",
    "halls",
    "managing",
    "own",
    "results",
    "way_back",
]
