"""What a scheme asks for its certificate and for its renewal, and whether a file has it. Pure.

Needs stand in groups: every group must be met, and of the ways of a group one is enough. No kind of
need is a course of ours: hours count from any source that was credited, so that no scheme can make
our own course the only route to it. A need that is met waits `hold_months` for the others.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from learning.certification.rules.certificates import MAX_VALIDITY_MONTHS, valid_until
from learning.kernel.errors import Problem

MAX_GROUPS = 6
MAX_CRITERIA = 12
MAX_CRITERION = 200
MAX_GUIDANCE = 2000
MAX_HOURS_MILLI = 2_000_000
MAX_MONTHS = 600
MAX_YEARS = 50
MAX_DAYS = 1_000
MAX_CRITERION_POINTS = 100
SITTING_KEY = "sitting:"
_TICK = timedelta(microseconds=1)


class NeedKind(StrEnum):
    """What can be asked. Twin: the CHECK of `fulfilments`."""

    EXAM = "exam"  # a pass at a sitting of the scheme, or an examination elsewhere, confirmed
    HOURS = "hours"  # study hours of a field within so many months
    PROJECT = "project"  # a project reviewed by an appointed assessor
    EXPERIENCE = "experience"  # years of work, declared and confirmed
    CONTINUITY = "continuity"  # work without a break since the certificate, confirmed
    CONFIRMATION = "confirmation"  # the employer's word


class HoursField(StrEnum):
    """Of which field hours count."""

    ANY = "any"
    PROFESSIONAL = "professional"
    COMMON = "common"


class Decider(StrEnum):
    """Who decides when all needs are met."""

    RULE = "rule"
    PERSON = "person"


class Purpose(StrEnum):
    """What a file, and a decision, is about. Twin: the CHECKs of their tables."""

    FIRST = "first"
    RENEWAL = "renewal"


@dataclass(frozen=True, slots=True)
class Need:
    """One thing asked; what a kind does not use is 0.

    `cut_percent` 1–100 of the points beside the sitting's own cut; `hours_milli` thousandths of
    hours within `within_months` before they are counted; `years` of experience or continuous work.
    """

    kind: NeedKind
    cut_percent: int = 0
    hours_milli: int = 0
    field: HoursField = HoursField.ANY
    within_months: int = 0
    years: int = 0


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the assessor's form, for 0 up to `points` whole points."""

    text: str
    points: int


@dataclass(frozen=True, slots=True)
class ProjectForm:
    """How a project is reviewed; passed with at least `pass_percent` of all points."""

    criteria: tuple[Criterion, ...]
    pass_percent: int
    guidance: str = ""

    @property
    def most(self) -> int:
        """Return all points there are."""
        return sum(criterion.points for criterion in self.criteria)


Groups = tuple[tuple[Need, ...], ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a version of a scheme says. `renewal` empty: nothing is renewed, one begins anew.

    `window_days` before the end a renewal can begin; `grace_days` after it one still can.
    `validity_months` and `hold_months` None: without an end.
    """

    first: Groups
    renewal: Groups = ()
    validity_months: int | None = None
    window_days: int = 0
    grace_days: int = 0
    hold_months: int | None = None
    decider: Decider = Decider.RULE
    project: ProjectForm | None = None

    def groups(self, purpose: Purpose) -> Groups:
        """Return what is asked for the purpose."""
        return self.first if purpose is Purpose.FIRST else self.renewal

    @property
    def is_plain(self) -> bool:
        """Tell whether a pass at a sitting is all there is: each pass then earns a certificate."""
        by_exam = self.first == ((Need(NeedKind.EXAM),),)
        return by_exam and not self.renewal and self.decider is Decider.RULE

    def to_json(self) -> str:
        """Return the terms as canonical JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> "Terms":
        """Return the terms of canonical JSON. Raises ValueError or KeyError for anything else."""
        raw = json.loads(text)
        form = raw["project"]
        project = form and ProjectForm(
            tuple(Criterion(**one) for one in form["criteria"]),
            form["pass_percent"],
            form["guidance"],
        )
        return Terms(
            first=_groups(raw["first"]),
            renewal=_groups(raw["renewal"]),
            validity_months=raw["validity_months"],
            window_days=raw["window_days"],
            grace_days=raw["grace_days"],
            hold_months=raw["hold_months"],
            decider=Decider(raw["decider"]),
            project=project or None,
        )


def plain_terms(validity_months: int | None) -> Terms:
    """Return what a scheme asks that says nothing else: a pass at a sitting of it."""
    return Terms(((Need(NeedKind.EXAM),),), validity_months=validity_months)


def _groups(raw: Iterable[Iterable[Mapping[str, Any]]]) -> Groups:
    return tuple(
        tuple(
            Need(**{**one, "kind": NeedKind(one["kind"]), "field": HoursField(one["field"])})
            for one in group
        )
        for group in raw
    )


def terms_problems(terms: Terms) -> list[Problem]:
    """Return everything wrong with terms; `place` is the part of the form."""
    faults: list[tuple[str, str]] = []
    if not terms.first:
        faults.append(("first", "needs_missing"))
    for place, groups in (("first", terms.first), ("renewal", terms.renewal)):
        if len(groups) > MAX_GROUPS or any(not group for group in groups):
            faults.append((place, "needs_missing"))
        faults += [(place, code) for group in groups for code in _group_faults(group)]
    if any(need.kind is NeedKind.CONTINUITY for group in terms.first for need in group):
        faults.append(("first", "continuity_first"))
    faults += _term_faults(terms) + _project_faults(terms)
    return [Problem("", None, place, code, code) for place, code in dict.fromkeys(faults)]


def _group_faults(group: Sequence[Need]) -> list[str]:
    return [code for need in group for code in _need_faults(need)] + (
        ["needs_twice"] if len({need.kind for need in group}) < len(group) else []
    )


def _need_faults(need: Need) -> list[str]:
    match need.kind:
        case NeedKind.EXAM:
            return [] if 0 <= need.cut_percent <= 100 else ["cut_percent"]
        case NeedKind.HOURS:
            holds = 0 < need.hours_milli <= MAX_HOURS_MILLI and 0 < need.within_months <= MAX_MONTHS
            return [] if holds else ["hours"]
        case NeedKind.EXPERIENCE | NeedKind.CONTINUITY:
            return [] if 0 < need.years <= MAX_YEARS else ["years"]
        case _:
            return []


def _term_faults(terms: Terms) -> list[tuple[str, str]]:
    months, hold = terms.validity_months, terms.hold_months
    checks = {
        "validity_months": months is None or 0 < months <= MAX_VALIDITY_MONTHS,
        "hold_months": hold is None or 0 < hold <= MAX_MONTHS,
        "window_days": 0 <= terms.window_days <= MAX_DAYS,
        "grace_days": 0 <= terms.grace_days <= MAX_DAYS,
    }
    faults = [(place, place) for place, holds in checks.items() if not holds]
    if terms.renewal and months is None:
        faults.append(("validity_months", "renewal_for_life"))
    if terms.renewal and not terms.window_days:
        faults.append(("window_days", "window_missing"))
    return faults


def _project_faults(terms: Terms) -> list[tuple[str, str]]:
    asked = any(
        need.kind is NeedKind.PROJECT for group in terms.first + terms.renewal for need in group
    )
    form = terms.project
    if form is None:
        return [("criteria", "criteria_missing")] if asked else []
    sound = 0 < len(form.criteria) <= MAX_CRITERIA and all(
        0 < len(one.text.strip()) <= MAX_CRITERION and 0 < one.points <= MAX_CRITERION_POINTS
        for one in form.criteria
    )
    faults = [] if sound else [("criteria", "criteria")]
    if not 0 < form.pass_percent <= 100:
        faults.append(("pass_percent", "pass_percent"))
    if len(form.guidance) > MAX_GUIDANCE:
        faults.append(("guidance", "guidance"))
    return faults


def sitting_key(sitting_id: int) -> str:
    """Return what names a pass at a sitting among fulfilments."""
    return f"{SITTING_KEY}{sitting_id}"


def sitting_of(source_key: str) -> int:
    """Return the row id of the sitting that `sitting_key` named, 0 for anything else."""
    number = source_key.removeprefix(SITTING_KEY)
    return int(number) if source_key.startswith(SITTING_KEY) and number.isdigit() else 0


@dataclass(frozen=True, slots=True)
class Fulfilled:
    """One thing a person has done: `measure` says how much, by the names of `Need`."""

    id: int
    kind: NeedKind
    achieved_at: datetime
    measure: Mapping[str, Any] = field(default_factory=dict)

    @property
    def handed_in(self) -> datetime:
        """Return when the person had done their part: what was reviewed was handed in before."""
        raw = self.measure.get("handed_in")
        return datetime.fromisoformat(raw) if raw else self.achieved_at


@dataclass(frozen=True, slots=True)
class NeedStanding:
    """How a need stands: what meets it, or what did and waited too long."""

    need: Need
    met_by: Fulfilled | None
    stale: Fulfilled | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a file stands: the groups, and the row ids of what a decision would rest on."""

    groups: tuple[tuple[NeedStanding, ...], ...]
    evidence: tuple[int, ...]

    @property
    def is_met(self) -> bool:
        """Tell whether every group has a way that is met."""
        return bool(self.groups) and all(any(one.met_by for one in group) for group in self.groups)


def meets(need: Need, one: Fulfilled) -> bool:
    """Tell whether what was done is what the need asks, and enough of it."""
    if one.kind is not need.kind:
        return False
    measure = one.measure
    match need.kind:
        case NeedKind.EXAM:
            return bool(measure.get("percent", 0) >= need.cut_percent)
        case NeedKind.HOURS:
            return bool(
                measure.get("hours_milli", 0) >= need.hours_milli
                and measure.get("field") == need.field.value
                and measure.get("within_months", 0) <= need.within_months
            )
        case NeedKind.EXPERIENCE | NeedKind.CONTINUITY:
            return bool(measure.get("years", 0) >= need.years)
        case _:
            return True


def fresh_until(achieved_at: datetime, hold_months: int | None, zone: str) -> datetime | None:
    """Return the last instant until which something done waits for the rest, None for ever."""
    return valid_until(achieved_at, hold_months, zone)


def standing_of(
    groups: Groups,
    done: Iterable[Fulfilled],
    *,
    hold_months: int | None,
    zone: str,
    now: datetime,
    since: datetime | None = None,
) -> Standing:
    """Return how the groups stand; the newest that meets a need counts.

    What was achieved before `since` (the issue of the certificate to be renewed) does not count.
    """
    newest = sorted(done, key=lambda one: (one.achieved_at, one.id), reverse=True)
    usable = [one for one in newest if since is None or one.achieved_at >= since]

    def of(need: Need) -> NeedStanding:
        fitting = [one for one in usable if meets(need, one)]
        for one in fitting:
            until = fresh_until(one.achieved_at, hold_months, zone)
            if until is None or now <= until:
                return NeedStanding(need, one)
        return NeedStanding(need, None, fitting[0] if fitting else None)

    shown = tuple(tuple(of(need) for need in group) for group in groups)
    evidence = [one.met_by.id for group in shown for one in group if one.met_by]
    return Standing(shown, tuple(dict.fromkeys(evidence)))


def renewal_opens(until: datetime, window_days: int) -> datetime:
    """Return from when a certificate with this last instant can be renewed."""
    return until + _TICK - timedelta(days=window_days)


def renewal_closes(until: datetime, grace_days: int) -> datetime:
    """Return the last instant at which it still can."""
    return until + timedelta(days=grace_days)


def purpose_of(
    terms: Terms, until: datetime | None, *, is_held: bool, now: datetime
) -> Purpose | None:
    """Return what a person can work for now; None while a certificate is too young to renew.

    `until` is the last instant of the person's newest certificate that stands (None: for life),
    `is_held` whether there is one. Past the grace one begins anew.
    """
    if not is_held or not terms.renewal:
        return Purpose.FIRST
    if until is None or now < renewal_opens(until, terms.window_days):
        return None
    return Purpose.RENEWAL if now <= renewal_closes(until, terms.grace_days) else Purpose.FIRST


def renewed_until(
    old_until: datetime, now: datetime, months: int | None, zone: str
) -> datetime | None:
    """Return the last instant of a renewed certificate.

    Renewed before the old one ended, the term continues from that end: nobody loses days by being
    early. Renewed in the grace it counts from the decision.
    """
    begins = old_until + _TICK if now <= old_until else now
    return valid_until(begins, months, zone)


def with_validity(terms: Terms, months: int | None) -> Terms:
    """Return the terms with another validity."""
    return replace(terms, validity_months=months)
