"""HTTP of competitions: what anybody sees, taking part, organising, ranked lists, prizes."""

from learning.competitions.routes import (
    awarding,
    awards,
    enterprises,
    finals,
    managing,
    public,
    standings,
    wall,
)
from learning.competitions.routes.blueprint import bp

__all__ = [
    "awarding",
    "awards",
    "bp",
    "enterprises",
    "finals",
    "managing",
    "public",
    "standings",
    "wall",
]
