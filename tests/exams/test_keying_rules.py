"""What a line of an answer sheet may say, and when two keyings are the same. Pure."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.attempts.rules import (
    Blueprint,
    Due,
    Form,
    FormPosition,
    StoredResponse,
    fold,
    score_attempt,
)
from learning.exams.rules import KINDS
from learning.exams.rules.keying import (
    answers_of,
    differences,
    from_json,
    lines_of,
    read_date,
    read_line,
    read_total,
    to_json,
)
from learning.exams.rules.sheets import SheetState, agreed, state_after
from learning.leaderboards.rules import SCORE_THEN_DURATION, Result, sort_key
from learning.question_bank.rules import ItemKind, Pool
from tests.factories.items import make_item, section

AT = datetime(2026, 11, 22, tzinfo=UTC)
ITEMS = [make_item(kind.value, kind, key=("a", "c")) for kind in KINDS]
BLUEPRINT = Blueprint("b", Pool.CONTEST, tuple(section(item.document.kind, 1) for item in ITEMS))
FORM = Form(
    "A",
    tuple(
        FormPosition(n, tuple(reversed([o.id for o in item.document.options])), 4_000, n - 1)
        for n, item in enumerate(ITEMS, 1)
    ),
)
LINES = lines_of(FORM.positions, [item.document for item in ITEMS])
BY_KIND = {line.kind: line for line in LINES if "." not in line.place}


def read(kind: ItemKind, text: str) -> tuple[str, str]:
    return read_line(BY_KIND[kind], text)


@pytest.mark.parametrize(
    ("kind", "text", "normal"),
    [
        (ItemKind.SINGLE, " ｂ ", "B"),
        (ItemKind.SINGLE, "BA", "AB"),  # two crosses: no answer, and told as it is
        (ItemKind.MULTIPLE, "c, a、A", "AC"),
        (ItemKind.TRUE_FALSE, "√", "T"),
        (ItemKind.TRUE_FALSE, "错", "F"),
        (ItemKind.MATCHING, "a-C", "A-C"),
        (ItemKind.MATCHING, "ab", "AB-"),
        (ItemKind.MATCHING, "---", ""),
        (ItemKind.ORDERING, "c b a", "CBA"),
        (ItemKind.NUMERIC, "４９２００  h", "49200 h"),
        (ItemKind.BLANK, " 抽样  检验 ", "抽样 检验"),
        (ItemKind.SINGLE, "-", ""),
    ],
)
def test_a_line_has_one_normal_form(kind, text, normal) -> None:
    assert read(kind, text) == (normal, "")


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        (ItemKind.SINGLE, "E", "letter"),
        (ItemKind.MULTIPLE, "A-", "letter"),
        (ItemKind.TRUE_FALSE, "B", "verdict"),
        (ItemKind.MATCHING, "ABCD", "prompts"),
        (ItemKind.ORDERING, "AAB", "letter"),
        (ItemKind.NUMERIC, "9" * 65, "length"),
        (ItemKind.ESSAY, "a\x00", "characters"),
        (ItemKind.ESSAY, "长" * 10_001, "length"),
    ],
)
def test_what_no_line_can_say_is_refused(kind, text, code) -> None:
    assert read(kind, text) == ("", code)


def test_the_normal_form_is_its_own_normal_form() -> None:
    for kind, text in (
        (ItemKind.MULTIPLE, "c a"),
        (ItemKind.MATCHING, "a"),
        (ItemKind.BLANK, "ｘ"),
    ):
        normal, _ = read(kind, text)
        assert read(kind, normal) == (normal, "")


KEYINGS = st.dictionaries(
    st.sampled_from(["form", "date", "total", "1", "2", "12", "12.1"]),
    st.sampled_from(["", "A", "B", "AB"]),
)


@given(KEYINGS, KEYINGS)
def test_two_keyings_are_confirmed_if_and_only_if_they_are_equal(first, second) -> None:
    told = {p: t for p, t in first.items() if t} == {p: t for p, t in second.items() if t}

    assert (state_after(first, second) is SheetState.CONFIRMED) == told
    assert from_json(to_json(first)) == {p: t for p, t in first.items() if t}
    assert not set(agreed(first, second)) & set(differences(first, second))


@given(
    st.lists(st.sampled_from("ABCD"), min_size=1, unique=True),
    st.sampled_from([" ", "", ",", "、"]),
)
def test_order_case_and_separators_of_letters_do_not_matter(letters, between) -> None:
    typed = between.join(letters)

    assert read(ItemKind.MULTIPLE, typed.lower()) == ("".join(sorted(letters)), "")


# As a device saves it, and as a keyer types it: the options of FORM stand in reverse, d c b a.
SAME = {
    ItemKind.SINGLE: st.sampled_from([("a", "D"), ("c", "B"), (None, "")]),
    ItemKind.MULTIPLE: st.sampled_from(
        [(["a", "c"], "BD"), (["b"], "C"), (["c", "a", "d"], "ABD")]
    ),
    ItemKind.TRUE_FALSE: st.sampled_from([("t", "对"), ("f", "F"), (None, "-")]),
    ItemKind.BLANK: st.sampled_from([(["抽样检验"], "抽样检验"), (["抽"], "抽"), (None, "")]),
    ItemKind.NUMERIC: st.sampled_from([("49200", "49200"), ("49300 h", "49300h"), ("一", "一")]),
    ItemKind.MATCHING: st.sampled_from([(["c", "a", "c"], "BDB"), (["c", "", "b"], "B-C")]),
    ItemKind.ORDERING: st.sampled_from([(["c", "a", "b"], "ACB"), (["a", "b", "c"], "CBA")]),
    ItemKind.ESSAY: st.sampled_from([("定义与例子", "定义与例子"), (None, "")]),
    ItemKind.CASE: st.sampled_from(
        [(["b", ["抽检"], "回答"], ("B", "抽检", "回答")), ([None, None, "x"], ("", "", "x"))]
    ),
}


@given(st.fixed_dictionaries(SAME))
def test_a_keyed_paper_scores_as_the_same_answers_saved_on_a_screen(given_answers) -> None:
    typed, saved = {}, {}
    for number, item in enumerate(ITEMS, 1):
        response, text = given_answers[item.document.kind]
        texts = {f"{number}.{n}": each for n, each in enumerate(text, 1)}
        typed |= texts if item.document.kind is ItemKind.CASE else {str(number): text}
        if response is not None:
            saved[number] = json.dumps(response, ensure_ascii=False)
    values = {line.place: read_line(line, typed.get(line.place, ""))[0] for line in LINES}

    assert _items(answers_of(LINES, values)) == _items(saved)


def _items(answers: dict[int, str]) -> str:
    log = [StoredResponse(p, 1, 1, text, False, AT) for p, text in answers.items()]
    return score_attempt(
        blueprint=BLUEPRINT,
        form=FORM,
        items=ITEMS,
        current=fold(log, Due(AT)),
        due=Due(AT),
        rulings={},
    ).items


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("2026-11-22", "2026-11-22"),
        ("20261122", "2026-11-22"),
        ("2026年11月2日", "2026-11-02"),
        ("２０２６/1/2", "2026-01-02"),
        ("2026-02-30", ""),
        ("22.11.2026", ""),
        ("", ""),
    ],
)
def test_dates_are_read_as_people_write_them(text, read_as) -> None:
    assert read_date(text) == read_as


@pytest.mark.parametrize(
    ("text", "kept"),
    [("12.50", ("12.5", "")), ("20", ("20", "")), ("", ("", "")), ("0", ("0", ""))],
)
def test_totals_are_kept_in_one_form(text, kept) -> None:
    assert read_total(text, 20_000) == kept


@pytest.mark.parametrize("text", ["20.001", "-1", "1e1", "12.3456", "zwölf", "1" * 13])
def test_totals_outside_the_paper_are_refused(text) -> None:
    assert read_total(text, 20_000) == ("", "total")


def test_a_paper_ranks_behind_measured_results_of_the_same_points_and_before_fewer() -> None:
    def key(points: int, duration: int | None) -> int:
        return sort_key(SCORE_THEN_DURATION, Result("s", 1, points, duration, AT))

    assert key(90_000, 10**12) > key(90_000, None) > key(89_999, 1)
    assert key(90_000, None) == key(90_000, None)
