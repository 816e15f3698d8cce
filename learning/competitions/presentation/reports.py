"""The analysis report of an organisation as PDF: who took part, where they are weak, what to learn.

Made of published figures alone. Printed in Chinese whoever prints it, as other papers are.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from learning.kernel.printing import ROOT, Typesetter, printable

TEMPLATE = ROOT / "templates" / "competitions" / "enterprise_report.typ"
MOST_DEPARTMENTS = 200

typesetter = Typesetter(TEMPLATE)


@dataclass(frozen=True, slots=True)
class ReportArea:
    """A knowledge area as printed; shares in tenths of a percent beside their words."""

    title: str
    own: str
    everyone: str
    gap: str
    own_permille: int
    everyone_permille: int
    is_weak: bool


@dataclass(frozen=True, slots=True)
class ReportRound:
    """A round that people of the organisation answered, its lowest area first."""

    title: str
    areas: tuple[ReportArea, ...]


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What a report says.

    `departments` are (standing, name, members, handed in, share, mean); `lessons` (area, course,
    lesson, minutes).
    """

    title: str
    unit: str
    organiser: str
    opens_at: str
    closes_at: str
    made_at: str
    members: int
    entries: int
    finished: int
    coverage: str
    departments: tuple[tuple[int, str, int, int, str, str], ...]
    rounds: tuple[ReportRound, ...]
    lessons: tuple[tuple[str, str, str, int], ...]


def report_pdf(facts: ReportFacts) -> bytes:
    """Return the report; raise Unavailable when fonts are missing."""
    return typesetter.compile(json.dumps(_told(facts), ensure_ascii=False), "pdf")


def _told(facts: ReportFacts) -> dict[str, Any]:
    return {
        "title": printable(facts.title),
        "unit": printable(facts.unit),
        "organiser": printable(facts.organiser),
        "period": f"{facts.opens_at} ～ {facts.closes_at}",
        "made_at": facts.made_at,
        "figures": [
            ["现有人数", f"{facts.members:,}"],
            ["报名", f"{facts.entries:,}"],
            ["已交卷", f"{facts.finished:,}"],
            ["参赛率（按申报人数）", facts.coverage],
        ],
        "departments": [
            [standing, printable(name), members, finished, share, mean or "—"]
            for standing, name, members, finished, share, mean in facts.departments[
                :MOST_DEPARTMENTS
            ]
        ],
        "more": max(0, len(facts.departments) - MOST_DEPARTMENTS),
        "rounds": [
            {"title": printable(each.title), "areas": [_area(area) for area in each.areas]}
            for each in facts.rounds
        ],
        "weak": list(
            dict.fromkeys(a.title for each in facts.rounds for a in each.areas if a.is_weak)
        ),
        "lessons": _lessons(facts.lessons),
    }


def _area(area: ReportArea) -> dict[str, Any]:
    return {
        "title": printable(area.title),
        "own": area.own,
        "everyone": area.everyone,
        "gap": area.gap,
        "own_permille": area.own_permille,
        "everyone_permille": area.everyone_permille,
        "weak": area.is_weak,
    }


def _lessons(lessons: Sequence[tuple[str, str, str, int]]) -> list[list[str]]:
    return [
        [printable(area), printable(course), printable(lesson), str(minutes)]
        for area, course, lesson, minutes in lessons
    ]
