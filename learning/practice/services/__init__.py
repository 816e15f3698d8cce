"""Use cases of practice: take attempts in, start sessions, take an entry out of the notebook."""

from learning.practice.services.challenging import start_challenge
from learning.practice.services.intake import note_scored, put_off, take_in
from learning.practice.services.setting import set_practice
from learning.practice.services.starting import (
    remove_entry,
    start_area,
    start_daily,
    start_review,
    start_weak,
)

__all__ = [
    "note_scored",
    "put_off",
    "remove_entry",
    "set_practice",
    "start_area",
    "start_challenge",
    "start_daily",
    "start_review",
    "start_weak",
    "take_in",
]
