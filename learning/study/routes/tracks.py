"""Tracks: all of them, the map of one with where I am, and enrolling oneself."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.certification.queries import CertificateView, list_certificates_of
from learning.certification.queries.examinations import find_latest_exam
from learning.certification.rules import State
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor, Permission
from learning.study import words
from learning.study.forms import DeclarationForm
from learning.study.queries import tracks as queries
from learning.study.queries.entries import list_declarations
from learning.study.rules.tracks import TrackDocument, map_of
from learning.study.services import entries as services
from learning.study.words import _, entry
from learning.web.forms import refuse_repeated
from learning.web.guards import current_actor, find_current_actor, public, requires
from learning.web.transaction import db_session

tracks_bp = Blueprint("tracks", __name__, url_prefix="/tracks")


@tracks_bp.before_request
def _each_field_once() -> None:
    refuse_repeated(request.form)


@tracks_bp.get("")
@public
def index() -> ResponseReturnValue:
    """List all tracks, one's own first."""
    session, actor = db_session(), find_current_actor()
    user_id = actor.user_id if actor else None
    mine = {one.track for one in queries.list_enrolments(session, [user_id] if user_id else [])}
    tracks = sorted(queries.list_tracks(session), key=lambda track: track.code not in mine)
    codes = {step.course for track in tracks for step in track.steps}
    states = queries.list_course_states(session, codes, user_id)
    return render_template(
        "study/tracks.html",
        rows=[words.track_row(track, states, is_own=track.code in mine) for track in tracks],
    )


@tracks_bp.get("/<raw_track>")
@public
def detail(raw_track: str) -> ResponseReturnValue:
    """Show the map of a track: where one is, what is next, what it leads to."""
    return _page(raw_track, None)


def _page(raw_track: str, given: DeclarationForm | None) -> str:
    session, actor, now = db_session(), find_current_actor(), utc_now()
    track = queries.get_track(session, raw_track)
    codes = [step.course for step in track.steps]
    user_id = actor.user_id if actor else None
    states = queries.list_course_states(session, codes, user_id)
    hours = queries.hours_in_courses(session, user_id, codes) if user_id else 0
    where = map_of(track, states, hours)
    found = queries.list_enrolments(session, [user_id] if user_id else [])
    documents = queries.list_course_documents(session, codes)
    enrolment = next((one for one in found if one.track == track.code), None)
    rounds = list_declarations(session, user_id, track.code) if user_id and enrolment else []
    told = next((one.told for one in rounds if one.told), None)
    educations = entry.education_words()
    return render_template(
        "study/track.html",
        track=track,
        steps=words.step_rows(track, where, states, documents),
        where=where,
        lacking=words.lacking_words(where),
        figures=words.track_figures(track, states, hours),
        enrolment=enrolment,
        conditions=entry.condition_rows(track, told),
        rounds=entry.declaration_rows(rounds, track),
        form=given
        or (DeclarationForm.of(track, educations, told, is_given=False) if actor else None),
        has_mock=enrolment is not None and find_latest_exam(session, track.scheme) is not None,
        certificate=_certificate(session, actor, track) if actor and track.scheme else None,
        next_document=documents.get(where.next_course),
        login_url=url_for("accounts.login", next=request.path),
        now=now,
    )


def _certificate(session: Session, actor: Actor, track: TrackDocument) -> CertificateView | None:
    """Return the reader's valid certificate of the scheme that the track leads to."""
    held = list_certificates_of(session, [actor.user_id], utc_now())
    return next((c for c in held if c.scheme_code == track.scheme and c.state is State.VALID), None)


@tracks_bp.post("/<raw_track>/enrol")
@requires(Permission.SELF_COURSE_LEARN)
def enrol(raw_track: str) -> ResponseReturnValue:
    """Enrol oneself, declaring the entry conditions where there are some; declare them anew."""
    session = db_session()
    track = queries.get_track(session, raw_track)
    form = DeclarationForm.of(track, entry.education_words(), is_given=True)
    if not form.validate():
        return _page(raw_track, form), 400
    try:
        unmet = services.enrol_self(
            session,
            current_actor(),
            raw_track,
            has_declared=True,
            told=form.told(),
            raw_word=form.word.data or "" if "word" in form else "",
            now=utc_now(),
        )
    except Conflict as error:
        session.rollback()  # the page answers, so what was begun must not be committed
        _show(form, error)
        return _page(raw_track, form), 400
    if unmet:
        flash(entry.unmet_words(unmet), "warning")
    else:
        flash(_("声明已提交。") if track.conditions else _("已选定这个培养方向。"), "success")
    return redirect(url_for("tracks.detail", raw_track=raw_track) + "#enrol", 303)


def _show(form: DeclarationForm, error: Conflict) -> None:
    """Put why somebody was not enrolled beside the field, or above the form."""
    if error.code == "not_met":
        form.form_errors += entry.not_met_words(error.data["conditions"])
        return
    field, why = entry.enrol_problem(error.code)
    if field:
        form[field].errors = [why]
    else:
        form.form_errors.append(why)
