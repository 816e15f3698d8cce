"""HTTP of competitions: what anybody sees, taking part, organising, the ranked list."""

from learning.competitions.routes import managing, public, standings
from learning.competitions.routes.blueprint import bp

__all__ = ["bp", "managing", "public", "standings"]
