"""Series: the public page, the report year on year, an edition's place, clone and archiving."""

import io
from collections.abc import Iterator

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.competitions import queries, services, words
from learning.competitions.forms.series import EditionForm, problem_words
from learning.competitions.queries import series as found
from learning.competitions.queries.series import SeriesView
from learning.competitions.routes.blueprint import bp, to_detail
from learning.competitions.rules.series import EditionFigures, Sum, seal_refusal
from learning.competitions.words import _
from learning.competitions.words.series import (
    cut_rows,
    edition_view,
    participants_chart,
    year_rows,
)
from learning.kernel.clock import utc_now
from learning.kernel.documents import XLSX_MIME, Column, write_workbook
from learning.kernel.documents.workbooks import Value
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.errors import words_for
from learning.web.guards import current_actor, find_current_actor, public, requires
from learning.web.transaction import db_session

MANAGE = Permission.COMPETITION_MANAGE
SHOWN = 5  # editions beside each other on the page; the workbook has all
YEAR_DIGITS = 4


@bp.get("/series/<raw_series_id>")
@public
def series(raw_series_id: str) -> ResponseReturnValue:
    """Show a series with its editions; to its organiser also drafts."""
    session, now, actor = db_session(), utc_now(), find_current_actor()
    view = found.get_series(session, raw_series_id)
    manages = actor is not None and queries.reaches(session, actor, MANAGE, view.organiser_id, now)
    editions = found.list_editions(session, view.id, with_drafts=manages)
    return render_template(
        "competitions/series.html",
        series=view,
        editions=[edition_view(line, now) for line in editions],
        manages=manages,
    )


@bp.get("/series/<raw_series_id>/report")
@requires(MANAGE)
def series_report(raw_series_id: str) -> ResponseReturnValue:
    """Set the editions of a series beside each other, year on year."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        view = found.get_managed_series(session, actor, raw_series_id, now)
        figures = _figures(session, view)
        titles = found.list_division_titles(session, view.id)
    told = figures[-SHOWN:]
    return render_template(
        "competitions/series_report.html",
        series=view,
        years=[f.year for f in reversed(told)],
        rows=year_rows(figures),
        chart=participants_chart(figures),
        divisions=cut_rows(titles, [f.divisions for f in figures], SHOWN),
        provinces=cut_rows(_province_names(figures), [f.provinces for f in figures], SHOWN),
    )


def _figures(session: Session, view: SeriesView) -> list[EditionFigures]:
    """Return the figures of the editions that are no drafts, the oldest first."""
    now = utc_now()
    return [
        found.edition_figures(
            session, queries.get_published(session, line.public_id), line.year, now
        )
        for line in reversed(found.list_editions(session, view.id))
    ]


def _province_names(figures: list[EditionFigures]) -> dict[str, str]:
    return {code: words.province_words(code) for f in figures for code in f.provinces}


@bp.get("/series/<raw_series_id>/report.xlsx")
@requires(MANAGE)
def series_xlsx(raw_series_id: str) -> ResponseReturnValue:
    """Give the report as a workbook: a row for each edition, division and province of one."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        view = found.get_managed_series(session, actor, raw_series_id, now)
        figures = _figures(session, view)
        titles = found.list_division_titles(session, view.id)
    provinces = _province_names(figures)

    def rows() -> Iterator[tuple[Value, ...]]:
        for f in figures:
            yield (
                f.year,
                _("全部"),
                f.title,
                f.entries,
                f.total.participants,
                f.units,
                f.headcount or None,
                None if f.coverage_permille is None else f.coverage_permille / 10,
                _points(f.total),
            )
        for kind, names, cuts in (
            (_("组别"), titles, [(f.year, f.divisions) for f in figures]),
            (_("省份"), provinces, [(f.year, f.provinces) for f in figures]),
        ):
            for year, cut in cuts:
                for code, part in cut.items():
                    name = names.get(code, code)
                    yield (
                        year, kind, name, None, part.participants, None, None, None, _points(part)
                    )  # fmt: skip

    data = write_workbook(
        [
            Column(_("年份"), 8),
            Column(_("统计口径"), 12, is_text=True),
            Column(_("名称"), 36, is_text=True),
            Column(_("报名人数"), 12),
            Column(_("参赛人数"), 12),
            Column(_("报名单位"), 12),
            Column(_("申报人数"), 12),
            Column(_("参赛率（百分比）"), 12),
            Column(_("平均分"), 10),
        ],
        rows(),
        sheet_name=_("历届对比"),
        notes=[view.title, view.organiser],
        notes_name=_("说明"),
    )
    return send_file(
        io.BytesIO(data),
        mimetype=XLSX_MIME,
        as_attachment=True,
        download_name=f"series-{view.public_id}.xlsx",
    )


def _points(part: Sum) -> float | None:
    return part.mean_centi / 100 if part.mean_centi is not None and part.sum_milli else None


@bp.route("/<raw_public_id>/edition", methods=["GET", "POST"])
@requires(MANAGE)
def edition(raw_public_id: str) -> ResponseReturnValue:
    """Show a competition's place in a series, and put it into one."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        competition = queries.get_managed(session, actor, raw_public_id, now)
        offered = found.list_series_of(session, competition.organiser_id)
        own = found.find_series_of(session, competition.id)
        standing = found.get_standing(session, competition, now)
    form = EditionForm(
        data={
            "series": own.public_id if own else (offered[0].public_id if offered else ""),
            "year": competition.year or competition.opens_at.year,
        }
    )
    form.offer(offered)
    if form.validate_on_submit():
        try:
            services.place_in_series(
                db_session(),
                actor,
                raw_public_id,
                raw_series_id=form.series.data or "",
                title=form.title.data or "",
                year=form.year.data or 0,
                now=now,
            )
        except Invalid as error:
            db_session().rollback()  # the page answers, so what was begun must not be committed
            form.show(error.problems)
        else:
            flash(_("已归入系列赛。"), "success")
            return _to_edition(raw_public_id)
    refusal = seal_refusal(standing)
    page = render_template(
        "competitions/edition.html",
        competition=competition,
        form=form,
        series=own,
        refusal_words=words_for(Conflict(refusal)) if refusal else "",
        next_year=(competition.year or competition.opens_at.year) + 1,
    )
    return page, 400 if request.method == "POST" else 200


@bp.post("/<raw_public_id>/edition/dates")
@requires(MANAGE)
def confirm_dates(raw_public_id: str) -> ResponseReturnValue:
    """Confirm the shifted dates of a clone."""
    services.confirm_dates(db_session(), current_actor(), raw_public_id, now=utc_now())
    flash(_("日期已确认。"), "success")
    return to_detail(raw_public_id)


@bp.post("/<raw_public_id>/edition/clone")
@requires(MANAGE)
def clone_edition(raw_public_id: str) -> ResponseReturnValue:
    """Write the draft of another year's edition after this one."""
    raw = request.form.get("year", "").strip()
    if not (raw.isascii() and raw.isdigit() and len(raw) == YEAR_DIGITS):
        raise Invalid([Problem("", None, "year", "year", problem_words("year"))])
    public_id = services.clone_edition(
        db_session(), current_actor(), raw_public_id, year=int(raw), now=utc_now()
    )
    flash(_("下一届的草稿已建好，日期按年份平移，请逐项核对。"), "success")
    return _to_edition(public_id)


@bp.post("/<raw_public_id>/edition/seal")
@requires(MANAGE)
def seal_edition(raw_public_id: str) -> ResponseReturnValue:
    """Archive an edition for good."""
    services.seal_edition(db_session(), current_actor(), raw_public_id, now=utc_now())
    flash(_("本届已归档。"), "success")
    return _to_edition(raw_public_id)


def _to_edition(raw_public_id: str) -> ResponseReturnValue:
    return redirect(url_for("competitions.edition", raw_public_id=raw_public_id), 303)
