"""Options that are numbers or ranges: in order, and without overlap."""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from learning.question_bank.rules import Item, ItemKind

FEWEST = 3
_NUMBER = r"[-−]?[0-9][0-9 \u2009,]*(?:\.[0-9]+)?"
_QUANTITY = re.compile(rf"(?:约|≈|\$)*({_NUMBER})\s*([^0-9～~—]*)")
_RANGE = re.compile(rf"({_NUMBER})\s*[^0-9～~]*[～~]\s*({_NUMBER})[^0-9]*")


def unordered(item: Item) -> Iterator[str]:
    """Find numeric options of one unit that neither rise nor fall."""
    if item.document.draw or len(item.document.options) < FEWEST:
        return
    read = [_QUANTITY.fullmatch(option.text.strip()) for option in item.document.options]
    found = [each for each in read if each]
    if len(found) < len(read) or len({each[2] for each in found}) > 1:
        return
    numbers = [_number(each[1]) for each in found]
    if numbers not in (sorted(numbers), sorted(numbers, reverse=True)):
        yield "选项是数，应按大小排列"


def overlaps(item: Item) -> Iterator[str]:
    """Find ranges among the options of a single-choice item that share a stretch."""
    if item.document.kind is not ItemKind.SINGLE or item.document.draw:
        return
    ranges = [_RANGE.fullmatch(option.text.strip()) for option in item.document.options]
    spans = sorted((_number(each[1]), _number(each[2])) for each in ranges if each)
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            yield f"选项的范围有重叠：{start} 小于 {end}"


def _number(text: str) -> Decimal:
    return Decimal(re.sub(r"[ \u2009,]", "", text).replace("−", "-"))
