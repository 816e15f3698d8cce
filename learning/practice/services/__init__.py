"""Use cases of practice: take attempts in, start sessions, take an entry out of the notebook."""

from learning.practice.services.challenging import start_challenge
from learning.practice.services.intake import note_scored, put_off, take_in
from learning.practice.services.mocking import MockModel, look_at_mock, plan_mock, start_mock
from learning.practice.services.reporting import (
    answer_reports,
    get_told_version,
    report_item,
    tell_answered,
)
from learning.practice.services.setting import set_practice
from learning.practice.services.starting import (
    remove_entry,
    start_area,
    start_daily,
    start_review,
    start_weak,
)

__all__ = [
    "MockModel",
    "answer_reports",
    "get_told_version",
    "look_at_mock",
    "note_scored",
    "plan_mock",
    "put_off",
    "remove_entry",
    "report_item",
    "set_practice",
    "start_area",
    "start_challenge",
    "start_daily",
    "start_mock",
    "start_review",
    "start_weak",
    "take_in",
    "tell_answered",
]
