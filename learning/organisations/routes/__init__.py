"""HTTP of units: lists, people, rosters, codes, joining, and managing the tree."""

from learning.organisations.routes import (
    codes,
    join_requests,
    joining,
    managing,
    persons,
    role_holders,
    roles,
    roster_deciding,
    roster_template,
    rosters,
    splitting,
    unit_requests,
    units,
)
from learning.organisations.routes.blueprint import bp
from learning.organisations.routes.joining import joining_bp

__all__ = [
    "bp",
    "codes",
    "join_requests",
    "joining",
    "joining_bp",
    "managing",
    "persons",
    "role_holders",
    "roles",
    "roster_deciding",
    "roster_template",
    "rosters",
    "splitting",
    "unit_requests",
    "units",
]
