"""An item of QTI 2 or 3, its names already in one vocabulary (see `names`)."""

from collections.abc import Iterator
from dataclasses import replace
from xml.etree.ElementTree import Element

from learning.question_bank.drafts import ItemDraft
from learning.question_bank.formats.qti.bodies import Bodies, fill_marks
from learning.question_bank.formats.qti.composites import is_divided, read_composite
from learning.question_bank.formats.qti.interactions import (
    INLINE,
    Asked,
    find_interactions,
    read_gaps,
    read_interaction,
)
from learning.question_bank.formats.qti.keys import item_points, read_declarations
from learning.question_bank.formats.wording import criteria, explanation, with_gap, without_gaps

_VIEWERS = {"candidate", ""}


def read_item(root: Element, bodies: Bodies) -> ItemDraft | None:
    """Return the draft of an `assessmentItem`, None for one that asks nothing."""
    body = root.find("itemBody")
    asked = Asked(root, bodies, read_declarations(root))
    interactions = find_interactions(body) if body is not None else []
    if body is None or not interactions:
        return None
    if root.find("templateDeclaration") is not None:
        message = "题里有随机变量（template），请改写成参数化试题"
        bodies.notes.add("not_representable", message)
        return ItemDraft(stem=bodies.markdown(body), points=item_points(root))
    draft = _body(body, interactions, asked)
    _note_rest(root, asked)
    rubric, rest, instructions = _rubrics(root, asked)
    is_essay = draft.kind == "essay"
    general, source = _modal(root, asked)
    said = explanation(
        [*general, *_blocks(root, asked), *asked.feedback, ("", rest)]
        + ([] if is_essay else [("", "\n".join(rubric))])
    )
    return replace(
        draft,
        stem="\n\n".join(filter(None, (instructions, draft.stem))),
        answers=rubric if is_essay else draft.answers,
        explanation=said,
        source=source,
        points=item_points(root),
    )


def _body(body: Element, interactions: list[Element], asked: Asked) -> ItemDraft:
    kinds = {interaction.tag for interaction in interactions}
    if is_divided(body):
        return read_composite(body, interactions, asked)
    if len(interactions) == 1:
        return _single(body, interactions[0], asked)
    if kinds == {"textEntryInteraction"}:
        gaps = read_gaps(interactions, asked)
        if gaps is not None:
            return replace(gaps, stem=_with_gaps(body, interactions, asked))
    return read_composite(body, interactions, asked)


def _single(body: Element, interaction: Element, asked: Asked) -> ItemDraft:
    around = asked.bodies.markdown(body, {interaction: 1})
    draft = read_interaction(interaction, asked)
    if draft.kind == "blank":
        around = with_gap(fill_marks(without_gaps(around), lambda _place: "____"))
        return replace(draft, stem=around)
    if interaction.tag in INLINE:
        return replace(draft, stem=fill_marks(around, lambda _place: "____"))
    text = fill_marks(around, lambda _place: "").strip()
    return replace(draft, stem="\n\n".join(filter(None, (text, draft.stem))))


def _with_gaps(body: Element, interactions: list[Element], asked: Asked) -> str:
    marks = {interaction: place for place, interaction in enumerate(interactions, 1)}
    return fill_marks(without_gaps(asked.bodies.markdown(body, marks)), lambda _place: "____")


def _note_rest(root: Element, asked: Asked) -> None:
    notes = asked.bodies.notes
    if root.get("adaptive") == "true":
        notes.lose("自适应的作答过程没有带入")
    if root.find(".//endAttemptInteraction") is not None:
        notes.lose("答题中的按钮没有带入")
    if root.find(".//mediaInteraction") is not None:
        notes.lose("音频或视频没有带入")


def _rubrics(root: Element, asked: Asked) -> tuple[tuple[str, ...], str, str]:
    """Return the criteria for markers, other notes for them, and instructions to candidates."""
    marking: list[str] = []
    instructions: list[str] = []
    for block in root.iter("rubricBlock"):
        if block in asked.taken:
            continue
        text = asked.bodies.markdown(block)
        views = set(block.get("view", "").split())
        (instructions if views & _VIEWERS or not views else marking).append(text)
    rubric, rest = criteria("\n\n".join(marking))
    return rubric, rest, "\n\n".join(filter(None, instructions))


def _modal(root: Element, asked: Asked) -> tuple[list[tuple[str, str]], str]:
    """Return what is shown afterwards and, from items of our own, the source behind it."""
    said, source = [], ""
    letters = _letters(root)
    for feedback in root.iter("modalFeedback"):
        origin = next((p for p in feedback.iter("p") if p.get("class") == "source"), None)
        if origin is not None:
            source = asked.bodies.line(origin).removeprefix("出处：")
            origin.clear()
        identifier = feedback.get("identifier", "")
        label = _label(identifier, letters)
        said.append((label, asked.bodies.markdown(feedback)))
    return said, source


def _label(identifier: str, letters: dict[str, str]) -> str:
    if identifier in letters:
        return letters[identifier]
    word = identifier.lower()
    if "incorrect" in word or "wrong" in word or word == "no":
        return "答错时"
    return "答对时" if word.startswith(("correct", "right", "ok", "yes")) else ""


def _letters(root: Element) -> dict[str, str]:
    choices = root.iter("simpleChoice")
    return {
        choice.get("identifier", ""): "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[place % 26]
        for place, choice in enumerate(choices)
    }


def _blocks(root: Element, asked: Asked) -> Iterator[tuple[str, str]]:
    letters = _letters(root)
    for block in root.iter("feedbackBlock"):
        if block in asked.taken:
            continue
        yield _label(block.get("identifier", ""), letters), asked.bodies.markdown(block)
    body = root.find("itemBody")
    choices = {each for choice in root.iter("simpleChoice") for each in choice.iter()}
    for inline in body.iter("feedbackInline") if body is not None else ():
        if inline not in choices:
            yield _label(inline.get("identifier", ""), letters), asked.bodies.markdown(inline)
