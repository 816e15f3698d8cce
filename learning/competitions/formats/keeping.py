"""What of a person's attempts counts, as results for a board.

Where points add up a person has one result: the sum. Its duration is the sum of the durations; its
finish is that of the last attempt or act that brought points, so that a try that earned nothing
never moves anybody down among equals. Worked example: 8 points on Monday in 60 s, 0 on Tuesday in
30 s, 1 for signing in on Wednesday give 9 points, 90 s, finished on Wednesday.

A cap on the day's points cuts what the attempts begun on that day bring together, in the order in
which they were finished; bonuses stand beside it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from learning.competitions.formats.attempts import day_of
from learning.competitions.rules.format import Act, Format
from learning.leaderboards.rules import Counts, Result


@dataclass(frozen=True, slots=True)
class BonusDay:
    """An act by which a subject earned its bonus of a day."""

    subject: str
    act: Act
    day: date
    done_at: datetime


@dataclass(slots=True)
class _Sum:
    """What a subject's attempts and acts have brought so far, in order of time."""

    points_milli: int = 0
    raised_at: datetime | None = None

    def add(self, points: int, at: datetime) -> None:
        """Add points; only what adds any moves the finish."""
        self.points_milli += points
        if points:
            self.raised_at = at


def can_count(chosen: Format, points_milli: int, full_milli: int) -> bool:
    """Tell whether an attempt counts at all: under `until_right` only one that is all right."""
    return not chosen.until_right or points_milli >= full_milli


def kept_by(chosen: Format, counts: Counts) -> Counts:
    """Return which of a subject's results its row shows: of sums the last is the whole."""
    return Counts.LAST if chosen.adds_up else counts


def kept_results(
    chosen: Format,
    results: Sequence[Result],
    bonuses: Sequence[BonusDay] = (),
    *,
    zone: str,
) -> list[Result]:
    """Return what counts: the results as they are, or one sum a subject where points add up.

    The sum's `number` is that of the subject's last result, so that a later sum replaces an earlier
    one. Acts of a subject without any result wait until it has one.
    """
    if not chosen.adds_up:
        return list(results)
    own: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        own[result.subject].append(result)
    acts: dict[str, list[BonusDay]] = defaultdict(list)
    for bonus in bonuses:
        acts[bonus.subject].append(bonus)
    return [_summed(chosen, held, acts[subject], zone) for subject, held in own.items()]


def _summed(
    chosen: Format, results: Sequence[Result], bonuses: Sequence[BonusDay], zone: str
) -> Result:
    worth = {bonus.act: int(bonus.points * 1000) for bonus in chosen.bonuses}
    cap = int(chosen.day_cap * 1000)
    in_time = sorted(results, key=lambda r: (r.finished_at, r.number))
    total, days = _Sum(), defaultdict[date, int](int)
    gains = [(r.finished_at, _counted(r, cap, days, zone)) for r in in_time]
    gains += [(at, worth.get(act, 0)) for act, at in _once_a_day(bonuses)]
    for at, points in sorted(gains):
        total.add(points, at)
    durations = [r.duration_us for r in results]
    measured = [d for d in durations if d is not None]
    last = max(results, key=lambda r: r.number)
    return replace(
        last,
        points_milli=total.points_milli,
        duration_us=sum(measured) if len(measured) == len(durations) else None,
        finished_at=total.raised_at or in_time[-1].finished_at,
    )


def _counted(result: Result, cap: int, days: dict[date, int], zone: str) -> int:
    """Return the points that a result adds under the day's cap (0: none); notes them."""
    if not cap or result.points_milli <= 0:
        return result.points_milli
    day = _begun_on(result, zone)
    points = min(result.points_milli, cap - days[day])
    days[day] += points
    return points


def _begun_on(result: Result, zone: str) -> date:
    """Return the day on which a result's attempt was begun, as near as its duration tells."""
    took = timedelta(microseconds=result.duration_us or 0)
    return day_of(result.finished_at - took, zone)


def _once_a_day(bonuses: Iterable[BonusDay]) -> list[tuple[Act, datetime]]:
    first: Mapping[tuple[Act, date], BonusDay] = {
        (bonus.act, bonus.day): bonus
        for bonus in sorted(bonuses, key=lambda b: b.done_at, reverse=True)
    }
    return [(act, bonus.done_at) for (act, _day), bonus in first.items()]
