"""How far a sitting tells results, and from when on: the score, responses, keys, explanations."""

from dataclasses import replace
from datetime import datetime

from learning.attempts.rules import Disclosure, Part, Release

ITEM_PARTS = tuple(part for part in Part if part is not Part.SCORE)


def release_checks(
    release: Release, disclosure: Disclosure, closes_at: datetime, latest: datetime
) -> dict[str, bool]:
    """Return by form field whether an instant may stand; `latest` is the last one that may be.

    None comes before the window's end: until then nothing of an item is told, and a score only at
    hand-in, which waits for no date. What tells more never comes before what tells less.
    """
    checks: dict[str, bool] = {}
    before = closes_at
    for part in Part:
        instant = disclosure.own_instant(part)
        holds = instant is None or before <= instant <= latest
        if part is Part.SCORE:
            holds = holds and (instant is None or release is Release.AT_CLOSE)
        checks[f"{part.value}_from"] = holds
        before = before if instant is None else max(before, instant)
    return checks


def disclosure_of(release: Release, disclosure: Disclosure, *, is_review: bool) -> Disclosure:
    """Return how it is told, for the attempt engine: dates of what is never told are left out."""
    depth = disclosure.depth if is_review else Part.EXPLANATIONS
    kept = {
        f"{part.value}_from": disclosure.own_instant(part)
        if is_review and depth.reaches(part)
        else None
        for part in ITEM_PARTS
    }
    waits = is_review and release is Release.AT_SUBMIT
    return replace(disclosure, depth=depth, items_at_close=waits, **kept)
