"""What people decide about a checked roster: mends taken, numbers settled, people who left."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import ImmutableMultiDict

from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict
from learning.organisations import queries, words
from learning.organisations.loader import ParsedRoster
from learning.organisations.models import RosterImport
from learning.organisations.queries import UnitView
from learning.organisations.queries.leaving import PlaceView, count_places, list_places
from learning.organisations.routes.blueprint import (
    PAGE_SIZE,
    bp,
    leave_desk,
    page_link,
    pages_of,
    trail_of,
)
from learning.organisations.routes.rosters import (
    IMPORT,
    KEEPABLE,
    check_again,
    group_key,
    preview_url,
)
from learning.organisations.rules.roster import Choice, RosterProblem
from learning.organisations.services import rosters as services
from learning.organisations.services.roster_leaving import MAX_LEAVING, end_places
from learning.organisations.words import _
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

Decide = Callable[[ParsedRoster, list[RosterProblem], str], ParsedRoster]


@dataclass(frozen=True, slots=True)
class _Mends:
    """Which proposals a posted form means, and whether they are taken or refused."""

    takes: list[RosterProblem]
    keeps: list[RosterProblem]


@bp.post("/<raw_public_id>/roster/<raw_import_id>/mend")
@requires(IMPORT)
def roster_mend(raw_public_id: str, raw_import_id: str) -> ResponseReturnValue:
    """Take proposals and check anew; the file need not be uploaded again.

    Form, one of: `all` (every proposal for an error), `group` or `cell` (taken), `keep_group` or
    `keep` (the staff numbers are right as they are).
    """
    form = request.form

    def decide(parsed: ParsedRoster, problems: list[RosterProblem], code: str) -> ParsedRoster:
        mends = _meant(form, [p for p in problems if p.mend and not p.offers])
        return services.take_mends(parsed, mends.takes, keeps=mends.keeps, organisation_code=code)

    return _decide(raw_public_id, raw_import_id, decide)


def _meant(form: ImmutableMultiDict[str, str], problems: list[RosterProblem]) -> _Mends:
    if "all" in form:
        return _Mends([p for p in problems if p.severity == "error"], [])
    taken, kept = form.get("group", ""), form.get("keep_group", "")
    cell, kept_cell = form.get("cell", ""), form.get("keep", "")
    return _Mends(
        [p for p in problems if p.cell == cell or group_key(p) == taken],
        [
            p
            for p in problems
            if p.code == KEEPABLE and (p.cell == kept_cell or group_key(p) == kept)
        ],
    )


@bp.post("/<raw_public_id>/roster/<raw_import_id>/choose")
@requires(IMPORT)
def roster_choose(raw_public_id: str, raw_import_id: str) -> ResponseReturnValue:
    """Settle rows whose staff number belongs to a person of another name, each by itself.

    Form: `choice-<line>` = rename, new or skip.
    """
    chosen = {
        int(name.removeprefix("choice-")): Choice(value)
        for name, value in request.form.items()
        if name.startswith("choice-")
        and name.removeprefix("choice-").isdecimal()
        and len(name) < len("choice-") + 9
        and value in set(Choice)
    }
    return _decide(
        raw_public_id,
        raw_import_id,
        lambda parsed, problems, _code: services.choose_for_rows(parsed, problems, chosen),
    )


def _decide(raw_public_id: str, raw_import_id: str, decide: Decide) -> ResponseReturnValue:
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        unit = queries.get_unit_in_reach(session, actor, IMPORT, raw_public_id, now)
        kept = queries.get_roster(session, unit.id, raw_import_id)
        if kept.emptied_at is not None:
            flash(_("这份花名册的内容已按期删除，请重新上传。"), "error")
            return redirect(preview_url(unit, kept.public_id), 303)
        if kept.state == services.APPLIED:
            flash(_("这份花名册已经导入，不能再改。"), "error")
            return redirect(preview_url(unit, kept.public_id), 303)
        code = queries.organisation_of_unit(session, unit.id, now).code
        parsed = decide(services.kept_parse(kept), services.kept_problems(kept), code)
        checked = check_again(session, unit, kept, parsed, now)
    try:
        services.keep_decisions(db_session(), kept, checked)
        flash(_("已重新检查。"), "success")
    except Conflict as error:
        flash(words.conflict_words(error), "error")
    return redirect(preview_url(unit, kept.public_id), 303)


@bp.get("/<raw_public_id>/roster/<raw_import_id>/missing")
@requires(IMPORT)
def roster_missing(raw_public_id: str, raw_import_id: str) -> ResponseReturnValue:
    """List the members who stand in no row of a roster; information, nothing happens by itself."""
    session, now, actor = db_session(), utc_now(), current_actor()
    unit = queries.get_unit_in_reach(session, actor, IMPORT, raw_public_id, now)
    kept = queries.get_roster(session, unit.id, raw_import_id)
    page = page_number(request.args)
    missing = services.kept_missing(kept)
    total = count_places(session, missing)
    return render_template(
        "organisations/roster_missing.html",
        unit=unit,
        roster=kept,
        places=list_places(session, missing, now, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE),
        most=MAX_LEAVING,
        page=page,
        pages=pages_of(total),
        total=total,
        page_url=page_link(
            "organisations.roster_missing",
            raw_public_id=unit.public_id,
            raw_import_id=kept.public_id,
        ),
        trail=_trail(session, unit, kept, now),
    )


def _trail(
    session: Session, unit: UnitView, kept: RosterImport, now: datetime
) -> list[tuple[str, str | None]]:
    return trail_of(
        session,
        current_actor(),
        unit,
        now,
        (_("花名册"), url_for("organisations.roster", raw_public_id=unit.public_id)),
        (kept.file_name or kept.public_id, preview_url(unit, kept.public_id)),
        (_("名册中没有的人员"), None),
    )


@bp.post("/<raw_public_id>/roster/<raw_import_id>/missing")
@requires(IMPORT)
def roster_leaving(raw_public_id: str, raw_import_id: str) -> ResponseReturnValue:
    """End chosen places of people who stand in no row, after a page that asks once more.

    Form: `person` (each ticked one) or `all`; `confirmed` with the number of places shown.
    """
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        unit = queries.get_unit_in_reach(session, actor, IMPORT, raw_public_id, now)
        kept = queries.get_roster(session, unit.id, raw_import_id)
        places = _chosen_places(session, kept, now)
        trail = _trail(session, unit, kept, now)
    to_list = url_for(
        "organisations.roster_missing",
        raw_public_id=unit.public_id,
        raw_import_id=kept.public_id,
    )
    if not places or len(places) > MAX_LEAVING:
        full = Conflict("too_many_people") if places else Conflict("nobody_chosen")
        flash(words.conflict_words(full), "error")
        return redirect(to_list, 303)
    if request.form.get("confirmed", "") != str(len(places)):
        return render_template(
            "organisations/roster_leaving.html",
            unit=unit,
            roster=kept,
            places=places,
            people={place.person_public_id for place in places},
            back=to_list,
            trail=trail,
        )
    ended = end_places(
        db_session(), actor, [place.membership_id for place in places], unit=unit, now=now
    )
    flash(_("已结束 %(n)s 人次的任职。", n=ended), "success")
    return redirect(to_list, 303)


def _chosen_places(session: Session, kept: RosterImport, now: datetime) -> list[PlaceView]:
    missing = services.kept_missing(kept)
    if "all" in request.form:
        return list_places(session, missing, now, limit=MAX_LEAVING + 1)
    chosen = request.form.getlist("person")[: MAX_LEAVING + 1]
    return list_places(session, missing, now, people=chosen) if chosen else []


@bp.post("/<raw_public_id>/roster/<raw_import_id>/undo")
@requires(IMPORT)
def roster_undo(raw_public_id: str, raw_import_id: str) -> ResponseReturnValue:
    """Take back what applying a roster did, all of it or nothing."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        unit = queries.get_unit_in_reach(session, actor, IMPORT, raw_public_id, now)
        kept = queries.get_roster(session, unit.id, raw_import_id)
    try:
        people = services.undo_roster(
            db_session(), actor, kept, unit=unit, now=now, leaves=leave_desk()
        )
        flash(_("已撤销：%(n)s 人恢复到导入之前。", n=f"{people:,}"), "success")
    except Conflict as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        flash(words.conflict_words(error), "error")
    return redirect(preview_url(unit, kept.public_id), 303)
