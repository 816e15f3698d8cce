"""Messages of competitions, each in Chinese and English. Pure.

They say what to do and until when: no points and no standings, since a mailbox is nobody's vault.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Letter:
    """What a message says."""

    subject: str
    body: str


def entry_reminder(title: str, closes_at: datetime, zone: str) -> Letter:
    """Remind a person that a contest is open and nothing was handed in yet."""
    until = f"{closes_at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
    return Letter(
        f"请在 {until} 前参加“{title}” / Please take part"[:200],
        f"“{title}”正在进行，您还没有交卷。请在 {until} 前登录，在“竞赛”里作答。\n\n"
        f"“{title}” is open and you have not handed in yet. Please log in and answer it under "
        f"Competitions by {until}.\n",
    )
