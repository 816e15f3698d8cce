"""HR and tracks: enrol people of a unit or a post, now and later."""

from datetime import datetime
from urllib.parse import urlencode

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from learning.compliance import queries
from learning.compliance.queries import StaffFilter
from learning.compliance.routes.blueprint import bp
from learning.compliance.routes.staff import kept_of, staff_filter
from learning.compliance.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.study.services import post_rules as rules
from learning.study.services import tracks as services
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session, reading


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
