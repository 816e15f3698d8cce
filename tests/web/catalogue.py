"""What tests of translations need: texts of the sources, the catalogue, what is not wrapped."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
TRANSLATIONS = ROOT / "learning" / "translations"
CHINESE = re.compile(r"[⺀-⿟　-ヿ㐀-䶿一-鿿豈-﫿＀-￯]")
_PLACEHOLDERS = re.compile(r"%\(\w+\)s|\{\w+\}")
_MARKS = {"_", "_l", "gettext", "lazy_gettext", "ngettext", "N_"}
_WRAPPED = re.compile(r"\b(?:_|ngettext)\((?:\s*\"[^\"]*\",?)+")
_TEMPLATE_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_IN_CHINESE = re.compile(r"<(\w+)(?=[^>]*\blang=\"zh)[^>]*>.*?</\1>", re.DOTALL)


def extract_texts(folder: Path) -> Catalog:
    """Collect the texts of the sources, with the options of `make translations`."""
    recipe = re.search(r"pybabel -q (extract .*) -o \S+ \.$", _makefile(), re.MULTILINE)
    assert recipe, "the Makefile's way to collect texts has changed"
    target = folder / "messages.pot"
    options = shlex.split(recipe.group(1).replace("babel.cfg", str(ROOT / "babel.cfg")))
    CommandLineInterface().run(["pybabel", "-q", *options, "-o", str(target), str(ROOT)])
    with target.open("rb") as file:
        return read_po(file)


def _makefile() -> str:
    return (ROOT / "Makefile").read_text(encoding="utf-8")


def read_catalogue(locale: str) -> Catalog:
    """Read the catalogue of a language."""
    with (TRANSLATIONS / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=locale)


def placeholders(text: str) -> list[str]:
    """Return what is filled into a text, sorted."""
    return sorted(_PLACEHOLDERS.findall(text))


def unwrapped_in_template(source: str) -> list[str]:
    """Return the lines of a template with Chinese text outside comments and translation."""
    bare = _WRAPPED.sub("", _TEMPLATE_COMMENT.sub("", source))
    return [line.strip() for line in bare.splitlines() if CHINESE.search(line)]


def unwrapped_in_module(source: str) -> Iterator[str]:
    """Yield the Chinese literals of a module that are neither documentation nor translated."""
    tree = ast.parse(source)
    known: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            known.add(id(node.value))
        if isinstance(node, ast.Call) and (
            getattr(node.func, "id", "") in _MARKS
            or ast.unparse(node.func) == "re.compile"  # a pattern reads, it is never shown
        ):
            known.update(id(part) for argument in node.args for part in ast.walk(argument))
    for node in ast.walk(tree):
        if id(node) in known or not isinstance(node, ast.Constant):
            continue
        if isinstance(node.value, str) and CHINESE.search(node.value):
            yield f"{node.lineno}: {node.value}"


def chinese_in_page(html: str) -> list[str]:
    """Return the lines of a page with Chinese in them, what is marked as Chinese left out."""
    return [line for line in _IN_CHINESE.sub("", html).splitlines() if CHINESE.search(line)]
