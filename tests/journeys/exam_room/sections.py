"""The stub's sections: the product's own rules, on the stub's clock."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response

from learning.attempts.routes.views import section_rows
from learning.attempts.rules import GRACE, lay_out
from learning.attempts.rules.sections import spans_of
from tests.journeys.exam_room.attempt import Attempt
from tests.journeys.exam_room.stepping import is_item_over

FAR = datetime(2100, 1, 1, tzinfo=UTC)
TITLES = ["单项选择题", "多项选择题", "判断题"]
View = Callable[[Attempt, Any], Response]


def instant(ms: float) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def divide(attempt: Attempt, *sections: tuple[int, int], now_ms: float) -> None:
    """Give the attempt sections, as number of items and seconds each, beginning now."""
    attempt.sections = lay_out(spans_of(sections), instant(now_ms), FAR, timedelta(0))
    attempt.deadline_ms = attempt.sections.ends_at.timestamp() * 1000


def timed(attempt: Attempt, now_ms: float) -> dict[str, Any]:
    """Return what the state says of sections, nothing where there are none."""
    if attempt.sections is None:
        return {}
    return {
        "sections": section_rows(attempt.sections),
        "section": attempt.sections.at(instant(now_ms)),
        "section_titles": TITLES,
    }


def is_late(attempt: Attempt, position: int, now_ms: float) -> bool:
    """Tell whether the section of a position is over, and its grace."""
    if attempt.sections is None:
        return False
    return instant(now_ms) > attempt.sections.of(position).ends_at + GRACE


def add_sections(
    app: Flask,
    guarded: Callable[[View], Callable[[str], Response]],
    reply: Callable[..., Response],
    now_ms: Callable[[], float],
) -> None:
    """Add the address that ends a section."""

    def leave(attempt: Attempt, body: Any) -> Response:
        assert attempt.sections is not None
        now = instant(now_ms())
        if attempt.sections.at(now) == body["section"] - 1:
            attempt.sections = attempt.sections.left(now, FAR)
            attempt.deadline_ms = attempt.sections.ends_at.timestamp() * 1000
        return reply(200)

    app.add_url_rule("/attempts/<pid>/leave", "leave", guarded(leave), methods=["POST"])


def store(attempt: Attempt, batch: list[dict[str, Any]], now_ms: float) -> dict[str, Any] | None:
    """Insert what can be inserted; None when an entry disagrees with one stored under its seq."""
    saved, late, rejected = [], [], []
    conflict = False
    for entry in batch:
        position, seq, value = entry["position"], entry["seq"], entry["response"]
        key = (position, attempt.epoch, seq)
        if isinstance(value, str | list) and "毒" in str(value):
            rejected.append([position, seq, "bad_text"])
        elif key in attempt.rows and attempt.rows[key] != value:
            conflict = True
        else:
            is_over = is_late(attempt, position, now_ms) or is_item_over(attempt, now_ms)
            aside = attempt.submitted or is_over
            if aside and key not in attempt.rows:  # sent again, it is what is there
                attempt.late.append((position, seq))
            attempt.rows[key] = value
            (late if aside else saved).append([position, seq])
    return None if conflict else {"saved": saved, "late": late, "rejected": rejected}
