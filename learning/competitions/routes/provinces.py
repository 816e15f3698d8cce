"""The published boards of provinces and of industries."""

from collections.abc import Callable, Sequence

from flask import render_template
from flask.typing import ResponseReturnValue

from learning.competitions import queries, words
from learning.competitions.queries import CompetitionView
from learning.competitions.queries.industries import find_industry, list_industry_board
from learning.competitions.queries.provinces import list_province_board
from learning.competitions.routes.blueprint import bp, get_visible
from learning.competitions.rules import EnterpriseStanding, RankBy
from learning.competitions.words import _
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
    return render_template(
        "competitions/groups.html",
        tab="provinces",
        heading=_("省份榜"),
        column=_("省份"),
        nothing=(_("没有省份"), _("没有计入省份的参赛者。")),
        counted=_("按报名时的单位所在地或本人所选省份统计。"),
        **_values(competition, board, entry.province if entry else "", words.province_words),
    )


@bp.get("/<raw_public_id>/standings/industries")
@public
def industry_standings(raw_public_id: str) -> ResponseReturnValue:
    """Show how the industries stand, one's own marked."""
    session, now, actor = db_session(), utc_now(), find_current_actor()
    competition = get_visible(session, actor, raw_public_id, now)
    board = list_industry_board(session, competition, now)
    entry = queries.find_entry(session, competition.id, actor.user_id) if actor else None
    own = find_industry(session, competition.id, entry.unit_id) if board and entry else ""
    return render_template(
        "competitions/groups.html",
        tab="industries",
        heading=_("行业榜"),
        column=_("行业"),
        nothing=(_("没有行业"), _("参赛单位都没有填国民经济行业代码。")),
        counted=_(
            "按竞赛结束时单位的国民经济行业门类（GB/T 4754）统计；不代表单位参赛的人不计入。"
        ),
        **_values(competition, board, own, words.industry_words),
    )


def _values(
    competition: CompetitionView,
    board: Sequence[EnterpriseStanding] | None,
    own: str,
    name_of: Callable[[str], str],
) -> dict[str, object]:
    """Return what the page of either board shows; `own` is the reader's code."""
    ranking = competition.entry.ranking.of_groups()
    return {
        "competition": competition,
        "is_published": board is not None,
        "is_weighted": ranking.by is RankBy.WEIGHTED,
        "ranking_words": words.ranking_words(ranking),
        "rows": [
            (
                words.enterprise_view(row, is_own=row.tally.unit_name == own),
                row.tally.unit_name,
                name_of(row.tally.unit_name),
            )
            for row in board or ()
        ],
    }
