"""Views of study hours: the clock of a lesson page, the ledger, certificates, the rules; tracks."""

from learning.study.routes import (  # noqa: F401 - they add their views
    claims,
    classes,
    clock,
    contests,
    contras,
    ledger,
    lists,
    mocks,
    ruling,
    signing,
    statements,
)
from learning.study.routes.blueprint import bp
from learning.study.routes.tracks import tracks_bp

__all__ = ["bp", "tracks_bp"]
