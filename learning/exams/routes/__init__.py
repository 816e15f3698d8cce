"""HTTP of sittings: a candidate's own, the examiner's desk, admissions, results."""

from learning.exams.routes import (
    admissions,
    analysis,
    applications,
    arranging,
    booklets,
    door,
    halls,
    integrity,
    invigilating,
    managing,
    marking,
    own,
    papers,
    printing,
    results,
    reviewing,
)
from learning.exams.routes.blueprint import bp, way_back

__all__ = [
    "admissions",
    "analysis",
    "applications",
    "arranging",
    "booklets",
    "bp",
    "door",
    "halls",
    "integrity",
    "invigilating",
    "managing",
    "marking",
    "own",
    "papers",
    "printing",
    "results",
    "reviewing",
    "way_back",
]
