"""Documents and keys as canonical JSON, and the item with its hash.

Canonical: sorted keys, no spaces, Chinese as it is, decimals as strings, so that equal values give
equal bytes and equal hashes. A field that came later is written only where it says something: the
text and the hash of what was stored before stay the same.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from learning.question_bank.rules.documents import (
    AnswerKey,
    Criterion,
    Draw,
    ItemDocument,
    Option,
    Settings,
    Variable,
)
from learning.question_bank.rules.kinds import ItemKind, Level, Pool


@dataclass(frozen=True, slots=True)
class Item:
    """An item with its key, as an author writes it."""

    document: ItemDocument
    key: AnswerKey

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) over the canonical JSON of document and key."""
        text = f"[{document_to_json(self.document)},{key_to_json(self.key)}]"
        return hashlib.sha256(text.encode()).hexdigest()


def document_to_json(document: ItemDocument) -> str:
    """Write a document as canonical JSON."""
    return _canonical(_document_dict(document))


def document_from_json(text: str) -> ItemDocument:
    """Read what `document_to_json` wrote."""
    return _document(json.loads(text))


def key_to_json(key: AnswerKey) -> str:
    """Write a key as canonical JSON."""
    return _canonical(_key_dict(key))


def key_from_json(text: str) -> AnswerKey:
    """Read what `key_to_json` wrote."""
    return _key(json.loads(text))


def _document_dict(document: ItemDocument) -> dict[str, Any]:
    later = {
        "prompts": _pairs(document.prompts),
        "parts": [_document_dict(part) for part in document.parts],
        "weight": "" if document.weight == 1 else str(document.weight),
        "draw": _draw_dict(document.draw),
        "settings": document.settings,
        "excludes": document.excludes,
    }
    return {
        "code": document.code,
        "kind": document.kind,
        "level": document.level,
        "difficulty": str(document.difficulty),
        "area": document.area,
        "pool": document.pool,
        "tracks": document.tracks,
        "stem": document.stem,
        "options": _pairs(document.options),
        "blanks": document.blanks,
        "unit": document.unit,
        **{name: value for name, value in later.items() if value},
    }


def _document(data: Mapping[str, Any]) -> ItemDocument:
    return ItemDocument(
        code=data["code"],
        kind=ItemKind(data["kind"]),
        level=Level(data["level"]),
        difficulty=Decimal(data["difficulty"]),
        area=data["area"],
        pool=Pool(data["pool"]),
        tracks=tuple(data["tracks"]),
        stem=data["stem"],
        options=_options(data["options"]),
        blanks=data["blanks"],
        unit=data["unit"],
        prompts=_options(data.get("prompts", ())),
        parts=tuple(_document(part) for part in data.get("parts", ())),
        weight=Decimal(data.get("weight", 1)),
        draw=_draw(data.get("draw")),
        settings=_settings(data.get("settings", ())),
        excludes=tuple(data.get("excludes", ())),
    )


def _draw_dict(draw: Draw | None) -> dict[str, Any] | None:
    if draw is None:
        return None
    return {
        "variables": [[variable.name, variable.values] for variable in draw.variables],
        "lets": draw.lets,
        "refused": draw.refused,
    }


def _draw(data: Mapping[str, Any] | None) -> Draw | None:
    if data is None:
        return None
    return Draw(
        variables=tuple(Variable(name, tuple(values)) for name, values in data["variables"]),
        lets=_settings(data["lets"]),
        refused=tuple(data["refused"]),
    )


def _key_dict(key: AnswerKey) -> dict[str, Any]:
    later = {
        "rubric": [[str(criterion.points), criterion.text] for criterion in key.rubric],
        "parts": [_key_dict(part) for part in key.parts],
        "formula": key.formula,
        "require": key.require,
        "settings": key.settings,
    }
    return {
        "kind": key.kind,
        "choices": key.choices,
        "blanks": key.blanks,
        "value": _decimal_text(key.value),
        "tolerance": _decimal_text(key.tolerance),
        "tolerance_kind": key.tolerance_kind,
        "explanation": key.explanation,
        "source": key.source,
        **{name: value for name, value in later.items() if value},
    }


def _key(data: Mapping[str, Any]) -> AnswerKey:
    return AnswerKey(
        kind=ItemKind(data["kind"]),
        choices=tuple(data["choices"]),
        blanks=tuple(tuple(alternatives) for alternatives in data["blanks"]),
        value=_decimal(data["value"]),
        tolerance=_decimal(data["tolerance"]),
        tolerance_kind=data["tolerance_kind"],
        explanation=data["explanation"],
        source=data["source"],
        rubric=tuple(Criterion(Decimal(p), text) for p, text in data.get("rubric", ())),
        parts=tuple(_key(part) for part in data.get("parts", ())),
        formula=data.get("formula", ""),
        require=_settings(data.get("require", ())),
        settings=_settings(data.get("settings", ())),
    )


def _pairs(options: tuple[Option, ...]) -> list[list[str]]:
    return [[option.id, option.text] for option in options]


def _options(pairs: Any) -> tuple[Option, ...]:
    return tuple(Option(*pair) for pair in pairs)


def _settings(pairs: Any) -> Settings:
    return tuple((name, value) for name, value in pairs)


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _decimal_text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
