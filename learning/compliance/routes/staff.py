"""HR's pages: everybody with what they learned, passed and hold; one person; the list as .xlsx."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.compliance import queries, words
from learning.compliance.queries import StaffFilter
from learning.compliance.queries.asked import find_place, read_asked
from learning.compliance.queries.grid import Turn
from learning.compliance.routes.blueprint import bp, study_years, zone
from learning.compliance.routes.grid_words import asked_rows, count_words
from learning.compliance.rules import StaffState
from learning.compliance.words import _
from learning.kernel.clock import utc_now
from learning.kernel.documents import Column
from learning.kernel.permissions import Actor, Permission
from learning.organisations.queries import units_in_reach
from learning.study import queries as study
from learning.study.queries import tracks as study_tracks
from learning.study.queries.tracks import EnrolmentView
from learning.study.rules.hours import year_span
from learning.study.rules.tracks import TrackDocument
from learning.study.words import credit_rows, target_figures
from learning.web.forms import refuse_repeated
from learning.web.guards import current_actor, requires
from learning.web.list_files import ListFile, send_list
from learning.web.transaction import db_session

MAX_TEXT = 100
CREDITS_SHOWN = 50
CHOICES = 500  # units and posts in a list to choose from; more are found by searching


@bp.get("")
@requires(Permission.COMPLIANCE_READ)
def index() -> ResponseReturnValue:
    """List the people in reach, filtered; the totals of the filter come after the page."""
    session, now, actor = db_session(), utc_now(), current_actor()
    wanted = staff_filter(request.args)
    turn = Turn(request.args.get("after", ""), request.args.get("before", ""))
    page = queries.list_staff(session, actor, wanted, now, turn=turn)
    kept = kept_of(wanted)
    tracks = study_tracks.list_tracks(session) if actor.holds(Permission.TRACK_ASSIGN) else []
    return render_template(
        "compliance/index.html",
        rows=[words.staff_view(line, now) for line in page.lines],
        wanted=wanted,
        kept=kept,
        units=queries.list_units(session, actor, now, limit=CHOICES),
        posts=queries.list_posts(session, actor, now, limit=CHOICES),
        states=words.state_choices(),
        years=study_years(now),
        tracks=tracks,
        post_rules=_post_rules(session, actor, tracks, now) if tracks else [],
        page=page,
        page_url=lambda **given: f"{request.path}?{urlencode({**kept, **given})}",
    )


@bp.get("/totals")
@requires(Permission.COMPLIANCE_READ)
def totals() -> ResponseReturnValue:
    """Show the totals of a filter: put into the list after it has come, or read alone."""
    session, now, actor = db_session(), utc_now(), current_actor()
    wanted = staff_filter(request.args)
    return render_template(
        "compliance/totals.html",
        totals=queries.count_totals(session, actor, wanted, now),
        count=count_words(queries.count_staff(session, actor, wanted, now)),
    )


@bp.get("/<raw_public_id>")
@requires(Permission.COMPLIANCE_READ)
def person(raw_public_id: str) -> ResponseReturnValue:
    """Show one person: what the post asks, certificates, sittings, courses, competitions."""
    session, now, actor = db_session(), utc_now(), current_actor()
    line = queries.get_staff(session, actor, raw_public_id, now)
    reach = units_in_reach(session, actor, Permission.COMPLIANCE_READ, now)
    asked = read_asked(session, reach, line.user_id, now)
    marks = [(c, words.standing_mark(c, now)) for c in line.certificates]
    span = year_span(study_years(now)[0], zone())
    totals = study.sum_hours(session, [line.user_id], span).get(line.user_id, study.Totals())
    rule = study.rule_of_year(session, span, now)
    target = study.find_target(session, line.user_id, rule, now)
    return render_template(
        "compliance/person.html",
        line=line,
        asked=asked,
        asked_rows=asked_rows(asked, zone()),
        record_unit=_record_unit(session, actor, line.user_id, now),
        certificates=marks,
        year=span.first.year,
        hours=target_figures(totals, target),
        credits=credit_rows(study.list_credits(session, [line.user_id], span, limit=CREDITS_SHOWN)),
        credit_count=study.count_credits(session, line.user_id, span),
        may_correct=actor.holds(Permission.STUDY_DECIDE),
        tracks=_tracks_of(session, line.user_id),
    )


def _record_unit(session: Session, actor: Actor, user_id: int, now: datetime) -> str:
    """Return the unit under which the reader may open the person's record, "" for none."""
    if not actor.holds(Permission.ORG_PEOPLE_READ):
        return ""
    return find_place(
        session, units_in_reach(session, actor, Permission.ORG_PEOPLE_READ, now), user_id, now
    )


@bp.post("/staff.xlsx")
@requires(Permission.COMPLIANCE_READ)
def staff_xlsx() -> Response:
    """Give the filtered list as .xlsx; that it left the house is written down."""
    now, actor = utc_now(), current_actor()
    wanted = staff_filter(request.form)
    return send_list(
        ListFile("staff", _("人员"), _columns(), _notes(wanted), _("说明"), zone()),
        lambda session: (
            words.export_row(line, now, zone())
            for line in queries.iterate_staff(session, actor, wanted, now)
        ),
        act="staff.downloaded",
        subject=actor.public_id,
        details=kept_of(wanted),
        now=now,
    )


def _columns() -> list[Column]:
    return [
        Column(_("工号"), 14, is_text=True),
        Column(_("姓名"), 16, is_text=True),
        Column(_("部门"), 28, is_text=True),
        Column(_("岗位"), 20, is_text=True),
        Column(_("已学课时"), 10),
        Column(_("课时总数"), 10),
        Column(_("最近竞赛"), 20, is_text=True),
        Column(_("最近考试"), 18, is_text=True),
        Column(_("证书"), 32, is_text=True),
        Column(_("证书编号"), 28, is_text=True),
        Column(_("最早到期"), 14, is_text=True),
    ]


def _notes(wanted: StaffFilter) -> list[str]:
    chosen = dict(words.state_choices())[wanted.state.value]
    notes = [_("条件：%(state)s", state=chosen)]
    if wanted.search:
        notes.append(_("搜索：%(words)s", words=wanted.search))
    return notes


def _tracks_of(session: Session, user_id: int) -> list[tuple[TrackDocument, EnrolmentView]]:
    """Return the tracks that a person is enrolled in and that are there still."""
    known = {track.code: track for track in study_tracks.list_tracks(session)}
    found = study_tracks.list_enrolments(session, [user_id])
    return [(known[one.track], one) for one in found if one.track in known]


def _post_rules(
    session: Session, actor: Actor, tracks: list[TrackDocument], now: datetime
) -> list[tuple[TrackDocument, study_tracks.PostRuleView]]:
    """Return the standing rules in reach that enrol who takes a post, with their tracks."""
    known = {track.code: track for track in tracks}
    reach = units_in_reach(session, actor, Permission.TRACK_ASSIGN, now)
    found = study_tracks.list_post_rules(session, reach, now)
    return [(known[one.track], one) for one in found if one.track in known]


def staff_filter(given: Any) -> StaffFilter:
    """Return what the address or the form looks for."""
    refuse_repeated(given)
    raw_state = given.get("state", "")
    known = raw_state in {state.value for state in StaffState}
    return StaffFilter(
        unit=given.get("unit", "")[:MAX_TEXT],
        post=given.get("post", "")[:MAX_TEXT],
        state=StaffState(raw_state) if known else StaffState.ALL,
        search=given.get("q", "").strip()[:MAX_TEXT],
    )


def kept_of(wanted: StaffFilter) -> dict[str, str]:
    """Return a filter as what a form or an address carries, without what is open."""
    given = {
        "unit": wanted.unit,
        "post": wanted.post,
        "state": wanted.state.value,
        "q": wanted.search,
    }
    return {name: value for name, value in given.items() if value}
