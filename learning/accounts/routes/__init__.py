"""The pages of log-in, activation, reset and one's own account."""

from learning.accounts.routes import entry, notices, own, privacy, recovery, registration
from learning.accounts.routes.blueprint import bp

__all__ = ["bp", "entry", "notices", "own", "privacy", "recovery", "registration"]
