"""Documents survive their JSON, reports are checked, and completion asks for both halves."""

from dataclasses import replace
from decimal import Decimal

import pytest

from learning.courses.presentation import render_lesson, trace
from learning.courses.rules import (
    CheckItem,
    CourseDocument,
    LessonDocument,
    Objective,
    Reading,
    Term,
    course_from_json,
    is_complete,
    lesson_from_json,
    newcomers_place,
    next_lesson,
    parse_reading,
    runs_of_kind,
    to_json,
)
from learning.kernel.errors import Invalid
from learning.question_bank.rules import ItemKind, Level, Pool

SHA = "a" * 64


def make_lesson(body: str, rest: str = "") -> LessonDocument:
    return LessonDocument(
        code="les-01",
        title="题",
        title_en="Title",
        minutes=5,
        objectives=(Objective(Level.FAMILIAR, "会"),),
        terms=(Term("甲", "a", "释"),),
        sources=("出处",),
        body=body,
        rest=rest,
        check_items=(CheckItem("c-001", ItemKind.NUMERIC, SHA),),
        figures=(("figure.svg", SHA),),
    )


def test_a_term_explained_in_chinese_alone_leaves_the_hash_as_it_was() -> None:
    lesson = make_lesson("正文")
    told = replace(lesson, terms=(replace(lesson.terms[0], text_en="What it means."),))

    assert "text_en" not in to_json(lesson)
    assert lesson_from_json(to_json(told)) == told
    assert told.content_hash != lesson.content_hash


def test_documents_survive_their_json() -> None:
    lesson = make_lesson("正文")
    course = CourseDocument("c", "课", "C", "简介", "S", "t", "b", Pool.PRACTICE, ("les-01",))

    assert lesson_from_json(to_json(lesson)) == lesson
    assert course_from_json(to_json(course)) == course


@pytest.mark.parametrize(
    ("percent", "has_check", "check_done", "complete"),
    [
        (100, False, False, True),
        (99, False, False, False),
        (100, True, False, False),
        (100, True, True, True),
        (99, True, True, False),
    ],
)
def test_a_lesson_is_complete_when_read_to_its_end_and_checked(
    percent: int, has_check: bool, check_done: bool, complete: bool
) -> None:
    assert is_complete(percent, has_check=has_check, check_done=check_done) is complete


def test_a_report_is_a_percentage_and_a_heading() -> None:
    assert parse_reading({"percent": 64, "anchor": "s2-1"}) == Reading(64, "s2-1")
    assert parse_reading({"percent": 0}) == Reading(0, "")


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "x",
        {},
        {"percent": "64"},
        {"percent": True},
        {"percent": 64.5},
        {"percent": -1},
        {"percent": 101},
        {"percent": Decimal(5)},
        {"percent": 5, "anchor": None},
        {"percent": 5, "anchor": "s2\n"},
        {"percent": 5, "anchor": "<b>"},
        {"percent": 5, "anchor": "s" * 41},
        {"percent": 10**400, "anchor": ""},
    ],
)
def test_anything_else_is_refused(raw: object) -> None:
    with pytest.raises(Invalid):
        parse_reading(raw)


def test_neighbours_of_one_kind_make_one_section_in_the_authors_order() -> None:
    kinds = [ItemKind.SINGLE, ItemKind.SINGLE, ItemKind.BLANK, ItemKind.SINGLE]
    items = [CheckItem(str(n), kind, SHA) for n, kind in enumerate(kinds)]

    assert runs_of_kind(items) == [
        (ItemKind.SINGLE, ("0", "1")),
        (ItemKind.BLANK, ("2",)),
        (ItemKind.SINGLE, ("3",)),
    ]


def test_the_lesson_left_open_comes_before_the_first_one_left() -> None:
    assert next_lesson(["a", "b", "c"], ["a"], "c") == "c"
    assert next_lesson(["a", "b", "c"], ["a"], "a") == "b"
    assert next_lesson(["a", "b"], [], "gone") == "a"
    assert next_lesson(["a", "b"], ["a", "b"], "b") is None


class TestPresentation:
    def test_headings_are_numbered_through_both_halves(self) -> None:
        html = render_lesson(make_lesson("## 一\n\n### 小\n\n## 二 $x$", "## 三"), "/assets/")

        assert [(h.anchor, h.number) for h in html.headings] == [
            ("s1", "1"),
            ("s1-1", "1.1"),
            ("s2", "2"),
            ("s3", "3"),
        ]
        assert '<h2 id="s3">' in html.rest
        assert html.find_heading("s1-1").text == "小"
        assert html.find_heading("s9") is None

    def test_a_picture_alone_is_a_figure_at_the_address_of_its_content(self) -> None:
        html = render_lesson(make_lesson("![卡诺：三条线](assets/figure.svg)"), "/courses/assets/")

        assert f'src="/courses/assets/{SHA}"' in html.body
        assert 'alt="卡诺：三条线"' in html.body
        assert "</span>　卡诺</figcaption>" in html.body

    def test_a_table_scrolls_in_a_frame_that_the_keyboard_reaches(self) -> None:
        html = render_lesson(make_lesson("| 甲 | 乙 |\n| --- | ---: |\n| 1 | 2 |"), "/a/")

        assert '<div class="qa-tablewrap" tabindex="0"><table class="qa-table">' in html.body
        assert 'scope="col"' in html.body

    @pytest.mark.parametrize(
        "words",
        [
            '"><script>alert(1)</script>',
            "<h2>x</h2><script>",
            "<table><th></table><script>",
            "a > b <img src=x onerror=y>",
            "</figure><script>：<script>",
        ],
    )
    def test_hostile_words_of_a_picture_stay_words(self, words: str) -> None:
        for name in ("figure.svg", "none.svg"):
            html = render_lesson(make_lesson(f"文\n\n![{words}](assets/{name})\n\n文"), "/a/")

            assert "<script" not in html.body
            assert "<img src=x" not in html.body
            assert html.headings == ()

    def test_numbers_keep_their_units_and_formulas_their_commas(self) -> None:
        html = render_lesson(make_lesson("净重 49 200 h，即 5 kg，$x$，第 3 课。"), "/a/").body

        assert "49\u00a0200\u00a0h" in html
        assert "5\u00a0kg" in html
        assert "</math></span>，</span>" in html
        assert "第 3 课" in html

    def test_raw_html_of_an_author_is_text(self) -> None:
        html = render_lesson(make_lesson("<script>x</script>\n\n[甲](javascript:x)"), "/a/")

        assert "<script" not in html.body
        assert "javascript:" not in html.body

    @pytest.mark.parametrize("count", [0, 1, 2, 40])
    def test_a_trace_has_a_point_a_lesson_inside_its_box(self, count: int) -> None:
        drawn = trace(("done",) * (count // 2) + ("next",) * (count - count // 2))

        assert len(drawn.points) == count
        assert all(0 <= x <= drawn.width and 0 <= y <= 50 for x, y, _ in drawn.points)


def test_newcomers_are_sent_to_what_is_for_everyone_first() -> None:
    tracks = ["品牌经理", "应知应会", "首席质量官", "首次使用", ""]
    courses = [
        CourseDocument("c", "题", "Title", "说明", "About", track, "", Pool.PRACTICE, ("les-01",))
        for track in tracks
    ]

    ordered = [course.track for course in sorted(courses, key=newcomers_place)]

    assert ordered == ["首次使用", "应知应会", "品牌经理", "首席质量官", ""]
