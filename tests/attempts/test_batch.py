"""A batch is checked entry by entry: poison is named, the rest goes through."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.attempts.rules.batch import MAX_BATCH, parse_batch

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


def batch(*entries: object, epoch: object = 1) -> dict[str, object]:
    return {"epoch": epoch, "responses": list(entries)}


def entry(position: object = 1, seq: object = 1, response: object = "b") -> dict[str, object]:
    return {"position": position, "seq": seq, "response": response}


def test_a_plain_entry_is_kept_as_canonical_text() -> None:
    parsed = parse_batch(batch(entry(3, 17, ["c", "a"])))

    assert [(e.position, e.seq, e.answer) for e in parsed.entries] == [(3, 17, '["c","a"]')]
    assert parsed.rejected == ()


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (entry(response="a\x00b"), "characters"),
        (entry(response=["x", "\x00"]), "characters"),
        (entry(response="\ud800"), "characters"),
        (entry(response="长" * 24_001), "too_long"),
        (entry(response=3.5), "shape"),
        (entry(response=[[[["deep"]]]]), "shape"),
        (entry(seq=1e30), "shape"),
        (entry(seq=True), "shape"),
        (entry(seq=0), "shape"),
        (entry(seq=2**53), "shape"),
        (entry(position="1"), "shape"),
        (entry(position=10**9), "shape"),
        ({"position": 1, "seq": 1}, "shape"),
        ("text", "shape"),
        (None, "shape"),
    ],
)
def test_one_poisoned_entry_is_named_and_the_others_pass(bad: object, code: str) -> None:
    parsed = parse_batch(batch(bad, entry(2, 5, "c")))

    assert [r.code for r in parsed.rejected] == [code]
    assert [(e.position, e.seq) for e in parsed.entries] == [(2, 5)]


def test_a_backslash_u0000_that_somebody_typed_is_ordinary_text() -> None:
    parsed = parse_batch(batch(entry(response="\\u0000")))

    assert parsed.rejected == ()
    assert json.loads(parsed.entries[0].answer) == "\\u0000"


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "x",
        {},
        {"epoch": 1},
        {"epoch": 0, "responses": []},
        {"epoch": 2**31, "responses": []},
        {"epoch": "1", "responses": []},
        {"epoch": 1, "responses": {}},
        {"epoch": 1, "responses": [entry()] * (MAX_BATCH + 1)},
    ],
)
def test_what_is_no_batch_is_refused_whole(raw: object) -> None:
    assert parse_batch(raw) is None


def test_a_position_and_seq_sent_twice_keeps_the_first() -> None:
    parsed = parse_batch(batch(entry(1, 1, "a"), entry(1, 1, "b")))

    assert [e.answer for e in parsed.entries] == ['"a"']


@given(json_values)
def test_no_decoded_json_makes_the_check_fail(value: object) -> None:
    parsed = parse_batch(value)

    assert parsed is None or len(parsed.entries) + len(parsed.rejected) >= 0


@given(st.lists(json_values, max_size=10))
def test_whatever_passes_can_be_stored_as_text(values: list[object]) -> None:
    parsed = parse_batch(batch(*(entry(i + 1, 1, value) for i, value in enumerate(values))))

    for kept in parsed.entries:
        kept.answer.encode()
        assert "\x00" not in str(json.loads(kept.answer))
