"""What makes an item or a bank weak although it can be read: rules of writing. Pure.

`judge` looks at the good items of a bank. A rule of one item names the item; a rule of the whole
bank (where keys stand, how long they are, what is asked) names the bank. None of it proves an item
good: whether a stem asks one thing, and whether an explanation is right, is for people to read.
"""

from collections.abc import Callable, Collection, Iterator, Sequence

from learning.question_bank.linting.cues import Pair, cues
from learning.question_bank.linting.phrases import (
    catch_alls,
    double_negatives,
    quiet_negations,
    unexplained,
)
from learning.question_bank.linting.quantities import overlaps, unordered
from learning.question_bank.linting.sources import bare_sources, unplaced
from learning.question_bank.linting.whole import (
    long_keys,
    mostly_recall,
    near_duplicates,
    uneven_keys,
)
from learning.question_bank.rules import Item

__all__ = ["Found", "judge"]

Found = tuple[str, str]
"""Code of an item, "" for the whole bank, and what is wrong."""

_OF_ONE: tuple[Callable[[Item], Iterator[str]], ...] = (
    catch_alls,
    quiet_negations,
    double_negatives,
    unordered,
    overlaps,
    unexplained,
    bare_sources,
)
_OF_ALL = (uneven_keys, long_keys, mostly_recall)


def judge(
    items: Sequence[Item], harmless: Collection[Pair] = (), without_place: Collection[str] = ()
) -> list[Found]:
    """Return everything found, that of single items first, in the order of the files.

    `harmless` are the bank's pairs of which the second quotes the first's answer and tells nothing,
    `without_place` the items whose matter stands in no numbered place of a document.
    """
    found = [
        (item.document.code, message)
        for item in items
        for rule in _OF_ONE
        for message in rule(item)
    ]
    found += near_duplicates(items)
    found += cues(items, harmless)
    found += unplaced(items, without_place)
    return found + [("", message) for rule in _OF_ALL for message in rule(items)]
