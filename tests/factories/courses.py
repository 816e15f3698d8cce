"""Course folders on disk, their bank, and the course in the database."""

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from learning.courses.loader import LoadedCourse, load_courses
from learning.courses.services import sync_course
from learning.question_bank.rules import Item, ItemKind, Pool
from learning.question_bank.services import sync_bank
from tests.factories.items import make_item

BANK = "course-bank"
CODE = "sample-course"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0h10"/></svg>'
COURSE = f"""id = "{CODE}"
title = "示例课程"
title_en = "Sample course"
summary = "示例简介。"
summary_en = "A sample."
track = "应知应会"
bank = "{BANK}"
"""
HEAD = """+++
id = "{code}"
title = "{title}"
title_en = "Lesson {code}"
minutes = 12
objectives = [{{ level = "掌握", text = "会算 $x$" }}]
terms = [{{ zh = "术语甲", en = "term", text = "解释。", text_en = "What it means." }}]
sources = ["示例标准"]
+++
"""
BODY = """
引言。

## 第一节

正文 $a+b$。

![图的说明：细节](assets/figure.svg)

### 小节

| 甲 | 乙 |
| --- | --- |
| 1 | 2 |

## 自测

::: items c-001 c-002 c-003 c-004 c-005
"""

KINDS = (
    ItemKind.SINGLE,
    ItemKind.MULTIPLE,
    ItemKind.TRUE_FALSE,
    ItemKind.BLANK,
    ItemKind.NUMERIC,
)


def make_course_items() -> list[Item]:
    """One practice item of each kind, c-001 … c-005; explanations say 只有答案知道."""
    kinds = list(KINDS)
    return [
        make_item(
            f"c-{n:03d}",
            kind,
            key=("a", "c") if kind is ItemKind.MULTIPLE else ("b",),
            explanation="只有答案知道。",
            pool=Pool.PRACTICE,
        )
        for n, kind in enumerate(kinds, 1)
    ]


def write_lesson(
    folder: Path, number: int, body: str = BODY, *, code: str = "", title: str = ""
) -> Path:
    """Write a lesson file `NN-lesson.md`; the front matter is sound."""
    path = folder / f"{number:02d}-lesson.md"
    head = HEAD.format(code=code or f"les-{number:02d}", title=title or f"第 {number} 课")
    path.write_text(head + body, encoding="utf-8")
    return path


def write_course(folder: Path, *, lessons: int = 2, code: str = CODE) -> Path:
    """Write a sound course; the last lesson has no self-check."""
    (folder / "assets").mkdir(parents=True, exist_ok=True)
    text = COURSE.replace(f'"{CODE}"', f'"{code}"', 1)
    (folder / "course.toml").write_text(text, encoding="utf-8")
    (folder / "assets" / "figure.svg").write_text(SVG, encoding="utf-8")
    for number in range(1, lessons + 1):
        body = BODY if number < lessons else "\n只有正文。\n\n## 一\n\n文字。\n"
        write_lesson(folder, number, body)
    return folder


def load_one(folder: Path) -> LoadedCourse:
    """Read the course with the items of `make_course_items`."""
    return load_courses([folder], {BANK: make_course_items()})[0]


def make_course(
    session: Session, now: datetime, folder: Path, *, lessons: int = 2, code: str = CODE
) -> LoadedCourse:
    """Write a course, bring bank and course into the database."""
    sync_bank(session, BANK, make_course_items(), now)
    loaded = load_one(write_course(folder, lessons=lessons, code=code))
    assert not loaded.problems, [str(problem) for problem in loaded.problems]
    sync_course(session, loaded, now)
    return loaded
