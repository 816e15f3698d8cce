"""What candidates see of an item, for reading alone: no fields, and options in the stored order."""

from dataclasses import dataclass

from markupsafe import Markup

from learning.kernel.markdown import render, render_inline
from learning.question_bank.rules import AnswerKey, ItemDocument, ItemKind
from learning.question_bank.variants import list_variants, realised, realised_key
from learning.question_bank.words import LETTERS, key_words, kind_words


@dataclass(frozen=True, slots=True)
class FaceOption:
    """An option or a left side: what is printed before it, its text, whether the key names it."""

    letter: str
    html: Markup
    is_right: bool


@dataclass(frozen=True, slots=True)
class Face:
    """An item laid out for reading; `answer` is the key in words, "" unless a key was given."""

    kind: str
    kind_word: str
    stem_html: Markup
    options: tuple[FaceOption, ...]
    prompts: tuple[FaceOption, ...]
    unit: str
    answer: str
    explanation_html: Markup
    source: str
    parts: "tuple[Face, ...]"


def face_of(document: ItemDocument, key: AnswerKey | None = None) -> Face:
    """Lay an item out; its key is in it only when one is given."""
    marks = key.choices if key and document.kind in {ItemKind.SINGLE, ItemKind.MULTIPLE} else ()
    keys = key.parts if key else (None,) * len(document.parts)
    return Face(
        kind=document.kind.value,
        kind_word=kind_words(document.kind.value),
        stem_html=render(document.stem),
        options=tuple(
            FaceOption(letter, render_inline(option.text), option.id in marks)
            for letter, option in zip(LETTERS, document.options, strict=False)
        ),
        prompts=tuple(
            FaceOption(str(number), render_inline(prompt.text), is_right=False)
            for number, prompt in enumerate(document.prompts, 1)
        ),
        unit=document.unit,
        answer=key_words(document, key) if key else "",
        explanation_html=render(key.explanation) if key else Markup(),
        source=key.source if key else "",
        parts=tuple(
            face_of(part, part_key) for part, part_key in zip(document.parts, keys, strict=True)
        ),
    )


def drawn_face(document: ItemDocument, key: AnswerKey | None = None) -> tuple[Face, int | None]:
    """Lay out an item; of a parametric one its first variant, whose number is returned too."""
    variants = list_variants(document)
    if not variants:
        return face_of(document, key), None
    variant = variants[0]
    drawn_key = realised_key(document, key, variant) if key else None
    return face_of(realised(document, variant), drawn_key), variant
