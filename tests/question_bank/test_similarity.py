"""Near-duplicates among items: what is found, and that nothing close is missed."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Indel

from learning.question_bank.similarity import Twins, find_twins, folded

BASE = "某产品寿命服从指数分布，平均故障间隔时间为 5000 h，连续工作 500 h 不发生故障的概率是多少？"


@pytest.mark.parametrize(
    "other",
    [
        BASE,
        BASE.replace("，", ", ").replace("？", "?"),
        BASE.replace("5000", "8000").replace("500 h", "200 h"),
        BASE.replace("某产品", "某型产品"),
        "下列说法正确的是：" + BASE,
    ],
)
def test_the_same_item_in_other_dress_is_found(other: str):
    texts = ["质量成本由哪几部分组成？", BASE, "关于顾客满意，下列说法错误的是", other]

    assert [(t.first, t.second) for t in find_twins(texts)] == [(1, 3)]


def test_items_of_one_subject_are_not_taken_for_twins():
    texts = ["下列属于预防成本的是", "下列属于鉴定成本的是什么费用", "PDCA 循环中 A 指什么"]

    assert find_twins(texts) == []


def test_equal_texts_of_two_characters_are_twins_and_empty_ones_never():
    assert find_twins(["对", "错", "对", "", "……"]) == [Twins(0, 2, 1000)]
    assert find_twins([]) == []


def test_the_likest_come_first():
    texts = [BASE, BASE.replace("寿命", "工作寿命"), BASE]

    likest, *others = find_twins(texts)

    assert likest == Twins(0, 2, 1000)
    assert all(twins.likeness_milli < 1000 for twins in others)


@given(st.integers(0, 2**32))
def test_every_text_with_one_character_changed_is_found(seed: int):
    rng = random.Random(seed)
    stock = ["".join(chr(0x4E00 + rng.randrange(3000)) for _ in range(40)) for _ in range(12)]
    texts = stock + [_edited(rng, text) for text in rng.sample(stock, 6)]

    folds = [folded(text) for text in texts]
    expected = {
        (i, j)
        for i in range(len(texts))
        for j in range(i + 1, len(texts))
        if Indel.normalized_similarity(folds[i], folds[j]) >= 0.9
    }

    assert {(t.first, t.second) for t in find_twins(texts, least_milli=900)} == expected


def _edited(rng: random.Random, text: str) -> str:
    at = rng.randrange(len(text))
    return text[:at] + chr(0x4E00 + rng.randrange(3000)) + text[at + 1 :]


def test_many_copies_of_one_text_cost_no_square():
    texts = [f"{BASE}第 {n} 版" for n in range(3000)]

    assert len(find_twins(texts)) >= 2999
