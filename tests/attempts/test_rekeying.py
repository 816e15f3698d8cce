"""Another key for an item that was asked: every kind can have one, or is refused in words."""

from dataclasses import replace
from decimal import Decimal

import pytest

from learning.attempts.rules import (
    KeyWish,
    RekeyRefusal,
    Ruling,
    Treatment,
    explained,
    keeps_question,
    new_key,
    rekey_refusal,
    rulings_from_json,
    rulings_to_json,
)
from learning.attempts.rules.scoring import Worth, score_position
from learning.attempts.words.regrades import item_to_rule, key_wish, ruling_words
from learning.question_bank.rules import Criterion, Item, ItemDocument, ItemKind
from learning.question_bank.scoring import MarkingKind, MarkingRule, Outcome
from learning.question_bank.variants import realised_item
from tests.factories.items import ALL_KINDS, make_item, make_parametric_item

WORTH = Worth(6_000, MarkingRule(MarkingKind.PER_BLANK))


def wish(*chosen: str, lines: tuple[str, ...] = ()) -> KeyWish:
    return KeyWish(frozenset(chosen), lines)


#: kind → what is said to be right, an answer that is right by it (as devices save it).
OTHER = {
    ItemKind.SINGLE: (wish("c"), '"c"'),
    ItemKind.MULTIPLE: (wish("b", "d"), '["d","b"]'),
    ItemKind.TRUE_FALSE: (wish("f"), '"f"'),
    ItemKind.BLANK: (wish(lines=("= 全数检验 | 全检",)), '["全检"]'),
    ItemKind.NUMERIC: (wish(lines=("50000 h ± 100",)), '"50050"'),
    ItemKind.MATCHING: (
        wish(
            lines=(
                "all 的左项 1 -> all 的右项 d",
                "all 的左项 2 -> all 的右项 a",
                "all 的左项 3 -> all 的右项 c",
            )
        ),
        '["d","a","c"]',
    ),
    ItemKind.ORDERING: (
        wish(lines=("all 的步骤 a", "all 的步骤 b", "all 的步骤 c")),
        '["a","b","c"]',
    ),
    ItemKind.CASE: (KeyWish(parts={1: wish("d"), 2: wish(lines=("全检",))}), '["d",["全检"],null]'),
}


def made(kind: ItemKind) -> Item:
    keys = {ItemKind.MULTIPLE: ("a", "c"), ItemKind.TRUE_FALSE: ("t",)}
    item = make_item("all", kind, key=keys.get(kind, ("b",)))
    parts = tuple(_gapped(part) for part in item.document.parts)
    return Item(replace(_gapped(item.document), parts=parts), item.key)


def _gapped(document: ItemDocument) -> ItemDocument:
    return replace(document, stem="缺什么：____。") if document.kind is ItemKind.BLANK else document


def outcome_of(item: Item, answer: str) -> str:
    return score_position(item, answer, WORTH).outcome


class TestEveryKind:
    def test_every_kind_has_a_case_here_or_is_refused(self) -> None:
        refused = {kind for kind in ALL_KINDS if rekey_refusal(made(kind)) is not None}

        assert set(OTHER) | refused == set(ALL_KINDS)
        assert refused == {ItemKind.ESSAY}

    @pytest.mark.parametrize("kind", OTHER)
    def test_an_answer_that_was_wrong_is_right_by_the_new_key(self, kind: ItemKind) -> None:
        item, (said, answer) = made(kind), OTHER[kind]
        key = new_key(item, said)
        assert key is not None

        before, after = outcome_of(item, answer), outcome_of(Item(item.document, key), answer)
        assert before in {Outcome.WRONG, Outcome.PARTIAL}
        assert after in {Outcome.RIGHT, Outcome.PARTIAL}
        points = [
            score_position(each, answer, WORTH).points_milli
            for each in (item, Item(item.document, key))
        ]
        assert points[0] < points[1]
        assert keeps_question(item, key)

    @pytest.mark.parametrize("kind", OTHER)
    def test_a_ruling_survives_being_written_down_and_reads_in_words(self, app, kind) -> None:
        item = made(kind)
        key = new_key(item, OTHER[kind][0])
        ruling = Ruling(7, Treatment.REKEY, key)

        assert rulings_from_json(rulings_to_json([ruling])) == (ruling,)
        with app.test_request_context():
            assert ruling_words(ruling, item.document).startswith("改答案为 ")

    @pytest.mark.parametrize("kind", ALL_KINDS)
    def test_silence_is_no_key(self, kind: ItemKind) -> None:
        assert new_key(made(kind), KeyWish()) is None

    @pytest.mark.parametrize(
        ("kind", "said"),
        [
            (ItemKind.SINGLE, wish("a", "b")),
            (ItemKind.SINGLE, wish("z")),
            (ItemKind.MULTIPLE, wish("a", "z")),
            (ItemKind.TRUE_FALSE, wish("t", "f")),
            (ItemKind.BLANK, wish(lines=("一", "二"))),
            (ItemKind.NUMERIC, wish(lines=("很多",))),
            (ItemKind.NUMERIC, wish(lines=("5 kg",))),
            (ItemKind.MATCHING, wish(lines=("all 的左项 1 -> 别的",))),
            (ItemKind.ORDERING, wish(lines=("all 的步骤 a", "all 的步骤 b"))),
            (ItemKind.ESSAY, wish(lines=("5 分 说出定义",))),
            (ItemKind.CASE, KeyWish(parts={3: wish(lines=("5 分 说出定义",))})),
            (ItemKind.CASE, KeyWish(parts={4: wish("a")})),
            (ItemKind.CASE, KeyWish(parts={1: wish("a", "b")})),
        ],
    )
    def test_what_the_item_cannot_have_is_no_key(self, kind: ItemKind, said: KeyWish) -> None:
        assert new_key(made(kind), said) is None


class TestCases:
    def test_sub_items_that_nobody_speaks_of_keep_their_keys(self) -> None:
        item = made(ItemKind.CASE)
        key = new_key(item, KeyWish(parts={1: wish("d"), 2: KeyWish()}))

        assert key is not None
        assert key.parts[0].choices == ("d",)
        assert key.parts[1:] == item.key.parts[1:]

    def test_a_case_marked_by_people_alone_is_refused(self) -> None:
        essay = make_item("e", ItemKind.ESSAY)
        item = made(ItemKind.CASE)
        document = replace(item.document, parts=(essay.document,))
        by_hand = Item(document, replace(item.key, parts=(essay.key,)))

        assert rekey_refusal(by_hand) is RekeyRefusal.MARKED_BY_HAND


class TestParametric:
    @pytest.mark.parametrize(
        ("lines", "right"),
        [(("100 * n * d",), "n*d"), (("100 * n * d", "absolute = 0.5"), "n*d")],
    )
    def test_a_computed_number_takes_another_expression(self, lines, right) -> None:
        item = make_parametric_item("p")
        key = new_key(item, wish(lines=lines))
        assert key is not None

        for variant in (0, 1, 2):
            plain = realised_item(Item(item.document, key), variant)
            assert plain.key.value is not None
            assert plain.key.value == plain.key.value.to_integral_value()
            answer = f'"{plain.key.value}"'
            assert outcome_of(plain, answer) == Outcome.RIGHT
            assert outcome_of(realised_item(item, variant), answer) == Outcome.WRONG
        assert keeps_question(item, key)

    def test_a_tolerance_alone_is_said_with_the_same_expression(self) -> None:
        item = make_parametric_item("p")
        key = new_key(item, wish(lines=("100 * n / d", "relative = 0.2")))

        assert key is not None
        assert (key.tolerance, key.tolerance_kind) == (Decimal("0.2"), "relative")
        figures = new_key(item, wish(lines=("100 * n / d", "figures = 2")))
        assert figures is not None
        assert (figures.tolerance, figures.setting("figures")) == (None, "2")

    @pytest.mark.parametrize(
        "lines",
        [("x * 2",), ("100 / (d - 7)",), ("100 * n", "about = 3"), ("n", "figures = 2", "more")],
    )
    def test_an_expression_that_a_variant_cannot_have_is_refused(self, lines) -> None:
        """d may be 7: a candidate who was asked that could never be right."""
        assert new_key(make_parametric_item("p"), wish(lines=lines)) is None

    def test_options_with_drawn_numbers_are_ticked_as_others(self) -> None:
        item = make_parametric_item("p", ItemKind.SINGLE)
        key = new_key(item, wish("b"))

        assert key is not None
        assert keeps_question(item, key)
        assert outcome_of(realised_item(Item(item.document, key), 3), '"b"') == Outcome.RIGHT


class TestRubrics:
    @pytest.mark.parametrize("kind", [ItemKind.ESSAY, ItemKind.CASE])
    def test_a_rubric_is_never_changed_by_a_ruling(self, kind: ItemKind) -> None:
        """Marks were given by it: other words would change them without an answer being read."""
        item = made(kind)
        rubric = (Criterion(Decimal(5), "别的要点"),)
        if kind is ItemKind.CASE:
            parts = (*item.key.parts[:2], replace(item.key.parts[2], rubric=rubric))
            key = replace(item.key, parts=parts)
        else:
            key = replace(item.key, rubric=rubric)

        assert not keeps_question(item, key)

    def test_what_is_marked_by_people_says_so_and_names_the_way_out(self, app) -> None:
        with app.test_request_context():
            essay = item_to_rule(made(ItemKind.ESSAY), may_read=True)
            case = item_to_rule(made(ItemKind.CASE), may_read=True)
            single = item_to_rule(made(ItemKind.SINGLE), may_read=True)

        assert (essay.fields, "重阅" in essay.refusal, "满分" in essay.refusal) == ((), True, True)
        assert [part.number for part in case.fields] == [1, 2]
        assert "逐份退回重阅" in case.refusal
        assert single.refusal == ""


class TestFields:
    @pytest.mark.parametrize(
        ("kind", "sent"),
        [
            (ItemKind.SINGLE, {"option-c": "y", "version": "3"}),
            (ItemKind.BLANK, {"lines-0": "= 全数检验 | 全检"}),
            (ItemKind.CASE, {"option-1-d": "y", "lines-2": "全检", "lines-3": " "}),
        ],
    )
    def test_what_the_page_sends_is_what_was_meant(self, kind, sent) -> None:
        assert new_key(made(kind), key_wish(made(kind), sent)) == new_key(
            made(kind), OTHER[kind][0]
        )


class TestExplanations:
    """What argued for a key that no longer holds is never shown beside the one that does."""

    def test_a_corrected_one_stands_in_the_place_of_the_old(self) -> None:
        item = made(ItemKind.SINGLE)
        key = new_key(item, wish("c"))
        ruling = Ruling(1, Treatment.REKEY, key, "3.2 条说的是 c。")

        told = explained(key, item.key, ruling)

        assert (told.choices, told.explanation, told.source) == (("c",), "3.2 条说的是 c。", "")

    def test_without_one_the_old_goes_with_its_key(self) -> None:
        item = made(ItemKind.SINGLE)
        key = new_key(item, wish("c"))
        assert item.key.explanation

        assert explained(key, item.key, Ruling(1, Treatment.REKEY, key)).explanation == ""

    def test_of_a_case_it_goes_in_the_sub_items_that_were_rekeyed(self) -> None:
        item = made(ItemKind.CASE)
        parts = tuple(
            replace(part, explanation=f"小题 {n}") for n, part in enumerate(item.key.parts)
        )
        own = replace(item.key, parts=parts)
        key = replace(own, parts=(replace(parts[0], choices=("d",)), *parts[1:]))

        told = explained(key, own, Ruling(1, Treatment.REKEY, key))

        assert [part.explanation for part in told.parts] == ["", "小题 1", "小题 2"]

    def test_where_the_key_stays_the_old_one_does_unless_another_is_written(self) -> None:
        own = made(ItemKind.SINGLE).key

        assert explained(own, own, Ruling(1, Treatment.EXCLUDED)) == own
        told = explained(own, own, Ruling(1, Treatment.FULL_MARKS, None, "题干有歧义。"))
        assert told.explanation == "题干有歧义。"

    def test_it_is_kept_with_the_ruling_and_earlier_ones_had_none(self) -> None:
        ruling = Ruling(7, Treatment.FULL_MARKS, None, "题干有歧义。")

        assert rulings_from_json(rulings_to_json([ruling])) == (ruling,)
        assert rulings_from_json('[[7,"excluded",""]]') == (Ruling(7, Treatment.EXCLUDED),)
