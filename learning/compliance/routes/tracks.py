"""HR and tracks: enrol people of a unit or a post, now and later; confirm entry conditions."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.compliance import queries
from learning.compliance.queries import StaffFilter
from learning.compliance.routes.blueprint import bp
from learning.compliance.routes.staff import kept_of, staff_filter
from learning.compliance.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.study.queries.tracks import list_tracks
from learning.study.services import post_rules as rules
from learning.study.services import tracks as services
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session, reading

MOST_DIGITS = 18  # of an id in an address


@bp.post("/tracks")
@requires(Permission.TRACK_ASSIGN)
def assign_track() -> ResponseReturnValue:
    """Enrol everybody whom the filter lists in a track; with `later`, who takes the post too."""
    now, actor = utc_now(), current_actor()
    wanted = staff_filter(request.form)
    with reading() as session:
        people = [line.user_id for line in queries.iterate_staff(session, actor, wanted, now)]
    made = services.enrol_people(
        db_session(),
        actor,
        people,
        request.form.get("track", ""),
        is_by_post=bool(wanted.post),
        now=now,
    )
    if request.form.get("later") == "y":
        _set_post_rule(actor, wanted, now)
    flash(_("%(all)s 人中新选定 %(n)s 人，其余已在这个方向。", all=len(people), n=made), "success")
    return redirect(f"{url_for('compliance.index')}?{urlencode(kept_of(wanted))}", 303)


@bp.post("/<raw_public_id>/tracks/<raw_track>/confirm")
@requires(Permission.TRACK_ASSIGN)
def confirm_track(raw_public_id: str, raw_track: str) -> ResponseReturnValue:
    """Confirm that a person meets the entry conditions of a track."""
    session, now, actor = db_session(), utc_now(), current_actor()
    line = queries.get_staff(session, actor, raw_public_id, now)
    services.confirm_conditions(session, actor, line.user_id, raw_track, now=now)
    flash(_("已确认符合报名条件。"), "success")
    if request.form.get("from") == "waiting":
        return redirect(url_for("compliance.waiting"), 303)
    return redirect(url_for("compliance.person", raw_public_id=line.public_id), 303)


@bp.get("/tracks/waiting")
@requires(Permission.TRACK_ASSIGN)
def waiting() -> ResponseReturnValue:
    """List who waits for HR to confirm the entry conditions of a track, with counts by track."""
    session, actor, now = db_session(), current_actor(), utc_now()
    tracks = {one.code: one for one in list_tracks(session) if one.needs_hr}
    counts = queries.count_waiting(session, actor, list(tracks), now)
    shown = request.args.get("track", "")
    codes = [shown] if shown in tracks else list(tracks)
    raw_after = request.args.get("after", "")
    is_after = raw_after.isascii() and raw_after.isdigit() and len(raw_after) <= MOST_DIGITS
    after = int(raw_after) if is_after else 0
    found = queries.list_waiting(session, actor, codes, now, after=after)
    rows = found[: queries.WAITING_SIZE]
    kept: dict[str, Any] = {"track": shown} if shown in tracks else {}
    return render_template(
        "compliance/waiting.html",
        rows=rows,
        tracks=tracks,
        tabs=[
            ("", sum(counts.values())),
            *sorted(counts.items()),
        ],
        shown=shown if shown in tracks else "",
        total=sum(counts.get(code, 0) for code in codes),
        next_url=url_for("compliance.waiting", **kept, after=rows[-1].id)
        if len(found) > len(rows)
        else "",
        first_url=url_for("compliance.waiting", **kept) if after else "",
    )


def _set_post_rule(actor: Actor, wanted: StaffFilter, now: datetime) -> None:
    """Enrol who takes the post of the filter in its unit from now on; say what that lacks."""
    if not (wanted.post and wanted.unit):
        flash(_("要对以后任职的人也生效，请先筛选一个单位和一个岗位。"), "error")
        return
    try:
        made = rules.set_post_rule(
            db_session(), actor, request.form.get("track", ""), wanted.post, wanted.unit, now=now
        )
    except NotFound:
        flash(_("这个岗位不属于所选的单位，没有设定以后的自动选定。"), "error")
        return
    flash(_("以后任这个岗位的人会自动选定。") if made else _("这条自动选定已经设过。"), "success")


@bp.post("/track-rules/<raw_public_id>/end")
@requires(Permission.TRACK_ASSIGN)
def end_post_rule(raw_public_id: str) -> ResponseReturnValue:
    """End the enrolling of who takes a post; who is enrolled stays so."""
    rules.end_post_rule(db_session(), current_actor(), raw_public_id, now=utc_now())
    flash(_("已停止自动选定，已选定的人不变。"), "success")
    return redirect(url_for("compliance.index"), 303)
