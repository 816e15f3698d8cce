"""Personal prizes: by rank, and by lot within score bands; prizes for units beside them. Pure.

**The lot.** Nobody may be able to steer it, and anybody must be able to replay it:

1. When the prizes are announced, the list of all entries is frozen and its SHA-256 is published; so
   are the SHA-256 of a secret seed (the commitment) and the name of a public random number that is
   drawn by somebody else, later.
2. When that number is out, it is typed in and the seed is shown.
3. The lot of an entry for a prize is the SHA-256 of `seed:number:list hash:prize:entry`, all as
   printed, joined by colons, in UTF-8. The lowest lot comes first.

Whoever knew the seed could not choose the number; whoever chose the list could not know the number;
and the seed cannot be exchanged, for its hash is out. `docs/replaying-a-draw.md` has the same in
twenty lines for outsiders.

**Order.** Prizes are given in the order in which they are written. A person holds one prize at
most: who has one is passed over further down. By rank the better standing comes first, and equal
standings are parted by lot. What follows the winners is the reserve 递补, in the same order.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from learning.competitions.rules.prize_lists import (
    DAYS,
    FIRST_LIST,
    STAGE,
    PrizeKind,
    has_points,
    keeps_parts,
    kinds_of,
    round_of,
)
from learning.competitions.rules.unit_prizes import (
    MAX_UNIT_PRIZES,
    PrizeOf,
    UnitPrize,
    wrong_parts,
)
from learning.kernel.errors import Problem

MAX_PRIZES = 30
MAX_WINNERS = 100_000  # of one prize
MAX_RESERVE = 10_000
MAX_PRIZE_TITLE = 60
MAX_PRIZE_CODE = 20
MAX_SOURCE = 200
MAX_NUMBER = 100
MAX_DAYS = 365
LIST_HEAD = "entry,points,standing,division"
LISTS_HEAD = "list,entry,points,standing,division,part"
_CODE = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


class AwardState(StrEnum):
    """Where the prizes of a competition stand; it only moves forward."""

    DRAFT = "draft"
    ANNOUNCED = "announced"  # list and commitment are out, the public number is not
    PROPOSED = "proposed"  # drawn, open to objections 公示
    FINAL = "final"


class LossCause(StrEnum):
    """Why a prize is lost where no person wrote a reason: it stands in the place of one."""

    LAPSED = "lapsed"  # not claimed in time 逾期未领
    GIVEN_UP = "given_up"  # by who won it 本人放弃
    OUTDATED = "outdated"  # the board changed before the list was final


class AwardStatus(StrEnum):
    """What somebody on the list of a prize has."""

    HELD = "held"
    RESERVE = "reserve"
    STRUCK = "struck"  # taken away, or given up, with a reason


@dataclass(frozen=True, slots=True)
class Prize:
    """A prize for `count` people; points in thousandths, both ends included, None for no bound.

    What is left over goes to those from `widened_milli` on, None to nobody: they come behind all
    who are within the bounds. `division` is a division's code, "" for all; `reserve` is how many
    stand ready to follow. What `is_posted` is sent to an address that the winner gives. `by` is
    the code of the list by which it goes (`prize_lists`); by the live final's `count` is of teams,
    whose members hold one each, by days of people for each day. Of kind ALL there is no count (0).
    """

    code: str
    title: str
    kind: PrizeKind
    count: int
    least_milli: int | None = None
    most_milli: int | None = None
    division: str = ""
    reserve: int = 0
    widened_milli: int | None = None
    is_posted: bool = False
    by: str = FIRST_LIST


@dataclass(frozen=True, slots=True)
class AwardRules:
    """What an organiser announces: prizes in order, the number's source and hour, the days.

    `source_at` is when the public number will be out (aware UTC); objections are taken for
    `objection_days` from the draw on, prizes claimed for `claim_days` after that. `unit_prizes` go
    to organisations and provinces by their boards, in their own order.
    """

    prizes: tuple[Prize, ...]
    source: str
    source_at: datetime
    objection_days: int
    claim_days: int
    unit_prizes: tuple[UnitPrize, ...] = ()

    def get_prize(self, code: str) -> Prize:
        """Return the prize for people of a code, which comes from our own tables."""
        return next(prize for prize in self.prizes if prize.code == code)

    def title_of(self, code: str) -> str:
        """Return what a prize is called."""
        return self.titles[code]

    @property
    def lists(self) -> frozenset[str]:
        """Return the codes of the lists by which prizes for people go."""
        return frozenset(prize.by for prize in self.prizes) or frozenset({FIRST_LIST})

    @property
    def needs_final(self) -> bool:
        """Tell whether a prize, for people or for units, goes by the live final's standings."""
        return STAGE in self.lists or any(p.of is PrizeOf.STAGE for p in self.unit_prizes)

    @property
    def rounds(self) -> frozenset[int]:
        """Return the rounds by whose own lists prizes for people go."""
        return frozenset(n for n in map(round_of, self.lists) if n is not None)

    @property
    def titles(self) -> dict[str, str]:
        """Return what each prize is called, for people and for units, by code."""
        people = {prize.code: prize.title for prize in self.prizes}
        return people | {prize.code: prize.title for prize in self.unit_prizes}

    def to_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {**asdict(self), "source_at": self.source_at.isoformat()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "AwardRules":
        """Read what `to_json` gave."""
        prizes = tuple(Prize(**{**p, "kind": PrizeKind(p["kind"])}) for p in stored["prizes"])
        source_at = datetime.fromisoformat(stored["source_at"])
        units = tuple(map(UnitPrize.from_json, stored.get("unit_prizes", ())))
        read = {"prizes": prizes, "source_at": source_at, "unit_prizes": units}
        return cls(**{**stored, **read})


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry on the frozen list: its public id, points in thousandths, standing, division.

    `list` is the code of the list on which it stands there; `part` the number of its team on the
    stage, the day of its finish (2026-09-01) where a list is parted by days, "" elsewhere.
    """

    entry: str
    points_milli: int
    standing: int
    division: str = ""
    list: str = FIRST_LIST
    part: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A place in the order of a prize, from 1; those behind its count are the reserve."""

    prize: str
    place: int
    entry: str
    status: AwardStatus


def problems_of(
    rules: AwardRules, divisions: Iterable[str], lists: Iterable[str] = (FIRST_LIST,)
) -> list[Problem]:
    """Return everything wrong with what is to be announced; `place` is the field.

    `lists` are the codes of the lists that the contest has.
    """
    known, there = {"", *divisions}, set(lists)
    checks = {
        "prizes": len(rules.prizes) <= MAX_PRIZES and bool(rules.prizes or rules.unit_prizes),
        "unit_prizes": len(rules.unit_prizes) <= MAX_UNIT_PRIZES,
        "source": 0 < len(rules.source.strip()) <= MAX_SOURCE and rules.source.isprintable(),
        "objection_days": 1 <= rules.objection_days <= MAX_DAYS,
        "claim_days": 1 <= rules.claim_days <= MAX_DAYS,
    }
    places = [place for place, holds in checks.items() if not holds]
    seen: set[str] = set()
    for number, prize in enumerate(rules.prizes):
        places += [f"prizes-{number}-{part}" for part in _wrong_parts(prize, known, there, seen)]
        seen.add(prize.code)
    for number, unit_prize in enumerate(rules.unit_prizes):
        parts = [*_wrong_names(unit_prize, seen), *wrong_parts(unit_prize, known)]
        places += [f"unit_prizes-{number}-{part}" for part in parts]
        seen.add(unit_prize.code)
    return [Problem("", None, place, place, place) for place in places]


def _wrong_parts(prize: Prize, divisions: set[str], lists: set[str], seen: set[str]) -> list[str]:
    least, most = prize.least_milli, prize.most_milli
    is_for_all, is_bounded = prize.kind is PrizeKind.ALL, has_points(prize.by)
    most_reserve = 0 if is_for_all or keeps_parts(prize.by) else MAX_RESERVE
    checks = {
        "by": prize.by in lists,
        "kind": prize.kind in kinds_of(prize.by),
        "count": prize.count == 0 if is_for_all else 1 <= prize.count <= MAX_WINNERS,
        "reserve": 0 <= prize.reserve <= most_reserve,
        "least_points": least is None or is_bounded,
        "most_points": most is None or (is_bounded and (least is None or least <= most)),
        "widened_points": _is_widened_below(prize),
        "division": prize.division in divisions,
    }
    wrong = [part for part, holds in checks.items() if not holds]
    return [*_wrong_names(prize, seen), *wrong]


def _wrong_names(prize: Prize | UnitPrize, seen: set[str]) -> list[str]:
    """Return what is wrong with code and title; no two prizes of any kind share a code."""
    checks = {
        "code": _is_code(prize.code) and prize.code not in seen,
        "title": 0 < len(prize.title.strip()) <= MAX_PRIZE_TITLE and prize.title.isprintable(),
    }
    return [part for part, holds in checks.items() if not holds]


def _is_widened_below(prize: Prize) -> bool:
    if prize.widened_milli is None:
        return True
    is_counted = prize.kind is not PrizeKind.ALL
    return is_counted and prize.least_milli is not None and prize.widened_milli < prize.least_milli


def _is_code(code: str) -> bool:
    return len(code) <= MAX_PRIZE_CODE and _CODE.fullmatch(code) is not None


def list_text(entries: Iterable[Listed]) -> str:
    r"""Return the first round's list as it is published: CSV by id, each line ended by \n.

    Points are written as a number of points with the thousandths that they have: 96 or 92.5.
    """
    lines = [
        f"{e.entry},{points_text(e.points_milli)},{e.standing},{e.division}"
        for e in sorted(entries, key=lambda e: e.entry)
    ]
    return "\n".join([LIST_HEAD, *lines]) + "\n"


def lists_text(rules: AwardRules, entries: Iterable[Listed]) -> str:
    """Return the lists by which prizes go as they are published, by list, then by id.

    Where all go by the first round's there is no other, and it is written as ever (`list_text`).
    """
    if rules.lists == {FIRST_LIST}:
        return list_text(entries)
    lines = [
        f"{e.list},{e.entry},{points_text(e.points_milli)},{e.standing},{e.division},{e.part}"
        for e in sorted(entries, key=lambda e: (e.list, e.entry))
    ]
    return "\n".join([LISTS_HEAD, *lines]) + "\n"


def read_list(text: str) -> list[Listed]:
    """Read what `list_text` or `lists_text` gave."""
    head, *lines = text.splitlines()
    rows = (line.split(",") for line in lines)
    if head == LIST_HEAD:
        return [Listed(e, milli_of(points), int(standing), d) for e, points, standing, d in rows]
    return [
        Listed(e, milli_of(points), int(standing), division, code, part)
        for code, e, points, standing, division, part in rows
    ]


def points_text(milli: int) -> str:
    """Return thousandths as points without needless zeros."""
    sign, (whole, rest) = "-" if milli < 0 else "", divmod(abs(milli), 1000)
    return f"{sign}{whole}.{rest:03d}".rstrip("0").rstrip(".")


def milli_of(points: str) -> int:
    """Return what `points_text` gave in thousandths again."""
    whole, _dot, rest = points.partition(".")
    value = abs(int(whole)) * 1000 + int(f"{rest:0<3}")
    return -value if points.startswith("-") else value


def sha256(text: str) -> str:
    """Return the hash of a text in UTF-8, in lower-case hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def normalised_number(typed: str) -> str:
    """Return a public number as it is printed and hashed: one space between its parts."""
    return " ".join(typed.split())


def is_number(number: str) -> bool:
    """Tell whether a text can be a public random number: it holds a digit, and no colon."""
    is_shown = number.isprintable() and ":" not in number
    return 0 < len(number) <= MAX_NUMBER and is_shown and any(c.isdigit() for c in number)


def draw(
    prizes: Sequence[Prize], entries: Sequence[Listed], *, seed: str, number: str, list_hash: str
) -> list[Drawn]:
    """Give the prizes; a prize that too few can win goes to all of those.

    The same arguments give the same result whatever the order of `entries`.
    """
    taken: set[str] = set()
    drawn: list[Drawn] = []
    for prize in prizes:
        start = f"{seed}:{number}:{list_hash}:{prize.code}:"
        able = [e for e in entries if e.entry not in taken and _may_win(prize, e)]
        able.sort(key=lambda e: _order(prize, e, start))
        able = _of_parts(prize, able)
        count = prize.count if _is_counted(prize) else len(able)
        for place, entry in enumerate(able[: count + prize.reserve], start=1):
            is_won = place <= count
            status = AwardStatus.HELD if is_won else AwardStatus.RESERVE
            drawn.append(Drawn(prize.code, place, entry.entry, status))
            if is_won:
                taken.add(entry.entry)
    return drawn


def _goes_to_teams(prize: Prize) -> bool:
    return prize.by == STAGE and prize.kind is PrizeKind.RANK


def _is_counted(prize: Prize) -> bool:
    """Tell whether so many people win a prize in all: not where all do, nor by teams or days."""
    return prize.kind is not PrizeKind.ALL and not _goes_to_teams(prize) and prize.by != DAYS


def _of_parts(prize: Prize, ordered: list[Listed]) -> list[Listed]:
    """Return who wins where parts are counted: the first teams whole, so many of each day."""
    parts = list(dict.fromkeys(entry.part for entry in ordered))
    if _goes_to_teams(prize):
        return [entry for entry in ordered if entry.part in parts[: prize.count]]
    if prize.by != DAYS:
        return ordered
    days = ([entry for entry in ordered if entry.part == day] for day in sorted(parts))
    return [entry for day in days for entry in day[: prize.count]]


def may_be_followed(prize: Prize) -> bool:
    """Tell whether a free place of a prize goes to somebody else: places are people's there."""
    return _is_counted(prize)


def _may_win(prize: Prize, entry: Listed) -> bool:
    least = prize.least_milli if prize.widened_milli is None else prize.widened_milli
    return (
        entry.list == prize.by
        and (least is None or entry.points_milli >= least)
        and (prize.most_milli is None or entry.points_milli <= prize.most_milli)
        and prize.division in {"", entry.division}
    )


def _order(prize: Prize, entry: Listed, start: str) -> tuple[bool, int, str]:
    is_below = prize.least_milli is not None and entry.points_milli < prize.least_milli
    lot = sha256(start + entry.entry)
    return (is_below, 0 if prize.kind is PrizeKind.LOT else entry.standing, lot)


def next_in_reserve(rows: Iterable[Drawn], prize: str) -> Drawn | None:
    """Return who follows when a place of the prize is free: the first reserve without a prize."""
    known = list(rows)
    holding = {row.entry for row in known if row.status is AwardStatus.HELD}
    waiting = [
        row
        for row in known
        if row.prize == prize and row.status is AwardStatus.RESERVE and row.entry not in holding
    ]
    return min(waiting, key=lambda row: row.place, default=None)
