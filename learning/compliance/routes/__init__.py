"""HR's pages: everybody with what they learned, passed and hold, and the ledger of study hours."""

from learning.compliance.routes import (  # noqa: F401 - they add their views
    assignments,
    authorisation_file,
    bulk,
    cards,
    coverage,
    dashboard,
    dashboard_file,
    entries,
    exemptions,
    exemptions_file,
    forecast_file,
    grid,
    grid_file,
    hours,
    overdue,
    posts,
    reminders,
    reports,
    requirements,
    staff,
    team,
    tracks,
    training,
)
from learning.compliance.routes.authorisations import bp as authorisations_bp
from learning.compliance.routes.blueprint import bp

__all__ = ["authorisations_bp", "bp"]
