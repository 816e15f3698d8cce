"""A mock exam on the blueprint of a sitting, for its candidates."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from learning.exams import queries
from learning.exams.queries import CandidatePage
from learning.exams.routes.blueprint import bp
from learning.exams.rules import CandidateState, Phase
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Permission
from learning.practice.services import MockModel, plan_mock, start_mock
from learning.practice.words import mock_sections
from learning.web.devices import device_token
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session


@bp.get("/<raw_public_id>/mock")
@requires(Permission.SELF_SITTING)
def mock(raw_public_id: str) -> ResponseReturnValue:
    """Show what a mock exam would be made of now, and what practice lacks for it."""
    session, actor, now = db_session(), current_actor(), utc_now()
    page = _page(raw_public_id)
    planned = plan_mock(session, actor, page.sitting.assessment_id, now)
    return render_template(
        "exams/mock.html",
        sitting=page.sitting,
        minutes=page.own.limit_minutes,
        extra_minutes=int(page.place.extra.total_seconds()) // 60,
        sections=mock_sections(planned.cells),
        asked=planned.blueprint.item_count,
        needed=sum(cell.needed for cell in planned.cells),
        is_short=bool(planned.shortages),
        may_start=bool(planned.blueprint.sections) and not _is_answering(page),
    )


@bp.post("/<raw_public_id>/mock")
@requires(Permission.SELF_SITTING)
def start_mock_exam(raw_public_id: str) -> ResponseReturnValue:
    """Start a mock exam, or go on with the open one."""
    session, actor, now = db_session(), current_actor(), utc_now()
    page = _page(raw_public_id)
    if _is_answering(page):
        raise Conflict("sitting_open")
    sitting = page.sitting
    model = MockModel(sitting.assessment_id, sitting.cut_score_milli, page.place.extra)
    attempt = start_mock(session, actor, model, device_token=device_token(), now=now)
    return redirect(url_for("attempts.room", raw_public_id=attempt), 303)


def _page(raw_public_id: str) -> CandidatePage:
    """Return one's own sitting; one that was cancelled has no mock exam."""
    page = queries.get_for_candidate(
        db_session(), current_actor().user_id, raw_public_id, utc_now()
    )
    if page.own.phase is Phase.CANCELLED:
        raise NotFound("sitting")
    return page


def _is_answering(page: CandidatePage) -> bool:
    return page.own.state is CandidateState.IN_PROGRESS
