"""Items are values: equal content gives equal bytes and equal hashes."""

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given

from learning.question_bank.rules import (
    ItemDocument,
    ItemKind,
    ItemView,
    document_from_json,
    document_to_json,
    key_from_json,
    key_to_json,
)
from tests.question_bank.samples import ALL_KINDS, items, make


@given(items())
def test_documents_and_keys_come_back_from_json(item) -> None:
    assert document_from_json(document_to_json(item.document)) == item.document
    assert key_from_json(key_to_json(item.key)) == item.key


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_json_is_canonical(kind) -> None:
    item = make(kind)

    for text in (document_to_json(item.document), key_to_json(item.key)):
        again = json.dumps(
            json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        assert text == again
        assert "\\u" not in text


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_the_document_says_nothing_of_the_key(kind) -> None:
    item = make(kind, explanation="金丝雀解析", source="金丝雀出处")

    text = document_to_json(item.document)

    assert "金丝雀" not in text
    assert "choices" not in text
    assert "49200" not in text
    assert "偶然" not in text


def test_no_field_of_document_or_view_can_hold_a_key() -> None:
    names = {field.name for field in (*fields(ItemDocument), *fields(ItemView))}

    assert names.isdisjoint({"key", "choices", "value", "tolerance", "explanation", "source"})
    assert {"code", "area", "difficulty", "pool"}.isdisjoint(f.name for f in fields(ItemView))


def test_the_hash_covers_document_and_key() -> None:
    item = make(ItemKind.SINGLE)
    other_stem = replace(item, document=replace(item.document, stem="另一题"))
    other_key = replace(item, key=replace(item.key, choices=("c",)))

    hashes = {item.content_hash, other_stem.content_hash, other_key.content_hash}

    assert len(hashes) == 3
    assert make(ItemKind.SINGLE).content_hash == item.content_hash
    assert len(item.content_hash) == 64
