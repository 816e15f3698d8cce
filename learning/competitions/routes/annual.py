"""The annual report: its words written on a page, its paper as Word and PDF."""

import io
from collections.abc import Callable
from dataclasses import asdict

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from learning.competitions import queries, services, words
from learning.competitions.forms.annual import AnnualForm
from learning.competitions.presentation import Annual, annual_docx, annual_pdf, annual_sections
from learning.competitions.presentation.annual import annual_figures, period
from learning.competitions.presentation.annual_files import DOCX_MIME
from learning.competitions.queries import progress
from learning.competitions.queries import series as found
from learning.competitions.queries.annual import get_annual
from learning.competitions.queries.desks import Oversight
from learning.competitions.routes.blueprint import bp
from learning.competitions.rules.desks import DeskRole
from learning.competitions.words import _
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.COMPETITION_MANAGE


@bp.route("/<raw_public_id>/annual", methods=["GET", "POST"])
@requires(MANAGE)
def annual(raw_public_id: str) -> ResponseReturnValue:
    """Write the words of the report, and show what it will say."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        competition = queries.get_managed(session, actor, raw_public_id, now)
        text = get_annual(session, competition.id)
    form = AnnualForm(data=asdict(text))
    if form.validate_on_submit():
        services.write_annual(db_session(), actor, raw_public_id, text=form.text(), now=now)
        flash(_("已保存。"), "success")
        return redirect(url_for("competitions.annual", raw_public_id=raw_public_id), 303)
    report = _report(raw_public_id)
    page = render_template(
        "competitions/annual.html", competition=competition, form=form, report=report
    )
    return page, 400 if request.method == "POST" else 200


@bp.get("/<raw_public_id>/annual.docx")
@requires(MANAGE)
def annual_word(raw_public_id: str) -> ResponseReturnValue:
    """Give the report as a Word file to edit."""
    return _file(raw_public_id, annual_docx, DOCX_MIME, "docx")


@bp.get("/<raw_public_id>/annual.pdf")
@requires(MANAGE)
def annual_print(raw_public_id: str) -> ResponseReturnValue:
    """Give the report as PDF."""
    return _file(raw_public_id, annual_pdf, "application/pdf", "pdf")


def _file(
    raw_public_id: str, make: Callable[[Annual], bytes], mimetype: str, suffix: str
) -> ResponseReturnValue:
    data = make(_report(raw_public_id))
    return send_file(
        io.BytesIO(data),
        mimetype=mimetype,
        as_attachment=True,
        download_name=f"annual-{raw_public_id}.{suffix}",
    )


def _report(raw_public_id: str) -> Annual:
    """Read everything in one transaction; setting and drawing come after it."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        competition = queries.get_managed(session, actor, raw_public_id, now)
        oversight = Oversight(competition, DeskRole.ORGANISER, None)
        seen = progress.look(session, actor, oversight, now)
        text = get_annual(session, competition.id)
        own = found.edition_figures(
            session, competition, competition.year or competition.opens_at.year, now
        )
        series = found.find_series_of(session, competition.id)
        editions = [
            own
            if line.public_id == competition.public_id
            else found.edition_figures(
                session, queries.get_published(session, line.public_id), line.year, now
            )
            for line in (reversed(found.list_editions(session, series.id)) if series else ())
            if line.year <= own.year
        ]
        names = queries.list_names(session, [competition.organiser_id])

    def on_clock(pattern: str) -> tuple[str, str, str]:
        instants = competition.opens_at, competition.closes_at, now
        opens, closes, made = (
            words.instant_words(at, competition.zone, pattern) for at in instants
        )
        return opens, closes, made

    opens, closes, made = on_clock("yyyy-MM-dd")
    return Annual(
        title=competition.title,
        organiser=names.get(competition.organiser_id, ""),
        period=period(opens, closes),
        made_at=made,
        figures=annual_figures(seen),
        sections=annual_sections(
            seen,
            text,
            own=own,
            editions=editions,
            divisions={d.code: d.title for d in competition.divisions},
        ),
    )
