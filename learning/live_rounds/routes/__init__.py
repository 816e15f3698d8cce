"""HTTP of rooms: writing one, the host's console, the screen, the phones of teams and audience."""

from learning.live_rounds.routes import hosting, managing, pictures, seats, states
from learning.live_rounds.routes.blueprint import bp
from learning.live_rounds.routes.uses import uses_in_rooms

__all__ = ["bp", "hosting", "managing", "pictures", "seats", "states", "uses_in_rooms"]
