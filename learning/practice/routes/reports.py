"""Reporting a faulty item, one's own reports, and the desk of who answers them."""

from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.kernel.clock import utc_now
from learning.kernel.markdown import render_inline
from learning.kernel.permissions import Permission
from learning.practice import queries, services, words
from learning.practice.forms import AnswerForm, ReportForm
from learning.practice.queries.reports import REPORTS_A_PAGE, count_open
from learning.practice.routes.blueprint import bp
from learning.practice.rules import Reason, ReportState
from learning.practice.words import _
from learning.question_bank.queries import get_documents, get_item_for, list_banks
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

CHOICES = {"": None, "own": True, "others": False}


@bp.route("/reports/<raw_public_id>/<int:position>", methods=["GET", "POST"])
@requires(Permission.SELF_PRACTICE)
def report(raw_public_id: str, position: int) -> ResponseReturnValue:
    """Report the item at a position of one's own attempt, once its key has been told."""
    session, actor, now = db_session(), current_actor(), utc_now()
    attempt, version_id = services.get_told_version(session, actor, raw_public_id, position, now)
    form = ReportForm()
    if form.validate_on_submit():
        services.report_item(
            session,
            actor,
            raw_public_id,
            position,
            reason=Reason(form.reason.data),
            text=(form.text.data or "").strip(),
            now=now,
        )
        flash(_("已交给命题的人核对，答复会在通知里告诉您。"), "success")
        return redirect(url_for("practice.reports"), 303)
    page = render_template(
        "practice/report.html",
        form=form,
        title=attempt.title,
        position=position,
        stem=render_inline(get_documents(session, [version_id])[version_id].stem[:300]),
        is_reported=queries.find_report(session, actor.user_id, version_id) is not None,
    )
    return page, 400 if request.method == "POST" else 200


@bp.get("/reports")
@requires(Permission.SELF_PRACTICE)
def reports() -> ResponseReturnValue:
    """List one's own reports with what became of them."""
    page = page_number(request.args)
    rows, total = queries.list_own_reports(db_session(), current_actor().user_id, page=page)
    return render_template(
        "practice/reports.html",
        rows=[(row, words.report_words(row.state, row.fixed_number)) for row in rows],
        reasons=words.reasons(),
        inline=render_inline,
        page=page,
        pages=max(1, -(-total // REPORTS_A_PAGE)),
        total=total,
        page_url=lambda number: url_for("practice.reports", page=number),
    )


@bp.get("/desk")
@requires(Permission.ITEM_ANSWER)
def desk() -> ResponseReturnValue:
    """List the items with open reports, the most reported first."""
    session, actor, now = db_session(), current_actor(), utc_now()
    page = page_number(request.args)
    bank, whose = request.args.get("bank", "")[:60], request.args.get("whose", "")
    rows, total = queries.list_groups(
        session, actor, now, bank=bank, is_own=CHOICES.get(whose), page=page
    )
    return render_template(
        "practice/desk.html",
        rows=rows,
        banks=list_banks(session, actor, Permission.ITEM_ANSWER, now),
        bank=bank,
        whose=whose,
        inline=render_inline,
        page=page,
        pages=max(1, -(-total // REPORTS_A_PAGE)),
        total=total,
        page_url=lambda number: "?" + urlencode({"bank": bank, "whose": whose, "page": number}),
    )


@bp.route("/desk/<bank>/<code>", methods=["GET", "POST"])
@requires(Permission.ITEM_ANSWER)
def desk_item(bank: str, code: str) -> ResponseReturnValue:
    """Show all reports of an item, and answer the open ones."""
    session, actor, now = db_session(), current_actor(), utc_now()
    item = get_item_for(session, actor, Permission.ITEM_ANSWER, bank, code, now)
    form = AnswerForm()
    if form.validate_on_submit():
        answered = services.answer_reports(
            session,
            actor,
            bank,
            code,
            verdict=ReportState(form.verdict.data),
            text=(form.text.data or "").strip(),
            now=now,
        )
        flash(_("已答复 %(n)s 条报错，报错的人会收到通知。", n=answered), "success")
        return redirect(url_for("practice.desk"), 303)
    page = page_number(request.args)
    rows, total = queries.list_reports(session, item.id, page=page)
    number = queries.current_number(session, item)
    body = render_template(
        "practice/desk_item.html",
        item=item,
        form=form,
        stem=render_inline(item.excerpt),
        number=number,
        open_count=count_open(session, item.id),
        fixable=count_open(session, item.id, below=number),
        rows=[(row, words.report_words(row.state, row.fixed_number)) for row in rows],
        reasons=words.reasons(),
        page=page,
        pages=max(1, -(-total // REPORTS_A_PAGE)),
        total=total,
        page_url=lambda at: url_for("practice.desk_item", bank=bank, code=code, page=at),
    )
    return body, 400 if request.method == "POST" else 200
