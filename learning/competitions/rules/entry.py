"""Who may enter, for which organisation and in which division: pure decisions.

An entry has one place: an organisation (or none) and a division (or none where the competition has
none). Where only one place is possible it is taken; where several are, the person chooses.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from learning.competitions.rules.enterprises import EnterpriseRanking
from learning.kernel.translation import N_

MAX_DIVISIONS = 12
MAX_DIVISION_CODE = 20
MAX_DIVISION_TITLE = 60
DIVISION_CODE = re.compile(rf"[A-Za-z0-9-]{{1,{MAX_DIVISION_CODE}}}")
MAX_CORRECTION_DAYS = 60
NOWHERE = "-"  # in a place's key: no organisation, or no division

# The first two digits of a division code, GB/T 2260-2007, table 1.
PROVINCES: dict[str, str] = {
    "11": N_("北京"),
    "12": N_("天津"),
    "13": N_("河北"),
    "14": N_("山西"),
    "15": N_("内蒙古"),
    "21": N_("辽宁"),
    "22": N_("吉林"),
    "23": N_("黑龙江"),
    "31": N_("上海"),
    "32": N_("江苏"),
    "33": N_("浙江"),
    "34": N_("安徽"),
    "35": N_("福建"),
    "36": N_("江西"),
    "37": N_("山东"),
    "41": N_("河南"),
    "42": N_("湖北"),
    "43": N_("湖南"),
    "44": N_("广东"),
    "45": N_("广西"),
    "46": N_("海南"),
    "50": N_("重庆"),
    "51": N_("四川"),
    "52": N_("贵州"),
    "53": N_("云南"),
    "54": N_("西藏"),
    "61": N_("陕西"),
    "62": N_("甘肃"),
    "63": N_("青海"),
    "64": N_("宁夏"),
    "65": N_("新疆"),
    "71": N_("台湾"),
    "81": N_("香港"),
    "82": N_("澳门"),
}


class EntryScope(StrEnum):
    """Who may enter at all."""

    OPEN = "open"  # everybody
    ENROLLED = "enrolled"  # members of organisations that enrolled


class Belonging(StrEnum):
    """For whom a division is: by the kind of the organisation that the entry counts for."""

    ANYBODY = "any"
    ENTERPRISE = "enterprise"
    UNIVERSITY = "university"
    INSTITUTE = "institute"
    ASSOCIATION = "association"
    NONE = "none"  # people of no organisation


@dataclass(frozen=True, slots=True)
class Division:
    """A division 组别; its code is unique in the competition and frozen in entries."""

    code: str
    title: str
    belonging: Belonging = Belonging.ANYBODY

    def takes(self, kind: str | None) -> bool:
        """Tell whether an entry for an organisation of a kind (None: for none) belongs here."""
        return self.belonging in {Belonging.ANYBODY, Belonging(kind or "none")}


@dataclass(frozen=True, slots=True)
class EntryRules:
    """What the organiser decides about entering; it locks at the first entry with the rules.

    `registers`: strangers may make an account on the competition's page; only where all may enter.
    `correction_days`: so long after entering one may correct name and place once; 0 never.
    """

    divisions: tuple[Division, ...] = ()
    scope: EntryScope = EntryScope.OPEN
    ranking: EnterpriseRanking = field(default_factory=EnterpriseRanking)
    registers: bool = False
    correction_days: int = 0


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation of which a person is a member; `region` is a GB/T 2260 code or ""."""

    id: int
    public_id: str
    name: str
    kind: str
    region: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry can stand: for an organisation or for oneself, in a division or none."""

    organisation: Organisation | None
    division: Division | None

    @property
    def key(self) -> str:
        """Return the name by which a form chooses the place."""
        organisation = self.organisation.public_id if self.organisation else NOWHERE
        return f"{organisation}:{self.division.code if self.division else NOWHERE}"


def problem_places(divisions: Sequence[Division]) -> list[str]:
    """Return the form fields of what is wrong with divisions: `divisions-<n>-<field>`."""
    found = [] if len(divisions) <= MAX_DIVISIONS else ["divisions"]
    seen: set[str] = set()
    for number, division in enumerate(divisions):
        code = division.code.casefold()
        if not DIVISION_CODE.fullmatch(division.code) or code in seen:
            found.append(f"divisions-{number}-code")
        if not 0 < len(division.title.strip()) <= MAX_DIVISION_TITLE:
            found.append(f"divisions-{number}-title")
        seen.add(code)
    return found


def list_places(
    rules: EntryRules, organisations: Sequence[Organisation], enrolled: Collection[int]
) -> list[Place]:
    """Return the places a person may take, in the order of organisations, then of divisions.

    Whoever belongs to an organisation enters for one; only who belongs to none enters for
    themselves. `enrolled` are the ids of enrolled organisations. Empty: the person may not enter.
    """
    if rules.scope is EntryScope.ENROLLED:
        candidates: list[Organisation | None] = [o for o in organisations if o.id in enrolled]
    else:
        candidates = [*organisations] or [None]
    return [
        Place(organisation, division)
        for organisation in candidates
        for division in _fitting(rules.divisions, organisation)
    ]


def _fitting(
    divisions: Sequence[Division], organisation: Organisation | None
) -> list[Division | None]:
    if not divisions:
        return [None]
    kind = organisation.kind if organisation else None
    return [division for division in divisions if division.takes(kind)]


def choose_place(places: Sequence[Place], key: str | None) -> Place | str:
    """Return the place of the key, the only one where none is given, or why not: a code."""
    if not places:
        return "not_eligible"
    if key is None:
        return places[0] if len(places) == 1 else "choose_place"
    return next((place for place in places if place.key == key), "choose_place")


def correction_refusal(
    days: int, *, entered_at: datetime, corrected_at: datetime | None, now: datetime
) -> str | None:
    """Return why an entry cannot be corrected any more: a code, None if it can."""
    if not days:
        return "no_correction"
    if corrected_at is not None:
        return "corrected"
    return None if now < corrects_until(days, entered_at) else "correction_over"


def corrects_until(days: int, entered_at: datetime) -> datetime:
    """Return the instant from which an entry cannot be corrected: whole days of 24 hours."""
    return entered_at + timedelta(days=days)


def province_of(region: str) -> str:
    """Return the province of a GB/T 2260 code, its first two digits, "" when it is none."""
    return region[:2] if region[:2] in PROVINCES else ""


def public_name(name: str, *, is_shown: bool) -> str:
    """Return a participant's name as strangers see it: masked unless the person shows it."""
    return name if is_shown else mask_name(name)


def mask_name(name: str) -> str:
    """Return a name as strangers see it: 王小明 → 王*明, 王明 → 王*, John Smith → J***h.

    First and last character stay, at most three stars stand between, so that a long name does not
    tell its length; a name of two keeps its first. Marks stay with the character they sit on.
    """
    characters = list(_clusters(name.strip()))
    if len(characters) <= 2:
        return f"{characters[0]}*" if len(characters) == 2 else "*"
    stars = "*" * min(len(characters) - 2, 3)
    return f"{characters[0]}{stars}{characters[-1]}"


def _clusters(text: str) -> Iterable[str]:
    """Split into characters with their combining marks and variation selectors."""
    held = ""
    for character in text:
        if held and unicodedata.category(character) in {"Mn", "Mc", "Me", "Cf"}:
            held += character
            continue
        if held:
            yield held
        held = character
    if held:
        yield held
