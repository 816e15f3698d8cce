"""A course folder is read whole, and each fault is named with its file and line."""

from pathlib import Path

import pytest

from learning.courses.loader import load_courses
from learning.kernel.content import ProblemList
from learning.kernel.svg import check_svg
from learning.question_bank.rules import Level
from tests.factories.courses import (
    BANK,
    BODY,
    COURSE,
    HEAD,
    SVG,
    load_one,
    make_course_items,
    write_course,
    write_lesson,
)

FIRST = 10  # the line after the front matter of the factory's lessons, itself empty


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_course(tmp_path / "sample-course")


def problems_of(folder: Path) -> list[tuple[str, int | None, str]]:
    return [(Path(p.path).name, p.line, p.code) for p in load_one(folder).problems]


def test_a_sound_course_is_read_in_order_of_its_files(folder: Path) -> None:
    loaded = load_one(folder)

    assert loaded.problems == ()
    assert loaded.document.lessons == ("les-01", "les-02")
    first, last = loaded.lessons
    assert [item.code for item in first.check_items] == [f"c-00{n}" for n in range(1, 6)]
    assert first.body.endswith("## 自测")
    assert first.rest == ""
    assert first.objectives[0].level is Level.MASTER
    assert dict(first.figures) == {"figure.svg": loaded.assets["figure.svg"].sha256}
    assert not last.has_check


def test_a_changed_figure_or_item_changes_the_lessons_hash(folder: Path) -> None:
    before = load_one(folder).lessons[0].content_hash
    (folder / "assets" / "figure.svg").write_text(SVG.replace("h10", "h9"), encoding="utf-8")
    drawn_anew = load_one(folder).lessons[0].content_hash

    items = make_course_items()
    from dataclasses import replace

    changed = [replace(items[0], key=replace(items[0].key, explanation="另一个解析")), *items[1:]]
    reworded = load_courses([folder], {BANK: changed})[0].lessons[0].content_hash

    assert len({before, drawn_anew, reworded}) == 3


@pytest.mark.parametrize(
    ("body", "line", "code"),
    [
        ("\n![](assets/figure.svg)\n", FIRST + 1, "image_alt"),
        ("\n文\n\n![甲](assets/none.svg)\n", FIRST + 3, "asset_missing"),
        ("\n![甲](https://example.org/a.svg)\n", FIRST + 1, "image_src"),
        ("\n![甲](../secret.png)\n", FIRST + 1, "image_src"),
        ("\n文\n\n公式 $\\frac{$ 坏了\n", FIRST + 3, "formula"),
        ("\n# 一级\n", FIRST + 1, "heading_title"),
        ("\n## 二\n\n#### 四\n", FIRST + 3, "heading_depth"),
        ("\n### 三\n", FIRST + 1, "heading_jump"),
        ("\n文\n::: items c-001 nope-1\n", FIRST + 2, "item_unknown"),
        ("\n文\n::: items c-001 c-001\n", FIRST + 2, "item_twice"),
        ("\n文\n::: items\n", FIRST + 2, "check_empty"),
        ("\n文\n::: items c-001\n\n::: items c-002\n", FIRST + 4, "check_twice"),
        ("\n文\n::: video x\n", FIRST + 2, "directive"),
        ("\n", None, "body_empty"),
        ("\n文\n<script>alert(1)</script>\n", FIRST + 2, "active_tag"),
        ("\n<img src=x onerror=alert(1)>\n", FIRST + 1, "active_handler"),
        ("\n[甲](javascript:alert)\n", FIRST + 1, "active_link"),
        ("\n[甲](java&#x73;cript:alert)\n", FIRST + 1, "active_link"),
        ("\n[甲][1]\n\n[1]: <vbscript:x>\n", FIRST + 3, "active_link"),
        ("\n文\n\n[甲](les-99)\n", FIRST + 3, "link_lesson"),
        ("\n[甲](02-lesson.md)\n", FIRST + 1, "link_lesson"),
        ("\n[甲](../other/lessons/x)\n", FIRST + 1, "link_lesson"),
        ("\n[甲](assets/figure.svg)\n", FIRST + 1, "link_lesson"),
        ("\n[甲][1]\n\n[1]: les-99#s1\n", FIRST + 3, "link_lesson"),
        ("\n## 一\n\n[甲](#s2)\n", FIRST + 3, "link_anchor"),
        ("\n## 一\n\n### 小\n\n[甲](#s1-2)\n", FIRST + 5, "link_anchor"),
        ("\n[甲](https://)\n", FIRST + 1, "link_address"),
        ("\n[甲](mailto:nobody)\n", FIRST + 1, "link_address"),
        ("\n[甲]()\n", FIRST + 1, "link_address"),
    ],
)
def test_a_fault_in_the_text_is_named_with_its_line(
    folder: Path, body: str, line: int | None, code: str
) -> None:
    write_lesson(folder, 1, body)

    assert problems_of(folder) == [("01-lesson.md", line, code)]


@pytest.mark.parametrize(
    ("old", "new", "line", "code"),
    [
        ("minutes = 12", "minuten = 12", 5, "unknown_key"),
        ("minutes = 12", "minutes = 0", 5, "range"),
        ("minutes = 12", "minutes = ", 5, "toml"),
        ('id = "les-01"', 'id = "Les 01"', 2, "code"),
        ('title = "第 1 课"', 'title = ""', 3, "empty"),
        ('level = "掌握"', 'level = "精通"', None, "unknown_value"),
        ("解释。", "坏公式 $\\\\frac{$。", None, "formula"),
    ],
)
def test_a_fault_in_the_front_matter_is_named(
    folder: Path, old: str, new: str, line: int | None, code: str
) -> None:
    path = folder / "01-lesson.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")

    assert problems_of(folder) == [("01-lesson.md", line, code)]


def test_links_to_lessons_places_and_whole_addresses_are_sound(folder: Path) -> None:
    links = "[甲](les-01) [乙](les-01#s1) [丙](#s1) [丁](#s1-1) [戊](https://example.org/a?b#c)"
    more = "<https://example.org> [己](mailto:a@example.org) [庚](/courses/other) 注[^1] `[x](no)`"
    write_lesson(folder, 1, f"\n{links} {more}\n\n[^1]: 注\n\n## 一\n\n### 小\n\n文\n")

    assert problems_of(folder) == []


def test_a_fence_hides_headings_pictures_and_directives(folder: Path) -> None:
    write_lesson(folder, 1, "\n```\n# x\n![](y)\n::: z\n```\n")

    assert problems_of(folder) == []


def test_what_is_said_about_tags_is_no_tag(folder: Path) -> None:
    write_lesson(folder, 1, "\n`<script>` 与 $a<form$，[甲](https://example.org/data:x)。\n")

    assert problems_of(folder) == []


def test_a_lesson_id_is_used_once_over_all_courses(folder: Path, tmp_path: Path) -> None:
    other = write_course(tmp_path / "other", lessons=1)
    (other / "course.toml").write_text(
        COURSE.replace("sample-course", "other-course"), encoding="utf-8"
    )
    write_lesson(other, 1, "\n文。\n", code="les-02")

    loaded = load_courses([folder, other], {BANK: make_course_items()})

    assert [p.code for course in loaded for p in course.problems] == ["code_duplicate"]


def test_several_processes_read_courses_as_one_does(folder: Path, tmp_path: Path) -> None:
    other = write_course(tmp_path / "other", lessons=2)
    write_lesson(other, 2, "\n# 一\n", code="les-09")  # and the code of the first course
    third = write_course(tmp_path / "third", lessons=1)
    (third / "course.toml").write_text(COURSE.replace("sample", "third"), encoding="utf-8")
    write_lesson(third, 1, "\n![](assets/none.svg)\n", code="les-08")
    folders, items = [folder, other, third], {BANK: make_course_items()}

    alone = load_courses(folders, items)
    together = load_courses(folders, items, processes=2)

    assert together == alone
    assert {p.code for p in alone[1].problems} == {"code_duplicate", "heading_title"}
    assert [len(course.problems) > 0 for course in alone] == [False, True, True]


def test_all_faults_of_all_files_are_collected_at_once(folder: Path) -> None:
    write_lesson(folder, 1, "\n# 一\n\n::: items nope-1\n")
    write_lesson(folder, 2, "\n![](assets/none.svg)\n")
    (folder / "readme-too.md").write_text("+++\n", encoding="utf-8")
    (folder / "assets" / "Bad Name.gif").write_bytes(b"GIF89a")
    (folder / "course.toml").write_text(COURSE + 'colour = "red"\n', encoding="utf-8")

    codes = {code for _, _, code in problems_of(folder)}

    assert codes == {
        "heading_title",
        "item_unknown",
        "image_alt",
        "asset_missing",
        "file_name",
        "front_matter",
        "asset_name",
        "unknown_key",
    }


def test_an_unknown_bank_is_reported_once_and_not_for_every_item(folder: Path) -> None:
    loaded = load_courses([folder], {})[0]

    assert [(p.line, p.code) for p in loaded.problems] == [(7, "bank_unknown")]


def test_items_of_another_pool_are_refused(folder: Path) -> None:
    (folder / "course.toml").write_text(COURSE + 'pool = "contest"\n', encoding="utf-8")

    assert {code for _, _, code in problems_of(folder)} == {"item_pool"}


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"+++\nid=1\n", b"no front matter"])
def test_what_is_no_lesson_is_a_problem_and_no_crash(folder: Path, content: bytes) -> None:
    (folder / "01-lesson.md").write_bytes(content)

    assert {name for name, _, _ in problems_of(folder)} == {"01-lesson.md"}


def svg(inside: str, attributes: str = 'viewBox="0 0 1 1"') -> bytes:
    space = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"<svg {space} {attributes}>\n{inside}\n</svg>".encode()


@pytest.mark.parametrize(
    ("content", "line", "code"),
    [
        (svg("<script>alert(1)</script>"), 2, "svg_element"),
        (svg("<foreignObject/>"), 2, "svg_element"),
        (svg('<image href="#a"/>'), 2, "svg_element"),
        (svg('<a href="#a"/>'), 2, "svg_element"),
        (svg('<set attributeName="href"/>'), 2, "svg_element"),
        (svg('<h:p xmlns:h="http://www.w3.org/1999/xhtml"/>'), 2, "svg_element"),
        (svg('<path onclick="x"/>'), 2, "svg_handler"),
        (svg("", 'viewBox="0 0 1 1" onload="x"'), 1, "svg_handler"),
        (svg('<use href="https://example.org/#a"/>'), 2, "svg_href"),
        (svg('<use xlink:href="data:text/html,x"/>'), 2, "svg_href"),
        (svg('<rect fill="url(https://example.org)"/>'), 2, "svg_foreign"),
        (svg("<style>@import 'x'</style>"), 2, "svg_foreign"),
        (svg("<style>a{background:url( 'http://x')}</style>"), 2, "svg_foreign"),
        (svg('<rect style="fill:u\\72l(x)"/>'), 2, "svg_foreign"),
        (svg('<?xml-stylesheet href="x"?>'), 2, "svg_instruction"),
        (b'<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg/>', 1, "svg_doctype"),
        (svg("", ""), 1, "svg_viewbox"),
        (b"<html/>", 1, "svg_root"),
        (b"<svg", 1, "svg_syntax"),
        (b"", 1, "svg_syntax"),
    ],
)
def test_a_hostile_or_broken_svg_is_named_with_its_line(
    content: bytes, line: int, code: str
) -> None:
    problems = ProblemList()

    check_svg(content, problems.at("a.svg"))

    assert [(p.line, p.code) for p in problems] == [(line, code)]


def test_a_drawing_with_its_own_gradients_and_styles_is_sound() -> None:
    problems = ProblemList()
    drawn = '<defs><linearGradient id="g"/></defs><style>.a{fill:url(#g)}</style>'

    check_svg(svg(drawn + "<use href='#g'/><rect fill=\"url('#g')\"/>"), problems.at("a.svg"))

    assert list(problems) == []


def test_a_figure_that_is_no_png_is_named(folder: Path) -> None:
    (folder / "assets" / "photo.png").write_bytes(b"<svg/>")

    assert problems_of(folder) == [("photo.png", None, "asset_type")]


def test_an_unused_figure_is_a_remark(folder: Path) -> None:
    (folder / "assets" / "spare.svg").write_text(SVG, encoding="utf-8")

    loaded = load_one(folder)

    assert loaded.problems == ()
    assert [p.code for p in loaded.remarks] == ["asset_unused"]


def test_a_term_without_an_english_explanation_is_a_remark(folder: Path) -> None:
    lesson = folder / "02-lesson.md"
    text = lesson.read_text(encoding="utf-8").replace(', text_en = "What it means."', "")
    lesson.write_text(text, encoding="utf-8")

    loaded = load_one(folder)

    assert loaded.problems == ()
    [remark] = loaded.remarks
    assert (remark.path.rpartition("/")[2], remark.code) == ("02-lesson.md", "term_text_en")
    assert "术语甲" in remark.message


def test_the_factorys_lines_are_as_the_tests_count_them() -> None:
    assert HEAD.format(code="x", title="y").count("\n") == FIRST - 1
    assert BODY.startswith("\n")
