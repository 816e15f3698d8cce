"""Moodle XML: files of others come in with their keys, our own items go out and come back."""

import re
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.question_bank.drafts import Defaults, check, draft_of
from learning.question_bank.formats import Asset, Parsed, Unreadable, Upload
from learning.question_bank.formats.moodle import MoodleExporter, MoodleImporter
from learning.question_bank.formats.xml_out import as_exported
from learning.question_bank.item_types.folding import fold
from learning.question_bank.rules import Draw, Item, ItemKind, Variable
from tests.question_bank.formats.expected import list_cases, read_case, summary
from tests.question_bank.samples import items, make

PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\x02\0\0\0\x90wS\xde"
    b"\0\0\0\x0cIDATx\x9cc\xf8\xff\xff?\0\x05\xfe\x02\xfe\r\xefF\xb8\0\0\0\0IEND\xaeB`\x82"
)
importer, exporter = MoodleImporter(), MoodleExporter()


def parse(content: bytes | str) -> Parsed:
    raw = content.encode() if isinstance(content, str) else content
    return importer.parse(Upload("x.xml", raw), lambda *_: None)


def written(*them: Item, assets: tuple[Asset, ...] = ()) -> str:
    return exporter.write(them, "题库", assets).content.decode()


def with_document(item: Item, **changes: Any) -> Item:
    return replace(item, document=replace(item.document, **changes))


def without_drafts(text: str) -> str:
    return re.sub(r"(?s)<quality-academy>.*?</quality-academy>", "", text)


def question(kind: str, inner: str) -> str:
    return f'<quiz><question type="{kind}"><name><text>n</text></name>{inner}</question></quiz>'


@pytest.mark.parametrize(("name", "expected"), list_cases("moodle"), ids=lambda v: str(v)[:30])
def test_each_sample_file_gives_the_questions_of_the_manifest(
    name: str, expected: dict[str, Any]
) -> None:
    assert summary(read_case(importer, "moodle", name)) == expected


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(items())
def test_items_come_back_the_same(item: Item) -> None:
    if exporter.why_not(item):
        return

    (entry,) = parse(written(item)).entries

    assert entry.problems == ()
    assert check(entry.draft, Defaults("x")).item == item


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(items())
def test_what_another_system_sees_is_the_item_too(item: Item) -> None:
    if exporter.why_not(item):
        return

    (entry,) = parse(without_drafts(written(item))).entries
    seen = check(entry.draft, Defaults("x")).item

    assert seen is not None
    assert seen.document.kind == item.document.kind
    assert seen.document.code == item.document.code
    assert seen.document.difficulty == item.document.difficulty
    assert seen.document.tracks == item.document.tracks
    assert seen.key.choices == item.key.choices
    assert _folded(seen.key.blanks) == _folded(item.key.blanks)
    assert seen.key.value == item.key.value
    assert len(seen.document.options) == len(item.document.options)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(items(), max_size=5))
def test_many_items_come_back_in_order(them: list[Item]) -> None:
    good = [item for item in them if not exporter.why_not(item)]
    if not good:
        return

    entries = parse(written(*them)).entries

    assert [check(entry.draft, Defaults("x")).item for entry in entries] == good


def _folded(blanks: tuple[tuple[str, ...], ...]) -> list[set[str]]:
    """What a gap accepts: white space in a wording is not part of it."""
    return [{fold(wording) for wording in each} for each in blanks]


def test_a_question_edited_elsewhere_is_what_its_editor_made_of_it() -> None:
    text = written(make(ItemKind.SINGLE, stem="原来的题干"))
    edited = text.replace("&lt;p&gt;原来的题干&lt;/p&gt;", "&lt;p&gt;改过的题干&lt;/p&gt;")

    (entry,) = parse(edited).entries

    assert edited != text
    assert entry.draft.stem == "改过的题干"
    assert entry.draft.level == "master"  # the tag is still there


def test_a_draft_that_is_not_ours_is_ignored() -> None:
    text = written(make(ItemKind.TRUE_FALSE))
    for forged in ("{", "[]", '{"stem": 1}', '{"options": 5}', "[" * 100_000, '{"parts": [1]}'):
        changed = re.sub(
            r"(?s)(<quality-academy>).*?(</quality-academy>)", rf"\g<1>{forged}\2", text
        )

        (entry,) = parse(changed).entries

        assert entry.draft.kind == "true_false"
        assert entry.draft.answers == ("错",)


def test_pictures_travel_with_the_texts_that_show_them() -> None:
    item = make(ItemKind.SINGLE, stem="看图 ![曲线](/media/abc123.png) 作答")
    text = written(item, assets=(Asset("abc123.png", "image/png", PNG),))

    parsed = parse(text)

    assert [(a.name, a.content) for a in parsed.assets] == [("abc123.png", PNG)]
    assert parsed.entries[0].draft == as_exported(draft_of(item))
    assert parse(without_drafts(text)).entries[0].draft.stem == (
        "看图 ![曲线](asset:abc123.png) 作答"
    )


def test_a_picture_that_does_not_come_along_is_named() -> None:
    carried = exporter.write([make(ItemKind.ESSAY, stem="![x](/media/gone.png)")], "题库", ())

    assert [(p.where, p.code, p.is_loss) for p in carried.left_out] == [
        ("qa-01-001", "picture", True)
    ]


def test_what_moodle_cannot_hold_is_named_and_the_rest_is_written() -> None:
    free = with_document(make(ItemKind.BLANK, code="free"), settings=(("order", "free"),))
    drawn = with_document(
        make(ItemKind.NUMERIC, code="drawn"), draw=Draw((Variable("a", ("1", "2")),))
    )
    case, good = make(ItemKind.CASE, code="case"), make(ItemKind.ORDERING, code="good")

    carried = exporter.write([free, drawn, case, good], "题库", ())

    assert [p.where for p in carried.left_out] == ["free", "drawn", "case"]
    assert all(p.message for p in carried.left_out)
    assert [e.draft.code for e in parse(carried.content).entries] == ["good"]


def test_moodle_is_told_of_wrong_options_and_of_relative_tolerances_as_numbers() -> None:
    several = written(make(ItemKind.MULTIPLE))
    number = written(make(ItemKind.NUMERIC))

    assert several.count('fraction="50"') == 2
    assert several.count('fraction="-100"') == 2
    assert "<tolerance>246</tolerance>" in number
    assert "<unit_name>h</unit_name>" in number


@pytest.mark.parametrize(
    "hostile",
    [
        (
            '<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            "<quiz><question type='essay'><questiontext><text>&x;</text></questiontext></question></quiz>"
        ),
        '<!DOCTYPE q [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><quiz>&b;</quiz>',
        "<quiz>" + "<question>" * 5000 + "</question>" * 5000 + "</quiz>",
        "<quiz><question",
        "<quiz></quiz>",
        "<quiz>" + "<question/>" * 60_000 + "</quiz>",
        "<html><body>quiz</body></html>",
    ],
    ids=["xxe", "entities", "deep", "cut", "empty", "many", "another"],
)
def test_hostile_or_foreign_files_are_refused_with_a_reason(hostile: str) -> None:
    started = time.perf_counter()

    with pytest.raises(Unreadable) as refused:
        parse(hostile)

    assert refused.value.message.endswith("。")
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    "text",
    [
        "{1:SA:" * 3000,
        "{1:SA:=" + "~=a" * 3000 + "}",
        "{1:SA:=" + "\\" * 50_000,
        "@@PLUGINFILE@@" * 5000,
        "\\(" * 20_000,
        "&lt;b&gt;" * 9000,
    ],
    ids=["openings", "alternatives", "backslashes", "files", "formulas", "tags"],
)
@pytest.mark.parametrize("kind", ["cloze", "essay"])
def test_odd_texts_cost_little(kind: str, text: str) -> None:
    started = time.perf_counter()

    parse(question(kind, f"<questiontext format='html'><text>{text}</text></questiontext>"))

    assert time.perf_counter() - started < 2


def test_scripts_vanish_and_are_reported() -> None:
    html = '&lt;p onclick="x()"&gt;好&lt;/p&gt;&lt;a href="javascript:x()"&gt;去&lt;/a&gt;'

    (entry,) = parse(question("essay", f"<questiontext><text>{html}</text></questiontext>")).entries

    assert entry.draft.stem == "好\n\n去"
    assert [p.message for p in entry.problems] == ["文字里的脚本没有带入"]


def test_a_name_stands_in_for_a_text_that_is_missing() -> None:
    (entry,) = parse(question("essay", "")).entries

    assert entry.draft.stem == "n"


def test_only_a_quiz_is_taken_for_moodle_xml() -> None:
    assert importer.detect(Upload("x", b"<?xml version='1.0'?><quiz>")) > 90
    assert importer.detect(Upload("x", "<quiz>".encode("utf-16"))) > 90
    assert importer.detect(Upload("x", b"<questestinterop>")) == 0
