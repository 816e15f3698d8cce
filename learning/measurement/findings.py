"""What an author or examiner should look at: codes with numbers, no sentences.

A finding is made only where the numbers exclude chance: correlations and differences are compared
by the bound of a one-sided 95 % confidence interval, and few persons make no finding about an item.
The words for people are made where they are shown. Thresholds are constants with their sources.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from learning.measurement.classical import ClassicalAnalysis, ItemStatistics, TestStatistics
from learning.measurement.distractors import ItemOptions, OptionStatistics
from learning.measurement.drift import UNSTABLE_Z, Change
from learning.measurement.rasch import RaschFit, RaschItem

ONE_SIDED = 1.645
"""The normal quantile of a one-sided 95 % bound."""
FEWEST_PERSONS = 30
"""Below, the standard error of a correlation is about 0.2 and more: nothing is said of items."""
FEWEST_FOR_OPTIONS = 100
"""Below, a distractor that 5 % would choose may well have been chosen by nobody."""
EASY, HARD = 0.95, 0.20
"""Facilities beyond which an item tells little (Allen & Yen 1979 would keep most between
0.3 and 0.7); 0.95 because mastery tests hold easy items on purpose."""
WEAK, NONE = 0.20, 0.10
"""Ebel & Frisbie (1991): below 0.19 an item is poor; below 0.10 it adds nothing."""
RARE_OPTION = 0.05
"""Haladyna & Downing (1993): a distractor chosen by fewer than 5 % does not function."""
TOO_EASY_FOR_OPTIONS = 0.90
"""Above, the distractors together cannot reach 5 % each, whatever they say."""
FEWEST_AT_TOP = 20
"""Persons of the top fifth below which two shares cannot be told apart anyway."""
ATTRACTIVE = 0.25
"""An option that a quarter of the top fifth chooses is no slip of a few."""
LOW_ALPHA = 0.70
"""Nunnally (1978, p. 245): 0.70 for research; decisions on persons need 0.90."""
END, MOST = 0.80, 0.95
"""Swineford (1956): 80 % should reach the last item and virtually all three quarters."""
OFTEN_OMITTED = 0.10
"""A house rule: one in ten left the item empty though they came past it."""
MISFIT_LOW, MISFIT_HIGH = 0.7, 1.3
"""Wright & Linacre (1994): reasonable mean squares for multiple choice in ordinary tests."""
MISFIT_Z = 2.0
SHIFT = 0.5
"""Logits (Draba 1977); category B of the Educational Testing Service begins at 0.43."""


class Code(StrEnum):
    """What was found; the words stand where findings are shown."""

    KEY_PROBABLY_WRONG = "key_probably_wrong"
    OPTIONS_ALIKE = "options_alike"
    OPTION_NEVER_CHOSEN = "option_never_chosen"
    OPTION_RARELY_CHOSEN = "option_rarely_chosen"
    DISTRACTOR_ATTRACTS_ABLE = "distractor_attracts_able"
    TOO_EASY = "too_easy"
    TOO_HARD = "too_hard"
    BELOW_CHANCE = "below_chance"
    NEGATIVE = "negative_discrimination"
    NO_DISCRIMINATION = "no_discrimination"
    WEAK_DISCRIMINATION = "weak_discrimination"
    NO_VARIANCE = "no_variance"
    OFTEN_OMITTED = "often_omitted"
    NOT_REACHED = "not_reached"
    NOISY = "noisy_fit"
    TOO_REGULAR = "too_regular_fit"
    BECAME_EASIER = "became_easier"
    BECAME_HARDER = "became_harder"
    SPEEDED = "speeded"
    LOW_RELIABILITY = "low_reliability"
    TOO_FEW_PERSONS = "too_few_persons"


class Urgency(StrEnum):
    """Whether results should wait for a look, or an item is only worth mending."""

    CHECK = "check"
    NOTE = "note"


URGENT = {
    Code.KEY_PROBABLY_WRONG,
    Code.OPTIONS_ALIKE,
    Code.NEGATIVE,
    Code.BECAME_EASIER,
    Code.SPEEDED,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: `item` a column or None for the test, `option` and `other` options of it.

    `figures` are the numbers that the words quote: shares 0–1, correlations, logits.
    """

    code: Code
    item: int | None = None
    option: int | None = None
    other: int | None = None
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def urgency(self) -> Urgency:
        """Return how soon somebody should look."""
        return Urgency.CHECK if self.code in URGENT else Urgency.NOTE


def of(
    analysis: ClassicalAnalysis,
    options: Sequence[ItemOptions] | None = None,
    *,
    rasch: RaschFit | None = None,
    shifts: Mapping[int, Change] | None = None,
) -> tuple[Finding, ...]:
    """Return the findings: of the test first, then item by item, the urgent before the others.

    `shifts` are difficulty shifts against an earlier sitting by column.
    """
    found = list(_test(analysis.test))
    for number, item in enumerate(analysis.items):
        if item.given < FEWEST_PERSONS:
            continue
        own = list(_options(number, item, options[number])) if options is not None else []
        own += _discrimination(number, item, own)
        own += _facility(number, item, options[number] if options is not None else None)
        own += _empty(number, item)
        own += _fit(number, rasch.items[number]) if rasch is not None else ()
        own += _shift(number, (shifts or {}).get(number))
        found += sorted(own, key=lambda finding: finding.urgency is Urgency.NOTE)
    return tuple(found)


def _test(test: TestStatistics) -> Iterator[Finding]:
    if test.persons < FEWEST_PERSONS:
        yield Finding(Code.TOO_FEW_PERSONS, figures={"persons": test.persons})
        return
    end, most, alpha = test.reached_end, test.reached_most, test.reliability.alpha
    if end is not None and most is not None and (end < END or most < MOST):
        yield Finding(Code.SPEEDED, figures={"reached_end": end, "reached_most": most})
    if alpha is not None and alpha < LOW_ALPHA:
        yield Finding(Code.LOW_RELIABILITY, figures={"alpha": alpha})


def _options(number: int, item: ItemStatistics, options: ItemOptions) -> Iterator[Finding]:
    """Look at the options of one item."""
    keys = [n for n, option in enumerate(options.options) if option.is_key]
    if not keys:
        return
    found = list(_key(number, options, keys))
    yield from found
    if not found and len(keys) == 1:
        yield from _alike(number, options, keys[0])
    yield from _unused(number, item, options)


def _key(number: int, options: ItemOptions, keys: list[int]) -> Iterator[Finding]:
    """Find options that behave like the key while the key does not.

    One key: its point-biserial is not above chance, another option's is, and more of the top fifth
    choose that one. Several keys: an option outside draws most of the top fifth and discriminates
    like a key, or a key is avoided by the able.
    """
    if len(keys) == 1:
        key = options.options[keys[0]]
        if _lower(key, options.given) > 0:
            return
        rivals = [
            (n, o)
            for n, o in enumerate(options.options)
            if not o.is_key and _lower(o, options.given) > 0 and _top(o) > _top(key)
        ]
        if rivals:
            place, rival = max(rivals, key=lambda entry: _top(entry[1]))
            yield _compared(Code.KEY_PROBABLY_WRONG, number, (keys[0], key), (place, rival))
        return
    for place, option in enumerate(options.options):
        attracts = not option.is_key and _lower(option, options.given) > 0 and _top(option) > 0.5
        repels = option.is_key and _upper(option, options.given) < 0 and _top(option) < 0.5
        if attracts or repels:
            yield Finding(Code.KEY_PROBABLY_WRONG, number, place, None, _figures(option))


def _alike(number: int, options: ItemOptions, place: int) -> Iterator[Finding]:
    """Find a second option that the top fifth chooses as often, or that draws the able at all."""
    key = options.options[place]
    size = max(options.sizes[-1], 1.0)
    for other, option in enumerate(options.options):
        if option.is_key:
            continue
        top, best = _top(option), _top(key)
        variance = max(0.0, top + best - (best - top) ** 2)  # rounding may go below nothing
        error = math.sqrt(variance / size)
        draws = (option.point_biserial or 0.0) >= 0 and top >= ATTRACTIVE
        if draws and best - top < ONE_SIDED * error and size >= FEWEST_AT_TOP:
            yield _compared(Code.OPTIONS_ALIKE, number, (place, key), (other, option))
        elif _lower(option, options.given) > 0:
            yield Finding(Code.DISTRACTOR_ATTRACTS_ABLE, number, other, None, _figures(option))


def _unused(number: int, item: ItemStatistics, options: ItemOptions) -> Iterator[Finding]:
    if options.given < FEWEST_FOR_OPTIONS:
        return
    for place, option in enumerate(options.options):
        if option.is_key or option.share is None:
            continue
        if option.count == 0:
            yield Finding(Code.OPTION_NEVER_CHOSEN, number, place)
        elif option.share < RARE_OPTION and (item.facility or 0) < TOO_EASY_FOR_OPTIONS:
            yield Finding(Code.OPTION_RARELY_CHOSEN, number, place, None, {"share": option.share})


def _discrimination(
    number: int, item: ItemStatistics, found: Sequence[Finding]
) -> Iterator[Finding]:
    """Grade the discrimination, unless a doubtful key already explains it."""
    if any(f.code is Code.KEY_PROBABLY_WRONG for f in found):
        return
    if item.item_rest is None:
        if item.sd is not None and item.sd < 1e-9:
            yield Finding(Code.NO_VARIANCE, number, figures={"facility": item.facility or 0.0})
        return
    figures = {"item_rest": item.item_rest, "persons": item.given}
    bound = item.item_rest + _margin(item.item_rest, item.given)
    if bound < 0:
        yield Finding(Code.NEGATIVE, number, figures=figures)
    elif not HARD <= (item.facility or 0) <= EASY:
        return  # nearly all alike: the correlation is small whatever the item asks
    elif bound < NONE:
        yield Finding(Code.NO_DISCRIMINATION, number, figures=figures)
    elif bound < WEAK:
        yield Finding(Code.WEAK_DISCRIMINATION, number, figures=figures)


def _facility(number: int, item: ItemStatistics, options: ItemOptions | None) -> Iterator[Finding]:
    if item.facility is None or item.facility_se is None:
        return
    figures = {"facility": item.facility}
    if options is not None and sum(o.is_key for o in options.options) == 1:
        chance = 1 / len(options.options)
        if item.facility + ONE_SIDED * item.facility_se < chance:
            yield Finding(Code.BELOW_CHANCE, number, figures={**figures, "chance": chance})
            return
    if item.facility > EASY:
        yield Finding(Code.TOO_EASY, number, figures=figures)
    elif item.facility < HARD:
        yield Finding(Code.TOO_HARD, number, figures=figures)


def _empty(number: int, item: ItemStatistics) -> Iterator[Finding]:
    """Tell items that people came past and left empty from items they did not come to."""
    omitted, behind = item.omitted or 0.0, item.not_reached or 0.0
    if behind >= 1 - END:
        yield Finding(Code.NOT_REACHED, number, figures={"not_reached": behind})
    if omitted - behind >= OFTEN_OMITTED:
        yield Finding(Code.OFTEN_OMITTED, number, figures={"omitted": omitted - behind})


def _fit(number: int, item: RaschItem) -> Iterator[Finding]:
    fit = item.fit
    if fit is None:
        return
    figures = {"infit": fit.infit, "outfit": fit.outfit}
    pairs = ((fit.infit, fit.infit_z or 0.0), (fit.outfit, fit.outfit_z or 0.0))
    if any(square > MISFIT_HIGH and z > MISFIT_Z for square, z in pairs):
        yield Finding(Code.NOISY, number, figures=figures)
    elif all(square < MISFIT_LOW and z < -MISFIT_Z for square, z in pairs):
        yield Finding(Code.TOO_REGULAR, number, figures=figures)


def _shift(number: int, change: Change | None) -> Iterator[Finding]:
    if change is None or change.change is None or change.z is None:
        return
    if abs(change.z) > UNSTABLE_Z and abs(change.change) >= SHIFT:
        code = Code.BECAME_EASIER if change.change < 0 else Code.BECAME_HARDER
        yield Finding(code, number, figures={"shift": change.change, "z": change.z})


def _margin(r: float, persons: int) -> float:
    """Return how far a one-sided bound lies from r: 1.645·(1 - r²)/√(n - 1)."""
    return ONE_SIDED * (1 - r * r) / math.sqrt(max(persons - 1, 1))


def _lower(option: OptionStatistics, persons: int) -> float:
    r = option.point_biserial
    return -1.0 if r is None else r - _margin(r, persons)


def _upper(option: OptionStatistics, persons: int) -> float:
    r = option.point_biserial
    return 1.0 if r is None else r + _margin(r, persons)


def _top(option: OptionStatistics) -> float:
    return option.fifths[-1] or 0.0


def _figures(option: OptionStatistics) -> dict[str, float]:
    return {"point_biserial": option.point_biserial or 0.0, "top_fifth": _top(option)}


def _compared(
    code: Code,
    number: int,
    key: tuple[int, OptionStatistics],
    other: tuple[int, OptionStatistics],
) -> Finding:
    """Name the key first, then the other option, with the figures of both."""
    figures = _figures(key[1]) | {f"other_{k}": v for k, v in _figures(other[1]).items()}
    return Finding(code, number, key[0], other[0], figures)
