"""Keyings of many answer sheets from a file: all of them or none, each as if it had been typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from learning.exams.loader import KeyedRow
from learning.exams.queries import sheets as queries
from learning.exams.queries.sheets import Candidate, SheetDesk
from learning.exams.rules.keying import TOTAL, plain
from learning.exams.rules.sheets import SheetState
from learning.exams.services.keying import FILE, add_keying
from learning.exams.services.reading_sheets import Papers, read_keying
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.permissions import Actor


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What came of a row: whose sheet it is, and how the sheet stands."""

    number: int
    candidate: Candidate
    state: SheetState
    is_total: bool


def key_rows(
    session: Session,
    actor: Actor,
    desk: SheetDesk,
    *,
    rows: Sequence[KeyedRow],
    now: datetime,
) -> list[RowOutcome]:
    """Key a sheet a row, as this person's own keying; return what came of each.

    Raises Invalid with every problem of every row, its place the cell: nothing is to be kept then.
    Codes beside those of a typed keying: `nobody`, `several`, and the conflicts of `add_keying`.
    """
    papers = Papers(desk)
    texts = {plain(row.candidate.text) for row in rows}
    people = queries.find_candidates(session, desk, texts)
    outcomes, problems = [], list[Problem]()
    for row in rows:
        found = people.get(plain(row.candidate.text), [])
        reading = read_keying(session, papers, row.texts, now)
        faults = [_in_cell(row, each) for each in reading.problems]
        if len(found) != 1:
            code = "several" if found else "nobody"
            faults.insert(0, Problem("", row.number, row.candidate.address, code, code))
        if faults:
            problems += faults
            continue
        try:
            sheet = add_keying(
                session, actor, papers, found[0].user_id, reading.values, source=FILE, now=now
            )
        except Conflict as conflict:
            place = row.candidate.address
            problems.append(Problem("", row.number, place, conflict.code, conflict.code))
            continue
        state = SheetState(sheet.state)
        outcomes.append(RowOutcome(row.number, found[0], state, bool(reading.values.get(TOTAL))))
    if problems:
        raise Invalid(problems, "keying")
    return outcomes


def _in_cell(row: KeyedRow, problem: Problem) -> Problem:
    cell = row.cells.get(problem.place)
    address = cell.address if cell else row.candidate.address
    return Problem("", row.number, address, problem.code, problem.place)
