"""The head of a lesson's file as values of a form, and back into the text.

A head that says more than a form can show (comments, keys that nobody knows, values of another
kind) is left to the text: writing it anew would lose what its author wrote.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from learning.courses.drafts.writing import quoted
from learning.kernel.content import FrontMatter, ProblemList, split_front_matter

LEVELS = ("掌握", "熟悉", "了解")
_TEXTS = ("id", "title", "title_en", "deck")
_LISTS = ("sources", "areas")
_ROWS = {"objectives": ("level", "text"), "terms": ("zh", "en", "text", "text_en")}
_MAY_LACK = frozenset({"text_en"})


@dataclass(frozen=True, slots=True)
class LessonHead:
    """What stands above a lesson's text; `minutes` is None where it is estimated from the text.

    `objectives` are pairs of level and text; `terms` are Chinese, English, what it means in Chinese
    and what it means in English, "" where nobody wrote that.
    `deck` is the path of the PDF whose pages are the lesson, "" for none; `page_texts` are what its
    pages say, a line each, "" for a page without words.
    """

    code: str
    title: str
    title_en: str
    minutes: int | None = None
    objectives: tuple[tuple[str, str], ...] = ()
    terms: tuple[tuple[str, str, str, str], ...] = ()
    sources: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    deck: str = ""
    page_texts: tuple[str, ...] = ()


def head_of(text: str) -> LessonHead | None:
    """Return the head of a lesson's text; None where a form could not show all of it."""
    front = _front(text)
    if front is None or any(line.lstrip().startswith("#") for line in front.toml.split("\n")):
        return None
    try:
        table = tomllib.loads(front.toml)
    except tomllib.TOMLDecodeError:
        return None
    return _read(table) if _is_plain(table) else None


def with_head(text: str, head: LessonHead) -> str:
    """Return a lesson's text under another head; a head that says the same changes nothing.

    Raises ValueError for a text whose own head a form cannot show.
    """
    before, front = head_of(text), _front(text)
    if before is None or front is None:
        raise ValueError("a head that no form shows")
    return text if before == head else f"+++\n{_written(head)}+++\n{front.body}"


def _front(text: str) -> FrontMatter | None:
    return split_front_matter(text, ProblemList().at(""))


def _is_plain(table: Mapping[str, Any]) -> bool:
    """Tell whether each value is of its kind and no key is unknown."""
    minutes = table.get("minutes", 1)
    return (
        set(table) <= {*_TEXTS, *_LISTS, *_ROWS, "minutes", "page_texts"}
        and all(isinstance(table.get(key, ""), str) for key in _TEXTS)
        and isinstance(minutes, int)
        and not isinstance(minutes, bool)
        and all(_are_texts(table.get(key, [])) for key in _LISTS)
        and _are_lines(table.get("page_texts", []))
        and all(_are_rows(table.get(key, []), parts) for key, parts in _ROWS.items())
        and all(row["level"] in LEVELS for row in table.get("objectives", []))
    )


def _are_texts(value: object) -> bool:
    """Tell whether a list holds texts of one line each: a form has a line for each."""
    return isinstance(value, list) and all(
        isinstance(each, str) and each.strip() == each != "" and len(each.splitlines()) == 1
        for each in value
    )


def _are_lines(value: object) -> bool:
    """Tell whether a list holds texts of one line each, some of them empty, the last one not."""
    return (
        isinstance(value, list)
        and all(isinstance(each, str) and len(each.splitlines()) <= 1 for each in value)
        and all(each.strip() == each for each in value)
        and value[-1:] != [""]
    )


def _are_rows(value: object, parts: tuple[str, ...]) -> bool:
    return isinstance(value, list) and all(
        isinstance(row, dict)
        and set(parts) - _MAY_LACK <= set(row) <= set(parts)
        and all(isinstance(each, str) for each in row.values())
        for row in value
    )


def _read(table: Mapping[str, Any]) -> LessonHead:
    return LessonHead(
        code=table.get("id", ""),
        title=table.get("title", ""),
        title_en=table.get("title_en", ""),
        minutes=table.get("minutes"),
        objectives=tuple((row["level"], row["text"]) for row in table.get("objectives", [])),
        terms=tuple(
            (row["zh"], row["en"], row["text"], row.get("text_en", ""))
            for row in table.get("terms", [])
        ),
        sources=tuple(table.get("sources", [])),
        areas=tuple(table.get("areas", [])),
        deck=table.get("deck", ""),
        page_texts=tuple(table.get("page_texts", [])),
    )


def page_lines(text: str | None) -> tuple[str, ...]:
    """Return what a deck's pages say, a line each; an empty line is a page without words."""
    return tuple(line.strip() for line in (text or "").rstrip().splitlines())


def head_text(head: LessonHead) -> str:
    """Return the text of a lesson that has a head and nothing below it."""
    return f"+++\n{_written(head)}+++\n"


def _written(head: LessonHead) -> str:
    lines = [f"{key} = {quoted(value)}" for key, value in _texts_of(head)]
    if head.deck:
        lines.append(f"deck = {quoted(head.deck)}")
    if head.page_texts:
        lines += ["page_texts = [", *(f"  {quoted(each)}," for each in head.page_texts), "]"]
    if head.minutes is not None:
        lines.append(f"minutes = {head.minutes}")
    for key, rows in (("objectives", head.objectives), ("terms", head.terms)):
        if rows:
            lines += [f"{key} = [", *(_row(_ROWS[key], row) for row in rows), "]"]
    for key, values in (("sources", head.sources), ("areas", head.areas)):
        if values:
            lines.append(f"{key} = [{', '.join(quoted(each) for each in values)}]")
    return "\n".join(lines) + "\n"


def _texts_of(head: LessonHead) -> list[tuple[str, str]]:
    return [("id", head.code), ("title", head.title), ("title_en", head.title_en)]


def _row(parts: tuple[str, ...], values: tuple[str, ...]) -> str:
    said = (
        f"{part} = {quoted(value)}"
        for part, value in zip(parts, values, strict=True)
        if value or part not in _MAY_LACK
    )
    return f"  {{ {', '.join(said)} }},"
