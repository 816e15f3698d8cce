"""What of a course is prose, and one English word for each term over all lessons."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from learning.kernel.content import (
    FileProblems,
    ProblemList,
    numbered_lines,
    parse_toml,
    read_text,
    split_front_matter,
)
from learning.kernel.wording import (
    Prose,
    Terminology,
    judge,
    markdown_prose,
    svg_prose,
    toml_prose,
)

_DIRECTIVE = ":::"


def judge_course_wording(folder: Path, terminology: Terminology, problems: ProblemList) -> None:
    """Report every fault of style in a course's settings, lessons and figures."""
    figures = sorted((folder / "assets").glob("*.svg"))
    for path in (folder / "course.toml", *_lessons(folder), *figures):
        text = read_text(path, _unheard(path))
        if text is not None:
            judge(_prose(path, text), terminology, problems.at(path))


def judge_english(folders: Iterable[Path], terminology: Terminology, problems: ProblemList) -> None:
    """Report terms whose English differs from that of the list, or of a lesson read earlier."""
    english = {entry.zh: (entry.en, "术语表") for entry in terminology.entries}
    chinese = {entry.en.casefold(): (entry.zh, "术语表") for entry in terminology.entries}
    for folder in folders:
        for path in _lessons(folder):
            at = problems.at(path)
            for line, zh, en in _terms(path):
                known, where = english.setdefault(zh, (en, at.path))
                if known != en:
                    message = f"“{zh}”的英文是 {known}（{where}），这里是 {en}"
                    at.add(line, "terms", "term_english", message)
                known, where = chinese.setdefault(en.casefold(), (zh, at.path))
                if known != zh:
                    message = f"{en} 是“{known}”（{where}），这里是“{zh}”"
                    at.add(line, "terms", "term_english", message)


def _lessons(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*.md")) if path.name.lower() != "readme.md"]


def _unheard(path: Path) -> FileProblems:
    """Take what the loader reports already."""
    return ProblemList().at(path)


def _prose(path: Path, text: str) -> Iterator[Prose]:
    if path.suffix == ".md":
        return _lesson_prose(path, text)
    return toml_prose(text) if path.suffix == ".toml" else svg_prose(text)


def _lesson_prose(path: Path, text: str) -> Iterator[Prose]:
    front = split_front_matter(text, _unheard(path))
    if front is None:
        return
    yield from toml_prose(front.toml, first_line=front.toml_line)
    lines = numbered_lines(front.body, first_line=front.body_line)
    yield from markdown_prose(line for line in lines if not line.text.startswith(_DIRECTIVE))


def _terms(path: Path) -> Iterator[tuple[int | None, str, str]]:
    """Yield line, Chinese and English of the terms of a lesson."""
    unheard = _unheard(path)
    text = read_text(path, unheard)
    front = split_front_matter(text, unheard) if text is not None else None
    table = parse_toml(front.toml, unheard) if front else None
    if front is None or table is None:
        return
    lines = front.toml.split("\n")
    for term in table.tables("terms"):
        zh, en = term.text("zh"), term.text("en")
        found = (n for n, line in enumerate(lines, front.toml_line) if f'zh = "{zh}"' in line)
        yield next(found, None), zh, en
