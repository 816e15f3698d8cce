"""The lines of one item below its heading, sorted into stem, options, answers, explanation."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from learning.kernel.content import Line, Section
from learning.question_bank.item_types import (
    AnswerLine,
    ItemBlock,
    OptionLine,
    PartBlock,
    count_gaps,
)
from learning.question_bank.loader.headings import PartHeading, parse_part_heading

_OPTION = re.compile(r"- \[([ xX])\](?: (.*))?")
_NEARLY_OPTION = re.compile(r"\s*[-*+]\s*[\[【［]\s*[xX✓√ ]?\s*[\]】］]")
_ANSWER = re.compile(r"=(?!=)\s*(.*)")
_LABEL = re.compile(r"(解析|出处)\s*[：:]\s*(.*)")
_PART = re.compile(r"###[ \t]+(.*?)[ \t]*#*[ \t]*")
_DRAW = re.compile(r"\s*\[draw\]\s*(?:#.*)?")
_TOML = re.compile(r"(`{3,}|~{3,})\s*toml\s*")

Report = Callable[[int, str, str], None]
"""Takes a line, a code and a message; the caller knows the item."""


@dataclass(slots=True)
class Body:
    """What stands below a heading; of a sub-item also the heading."""

    line: int
    stem_lines: list[Line] = field(default_factory=list)
    options: list[OptionLine] = field(default_factory=list)
    answers: list[AnswerLine] = field(default_factory=list)
    quotes: dict[str, list[Line]] = field(default_factory=lambda: {"解析": [], "出处": []})
    label: str = ""
    heading: PartHeading | None = None
    parts: "list[Body]" = field(default_factory=list)
    draw: str = ""
    draw_line: int = 0

    @property
    def stem(self) -> str:
        """The stem as Markdown."""
        return _joined(self.stem_lines)

    @property
    def explanation(self) -> str:
        """The explanation as Markdown, "" if none."""
        return _joined(self.quotes["解析"])

    @property
    def source(self) -> str:
        """The source, "" if none."""
        return _joined(self.quotes["出处"])

    @property
    def block(self) -> ItemBlock:
        """What the item types need to know, but for the attributes of the heading."""
        return ItemBlock(
            self.line,
            count_gaps(self.stem),
            tuple(self.options),
            tuple(self.answers),
            parts=tuple(part.part_block for part in self.parts),
            draw=self.draw,
            draw_line=self.draw_line,
        )

    @property
    def part_block(self) -> PartBlock:
        """What a case needs to know of its sub-item."""
        heading = self.heading or PartHeading("")
        return PartBlock(
            self.line,
            heading.kind,
            heading.weight,
            self.stem,
            replace(self.block, attributes=heading.attributes),
            self.explanation,
        )

    @property
    def has_answers(self) -> bool:
        """Whether the stem has ended."""
        return bool(self.options or self.answers or self.label)


def parse_case(section: Section, report: Report) -> Body:
    """Sort the lines of a case: the stimulus up to the first ###, then a sub-item each."""
    lines: list[Line] = []
    groups = [(section.line, "", lines)]
    for line in section.lines:
        found = None if line.is_code else _PART.fullmatch(line.text)
        if found:
            lines = []
            groups.append((line.number, found[1], lines))
        else:
            lines.append(line)
    (first, _title, stimulus), *parts = groups
    body = parse_body(Section(first, section.level, section.title, tuple(stimulus)), report)
    for number, title, found_lines in parts:
        part = parse_body(Section(number, 3, title, tuple(found_lines)), report)
        part.heading = parse_part_heading(title)
        if part.source:
            report(part.quotes["出处"][0].number, "part_source", "出处写在案例里，不写在小题里")
        body.parts.append(part)
    return body


def parse_body(section: Section, report: Report) -> Body:
    """Sort the lines of an item; what fits nowhere is reported."""
    body = Body(section.line)
    for line in _without_draw(section.lines, body, report):
        if line.is_code:
            _take_code(body, line, report)
        else:
            _take_line(body, line, report)
    return body


def _without_draw(lines: tuple[Line, ...], body: Body, report: Report) -> Iterator[Line]:
    """Take the fence ```toml that holds [draw] out of the lines; every other fence stays."""
    rest = iter(lines)
    for line in rest:
        found = _TOML.fullmatch(line.text) if line.is_code else None
        if not found:
            yield line
            continue
        fence = [line]
        for inner in rest:
            fence.append(inner)
            if inner.text.strip() == found[1]:
                break
        if not any(_DRAW.fullmatch(each.text) for each in fence):
            yield from fence
            continue
        if body.draw:
            report(line.number, "draw_twice", "一道题只有一个参数块（[draw]）")
        body.draw_line = line.number
        body.draw = "\n".join(each.text for each in fence[1:-1])


def _take_code(body: Body, line: Line, report: Report) -> None:
    if body.has_answers:
        report(line.number, "stray_line", "选项和答案之后不能再有代码块")
    else:
        body.stem_lines.append(line)


def _take_line(body: Body, line: Line, report: Report) -> None:
    if option := _OPTION.fullmatch(line.text):
        _expect_no_quote(body, line, report)
        text = (option.group(2) or "").strip()
        body.options.append(OptionLine(line.number, text, is_key=option.group(1) != " "))
    elif _NEARLY_OPTION.match(line.text):
        report(line.number, "option_mark", "选项写成“- [ ] 内容”，正确的写成“- [x] 内容”")
    elif answer := _ANSWER.fullmatch(line.text):
        _expect_no_quote(body, line, report)
        body.answers.append(AnswerLine(line.number, answer.group(1).strip()))
    elif line.text.startswith(">"):
        _take_quote(body, line, report)
    elif not body.has_answers:
        body.stem_lines.append(line)
    elif line.text:
        report(line.number, "stray_line", "选项和答案之后只能是“> 解析：”和“> 出处：”")


def _take_quote(body: Body, line: Line, report: Report) -> None:
    text = line.text[1:].removeprefix(" ")
    label = _LABEL.match(text)
    if label:
        body.label = label.group(1)
        if body.quotes[body.label]:
            report(line.number, "quote_twice", f"“{body.label}”写了两次")
        body.quotes[body.label].append(Line(line.number, label.group(2), is_code=False))
    elif body.label:
        body.quotes[body.label].append(Line(line.number, text, is_code=False))
    elif body.has_answers:
        report(line.number, "quote_label", "答案之后的引用以“解析：”或“出处：”开头")
    else:
        body.stem_lines.append(line)  # a stem may quote a standard


def _expect_no_quote(body: Body, line: Line, report: Report) -> None:
    if body.label:
        report(line.number, "order", "选项和答案应写在解析和出处之前")


def _joined(lines: list[Line]) -> str:
    return "\n".join(line.text for line in lines).strip()
