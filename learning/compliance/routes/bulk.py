"""Bulk acts on people of the grid: looked at first, with who is left out, then done as one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from learning.compliance.queries import bulk, filters
from learning.compliance.queries.names import list_schemes
from learning.compliance.routes import grid_words as words
from learning.compliance.routes.blueprint import bp, zone
from learning.compliance.routes.bulk_limits import within_limit
from learning.compliance.routes.bulk_wish import (
    ACTS,
    Wish,
    back_url,
    read_wish,
    title_of,
    typed_numbers,
)
from learning.compliance.routes.scope import day_of
from learning.compliance.rules.assignments import AssignmentPlan, Audience, DueKind, Goal
from learning.compliance.rules.requirements import Period, end_of_day
from learning.compliance.services import assignments
from learning.compliance.services.bulk_exemptions import (
    end_statuses,
    exempt_people,
    note_statuses,
)
from learning.compliance.words import _
from learning.compliance.words.assignments import problem_words
from learning.compliance.words.coverage import in_language
from learning.compliance.words.exemptions import kind_choices, refusal_words
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid, NotFound, Problem
from learning.kernel.permissions import Permission
from learning.organisations.queries import list_path, organisation_of_unit
from learning.study.queries import tracks as study_tracks
from learning.study.rules.hours import start_of_day
from learning.study.services import tracks as study
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session, reading

# The field of the form that a problem belongs to; what belongs to none is said above the form.
FIELDS = {
    "from": "from",
    "to": "to",
    "ends": "to",
    "reason": "reason",
    "due": "due",
    "due_date": "due",
    "back": "back",
}

NAMES_SHOWN = 20
_DAY = timedelta(days=1)


@bp.get("/grid/bulk")
@requires(Permission.COMPLIANCE_READ)
def bulk_left() -> ResponseReturnValue:
    """Lead back to the grid: a look is sent, and has no address to come back to."""
    return redirect(url_for("compliance.grid"))


@bp.get("/grid/bulk/<raw_act>")
@requires(Permission.COMPLIANCE_READ)
def bulk_act_left(raw_act: str) -> ResponseReturnValue:
    """Lead back to the grid from an act that was refused, read in another language."""
    if raw_act not in ACTS:
        raise NotFound("act")
    return redirect(url_for("compliance.grid"))


@bp.post("/grid/bulk")
@requires(Permission.COMPLIANCE_READ)
@within_limit
def bulk_preview() -> ResponseReturnValue:
    """Show whom an act would reach and who is left out and why; nothing is done."""
    return _look(read_wish(), {})


def _look(wish: Wish, faults: Mapping[str, str]) -> str:
    """Return the look; with what was sent still in the form, each fault by its field."""
    now, actor = utc_now(), current_actor()
    unknown: list[str] = []
    typed = typed_numbers()
    with reading() as session:
        if typed:
            people, unknown = bulk.find_by_numbers(session, actor, typed, ACTS[wish.act], now)
            wish = replace(wish, people=people)
        chosen = bulk.choose(
            session, actor, wish.wanted, wish.people, now, permission=ACTS[wish.act]
        )
        aims = _aims(session, actor, wish, now)
        wish = _aimed(wish, aims)
        reached = _reached(session, actor, chosen, wish, now) if wish.aim else None
    left = {} if reached is None else {why: who for why, who in reached.left_out.items() if who}
    return render_template(
        "compliance/bulk.html",
        wish=wish,
        chosen=chosen,
        seen=bulk.mark_of(chosen),
        reached=reached,
        left=[(_reason(why, wish.act), len(who), who[:NAMES_SHOWN]) for why, who in left.items()],
        numbers=typed,
        unknown=unknown,
        aims=aims,
        title=title_of(wish.act),
        kept=words.kept_of(wish.wanted),
        today=now.astimezone(ZoneInfo(zone())).date().isoformat(),
        back=back_url(wish),
        faults=faults,
        given=request.form,
    )


def _aimed(wish: Wish, aims: Sequence[tuple[str, str]]) -> Wish:
    """Aim at the scheme that the list was narrowed to, where the act is about one and none is said.

    Who comes from the gaps of a scheme has chosen it there.
    """
    is_known = any(value == wish.wanted.scheme for value, _words in aims)
    return replace(wish, aim=wish.wanted.scheme) if not wish.aim and is_known else wish


def _refuse(wish: Wish, error: Invalid) -> ResponseReturnValue:
    """Return the look once more with what is wrong; nothing of the act is kept."""
    db_session().rollback()  # the page answers, so what was begun must not be committed
    say = problem_words().__getitem__ if wish.act == "task" else refusal_words
    faults = {FIELDS.get(one.place, ""): say(one.code) for one in reversed(error.problems)}
    return _look(wish, faults), 400


def _as_looked_at(wish: Wish, chosen: Sequence[bulk.Chosen]) -> None:
    """Answer with a new look where others are meant than the look named: nothing is done then."""
    seen = request.form.get("seen", "")
    if seen and seen != bulk.mark_of(chosen):
        db_session().rollback()
        changed = _("预览之后，符合条件的人有变化；下面是最新的名单，请看一遍再提交。")
        abort(make_response(_look(wish, {"": changed}), 409))


@bp.post("/grid/bulk/track")
@requires(Permission.TRACK_ASSIGN)
@within_limit
def bulk_track() -> ResponseReturnValue:
    """Enrol those whom the look named in a track."""
    now, actor, wish = utc_now(), current_actor(), read_wish("track")
    session = db_session()
    chosen = bulk.choose(session, actor, wish.wanted, wish.people, now, permission=ACTS["track"])
    _as_looked_at(wish, chosen)
    reached = bulk.reach_by_track(session, chosen, wish.aim)
    ids = [one.user_id for one in reached.people]
    made = study.enrol_people(session, actor, ids, wish.aim, is_by_post=False, now=now)
    flash(_("已为 %(n)s 人选定培养方向。", n=made), "success")
    return redirect(back_url(wish), 303)


@bp.post("/grid/bulk/task")
@requires(Permission.ASSIGNMENT_MANAGE)
@within_limit
def bulk_task() -> ResponseReturnValue:
    """Give those whom the look named the task to earn a scheme by a day."""
    now, actor, wish = utc_now(), current_actor(), read_wish("task")
    session = db_session()
    chosen = bulk.choose(session, actor, wish.wanted, wish.people, now, permission=ACTS["task"])
    _as_looked_at(wish, chosen)
    unit = bulk.unit_of_act(session, actor, wish.wanted.unit, ACTS["task"], now)
    reached = bulk.reach_by_task(session, chosen, unit, wish.aim, now)
    timezone = organisation_of_unit(session, unit.id, now).timezone
    plan = AssignmentPlan(
        raw_unit=unit.public_id,
        title=request.form.get("title", "").replace("\0", "").strip()[:100] or _("取得证书"),
        goal=Goal.SCHEME,
        raw_goal=wish.aim,
        audience=Audience.PEOPLE,
        due_kind=DueKind.DATE,
        people=tuple(enumerate(reached.numbers, start=1)),
    )
    try:
        (due,) = _days(now, timezone, "due")
        plan = replace(plan, due_at=None if due is None else end_of_day(due, timezone))
        made = assignments.assign(session, actor, plan, now=now)
    except Invalid as error:
        return _refuse(wish, error)
    flash(_("已向 %(n)s 人派发培训任务。", n=len(reached.numbers)), "success")
    return redirect(url_for("compliance.assignment", raw_public_id=made), 303)


@bp.post("/grid/bulk/exempt")
@requires(Permission.COMPLIANCE_MANAGE)
@within_limit
def bulk_exempt() -> ResponseReturnValue:
    """Exempt those whom the look named from a scheme, with a reason and an end."""
    now, actor, wish = utc_now(), current_actor(), read_wish("exempt")
    session = db_session()
    chosen = bulk.choose(session, actor, wish.wanted, wish.people, now, permission=ACTS["exempt"])
    _as_looked_at(wish, chosen)
    unit = bulk.unit_of_act(session, actor, wish.wanted.unit, ACTS["exempt"], now)
    organisation = organisation_of_unit(session, unit.id, now)
    try:
        done = exempt_people(
            session,
            actor,
            unit,
            [one.user_id for one in chosen],
            wish.aim,
            reason=request.form.get("reason", ""),
            period=_period(now, organisation.timezone),
            now=now,
        )
    except Invalid as error:
        return _refuse(wish, error)
    flash(
        _("已为 %(n)s 人登记豁免；可以在这里整批结束。", n=done.count)
        if done.count
        else _("没有人需要登记：都已有未结束的豁免。"),
        "success",
    )
    return redirect(url_for("compliance.exemptions", unit=organisation.public_id), 303)


@bp.post("/grid/bulk/leave")
@requires(Permission.COMPLIANCE_MANAGE)
@within_limit
def bulk_leave() -> ResponseReturnValue:
    """Note of those whom the look named that they are on leave, or contractors."""
    now, actor, wish = utc_now(), current_actor(), read_wish("leave")
    session = db_session()
    chosen = bulk.choose(session, actor, wish.wanted, wish.people, now, permission=ACTS["leave"])
    _as_looked_at(wish, chosen)
    unit = bulk.unit_of_act(session, actor, wish.wanted.unit, ACTS["leave"], now)
    organisation = organisation_of_unit(session, unit.id, now)
    try:
        count = note_statuses(
            session,
            actor,
            [one.user_id for one in chosen],
            wish.aim,
            note=request.form.get("reason", ""),
            period=_period(now, organisation.timezone),
            now=now,
        )
    except Invalid as error:
        return _refuse(wish, error)
    flash(_("已为 %(n)s 人登记状态。", n=count), "success")
    back = url_for("compliance.exemptions", unit=organisation.public_id, kind="statuses")
    return redirect(back, 303)


@bp.post("/grid/bulk/return")
@requires(Permission.COMPLIANCE_MANAGE)
@within_limit
def bulk_return() -> ResponseReturnValue:
    """Note of those whom the look named that they are back at work, or contractors no more."""
    now, actor, wish = utc_now(), current_actor(), read_wish("return")
    session = db_session()
    chosen = bulk.choose(session, actor, wish.wanted, wish.people, now, permission=ACTS["return"])
    _as_looked_at(wish, chosen)
    unit = bulk.unit_of_act(session, actor, wish.wanted.unit, ACTS["return"], now)
    organisation = organisation_of_unit(session, unit.id, now)
    try:
        (day,) = _days(now, organisation.timezone, "back")
        count = end_statuses(
            session,
            actor,
            [one.user_id for one in chosen],
            wish.aim,
            ends_at=start_of_day(_needed(day, "back"), organisation.timezone),
            now=now,
        )
    except Invalid as error:
        return _refuse(wish, error)
    if not count:
        return _refuse(wish, Invalid([Problem("", None, "back", "nobody_away", "nobody_away")]))
    flash(_("已为 %(n)s 人登记结束日期。", n=count), "success")
    back = url_for("compliance.exemptions", unit=organisation.public_id, kind="statuses")
    return redirect(back, 303)


def _reached(session: Any, actor: Any, chosen: Any, wish: Wish, now: datetime) -> bulk.Reached:
    if wish.act == "track":
        return bulk.reach_by_track(session, chosen, wish.aim)
    if wish.act == "exempt":
        return bulk.reach_by_exemption(session, chosen, wish.aim, now)
    if wish.act == "leave":
        return bulk.reach_by_status(session, chosen, wish.aim, now)
    if wish.act == "return":
        return bulk.reach_by_return(session, actor, chosen, wish.aim, now)
    unit = bulk.unit_of_act(session, actor, wish.wanted.unit, ACTS["task"], now)
    return bulk.reach_by_task(session, chosen, unit, wish.aim, now)


def _aims(session: Any, actor: Any, wish: Wish, now: datetime) -> list[tuple[str, str]]:
    """Return what an act may aim at, with words."""
    language = str(get_locale())
    if wish.act == "track":
        return [
            (one.code, words.scheme_title(one, language))
            for one in study_tracks.list_tracks(session)
        ]
    if wish.act in {"leave", "return"}:
        return kind_choices()
    if wish.act == "exempt":
        unit = bulk.unit_of_act(session, actor, wish.wanted.unit, ACTS["exempt"], now)
        path = [above.id for above in list_path(session, unit.id, now)]
        named = [in_language(one) for _row, one in list_schemes(session, path)]
        return [(one.public_id, one.name) for one in named]
    return [
        (one.public_id, words.scheme_title(one, language))
        for one in filters.list_schemes(session, actor, now)
    ]


def _reason(why: str, act: str) -> str:
    if why == bulk.NO_NUMBER:
        return _("在所选单位没有工号")
    if why == bulk.EXEMPT:
        return _("已有未结束的豁免")
    if why == bulk.NOTED:
        return _("已有未结束的同类状态")
    if why == bulk.NOT_NOTED:
        return _("没有未结束的这种状态，或结束日期已登记过")
    return _("已在这个方向") if act == "track" else _("已持有")


def _period(now: datetime, timezone: str) -> Period:
    """Return what the days typed mean, the last one included; raise Invalid for what is no day."""
    first, last = _days(now, timezone, "from", "to")
    ends = None if last is None else start_of_day(last + _DAY, timezone)
    return Period(start_of_day(_needed(first, "from"), timezone), ends)


def _needed(day: date | None, field: str) -> date:
    """Return the day typed in a field; raise Invalid where there is none."""
    if day is None:
        raise Invalid([Problem("", None, field, f"{field}_needed", f"{field}_needed")])
    return day


def _days(now: datetime, timezone: str, *fields: str) -> list[date | None]:
    """Return the days typed in fields, None for an empty one; raise Invalid naming each fault."""
    typed = {field: request.form.get(field, "").strip() for field in fields}
    days = {field: day_of(raw, now, timezone) for field, raw in typed.items()}
    bad = [field for field, raw in typed.items() if raw and days[field] is None]
    if bad:
        raise Invalid([Problem("", None, field, "bad_day", "bad_day") for field in bad])
    return list(days.values())
