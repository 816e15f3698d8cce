"""From a form to a draft and back, and which field a finding is about."""

import re
from dataclasses import replace

from learning.question_bank.drafts import DraftOption, ItemDraft, read_enemies, write_enemies
from learning.question_bank.forms.answers import codec_of, named, one_line, rows_of
from learning.question_bank.forms.fields import FormItem, Row, Written

_HEADING = ("code", "level", "difficulty", "area", "pool", "points")
_WORDS = re.compile(r"[\s,，、;；]+")
NO_TRACKS = "无"
_NONE = {NO_TRACKS, "none"}  # as the help says it in either language
_OF_LIST = frozenset({"key_count", "key_all", "option_count", "blank_count", "no_key"})
"""Findings about an item as a whole that its list of options or answers is the place to mend."""


def written(form: FormItem) -> Written:
    """Make the draft that a form stands for."""
    names: dict[str, str] = {}
    heading = {name: one_line(form.get(name)) for name in _HEADING}
    draft = replace(
        _body(form, names, ""),
        code=heading["code"],
        level=heading["level"],
        difficulty=heading["difficulty"],
        area=heading["area"],
        pool=heading["pool"],
        points=heading["points"],
        tracks=_tracks(form.get("tracks")),
        excludes=read_enemies(form.get("excludes").casefold()),
    )
    names |= {name: name for name in (*_HEADING, "tracks", "excludes", "source")}
    return Written(draft, names)


def form_of(draft: ItemDraft) -> FormItem:
    """Fill a form from a draft."""
    form = _form(draft, "")
    tracks = NO_TRACKS if draft.tracks == () else "、".join(draft.tracks or ())
    heading = {name: getattr(draft, name) for name in _HEADING}
    heading |= {"tracks": tracks, "excludes": write_enemies(draft.excludes)}
    return replace(form, values={**form.values, **heading})


def reshaped(form: FormItem) -> FormItem:
    """Bring what was written for one kind into the fields of the kind chosen since."""
    if form.get("kind") == form.get("shape"):
        return replace(form, parts=tuple(reshaped(part) for part in form.parts))
    new = _form(_body(form, {}, ""), form.prefix)
    return replace(new, values={**form.values, **new.values})


def key_places(place: str) -> bool:
    """Tell whether a finding's place is about the key, which not every author may see."""
    return place.rpartition(".")[2] in {"explanation", "source", "draw"} or "answers" in place


def name_of(form: FormItem, names: dict[str, str], place: str, code: str) -> str:
    """Return the field that a finding is about; the stem where there is no better one."""
    head, _, last = place.rpartition(".")
    part = next((p for p in form.parts if names.get(f"{head}.stem") == f"{p.prefix}stem"), None)
    owner = part if head and part is not None else form
    if code in _OF_LIST and last in {"stem", "answers"}:
        return owner.prefix + codec_of(owner.get("kind")).place
    if code == "attribute_unknown":
        return f"{owner.prefix}attributes"
    return names.get(place) or f"{owner.prefix}stem"


def _body(form: FormItem, names: dict[str, str], at: str) -> ItemDraft:
    shape = form.get("shape") or form.get("kind")
    lines, rest = codec_of(shape).together(form), named(form, "x", "text")
    options = _options(form)
    for name in ("kind", "stem", "explanation", "draw"):
        names[at + name] = form.prefix + name
    for n, row in enumerate(options):
        names[f"{at}options.{n}"] = f"{form.prefix}o.{row.token}.text"
    for n, name in enumerate((*lines.names, *rest.names)):
        names[f"{at}answers.{n}"] = name
    parts = []
    for n, part in enumerate(form.parts):
        names[f"{at}parts.{n}"] = f"{part.prefix}kind"
        parts.append(_body(part, names, f"{at}parts.{n}."))
    others = tuple(word for word in form.get("attributes").split("·") if word.strip())
    return ItemDraft(
        kind=form.get("kind"),
        stem=form.get("stem"),
        options=tuple(DraftOption(row.get("text"), _is_key(form, row)) for row in options),
        answers=(*lines.answers, *rest.answers),
        explanation=form.get("explanation"),
        source=one_line(form.get("source")),
        attributes=(*lines.attributes, *(word.strip() for word in others)),
        draw=form.get("draw") if form.get("draw").strip() else "",
        parts=tuple(parts),
        weight=one_line(form.get("weight")),
    )


def _options(form: FormItem) -> list[Row]:
    rows = list(form.list("o"))
    while rows and rows[-1].is_empty and not _is_key(form, rows[-1]):
        rows.pop()
    return rows


def _is_key(form: FormItem, row: Row) -> bool:
    return bool(row.get("key")) or form.get("key") == row.token


def _tracks(text: str) -> tuple[str, ...] | None:
    words = tuple(dict.fromkeys(word for word in _WORDS.split(text) if word))
    if not words:
        return None
    return () if len(words) == 1 and words[0] in _NONE else words


def _form(draft: ItemDraft, prefix: str) -> FormItem:
    fields = codec_of(draft.kind).apart(draft.answers, draft.attributes)
    keys = [str(n) for n, option in enumerate(draft.options) if option.is_key]
    values = {
        "kind": draft.kind,
        "shape": draft.kind,
        "stem": draft.stem,
        "explanation": draft.explanation,
        "source": draft.source,
        "draw": draft.draw,
        "weight": draft.weight,
        "attributes": " · ".join(fields.attributes),
        **fields.values,
    }
    if draft.kind == "single" and len(keys) == 1:
        values["key"] = keys[0]
    rows = {
        "o": tuple(
            Row(str(n), {"text": option.text, "key": "1" if option.is_key else ""})
            for n, option in enumerate(draft.options)
        ),
        "x": rows_of("text", fields.rest),
        **fields.rows,
    }
    parts = tuple(_form(part, f"p.{n}.") for n, part in enumerate(draft.parts))
    return FormItem(values, rows, parts, prefix)
