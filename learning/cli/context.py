"""What every command needs: the database, settings, what the domains contribute."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from learning.kernel.db import Database
from learning.kernel.events import Consumer
from learning.kernel.jobs import Job
from learning.settings import Settings


@dataclass(frozen=True, slots=True)
class CliSource:
    """What the domains contribute: their consumers and jobs."""

    consumers: tuple[Consumer, ...]
    jobs: tuple[Job, ...]


def cli_database() -> Database:
    """Return the database of the application the command was called on."""
    return cast("Database", current_app.extensions["database"])


def cli_settings() -> Settings:
    """Return the settings of the application the command was called on."""
    return cast("Settings", current_app.extensions["settings"])


def cli_source() -> CliSource:
    """Return what the composition root handed in."""
    return cast("CliSource", current_app.extensions["cli_source"])
