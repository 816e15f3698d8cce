"""HTTP of competitions: what anybody sees, taking part, organising, ranked lists, prizes."""

from learning.competitions.routes import (
    awarding,
    awards,
    console,
    desks,
    enterprises,
    fairness,
    finals,
    joining,
    links,
    managing,
    offices,
    public,
    standings,
    teams,
    wall,
)
from learning.competitions.routes.blueprint import bp

__all__ = [
    "awarding",
    "awards",
    "bp",
    "console",
    "desks",
    "enterprises",
    "fairness",
    "finals",
    "joining",
    "links",
    "managing",
    "offices",
    "public",
    "standings",
    "teams",
    "wall",
]
