"""The boards of a contest written a second time, slowly, from the printed rules.

Imports nothing of ours. A row is a plain dict. People: who, unit, division, province (each "" for
none). Results: who, number, points (thousandths), duration_us, finished_at. Enrolments: unit →
headcount or None.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

Plain = dict[str, Any]


def merit(tie_rule: str, result: Plain) -> tuple[Any, ...]:
    """What decides between two results, greater is better: points, then time or finish."""
    if tie_rule == "score_only":
        return (result["points"],)
    if tie_rule == "score_then_duration":  # shorter is better, to the millisecond
        return (result["points"], -(result["duration_us"] // 1000))
    return (result["points"], -(result["finished_at"].timestamp() // 1))  # earlier, to the second


def counting(tie_rule: str, counts: str, results: Sequence[Plain]) -> Plain | None:
    """The one of a person's results that counts; None without any."""
    own = sorted(results, key=lambda r: r["number"])
    if not own:
        return None
    if counts == "first":
        return own[0]
    if counts == "last":
        return own[-1]
    best = max(merit(tie_rule, r) for r in own)
    return next(r for r in own if merit(tie_rule, r) == best)


def individuals(
    tie_rule: str,
    counts: str,
    people: Sequence[Plain],
    results: Sequence[Plain],
    *,
    division: str = "",
    province: str = "",
) -> dict[str, tuple[int, int]]:
    """The board as who → (standing, points): one more than the number of those who are better."""
    chosen: dict[str, Plain] = {}
    for person in people:
        if division and person["division"] != division:
            continue
        if province and person["province"] != province:
            continue
        result = counting(tie_rule, counts, [r for r in results if r["who"] == person["who"]])
        if result is not None:
            chosen[person["who"]] = result
    board = {}
    for who, result in chosen.items():
        better = [r for r in chosen.values() if merit(tie_rule, r) > merit(tie_rule, result)]
        board[who] = (1 + len(better), result["points"])
    return board


def rounded_mean(points: Sequence[int]) -> Fraction:
    """The mean of thousandths in points, half up to hundredths."""
    mean = Fraction(sum(points), len(points)) / 1000
    whole = (mean * 100 + Fraction(1, 2)).__floor__()
    return Fraction(whole, 100)


def coverage(participants: int, headcount: int | None) -> Fraction | None:
    """Participants ÷ headcount in percent, tenths cut off, 100 at most; None without headcount."""
    if headcount is None or headcount == 0:
        return None
    percent = Fraction(participants * 100, headcount)
    return min(Fraction((percent * 10).__floor__(), 10), Fraction(100))


def enterprises(
    tie_rule: str,
    counts: str,
    people: Sequence[Plain],
    results: Sequence[Plain],
    enrolments: Mapping[str, int | None],
    *,
    ranked_by: str,
    ranked_from: int,
    weights: tuple[int, int, int] = (0, 0, 0),
) -> dict[str, Plain]:
    """The enterprise board as unit → participants, mean, coverage, standing (None: not ranked)."""
    units = {p["unit"] for p in people if p["unit"]} | set(enrolments)
    board: dict[str, Plain] = {}
    for unit in units:
        points = []
        for person in people:
            if person["unit"] != unit:
                continue
            result = counting(tie_rule, counts, [r for r in results if r["who"] == person["who"]])
            if result is not None:
                points.append(result["points"])
        board[unit] = {
            "participants": len(points),
            "mean": rounded_mean(points) if points else None,
            "coverage": coverage(len(points), enrolments.get(unit)),
        }
    counted = [row for row in board.values() if _is_counted(row, ranked_from)]
    for row in board.values():
        row["score"] = None
        if ranked_by == "weighted" and _is_counted(row, ranked_from):
            row["score"] = weighted(row, counted, weights)
    keys = {unit: _key(row, ranked_by, ranked_from) for unit, row in board.items()}
    for unit, row in board.items():
        own = keys[unit]
        ranked = [key for key in keys.values() if key is not None]
        row["standing"] = None if own is None else 1 + sum(key > own for key in ranked)
    return board


def weighted(row: Plain, counted: Sequence[Plain], weights: tuple[int, int, int]) -> Fraction:
    """The printed score: the shares of most people, of all staff and of the best mean, weighed."""
    people = Fraction(row["participants"], max(other["participants"] for other in counted))
    staff = (row["coverage"] or Fraction(0)) / 100
    best = max(other["mean"] for other in counted)
    mean = row["mean"] / best if row["mean"] > 0 else Fraction(0)
    parts = zip(weights, (people, staff, mean), strict=True)
    exact = sum(weight * part for weight, part in parts) * 100 / sum(weights)
    return Fraction((exact * 100).__floor__(), 100)


def _is_counted(row: Plain, ranked_from: int) -> bool:
    return row["participants"] > 0 and row["participants"] >= ranked_from


def _key(row: Plain, ranked_by: str, ranked_from: int) -> tuple[Any, ...] | None:
    if not _is_counted(row, ranked_from):
        return None
    if ranked_by == "weighted":
        return (row["score"], row["mean"])
    if ranked_by == "mean":
        return (row["mean"], row["participants"])
    if ranked_by == "participants":
        return (row["participants"], row["mean"])
    if row["coverage"] is None:
        return None
    return (row["coverage"], row["mean"])
