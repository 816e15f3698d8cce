"""The published lists on a big screen: the first ten people, the first organisations."""

from flask import render_template
from flask.typing import ResponseReturnValue

from learning.competitions import queries, words
from learning.competitions.routes.blueprint import bp, get_visible
from learning.competitions.routes.standings import rank_views
from learning.competitions.rules import State
from learning.kernel.clock import utc_now
from learning.leaderboards import queries as boards
from learning.organisations.queries import unit_name_at
from learning.web.guards import find_current_actor, public
from learning.web.transaction import db_session

PEOPLE, ORGANISATIONS = 10, 8


@bp.get("/<raw_public_id>/wall")
@public
def wall(raw_public_id: str) -> ResponseReturnValue:
    """Show the head of both lists, names masked as everywhere; before the close only the title."""
    session, now = db_session(), utc_now()
    competition = get_visible(session, find_current_actor(), raw_public_id, now)
    shown = {
        "competition": competition,
        "organiser": unit_name_at(session, competition.organiser_id, now),
        "tie_words": words.tie_words(competition.tie_rule),
        "is_published": competition.state is State.CLOSED,
    }
    if competition.state is not State.CLOSED:
        return render_template("competitions/wall.html", **shown)
    page = boards.get_page(session, competition.board_id, page=1, size=PEOPLE)
    found = queries.get_enterprise_page(session, competition.id, page=1)
    return render_template(
        "competitions/wall.html",
        **shown,
        rows=rank_views(session, competition, page.rows, own=None, full_names=False),
        total=page.total,
        organisations=[
            words.enterprise_view(row, is_own=False) for row in found.rows[:ORGANISATIONS]
        ],
    )
