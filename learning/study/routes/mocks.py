"""A mock exam on the blueprint of the exam that a track leads to, for who is on the track."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from learning.certification.queries.examinations import ExamModel, find_latest_exam
from learning.exams.queries import list_sittings_for
from learning.exams.rules import CandidateState
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Permission
from learning.practice.services import MockModel, plan_mock, start_mock
from learning.practice.words import mock_sections
from learning.study.queries import tracks as queries
from learning.study.routes.tracks import tracks_bp
from learning.study.rules.tracks import TrackDocument
from learning.web.devices import device_token
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session


@tracks_bp.get("/<raw_track>/mock")
@requires(Permission.SELF_COURSE_LEARN)
def mock(raw_track: str) -> ResponseReturnValue:
    """Show what a mock exam would be made of now, and what practice lacks for it."""
    track, model = _load(raw_track)
    session, actor, now = db_session(), current_actor(), utc_now()
    own = list_sittings_for(session, actor.user_id, now)
    if any(one.public_id == model.sitting for one in own):
        return redirect(url_for("exams.mock", raw_public_id=model.sitting), 303)
    planned = plan_mock(session, actor, model.assessment_id, now)
    is_answering = any(one.state is CandidateState.IN_PROGRESS for one in own)
    return render_template(
        "study/mock.html",
        track=track,
        exam=model.title,
        minutes=model.minutes,
        extra_minutes=0,
        sections=mock_sections(planned.cells),
        asked=planned.blueprint.item_count,
        needed=sum(cell.needed for cell in planned.cells),
        is_short=bool(planned.shortages),
        may_start=bool(planned.blueprint.sections) and not is_answering,
    )


@tracks_bp.post("/<raw_track>/mock")
@requires(Permission.SELF_COURSE_LEARN)
def start_mock_exam(raw_track: str) -> ResponseReturnValue:
    """Start a mock exam, or go on with the open one; a candidate has the sitting's own page."""
    _track, model = _load(raw_track)
    session, actor, now = db_session(), current_actor(), utc_now()
    own = list_sittings_for(session, actor.user_id, now)
    if any(one.public_id == model.sitting for one in own):
        return redirect(url_for("exams.mock", raw_public_id=model.sitting), 303)
    if any(one.state is CandidateState.IN_PROGRESS for one in own):
        raise Conflict("sitting_open")
    asked = MockModel(model.assessment_id, model.cut_milli)
    attempt = start_mock(session, actor, asked, device_token=device_token(), now=now)
    return redirect(url_for("attempts.room", raw_public_id=attempt), 303)


def _load(raw_track: str) -> tuple[TrackDocument, ExamModel]:
    """Return a track that the reader is on and its exam; NotFound without either."""
    session, actor = db_session(), current_actor()
    track = queries.get_track(session, raw_track)
    mine = {one.track for one in queries.list_enrolments(session, [actor.user_id])}
    model = find_latest_exam(session, track.scheme) if track.code in mine else None
    if model is None:
        raise NotFound("mock")
    return track, model
