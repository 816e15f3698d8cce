"""What waits for who reviews, decides or confirms, until when, and in which words. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from learning.compliance.rules.reminders import DigestText, cut, local_date

_WORDS = {
    "project": ("份项目等您评审", "projects to review"),
    "decision": ("份档案等您作发证决定", "files to decide on"),
    "appeal": ("件申诉等您答复", "appeals to answer"),
    "entry": ("份报名条件声明等您确认", "declarations of entry conditions to confirm"),
    "condition": ("份发证条件申报等您确认", "declarations of conditions to confirm"),
    "unchecked": ("份外发证等您核对", "external certificates to check"),
}


@dataclass(frozen=True, slots=True)
class Work:
    """So many things of a kind and scheme, or track, that wait for somebody.

    The oldest waits since an instant; `due_at` is until when that one is to be done. `kind`:
    "project", "decision", "appeal", "entry", "condition" or "unchecked".
    """

    kind: str
    title: str
    title_en: str
    number: int
    since: datetime
    due_at: datetime


def is_due_to_tell(rows: Sequence[Work], told_at: datetime, now: datetime, zone: str) -> bool:
    """Tell whether what waits is told today: on Mondays, and when something became late since."""
    is_monday = local_date(now, zone).weekday() == 0
    return bool(rows) and (is_monday or any(told_at < one.due_at <= now for one in rows))


def work_digest(rows: Sequence[Work], now: datetime, zone: str) -> DigestText:
    """Return the words of what waits, what is to be done first at the top."""
    given = sorted(rows, key=lambda one: (one.due_at, one.title, one.kind))
    number = sum(one.number for one in given)
    late = any(one.due_at <= now for one in given)
    return DigestText(
        f"{number} 件等您办理" + "，有的已超过期限" * late,
        f"Waiting for you: {number}" + ", some beyond the limit" * late,
        cut([_line(one, now, zone) for one in given], "……还有 {n} 项"),
        cut([_line_en(one, now, zone) for one in given], "… and {n} more"),
    )


def _line(one: Work, now: datetime, zone: str) -> str:
    since, due = local_date(one.since, zone), local_date(one.due_at, zone)
    rest = f"应在 {due} 前办完" if one.due_at > now else f"已超过期限 {due}"
    return f"“{one.title[:120]}”：{one.number} {_WORDS[one.kind][0]}，最早的自 {since} 起，{rest}"


def _line_en(one: Work, now: datetime, zone: str) -> str:
    since, due = local_date(one.since, zone), local_date(one.due_at, zone)
    rest = f"to be done by {due}" if one.due_at > now else f"beyond the limit of {due}"
    title = (one.title_en or one.title)[:120]
    return f"“{title}”, {_WORDS[one.kind][1]}: {one.number}; the oldest since {since}, {rest}"
