"""HTTP of competitions: what anybody sees, taking part, organising, the ranked lists."""

from learning.competitions.routes import enterprises, managing, public, standings, wall
from learning.competitions.routes.blueprint import bp

__all__ = ["bp", "enterprises", "managing", "public", "standings", "wall"]
