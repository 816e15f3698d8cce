"""The heading of an item: its code and attributes, read and written.

The words of the file are the twin of `rules.Level` and `Pool`; kinds bring their own words.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from learning.question_bank.drafts.enemies import enemy_faults, read_enemies, write_enemies
from learning.question_bank.item_types import cognition, get_type, kind_of_word, list_types
from learning.question_bank.rules import ItemKind, Level, Pool

LEVEL_WORDS = {"掌握": Level.MASTER, "熟悉": Level.FAMILIAR, "了解": Level.AWARE}
POOL_WORDS = {"练习": Pool.PRACTICE, "竞赛": Pool.CONTEST, "保密": Pool.SECURE}
NO_TRACK = "无"
MAX_CODE = 60
MAX_AREA = 120
MAX_PLACES = 3

_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SEPARATOR = re.compile(r"\s*(?<!\\)[·•・]\s*")
_DOT = re.compile(r"([·•・])")
_ESCAPED_DOT = re.compile(r"\\([·•・])")
_DIFFICULTY = re.compile(r"[0-9]+(?:\.[0-9]+)?")

Report = Callable[[str, str], None]
"""Takes a code and a message; the caller knows the line and the item."""


@dataclass(slots=True)
class Heading:
    """What a heading says; None where it says nothing (or nothing usable)."""

    code: str = ""
    kind: ItemKind | None = None
    level: Level | None = None
    difficulty: Decimal | None = None
    area: str | None = None
    tracks: tuple[str, ...] | None = None
    pool: Pool | None = None
    excludes: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PartHeading:
    """What the heading of a sub-item says: the word of its kind, weight as found, attributes."""

    kind: str
    weight: str = ""
    attributes: tuple[str, ...] = ()


def parse_part_heading(title: str) -> PartHeading:
    """Read `kind · weight · …`; what it means is for the case to judge."""
    kind, *rest = _SEPARATOR.split(title.strip())
    if rest and _DIFFICULTY.fullmatch(rest[0]):
        return PartHeading(kind, rest[0], tuple(rest[1:]))
    return PartHeading(kind, "", tuple(rest))


def write_part_heading(heading: PartHeading) -> str:
    """Write the heading of a sub-item."""
    weight = (heading.weight,) if heading.weight else ()
    return f"### {' · '.join((heading.kind, *weight, *heading.attributes))}"


def parse_heading(title: str, report: Report) -> Heading:
    """Read `code kind · level · 难度 0.35 · …`, reporting every attribute that cannot be."""
    code, _, rest = title.partition(" ")
    heading = Heading(code=code)
    if not _CODE.fullmatch(code) or len(code) > MAX_CODE:
        report("code", f"题号“{code[:80]}”应由小写字母、数字和短横组成，不超过 {MAX_CODE} 字")
    kind_word, *attributes = _SEPARATOR.split(rest.strip())
    heading.kind = kind_of_word(kind_word)
    if heading.kind is None:
        words = "、".join(module.WORD for module in list_types())
        report("kind_unknown", f"题型“{kind_word}”应为{words}之一")
    unknown = [word for word in attributes if not _read_attribute(heading, word, report)]
    if heading.level is None and not unknown:
        report("level_missing", f"缺少要求（{'、'.join(LEVEL_WORDS)}）")
    if not any(attribute.startswith("难度") for attribute in attributes):
        report("difficulty_missing", "缺少难度，如“难度 0.35”")
    return heading


def _read_attribute(heading: Heading, attribute: str, report: Report) -> bool:
    """Read one attribute; tell whether it means anything."""
    word, _, value = attribute.partition(" ")
    reader = _READERS.get(word)
    if reader:
        reader(heading, value.strip(), report)
    elif attribute in LEVEL_WORDS:
        heading.level = LEVEL_WORDS[attribute]
    elif heading.kind and _may_take(heading.kind, attribute):
        heading.attributes += (attribute,)
    else:
        levels = "、".join(LEVEL_WORDS)
        report("level_unknown", f"“{attribute}”不是要求（{levels}），也不是已知的属性")
        return False
    return True


def _may_take(kind: ItemKind, attribute: str) -> bool:
    if cognition.ATTRIBUTES.fullmatch(attribute):
        return True
    pattern = get_type(kind).ATTRIBUTES
    return pattern is not None and pattern.fullmatch(attribute) is not None


def _read_difficulty(heading: Heading, value: str, report: Report) -> None:
    number = Decimal(value) if _DIFFICULTY.fullmatch(value[:20]) else None
    if number is None or number > 1:
        report("difficulty", f"难度应为 0～1 的数，现为“{value[:20]}”")
    elif -int(number.as_tuple().exponent) > MAX_PLACES:
        report("difficulty", f"难度至多 {MAX_PLACES} 位小数")
    else:
        heading.difficulty = number


def _read_area(heading: Heading, value: str, report: Report) -> None:
    value = _ESCAPED_DOT.sub(r"\1", value)
    if not 1 <= len(value) <= MAX_AREA:
        report("area", f"知识点应有 1～{MAX_AREA} 字")
    else:
        heading.area = value


def _read_tracks(heading: Heading, value: str, report: Report) -> None:
    tracks = tuple(part.strip() for part in value.split("、"))
    if not all(tracks):
        report("tracks", "方向写成“方向 甲、乙”，没有则写“方向 无”")
    else:
        heading.tracks = () if tracks == (NO_TRACK,) else tracks


def _read_pool(heading: Heading, value: str, report: Report) -> None:
    heading.pool = POOL_WORDS.get(value)
    if heading.pool is None:
        report("pool", f"用途“{value}”应为{'、'.join(POOL_WORDS)}之一")


def _read_enemies(heading: Heading, value: str, report: Report) -> None:
    heading.excludes = read_enemies(value)
    if not heading.excludes:
        report("excludes_code", "互斥写成“互斥 题号、题号”")
    for code, message in enemy_faults(heading.excludes, heading.code):
        report(code, message)


_READERS: dict[str, Callable[[Heading, str, Report], None]] = {
    "难度": _read_difficulty,
    "知识点": _read_area,
    "方向": _read_tracks,
    "用途": _read_pool,
    "互斥": _read_enemies,
}


def write_heading(heading: Heading) -> str:
    """Write a complete heading; `area`, `tracks`, `pool` only where they are not None."""
    words = {value: word for word, value in (LEVEL_WORDS | POOL_WORDS).items()}
    assert heading.kind is not None  # noqa: S101 - a complete heading
    assert heading.level is not None  # noqa: S101
    kind = get_type(heading.kind).WORD
    parts = [kind, words[heading.level], f"难度 {heading.difficulty}", *heading.attributes]
    if heading.area is not None:
        area = _DOT.sub(r"\\\1", heading.area)
        parts.append(f"知识点 {area}")
    if heading.tracks is not None:
        parts.append(f"方向 {'、'.join(heading.tracks) or NO_TRACK}")
    if heading.pool is not None:
        parts.append(f"用途 {words[heading.pool]}")
    if heading.excludes:
        parts.append(f"互斥 {write_enemies(heading.excludes)}")
    return f"## {heading.code} {' · '.join(parts)}"
