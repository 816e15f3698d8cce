"""Items as Moodle XML, pictures embedded: a question each, categories by area.

A tolerance in percent becomes the same tolerance as a number; a multiple choice takes all points
for a wrong option, as all-or-nothing is not known to Moodle. What Moodle cannot do is named by
`why_not`.
"""

import base64
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement

from learning.question_bank.drafts import ItemDraft, draft_of
from learning.question_bank.formats import kept_draft
from learning.question_bank.formats.abroad import (
    GAP,
    html_tree,
    inner_html,
    plain_text,
    tex_in_brackets,
)
from learning.question_bank.formats.contract import Asset, Carried, SourceProblem
from learning.question_bank.formats.tags import to_tags
from learning.question_bank.formats.wording import shown
from learning.question_bank.formats.xml_out import (
    absolute_tolerance,
    as_exported,
    missing_pictures,
    why_no_xml,
)
from learning.question_bank.rules import Item, ItemKind

NAME = "moodle-xml"
OWN = "quality-academy"
"""The element that holds the draft; Moodle skips elements it does not know."""

_EMBEDDED_GAP = "_____"  # Moodle puts the box where it finds five
_NAME_LENGTH = 60


class MoodleExporter:
    """The way out."""

    NAME = NAME
    SUFFIX = ".xml"
    MEDIA_TYPE = "application/xml"

    def why_not(self, item: Item) -> str:
        """Name what Moodle has no question for."""
        document = item.document
        if document.draw is not None:
            return "参数化试题不能写成 Moodle XML"
        if document.kind not in _WRITERS:
            return "Moodle XML 没有案例题，请分成单独的试题" if document.parts else "没有这种题型"
        if document.setting("order"):
            return "Moodle 不能表示几个空不计顺序"
        if document.kind is ItemKind.MATCHING and any("](" in o.text for o in document.options):
            return "Moodle 匹配题的右项只能是文字，不能有图片或链接"
        return why_no_xml(item)

    def write(self, items: Sequence[Item], title: str, assets: Sequence[Asset]) -> Carried:
        """Write one file; items that cannot be carried and pictures that are missing are named."""
        pictures = {asset.name: base64.b64encode(asset.content).decode() for asset in assets}
        quiz = Element("quiz")
        left_out = []
        good = []
        for item in items:
            reason = self.why_not(item)
            if reason:
                left_out.append(SourceProblem(item.document.code, "not_representable", reason))
            else:
                good.append(item)
                left_out += missing_pictures(item, pictures)
        for area, group in groupby(good, key=lambda item: item.document.area):
            quiz.append(_category(title, area))
            quiz.extend(_question(item, pictures) for item in group)
        ET.indent(quiz)
        content: bytes = ET.tostring(quiz, encoding="utf-8", xml_declaration=True)
        return Carried(content, tuple(left_out))


def question_of(draft: ItemDraft, pictures: Mapping[str, str]) -> Element | None:
    """Write the question of a draft without the draft itself, to compare; None if it makes none.

    `pictures` are Base64 by name.
    """
    item = kept_draft.item_of(draft)
    if item is None or MoodleExporter().why_not(item):
        return None
    return _fields(item, draft, pictures)


def _question(item: Item, pictures: Mapping[str, str]) -> Element:
    draft = as_exported(draft_of(item))
    question = _fields(item, draft, pictures)
    SubElement(question, OWN).text = kept_draft.write(draft)
    return question


def _fields(item: Item, draft: ItemDraft, pictures: Mapping[str, str]) -> Element:
    question = Element("question")
    writer = _Writer(question, pictures)
    stem = plain_text(html_tree(draft.stem, tex_in_brackets))
    name = f"{draft.code} {stem[:_NAME_LENGTH]}".strip()
    SubElement(SubElement(question, "name"), "text").text = name
    question.set("type", _type(item))
    writer.html("questiontext", draft.stem, _gap_filler(item))
    general = writer.html("generalfeedback", draft.explanation)
    if draft.source:
        source = writer.rendered(draft.source, is_inline=True)
        general.text = f'{general.text or ""}<p class="source">出处：{source}</p>'
    for tag, text in (("defaultgrade", "1"), ("penalty", "0"), ("hidden", "0")):
        SubElement(question, tag).text = text
    SubElement(question, "idnumber").text = draft.code
    _WRITERS[item.document.kind](item, writer)
    tags = SubElement(question, "tags")
    for tag in to_tags(draft):
        SubElement(SubElement(tags, "tag"), "text").text = tag
    return question


class _Writer:
    """Writes texts into a question, pictures with the text that shows them."""

    def __init__(self, question: Element, pictures: Mapping[str, str]) -> None:
        self.question, self._pictures = question, pictures

    def leaf(self, tag: str, text: str) -> None:
        """Write an element of plain text."""
        SubElement(self.question, tag).text = text

    def html(
        self, tag: str, markdown: str, gap: Callable[[], str] = lambda: _EMBEDDED_GAP
    ) -> Element:
        """Write an element with a text in HTML; return its `text`."""
        return self._into(SubElement(self.question, tag, format="html"), markdown, gap)

    def answer(self, markdown: str, fraction: str, *, is_html: bool = True) -> Element:
        """Write an answer; return it."""
        form = "html" if is_html else "moodle_auto_format"
        answer = SubElement(self.question, "answer", fraction=fraction, format=form)
        if is_html:
            self._into(answer, markdown, lambda: _EMBEDDED_GAP, is_inline=True)
        else:
            SubElement(answer, "text").text = markdown
        return answer

    def pair(self, left: str, right: str) -> None:
        """Write a pair of a matching question; without a left side it only distracts."""
        sub = SubElement(self.question, "subquestion", format="html")
        self._into(sub, left, lambda: _EMBEDDED_GAP, is_inline=True)
        SubElement(SubElement(sub, "answer"), "text").text = _words(right)

    def rendered(self, markdown: str, *, is_inline: bool = False) -> str:
        """Return the HTML of a text."""
        return inner_html(html_tree(markdown, tex_in_brackets, is_inline=is_inline))

    def _into(
        self, element: Element, markdown: str, gap: Callable[[], str], *, is_inline: bool = False
    ) -> Element:
        text = SubElement(element, "text")
        tree = html_tree(markdown, tex_in_brackets, is_inline=is_inline)
        for span in list(tree.iter("span")):
            if span.get("class") == GAP:
                span.text = gap()
                del span.attrib["class"]
        for picture in tree.iter("img"):
            self._embed(element, picture)
        text.text = inner_html(tree)
        return text

    def _embed(self, element: Element, picture: Element) -> None:
        name = picture.get("src", "").removeprefix("/media/")
        if name in self._pictures:
            picture.set("src", f"@@PLUGINFILE@@/{name}")
            file = SubElement(element, "file", name=name, path="/", encoding="base64")
            file.text = self._pictures[name]


def _category(title: str, area: str) -> Element:
    question = Element("question", type="category")
    path = "/".join(each.replace("/", "//") for each in (title, area) if each)
    SubElement(SubElement(question, "category"), "text").text = f"$course$/top/{path}"
    return question


def _type(item: Item) -> str:
    if item.document.kind is ItemKind.BLANK and item.document.blanks > 1:
        return "cloze"
    return _TYPES[item.document.kind]


def _gap_filler(item: Item) -> Callable[[], str]:
    """Return what stands in a gap: the next gap's answers in a cloze, a line elsewhere."""
    if _type(item) != "cloze":
        return lambda: _EMBEDDED_GAP
    gaps = iter([_cloze_gap(alternatives) for alternatives in item.key.blanks])
    return lambda: next(gaps, _EMBEDDED_GAP)


def _cloze_gap(alternatives: Iterable[str]) -> str:
    escaped = ("".join(f"\\{c}" if c in '~=#}{/"\\' else c for c in each) for each in alternatives)
    return f"{{1:SHORTANSWER:{'~'.join(f'={each}' for each in escaped)}}}"


def _words(markdown: str) -> str:
    return plain_text(html_tree(markdown, tex_in_brackets, is_inline=True))


def _choices(item: Item, writer: _Writer) -> None:
    keys = item.key.choices
    is_single = item.document.kind is ItemKind.SINGLE
    share = f"{Decimal(100) / len(keys):.5f}".rstrip("0").rstrip(".")
    writer.leaf("single", str(is_single).lower())
    writer.leaf("shuffleanswers", "true")
    writer.leaf("answernumbering", "ABCD")
    for option in item.document.options:
        wrong = "0" if is_single else "-100"
        writer.answer(option.text, share if option.id in keys else wrong)


def _verdicts(item: Item, writer: _Writer) -> None:
    for verdict, word in (("t", "true"), ("f", "false")):
        writer.answer(word, "100" if verdict in item.key.choices else "0", is_html=False)


def _wordings(item: Item, writer: _Writer) -> None:
    if item.document.blanks > 1:
        return  # the answers stand in the text
    writer.leaf("usecase", "0")
    for alternative in item.key.blanks[0]:
        writer.answer(alternative.replace("*", "\\*"), "100", is_html=False)


def _number(item: Item, writer: _Writer) -> None:
    key = item.key
    tolerance = absolute_tolerance(key) or Decimal(0)
    answer = writer.answer(shown(key.value or Decimal(0)), "100", is_html=False)
    SubElement(answer, "tolerance").text = shown(tolerance)
    if item.document.unit:
        unit = SubElement(SubElement(writer.question, "units"), "unit")
        SubElement(unit, "multiplier").text = "1"
        SubElement(unit, "unit_name").text = item.document.unit
        writer.leaf("unitgradingtype", "0")
        writer.leaf("showunits", "0")
        writer.leaf("unitsleft", "0")


def _pairs(item: Item, writer: _Writer) -> None:
    writer.leaf("shuffleanswers", "true")
    texts = {option.id: option.text for option in item.document.options}
    for prompt, choice in zip(item.document.prompts, item.key.choices, strict=True):
        writer.pair(prompt.text, texts[choice])
    for option_id, text in texts.items():
        if option_id not in item.key.choices:
            writer.pair("", text)


def _steps(item: Item, writer: _Writer) -> None:
    for tag, text in (
        ("layouttype", "VERTICAL"),
        ("selecttype", "ALL"),
        ("selectcount", "0"),
        ("gradingtype", "ABSOLUTE_POSITION"),
        ("showgrading", "SHOW"),
        ("numberingstyle", "none"),
    ):
        writer.leaf(tag, text)
    texts = {option.id: option.text for option in item.document.options}
    for place, choice in enumerate(item.key.choices, 1):
        writer.answer(texts[choice], str(place))


def _rubric(item: Item, writer: _Writer) -> None:
    writer.leaf("responseformat", "editor")
    writer.leaf("responserequired", "1")
    writer.leaf("responsefieldlines", "15")
    writer.leaf("attachments", "0")
    lines = [f"- {criterion.points} 分 {criterion.text}" for criterion in item.key.rubric]
    writer.html("graderinfo", "\n".join(lines))
    writer.html("responsetemplate", "")


_TYPES = {
    ItemKind.SINGLE: "multichoice",
    ItemKind.MULTIPLE: "multichoice",
    ItemKind.TRUE_FALSE: "truefalse",
    ItemKind.BLANK: "shortanswer",
    ItemKind.NUMERIC: "numerical",
    ItemKind.MATCHING: "matching",
    ItemKind.ORDERING: "ordering",
    ItemKind.ESSAY: "essay",
}
_WRITERS: dict[ItemKind, Callable[[Item, _Writer], None]] = {
    ItemKind.SINGLE: _choices,
    ItemKind.MULTIPLE: _choices,
    ItemKind.TRUE_FALSE: _verdicts,
    ItemKind.BLANK: _wordings,
    ItemKind.NUMERIC: _number,
    ItemKind.MATCHING: _pairs,
    ItemKind.ORDERING: _steps,
    ItemKind.ESSAY: _rubric,
}
