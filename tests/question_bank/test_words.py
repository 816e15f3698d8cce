"""What authors read of a key."""

import pytest

from learning.question_bank import item_types
from learning.question_bank.rules import ItemKind
from learning.question_bank.variants import realised_item
from learning.question_bank.words import help_words, key_words, kind_words
from tests.factories.items import make_parametric_item
from tests.question_bank.samples import ALL_KINDS, make

pytestmark = pytest.mark.pages


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (ItemKind.SINGLE, "B"),
        (ItemKind.MULTIPLE, "AC"),
        (ItemKind.TRUE_FALSE, "错误"),
        (ItemKind.BLANK, "偶然故障期 / 随机故障期；PDCA"),
        (ItemKind.NUMERIC, "49200 h ± 0.5 %"),
        (ItemKind.MATCHING, "左 1 → 右 c；左 2 → 右 a；左 3 → 右 c"),
        (ItemKind.ORDERING, "步骤 c → 步骤 a → 步骤 b"),
        (ItemKind.ESSAY, "3 分 说出定义；1.5 分 举例"),
        (
            ItemKind.CASE,
            "1. B  2. 偶然故障期 / 随机故障期；PDCA  3. 3 分 说出定义；1.5 分 举例",
        ),
    ],
)
def test_a_key_reads_as_an_author_would_say_it(app, kind, words) -> None:
    item = make(kind)

    with app.test_request_context():
        assert key_words(item.document, item.key) == words


def test_the_key_of_a_parametric_item_is_its_formula(app) -> None:
    item = make_parametric_item("p-1")
    plain = realised_item(item, 0)

    with app.test_request_context():
        assert key_words(item.document, item.key) == "100 * n / d h"
        assert key_words(plain.document, plain.key).endswith(" h ± 1 %")


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (
            make(ItemKind.BLANK, settings=(("order", "free"),)),
            "偶然故障期 / 随机故障期；PDCA（不计顺序）",
        ),
        (
            make(ItemKind.NUMERIC, tolerance=None, key_settings=(("figures", "3"),)),
            "49200 h（3 位有效数字）",
        ),
    ],
)
def test_a_key_says_what_the_heading_adds(app, item, words) -> None:
    with app.test_request_context():
        assert key_words(item.document, item.key) == words


def test_an_essay_without_a_rubric_has_nothing_to_say(app) -> None:
    item = make(ItemKind.ESSAY, rubric=())

    with app.test_request_context():
        assert not key_words(item.document, item.key)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_every_kind_has_a_word_and_says_how_it_is_written(app, kind) -> None:
    with app.test_request_context():
        assert kind_words(kind) == item_types.get_type(kind).WORD
        assert len(help_words(kind)) > 10
