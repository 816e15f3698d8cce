"""Looking back at the lists as far as they are out: one's own place, organisations, how many."""

from flask import render_template
from flask.typing import ResponseReturnValue

from learning.competitions import words
from learning.competitions.queries.history import list_unit_history, look_back
from learning.competitions.routes.blueprint import bp, get_visible
from learning.competitions.routes.enterprises import own_units
from learning.competitions.words.history import (
    history_rows,
    own_charts,
    participation_chart,
    unit_views,
)
from learning.kernel.clock import utc_now
from learning.web.guards import find_current_actor, public
from learning.web.transaction import db_session


@bp.get("/<raw_public_id>/standings/history")
@public
def standings_history(raw_public_id: str) -> ResponseReturnValue:
    """Show where the reader stood at the end of each day, and how many had a result."""
    session, now, actor = db_session(), utc_now(), find_current_actor()
    competition = get_visible(session, actor, raw_public_id, now)
    shown = {
        "competition": competition,
        "tab": "history",
        "tie_words": words.tie_words(competition.tie_rule),
        "source_words": words.source_words(competition, now),
    }
    history = look_back(session, competition, now, user_id=actor.user_id if actor else None)
    if history is None:
        return render_template("competitions/history.html", **shown, history=None)
    source = competition.shown(now).source
    own = own_units(session, actor, competition, now)
    units = [] if own is None else list_unit_history(session, competition, own, now)
    return render_template(
        "competitions/history.html",
        **shown,
        history=history,
        charts=own_charts(
            history, source, words.division_title(competition.entry, history.division)
        ),
        participation=participation_chart(history),
        rows=history_rows(history, source),
        units=unit_views(units),
    )
