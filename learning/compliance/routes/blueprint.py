"""The blueprint of HR's pages, the zone whose years count, and the years to choose from."""

from datetime import datetime
from typing import cast

from flask import Blueprint, current_app

from learning.settings import Settings
from learning.study.rules.hours import local_day

YEARS_BACK = 6

bp = Blueprint("compliance", __name__, url_prefix="/staff")


def settings() -> Settings:
    """Return the settings of the installation."""
    return cast("Settings", current_app.extensions["settings"])


def zone() -> str:
    """Return the zone in which years are told apart."""
    return settings().default_timezone


def study_years(now: datetime) -> list[int]:
    """Return the years whose study hours HR may take, this one first."""
    this = local_day(now, zone()).year
    return list(range(this, this - YEARS_BACK, -1))
