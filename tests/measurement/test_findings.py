"""Findings: planted faults are found, sound items are left alone."""

import dataclasses

import numpy as np
import pytest

from learning.measurement import classical, distractors, findings, rasch
from learning.measurement.drift import Change
from learning.measurement.findings import Code, Finding, Urgency
from learning.measurement.matrices import OMITTED, Choices, Scores


def paper(persons: int = 1000, items: int = 30, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return the options chosen in a sound paper with key 0 everywhere, and the abilities.

    The distractors 1 and 2 are as good, 3 draws the weak a little more.
    """
    random = np.random.default_rng(seed)
    theta = random.normal(0, 1, persons)
    slopes, places = random.uniform(0.8, 1.6, items), random.uniform(-1.2, 1.2, items)
    right = random.random((persons, items)) < 1 / (1 + np.exp(-slopes * (theta[:, None] - places)))
    wrong = random.choice([1, 2, 3], (persons, items), p=[0.3, 0.3, 0.4])
    return np.where(right, 0, wrong), theta


def found_in(codes: np.ndarray, keys: list[int] | None = None) -> list[Finding]:
    items = codes.shape[1]
    keys = keys or [0] * items
    scores = Scores.of(codes == keys)
    choices = Choices.from_codes(codes, options=[4] * items, keys=keys)
    analysis = classical.analyse(scores, choices)
    return list(findings.of(analysis, distractors.table(scores, choices), rasch=rasch.fit(scores)))


def codes_of(found: list[Finding], item: int | None) -> set[Code]:
    return {f.code for f in found if f.item == item}


@pytest.mark.parametrize("seed", range(5))
def test_a_sound_paper_has_no_urgent_findings(seed: int):
    found = found_in(paper(seed=seed)[0])

    assert [f for f in found if f.urgency is Urgency.CHECK] == []


@pytest.mark.parametrize("persons", [60, 300, 2000])
@pytest.mark.parametrize("seed", range(3))
def test_a_wrong_key_is_named_with_the_option_that_is_right(persons: int, seed: int):
    codes, _ = paper(persons, seed=seed)
    keys = [0] * 30
    keys[11] = 2

    found = found_in(codes, keys)

    (wrong,) = [f for f in found if f.code is Code.KEY_PROBABLY_WRONG]
    assert (wrong.item, wrong.option, wrong.other) == (11, 2, 0)
    assert wrong.figures["other_top_fifth"] > wrong.figures["top_fifth"]
    assert Code.NEGATIVE not in codes_of(found, 11)


def test_two_options_that_the_able_choose_alike_are_named():
    codes, theta = paper()
    able = (theta > 0.3) & (codes[:, 4] == 0) & (np.arange(1000) % 2 == 0)
    codes[able, 4] = 3

    (alike,) = [f for f in found_in(codes) if f.code is Code.OPTIONS_ALIKE]

    assert (alike.item, alike.option, alike.other) == (4, 0, 3)


def test_an_option_that_nobody_chooses_is_named_and_one_that_few_choose():
    codes, _ = paper()
    codes[codes[:, 2] == 3, 2] = 1
    few = np.flatnonzero(codes[:, 5] == 1)
    codes[few[20:], 5] = 2

    found = found_in(codes)

    assert (2, 3) in {(f.item, f.option) for f in found if f.code is Code.OPTION_NEVER_CHOSEN}
    assert (5, 1) in {(f.item, f.option) for f in found if f.code is Code.OPTION_RARELY_CHOSEN}


def test_easy_hard_and_useless_items_are_named():
    codes, _ = paper()
    random = np.random.default_rng(0)
    codes[:, 0] = np.where(random.random(1000) < 0.98, 0, 1)
    codes[:, 1] = np.where(random.random(1000) < 0.1, 0, random.integers(1, 4, 1000))
    codes[:, 2] = random.integers(0, 4, 1000)
    codes[:, 3] = 0

    found = found_in(codes)

    assert Code.TOO_EASY in codes_of(found, 0)
    assert Code.BELOW_CHANCE in codes_of(found, 1)
    assert Code.NO_DISCRIMINATION in codes_of(found, 2)
    assert {Code.NO_VARIANCE, Code.TOO_EASY} <= codes_of(found, 3)


def test_an_item_that_the_able_miss_is_named():
    codes, theta = paper()
    order = np.argsort(theta)
    codes[order[:500], 6], codes[order[500:], 6] = 0, np.arange(500) % 3 + 1

    found = found_in(codes)

    assert codes_of(found, 6) & {Code.KEY_PROBABLY_WRONG, Code.NEGATIVE}
    assert Code.NOISY in codes_of(found, 6)


def test_a_speeded_test_and_omitted_items_are_told_apart():
    codes, _ = paper()
    codes[:400, 24:] = OMITTED
    codes[200:500, 3] = OMITTED

    found = found_in(codes)

    assert Code.SPEEDED in codes_of(found, None)
    assert Code.NOT_REACHED in codes_of(found, 29)
    assert Code.OFTEN_OMITTED in codes_of(found, 3)
    assert Code.OFTEN_OMITTED not in codes_of(found, 29)
    assert Code.NOT_REACHED not in codes_of(found, 3)


def test_several_keys_one_of_which_is_missing_in_the_key():
    codes, _ = paper()
    chosen = np.where(codes == 0, 0b011, 1 << codes).astype(np.uint16)
    right = chosen == 0b011
    right[:, 8] = codes[:, 8] == 3
    keys = [0b011] * 30
    keys[8] = 0b1010
    choices = Choices(chosen, (4,) * 30, tuple(keys))
    scores = Scores.of(right)

    found = findings.of(classical.analyse(scores, choices), distractors.table(scores, choices))

    assert {f.item for f in found if f.code is Code.KEY_PROBABLY_WRONG} == {8}


def test_few_persons_make_one_finding_about_that():
    assert [f.code for f in found_in(paper(20)[0])] == [Code.TOO_FEW_PERSONS]


def test_shifts_are_findings_when_they_are_large_and_certain():
    codes, _ = paper()
    analysis = classical.analyse(Scores.of(codes == 0))
    easier = Change(0.5, -0.4, -0.9, 0.1, -9.0, is_anchor=False)
    shifts = {
        2: easier,
        3: dataclasses.replace(easier, change=0.9, z=9.0),
        4: dataclasses.replace(easier, change=-0.2, z=-4.0),
        5: dataclasses.replace(easier, z=-1.0),
    }

    found = findings.of(analysis, shifts=shifts)

    assert [(f.item, f.code) for f in found if "became" in f.code] == [
        (2, Code.BECAME_EASIER),
        (3, Code.BECAME_HARDER),
    ]
