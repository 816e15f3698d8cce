"""Rosters: upload, the dry run's pages, apply."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from learning.kernel.clock import utc_now
from learning.kernel.documents import BadDocument, Limits, read_sheet
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Actor, Permission
from learning.organisations import queries, words
from learning.organisations.forms import RosterForm
from learning.organisations.loader import ParsedRoster, parse_roster
from learning.organisations.models import RosterImport
from learning.organisations.queries import UnitView
from learning.organisations.queries.codes import count_waiting
from learning.organisations.routes.blueprint import (
    PAGE_SIZE,
    bp,
    is_in_reach,
    leave_desk,
    page_link,
    pages_of,
    trail_of,
)
from learning.organisations.rules.names import clean_text
from learning.organisations.rules.roster import RosterProblem, RowStatus, Turn
from learning.organisations.rules.units import problem as problem_of
from learning.organisations.services import rosters as services
from learning.organisations.services.roster_leaves import LeaveDesk
from learning.organisations.words import _
from learning.organisations.words import rosters as roster_words
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

IMPORT = Permission.ORG_ROSTER_IMPORT
KEEPABLE = "staff_no_zeros"  # a number may be right although all others are longer
FIRST_YEAR = 1950  # an earlier day is a slip
_OCCASIONAL = frozenset({RowStatus.UNDECIDED, RowStatus.SKIPPED})


@bp.route("/<raw_public_id>/roster", methods=["GET", "POST"])
@requires(IMPORT)
def roster(raw_public_id: str) -> ResponseReturnValue:
    """Upload a roster: it is checked, nothing is changed yet."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        unit = queries.get_unit_in_reach(session, actor, IMPORT, raw_public_id, now)
        organisation = queries.organisation_of_unit(session, unit.id, now)
    form = RosterForm()
    if not form.validate_on_submit():
        return _upload_page(form, unit, organisation.code, now)
    creates = bool(form.creates_departments.data)
    try:
        raw = _uploaded(form.file.data)
        parsed = parse_roster(read_sheet(raw), organisation_code=organisation.code)
    except BadDocument as error:
        form.file.errors = [words.document_words(error)]
        return _upload_page(form, unit, organisation.code, now)
    with transaction.reading() as session:
        checked = _check(session, unit, parsed, now, creates=creates)
    public_id = services.save_check(
        db_session(),
        actor,
        unit,
        checked,
        file_name=clean_text(form.file.data.filename or ""),
        sha256=hashlib.sha256(raw).hexdigest(),
        creates_departments=creates,
        now=now,
    )
    return redirect(preview_url(unit, public_id), 303)


def _uploaded(file: FileStorage | None) -> bytes:
    """Return the file's bytes, one more than allowed at most: then it is refused as too large."""
    if not isinstance(file, FileStorage):
        raise BadDocument("document_empty")
    return file.stream.read(Limits().file_bytes + 1)


def _upload_page(
    form: RosterForm, unit: UnitView, organisation_code: str, now: datetime
) -> ResponseReturnValue:
    with transaction.reading() as session:
        page = render_template(
            "organisations/roster.html",
            unit=unit,
            form=form,
            organisation_code=organisation_code,
            rosters=[
                (view, json.loads(view.counts), preview_url(unit, view.public_id))
                for view in queries.list_rosters(session, unit.id)
            ],
            trail=trail_of(session, current_actor(), unit, now, (_("花名册"), None)),
        )
    return page, 400 if request.method == "POST" else 200


def preview_url(unit: UnitView, public_id: str, show: str | None = None) -> str:
    """Return the address of a roster's check."""
    return url_for(
        "organisations.roster_preview",
        raw_public_id=unit.public_id,
        raw_import_id=public_id,
        show=show,
    )


@bp.get("/<raw_public_id>/roster/<raw_import_id>")
@requires(IMPORT)
def roster_preview(raw_public_id: str, raw_import_id: str) -> ResponseReturnValue:
    """Show what a roster would change, row by row, with the faults by cell."""
    session, now, actor = db_session(), utc_now(), current_actor()
    unit = queries.get_unit_in_reach(session, actor, IMPORT, raw_public_id, now)
    kept = queries.get_roster(session, unit.id, raw_import_id)
    counts = json.loads(kept.counts)
    problems = services.kept_problems(kept)
    is_open = kept.state == services.CHECKED and kept.emptied_at is None
    shown = _filter(counts)
    rows = [r for r in services.kept_rows(kept) if _is_shown(r, shown)]
    page = page_number(request.args)
    blocked = any(problem.severity in {"error", "choice"} for problem in problems)
    mended = services.kept_mends(kept)
    return render_template(
        "organisations/roster_preview.html",
        unit=unit,
        roster=kept,
        counts=counts,
        shown=shown,
        filters=[
            (s.value, roster_words.status_words(s)[0], counts.get(s.value, 0))
            for s in RowStatus
            if s not in _OCCASIONAL or counts.get(s.value, 0)
        ]
        + [
            (t.value, roster_words.turn_words(t), counts[t.value])
            for t in Turn
            if counts.get(t.value, 0)
        ],
        filter_url=lambda value: preview_url(unit, kept.public_id, show=value),
        has_leave=any(r.row.leave_from or r.row.leave_to for r in rows),
        notes_leave=_leaves(session, unit, now) is not None,
        lines=_lines(rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE], problems),
        file_problems=_file_problems(kept, problems)[:PAGE_SIZE],
        may_apply=is_open and not blocked,
        is_open=is_open,
        today=now.astimezone(ZoneInfo(unit.timezone)).date().isoformat(),
        most_leaving=services.MAX_TOGETHER,
        may_undo=services.may_undo(kept),
        waiting=_count_waiting(session, actor, unit, kept, now),
        groups=proposal_groups(problems) if is_open else [],
        proposals=sum(1 for p in problems if p.mend and p.severity == "error"),
        mended=[(m, words.place_words(m.place)) for m in mended[:PAGE_SIZE]],
        mended_total=len(mended),
        page=page,
        pages=pages_of(len(rows)),
        total=len(rows),
        page_url=page_link(
            "organisations.roster_preview",
            raw_public_id=unit.public_id,
            raw_import_id=kept.public_id,
            show=shown,
        ),
        trail=trail_of(
            session,
            actor,
            unit,
            now,
            (_("花名册"), url_for("organisations.roster", raw_public_id=unit.public_id)),
            (kept.file_name or kept.public_id, None),
        ),
    )


def _count_waiting(
    session: Session, actor: Actor, unit: UnitView, kept: RosterImport, now: datetime
) -> int | None:
    """Return how many of the unit wait for a code once a roster stands; None: no codes here."""
    stands = kept.state == services.APPLIED and kept.undone_at is None
    if not stands or not is_in_reach(session, actor, Permission.ORG_CODES_ISSUE, unit, now):
        return None
    return count_waiting(session, actor, unit, now)


def _filter(counts: dict[str, int]) -> str:
    """Return which rows to show: the wrong ones first, when there are any."""
    asked = request.args.get("show", "")
    if asked in {"all", *RowStatus, *Turn}:
        return asked
    urgent = (RowStatus.ERROR, RowStatus.UNDECIDED)
    return next((status.value for status in urgent if counts.get(status, 0)), "all")


def _is_shown(kept: services.KeptRow, shown: str) -> bool:
    """Tell whether a filter shows a row: all, what happens with it, or what it brings a person."""
    if shown in set(Turn):
        return kept.is_turn(Turn(shown))
    return shown in {"all", kept.status.value}


@dataclass(frozen=True, slots=True)
class ProposalGroup:
    """Proposals of one kind, taken or refused together; `key` names the group in forms."""

    key: str
    place: str
    what: str
    sample: RosterProblem
    cells: tuple[str, ...]
    may_keep: bool


def group_key(problem: RosterProblem) -> str:
    """Return what names the group of a proposal: departments and posts by what stands there."""
    value = problem.value if problem.place in {"department", "post"} else ""
    text = f"{problem.code}\n{problem.place}\n{value}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def proposal_groups(problems: list[RosterProblem]) -> list[ProposalGroup]:
    """Return the proposals by kind, the commonest first, at most 50 kinds."""
    found: dict[str, list[RosterProblem]] = {}
    for problem in problems:
        if problem.mend and problem.severity in {"error", "warning"}:
            found.setdefault(group_key(problem), []).append(problem)
    groups = [
        ProposalGroup(
            key=key,
            place=words.place_words(group[0].place),
            what=words.roster_words(group[0])[0],
            sample=group[0],
            cells=tuple(problem.cell for problem in group),
            may_keep=group[0].code == KEEPABLE,
        )
        for key, group in found.items()
    ]
    return sorted(groups, key=lambda group: -len(group.cells))[:PAGE_SIZE]


def _lines(rows: list[services.KeptRow], problems: list[RosterProblem]) -> list[dict[str, Any]]:
    by_line: dict[int, list[RosterProblem]] = {}
    for problem in problems:
        by_line.setdefault(problem.line, []).append(problem)
    return [
        {
            "row": kept.row,
            "department": " / ".join(kept.row.department),
            "category": words.category_words(kept.row.category),
            "status": roster_words.status_words(kept.status),
            "changes": roster_words.change_words(kept.changes),
            "shifts": [roster_words.shift_words(shift) for shift in kept.shifts],
            "problems": [_problem_line(p) for p in by_line.get(kept.row.line, [])],
            "choice": next((_choice(p) for p in by_line.get(kept.row.line, []) if p.offers), None),
        }
        for kept in rows
    ]


def _choice(problem: RosterProblem) -> dict[str, Any]:
    return {
        "name": f"choice-{problem.line}",
        "made": problem.mend,
        "offers": [
            (offer, *roster_words.choice_words(offer, problem.other)) for offer in problem.offers
        ],
    }


def _problem_line(problem: RosterProblem) -> dict[str, Any]:
    what, how = words.roster_words(problem)
    return {
        "mend": "" if problem.offers else problem.mend,
        "may_keep": problem.code == KEEPABLE,
        "cell": problem.cell,
        "value": problem.value,
        "what": what,
        "how": how,
        "severity": problem.severity,
    }


def _file_problems(kept: RosterImport, problems: list[RosterProblem]) -> list[dict[str, Any]]:
    """Return the problems of no row: those of the header."""
    lines = {row.row.line for row in services.kept_rows(kept)}
    return [_problem_line(problem) for problem in problems if problem.line not in lines]


@bp.post("/<raw_public_id>/roster/<raw_import_id>/apply")
@requires(IMPORT)
def roster_apply(raw_public_id: str, raw_import_id: str) -> ResponseReturnValue:
    """Check once more against the present, then write everything or nothing."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        unit = queries.get_unit_in_reach(session, actor, IMPORT, raw_public_id, now)
        kept = queries.get_roster(session, unit.id, raw_import_id)
        to_preview = redirect(preview_url(unit, kept.public_id), 303)
        if kept.emptied_at is not None:
            flash(_("这份花名册的内容已按期删除，请重新上传。"), "error")
            return to_preview
        if kept.state == services.APPLIED:
            flash(_("这份花名册已经导入，没有重复导入。"), "success")
            return to_preview
        checked = check_again(session, unit, kept, services.kept_parse(kept), now)
    try:
        prepared = services.prepare(checked)
        services.apply_roster(
            db_session(), actor, kept.id, unit=unit, prepared=prepared, now=now,
            effective_at=_asked_day(unit, now), leaving=_asked_leaving(checked),
        )  # fmt: skip
    except (Conflict, Invalid) as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        with transaction.reading() as session:
            checked = check_again(session, unit, kept, checked.parsed, now)
        services.renew_check(db_session(), kept.id, checked)
        flash(_refusal_words(error), "error")
        return to_preview
    counts, left = checked.plan.counts, len(checked.missing) if request.form.get("leaving") else 0
    flash(
        _("已导入：新增 %(new)s 人，变更 %(changed)s 人，无变化 %(unchanged)s 人。", **counts),
        "success",
    )
    if left:
        flash(_("%(n)s 人次的任职同时结束。", n=left), "success")
    return to_preview


def _asked_day(unit: UnitView, now: datetime) -> datetime | None:
    """Return when the day given begins in the unit's zone, None for none and for today: now."""
    raw = request.form.get("effective_on", "").strip()
    if not raw:
        return None
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        raise Invalid([problem_of("effective_at", "bad_day")]) from None
    zone = ZoneInfo(unit.timezone)
    today = now.astimezone(zone).date()
    if day > today:
        raise Invalid([problem_of("effective_at", "date_in_future")])
    if day.year < FIRST_YEAR:
        raise Invalid([problem_of("effective_at", "bad_day")])
    return None if day == today else datetime.combine(day, time(), zone).astimezone(UTC)


def _asked_leaving(checked: services.CheckedRoster) -> tuple[int, ...]:
    """Return the places to end; Conflict when their number is not the one that people saw."""
    raw = request.form.get("leaving", "")
    if not raw:
        return ()
    if raw != str(len(checked.missing)):
        raise Conflict("roster_stale")
    return checked.missing


def _refusal_words(error: Conflict | Invalid) -> str:
    if isinstance(error, Invalid):
        return words.field_words(error.problems[0])
    return words.conflict_words(error)


def check_again(
    session: Session, unit: UnitView, kept: RosterImport, parsed: ParsedRoster, now: datetime
) -> services.CheckedRoster:
    """Compare a kept roster with the present."""
    return _check(session, unit, parsed, now, creates=kept.creates_departments)


def _check(
    session: Session, unit: UnitView, parsed: ParsedRoster, now: datetime, *, creates: bool
) -> services.CheckedRoster:
    leaves = _leaves(session, unit, now)
    return services.check_roster(
        session, unit, parsed, creates_departments=creates, now=now, leaves=leaves
    )


def _leaves(session: Session, unit: UnitView, now: datetime) -> LeaveDesk | None:
    """Return who keeps leave; None where the reader imports rosters, but may note no leave."""
    reach = queries.units_in_reach(session, current_actor(), Permission.COMPLIANCE_MANAGE, now)
    may_note = session.scalar(reach.where(reach.selected_columns[0] == unit.id)) is not None
    return leave_desk() if may_note else None
