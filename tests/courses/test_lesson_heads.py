"""The head of a lesson as a form: what it can show comes back, and nothing else is touched."""

from dataclasses import replace
from pathlib import Path

import pytest

from learning.courses.drafts import LessonHead, head_of, with_head
from tests.courses.authoring import CODE
from tests.courses.test_authoring_pages import Page

COURSES = Path(__file__).parents[2] / "courses"
HEAD = f"/authoring/{CODE}/head"
PATH = "02-lesson.md"
TEXT = """+++
id = "les-01"
title = "一"
title_en = "One"
minutes = 12
objectives = [
  { level = "掌握", text = "说 \\"对\\" 与 $x$" },
]
terms = [
  { zh = "过程", en = "process", text = "一组活动。" },
  { zh = "产品", en = "product", text = "结果。", text_en = "A result." },
]
sources = ["甲", "乙"]
areas = ["工具"]
+++

## 一

正文。
"""
FULL = LessonHead(
    "les-01",
    "一",
    "One",
    12,
    (("掌握", '说 "对" 与 $x$'),),
    (("过程", "process", "一组活动。", ""), ("产品", "product", "结果。", "A result.")),
    ("甲", "乙"),
    ("工具",),
)


def test_a_head_is_read_and_written_back() -> None:
    assert head_of(TEXT) == FULL

    longer = replace(FULL, minutes=None, title='二\\"\t', terms=(), sources=("丙",))
    written = with_head(TEXT, longer)

    assert head_of(written) == longer
    assert written.endswith("+++\n\n## 一\n\n正文。\n")
    assert "minutes" not in written
    assert with_head(TEXT, FULL) is TEXT


@pytest.mark.parametrize("lesson", sorted(COURSES.glob("*/[0-9]*.md")), ids=lambda p: p.stem)
def test_every_lesson_of_ours_has_a_head_that_forms_show(lesson: Path) -> None:
    text = lesson.read_text()
    head = head_of(text)

    assert head is not None
    changed = with_head(text, replace(head, minutes=7))
    assert head_of(changed) == replace(head, minutes=7)
    assert changed.partition("\n+++\n")[2] == text.partition("\n+++\n")[2]


@pytest.mark.parametrize(
    "line",
    [
        "# 备注",
        'colour = "red"',
        "minutes = 1.5",
        "minutes = true",
        'terms = [{ zh = "过程" }]',
        'objectives = [{ level = "精通", text = "甲" }]',
        'sources = ["甲\\n乙"]',
        'sources = [" 甲"]',
        "title = 3",
        "areas = [",
    ],
)
def test_what_no_form_shows_is_left_to_the_text(line: str) -> None:
    text = f'+++\nid = "les-01"\n{line}\n+++\n正文\n'

    assert head_of(text) is None
    with pytest.raises(ValueError, match="no form"):
        with_head(text, FULL)


@pytest.fixture
def page(app, database) -> Page:
    return Page(app, database)


def posted(page, **changes: str) -> dict[str, str]:
    form = {
        "path": PATH,
        "revision": str(page.revision(PATH)),
        "title": "新标题",
        "title_en": "New title",
        "minutes": "25",
        "objectives-0-level": "熟悉",
        "objectives-0-text": "画一张图",
        "objectives-1-level": "掌握",
        "objectives-1-text": " ",
        "terms-0-zh": "过程",
        "terms-0-en": "process",
        "terms-0-text": "一组活动。",
        "terms-1-zh": "",
        "terms-1-en": "",
        "terms-1-text": "",
        "terms-2-zh": "产品",
        "terms-2-en": "product",
        "terms-2-text": "结果。",
        "terms-2-text_en": " A result. ",
        "sources": "甲\r\n\r\n乙 ",
        "areas": "",
    }
    return form | changes


def test_fields_become_the_head_and_the_text_stays(page) -> None:
    before = page.files()[PATH].decode()
    shown = page.author.get(f"{HEAD}?path={PATH}")

    reply = page.author.post(HEAD, data=posted(page))

    assert shown.status_code == 200
    assert 'value="第 2 课"' in shown.text
    assert reply.status_code == 303
    after = page.files()[PATH].decode()
    assert head_of(after) == LessonHead(
        "les-02",
        "新标题",
        "New title",
        25,
        (("熟悉", "画一张图"),),
        (("过程", "process", "一组活动。", ""), ("产品", "product", "结果。", "A result.")),
        ("甲", "乙"),
    )
    assert after.partition("\n+++\n")[2] == before.partition("\n+++\n")[2]


@pytest.mark.parametrize(
    "wrong",
    [
        {"minutes": "0"},
        {"minutes": "一刻"},
        {"title": ""},
        {"title_en": "x" * 101},
        {"terms-0-en": ""},
        {"terms-1-text_en": "Alone"},
        {"objectives-0-level": "精通"},
        {"sources": "甲\x07"},
    ],
    ids=str,
)
def test_a_refused_field_keeps_what_was_typed_and_changes_nothing(page, wrong) -> None:
    before = page.files()

    reply = page.author.post(HEAD, data=posted(page, **wrong))

    assert reply.status_code == 400
    assert "qa-field__error" in reply.text
    assert "{" not in reply.text.partition("还不能提交")[2].partition("</ul>")[0]
    assert "objectives-2-text" in reply.text  # two blank rows, not two more each time
    assert "objectives-3-text" not in reply.text
    assert 'value="画一张图"' in reply.text
    assert page.files() == before


def test_somebody_elses_save_is_told_and_the_next_one_keeps_their_text(page) -> None:
    stale = posted(page)
    text = page.files()[PATH].decode()
    page.save(text + "\n对方写的。\n", page.revision(PATH), PATH)

    refused = page.author.post(HEAD, data=stale)
    reply = page.author.post(HEAD, data=posted(page))

    assert refused.status_code == 409
    assert "改过这一课" in refused.text
    assert reply.status_code == 303
    after = page.files()[PATH].decode()
    assert after.endswith("\n对方写的。\n")
    assert 'title = "新标题"' in after


def test_a_head_with_more_than_the_form_leads_to_the_text(page) -> None:
    text = page.files()[PATH].decode().replace("+++\n", "+++\n# 备注\n", 1)
    page.save(text, page.revision(PATH), PATH)

    shown = page.author.get(f"{HEAD}?path={PATH}")
    reply = page.author.post(HEAD, data=posted(page))

    assert shown.status_code == 303
    assert shown.headers["Location"].endswith(f"/edit?path={PATH}")
    assert reply.status_code == 409
    assert "# 备注" in page.files()[PATH].decode()


@pytest.mark.parametrize("path", ["course.toml", "assets/figure.svg", "README.md", "09-none.md"])
def test_only_a_lesson_has_a_head(page, path: str) -> None:
    assert page.author.get(f"{HEAD}?path={path}").status_code == 404
    assert page.author.post(HEAD, data=posted(page, path=path)).status_code == 404
