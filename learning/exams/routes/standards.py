"""The cut score by judges, for the examiner: open, appoint, rounds, feedback, adopt, the record."""

import io
from collections.abc import Iterator
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.exams import queries, services, words
from learning.exams.forms import AdoptForm, DismissForm, JudgesForm, StandardForm, StepForm
from learning.exams.queries import SittingView, standards
from learning.exams.queries.standards import Dismissal, SettingView
from learning.exams.routes.blueprint import bp
from learning.exams.rules import (
    FEWEST_JUDGES,
    MAX_DISMISSAL,
    MAX_ROUNDS,
    Adjustment,
    Panel,
    StandardState,
    State,
    Step,
    adjusted_milli,
    judge_lines,
    rounds_of,
    spreads_of,
)
from learning.exams.words import _, analysis
from learning.kernel import audit
from learning.kernel.clock import utc_now
from learning.kernel.documents import XLSX_MIME, Column, write_workbook
from learning.kernel.errors import Invalid
from learning.kernel.permissions import Permission
from learning.question_bank.rules import ItemKind
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.templating import points_text
from learning.web.transaction import db_session

MANAGE = Permission.SITTING_MANAGE


@bp.route("/<raw_public_id>/standard", methods=["GET", "POST"])
@requires(MANAGE)
def standard_settings(raw_public_id: str) -> ResponseReturnValue:
    """List the settings of a sitting, and open another."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        sitting = queries.get_managed(session, actor, raw_public_id, now)
        found = standards.list_settings(session, sitting.id)
    form = StandardForm()
    form.offer(words.standard_forms(sitting.rules.forms))
    if not form.validate_on_submit():
        page = render_template(
            "exams/standards.html",
            sitting=sitting,
            lines=[(each, words.standard_words(each.state, each.round)) for each in found],
            form=form,
            may_open=sitting.state is not State.CLOSED
            and not (sitting.state is State.OPEN and now >= sitting.opens_at),
        )
        return page, 400 if request.method == "POST" else 200
    setting = services.open_standard(
        db_session(),
        actor,
        raw_public_id,
        form_number=form.form.data,
        shows_keys=form.shows_keys.data,
        shows_facilities=form.shows_facilities.data,
        now=now,
    )
    flash(_("已开始第 1 轮，请任命评委。"), "success")
    return _to_setting(raw_public_id, setting)


@bp.get("/<raw_public_id>/standard/<raw_setting_id>")
@requires(MANAGE)
def standard(raw_public_id: str, raw_setting_id: str) -> ResponseReturnValue:
    """Show how far the judges are and, of rounds that are over, what they said."""
    forms = (JudgesForm(formdata=None), AdoptForm(formdata=None))
    return _setting_page(raw_public_id, raw_setting_id, *forms)


def _setting_page(
    raw_public_id: str, raw_setting_id: str, judges_form: JudgesForm, adopt_form: AdoptForm
) -> ResponseReturnValue:
    with transaction.reading() as session:
        sitting, setting = _setting(session, raw_public_id, raw_setting_id)
        panel = standards.get_panel(session, setting)
        judges = standards.list_judges(session, setting)
        dismissed = standards.list_dismissed(session, setting)
        facilities = standards.list_facilities(session, setting)
        codes = standards.list_codes(session, setting)
    results = rounds_of(_closed(panel, setting))
    lines = judge_lines(_closed(panel, setting), results[-1].result) if results else []
    spreads = spreads_of(panel, setting.closed_rounds) if results else {}
    adopt_form.offer(_offers(results))
    page = render_template(
        "exams/standard.html",
        sitting=sitting,
        setting=setting,
        badge_words=words.standard_words(setting.state, setting.round),
        rounds=results,
        judges=[
            (judge, panel.judged(setting.round, judge.user_id), lines[n] if lines else None)
            for n, judge in enumerate(judges)
        ],
        dismissed=dismissed,
        max_reason=MAX_DISMISSAL,
        items=[
            (n, code, words.kind_words(ItemKind(kind)), setting.points_milli[n - 1])
            for n, (code, kind) in enumerate(codes, start=1)
        ],
        spreads=spreads,
        facilities=facilities,
        is_same_paper=setting.assessment_id == sitting.assessment_id,
        complete=panel.complete(setting.round),
        fewest=FEWEST_JUDGES,
        may_go_on=setting.state is StandardState.BETWEEN and setting.round < MAX_ROUNDS,
        adjusted=words.adjusted_words(setting.adjustment),
        judges_form=judges_form,
        adopt_form=adopt_form,
        share=analysis.share,
        figure=analysis.figure,
    )
    return page, 400 if judges_form.errors or adopt_form.errors else 200


def _closed(panel: Panel, setting: SettingView) -> Panel:
    """Return the panel without the round that is open: who judges now is not looked over."""
    return Panel(panel.judges, panel.points_milli, panel.given[: setting.closed_rounds])


def _offers(results: Any) -> list[tuple[str, str]]:
    result = results[-1].result if results else None
    if result is None or result.cut is None:
        return []
    known = [each for each in Adjustment if not each.errors or result.error is not None]
    return [
        (each.value, words.adjustment_words(each, adjusted_milli(result, each))) for each in known
    ]


def _setting(
    session: Session, raw_public_id: str, raw_setting_id: str
) -> tuple[SittingView, SettingView]:
    sitting = queries.get_managed(session, current_actor(), raw_public_id, utc_now())
    return sitting, standards.get_setting(session, sitting.id, raw_setting_id)


@bp.post("/<raw_public_id>/standard/<raw_setting_id>/judges")
@requires(MANAGE)
def appoint_judges(raw_public_id: str, raw_setting_id: str) -> ResponseReturnValue:
    """Appoint judges by a list."""
    form = JudgesForm()
    if not form.validate():
        return _setting_page(raw_public_id, raw_setting_id, form, AdoptForm(formdata=None))
    try:
        count = services.appoint_judges(
            db_session(),
            current_actor(),
            raw_public_id,
            raw_setting_id=raw_setting_id,
            roll=form.roll.data or "",
            now=utc_now(),
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _setting_page(raw_public_id, raw_setting_id, form, AdoptForm(formdata=None))
    flash(_("已任命 %(n)s 位评委。他们从“我的考试”进入。", n=count), "success")
    return _to_setting(raw_public_id, raw_setting_id)


@bp.post("/<raw_public_id>/standard/<raw_setting_id>/judges/<raw_person_id>/dismiss")
@requires(MANAGE)
def dismiss_judge(
    raw_public_id: str, raw_setting_id: str, raw_person_id: str
) -> ResponseReturnValue:
    """Dismiss a judge; form: `reason`, needed after a round."""
    form = DismissForm()
    if not form.validate():
        flash(_("理由至多 300 字。"), "warning")
        return _to_setting(raw_public_id, raw_setting_id)
    services.dismiss_judge(
        db_session(),
        current_actor(),
        raw_public_id,
        raw_setting_id=raw_setting_id,
        raw_person_id=raw_person_id,
        reason=(form.reason.data or "").strip(),
        now=utc_now(),
    )
    flash(_("已取消任命，其评议不再计入。"), "success")
    return _to_setting(raw_public_id, raw_setting_id)


@bp.post("/<raw_public_id>/standard/<raw_setting_id>/step")
@requires(MANAGE)
def standard_step(raw_public_id: str, raw_setting_id: str) -> ResponseReturnValue:
    """Close a round, open the next one, or drop the setting; form: `step`."""
    form = StepForm()
    if form.validate():
        services.take_step(
            db_session(),
            current_actor(),
            raw_public_id,
            raw_setting_id=raw_setting_id,
            step=Step(form.step.data),
            now=utc_now(),
        )
    return _to_setting(raw_public_id, raw_setting_id)


@bp.post("/<raw_public_id>/standard/<raw_setting_id>/adopt")
@requires(MANAGE)
def adopt_standard(raw_public_id: str, raw_setting_id: str) -> ResponseReturnValue:
    """Make the judges' cut the sitting's."""
    form = AdoptForm()
    form.offer([(each.value, each.value) for each in Adjustment])
    if not form.validate() or not form.is_whole():
        return _setting_page(raw_public_id, raw_setting_id, JudgesForm(formdata=None), form)
    cut = services.adopt_standard(
        db_session(),
        current_actor(),
        raw_public_id,
        raw_setting_id=raw_setting_id,
        adjustment=Adjustment(form.adjustment.data),
        reason=(form.reason.data or "").strip(),
        now=utc_now(),
    )
    flash(_("合格线已定为 %(cut)s 分。", cut=points_text(cut)), "success")
    return _to_setting(raw_public_id, raw_setting_id)


@bp.post("/<raw_public_id>/standard/<raw_setting_id>.xlsx")
@requires(MANAGE)
def standard_xlsx(raw_public_id: str, raw_setting_id: str) -> ResponseReturnValue:
    """Give the record of a setting as a workbook; the download is in the audit."""
    session, actor, now = db_session(), current_actor(), utc_now()
    sitting, setting = _setting(session, raw_public_id, raw_setting_id)
    panel = _closed(standards.get_panel(session, setting), setting)
    judges = standards.list_judges(session, setting)
    names = [judge.name for judge in judges]
    titles = [_("题号"), _("试题编号"), _("分值"), _("以往得分率")]
    for number in range(1, setting.closed_rounds + 1):
        titles += [_("第 %(n)s 轮 %(name)s", n=number, name=name) for name in names]
        titles += [_("第 %(n)s 轮平均", n=number), _("第 %(n)s 轮标准差", n=number)]
    data = write_workbook(
        [Column(title, 12) for title in titles],
        _record_rows(session, setting, panel),
        sheet_name=_("评议"),
        notes=[
            sitting.title,
            *_record_notes(setting, panel, names),
            *_dismissals(standards.list_dismissed(session, setting), sitting.zone),
        ],
        notes_name=_("结论"),
        timezone=sitting.zone,
    )
    details = {"rounds": setting.closed_rounds, "judges": len(names)}
    audit.log(
        session,
        "standard.downloaded",
        setting.public_id,
        actor_id=actor.user_id,
        now=now,
        details=details,
    )
    return send_file(
        io.BytesIO(data),
        mimetype=XLSX_MIME,
        as_attachment=True,
        download_name=f"cut-score-{setting.public_id}.xlsx",
    )


def _record_rows(session: Session, setting: SettingView, panel: Panel) -> Iterator[list[Any]]:
    facilities = standards.list_facilities(session, setting)
    spreads = [spreads_of(panel, number + 1) for number in range(len(panel.given))]
    for place, (code, _kind) in enumerate(standards.list_codes(session, setting), start=1):
        known = facilities.get(place)
        row: list[Any] = [place, code, setting.points_milli[place - 1] / 1000]
        row.append(None if known is None else round(known.facility, 3))
        for given, spread in zip(panel.given, spreads, strict=True):
            said = spread.get(place)
            row += [given.get((judge, place)) for judge in panel.judges]
            row.append(None if said is None else round(said.mean, 2))
            row.append(None if said is None or said.sd is None else round(said.sd, 2))
        yield row


def _record_notes(setting: SettingView, panel: Panel, names: list[str]) -> Iterator[str]:
    results = rounds_of(panel)
    for number, each in enumerate(results, start=1):
        result = each.result
        yield _(
            "第 %(n)s 轮：合格线 %(cut)s 分（占 %(share)s），评委间标准差 %(sd)s，标准误 %(error)s",
            n=number,
            cut=analysis.figure(result.cut),
            share=analysis.share(result.share),
            sd=analysis.figure(result.sd),
            error=analysis.figure(result.error),
        )
    lines = judge_lines(panel, results[-1].result) if results else []
    for name, line in zip(names, lines, strict=False):
        yield _(
            "%(name)s：合格线 %(cut)s 分，与其他评委的相关 %(r)s%(far)s",
            name=name,
            cut=analysis.figure(line.result.cut),
            r=analysis.figure(line.agreement),
            far=_("（离群）") if line.result.is_outlier else "",
        )
    if setting.adopted_milli is not None:
        yield _(
            "采用 %(cut)s 分（%(how)s），%(name)s 决定：%(reason)s",
            cut=points_text(setting.adopted_milli),
            how=words.adjusted_words(setting.adjustment),
            name=setting.decided_by,
            reason=setting.reason,
        )


def _dismissals(dismissed: list[Dismissal], zone: str) -> Iterator[str]:
    for each in dismissed:
        yield _(
            "%(name)s 于 %(at)s 取消任命，其评议不计入：%(reason)s",
            name=each.name,
            at=words.instant_words(each.at, zone),
            reason=each.reason or "—",
        )


def _to_setting(public_id: str, setting_id: str) -> ResponseReturnValue:
    address = url_for("exams.standard", raw_public_id=public_id, raw_setting_id=setting_id)
    return redirect(address, 303)
