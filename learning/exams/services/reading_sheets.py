"""What was typed of answer sheets in its normal form, by the forms and rules of their desk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from learning.attempts.queries import find_paper
from learning.attempts.rules import Form, read_form_code
from learning.exams.queries import sheets as queries
from learning.exams.queries.sheets import SheetDesk
from learning.exams.rules import to_local
from learning.exams.rules.keying import (
    DATE,
    FORM,
    HEAD,
    TOTAL,
    Line,
    read_date,
    read_line,
    read_total,
)
from learning.kernel.errors import Problem


@dataclass(slots=True)
class Papers:
    """The forms of a desk that were asked for, with their lines; found once."""

    desk: SheetDesk
    _found: dict[str, tuple[Form, list[Line]] | None] = field(default_factory=dict)

    def find(self, session: Session, label: str) -> tuple[Form, list[Line]] | None:
        """Return the form that a label names with its lines, None where there is none."""
        if label not in self._found:
            form = find_paper(session, self.desk.assessment_id, label)
            lines = queries.list_lines(session, form) if form else []
            self._found[label] = (form, lines) if form else None
        return self._found[label]


@dataclass(frozen=True, slots=True)
class Reading:
    """A keying in its normal form, or everything that is wrong with it, by place."""

    values: Mapping[str, str]
    problems: tuple[Problem, ...]


def read_keying(session: Session, papers: Papers, raw: Mapping[str, str], now: datetime) -> Reading:
    """Bring what was typed into its normal form. `form` is a printed code.

    Codes beside those of `rules.keying.read_line`: `form_code` (mistyped), `form_unknown`, `date`,
    `date_range`, `total`, `totals_refused`, `total_and_lines`, `no_line`.
    """
    head = read_head(papers, session, raw, now)
    found = papers.find(session, head.values.get(FORM, ""))
    if found is None:
        return head
    values, problems = dict(head.values), list(head.problems)
    lines = {line.place: line for line in found[1]}
    for place, text in raw.items():
        if place in HEAD:
            continue
        if place not in lines:
            value, code = "", "no_line" if text.strip() else ""
        else:
            value, code = read_line(lines[place], text)
        if code:
            problems.append(problem_at(place, code))
        values[place] = value
    if values.get(TOTAL) and any(text for place, text in values.items() if place not in HEAD):
        problems.append(problem_at(TOTAL, "total_and_lines"))
    return Reading({place: text for place, text in values.items() if text}, tuple(problems))


def read_head(papers: Papers, session: Session, raw: Mapping[str, str], now: datetime) -> Reading:
    """Bring form, date and total into their normal form."""
    problems, desk = [], papers.desk
    label = read_form_code(raw.get(FORM, "")) or ""
    if not label or papers.find(session, label) is None:
        problems.append(problem_at(FORM, "form_unknown" if label else "form_code"))
        label = ""
    day = read_date(raw.get(DATE, ""))
    if not day:
        problems.append(problem_at(DATE, "date"))
    elif not _first_day(desk) <= day <= _last_day(desk, now):
        problems.append(problem_at(DATE, "date_range"))
    total, code = read_total(raw.get(TOTAL, ""), desk.max_milli)
    if total and not desk.takes_totals:
        code = "totals_refused"
    if code:
        problems.append(problem_at(TOTAL, code))
    return Reading({FORM: label, DATE: day, TOTAL: total}, tuple(problems))


def _first_day(desk: SheetDesk) -> str:
    return to_local(desk.opens_at, desk.zone).date().isoformat()


def _last_day(desk: SheetDesk, now: datetime) -> str:
    return to_local(min(now, desk.closes_at), desk.zone).date().isoformat()


def problem_at(place: str, code: str) -> Problem:
    """Return what is wrong at a place of a sheet."""
    return Problem("", None, place, code, code)
