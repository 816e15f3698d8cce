"""The sort keys of a whole list packed into blocks: a rank of long ago is read from one of them.

Pure. A million rows a day would be a million rows for each day of a contest; packed, they are some
three bytes each, and who asks for a rank reads `BLOCK` keys, not the list.

**Body.** For n different keys, best first: n little-endian 64-bit differences from the key before
(the first 0), then n 32-bit counts of rows with that key; the whole compressed by zlib. Worked
example: keys 9, 7, 7, 2 make one block with top 9, 4 rows, differences 0, 2, 5 and counts 1, 2, 1;
above 2 stand 3.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, groupby, islice, pairwise, takewhile

BLOCK = 2_048  # different keys of a block
_LEVEL = 6
_BYTES = 12


@dataclass(frozen=True, slots=True)
class Block:
    """Keys of a list that stand together: `top` the best of them, `before` the rows above it."""

    top: int
    before: int
    body: bytes


def pack(keys: Iterable[int], *, size: int = BLOCK) -> Iterator[Block]:
    """Pack the keys of a list, sorted best first, into blocks of at most `size` different keys.

    No key is in two blocks. Raises ValueError when the keys are not sorted.
    """
    runs = ((key, sum(1 for _ in same)) for key, same in groupby(keys))
    before, last = 0, None
    while part := list(islice(runs, size)):
        found = [key for key, _count in part]
        steps = [a - b for a, b in pairwise(found)]
        if min(steps, default=1) < 1 or (last is not None and last <= found[0]):
            raise ValueError("keys are not sorted, best first")
        counts = [count for _key, count in part]
        body = struct.pack(f"<{len(part)}Q{len(part)}I", 0, *steps, *counts)
        yield Block(found[0], before, zlib.compress(body, _LEVEL))
        before, last = before + sum(counts), found[-1]


def unpack(block: Block) -> tuple[tuple[int, int], ...]:
    """Return the block's keys, best first, each with how many rows had it."""
    body = zlib.decompress(block.body)
    size = len(body) // _BYTES
    numbers = struct.unpack(f"<{size}Q{size}I", body)
    keys = accumulate(numbers[:size], lambda at, step: at - step, initial=block.top)
    return tuple(zip(islice(keys, 1, None), numbers[size:], strict=True))


def count_above(block: Block, key: int) -> int:
    """Return how many rows of the list stand above a key that is below the block's top.

    The block must be the last one whose top is above the key.
    """
    return block.before + sum(
        count for _key, count in takewhile(lambda run: run[0] > key, unpack(block))
    )
