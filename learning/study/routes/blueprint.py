"""The blueprint of study hours, and the zone whose days count."""

from typing import cast

from flask import Blueprint, current_app, request

from learning.settings import Settings
from learning.study.words import clock_words
from learning.web.forms import refuse_repeated

bp = Blueprint("study", __name__, url_prefix="/study")


@bp.before_request
def _each_field_once() -> None:
    refuse_repeated(request.form)


@bp.app_context_processor
def _clock_of_lessons() -> dict[str, object]:
    """Give the lesson page the words of the clock that it shows."""
    return {"study_clock_words": clock_words}


def settings() -> Settings:
    """Return the settings of the installation."""
    return cast("Settings", current_app.extensions["settings"])


def zone() -> str:
    """Return the zone in which days and years are told apart."""
    return settings().default_timezone
