"""Choosing the mask of a QR code (ISO/IEC 18004 clause 7.8) for all eight at once. Pure.

A code is built once; the other seven masks turn fixed modules of it, the same for every text of a
version. The library builds and weighs each by itself, module by module: four times as long, which
shows where ten thousand certificates are made.
"""

import re
from functools import lru_cache
from typing import Any

import numpy as np
import segno
from numpy.typing import NDArray

MASKS = 8
_LEVEL = "m"
_LIGHT = 4  # modules beside a finder-like pattern that make it count
_FINDER = b"\x01\x00\x01\x01\x01\x00\x01"
_LIKE_FINDER = re.compile(b"(?<=\0{4})" + _FINDER + b"|" + _FINDER + b"(?=\0{4})")

Modules = NDArray[np.uint8]


def best_masked(text: str) -> Modules:
    """Return the modules of a code of level M with the mask of the lowest penalty; 1 is dark.

    Of equal ones the first. Raises ValueError for what no code takes.
    """
    built = segno.make_qr(text, error=_LEVEL, boost_error=False, mask=0)
    turned, blank = _turned(int(built.version))
    masked = _modules(built) ^ turned
    scores = penalties(masked & ~blank)
    best: Modules = masked[int(np.argmin(scores))]
    return best


@lru_cache(maxsize=40)
def _turned(version: int) -> tuple[Modules, Modules]:
    """Return which modules each mask turns beside the first one, and those without data of it.

    The latter, format and version, are light while masks are weighed.
    """
    codes = [
        _modules(segno.make_qr("0", error=_LEVEL, boost_error=False, version=version, mask=mask))
        for mask in range(MASKS)
    ]
    side = len(codes[0])
    blank = np.zeros((side, side), dtype=np.uint8)
    blank[8, :9] = blank[8, side - 8 :] = 1
    blank[8, 6] = 0  # timing
    if version >= 7:  # from here on the standard prints the version too
        blank[:6, side - 11 : side - 8] = 1
    blank |= blank.T
    return np.stack(codes) ^ codes[0], blank * np.uint8(255)


def _modules(code: Any) -> Modules:
    return np.array(code.matrix, dtype=np.uint8)


def penalties(codes: Modules) -> list[int]:
    """Return the penalty of each of some codes, from (codes, side, side) modules.

    The sum of table 11: runs of five and more, blocks of one colour, patterns like a finder, and
    how far the dark modules are from a half.
    """
    count, side, _ = codes.shape
    lines = np.concatenate([codes, codes.transpose(0, 2, 1)], axis=1)
    alike = (lines[:, :, 1:] == lines[:, :, :-1]).astype(np.int8)
    fives = (alike[:, :, :-3] & alike[:, :, 1:-2] & alike[:, :, 2:-1] & alike[:, :, 3:]) > 0
    begun = fives.copy()
    begun[:, :, 1:] &= ~fives[:, :, :-1]
    runs = fives.sum(axis=(1, 2)) + 2 * begun.sum(axis=(1, 2))  # a run of n costs n - 2
    across, down = alike[:, :side], alike[:, side:].transpose(0, 2, 1)
    blocks = (across[:, 1:] & across[:, :-1] & down[:, :, 1:]).sum(axis=(1, 2))
    padded = np.pad(lines, ((0, 0), (0, 0), (_LIGHT, _LIGHT)))
    dark = codes.sum(axis=(1, 2), dtype=np.int64)
    return [
        int(runs[n])
        + 3 * int(blocks[n])
        + 40 * len(_LIKE_FINDER.findall(padded[n].tobytes()))
        + 10 * int(abs(float(dark[n]) / side**2 * 100 - 50) / 5)
        for n in range(count)
    ]
