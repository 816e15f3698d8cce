"""Kept rosters: a check as the columns of its row, and back."""

import json
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from learning.kernel.errors import Conflict
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.loader import ParsedRoster
from learning.organisations.models import RosterImport
from learning.organisations.queries.rosters import Fingerprint
from learning.organisations.queries.units import UnitView
from learning.organisations.rules.roster import (
    Choice,
    MendedCell,
    RosterPlan,
    RosterProblem,
    RosterRow,
    RosterState,
    RowChoice,
    RowPlan,
    RowStatus,
    Shift,
    Turn,
    turn_of,
)
from learning.organisations.services.roster_leaves import LeaveDesk

CHECKED, APPLIED = "checked", "applied"
OLD_FIELDS = 7  # of a row, kept before what happens with it; those added later stand behind


@dataclass(frozen=True, slots=True)
class CheckedRoster:
    """Rows, what they would change, and the state they were compared with.

    `missing` are the ids of the open memberships in the unit whose person no row means; `leaves`
    notes the leave that rows say, None where nobody keeps any.
    """

    parsed: ParsedRoster
    plan: RosterPlan
    state: RosterState
    organisation_id: int
    fingerprint: Fingerprint
    missing: tuple[int, ...] = ()
    leaves: LeaveDesk | None = None


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A row of a kept roster with what applying it would do."""

    row: RosterRow
    status: RowStatus
    changes: tuple[str, ...]
    shifts: tuple[Shift, ...] = ()

    def is_turn(self, turn: Turn) -> bool:
        """Tell whether it is a row that HR counts so."""
        plan = RowPlan(self.row.line, self.status, changes=self.changes, shifts=self.shifts)
        return turn_of(plan, turn)


def save_check(
    session: Session,
    actor: Actor,
    unit: UnitView,
    checked: CheckedRoster,
    *,
    file_name: str,
    sha256: str,
    creates_departments: bool,
    now: datetime,
) -> str:
    """Keep a checked roster for people to look at; return its public id."""
    row = RosterImport(
        public_id=new_public_id(),
        unit_id=unit.id,
        file_name=file_name[-200:],
        sha256=sha256,
        creates_departments=creates_departments,
        state=CHECKED,
        created_by=actor.user_id,
        created_at=now,
        **as_columns(checked),
    )
    session.add(row)
    session.flush()  # a full disk must show here, not after the redirect was made
    return row.public_id


def renew_check(session: Session, import_id: int, checked: CheckedRoster) -> None:
    """Keep what a later check found; an applied roster stays as it is."""
    session.execute(
        update(RosterImport)
        .where(RosterImport.id == import_id, RosterImport.state == CHECKED)
        .values(**as_columns(checked))
        .execution_options(synchronize_session=False)
    )


def keep_decisions(session: Session, roster: RosterImport, checked: CheckedRoster) -> None:
    """Keep a check of decided rows; Conflict("roster_decided") when others decided meanwhile."""
    done = session.scalars(
        update(RosterImport)
        .where(
            RosterImport.id == roster.id,
            RosterImport.state == CHECKED,
            RosterImport.decisions == roster.decisions,
        )
        .values(**as_columns(checked))
        .returning(RosterImport.id)
        .execution_options(synchronize_session=False)
    ).first()
    if done is None:
        raise Conflict("roster_decided")


def as_columns(checked: CheckedRoster) -> dict[str, str]:
    """Return the columns of a checked roster."""
    parsed = checked.parsed
    plans = {plan.line: plan for plan in checked.plan.rows}
    rows = [
        [
            *astuple(row)[:OLD_FIELDS],
            plans[row.line].status.value,
            list(plans[row.line].changes),
            [astuple(shift) for shift in plans[row.line].shifts],
            *astuple(row)[OLD_FIELDS:],
        ]
        for row in parsed.rows
    ]
    return {
        "rows": _json({"columns": parsed.columns, "rows": rows}),
        "problems": _json(
            {
                "file": [asdict(problem) for problem in parsed.problems],
                "all": [asdict(problem) for problem in checked.plan.problems],
            }
        ),
        "counts": json.dumps({**checked.plan.counts, "missing": len(checked.missing)}),
        "decisions": _json(decisions_of(parsed)),
        "missing": json.dumps(checked.missing, separators=(",", ":")),
    }


def decisions_of(parsed: ParsedRoster) -> dict[str, Any]:
    """Return what people decided about a roster, as plain data; {} when nothing."""
    found = {
        "mended": [asdict(cell) for cell in parsed.mended],
        "kept": list(parsed.kept),
        "choices": {
            str(line): [choice.choice.value, choice.owner_id]
            for line, choice in parsed.choices.items()
        },
    }
    return {name: value for name, value in found.items() if value}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def kept_rows(roster: RosterImport) -> list[KeptRow]:
    """Return the rows of a kept roster in order."""
    return [
        KeptRow(
            RosterRow(line, name, staff_no, phone, email, tuple(department), post, *rest[1:]),
            RowStatus(status),
            tuple(changes),
            tuple(Shift(*shift) for shifts in rest[:1] for shift in shifts),
        )
        # Of older rosters the rest is empty, or shifts without all the later fields behind them.
        for line, name, staff_no, phone, email, department, post, status, changes, *rest in (
            json.loads(roster.rows)["rows"]
        )
    ]


def kept_problems(roster: RosterImport) -> list[RosterProblem]:
    """Return the problems of a kept roster by line."""
    return _problems(json.loads(roster.problems)["all"])


def kept_mends(roster: RosterImport) -> list[MendedCell]:
    """Return the proposals that were taken, in their order."""
    return [MendedCell(**cell) for cell in json.loads(roster.decisions).get("mended", [])]


def kept_missing(roster: RosterImport) -> list[int]:
    """Return the ids of the memberships, open at the check, whose person no row means."""
    return list(json.loads(roster.missing))


def kept_parse(roster: RosterImport) -> ParsedRoster:
    """Return a kept roster as it was read and decided, to be compared anew."""
    decisions = json.loads(roster.decisions)
    return ParsedRoster(
        rows=[kept.row for kept in kept_rows(roster)],
        columns=json.loads(roster.rows)["columns"],
        problems=_problems(json.loads(roster.problems)["file"]),
        mended=kept_mends(roster),
        kept=list(decisions.get("kept", [])),
        choices={
            int(line): RowChoice(Choice(choice), owner)
            for line, (choice, owner) in decisions.get("choices", {}).items()
        },
    )


def _problems(entries: Sequence[dict[str, Any]]) -> list[RosterProblem]:
    return [
        RosterProblem(**{**entry, "offers": tuple(entry.get("offers", ()))}) for entry in entries
    ]
