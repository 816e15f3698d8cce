"""Reads a roster: which column is what, each cell in canonical form, everything wrong by cell.

It parses only. What Excel did to numbers is told from the type of the cell: a staff number that is
a number may have lost its zeros, a phone number shown as 1.38E+10 is whole or it is not.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Literal

from learning.accounts.rules import display_login_name, normalise_email, normalise_phone
from learning.accounts.rules.names import DEFAULT_COUNTRY
from learning.kernel.documents import BadDocument, Sheet, cell_address, cell_text
from learning.kernel.documents.sheets import CellValue
from learning.kernel.errors import Invalid
from learning.organisations.rules.categories import read_category
from learning.organisations.rules.days import NO_DAY, day_of
from learning.organisations.rules.headings import (
    FIELD_OF_HEADER,
    meaning_of,
    told_columns,
    unread_columns,
)
from learning.organisations.rules.leaves import leave_problems
from learning.organisations.rules.mending import (
    email_mend,
    phone_mend,
    staff_no_mend,
    width_mend,
)
from learning.organisations.rules.names import (
    clean_person_name,
    clean_text,
    fold_width,
    name_key,
)
from learning.organisations.rules.roster import (
    MAX_PATH,
    MendedCell,
    RosterProblem,
    RosterRow,
    RowChoice,
)

HEADER_ROWS = 30  # titles and notes stand above the header
MAX_NAME = 200  # twin of User.display_name
MAX_POST = 120  # twin of Post.name
MAX_SHOWN = 60  # characters of a value quoted in a problem
EXACT_DIGITS = 15
_TWICE = "_twice"
ROUNDED_ZEROS = 10**7  # 1.38E+10 keeps three digits and loses eight

_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+\Z", re.IGNORECASE)
_PATH_MARKS = re.compile(r"[/\\>]+")


@dataclass(slots=True)
class ParsedRoster:
    """The rows of a roster, the letter of each column found, and everything wrong so far.

    Beside them what people decided while looking at the check: `mended` cells, cells `kept` as they
    are although a proposal was made, and by line the `choices` about staff numbers.
    """

    rows: list[RosterRow] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    problems: list[RosterProblem] = field(default_factory=list)
    mended: list[MendedCell] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    choices: dict[int, RowChoice] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as its field means it; `code` says what is wrong, `mend` what it should say."""

    value: str | tuple[str, ...]
    code: str = ""
    mend: str = ""


def parse_roster(sheet: Sheet, *, organisation_code: str) -> ParsedRoster:
    """Return the rows of a sheet. Raises BadDocument("roster_no_header"), ("roster_empty")."""
    header, places, doubles = _find_header(sheet)
    parsed = ParsedRoster()
    parsed.columns = {f: cell_address(0, column)[:-1] for f, column in places.items()}
    for column in doubles:
        value = cell_text(sheet.rows[header][column])
        cell = cell_address(header, column)
        parsed.problems.append(RosterProblem(header + 1, cell, value, "column_twice"))
    if unread := unread_columns(sheet, header, {*places.values(), *doubles}):
        told = told_columns(unread)
        cell = f"{unread[0].partition(' ')[0]}{header + 1}"
        parsed.problems.append(
            RosterProblem(header + 1, cell, "", "columns_unread", "warning", other=told)
        )
    reader = _RowReader(sheet, places, organisation_code, parsed.problems)
    titles = {column: sheet.rows[header][column] for column in places.values()}
    for number in range(header + 1, len(sheet.rows)):
        row = sheet.rows[number]
        if number in sheet.banners or _is_blank(row, sheet, number, places):
            continue
        if all(row[column] == title for column, title in titles.items()):
            continue  # the header again, as on each printed page
        parsed.rows.append(reader.read(number))
    if not parsed.rows:
        raise BadDocument("roster_empty")
    parsed.problems += [*_doubles(parsed), *leave_problems(parsed.rows, parsed.columns)]
    return parsed


def _find_header(sheet: Sheet) -> tuple[int, dict[str, int], list[int]]:
    """Return the header's row, the column of each field, and columns that repeat a field."""
    for number, row in enumerate(sheet.rows[:HEADER_ROWS]):
        places: dict[str, int] = {}
        doubles = []
        for column, value in enumerate(row):
            meaning = meaning_of(cell_text(value), FIELD_OF_HEADER)
            if meaning in places:
                doubles.append(column)
            elif meaning:
                places[meaning] = column
        if "name" in places and len(places) > 1:
            return number, places, doubles
    raise BadDocument("roster_no_header")


def _is_blank(
    row: tuple[CellValue, ...], sheet: Sheet, number: int, places: Mapping[str, int]
) -> bool:
    return all(
        not clean_text(cell_text(row[column]))
        and (number, column) not in sheet.formulas
        and (number, column) not in sheet.errors
        for column in places.values()
    )


def _doubles(parsed: ParsedRoster) -> Iterator[RosterProblem]:
    """Yield an error for each log-in name that an earlier row of the file has."""
    keys: dict[str, Callable[[RosterRow], str]] = {
        "staff_no": lambda row: row.staff_no,
        "phone": lambda row: row.phone,
        "email": lambda row: row.email,
    }
    for place, value_of in keys.items():
        first: dict[str, str] = {}
        for row in parsed.rows:
            value = value_of(row)
            if not value:
                continue
            cell = f"{parsed.columns[place]}{row.line}"
            other = first.setdefault(name_key(value), cell)
            if other != cell:
                yield RosterProblem(
                    row.line, cell, value, f"{place}{_TWICE}", other=other, place=place
                )


def mend_cells(
    parsed: ParsedRoster, taken: Sequence[RosterProblem], *, organisation_code: str
) -> ParsedRoster:
    """Return the roster with proposals taken, as if the file had said so; the given one stays.

    Each of `taken` names cell, field and proposal; what is wrong with the new text is noted anew.
    """
    rows = {row.line: row for row in parsed.rows}
    cells = {problem.cell for problem in taken}
    problems = [p for p in parsed.problems if p.cell not in cells and not p.code.endswith(_TWICE)]
    mended = [cell for cell in parsed.mended if cell.cell not in cells]
    for problem in taken:
        reading = read_text(problem.place, problem.mend, organisation_code)
        rows[problem.line] = _with(rows[problem.line], problem.place, reading.value)
        mended.append(MendedCell(problem.cell, problem.place, problem.value, problem.mend))
        if reading.code:
            problems.append(replace(problem, value=problem.mend, code=reading.code, mend=""))
    result = replace(parsed, rows=list(rows.values()), problems=problems, mended=mended)
    result.problems += _doubles(result)
    return result


def _with(row: RosterRow, place: str, value: str | tuple[str, ...]) -> RosterRow:
    return replace(row, **{place: value})  # type: ignore[arg-type]


def read_text(place: str, raw: str, organisation_code: str) -> Reading:
    """Return what a text means in a field, in canonical form."""
    if place == "staff_no":
        reading = _read_staff_no(raw, organisation_code)
    elif place == "phone":
        reading = _read_phone(raw)
    elif place == "email":
        reading = _read_email(raw)
    elif place == "department":
        reading = _read_department(raw)
    elif place == "name":
        reading = Reading(clean_person_name(raw))
    elif place == "category":
        known = read_category(raw)
        reading = Reading(known.value) if known else Reading("", "bad_category")
    else:
        text = clean_text(raw)
        reading = Reading("", "bad_post") if len(text) > MAX_POST else Reading(text)
    wide = "" if reading.code else width_mend(place, clean_text(raw))
    if not wide or place == "category":
        return reading
    mend = wide if place in {"name", "department", "post"} else str(reading.value)
    return replace(reading, code="width_mixed", mend=mend.removeprefix(DEFAULT_COUNTRY))


def _read_staff_no(raw: str, organisation_code: str) -> Reading:
    text = "".join(fold_width(raw).split())
    if whole := staff_no_mend(text):
        return Reading("", "number_as_decimal", whole)
    try:
        # To check a staff number any code does.
        found = display_login_name("staff", text, organisation_code or "x")
    except Invalid:
        return Reading("", "bad_staff_no")
    return Reading(found.partition("/")[2])


def _read_phone(raw: str) -> Reading:
    try:
        return Reading(normalise_phone(fold_width(raw)))
    except Invalid:
        return Reading("", "bad_phone", phone_mend(raw))


def _read_email(raw: str) -> Reading:
    try:
        return Reading(normalise_email(fold_width(raw).removeprefix("mailto:")))
    except Invalid:
        return Reading("", "bad_email", email_mend(raw))


def _read_department(raw: str) -> Reading:
    text = clean_text(raw).replace("／", "/").replace("＞", ">")
    path = tuple(part for given in _PATH_MARKS.split(text) if (part := clean_text(given)))
    if any(not name_key(part) or len(part) > MAX_NAME for part in path) or len(path) > MAX_PATH:
        return Reading((), "bad_department")
    return Reading(path)


class _RowReader:
    """Reads one row after another, noting problems by cell."""

    def __init__(
        self,
        sheet: Sheet,
        places: Mapping[str, int],
        organisation_code: str,
        problems: list[RosterProblem],
    ) -> None:
        self.sheet, self.places, self.problems = sheet, places, problems
        self.organisation_code = organisation_code
        self.number = 0

    def read(self, number: int) -> RosterRow:
        """Return the row in canonical form; what is wrong stays as typed."""
        self.number = number
        row = RosterRow(
            line=number + 1,
            name=self.name(),
            staff_no=self.number_as_text("staff_no"),
            phone=self.number_as_text("phone"),
            email=str(self.text("email", self.value("email"))),
            department=self.department(),
            post=str(self.text("post", self.value("post"))),
            category=str(self.text("category", self.value("category"))),
            leave_from=self.day("leave_from"),
            leave_to=self.day("leave_to"),
        )
        given = [place for place in ("staff_no", "phone", "email") if self.is_given(place)]
        if not given:
            self.note("name", row.name, "no_way_in")
        return row

    def value(self, place: str) -> CellValue:
        """Return a field's value, "" when the file has no such column; note formulas."""
        column = self.places.get(place)
        if column is None:
            return ""
        value = self.sheet.rows[self.number][column]
        if (self.number, column) in self.sheet.errors:
            self.note(place, "#N/A", "cell_error")
        elif (self.number, column) in self.sheet.formulas:
            if value == "":
                self.note(place, "", "formula_without_value")
            else:
                self.note(place, cell_text(value), "formula", "warning")
        return value

    def is_given(self, place: str) -> bool:
        """Tell whether the cell holds anything, be it wrong."""
        column = self.places.get(place)
        if column is None:
            return False
        here = (self.number, column)
        value = clean_text(cell_text(self.sheet.rows[self.number][column]))
        return bool(value) or here in self.sheet.formulas or here in self.sheet.errors

    def note(
        self, place: str, value: str, code: str, severity: str = "error", mend: str = ""
    ) -> None:
        """Note a problem at the row's cell of a field."""
        cell = cell_address(self.number, self.places[place])
        kept: Literal["error", "warning"] = "warning" if severity == "warning" else "error"
        shown = value if len(value) <= MAX_SHOWN else f"{value[:MAX_SHOWN]}…"
        self.problems.append(
            RosterProblem(self.number + 1, cell, shown, code, kept, place=place, mend=mend)
        )

    def name(self) -> str:
        """Return the name, rare characters and all."""
        value = self.value("name")
        text = clean_person_name(cell_text(value))
        if not isinstance(value, str):
            self.note("name", text, "name_not_text")
        elif not text:
            if not self.has_problem("name"):
                self.note("name", "", "name_missing")
        elif len(text) > MAX_NAME:
            self.note("name", text, "name_too_long")
        elif not any(character.isalpha() for character in text):
            self.note("name", text, "name_odd", "warning")
        elif wide := width_mend("name", text):
            self.note("name", text, "width_mixed", mend=wide)
        return text[:MAX_NAME]

    def has_problem(self, place: str) -> bool:
        """Tell whether the row's cell of a field has been noted already."""
        cell = cell_address(self.number, self.places[place])
        return any(p.cell == cell for p in self.problems[-6:])

    def number_as_text(self, place: str) -> str:
        """Return a staff or phone number, which Excel may have taken for a number or a date.

        A staff number that is a number may have lost its zeros, which nobody can see here: warn.
        """
        value = self.value(place)
        text = fold_width(cell_text(value))
        if not text:
            return ""
        if code := self.spoilt(place, value, text):
            self.note(place, text, code, mend=self.restored(place, value, text))
            return ""
        if place == "staff_no" and not isinstance(value, str):
            self.note(place, text, "staff_no_number", "warning")
        return str(self.text(place, value))

    def restored(self, place: str, value: CellValue, text: str) -> str:
        """Return the phone number that a text in powers of ten still has whole, else ""."""
        return phone_mend(text) if place == "phone" and isinstance(value, str) else ""

    def text(self, place: str, value: CellValue) -> str | tuple[str, ...]:
        """Return a cell as its field means it; note what is wrong."""
        raw = cell_text(value)
        if not clean_text(raw):
            return ""
        reading = read_text(place, raw, self.organisation_code)
        if reading.code:
            self.note(place, clean_text(raw), reading.code, mend=reading.mend)
        return reading.value

    def spoilt(self, place: str, value: CellValue, text: str) -> str:
        """Return what Excel did to a number that should be text, "" when nothing is lost."""
        if isinstance(value, bool | date | datetime | time | timedelta):
            return "cell_is_date"
        if isinstance(value, str):
            return "number_rounded" if _SCIENTIFIC.match(text) else ""
        if float(value) != int(value) or len(text.lstrip("-")) > EXACT_DIGITS:
            return "number_rounded"
        if place == "phone" and int(value) % ROUNDED_ZEROS == 0:
            return "number_rounded"  # a number typed as 1.38E+10 elsewhere comes back whole
        return ""

    def day(self, place: str) -> str:
        """Return a day as 2026-03-01, "" for none."""
        value = self.value(place)
        text = clean_text(cell_text(value))
        if not text or name_key(text) in NO_DAY:
            return ""
        found = day_of(value)
        if found is None:
            self.note(place, text, "bad_day_cell")
        return found.isoformat() if found else ""

    def department(self) -> tuple[str, ...]:
        """Return the path of departments below the unit."""
        found = self.text("department", self.value("department"))
        return found if isinstance(found, tuple) else ()
