"""Rosters: checked without a trace, decided on by people, then applied as one act or not at all.

Reading and comparing happen before the transaction (`check_roster`, `prepare`); the transaction
verifies by a fingerprint that nothing has changed since, and writes in bulk.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning.accounts.rules import pinyin_sort_key
from learning.accounts.services.bulk import draft_person
from learning.kernel import audit
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor
from learning.organisations.loader import ParsedRoster, mend_cells
from learning.organisations.models import RosterImport
from learning.organisations.queries import (
    fingerprint,
    load_roster_state,
    organisation_of_unit,
)
from learning.organisations.queries.leaving import list_missing_ids
from learning.organisations.queries.units import UnitView
from learning.organisations.rules.planning import plan_roster
from learning.organisations.rules.roster import (
    Choice,
    RosterPlan,
    RosterProblem,
    RowChoice,
    RowStatus,
)
from learning.organisations.services.acts import begin_act
from learning.organisations.services.roster_keeping import (
    APPLIED,
    CHECKED,
    CheckedRoster,
    KeptRow,
    as_columns,
    decisions_of,
    keep_decisions,
    kept_mends,
    kept_missing,
    kept_parse,
    kept_problems,
    kept_rows,
    renew_check,
    save_check,
)
from learning.organisations.services.roster_writing import PreparedRoster, RosterWriter

__all__ = [
    "APPLIED",
    "CHECKED",
    "CheckedRoster",
    "KeptRow",
    "PreparedRoster",
    "apply_roster",
    "check_roster",
    "choose_for_rows",
    "keep_decisions",
    "kept_mends",
    "kept_missing",
    "kept_parse",
    "kept_problems",
    "kept_rows",
    "prepare",
    "renew_check",
    "save_check",
    "take_mends",
]


def check_roster(
    session: Session,
    unit: UnitView,
    parsed: ParsedRoster,
    *,
    creates_departments: bool,
    now: datetime,
) -> CheckedRoster:
    """Compare rows with the present; reads only. `parsed.problems` are those of the file alone."""
    organisation_id = organisation_of_unit(session, unit.id, now).id
    mark = fingerprint(session, organisation_id)
    state = load_roster_state(session, unit, parsed.rows, now)
    plan = plan_roster(
        parsed.rows,
        state,
        columns=parsed.columns,
        file_problems=parsed.problems,
        creates_departments=creates_departments,
        choices=parsed.choices,
        kept_cells=parsed.kept,
    )
    missing = _missing(session, unit, plan, now)
    return CheckedRoster(parsed, plan, state, organisation_id, mark, missing)


def take_mends(
    parsed: ParsedRoster,
    problems: Collection[RosterProblem],
    *,
    keeps: Collection[RosterProblem] = (),
    organisation_code: str,
) -> ParsedRoster:
    """Return the roster with proposals taken, and cells kept as they are against a proposal.

    The file is not asked for again; what was taken is kept with the roster.
    """
    mended = mend_cells(parsed, list(problems), organisation_code=organisation_code)
    cells = {problem.cell for problem in keeps}
    return replace(mended, kept=sorted({*parsed.kept, *cells}))


def choose_for_rows(
    parsed: ParsedRoster, problems: Collection[RosterProblem], chosen: Mapping[int, Choice]
) -> ParsedRoster:
    """Return the roster with choices about staff numbers; those not offered are left out.

    `problems` are those shown: a choice counts for the holder that people saw.
    """
    asked = {p.line: p for p in problems if p.code == "staff_no_other_name"}
    choices = dict(parsed.choices)
    for line, choice in chosen.items():
        if line in asked and choice.value in asked[line].offers:
            choices[line] = RowChoice(choice, asked[line].holder_id)
    return replace(parsed, choices=choices)


def _missing(session: Session, unit: UnitView, plan: RosterPlan, now: datetime) -> tuple[int, ...]:
    """Return the memberships of people in no row; none while some rows may mean anybody."""
    if any(row.status in {RowStatus.ERROR, RowStatus.UNDECIDED} for row in plan.rows):
        return ()
    meant = {row.user_id for row in plan.rows if row.user_id is not None}
    meant |= {row.old_holder for row in plan.rows if row.old_holder is not None}
    return list_missing_ids(session, unit.id, meant, now)


def prepare(checked: CheckedRoster) -> PreparedRoster:
    """Compute ids and sort keys of new people and names.

    Raises Conflict("roster_has_errors"), Conflict("roster_undecided").
    """
    found = {problem.severity for problem in checked.plan.problems}
    if "error" in found:
        raise Conflict("roster_has_errors")
    if "choice" in found:
        raise Conflict("roster_undecided")
    rows = {row.line: row for row in checked.parsed.rows}
    plans = checked.plan.rows
    new = [plan.line for plan in plans if plan.status is RowStatus.NEW]
    people = {line: draft_person(rows[line].name) for line in new}
    renamed = {p.line: pinyin_sort_key(rows[p.line].name) for p in plans if p.old_name}
    return PreparedRoster(checked, people, renamed, as_columns(checked))


def apply_roster(
    session: Session,
    actor: Actor,
    roster_id: int,
    *,
    unit: UnitView,
    prepared: PreparedRoster,
    now: datetime,
) -> bool:
    """Write a prepared roster, whole or not at all; False when it has been applied already.

    Raises Conflict("roster_stale") when units, people or log-in names have changed since the
    check: check again.
    """
    act = begin_act(session, actor, now)
    claimed = session.scalars(
        update(RosterImport)
        .where(RosterImport.id == roster_id, RosterImport.state == CHECKED)
        .values(state=APPLIED, applied_at=now, **prepared.columns)
        .returning(RosterImport.public_id)
        .execution_options(synchronize_session=False)
    ).first()
    if claimed is None:
        return False
    checked = prepared.checked
    if fingerprint(session, checked.organisation_id) != checked.fingerprint:
        raise Conflict("roster_stale")
    try:
        RosterWriter(session, unit, prepared, act).write()
    except IntegrityError as error:
        raise Conflict("roster_stale") from error
    audit.log(
        session,
        "roster.applied",
        unit.public_id,
        actor_id=actor.user_id,
        now=now,
        details={
            "roster": claimed,
            **checked.plan.counts,
            "decisions": decisions_of(checked.parsed),
        },
    )
    return True
