"""The key within a draft: taken out for who may not see it, kept for who may not set it.

What is right stands in the marks of options, in the answers, in the draw of a parametric item; the
explanation and the source tell it as well. Matching and ordering items say what is asked in their
answers, so that without the key little of them is left. Pure.
"""

from dataclasses import replace

from learning.question_bank.drafts.draft import DraftOption, ItemDraft


def without_key(draft: ItemDraft) -> ItemDraft:
    """Return the draft with nothing in it that says what is right."""
    return replace(
        draft,
        options=tuple(DraftOption(option.text) for option in draft.options),
        answers=(),
        explanation="",
        source="",
        draw="",
        parts=tuple(without_key(part) for part in draft.parts),
    )


def with_key_of(draft: ItemDraft, stored: ItemDraft) -> ItemDraft:
    """Return the draft with the stored one's key, whatever it says of a key itself.

    An option keeps its mark by its text, a changed one by its place.
    """
    return replace(
        draft,
        options=_marked(draft.options, stored.options),
        answers=stored.answers,
        explanation=stored.explanation,
        source=stored.source,
        draw=stored.draw,
        parts=tuple(
            with_key_of(part, stored.parts[n]) if n < len(stored.parts) else without_key(part)
            for n, part in enumerate(draft.parts)
        ),
    )


def same_question(draft: ItemDraft, other: ItemDraft) -> bool:
    """Tell whether two drafts ask the same, whatever they say of keys and of the item's place."""
    return _asked(draft) == _asked(other)


def says_same_answers(draft: ItemDraft, other: ItemDraft) -> bool:
    """Tell whether the same answers are right by two drafts, however that is explained."""
    return _right(draft) == _right(other)


def _asked(draft: ItemDraft) -> tuple[object, ...]:
    options = tuple(option.text for option in draft.options)
    return (draft.kind, draft.stem, options, tuple(_asked(part) for part in draft.parts))


def _right(draft: ItemDraft) -> tuple[object, ...]:
    marks = tuple((option.text, option.is_key) for option in draft.options)
    return (marks, draft.answers, draft.draw, tuple(_right(part) for part in draft.parts))


def says_same_key(draft: ItemDraft, other: ItemDraft) -> bool:
    """Tell whether two drafts hold the same key: replacing one's by the other's changes nothing."""
    return with_key_of(draft, other) == draft


def _marked(
    options: tuple[DraftOption, ...], stored: tuple[DraftOption, ...]
) -> tuple[DraftOption, ...]:
    by_text = {option.text: option.is_key for option in stored}
    texts = {option.text for option in options}
    marked = []
    for n, option in enumerate(options):
        is_key = by_text.get(option.text)
        if is_key is None:
            # The option that stood here was reworded, unless it merely moved.
            was = stored[n] if n < len(stored) else None
            is_key = was is not None and was.text not in texts and was.is_key
        marked.append(DraftOption(option.text, is_key))
    return tuple(marked)
