"""What came of a mock exam: knowledge areas, and the lessons to take for the weak ones."""

from flask import render_template
from flask.typing import ResponseReturnValue

from learning.courses.queries import list_teaching
from learning.kernel.permissions import Permission
from learning.practice import queries, services
from learning.practice.routes.blueprint import bp
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session


@bp.get("/mock/<raw_public_id>")
@requires(Permission.SELF_PRACTICE)
def mock_result(raw_public_id: str) -> ResponseReturnValue:
    """Show a finished mock exam by knowledge area, the weakest first, with lessons to take."""
    session, actor = db_session(), current_actor()
    mock = queries.get_mock(session, actor.user_id, raw_public_id)
    result = services.look_at_mock(session, actor, mock)
    lessons = list_teaching(session, [each.area for each in result.areas if each.is_weak])
    return render_template(
        "practice/mock_result.html",
        attempt=mock.attempt,
        result=result,
        areas=[(each, lessons.get(each.area, [])) for each in result.areas],
    )
