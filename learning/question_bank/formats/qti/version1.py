"""An item of QTI 1.2: as the standard has it, as Canvas writes it, as Blackboard writes it."""

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from learning.question_bank.drafts import DraftOption, ItemDraft
from learning.question_bank.formats.markup import one_line
from learning.question_bank.formats.qti import conditions
from learning.question_bank.formats.qti.bodies import Bodies
from learning.question_bank.formats.wording import (
    LETTERS,
    accepted,
    criteria,
    explanation,
    pair,
    points,
    with_gap,
)

_RESPONSES = ("response_lid", "response_str", "response_num", "response_xy", "response_grp")
_NOT_HELD = {
    "file_upload_question": "上传文件",
    "calculated_question": "公式计算",
    "calculated": "公式计算",
    "hot spot": "热区",
    "file upload": "上传文件",
    "opinion scale": "态度量表",
    "quiz bowl": "抢答",
}
_TYPES = ("question_type", "bbmd_questiontype", "qmd_itemtype", "cc_profile")
_TRUE = {"true", "true.true", "t", "yes", "对", "正确", "√"}
_FALSE = {"false", "true.false", "false.false", "f", "no", "错", "错误", "×"}
_TAGS = re.compile(
    r"</?(?:p|div|br|img|b|i|em|strong|span|sub|sup|ul|ol|li|table|a)\b", re.IGNORECASE
)


@dataclass(slots=True)
class Asked:
    """An item being read: what it says of itself, its responses and conditions."""

    element: Element
    bodies: Bodies
    metadata: Mapping[str, str]
    responses: Sequence[Element]
    rules: Sequence[conditions.Rule]
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """Return the type by which the exporting system calls it, in lower case; "" if none."""
        return next((self.metadata[n].lower() for n in _TYPES if self.metadata.get(n)), "")


def read_item(element: Element, bodies: Bodies) -> ItemDraft | None:
    """Return the draft of an `item`, None for one that asks nothing."""
    presentation = element.find("presentation")
    metadata = dict(_metadata(element))
    responses = [] if presentation is None else _responses(presentation)
    asked = Asked(element, bodies, metadata, responses, conditions.read_rules(element))
    if presentation is None or asked.type == "text_only_question":
        return None
    stem = bodies.from_html("".join(_materials(presentation)))
    draft = _read(stem, asked)
    said = [*_feedback(asked), *_solutions(asked)]
    rubric: tuple[str, ...] = ()
    if draft.kind == "essay":
        rubric, rest = criteria("\n\n".join(text for _label, text in said))
        said = [("", rest)] if rubric else said
    worth = metadata.get("points_possible") or metadata.get("qmd_absolutescore_max") or ""
    return replace(
        draft,
        answers=rubric or draft.answers,
        explanation=explanation(said),
        points=points(worth or _highest(element)),
    )


def _read(stem: str, asked: Asked) -> ItemDraft:
    reader = _reader(asked)
    if reader is not None:
        draft = reader(stem, asked)
        return draft if draft.stem else replace(draft, stem=stem)
    is_spot = any(response.tag == "response_xy" for response in asked.responses)
    word = "热区" if is_spot else _NOT_HELD.get(asked.type, asked.type or "没有作答方式")
    asked.bodies.notes.add("not_representable", f"题型“{word[:40]}”没有对应的题型，只保留题干")
    return ItemDraft(stem=stem)


def _reader(asked: Asked) -> Callable[[str, Asked], ItemDraft] | None:
    tags = {response.tag for response in asked.responses}
    if asked.type in _NOT_HELD or "response_xy" in tags:
        return None
    named = next((reader for word, reader in _NAMED.items() if word in asked.type), None)
    if named is not None:
        return named
    if tags == {"response_lid"}:
        return _choice if len(asked.responses) == 1 else _matching
    if not tags or tags - {"response_str", "response_num"}:
        return None
    return _text if len(asked.responses) == 1 else _blanks


def _choice(stem: str, asked: Asked) -> ItemDraft:
    del stem
    (response,) = asked.responses
    ident = response.get("ident", "")
    labels = _labels(response, asked)
    asked.labels = {name: LETTERS[place % 26] for place, name in enumerate(labels)}
    cardinality = response.get("rcardinality", "Single").lower()
    if cardinality == "ordered" or asked.type == "ordering":
        return _ordering(labels, ident, asked)
    is_single = cardinality != "multiple"
    keys = conditions.choice_keys(asked.rules, ident, asked.bodies.notes, is_single=is_single)
    verdict = _verdict(labels, keys, asked)
    if verdict is not None:
        return verdict
    if not is_single and len(keys) == 1:
        asked.bodies.notes.lose("原题允许多选而只有一个正确选项，改为单选")
    options = tuple(DraftOption(text, name in keys) for name, text in labels.items())
    return ItemDraft(kind="single" if is_single or len(keys) == 1 else "multiple", options=options)


def _verdict(labels: Mapping[str, str], keys: Sequence[str], asked: Asked) -> ItemDraft | None:
    words = {name: (text or name).strip(" .。").lower() for name, text in labels.items()}
    is_pair = len(words) == 2 and set(words.values()) & _TRUE and set(words.values()) & _FALSE
    if not is_pair:
        return None
    asked.labels = {n: "选“对”" if word in _TRUE else "选“错”" for n, word in words.items()}
    right = tuple("对" if words[key] in _TRUE else "错" for key in keys if key in words)
    return ItemDraft(kind="true_false", answers=right)


def _ordering(labels: Mapping[str, str], ident: str, asked: Asked) -> ItemDraft:
    good = conditions.scored(asked.rules)
    best = max(good, key=lambda rule: len(rule.values(ident)), default=None)
    order = [name for name in (best.values(ident) if best else []) if name in labels]
    if set(order) != set(labels):
        order = []
        steps = "\n".join(f"- {text}" for text in labels.values())
        return ItemDraft(kind="ordering", stem=steps)
    return ItemDraft(kind="ordering", answers=tuple(labels[name] for name in order))


def _matching(stem: str, asked: Asked) -> ItemDraft:
    del stem
    rights = [
        asked.bodies.from_html("".join(_materials(block)))
        for block in _flows(asked.element, "RIGHT_MATCH_BLOCK")
    ]
    lines: list[tuple[str, str]] = []
    options: dict[str, None] = {}
    for response in asked.responses:
        labels = _labels(response, asked)
        if rights:  # Blackboard: the n-th label stands for the n-th text on the right
            labels = dict(zip(labels, rights, strict=False))
        options |= dict.fromkeys(labels.values())
        ident = response.get("ident", "")
        keys = conditions.choice_keys(asked.rules, ident, asked.bodies.notes, is_single=True)
        left = one_line(asked.bodies.from_html("".join(_left(response, asked))))
        right = next((labels[key] for key in keys if key in labels), "")
        lines.append((left, one_line(right)))
    used = {right for _left_side, right in lines}
    if not any(used):
        return ItemDraft(kind="matching")
    distractors = [pair("", text) for text in options if one_line(text) not in used]
    return ItemDraft(kind="matching", answers=(*(pair(*each) for each in lines), *distractors))


def _left(response: Element, asked: Asked) -> Iterator[str]:
    """Return the words of a prompt: within the response, or beside it in the same flow."""
    inside = [_html(each) for each in response.findall("material")]
    inside += [_html(each) for each in response.findall("flow_mat/material")]
    if inside:
        yield from inside
        return
    for flow in asked.element.iter("flow"):
        if response in list(flow):
            yield from _materials(flow)


def _blanks(stem: str, asked: Asked) -> ItemDraft:
    lines = []
    for response in asked.responses:
        name = _name(response)
        stem = stem.replace(f"\\[{name}]", f"[{name}]").replace(f"[{name}]", "____", 1)
        ident = response.get("ident", "")
        texts = conditions.wordings(asked.rules, ident, asked.bodies.notes)
        labels = _labels(response, asked)
        lines.append(one_line(accepted(labels.get(text) or text for text in texts)))
    gaps = stem.count("____")
    if gaps < len(lines):
        stem += "\n\n" + "、".join(["____"] * (len(lines) - gaps))
    return ItemDraft(kind="blank", stem=stem, answers=tuple(lines) if all(lines) else ())


def _dropdowns(stem: str, asked: Asked) -> ItemDraft:
    parts = []
    for place, response in enumerate(asked.responses, 1):
        name = _name(response)
        stem = stem.replace(f"\\[{name}]", f"[{name}]").replace(f"[{name}]", f"（{place}）", 1)
        ident = response.get("ident", "")
        keys = conditions.choice_keys(asked.rules, ident, asked.bodies.notes, is_single=True)
        options = tuple(
            DraftOption(text, label in keys) for label, text in _labels(response, asked).items()
        )
        parts.append(ItemDraft(kind="single", stem=f"（{place}）", options=options))
    if len(parts) == 1:
        return replace(parts[0], stem=stem.replace("（1）", "____"))
    return ItemDraft(kind="case", stem=stem, parts=tuple(parts))


def _text(stem: str, asked: Asked) -> ItemDraft:
    (response,) = asked.responses
    fib = response.find(".//render_fib")
    kind = fib.get("fibtype", "").lower() if fib is not None else ""
    is_number = response.tag == "response_num" or kind in {"decimal", "integer", "scientific"}
    if is_number or "numeric" in asked.type:
        return ItemDraft(
            kind="numeric", answers=conditions.number_line(asked.rules, asked.bodies.notes)
        )
    ident = response.get("ident", "")
    texts = conditions.wordings(asked.rules, ident, asked.bodies.notes)
    rows = fib.get("rows", "1") if fib is not None else "1"
    if not texts and (rows not in {"", "1"} or not asked.type):
        return _essay(stem, asked)
    lines = (one_line(accepted(texts)),) if texts else ()
    return ItemDraft(kind="blank", stem=with_gap(stem), answers=lines)


def _essay(stem: str, asked: Asked) -> ItemDraft:
    del stem, asked
    return ItemDraft(kind="essay")


_NAMED: dict[str, Callable[[str, Asked], ItemDraft]] = {
    "essay": _essay,
    "short response": _essay,
    "dropdown": _dropdowns,
    "multiple_blanks": _blanks,
    "blank plus": _blanks,
}


def _metadata(element: Element) -> Iterator[tuple[str, str]]:
    for metadata in element.findall("itemmetadata"):
        for each in metadata.iter():
            if each.tag == "qtimetadatafield":
                name, value = each.findtext("fieldlabel"), each.findtext("fieldentry")
                yield (name or "").strip(), (value or "").strip()
            elif not len(each):
                yield each.tag, (each.text or "").strip()


def _responses(presentation: Element) -> list[Element]:
    return [each for each in presentation.iter() if each.tag in _RESPONSES]


def _labels(response: Element, asked: Asked) -> dict[str, str]:
    return {
        label.get("ident", ""): one_line(asked.bodies.from_html("".join(_materials(label))))
        for label in response.iter("response_label")
    }


def _name(response: Element) -> str:
    text = "".join("".join(each.itertext()) for each in response.findall("material")).strip()
    return text or response.get("ident", "").removeprefix("response_")


def _flows(element: Element, name: str) -> list[Element]:
    blocks = [flow for flow in element.iter("flow") if flow.get("class") == name]
    return [inner for block in blocks for inner in block.findall("flow")]


def _materials(element: Element) -> Iterator[str]:
    """Yield the HTML of the materials below an element, responses and their blocks left out."""
    for child in element:
        if child.tag == "material":
            yield _html(child)
        elif child.tag not in _RESPONSES and child.get("class") not in {
            "RESPONSE_BLOCK",
            "RIGHT_MATCH_BLOCK",
        }:
            yield from _materials(child)


def _html(material: Element) -> str:
    pieces = []
    for each in material.iter():
        text = "".join(each.itertext())
        if each.tag in {"mattext", "mat_formattedtext"}:
            pieces.append(_paragraph(each, text))
        elif each.tag == "matemtext":
            pieces.append(f"<em>{html.escape(text)}</em>")
        elif each.tag == "matbreak":
            pieces.append("<br>")
        elif each.tag == "matimage":
            source = html.escape(each.get("uri", ""))
            pieces.append(f'<img src="{source}" alt="{html.escape(each.get("label", ""))}">')
        elif each.tag in {"mataudio", "matvideo", "matapplet", "matapplication"}:
            pieces.append("<object></object>")
    return "".join(pieces)


def _paragraph(element: Element, text: str) -> str:
    form = (element.get("texttype") or element.get("type") or "text/plain").lower()
    if "html" in form or form == "smart_text" or _TAGS.search(text):
        return f"<div>{text}</div>"
    return f"<div>{html.escape(text.strip(), quote=False)}</div>".replace("\n", "<br>")


def _feedback(asked: Asked) -> Iterator[tuple[str, str]]:
    for name, values, element in conditions.feedback_of(asked.element, asked.rules):
        text = asked.bodies.from_html("".join(_materials(element)))
        yield _label(name, values, asked), text


def _label(name: str, values: Sequence[str], asked: Asked) -> str:
    lowered = name.lower()
    if lowered.startswith("general_incorrect") or "incorrect" in lowered:
        return "答错时"
    if lowered.startswith("general") or lowered in {"solution", "hint"}:
        return ""
    if lowered.startswith("correct"):
        return "答对时"
    own = asked.labels.get(name.removesuffix("_fb"))
    return own or next((asked.labels[each] for each in values if each in asked.labels), "")


def _solutions(asked: Asked) -> Iterator[tuple[str, str]]:
    for rubric in asked.element.findall("rubric"):
        yield "评分说明", asked.bodies.from_html("".join(_materials(rubric)))


def _highest(element: Element) -> str:
    declared = element.find(".//decvar")
    return declared.get("maxvalue", "") if declared is not None else ""
