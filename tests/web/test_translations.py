"""Everything people see can be translated, and the catalogue is complete."""

import re
from typing import Any

import pytest

from tests.web.catalogue import (
    CHINESE,
    ROOT,
    extract_texts,
    placeholders,
    read_catalogue,
    unwrapped_in_module,
    unwrapped_in_template,
)

PEOPLE_SEE = {"routes", "forms", "words", "web", "home"}
OWN_NAME = "中文"  # a language is called by its own name
# These turn fields into the words of item files and back; what they show is translated elsewhere.
FILE_LANGUAGE = (
    "learning/question_bank/forms/answers.py",
    "learning/question_bank/forms/mapping.py",
)
QUOTED = re.compile("“[^”]*”")  # what is typed into an item file stays as it is typed


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return extract_texts(tmp_path_factory.mktemp("texts"))


class TestCatalogue:
    def test_every_text_is_translated(self, sources) -> None:
        catalogue = read_catalogue("en")

        missing = [
            message.id
            for message in sources
            if message.id
            and not ((found := catalogue.get(message.id)) and found.string and all(found.string))
        ]

        assert len(sources) > 500
        assert missing == [], "make translations, then fill in the English"

    def test_nothing_in_it_is_fuzzy_or_left_over(self, sources) -> None:
        catalogue = read_catalogue("en")

        assert [m.id for m in catalogue if m.id and m.fuzzy] == []
        assert [m.id for m in catalogue if m.id and m.id not in sources] == []

    def test_placeholders_agree(self) -> None:
        differ = [
            message.id
            for message in read_catalogue("en")
            for text in _strings(message.string)
            if message.id and placeholders(text) != placeholders(_strings(message.id)[-1])
        ]

        assert differ == []

    def test_the_english_holds_no_chinese(self) -> None:
        found = [
            text
            for message in read_catalogue("en")
            for text in _strings(message.string)
            if message.id and CHINESE.search(QUOTED.sub("", text))
        ]

        assert found == []


def _strings(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


class TestSources:
    def test_templates_hold_no_chinese_outside_translation(self) -> None:
        templates = sorted((ROOT / "templates").rglob("*.html"))

        found = [
            f"{path.relative_to(ROOT)}: {line}"
            for path in templates
            for line in unwrapped_in_template(path.read_text(encoding="utf-8"))
            if CHINESE.search(line.replace(f'"{OWN_NAME}"', ""))
        ]

        assert len(templates) > 40
        assert found == []

    def test_modules_of_the_edge_hold_no_chinese_outside_translation(self) -> None:
        modules = [
            path
            for path in sorted((ROOT / "learning").rglob("*.py"))
            if {*path.relative_to(ROOT).parts, path.stem} & PEOPLE_SEE
            and str(path.relative_to(ROOT)) not in FILE_LANGUAGE
        ]

        found = [
            f"{path.relative_to(ROOT)}:{line}"
            for path in modules
            for line in unwrapped_in_module(path.read_text(encoding="utf-8"))
            if line.partition(": ")[2] != OWN_NAME
        ]

        assert len(modules) > 30
        assert found == []

    def test_the_checks_find_what_is_not_wrapped(self) -> None:
        assert unwrapped_in_template('<b>{{ _("好") }} 坏</b>') == ["<b>{{ ) }} 坏</b>"]
        assert unwrapped_in_template('{# 注 #}{{ ngettext("人", "人", n) }}') == []
        assert list(unwrapped_in_module('"""文档"""\na = _("好")\nb = f"坏{a}"\n')) == ["3: 坏"]
