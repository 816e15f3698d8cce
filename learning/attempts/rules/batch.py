"""What a device sends: a batch of responses, checked entry by entry before any database sees it.

One bad entry must not hold back the others: it is named, so that the device drops it from its
queue instead of sending it for ever. Answers become canonical JSON text, so that "the same content"
and hashes agree on every database.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MAX_BATCH = 200
# An essay of 10,000 characters, each escaped, and the other sub-items of its case.
MAX_ANSWER_CHARS = 24_000
MAX_POSITION = 1_000
MAX_SEQ = 2**53 - 1  # what a JavaScript number counts exactly
MAX_EPOCH = 2**31 - 1
MAX_DEPTH = 3
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """One response: `answer` is canonical JSON text; "null" withdraws."""

    position: int
    seq: int
    answer: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry that can never be stored, with what the device sent to name it."""

    position: int | None
    seq: int | None
    code: str


@dataclass(frozen=True, slots=True)
class Batch:
    """A checked batch; `entries` are unique by (position, seq), the first one wins."""

    epoch: int
    entries: tuple[BatchEntry, ...]
    rejected: tuple[Rejected, ...] = field(default=())


def canonical(value: Any) -> str:
    """Return canonical JSON text: sorted keys, no spaces, characters as they are."""
    return _ENCODER.encode(value)


def parse_batch(raw: Any) -> Batch | None:
    """Check a batch as decoded from JSON; None when it is no batch at all.

    `raw` is {"epoch": int, "responses": [{"position", "seq", "response"}, …]}, at most 200.
    """
    if not isinstance(raw, dict) or not is_integer(raw.get("epoch"), 1, MAX_EPOCH):
        return None
    responses = raw.get("responses")
    if not isinstance(responses, list) or len(responses) > MAX_BATCH:
        return None
    entries: dict[tuple[int, int], BatchEntry] = {}
    rejected: list[Rejected] = []
    for item in responses:
        outcome = _parse_entry(item)
        if isinstance(outcome, Rejected):
            rejected.append(outcome)
        else:
            entries.setdefault((outcome.position, outcome.seq), outcome)
    return Batch(raw["epoch"], tuple(entries.values()), tuple(rejected))


def _parse_entry(item: Any) -> BatchEntry | Rejected:
    if not isinstance(item, dict):
        return Rejected(None, None, "shape")
    position, seq = item.get("position"), item.get("seq")
    known_position = position if is_integer(position, 1, MAX_POSITION) else None
    known_seq = seq if is_integer(seq, 1, MAX_SEQ) else None
    if known_position is None or known_seq is None or "response" not in item:
        return Rejected(known_position, known_seq, "shape")
    if not _is_plain(item["response"], MAX_DEPTH):
        return Rejected(known_position, known_seq, "shape")
    answer = canonical(item["response"])
    fault = _text_fault(item["response"], answer)
    if fault:
        return Rejected(known_position, known_seq, fault)
    return BatchEntry(known_position, known_seq, answer)


def is_integer(value: Any, low: int, high: int) -> bool:
    """Tell whether a decoded JSON value is an integer (no boolean, no float) within the range."""
    return type(value) is int and low <= value <= high


def _is_plain(value: Any, depth: int) -> bool:
    """Allow text, booleans, null, lists and objects of these; no numbers, whose text varies."""
    if value is None or isinstance(value, str | bool):
        return True
    if depth == 0:
        return False
    if isinstance(value, list):
        return all(_is_plain(item, depth - 1) for item in value)
    if isinstance(value, dict):
        return all(_is_plain(item, depth - 1) for item in value.values())
    return False


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _texts(item)


def _text_fault(value: Any, answer: str) -> str:
    """Name what a database would choke on for ever: NUL, lone surrogates, excess of length."""
    if len(answer) > MAX_ANSWER_CHARS:
        return "too_long"
    if any("\x00" in text for text in _texts(value)):
        return "characters"
    try:
        answer.encode()
    except UnicodeEncodeError:
        return "characters"
    return ""
