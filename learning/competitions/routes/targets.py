"""The plan of a competition: targets typed one by one, or imported from a sheet."""

import io
from collections.abc import Iterator, Sequence

from flask import flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from sqlalchemy.orm import Session

from learning.competitions import queries, services, words
from learning.competitions.forms.targets import PlanForm, TargetForm
from learning.competitions.loader import parse_targets
from learning.competitions.queries import CompetitionView, progress
from learning.competitions.routes.blueprint import bp
from learning.competitions.rules import PROVINCES
from learning.competitions.rules.desks import code_of
from learning.competitions.rules.targets import KIND_WORDS, Plan, TargetKind
from learning.competitions.words import _
from learning.competitions.words.progress import target_problem_words
from learning.kernel.clock import utc_now
from learning.kernel.documents import XLSX_MIME, BadDocument, Column, read_sheet, write_workbook
from learning.kernel.documents.workbooks import Value
from learning.kernel.errors import Invalid
from learning.kernel.permissions import Permission
from learning.organisations.words import document_words
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.COMPETITION_MANAGE
UNITS_SHOWN = 50
PROBLEMS_SHOWN = 50


@bp.get("/<raw_public_id>/targets")
@requires(MANAGE)
def targets(raw_public_id: str) -> ResponseReturnValue:
    """Show the plan, with the forms that change it."""
    return _page(raw_public_id)


@bp.post("/<raw_public_id>/targets")
@requires(MANAGE)
def set_target(raw_public_id: str) -> ResponseReturnValue:
    """Set one target, or take it away."""
    form = TargetForm()
    form.offer()
    if not form.validate():
        return _page(raw_public_id, form=form)
    try:
        services.set_targets(
            db_session(), current_actor(), raw_public_id, typed=[form.typed()], now=utc_now()
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _page(raw_public_id, form=form)
    flash(_("已保存。"), "success")
    return _to_targets(raw_public_id)


@bp.post("/<raw_public_id>/targets/import")
@requires(MANAGE)
def import_targets(raw_public_id: str) -> ResponseReturnValue:
    """Take a sheet of targets in, all of it or nothing."""
    form = PlanForm()
    name, raw = form.content()
    try:
        typed = parse_targets(read_sheet(raw))
        count = services.set_targets(
            db_session(), current_actor(), raw_public_id, typed=typed, now=utc_now()
        )
    except BadDocument as error:
        return _page(raw_public_id, faults=[(name, document_words(error))])
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        told = [(p.place, target_problem_words(p.code)) for p in error.problems]
        rest = len(told) - PROBLEMS_SHOWN
        more = [("…", _("另有 %(n)s 处。", n=rest))] if rest > 0 else []
        return _page(raw_public_id, faults=told[:PROBLEMS_SHOWN] + more)
    flash(_("已导入 %(n)s 行。", n=f"{count:,}"), "success")
    return _to_targets(raw_public_id)


def _page(
    raw_public_id: str,
    *,
    form: TargetForm | None = None,
    faults: Sequence[tuple[str, str]] = (),
) -> ResponseReturnValue:
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        competition = queries.get_managed(session, actor, raw_public_id, now)
        plan = progress.get_plan(session, competition.id)
        names = queries.list_names(session, sorted(plan.units)[:UNITS_SHOWN])
    if form is None:
        form = TargetForm(formdata=None)
        form.offer()
    page = render_template(
        "competitions/targets.html",
        competition=competition,
        form=form,
        upload=PlanForm(formdata=None),
        faults=faults,
        plan=plan,
        provinces=[
            (words.province_words(code), n)
            for code, n in sorted(plan.provinces.items(), key=lambda pair: -pair[1])
        ],
        days=sorted(plan.days.items()),
        units=[
            (names.get(unit, ""), plan.units[unit]) for unit in sorted(plan.units)[:UNITS_SHOWN]
        ],
        units_left=max(0, len(plan.units) - UNITS_SHOWN),
    )
    return page, 400 if form.errors or faults else 200


@bp.get("/<raw_public_id>/targets.xlsx")
@requires(MANAGE)
def targets_xlsx(raw_public_id: str) -> ResponseReturnValue:
    """Give the plan as the sheet that the import takes: provinces and units, numbers to fill in."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        competition = queries.get_managed(session, actor, raw_public_id, now)
        rows = list(_rows(session, competition, progress.get_plan(session, competition.id)))
    data = write_workbook(
        [
            Column(_("类别"), 10, is_text=True),
            Column(_("省份、报名编号或日期"), 26, is_text=True),
            Column(_("目标人数"), 12),
            Column(_("名称（供查阅）"), 40, is_text=True),
        ],
        rows,
        sheet_name=_("工作计划"),
        notes=[competition.title, _("日期的目标是到当天为止的累计数；不填的行不计目标。")],
        notes_name=_("说明"),
        timezone=competition.zone,
    )
    return send_file(
        io.BytesIO(data),
        mimetype=XLSX_MIME,
        as_attachment=True,
        download_name=f"plan-{competition.public_id}.xlsx",
    )


def _rows(session: Session, competition: CompetitionView, plan: Plan) -> Iterator[Sequence[Value]]:
    is_chinese = str(get_locale()).startswith("zh")

    def kind(of: TargetKind) -> str:
        return KIND_WORDS[of] if is_chinese else of.value

    yield kind(TargetKind.TOTAL), "", plan.total, ""
    for code in PROVINCES:
        name = words.province_words(code)
        yield kind(TargetKind.PROVINCE), code, plan.provinces.get(code), name
    for day, target in sorted(plan.days.items()):
        yield kind(TargetKind.DAY), day.isoformat(), target, ""
    units = progress.list_unit_keys(session, competition.id).by_enrolment
    names = queries.list_names(session, sorted(units.values()))
    for number, unit in sorted(units.items()):
        yield kind(TargetKind.UNIT), code_of(number), plan.units.get(unit), names.get(unit, "")


def _to_targets(raw_public_id: str) -> ResponseReturnValue:
    return redirect(url_for("competitions.targets", raw_public_id=raw_public_id), 303)
