"""How much of a list of certificates is told: wrong pairs are guesses, and guesses are bounded."""

from collections.abc import Sequence


def rows_told(is_found: Sequence[bool], misses: int) -> int:
    """Return how many rows of a list are told, from the top, with at most `misses` wrong ones.

    The row that would be one wrong pair too many is not told, nor is any after it.
    """
    wrong = 0
    for told, found in enumerate(is_found):
        wrong += not found
        if wrong > misses:
            return told
    return len(is_found)
