"""Appeals on items of a contest: until when, and how they are numbered. Pure."""

from dataclasses import dataclass
from datetime import datetime

from learning.exams.rules import MAX_DAYS, SittingSettings, answer_until, lodge_until

MAX_ITEM_APPEALS = 20  # of one person at one round
_USUAL = SittingSettings()


@dataclass(frozen=True, slots=True)
class AppealDays:
    """Within how many days one may appeal, and is answered; unless changed, as at sittings.

    One may appeal from the publication of the list on, and anew from a regrade that changed one's
    own score. Both are from 1 to 366.
    """

    lodge: int = _USUAL.appeal_days
    answer: int = _USUAL.answer_days

    def until(self, closed_at: datetime, changed_at: datetime | None) -> datetime:
        """Return until when one may appeal on items of a paper.

        Its list was published at `closed_at`; `changed_at` is when people last changed its score.
        """
        return lodge_until(max(closed_at, changed_at or closed_at), self.lodge)

    def answer_by(self, lodged_at: datetime) -> datetime:
        """Return until when an appeal is to be answered."""
        return answer_until(lodged_at, self.answer)

    def problem_places(self) -> list[str]:
        """Return the fields that are out of range."""
        days = {"appeal_days": self.lodge, "answer_days": self.answer}
        return [place for place, number in days.items() if not 1 <= number <= MAX_DAYS]


def item_appeal_number(year: int, round_id: int, serial: int) -> str:
    """Return the number of an appeal as it is told: J26-7-0003, the third at round 7."""
    return f"J{year % 100:02d}-{round_id}-{serial:04d}"
