"""From a draft to an item, or to everything that is wrong with it, field by field."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from learning.question_bank.drafts.assembly import Common, assemble, surveyed
from learning.question_bank.drafts.draft import ItemDraft
from learning.question_bank.drafts.enemies import enemy_faults
from learning.question_bank.drafts.texts import MAX_TEXT, formula_findings, shown_answers
from learning.question_bank.item_types import (
    AnswerLine,
    ItemBlock,
    OptionLine,
    PartBlock,
    count_gaps,
    get_type,
    kind_of_word,
    parse,
)
from learning.question_bank.rules import Item, ItemDocument, ItemKind, Level, Pool

MAX_AREA = 120
MAX_PLACES = 3
DIFFICULTY = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Defaults:
    """What an item is where its draft says nothing: the bank's settings and a code."""

    code: str
    area: str = "未分类"
    level: Level = Level.FAMILIAR
    difficulty: Decimal = DIFFICULTY
    pool: Pool = Pool.PRACTICE
    tracks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftFinding:
    """Something wrong with a field, or (`is_remark`) only worth a look.

    `place` is a path of fields with positions from 0: "stem", "options.2", "parts.1.answers.0".
    """

    place: str
    code: str
    message: str
    is_remark: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found; `item` is None while any finding is more than a remark."""

    item: Item | None
    findings: tuple[DraftFinding, ...]


def check(draft: ItemDraft, defaults: Defaults) -> Checked:
    """Judge a draft; never raises for what it holds.

    A draft without a key has the finding `no_key` in place of what its kind says of missing keys.
    """
    findings = [*_attribute_findings(draft), *_text_findings(draft, "")]
    findings += _enemy_findings(draft, draft.code or defaults.code)
    kind = _kind(draft.kind)
    item = None
    if kind is None:
        message = "没有题型" if not draft.kind else f"没有“{draft.kind[:20]}”这种题型"
        findings.append(DraftFinding("kind", "kind_unknown", message))
    elif missing := list(_missing_keys(draft, kind, "")):
        findings += missing
    else:
        item = _parsed(draft, kind, defaults, findings)
    if any(not finding.is_remark for finding in findings):
        item = None
    return Checked(item, tuple(findings))


def sketch(draft: ItemDraft, defaults: Defaults) -> ItemDocument | None:
    """Return what can be shown of a draft while something may be wrong with it; never raises.

    None for a kind that there is not. What is not understood is left out.
    """
    kind = _kind(draft.kind)
    if kind is None:
        return None
    plain = replace(draft, level="", difficulty="", area="", pool="")
    parts, _findings = parse(kind, _block(plain, "", []))
    document = assemble(_common(plain, kind, defaults), parts).document
    # gaps are seen before anything is written for them
    gaps = count_gaps(draft.stem) if kind is ItemKind.BLANK else 0
    return replace(document, blanks=max(document.blanks, gaps))


def _missing_keys(draft: ItemDraft, kind: ItemKind, prefix: str) -> Iterator[DraftFinding]:
    if kind is ItemKind.CASE:
        for n, part in enumerate(draft.parts):
            part_kind = _kind(part.kind)
            if part_kind is not None:
                yield from _missing_keys(part, part_kind, f"{prefix}parts.{n}.")
    elif not draft.has_key and get_type(kind).IS_SCORED:
        yield DraftFinding(f"{prefix}answers", "no_key", "没有答案，只能存为草稿")


def _parsed(
    draft: ItemDraft, kind: ItemKind, defaults: Defaults, findings: list[DraftFinding]
) -> Item | None:
    places: list[str] = []
    block = _block(draft, "", places)
    parts, found = parse(kind, block)
    findings += [
        DraftFinding(places[finding.line], finding.code, finding.message, finding.is_remark)
        for finding in found
    ]
    for line, text in shown_answers(block, parts):
        findings += _shown_findings(places[line], text, is_template=bool(draft.draw))
    if any(not finding.is_remark for finding in findings):
        return None
    item = assemble(_common(draft, kind, defaults), parts)
    if item.document.draw is not None:
        item, faults = surveyed(item)
        findings += [DraftFinding("draw", f.code, f.message, f.is_remark) for f in faults]
    return item


def _common(draft: ItemDraft, kind: ItemKind, defaults: Defaults) -> Common:
    return Common(
        code=draft.code or defaults.code,
        kind=kind,
        level=Level(draft.level) if draft.level else defaults.level,
        difficulty=Decimal(draft.difficulty) if draft.difficulty else defaults.difficulty,
        area=draft.area or defaults.area,
        pool=Pool(draft.pool) if draft.pool else defaults.pool,
        tracks=defaults.tracks if draft.tracks is None else draft.tracks,
        stem=draft.stem.strip(),
        explanation=draft.explanation.strip(),
        source=draft.source.strip(),
        excludes=draft.excludes,
    )


def _kind(word: str) -> ItemKind | None:
    try:
        return ItemKind(word)
    except ValueError:
        return kind_of_word(word)


def _block(draft: ItemDraft, prefix: str, places: list[str]) -> ItemBlock:
    """Lay a draft out as lines; a line's number is its index in `places`."""

    def line(place: str) -> int:
        places.append(prefix + place)
        return len(places) - 1

    return ItemBlock(
        line("stem"),
        count_gaps(draft.stem),
        tuple(
            OptionLine(line(f"options.{n}"), option.text.strip(), option.is_key)
            for n, option in enumerate(draft.options)
        ),
        tuple(
            AnswerLine(line(f"answers.{n}"), answer.strip())
            for n, answer in enumerate(draft.answers)
        ),
        attributes=draft.attributes,
        draw=draft.draw,
        draw_line=line("draw"),
        parts=tuple(
            PartBlock(
                line(f"parts.{n}"),
                _word(part.kind),
                part.weight,
                part.stem.strip(),
                _block(part, f"{prefix}parts.{n}.", places),
                part.explanation.strip(),
            )
            for n, part in enumerate(draft.parts)
        ),
    )


def _word(kind: str) -> str:
    known = _kind(kind)
    return get_type(known).WORD if known else kind


def _attribute_findings(draft: ItemDraft) -> Iterator[DraftFinding]:
    if draft.level and draft.level not in set(Level):
        yield DraftFinding("level", "level_unknown", f"没有“{draft.level[:20]}”这种要求")
    if draft.pool and draft.pool not in set(Pool):
        yield DraftFinding("pool", "pool", f"没有“{draft.pool[:20]}”这种用途")
    if len(draft.area) > MAX_AREA:
        yield DraftFinding("area", "area", f"知识点应有 1～{MAX_AREA} 字")
    if _has_controls(draft.area):
        yield DraftFinding("area", "characters", "知识点里有不能保存的控制字符")
    if draft.difficulty and not _is_ratio(draft.difficulty):
        message = f"难度应为 0～1 的数，至多 {MAX_PLACES} 位小数，现为“{draft.difficulty[:20]}”"
        yield DraftFinding("difficulty", "difficulty", message)


def _enemy_findings(draft: ItemDraft, code: str) -> Iterator[DraftFinding]:
    for word, message in enemy_faults(draft.excludes, code):
        yield DraftFinding("excludes", word, message)


def _is_ratio(text: str) -> bool:
    try:
        number = Decimal(text[:20])
    except InvalidOperation:
        return False
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= MAX_PLACES and 0 <= number <= 1


def _text_findings(draft: ItemDraft, prefix: str) -> Iterator[DraftFinding]:
    texts = [
        ("stem", draft.stem),
        *((f"options.{n}", option.text) for n, option in enumerate(draft.options)),
        ("explanation", draft.explanation),
        ("source", draft.source),
    ]
    if not draft.stem.strip():
        yield DraftFinding(f"{prefix}stem", "stem_empty", "没有题干")
    for place, text in texts:
        if not text.isprintable() and _has_controls(text):
            yield DraftFinding(prefix + place, "characters", "文字里有不能保存的控制字符")
        yield from _shown_findings(prefix + place, text, is_template=bool(draft.draw))
    if not prefix and not _is_explained(draft):
        yield DraftFinding("explanation", "explanation_missing", "没有解析", is_remark=True)
    for n, part in enumerate(draft.parts):
        yield from _text_findings(part, f"{prefix}parts.{n}.")


def _shown_findings(place: str, text: str, *, is_template: bool) -> Iterator[DraftFinding]:
    if len(text) > MAX_TEXT:
        yield DraftFinding(place, "text_length", f"文字长于 {MAX_TEXT} 字")
    # Formulas of a parametric item can be judged with numbers in them only: see `surveyed`.
    for _first, message in () if is_template else formula_findings(text):
        yield DraftFinding(place, "formula", message)


def _is_explained(draft: ItemDraft) -> bool:
    explained = [bool(part.explanation.strip()) for part in draft.parts]
    return bool(draft.explanation.strip()) or (bool(explained) and all(explained))


def _has_controls(text: str) -> bool:
    return any((c < " " and c not in "\n\t") or "\ud800" <= c <= "\udfff" for c in text)
