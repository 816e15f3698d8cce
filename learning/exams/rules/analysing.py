"""Item analysis of a sitting: matrices in, a report as plain values out.

The figures are those of `learning.measurement`; this module chooses what is worth computing for how
many candidates, and lays it out for keeping: numbers are rounded to four places, what is not
defined is None.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from learning.exams.rules.gathering import Gathered
from learning.measurement import (
    classical,
    distractors,
    drift,
    exposure,
    findings,
    information,
    rasch,
    two_parameter,
)
from learning.measurement.classical import ItemStatistics
from learning.measurement.distractors import ItemOptions
from learning.measurement.drift import Change
from learning.measurement.matrices import Scores
from learning.measurement.rasch import RaschFit, RaschItem
from learning.measurement.two_parameter import TwoParameterFit
from learning.question_bank.rules import ItemKind

ALGORITHM = 1
"""Counted up when figures would come out otherwise: what was computed before is done again."""
FEWEST_FOR_RASCH, FEWEST_FOR_SLOPES = 30, 200
"""Candidates below which errors of difficulties (of slopes) are wider than what they would tell."""
FEWEST_ANCHORS = 5
"""Items that two sittings must have in common before their scales are brought together."""
BANDS, FEW_BANDS = 20, 10
LONG = 40
"""Items from which a histogram of twenty bands has no gaps that only show whole points."""
EVERY = 2  # of the 81 abilities of a curve
BY_HAND = frozenset({ItemKind.ESSAY, ItemKind.CASE})
"""Kinds with points between wrong and right: models of right and wrong do not hold for them."""
NO_ITEM = RaschItem(None, None, None)


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier sitting: difficulty with error, and facility, by item version."""

    title: str
    difficulties: Mapping[int, tuple[float | None, float | None]]
    facilities: Mapping[int, float | None]


def report_of(gathered: Gathered, earlier: Earlier | None = None) -> dict[str, Any]:
    """Return the report of a sitting as values that JSON can hold."""
    scores, choices = gathered.scores, gathered.choices
    analysis = classical.analyse(scores, choices)
    options = distractors.table(scores, choices)
    usable = [n for n, column in enumerate(gathered.columns) if column.kind not in BY_HAND]
    one, two = _fitted(scores, usable)
    shifts = _shifts(gathered, one, earlier)
    found = findings.of(analysis, options, rasch=one, shifts=shifts)
    shown = exposure.figures(scores)
    return {
        "test": _test(analysis.test, scores),
        "overlap": number(shown.overlap),
        "information": _information(two or one),
        "rasch": _model(one),
        "slopes": two is not None,
        "earlier": earlier.title if earlier is not None and shifts else "",
        "items": [
            {
                "version": column.version_id,
                "code": column.code,
                "kind": column.kind.value,
                "exposure": number(shown.rates[n]),
                **_classical(analysis.items[n]),
                **_modelled(n, one, two),
                **_shift(column.version_id, shifts.get(n), earlier),
                "options": _options(column.options, options[n]),
                "sizes": [number(size) for size in options[n].sizes],
            }
            for n, column in enumerate(gathered.columns)
        ],
        "findings": [{**asdict(f), "urgency": f.urgency.value} for f in found],
    }


def number(value: float | None) -> float | None:
    """Round to four places; None for what is not defined."""
    return None if value is None or not math.isfinite(value) else round(float(value), 4)


def _fitted(
    scores: Scores, usable: Sequence[int]
) -> tuple[RaschFit | None, TwoParameterFit | None]:
    """Fit the models to the items that are right or wrong; results in order of all columns."""
    if len(usable) < 2 or scores.persons < FEWEST_FOR_RASCH:
        return None, None
    given = None if scores.given is None else scores.given[:, usable]
    some = Scores.of(scores.right()[:, usable], given=given)
    one = rasch.fit(some)
    items = [NO_ITEM] * scores.items
    for place, n in enumerate(usable):
        items[n] = one.items[place]
    two = two_parameter.fit(some) if scores.persons >= FEWEST_FOR_SLOPES else None
    if two is not None:
        parameters = [two_parameter.NOTHING] * scores.items
        for place, n in enumerate(usable):
            parameters[n] = two.items[place]
        two = replace(two, items=tuple(parameters))
    return replace(one, items=tuple(items)), two


def _shifts(gathered: Gathered, one: RaschFit | None, earlier: Earlier | None) -> dict[int, Change]:
    if one is None or earlier is None:
        return {}
    common = [
        n for n, column in enumerate(gathered.columns) if column.version_id in earlier.difficulties
    ]
    if len(common) < FEWEST_ANCHORS:
        return {}
    known = [earlier.difficulties[gathered.columns[n].version_id] for n in common]
    before = replace(one, items=tuple(RaschItem(*told, None) for told in known))
    changes = drift.difficulty_shifts(before, one, list(enumerate(common)))
    return dict(zip(common, changes, strict=True))


def _test(test: classical.TestStatistics, scores: Scores) -> dict[str, Any]:
    reached, possible = scores.totals()
    present = possible > 0
    shares = np.clip(reached[present] / possible[present], 0, 1)
    bands = BANDS if scores.items >= LONG else FEW_BANDS
    counts, _ = np.histogram(shares, bands, (0, 1))
    return {
        "persons": test.persons,
        "items": test.items,
        "mean": number(test.mean),
        "sd": number(test.sd),
        "share": number(test.share),
        "alpha": number(test.reliability.alpha),
        "is_binary": scores.are_right_or_wrong(),
        "sem": number(test.reliability.sem),
        "split_half": number(test.reliability.split_half),
        "reached_end": number(test.reached_end),
        "bands": counts.tolist(),
    }


def _information(fitted: RaschFit | TwoParameterFit | None) -> list[list[float | None]]:
    if fitted is None:
        return []
    curve = information.of(fitted)
    told = zip(curve.abilities[::EVERY], curve.test[::EVERY], strict=True)
    return [[number(ability), number(value)] for ability, value in told]


def _model(one: RaschFit | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "persons": one.persons,
        "reliability": number(one.reliability),
        "method": one.method.value,
        "has_converged": one.has_converged,
    }


def _classical(item: ItemStatistics) -> dict[str, Any]:
    return {
        "given": item.given,
        "facility": number(item.facility),
        "facility_se": number(item.facility_se),
        "item_rest": number(item.item_rest),
        "item_total": number(item.item_total),
        "upper_lower": number(item.upper_lower),
        "omitted": number(item.omitted),
        "not_reached": number(item.not_reached),
        "alpha_without": number(item.alpha_without),
        "fifths": [number(share) for share in item.fifths],
    }


def _modelled(n: int, one: RaschFit | None, two: TwoParameterFit | None) -> dict[str, Any]:
    item = NO_ITEM if one is None else one.items[n]
    told = {
        "difficulty": number(item.difficulty),
        "difficulty_se": number(item.error),
        "infit": number(item.fit.infit) if item.fit else None,
        "outfit": number(item.fit.outfit) if item.fit else None,
    }
    parameters = None if two is None else two.items[n]
    for name in ("slope", "slope_error"):
        told[name] = number(getattr(parameters, name, None))
    told["location"] = number(getattr(parameters, "difficulty", None))
    told["location_se"] = number(getattr(parameters, "difficulty_error", None))
    return told


def _shift(version_id: int, change: Change | None, earlier: Earlier | None) -> dict[str, Any]:
    if change is None or earlier is None:
        return {}
    return {
        "before": number(earlier.facilities.get(version_id)),
        "shift": number(change.change),
        "shift_z": number(change.z),
    }


def _options(ids: Sequence[str], table: ItemOptions) -> list[dict[str, Any]]:
    told = [*zip(ids, table.options, strict=True), ("", table.omitted)]
    return [
        {
            "id": option_id,
            "count": option.count,
            "share": number(option.share),
            "fifths": [number(share) for share in option.fifths],
            "point_biserial": number(option.point_biserial),
            "is_key": option.is_key,
        }
        for option_id, option in told
    ]
