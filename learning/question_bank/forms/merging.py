"""What somebody may change who may not see or change keys: texts, never what is right."""

from dataclasses import replace

from learning.question_bank.drafts import DraftOption, ItemDraft
from learning.question_bank.forms.fields import FormItem
from learning.question_bank.forms.mapping import written


def keep_key(form: FormItem, kept: ItemDraft) -> ItemDraft:
    """Lay the posted texts over a stored draft, whose key and kind stay as they are.

    Options are found by their place in the stored draft, which is their token; new ones are added
    behind them as distractors. None is removed: it might be the key.
    """
    posted = written(form).draft
    return replace(
        _body(form, kept),
        code=posted.code,
        level=posted.level,
        difficulty=posted.difficulty,
        area=posted.area,
        pool=posted.pool,
        tracks=posted.tracks,
        excludes=posted.excludes,
    )


def _body(form: FormItem, kept: ItemDraft) -> ItemDraft:
    texts = {row.token: row.get("text") for row in form.list("o")}
    options = [
        DraftOption(texts.pop(str(n), option.text), option.is_key)
        for n, option in enumerate(kept.options)
    ]
    options += [DraftOption(text) for text in texts.values() if text.strip()]
    parts = {part.token: part for part in form.parts}
    return replace(
        kept,
        stem=form.get("stem"),
        options=tuple(options),
        parts=tuple(
            _body(parts[str(n)], part) if str(n) in parts else part
            for n, part in enumerate(kept.parts)
        ),
    )
