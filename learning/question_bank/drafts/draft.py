"""The draft of an item as a value, and as JSON. Nothing here judges it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class DraftOption:
    """An option as written: Markdown, and whether the source marks it as right."""

    text: str
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """What an author or a file says of one item; every field may be empty or wrong.

    `kind`, `level` and `pool` are values of `rules` ("single", "master", "contest") or "";
    `difficulty` and `weight` are numbers as text; `answers` are what stands behind `=` in item
    files, a line each; `attributes` are what a heading says beyond the common ones; `draw` is the
    TOML of a parametric item; `parts` are the sub-items of a case. `tracks` None leaves it to the
    bank. `excludes` are the codes of its enemies. `points` is what the source says the item is
    worth: shown, never part of the item.
    """

    kind: str = ""
    stem: str = ""
    options: tuple[DraftOption, ...] = ()
    answers: tuple[str, ...] = ()
    explanation: str = ""
    source: str = ""
    code: str = ""
    level: str = ""
    difficulty: str = ""
    area: str = ""
    pool: str = ""
    tracks: tuple[str, ...] | None = None
    excludes: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    draw: str = ""
    parts: "tuple[ItemDraft, ...]" = ()
    weight: str = ""
    points: str = ""

    @property
    def has_key(self) -> bool:
        """Tell whether the source says what is right: of a case, for every part."""
        if self.parts:
            return all(part.has_key for part in self.parts)
        return bool(self.answers or self.draw) or any(option.is_key for option in self.options)


_TEXTS = ("kind stem explanation source code level difficulty area pool draw weight points").split()


def draft_to_json(draft: ItemDraft) -> str:
    """Write a draft as JSON; what is empty is left out."""
    return json.dumps(_lean(draft), ensure_ascii=False, separators=(",", ":"))


def draft_from_json(text: str) -> ItemDraft:
    """Read what `draft_to_json` wrote."""
    return _draft(json.loads(text))


def _lean(draft: ItemDraft) -> dict[str, Any]:
    # By hand: `dataclasses.asdict` copies deeply, ten times the cost, for fifty thousand drafts.
    lean: dict[str, Any] = {name: text for name in _TEXTS if (text := getattr(draft, name))}
    if draft.options:
        lean["options"] = [{"text": o.text, "is_key": o.is_key} for o in draft.options]
    if draft.answers:
        lean["answers"] = draft.answers
    if draft.tracks is not None:
        lean["tracks"] = draft.tracks
    if draft.excludes:
        lean["excludes"] = draft.excludes
    if draft.attributes:
        lean["attributes"] = draft.attributes
    if draft.parts:
        lean["parts"] = [_lean(part) for part in draft.parts]
    return lean


def _draft(data: Mapping[str, Any]) -> ItemDraft:
    texts = {name: data.get(name, "") for name in _TEXTS}
    return ItemDraft(
        **texts,
        options=tuple(DraftOption(o["text"], o["is_key"]) for o in data.get("options", ())),
        answers=tuple(data.get("answers", ())),
        tracks=tuple(data["tracks"]) if "tracks" in data else None,
        excludes=tuple(data.get("excludes", ())),
        attributes=tuple(data.get("attributes", ())),
        parts=tuple(_draft(part) for part in data.get("parts", ())),
    )
