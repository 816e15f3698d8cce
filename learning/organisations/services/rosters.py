"""Rosters: checked without a trace, decided on by people, then applied as one act or not at all.

Reading and comparing happen before the transaction (`check_roster`, `prepare`); the transaction
verifies by a fingerprint that nothing has changed since, and writes in bulk.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning.accounts.rules import pinyin_sort_key
from learning.accounts.services.bulk import draft_person
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor
from learning.organisations.loader import ParsedRoster, mend_cells
from learning.organisations.models import RosterImport
from learning.organisations.queries import (
    fingerprint,
    load_roster_state,
    organisation_of_unit,
)
from learning.organisations.queries.leaving import any_place_since, list_missing_ids, list_places
from learning.organisations.queries.units import UnitView, departments_below, list_path
from learning.organisations.rules.leaves import plan_leaves
from learning.organisations.rules.planning import plan_roster
from learning.organisations.rules.posts import retired_post_problems, with_present_posts
from learning.organisations.rules.roster import (
    Choice,
    RosterPlan,
    RosterProblem,
    RowChoice,
    RowStatus,
)
from learning.organisations.services.acts import Act, begin_act, check_unmoved_since, log_act
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
from learning.organisations.services.roster_leaves import (
    LeaveDesk,
    note_leaves,
)
from learning.organisations.services.roster_undoing import done_json, may_undo, undo_roster
from learning.organisations.services.roster_writing import PreparedRoster, RosterWriter
from learning.organisations.services.transfers import chunks

__all__ = [
    "APPLIED",
    "CHECKED",
    "MAX_TOGETHER",
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
    "may_undo",
    "prepare",
    "renew_check",
    "save_check",
    "take_mends",
    "undo_roster",
]

MAX_TOGETHER = 5_000  # people who leave in one act: each has an audit entry


def check_roster(
    session: Session,
    unit: UnitView,
    parsed: ParsedRoster,
    *,
    creates_departments: bool,
    now: datetime,
    leaves: LeaveDesk | None = None,
) -> CheckedRoster:
    """Compare rows with the present; reads only. `parsed.problems` are those of the file alone.

    Without `leaves` the columns of leave say nothing.
    """
    organisation = organisation_of_unit(session, unit.id, now)
    organisation_id = organisation.id
    mark = fingerprint(session, organisation_id)
    state = load_roster_state(session, unit, parsed.rows, now)
    rows = with_present_posts(parsed.rows, state)
    plan = plan_roster(
        rows,
        state,
        columns=parsed.columns,
        file_problems=[*parsed.problems, *retired_post_problems(rows, state, parsed.columns)],
        creates_departments=creates_departments,
        choices=parsed.choices,
        kept_cells=parsed.kept,
    )
    if leaves is not None:
        people = [row.user_id for row in plan.rows if row.user_id is not None]
        plan = plan_leaves(
            plan,
            parsed.rows,
            leaves.known(session, organisation_id, people),
            columns=parsed.columns,
            zone=organisation.timezone,
            now=now,
        )
    missing = _missing(session, unit, plan, now)
    return CheckedRoster(parsed, plan, state, organisation_id, mark, missing, leaves)


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
    effective_at: datetime | None = None,
    leaving: Sequence[int] = (),
) -> bool:
    """Write a prepared roster, whole or not at all; False when it has been applied already.

    New places begin and old ones end at `effective_at`, None for now. `leaving` are memberships of
    people who stand in no row, at most `MAX_TOGETHER`, that end in the same act.
    Raises Conflict("roster_stale") when units, people or log-in names have changed since the
    check: check again. Conflict("roster_too_early" | "changed_since") when a place or a unit
    changed after `effective_at`, Conflict("roster_too_many_leave"), Invalid for a later instant.
    """
    act = begin_act(session, actor, now, effective_at)
    if len(leaving) > MAX_TOGETHER:
        raise Conflict("roster_too_many_leave")
    claimed = session.scalars(
        update(RosterImport)
        .where(RosterImport.id == roster_id, RosterImport.state == CHECKED)
        .values(state=APPLIED, applied_at=now, effective_at=act.effective_at, **prepared.columns)
        .returning(RosterImport.public_id)
        .execution_options(synchronize_session=False)
    ).first()
    if claimed is None:
        return False
    checked = prepared.checked
    if fingerprint(session, checked.organisation_id) != checked.fingerprint:
        raise Conflict("roster_stale")
    if not set(leaving) <= set(checked.missing):
        raise Conflict("roster_stale")
    if act.effective_at < now:
        _check_day(session, unit, checked, leaving, act)
    try:
        writer = RosterWriter(session, unit, prepared, act, leaving)
        done = writer.write()
        if checked.leaves is not None:
            plans, desk = checked.plan.rows, checked.leaves
            made, ended = note_leaves(
                session, actor, desk, checked.organisation_id, plans, writer.users, now
            )
            done = replace(done, leaves_made=made, leaves_ended=ended)
    except IntegrityError as error:
        raise Conflict("roster_stale") from error
    counts = {**json.loads(prepared.columns["counts"]), "left": done.left}
    session.execute(
        update(RosterImport)
        .where(RosterImport.id == roster_id)
        .values(done=done_json(done), counts=json.dumps(counts))
        .execution_options(synchronize_session=False)
    )
    details = {"roster": claimed, **counts, "decisions": decisions_of(checked.parsed)}
    log_act(session, "roster.applied", unit, act, details)
    return True


def _check_day(
    session: Session, unit: UnitView, checked: CheckedRoster, leaving: Sequence[int], act: Act
) -> None:
    """Raise Conflict when something that the act builds on changed after its date."""
    if unit.created_at > act.effective_at:
        raise Conflict("changed_since")
    check_unmoved_since(session, [u.id for u in list_path(session, unit.id, act.recorded_at)], act)
    inside = session.scalars(departments_below([unit.id], act.recorded_at)).all()
    for part in chunks(inside):
        check_unmoved_since(session, part, act)
    plans = checked.plan.rows
    people = {row.user_id for row in plans if row.user_id and row.status is RowStatus.CHANGED}
    people |= {row.old_holder for row in plans if row.old_holder}
    people |= {place.user_id for place in list_places(session, leaving, act.recorded_at)}
    if any_place_since(session, people, act.effective_at):
        raise Conflict("roster_too_early")
