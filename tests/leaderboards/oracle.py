"""A ranking written a second time, slowly, from the words of the rules: imports nothing of ours."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

# A result here is a plain dict: subject, number, points (thousandths), duration_us, finished_at.
Plain = dict[str, Any]


def merit(rule: str, result: Plain) -> tuple[Any, ...]:
    """What is compared, greater is better."""
    if rule == "score_only":
        return (result["points"],)
    if rule == "score_then_duration":
        duration = result["duration_us"]
        slowest = (0, 0) if duration is None else (1, -(duration // 1000))
        return (result["points"], slowest)
    finished: datetime = result["finished_at"]
    if result["duration_us"] is None:
        return (result["points"], (0, 0))
    return (result["points"], (1, -int(finished.timestamp() // 1)))


def chosen(rule: str, results: Sequence[Plain], counts: str) -> dict[str, Plain]:
    """The counting result of each subject."""
    answer: dict[str, Plain] = {}
    for subject in {r["subject"] for r in results}:
        own = sorted((r for r in results if r["subject"] == subject), key=lambda r: r["number"])
        if counts == "first":
            answer[subject] = own[0]
        elif counts == "last":
            answer[subject] = own[-1]
        else:
            best = max(merit(rule, r) for r in own)
            answer[subject] = next(r for r in own if merit(rule, r) == best)
    return answer


def ranked(rule: str, results: Sequence[Plain], counts: str) -> dict[str, int]:
    """The standing of each subject: one more than the number of those who are better."""
    counting = chosen(rule, results, counts)
    merits = {subject: merit(rule, result) for subject, result in counting.items()}
    return {s: 1 + sum(other > own for other in merits.values()) for s, own in merits.items()}
