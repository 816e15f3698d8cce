"""An item as an `assessmentItem` in version 2's names, ready for a delivery engine.

One interaction makes the item of most kinds; a case holds its sub-items one below another, each in
a `div class="part"`. Right or wrong is worth 1 (a gap 1 each, a sub-item its weight); an essay is
left to people. The explanation is shown afterwards.
"""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement

from learning.kernel.mathml import FormulaError, to_mathml
from learning.question_bank.drafts import ItemDraft
from learning.question_bank.formats.abroad import GAP, html_tree
from learning.question_bank.formats.qti.processing import (
    SOLUTION,
    Paper,
    declared,
    outcomes,
    processing,
)
from learning.question_bank.formats.wording import shown
from learning.question_bank.formats.xml_out import absolute_tolerance, why_no_xml
from learning.question_bank.rules import Item, ItemKind

TEMPLATES_2 = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/"
_PLAIN = {"label": "span", "del": "span"}
_LINE = 15


def why_not(item: Item) -> str:
    """Name what QTI has no interaction for, "" for an item that can be written."""
    for document in (item.document, *item.document.parts):
        if document.draw is not None:
            return "参数化试题不能写成 QTI"
        if document.kind not in _WRITERS and document.kind is not ItemKind.CASE:
            return "没有这种题型"
        if document.setting("order"):
            return "QTI 的计分不能表示几个空不计顺序"
    return why_no_xml(item)


def item_element(item: Item, draft: ItemDraft, templates: str = TEMPLATES_2) -> Element:
    """Return the item; `draft` is its draft with pictures by the names of the package."""
    paper = Paper()
    body = Element("itemBody")
    if item.document.kind is ItemKind.CASE:
        stimulus = SubElement(body, "div", {"class": "stimulus"})
        _put(stimulus, draft.stem)
        pairs = zip(item.document.parts, item.key.parts, draft.parts, strict=True)
        for document, key, part in pairs:
            holder = SubElement(body, "div", {"class": "part"})
            _question(holder, Item(document, key), part, paper)
    else:
        _question(body, item, draft, paper)
    root = Element(
        "assessmentItem",
        {
            "identifier": f"item-{item.document.code}",
            "title": item.document.code,
            "adaptive": "false",
            "timeDependent": "false",
            "xml:lang": "zh",
        },
    )
    root.extend(declared(response) for response in paper.responses)
    root.extend(outcomes(paper, has_feedback=bool(draft.explanation or draft.source)))
    root.append(body)
    root.extend(processing(paper, templates))
    root.extend(_modal(draft))
    return root


def _question(holder: Element, item: Item, draft: ItemDraft, paper: Paper) -> None:
    """Write stem and interaction; gaps of a blank item are boxes in the stem itself."""
    document = item.document
    if document.kind is ItemKind.BLANK:
        boxes = iter([_box(item, place, paper) for place in range(document.blanks)])
        _put(holder, draft.stem, lambda: next(boxes, None))
    elif document.kind is ItemKind.NUMERIC:
        _number(holder, item, draft, paper)
    else:
        _put(holder, draft.stem)
        _WRITERS[document.kind](holder, item, draft, paper)
    if draft.explanation and not draft.code:  # a sub-item's: the modal feedback is the case's
        block = SubElement(
            holder,
            "feedbackBlock",
            outcomeIdentifier=SOLUTION,
            identifier="EXPLANATION",
            showHide="show",
        )
        paper.has_solutions = True
        _put(block, draft.explanation)


def _put(holder: Element, markdown: str, box: Callable[[], Element | None] = lambda: None) -> None:
    """Put a text as elements that QTI allows; pictures lie beside the items' folder."""
    tree = html_tree(markdown, _formula)
    _clean(tree)
    for parent in list(tree.iter()):
        for place, child in enumerate(list(parent)):
            if child.tag == "span" and child.get("class") == GAP:
                _replace(parent, place, child, box())
    if tree.text and tree.text.strip():
        SubElement(holder, "p").text = tree.text
    holder.extend(list(tree))


def _replace(parent: Element, place: int, gap: Element, box: Element | None) -> None:
    if box is None:
        del gap.attrib["class"]
    else:
        box.tail = gap.tail
        parent[place] = box


def _put_inline(holder: Element, markdown: str) -> None:
    tree = html_tree(markdown, _formula, is_inline=True)
    _clean(tree)
    for gap in tree.iter("span"):
        gap.attrib.pop("class", None)
    holder.text = (holder.text or "") + (tree.text or "")
    holder.extend(list(tree))


def _clean(tree: Element) -> None:
    for element in tree.iter():
        element.tag = _PLAIN.get(element.tag, element.tag)
        element.attrib.pop("start", None)
        if element.tag == "img":
            name = element.get("src", "").removeprefix("/media/")
            element.set("src", f"../pictures/{name}")
            element.set("alt", element.get("alt", ""))


def _formula(tex: str, is_display: bool) -> str:  # noqa: FBT001 - the form of Formula
    """Write a formula as MathML that carries its LaTeX."""
    escaped = tex.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    try:
        math = ET.fromstring(to_mathml(tex, is_display=is_display))  # noqa: S314 - made by us
    except (FormulaError, ET.ParseError):
        return f"<code>{escaped}</code>"
    inner = "".join(ET.tostring(child, encoding="unicode") for child in math)
    display = ' display="block"' if is_display else ""
    note = f'<annotation encoding="application/x-tex">{escaped}</annotation>'
    return f"<math{display}><semantics><mrow>{inner}</mrow>{note}</semantics></math>"


def _box(item: Item, place: int, paper: Paper) -> Element:
    document, accepted = item.document, item.key.blanks[place]
    worth = Decimal(1) if document.weight == 1 else document.weight / document.blanks
    identifier = paper.respond(
        worth=worth, base_type="string", correct=accepted[:1], accepted=accepted
    )
    return Element("textEntryInteraction", responseIdentifier=identifier, expectedLength="20")


def _number(holder: Element, item: Item, draft: ItemDraft, paper: Paper) -> None:
    key = item.key
    value, tolerance, mode = key.value or Decimal(0), absolute_tolerance(key), "absolute"
    if key.tolerance is not None and key.tolerance_kind == "relative":
        tolerance, mode = key.tolerance * 100, "relative"
    limit = "" if tolerance is None else shown(tolerance)
    allowed = (mode, f"{limit} {limit}") if limit else None
    identifier = paper.respond(
        worth=item.document.weight, base_type="float", correct=(shown(value),), tolerance=allowed
    )
    box = Element("textEntryInteraction", responseIdentifier=identifier, expectedLength="15")
    boxes = iter([box])
    _put(holder, draft.stem, lambda: next(boxes, None))
    if next(boxes, None) is None:
        return
    line = SubElement(holder, "p")
    line.append(box)
    box.tail = f" {item.document.unit}" if item.document.unit else None


def _choice(holder: Element, item: Item, draft: ItemDraft, paper: Paper) -> None:
    is_single = item.document.kind is ItemKind.SINGLE
    choices = list(zip(item.document.options, draft.options, strict=True))
    _add_choice(
        holder,
        [(f"choice-{option.id}", shown_option.text) for option, shown_option in choices],
        tuple(f"choice-{each}" for each in item.key.choices),
        paper,
        (item.document.weight, is_single),
    )


def _verdict(holder: Element, item: Item, draft: ItemDraft, paper: Paper) -> None:
    del draft
    words = [("true", "对"), ("false", "错")]
    right = "true" if item.key.choices == ("t",) else "false"
    _add_choice(holder, words, (right,), paper, (item.document.weight, True))


def _add_choice(
    holder: Element,
    choices: list[tuple[str, str]],
    right: tuple[str, ...],
    paper: Paper,
    worth: tuple[Decimal, bool],
) -> None:
    weight, is_single = worth
    cardinality = "single" if is_single else "multiple"
    interaction = SubElement(
        holder,
        "choiceInteraction",
        responseIdentifier=paper.respond(worth=weight, cardinality=cardinality, correct=right),
        shuffle="false",
        maxChoices="1" if is_single else "0",
    )
    for identifier, text in choices:
        _put_inline(SubElement(interaction, "simpleChoice", identifier=identifier), text)


def _order(holder: Element, item: Item, draft: ItemDraft, paper: Paper) -> None:
    key = item.key.choices
    interaction = SubElement(
        holder,
        "orderInteraction",
        responseIdentifier=paper.respond(
            worth=item.document.weight,
            cardinality="ordered",
            correct=tuple(f"step-{each}" for each in key),
        ),
        shuffle="true",
    )
    texts = dict(zip(key, draft.answers, strict=True))
    for option in item.document.options:
        choice = SubElement(interaction, "simpleChoice", identifier=f"step-{option.id}")
        _put_inline(choice, texts[option.id])


def _match(holder: Element, item: Item, draft: ItemDraft, paper: Paper) -> None:
    document = item.document
    prompts = {f"left-{prompt.id}": prompt.text for prompt in document.prompts}
    options = {f"right-{option.id}": option.text for option in document.options}
    del draft
    pairs = zip(prompts, item.key.choices, strict=True)
    correct = tuple(f"{left} right-{right}" for left, right in pairs)
    interaction = SubElement(
        holder,
        "matchInteraction",
        responseIdentifier=paper.respond(
            worth=document.weight,
            cardinality="multiple",
            base_type="directedPair",
            correct=correct,
        ),
        shuffle="true",
        maxAssociations=str(len(prompts)),
    )
    for texts, most in ((prompts, 1), (options, len(prompts))):
        side = SubElement(interaction, "simpleMatchSet")
        for identifier, text in texts.items():
            choice = SubElement(
                side, "simpleAssociableChoice", identifier=identifier, matchMax=str(most)
            )
            _put_inline(choice, text)


def _essay(holder: Element, item: Item, draft: ItemDraft, paper: Paper) -> None:
    del draft
    SubElement(
        holder,
        "extendedTextInteraction",
        responseIdentifier=paper.respond(
            worth=item.document.weight, base_type="string", is_scored=False
        ),
        expectedLines=str(_LINE),
    )
    if item.key.rubric:
        block = SubElement(holder, "rubricBlock", view="scorer")
        lines = SubElement(block, "ul")
        for criterion in item.key.rubric:
            line = SubElement(lines, "li")
            _put_inline(line, f"{criterion.points} 分 {criterion.text}")


def _modal(draft: ItemDraft) -> Iterator[Element]:
    if not draft.explanation and not draft.source:
        return
    modal = Element(
        "modalFeedback", outcomeIdentifier="FEEDBACK", identifier="EXPLANATION", showHide="show"
    )
    _put(modal, draft.explanation)
    if draft.source:
        line = SubElement(modal, "p", {"class": "source"})
        line.text = "出处："
        _put_inline(line, draft.source)
    yield modal


_WRITERS: dict[ItemKind, Callable[[Element, Item, ItemDraft, Paper], None]] = {
    ItemKind.SINGLE: _choice,
    ItemKind.MULTIPLE: _choice,
    ItemKind.TRUE_FALSE: _verdict,
    ItemKind.BLANK: lambda *_: None,
    ItemKind.NUMERIC: lambda *_: None,
    ItemKind.MATCHING: _match,
    ItemKind.ORDERING: _order,
    ItemKind.ESSAY: _essay,
}
