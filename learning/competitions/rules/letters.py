"""Messages of competitions, each in Chinese and English. Pure.

They say what to do and until when: no points and no standings, since a mailbox is nobody's vault.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from learning.accounts.rules import letters


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


def prize_granted(competition: str, prize: str) -> letters.Letter:
    """Tell somebody that the corrected list gives them a prize."""
    return letters.Letter(
        f"“{competition}”补发奖项：{prize}"[:200],
        f"A prize of “{competition}” is yours"[:200],
        f"“{competition}”的名次更正后，主办方向您补发奖项“{prize}”。领奖方式和期限请登录查看。",
        f"After the list of “{competition}” was corrected, its organiser grants you the prize "
        f"“{prize}”. Log in to see how and until when to claim it.",
    )


def prize_struck(competition: str, prize: str) -> letters.Letter:
    """Tell somebody that a prize is theirs no more; the reason stands in the organiser's record."""
    return letters.Letter(
        f"“{competition}”取消奖项：{prize}"[:200],
        f"A prize of “{competition}” was withdrawn"[:200],
        f"主办方取消了您在“{competition}”的奖项“{prize}”。原因请向主办方查询；"
        "公示期内可以在获奖页提出异议。",
        f"The organiser of “{competition}” withdrew your prize “{prize}”. Ask the organiser for "
        "the reason; while the list is open to objections you may object on the page of prizes.",
    )
