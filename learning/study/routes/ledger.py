"""One's own ledger: the hours of a year, what each comes from, what is not credited yet."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.study import queries, words
from learning.study.queries import PAGE_SIZE, Totals
from learning.study.queries.classes import list_own_sessions
from learning.study.routes.blueprint import bp, zone
from learning.study.rules.hours import local_day, year_span
from learning.study.rules.statements import hours_text
from learning.study.words.classes import own_words
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

YEARS = range(2000, 2100)


def asked_year(this_year: int) -> int:
    """Return the year that the address asks for, this one for anything else."""
    raw = request.args.get("year", "")
    is_year = raw.isascii() and raw.isdigit() and len(raw) == len("2026") and int(raw) in YEARS
    return int(raw) if is_year else this_year


@bp.get("")
@requires(Permission.SELF_COURSE_LEARN)
def index() -> ResponseReturnValue:
    """Show the ledger of a year."""
    session, user_id, now = db_session(), current_actor().user_id, utc_now()
    this_year = local_day(now, zone()).year
    year, page = asked_year(this_year), page_number(request.args)
    span = year_span(year, zone())
    rule = queries.rule_in_force(session, now)
    judged = queries.rule_of_year(session, span, now)
    target = queries.find_target(session, user_id, judged, now)
    totals = queries.sum_hours(session, [user_id], span).get(user_id, Totals())
    statements = queries.list_statements(session, user_id)
    later = queries.later_by_statement(session, user_id, statements, zone())
    credits_ = queries.list_credits(session, [user_id], span, offset=(page - 1) * PAGE_SIZE)
    total = queries.count_credits(session, user_id, span)
    years = {this_year, year, *queries.list_years(session, user_id, zone())}
    return render_template(
        "study/index.html",
        rows=words.credit_rows(credits_),
        total=total,
        pending=[words.pending_row(one, rule) for one in queries.list_pending(session, user_id)],
        figures=words.target_figures(totals, target),
        rules=words.rule_words(rule),
        totals=totals,
        year=year,
        years=sorted(years, reverse=True),
        statements=[
            (one, hours_text(one.statement.hours_milli), words.later_words(later[one.public_id]))
            for one in statements
        ],
        sessions=[(one, *own_words(one, now)) for one in list_own_sessions(session, user_id, now)],
        span=span,
        page=page,
        pages=max(1, -(-total // PAGE_SIZE)),
        page_url=lambda number: url_for("study.index", year=year, page=number),
    )
