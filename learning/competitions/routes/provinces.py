"""The published board of provinces."""

from flask import render_template
from flask.typing import ResponseReturnValue

from learning.competitions import queries, words
from learning.competitions.queries.provinces import list_province_board, province_ranking
from learning.competitions.routes.blueprint import bp, get_visible
from learning.kernel.clock import utc_now
from learning.web.guards import find_current_actor, public
from learning.web.transaction import db_session


@bp.get("/<raw_public_id>/standings/provinces")
@public
def province_standings(raw_public_id: str) -> ResponseReturnValue:
    """Show how the provinces stand, one's own marked."""
    session, now, actor = db_session(), utc_now(), find_current_actor()
    competition = get_visible(session, actor, raw_public_id, now)
    board = list_province_board(session, competition, now)
    entry = queries.find_entry(session, competition.id, actor.user_id) if actor else None
    own = entry.province if entry else ""
    return render_template(
        "competitions/provinces.html",
        competition=competition,
        tab="provinces",
        is_published=board is not None,
        ranking_words=words.ranking_words(province_ranking(competition)),
        rows=[
            (
                words.enterprise_view(row, is_own=row.tally.unit_name == own),
                row.tally.unit_name,
                words.province_words(row.tally.unit_name),
            )
            for row in board or ()
        ],
    )
