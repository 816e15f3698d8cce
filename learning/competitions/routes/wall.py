"""The lists on a big screen: the first ten people, the first organisations."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from learning.competitions import queries, words
from learning.competitions.queries.documents import read_document
from learning.competitions.queries.views import checked_id
from learning.competitions.routes.blueprint import bp, get_visible
from learning.competitions.routes.standings import rank_views
from learning.competitions.rules import RankBy
from learning.kernel.clock import utc_now
from learning.organisations.queries import unit_name_at
from learning.web import documents
from learning.web.guards import find_current_actor, public
from learning.web.transaction import database, db_session, single_read

PEOPLE, ORGANISATIONS = 10, 8


@bp.get("/<raw_public_id>/board.json")
@public
def board_document(raw_public_id: str) -> ResponseReturnValue:
    """Give the published document: one read at most, none within a second of the last."""
    public_id = checked_id(raw_public_id)
    dialect = database().dialect_name
    etag, body = single_read(lambda connection: read_document(connection, dialect, public_id))
    documents.keep(request.path, etag, body)
    return documents.reply(etag, body, request.headers.get("If-None-Match"))


@bp.get("/<raw_public_id>/wall")
@public
def wall(raw_public_id: str) -> ResponseReturnValue:
    """Show the head of both lists as far as they are out, names masked as everywhere."""
    session, now = db_session(), utc_now()
    competition = get_visible(session, find_current_actor(), raw_public_id, now)
    shown = {
        "competition": competition,
        "organiser": unit_name_at(session, competition.organiser_id, now),
        "tie_words": words.tie_words(competition.tie_rule),
        "source_words": words.source_words(competition, now),
    }
    people = queries.find_shown_list(session, competition, now)
    first = queries.first_unit(competition, now)
    if people is None and first is None:
        return render_template("competitions/wall.html", **shown, is_published=False)
    page = queries.get_shown_page(session, people, page=1, size=PEOPLE) if people else None
    found = (
        queries.get_enterprise_page(session, competition.id, page=1, first=first).rows
        if first
        else ()
    )
    return render_template(
        "competitions/wall.html",
        **shown,
        is_published=True,
        rows=rank_views(session, competition, page.rows, own=None, full_names=False)
        if page
        else [],
        total=page.total if page else 0,
        is_weighted=competition.entry.ranking.by is RankBy.WEIGHTED,
        organisations=[words.enterprise_view(row, is_own=False) for row in found[:ORGANISATIONS]],
    )
