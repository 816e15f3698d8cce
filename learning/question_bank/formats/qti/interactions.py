"""One function an interaction of QTI 2 or 3: kind, options and answers of a draft.

The stem is not theirs: the text around the interaction is the matter of `items`, which puts it
before what the interaction's own prompt says.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from learning.question_bank.drafts import DraftOption, ItemDraft
from learning.question_bank.formats.markup import one_line
from learning.question_bank.formats.qti.bodies import Bodies, fill_marks
from learning.question_bank.formats.qti.keys import Declaration, numeric_line
from learning.question_bank.formats.wording import LETTERS, accepted, pair

INLINE = frozenset({"textEntryInteraction", "inlineChoiceInteraction"})
_TRUE = {"true", "t", "yes", "对", "正确", "√", "是"}
_FALSE = {"false", "f", "no", "错", "错误", "×", "否"}
_WORDS = {
    "associateInteraction": "连线（associate）",
    "hottextInteraction": "热文（hottext）",
    "hotspotInteraction": "热区（hotspot）",
    "selectPointInteraction": "选点（selectPoint）",
    "graphicOrderInteraction": "图上排序（graphicOrder）",
    "graphicAssociateInteraction": "图上连线（graphicAssociate）",
    "graphicGapMatchInteraction": "图上拖放（graphicGapMatch）",
    "positionObjectInteraction": "摆放（positionObject）",
    "sliderInteraction": "滑块（slider）",
    "drawingInteraction": "绘图（drawing）",
    "uploadInteraction": "上传文件（upload）",
    "customInteraction": "自定义（custom）",
    "portableCustomInteraction": "自定义（portableCustom）",
}


@dataclass(slots=True)
class Asked:
    """An item being read; `feedback` gathers what is said afterwards, with labels.

    `taken` are rubrics and feedback that belong to a sub-item, not to the whole.
    """

    root: Element
    bodies: Bodies
    declarations: Mapping[str, Declaration]
    feedback: list[tuple[str, str]] = field(default_factory=list)
    taken: set[Element] = field(default_factory=set)

    def declaration(self, interaction: Element) -> Declaration:
        """Return what is declared for an interaction, an empty declaration if nothing is."""
        identifier = interaction.get("responseIdentifier", "")
        return self.declarations.get(identifier) or Declaration(identifier)


def find_interactions(element: Element) -> list[Element]:
    """Return the interactions below an element, in order; videos and buttons are none."""
    return [
        each
        for each in element.iter()
        if each.tag.endswith("Interaction")
        and each.tag not in {"mediaInteraction", "endAttemptInteraction"}
    ]


def read_interaction(interaction: Element, asked: Asked) -> ItemDraft:
    """Read one interaction; one that no kind holds is named, only its prompt kept."""
    reader = _READERS.get(interaction.tag)
    prompt = asked.bodies.markdown(interaction.find("prompt"))
    draft = reader(interaction, asked) if reader else None
    if draft is None:
        word = _WORDS.get(interaction.tag, interaction.tag[:40])
        message = f"交互“{word}”没有对应的题型，只保留题干"
        asked.bodies.notes.add("not_representable", message)
        return ItemDraft(stem=prompt)
    stem = "\n\n".join(filter(None, (prompt, draft.stem)))
    return replace(draft, stem=stem)


def read_gaps(gaps: Sequence[Element], asked: Asked) -> ItemDraft | None:
    """Read several text entries as one blank item; None if one of them has a tolerance."""
    lines = []
    for gap in gaps:
        declaration = asked.declaration(gap)
        declaration.note_weights(asked.bodies.notes)
        if declaration.is_number:
            (line,) = numeric_line(asked.root, declaration, asked.bodies.notes) or ("",)
            if "±" in line:
                return None
        lines.append(one_line(accepted(declaration.accepted)))
    return ItemDraft(kind="blank", answers=tuple(lines) if all(lines) else ())


def _choice(interaction: Element, asked: Asked) -> ItemDraft:
    declaration = asked.declaration(interaction)
    choices = list(interaction.iter("simpleChoice")) or list(interaction.iter("inlineChoice"))
    keys = set(declaration.values)
    if declaration.cardinality == "single" and len(keys) > 1:
        asked.bodies.notes.lose("几个选项都算对，只带入了第一个")
        keys = {declaration.values[0]}
    options = []
    for place, choice in enumerate(choices):
        options.append(DraftOption(asked.bodies.line(choice), choice.get("identifier") in keys))
        for feedback in choice.iter("feedbackInline"):
            asked.feedback.append((LETTERS[place % 26], asked.bodies.markdown(feedback)))
    declaration.note_weights(asked.bodies.notes)
    verdict = _verdict(options)
    if verdict is not None:
        return verdict
    is_single = declaration.cardinality == "single" or interaction.get("maxChoices") == "1"
    if not is_single and len(keys) == 1:
        asked.bodies.notes.lose("原题允许多选而只有一个正确选项，改为单选")
    kind = "single" if is_single or len(keys) == 1 else "multiple"
    return ItemDraft(kind=kind, options=tuple(options))


def _verdict(options: Sequence[DraftOption]) -> ItemDraft | None:
    """Read two options that say true and false as a true/false item."""
    words = [option.text.strip(" .。*").lower() for option in options]
    if len(words) != 2 or not (set(words) & _TRUE and set(words) & _FALSE):
        return None
    right = [word for word, option in zip(words, options, strict=True) if option.is_key]
    answers = tuple("对" if word in _TRUE else "错" for word in right)
    return ItemDraft(kind="true_false", answers=answers)


def _order(interaction: Element, asked: Asked) -> ItemDraft:
    texts = {
        choice.get("identifier", ""): asked.bodies.line(choice)
        for choice in interaction.iter("simpleChoice")
    }
    order = [each for each in asked.declaration(interaction).correct if each in texts]
    if order and set(order) != set(texts):
        asked.bodies.notes.lose("只排其中几项的设定没有带入，其余各项放在最后")
        order += [each for each in texts if each not in order]
    if not order:
        steps = "\n".join(f"- {text}" for text in texts.values())
        return ItemDraft(kind="ordering", stem=steps)
    return ItemDraft(kind="ordering", answers=tuple(texts[each] for each in order))


def _match(interaction: Element, asked: Asked) -> ItemDraft | None:
    sets = interaction.findall("simpleMatchSet")
    if len(sets) != 2:
        return None
    left, right = (
        {c.get("identifier", ""): asked.bodies.line(c) for c in each.iter("simpleAssociableChoice")}
        for each in sets
    )
    declaration = asked.declaration(interaction)
    declaration.note_weights(asked.bodies.notes)
    pairs = [(a, b) for a, _, b in (value.partition(" ") for value in declaration.values)]
    pairs = [(a, b) for a, b in pairs if a in left and b in right]
    if len({a for a, _b in pairs}) < len(pairs):
        left, right, pairs = right, left, [(b, a) for a, b in pairs]
    if len({a for a, _b in pairs}) < len(pairs):
        return None
    return _matching(left, right, dict(pairs), asked)


def _matching(
    left: Mapping[str, str], right: Mapping[str, str], chosen: Mapping[str, str], asked: Asked
) -> ItemDraft:
    if not chosen:
        texts = "\n".join(f"- {text}" for text in (*left.values(), *right.values()))
        return ItemDraft(kind="matching", stem=texts)
    for prompt in left:
        if prompt not in chosen:
            asked.bodies.notes.lose(f"没有配对的左项“{left[prompt][:40]}”没有带入")
    used = {right[each] for each in chosen.values()}
    lines = [pair(left[prompt], right[each]) for prompt, each in chosen.items()]
    lines += [pair("", text) for text in right.values() if text not in used]
    return ItemDraft(kind="matching", answers=tuple(dict.fromkeys(lines)))


def _gap_match(interaction: Element, asked: Asked) -> ItemDraft | None:
    words = {
        choice.get("identifier", ""): asked.bodies.line(choice)
        for choice in interaction.iter("gapText")
    }
    gaps = list(interaction.iter("gap"))
    if not words or not gaps or interaction.find("gapImg") is not None:
        return None
    inner = [child for child in interaction if child.tag not in {"prompt", "gapText"}]
    body = Element("div")
    body.extend(inner)
    marks = {gap: place for place, gap in enumerate(gaps, 1)}
    text = fill_marks(asked.bodies.markdown(body, marks), lambda place: f"____（{place}）")
    names = {gap.get("identifier", ""): f"（{place}）" for gap, place in marks.items()}
    pairs = [value.partition(" ") for value in asked.declaration(interaction).values]
    chosen = {gap: word for word, _, gap in pairs if gap in names and word in words}
    ordered = {gap: chosen[gap] for gap in names if gap in chosen}
    return replace(_matching(names, words, ordered, asked), stem=text)


def _text_entry(interaction: Element, asked: Asked) -> ItemDraft:
    declaration = asked.declaration(interaction)
    declaration.note_weights(asked.bodies.notes)
    if interaction.get("patternMask"):
        asked.bodies.notes.lose("答案的格式要求（patternMask）没有带入")
    if declaration.is_number:
        line = numeric_line(asked.root, declaration, asked.bodies.notes)
        return ItemDraft(kind="numeric", answers=line)
    wordings = declaration.accepted
    return ItemDraft(kind="blank", answers=(one_line(accepted(wordings)),) if wordings else ())


def _extended_text(interaction: Element, asked: Asked) -> ItemDraft:
    for value in asked.declaration(interaction).correct:
        asked.feedback.append(("参考答案", asked.bodies.from_html(value)))
    return ItemDraft(kind="essay")


_READERS: dict[str, Callable[[Element, Asked], ItemDraft | None]] = {
    "choiceInteraction": _choice,
    "inlineChoiceInteraction": _choice,
    "orderInteraction": _order,
    "matchInteraction": _match,
    "gapMatchInteraction": _gap_match,
    "textEntryInteraction": _text_entry,
    "extendedTextInteraction": _extended_text,
}
