"""HR's overview: coverage, what runs out when, hours, passes, weak areas; a table behind each."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from learning.competitions.words.charts import ColumnChart, column_chart
from learning.compliance import queries
from learning.compliance.queries import dashboard as reads
from learning.compliance.routes import grid_words as words
from learning.compliance.routes.blueprint import bp, study_years, zone
from learning.compliance.routes.staff import CHOICES
from learning.compliance.rules.dashboard import month_edges
from learning.compliance.words.dashboard import hour_parts, share_text
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.study import queries as study
from learning.study.rules.hours import year_span
from learning.study.words import target_words, who_words
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MOST_SCHEMES = 10  # of the table of gaps


@bp.get("/dashboard")
@requires(Permission.COMPLIANCE_READ)
def dashboard() -> ResponseReturnValue:
    """Show the overview of the people in reach, or of a unit's."""
    session, now, actor = db_session(), utc_now(), current_actor()
    wanted = words.grid_filter(request.args)
    people = reads.people_in(session, actor, wanted.unit, now)
    edges = month_edges(now, zone())
    counts = reads.count_expiring(session, people, edges, now)
    months = [(f"{first:%Y-%m}", count) for (first, _end), count in zip(edges, counts, strict=True)]
    roots = reads.find_roots(session, actor, wanted.unit, now)
    schemes = reads.sum_coverage(session, roots, now)
    year = study_years(now)[0]
    rule = study.rule_in_force(session, now)
    hours = reads.count_hours(session, people, year_span(year, zone()), rule, now)
    return render_template(
        "compliance/dashboard.html",
        wanted=wanted,
        units=queries.list_units(session, actor, now, limit=CHOICES),
        months=months,
        required=sum(one.figures.required for one in schemes),
        held=sum(one.figures.held for one in schemes),
        schemes=[
            (one, words.scheme_title(one, str(get_locale()))) for one in schemes[:MOST_SCHEMES]
        ],
        chart=_chart(months),
        year=year,
        everybody=sum(one.people for one in hours),
        hours=reads.sum_of(hours),
        by_category=[(one, who_words(one.target), target_words(one.target)) for one in hours],
        passes=reads.list_passes(session, people, now),
        weak=reads.list_weak_areas(session, people),
        hour_parts=hour_parts(reads.sum_of(hours)),
        share=share_text,
    )


def _chart(months: list[tuple[str, int]]) -> ColumnChart:
    """Lay out the months from nought; above the highest alone stands its figure."""
    top = max(count for _month, count in months)
    return column_chart(
        [
            (str(int(month[5:])), count, f"{count:,}" if count and count == top else "")
            for month, count in months
        ]
    )
