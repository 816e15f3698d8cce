"""Several questions in one item: a case whose stimulus is the text before the first of them.

Each block of the body that holds interactions is a sub-item; text between two blocks belongs to
the one that follows. Entries and drop-down lists that stand in running text are numbered, the text
is then the stimulus.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element

from learning.question_bank.drafts import ItemDraft
from learning.question_bank.formats.qti.bodies import fill_marks
from learning.question_bank.formats.qti.interactions import (
    INLINE,
    Asked,
    find_interactions,
    read_gaps,
    read_interaction,
)
from learning.question_bank.formats.wording import criteria, explanation, without_gaps

_WRAPPERS = {"div", "section", "article", "itemBody"}
_PART = "part"


def read_composite(body: Element, interactions: Sequence[Element], asked: Asked) -> ItemDraft:
    """Read a body with several interactions as a case."""
    if all(interaction.tag in INLINE for interaction in interactions) and not is_divided(body):
        return _running_text(body, interactions, asked)
    stimulus: list[str] = []
    parts: list[ItemDraft] = []
    pending = [" ".join((body.text or "").split())]
    for block in _blocks(body):
        inside = find_interactions(block)
        if not inside:
            pending.append(_text(block, asked))
            continue
        if not parts:
            stimulus, pending = _parted([each for each in pending if each], block, inside)
        parts.append(_part(block, inside, pending, asked))
        pending = []
    parts[-1] = replace(parts[-1], stem=_joined([parts[-1].stem, *pending]))
    parts = [
        part if part.stem.strip() else replace(part, stem=f"（{place}）")
        for place, part in enumerate(parts, 1)
    ]
    stem = _joined(stimulus) or asked.root.get("title", "")
    return ItemDraft(kind="case", stem=stem, parts=tuple(parts))


def _running_text(body: Element, interactions: Sequence[Element], asked: Asked) -> ItemDraft:
    marks = {interaction: place for place, interaction in enumerate(interactions, 1)}
    stem = fill_marks(asked.bodies.markdown(body, marks), lambda place: f"（{place}）")
    parts = []
    for interaction, place in marks.items():
        part = read_interaction(interaction, asked)
        gap = "____" if part.kind == "blank" else ""
        parts.append(replace(part, stem=f"（{place}）{gap}"))
    return ItemDraft(kind="case", stem=stem, parts=tuple(parts))


def is_divided(body: Element) -> bool:
    """Tell whether a body marks its sub-items, as those of our own exports do."""
    return any(each.get("class") == _PART for each in body.iter("div"))


def _blocks(element: Element) -> Iterator[Element]:
    """Yield the blocks of a body, looking into wrappers that hold several questions."""
    for child in element:
        is_part = child.get("class") == _PART
        holds_several = len(find_interactions(child)) > 1 and not child.tag.endswith("Interaction")
        if child.tag in _WRAPPERS and holds_several and not is_part:
            yield from _blocks(child)
        else:
            yield child


def _text(block: Element, asked: Asked) -> str:
    holder = Element("div")
    holder.append(block)
    return asked.bodies.markdown(holder)


def _parted(
    pending: list[str], block: Element, inside: Sequence[Element]
) -> tuple[list[str], list[str]]:
    """Divide the text before the first question: its last block is the question's own stem.

    It is the stimulus' where the question brings its own words, or where there is no other block.
    """
    has_words = (
        block.get("class") == _PART
        or inside[0].find("prompt") is not None
        or inside[0].tag in INLINE
    )
    if has_words or len(pending) < 2:
        return pending, []
    return pending[:-1], pending[-1:]


def _part(block: Element, inside: list[Element], before: list[str], asked: Asked) -> ItemDraft:
    holder = Element("div")
    holder.append(block)
    if all(each.tag == "textEntryInteraction" for each in inside):
        gaps = read_gaps(inside, asked) if len(inside) > 1 else None
        draft = gaps or read_interaction(inside[0], asked)
    else:
        draft = read_interaction(inside[0], asked)
    if len(inside) > 1 and draft.kind != "blank":
        asked.bodies.notes.add("not_representable", "一段文字里有几种作答，只带入了第一种")
    marks = {interaction: place for place, interaction in enumerate(inside, 1)}
    around = asked.bodies.markdown(holder, marks)
    is_inline = inside[0].tag in INLINE
    if is_inline:
        around = without_gaps(around) if draft.kind == "blank" else around
    around = fill_marks(around, lambda _place: "____" if is_inline else "").strip()
    rubric, said = _own_words(block, asked)
    answers = draft.answers if draft.kind != "essay" else rubric
    stem = _joined([*before, around, draft.stem])
    return replace(draft, stem=stem, answers=answers, explanation=said)


def _own_words(block: Element, asked: Asked) -> tuple[tuple[str, ...], str]:
    """Return the criteria and the explanation that stand within a sub-item."""
    said = []
    rubric: tuple[str, ...] = ()
    for element in block.iter():
        if element.tag == "feedbackBlock":
            said.append(("", asked.bodies.markdown(element)))
        elif element.tag == "rubricBlock":
            found, rest = criteria(asked.bodies.markdown(element))
            rubric += found
            said.append(("", rest))
        else:
            continue
        asked.taken.add(element)
    return rubric, explanation(said)


def _joined(pieces: list[str]) -> str:
    return "\n\n".join(filter(None, pieces))
