"""When people are reminded, of what, and in which words. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from learning.kernel.hours import Hours

OVERDUE = 0
TEXT_LENGTH = 1000  # of a notice
LINES_SHOWN = 12
MAX_DAYS = 365


@dataclass(frozen=True, slots=True)
class Preferences:
    """How an organisation's people are reminded; `days` fall, hours are those of its zone.

    `wait_days`: after so many days who reviews or decides is late.
    """

    days: tuple[int, ...] = (90, 60, 30, 7)
    by_mail: bool = True
    from_hour: int = 8
    to_hour: int = 20
    wait_days: int = 7


DEFAULTS = Preferences()


@dataclass(frozen=True, slots=True)
class Ending:
    """Something of a person that ends: a certificate, or a training task that is due."""

    kind: str
    subject_id: int
    ends_at: datetime
    title: str
    title_en: str


def parse_days(text: str) -> tuple[int, ...]:
    """Return the days of a text such as "90,60,30,7", falling, each once.

    Raises ValueError for anything else: no number, none at all, below 1 or above 365, more than 8.
    """
    days = {int(part) for part in text.replace("，", ",").split(",") if part.strip()}
    if not days or len(days) > 8 or min(days) < 1 or max(days) > MAX_DAYS:
        raise ValueError(text)
    return tuple(sorted(days, reverse=True))


def is_awake(now: datetime, wanted: Preferences, zone: str) -> bool:
    """Tell whether people may be told something at the instant."""
    return hours_of(wanted, zone).are_open(now)


def hours_of(wanted: Preferences, zone: str) -> Hours:
    """Return the hours in which people of a zone may be told something."""
    return Hours(wanted.from_hour, wanted.to_hour, zone)


def local_date(at: datetime, zone: str) -> date:
    """Return the day of an instant in a zone."""
    return at.astimezone(ZoneInfo(zone)).date()


def threshold_of(ends_at: datetime, now: datetime, days: Sequence[int], zone: str) -> int | None:
    """Return the smallest threshold that an end has come within, 0 when it is past, None for none.

    Days are days of the calendar: what ends at the end of the day in a week has seven left.
    """
    if ends_at <= now:
        return OVERDUE
    left = (local_date(ends_at, zone) - local_date(now, zone)).days
    return min((day for day in days if left <= day), default=None)


def is_news(threshold: int, ends_at: datetime, told: Iterable[tuple[int, datetime]]) -> bool:
    """Tell whether an end that has come within a threshold is still to be told.

    `told` are the thresholds of the same thing with the ends spoken of. Who was told of this end
    or a later one within as few days has heard it, were it by the days of another organisation.
    """
    return not any(its <= threshold and spoken >= ends_at for its, spoken in told)


@dataclass(frozen=True, slots=True)
class DigestText:
    """A digest in both languages."""

    title: str
    title_en: str
    text: str
    text_en: str


def digest_of(endings: Iterable[Ending], now: datetime, zone: str) -> DigestText:
    """Return the words for what is about to end or is overdue, the nearest first."""
    given = sorted(endings, key=lambda one: (one.ends_at, one.title))
    late = sum(one.ends_at <= now for one in given)
    soon = len(given) - late
    title = "，".join(
        part for part in (f"{late} 项已逾期" * bool(late), f"{soon} 项将到期" * bool(soon)) if part
    )
    title_en = ", ".join(
        part for part in (f"{late} overdue" * bool(late), f"{soon} due soon" * bool(soon)) if part
    )
    lines = [_lines_of(one, now, zone) for one in given]
    return DigestText(
        f"到期提醒：{title}",
        f"Reminder: {title_en}",
        cut([line for line, _line_en in lines], "……还有 {n} 项"),
        cut([line_en for _line, line_en in lines], "… and {n} more"),
    )


def cut(lines: Sequence[str], rest: str) -> str:
    """Return as many lines as a notice has room for, and how many there are beside."""
    shown: list[str] = []
    for line in lines[:LINES_SHOWN]:
        if sum(len(one) + 1 for one in shown) + len(line) > TEXT_LENGTH - 40:
            break
        shown.append(line)
    more = len(lines) - len(shown)
    return "\n".join([*shown, rest.format(n=more)] if more else shown)


def _lines_of(one: Ending, now: datetime, zone: str) -> tuple[str, str]:
    return _lines(one.kind, one.title, one.title_en, one.ends_at, now, zone)


@lru_cache(maxsize=1024)  # what ends for everybody on one day is put into words once
def _lines(
    kind: str, title: str, title_en: str, ends_at: datetime, now: datetime, zone: str
) -> tuple[str, str]:
    """Return the line of an ending in Chinese and in English."""
    day = local_date(ends_at, zone)
    left = (day - local_date(now, zone)).days
    name, name_en = title[:120], (title_en or title)[:120]
    is_ahead, rest, rest_en = ends_at > now, f"还有 {left} 天", f"{left} days left"
    if left <= 1:
        rest = rest if left else "今天到期"
        rest_en = "1 day left" if left else "ends today"
    if kind == "task":
        return (
            f"任务“{name}”：{day} 截止，{rest if is_ahead else '已逾期'}",
            f"Task “{name_en}”: due {day}, {rest_en if is_ahead else 'overdue'}",
        )
    return (
        f"证书“{name}”：有效期至 {day}，{rest if is_ahead else '已到期'}",
        f"Certificate “{name_en}”: valid to {day}, {rest_en if is_ahead else 'expired'}",
    )


@dataclass(frozen=True, slots=True)
class TeamFigures:
    """What is to be looked after among some people: counts of certificates and of tasks."""

    expiring: int = 0
    expired: int = 0
    overdue: int = 0
    escalated: int = 0

    def __bool__(self) -> bool:
        """Tell whether there is anything to tell."""
        return bool(self.expiring or self.expired or self.overdue or self.escalated)


def team_digest(units: Sequence[tuple[str, TeamFigures]]) -> DigestText:
    """Return the words of units' figures, for who looks after them and for a group's robot."""
    first = units[0][0][:150]
    title = first if len(units) == 1 else f"{first}等 {len(units)} 个单位"
    title_en = first if len(units) == 1 else f"{first} and {len(units) - 1} more"
    return DigestText(
        f"{title}：持证与培训提醒",
        f"{title_en}: certificates and training",
        cut([f"{name[:80]}：{_figures(one)}" for name, one in units], "……还有 {n} 个单位"),
        cut([f"{name[:80]}: {_figures_en(one)}" for name, one in units], "… and {n} more units"),
    )


def _figures(given: TeamFigures) -> str:
    parts = (
        (given.expiring, f"{given.expiring} 张证书 30 天内到期"),
        (given.expired, f"{given.expired} 张证书已到期未换"),
        (given.overdue, f"{given.overdue} 项培训任务逾期"),
        (given.escalated, f"{given.escalated} 项久拖未办"),
    )
    return "，".join(words for count, words in parts if count)


def _figures_en(given: TeamFigures) -> str:
    parts = (
        (given.expiring, f"certificates ending within 30 days: {given.expiring}"),
        (given.expired, f"certificates ended and not renewed: {given.expired}"),
        (given.overdue, f"training tasks overdue: {given.overdue}"),
        (given.escalated, f"of these for long: {given.escalated}"),
    )
    return "; ".join(words for count, words in parts if count)
