"""What a lesson says is what its script computes; a figure is as its script draws it."""

import re
import runpy
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from learning.courses.loader import load_courses
from learning.courses.rules import LessonDocument
from learning.question_bank.rules import ItemKind
from tests.shipped import list_banks, shipped_bank

ROOT = Path(__file__).parents[2]
COURSES = ROOT / "courses"
run_scripts = runpy.run_path(str(COURSES / "scripts" / "draw.py"))["scripts"]
FOLDERS = sorted(path.parent for path in COURSES.glob("*/course.toml"))
DEFINED = [(path, defined) for folder in FOLDERS for path, defined in run_scripts(folder)]


@cache
def lessons() -> dict[str, tuple[LessonDocument, ...]]:
    """Return the lessons of every course by its code."""
    items = {code: shipped_bank(code).items for code in list_banks()}
    return {each.document.code: each.lessons for each in load_courses(FOLDERS, items)}


def plain(text: str) -> str:
    """Take the spaces between groups of digits out, and what LaTeX needs around a number."""
    return re.sub(r"(?<=\d)(?:\\,| )(?=\d)", "", text.replace("$", ""))


def name(path: Path) -> str:
    return f"{path.parents[1].name}/{path.stem}"


FIGURES = [
    pytest.param(path.parents[1] / "assets" / file, drawn, id=f"{name(path)}/{file}")
    for path, defined in DEFINED
    for file, drawn in defined.get("FIGURES", {}).items()
]


@pytest.mark.parametrize(("path", "drawn"), FIGURES)
def test_a_figure_is_as_its_script_draws_it(path, drawn) -> None:
    assert path.read_text("utf-8") == drawn()


def test_the_numbers_of_a_lesson_are_those_of_its_script() -> None:
    for path, defined in DEFINED:
        if "numbers" in defined:
            lesson = COURSES / path.parents[1].name / f"{path.stem}.md"
            text = plain(lesson.read_text("utf-8"))
            assert [words for words in defined["numbers"]() if plain(words) not in text] == [], path


def test_the_keys_of_numeric_items_are_those_of_the_scripts_rounded() -> None:
    keys = {
        item.document.code: Decimal(item.key.value)
        for bank in list_banks()
        for item in shipped_bank(bank).items
        if item.document.kind is ItemKind.NUMERIC and not item.document.draw
    }
    computed = {
        code: value for _, defined in DEFINED for code, value in defined.get("KEYS", {}).items()
    }

    assert computed.keys() <= keys.keys()
    for code, value in computed.items():
        half = 0.501 * 10 ** float(keys[code].as_tuple().exponent)
        assert float(keys[code]) == pytest.approx(value, abs=half), code


@pytest.mark.parametrize("course", [folder.name for folder in FOLDERS])
def test_every_lesson_has_what_a_lesson_needs(course) -> None:
    assert lessons()[course]
    for lesson in lessons()[course]:
        code = lesson.code
        headings = re.findall(r"^## (.+)$", lesson.body, re.MULTILINE)
        assert any(each.startswith("例") for each in headings), code
        assert {"案例（虚构）", "易错点", "自测"} <= set(headings), (code, headings)
        assert lesson.figures, code
        assert len(lesson.check_items) >= 5, code
        assert lesson.terms, code
        assert [term.zh for term in lesson.terms if not term.text_en] == [], code
        assert lesson.sources, code
        assert 1800 <= len(re.findall(r"[一-鿿]", lesson.body)) <= 5000, code
