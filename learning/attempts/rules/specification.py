"""What an assessment is made of, as immutable data: blueprint, sections, attempt rules."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from learning.attempts.rules.batch import canonical
from learning.attempts.rules.enemies import Pairs
from learning.attempts.rules.integrity import RECORD_ONLY, Integrity
from learning.attempts.rules.release import TOGETHER, Disclosure, Part, Release, is_released
from learning.attempts.rules.sections import SectionSpan, spans_of
from learning.question_bank.rules import Band, ItemKind, Level, Pool
from learning.question_bank.scoring import MarkingRule
from learning.question_bank.variants import VARIANTS


class Delivery(StrEnum):
    """How answers travel: saved freely and scored at the end, or scored one by one."""

    PAPER = "paper"
    STEPWISE = "stepwise"


class Counts(StrEnum):
    """Which of several attempts counts."""

    BEST = "best"
    LAST = "last"
    FIRST = "first"
    MEAN = "mean"


class ByHand(StrEnum):
    """What becomes of items that a person would have to mark."""

    REFUSED = "refused"  # none is drawn: every point is the machine's
    UNMARKED = "unmarked"  # shown with what a good answer holds; nobody marks them
    MARKED = "marked"  # people mark them; the result waits for it


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item version that a section may draw; `options` are its option ids in file order.

    `refused` are the numbers of the variants of a parametric item that are never shown, None for
    an item without variants.
    """

    version_id: int
    options: tuple[str, ...]
    refused: tuple[int, ...] | None = None

    def list_variants(self) -> list[int]:
        """Return the numbers of the variants that may be drawn, [] where there are none."""
        if self.refused is None:
            return []
        return [number for number in range(VARIANTS) if number not in self.refused]

    def to_row(self) -> list[Any]:
        """Return [version, options], and the refused variants behind where there are variants."""
        row = [self.version_id, list(self.options)]
        return row if self.refused is None else [*row, list(self.refused)]

    @classmethod
    def from_row(cls, row: list[Any]) -> "Candidate":
        """Read what `to_row` wrote."""
        version_id, options, *refused = row
        return cls(version_id, tuple(options), *map(tuple, refused))


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the test specification: how many items of an area, level and difficulty.

    "" and None leave a dimension open. `fits` are the places, in the section's pinned candidates,
    of those that the cell may draw.
    """

    count: int
    area: str = ""
    level: Level | None = None
    band: Band | None = None
    fits: tuple[int, ...] = ()

    @property
    def is_open(self) -> bool:
        """Tell whether any item of the section's kind will do."""
        return not (self.area or self.level or self.band)

    def accepts(self, area: str, level: Level, band: Band) -> bool:
        """Tell whether an item of this area, level and band belongs into the cell."""
        return (
            self.area in {"", area}
            and (self.level is None or self.level is level)
            and (self.band is None or self.band is band)
        )

    def to_dict(self) -> dict[str, Any]:
        """Return what of the cell says something."""
        told = {"area": self.area, "level": self.level, "band": self.band}
        named = {name: str(value) for name, value in told.items() if value}
        return {**named, "count": self.count, "fits": list(self.fits)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Cell":
        """Read what `to_dict` wrote."""
        return cls(
            count=data["count"],
            area=data.get("area", ""),
            level=Level(data["level"]) if "level" in data else None,
            band=Band(data["band"]) if "band" in data else None,
            fits=tuple(data["fits"]),
        )


@dataclass(frozen=True, slots=True)
class Section:
    """A section 大题: how many items of one kind, worth how many points each.

    `areas` limits the knowledge areas (empty: any). `items` names exactly the items of the section
    by code, `count` of them: they are given in this order, not drawn. `cells` say what the `count`
    items are made of; their counts add up to it. `candidates` are pinned when the assessment is
    made, so that later edits of the bank never change who may draw what. `limit_s` is its own time
    limit in seconds: all sections have one, or none has and 0 stands here.
    """

    title: str
    kind: ItemKind
    count: int
    points: Decimal
    marking: MarkingRule
    areas: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    items: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    limit_s: int = 0

    @property
    def points_milli(self) -> int:
        """Return the points of one item in thousandths."""
        return int(self.points * 1000)


@dataclass(frozen=True, slots=True)
class Blueprint:
    """The test specification 双向细目表: from which bank and pool, which sections.

    What stood on a finished form within `unseen_days` before the window is not drawn; 0 draws all.
    With `parallel` 0 everybody's form is drawn alone; otherwise so many forms are assembled with
    the candidates, and everybody gets one of them. `forms` holds for each form and section the
    places of its items in the section's candidates, in the order of the paper. `enemies` are pairs
    of versions among the candidates that no form holds both of.
    """

    bank: str
    pool: Pool
    sections: tuple[Section, ...]
    unseen_days: int = 0
    parallel: int = 0
    forms: tuple[tuple[tuple[int, ...], ...], ...] = ()
    enemies: Pairs = ()

    @property
    def item_count(self) -> int:
        """Return the number of items of every form."""
        return sum(section.count for section in self.sections)

    @property
    def max_milli(self) -> int:
        """Return the highest total in thousandths of a point."""
        return sum(section.count * section.points_milli for section in self.sections)

    @property
    def spans(self) -> tuple[SectionSpan, ...]:
        """Return the positions and limits of the sections, () where the whole alone is limited."""
        return spans_of((section.count, section.limit_s) for section in self.sections)

    def with_candidates(self, candidates: Mapping[int, tuple[Candidate, ...]]) -> "Blueprint":
        """Return the blueprint with candidates pinned, given by section index."""
        sections = tuple(
            replace(section, candidates=candidates[index])
            for index, section in enumerate(self.sections)
        )
        return replace(self, sections=sections)

    def with_sections(self, sections: Iterable[Section]) -> "Blueprint":
        """Return the blueprint with other sections."""
        return replace(self, sections=tuple(sections))

    def to_json(self) -> str:
        """Return canonical JSON text."""
        later: dict[str, Any] = {"unseen_days": self.unseen_days} if self.unseen_days else {}
        if self.parallel:
            later |= {"parallel": self.parallel, "forms": self.forms}
        if self.enemies:
            later["enemies"] = self.enemies
        return canonical(
            {
                **later,
                "bank": self.bank,
                "pool": self.pool.value,
                "sections": [_section_dict(section) for section in self.sections],
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "Blueprint":
        """Read what `to_json` wrote."""
        data = json.loads(text)
        return cls(
            bank=data["bank"],
            pool=Pool(data["pool"]),
            sections=tuple(_section(item) for item in data["sections"]),
            unseen_days=data.get("unseen_days", 0),
            parallel=data.get("parallel", 0),
            forms=tuple(
                tuple(tuple(places) for places in sections) for sections in data.get("forms", ())
            ),
            enemies=tuple((one, other) for one, other in data.get("enemies", ())),
        )


def _section_dict(section: Section) -> dict[str, Any]:
    # Only where it says something: the text of blueprints made before stays the same.
    named: dict[str, Any] = {"items": list(section.items)} if section.items else {}
    if section.cells:
        named["cells"] = [cell.to_dict() for cell in section.cells]
    if section.limit_s:
        named["limit_s"] = section.limit_s
    return {
        **named,
        "title": section.title,
        "kind": section.kind.value,
        "count": section.count,
        "points": str(section.points),
        "marking": section.marking.to_dict(),
        "areas": list(section.areas),
        "candidates": [candidate.to_row() for candidate in section.candidates],
    }


def _section(data: Mapping[str, Any]) -> Section:
    return Section(
        title=data["title"],
        kind=ItemKind(data["kind"]),
        count=data["count"],
        points=Decimal(data["points"]),
        marking=MarkingRule.from_dict(data["marking"]),
        areas=tuple(data["areas"]),
        candidates=tuple(Candidate.from_row(row) for row in data["candidates"]),
        items=tuple(data.get("items", ())),
        cells=tuple(Cell.from_dict(cell) for cell in data.get("cells", ())),
        limit_s=data.get("limit_s", 0),
    )


@dataclass(frozen=True, slots=True)
class AttemptRules:
    """The rules of every attempt at an assessment.

    `limit_s` seconds for one attempt; `max_attempts` 0 means without limit; `review` shows items
    after the release of the result: how far and when, `disclosure` says; everything together with
    it by default. `calculator` offers one in the room. `is_practice`: it decides nothing.

    Three rules are of stepwise delivery alone. `item_s`: seconds for one item from its reveal, 0
    for none. `ends_at_mistake`: the first committed answer that is not right ends the attempt.
    `tells_key`: a commit releases the item's key, and not only whether the answer was right.
    """

    limit_s: int
    max_attempts: int = 1
    counts: Counts = Counts.BEST
    delivery: Delivery = Delivery.PAPER
    release: Release = Release.AT_CLOSE
    review: bool = False
    shuffle_options: bool = True
    by_hand: ByHand = ByHand.REFUSED
    integrity: Integrity = RECORD_ONLY
    calculator: bool = True
    item_s: int = 0
    ends_at_mistake: bool = False
    tells_key: bool = True
    disclosure: Disclosure = TOGETHER
    is_practice: bool = False

    @property
    def is_watched(self) -> bool:
        """Tell whether it matters to somebody how the answers come about.

        Who is told each key at once practises: a self-check, a daily quiz, a review of mistakes.
        A mock exam is answered as the real one is, so that its rules say that it is practice.
        """
        tells_each = self.delivery is Delivery.STEPWISE and self.tells_key
        return not (self.is_practice or tells_each)

    @property
    def limit(self) -> timedelta:
        """Return the time limit."""
        return timedelta(seconds=self.limit_s)

    def release_of(self, part: Part) -> Release:
        """Return after which event a part is told, if its instant has come."""
        if part is Part.SCORE:
            return self.release
        if not self.review or not self.disclosure.depth.reaches(part):
            return Release.NEVER
        if self.disclosure.items_at_close and self.release is Release.AT_SUBMIT:
            return Release.AT_CLOSE
        return self.release

    def is_told(
        self,
        part: Part,
        *,
        finished: bool,
        closes_at: datetime,
        others_still_open: bool,
        now: datetime,
        is_closed: bool = False,
    ) -> bool:
        """Tell whether a part of the result may be seen; the arguments are `is_released`'s."""
        since = self.disclosure.since(part)
        return (since is None or now >= since) and is_released(
            self.release_of(part),
            finished=finished,
            closes_at=closes_at,
            others_still_open=others_still_open,
            now=now,
            is_closed=is_closed,
        )

    def to_json(self) -> str:
        """Return canonical JSON text."""
        return canonical(
            {
                **self._later(),
                "limit_s": self.limit_s,
                "max_attempts": self.max_attempts,
                "counts": self.counts.value,
                "delivery": self.delivery.value,
                "release": self.release.value,
                "review": self.review,
                "shuffle_options": self.shuffle_options,
            }
        )

    def _later(self) -> dict[str, Any]:
        """Return only what says something: the text of rules made before stays the same."""
        plain = (
            ("by_hand", self.by_hand.value, ByHand.REFUSED.value),
            ("calculator", self.calculator, True),
            ("item_s", self.item_s, 0),
            ("ends_at_mistake", self.ends_at_mistake, False),
            ("tells_key", self.tells_key, True),
            ("is_practice", self.is_practice, False),
        )
        said: dict[str, Any] = {name: value for name, value, usual in plain if value != usual}
        if self.integrity != RECORD_ONLY:
            said["integrity"] = self.integrity.to_dict()
        if self.disclosure != TOGETHER:
            said["disclosure"] = self.disclosure.to_dict()
        return said

    @classmethod
    def from_json(cls, text: str) -> "AttemptRules":
        """Read what `to_json` wrote."""
        data = json.loads(text)
        return cls(
            limit_s=data["limit_s"],
            max_attempts=data["max_attempts"],
            counts=Counts(data["counts"]),
            delivery=Delivery(data["delivery"]),
            release=Release(data["release"]),
            review=data["review"],
            shuffle_options=data["shuffle_options"],
            by_hand=ByHand(data.get("by_hand", ByHand.REFUSED)),
            integrity=Integrity.from_dict(data.get("integrity", {})),
            calculator=data.get("calculator", True),
            item_s=data.get("item_s", 0),
            ends_at_mistake=data.get("ends_at_mistake", False),
            tells_key=data.get("tells_key", True),
            disclosure=Disclosure.from_dict(data.get("disclosure", {})),
            is_practice=data.get("is_practice", False),
        )
