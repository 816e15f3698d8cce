"""How a file stands that others have still to review, confirm or decide on. Pure."""

from collections.abc import Iterable
from datetime import datetime

from learning.certification.rules.terms import Fulfilled, Groups, Standing, standing_of


def standing_in_time(
    groups: Groups,
    done: Iterable[Fulfilled],
    *,
    hold_months: int | None,
    zone: str,
    now: datetime,
    opened_at: datetime,
    ready_at: datetime | None,
    since: datetime | None = None,
) -> Standing:
    """Return how a file's groups stand: once all was there together, it stays so.

    Nothing goes stale while somebody reviews, confirms or decides: it is asked as of each instant,
    since the file was opened, at which something was handed in, and of `ready_at`.
    """
    given = list(done)
    moments = {opened_at, ready_at or opened_at} | {one.handed_in for one in given}
    for at in sorted(moments, reverse=True):
        if opened_at <= at < now:
            there = [one for one in given if one.handed_in <= at]
            found = standing_of(
                groups, there, hold_months=hold_months, zone=zone, now=at, since=since
            )
            if found.is_met:
                return found
    return standing_of(groups, given, hold_months=hold_months, zone=zone, now=now, since=since)
