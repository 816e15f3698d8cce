"""Items that say nearly the same: found among tens of thousands in seconds. Pure.

Each text is folded (width, case, white space, punctuation; numbers become one sign, so that "the
same with other numbers" counts) and cut into runs of three characters. MinHash (Broder 1997) keeps
60 numbers a text whose agreement estimates the Jaccard index of the runs; banding (Leskovec,
Rajaraman, Ullman, Mining of Massive Datasets, ch. 3.4) with 20 bands of 3 rows brings together a
pair of index s with probability 1 - (1 - s^3)^20: 0.93 for s = 0.5, 0.9998 for s = 0.7. Every pair
so found is then measured exactly.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel

GRAM = 3
BANDS, ROWS = 20, 3
MAX_BUCKET = 60
"""How many texts of one bucket are compared each with each; of more, each with the first."""
_NOISE = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SIGN = "\ue000"  # a private character: no text keeps one
Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Twins:
    """Two texts by their places in the list, `first` < `second`, and their likeness, 0–1000."""

    first: int
    second: int
    likeness_milli: int


def folded(text: str) -> str:
    """Fold a text for comparison; numbers become one sign."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _NOISE.sub("", _NUMBER.sub(_SIGN, plain))


def find_twins(texts: Sequence[str], *, least_milli: int = 800) -> list[Twins]:
    """Return the pairs of texts that are alike, the likest first, then in order of place.

    Likeness is twice the length of the longest common subsequence over the sum of lengths of the
    folded texts ("Indel" similarity), in thousandths, at least `least_milli`.
    Texts shorter than three characters are alike only when equal, empty ones never.
    """
    folds = [folded(text) for text in texts]
    pairs = {pair for pair in _candidates(folds) if _may_be(folds, *pair, least_milli)}
    found = []
    for first, second in pairs:
        likeness = Indel.normalized_similarity(
            folds[first], folds[second], score_cutoff=least_milli / 1000
        )
        if likeness * 1000 >= least_milli:
            found.append(Twins(first, second, int(likeness * 1000)))
    return sorted(found, key=lambda twins: (-twins.likeness_milli, twins.first, twins.second))


def _may_be(folds: Sequence[str], first: int, second: int, least_milli: int) -> bool:
    """Tell by the lengths alone whether two texts can be so alike."""
    shorter, longer = sorted((len(folds[first]), len(folds[second])))
    return 2000 * shorter >= least_milli * (shorter + longer)


def _candidates(folds: Sequence[str]) -> Iterator[tuple[int, int]]:
    by_text: dict[str, int] = {}
    places: list[int] = []
    for place, text in enumerate(folds):
        if not text:
            continue
        first = by_text.setdefault(text, place)
        if first != place:
            yield first, place
        elif len(text) >= GRAM:
            places.append(place)
    if places:
        yield from _by_bands(places, _signatures([folds[place] for place in places]))


def _signatures(texts: Sequence[str]) -> Hashes:
    """Return 60 minimal hashes a text, one row each."""
    starts = np.cumsum([0, *(len(text) - GRAM + 1 for text in texts[:-1])])
    grams = np.concatenate([_grams(text) for text in texts])
    rng = np.random.default_rng(20160801)  # any fixed seed: the same texts give the same pairs
    factors = rng.integers(1, 2**63, BANDS * ROWS, dtype=np.uint64) | np.uint64(1)
    offsets = rng.integers(0, 2**63, BANDS * ROWS, dtype=np.uint64)
    columns = [
        np.minimum.reduceat(_mixed(grams * factor + offset), starts)
        for factor, offset in zip(factors, offsets, strict=True)
    ]
    return np.stack(columns, axis=1)


def _grams(text: str) -> Hashes:
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    return (codes[:-2] << np.uint64(42)) ^ (codes[1:-1] << np.uint64(21)) ^ codes[2:]


def _mixed(values: Hashes) -> Hashes:
    """Spread the bits (the finaliser of SplitMix64): neighbours must not stay neighbours."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _by_bands(places: Sequence[int], signatures: Hashes) -> Iterator[tuple[int, int]]:
    for band in range(BANDS):
        rows = signatures[:, band * ROWS : (band + 1) * ROWS]
        key = _mixed(rows[:, 0])
        for column in range(1, ROWS):
            key = _mixed(key ^ rows[:, column])
        order = np.argsort(key, kind="stable")
        cuts = np.flatnonzero(np.diff(key[order])) + 1
        for bucket in np.split(order, cuts):
            yield from _pairs([places[at] for at in bucket])


def _pairs(bucket: list[int]) -> Iterator[tuple[int, int]]:
    if len(bucket) < 2:
        return
    heads = bucket if len(bucket) <= MAX_BUCKET else bucket[:1]
    for at, first in enumerate(heads):
        for second in bucket[at + 1 :]:
            yield min(first, second), max(first, second)
