"""HTTP of units: lists, people, rosters, codes, and managing the tree."""

from learning.organisations.routes import codes, managing, rosters, splitting, units
from learning.organisations.routes.blueprint import bp

__all__ = ["bp", "codes", "managing", "rosters", "splitting", "units"]
