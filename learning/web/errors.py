"""The one map from domain errors to HTTP, and the pages that say what happened and what to do."""

import logging
from typing import Any

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from learning.kernel.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    Throttled,
    Unavailable,
)
from learning.web.responses import json_reply, wants_json

STATUS: dict[type[DomainError], int] = {
    NotFound: 404,
    Forbidden: 403,
    Conflict: 409,
    Throttled: 429,
    Unavailable: 503,
    Invalid: 400,
}
PAGES = frozenset({400, 403, 404, 409, 413, 429, 500, 503})
RETRY_AFTER_S = 3

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Install the error map."""
    app.register_error_handler(DomainError, domain_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(PoolTimeoutError, _database_error)
    app.register_error_handler(Exception, _crash)


def status_of(error: DomainError) -> int:
    """Return the HTTP status of a domain error; 400 where nothing more exact is known."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)


def words_for(error: DomainError) -> str:
    """Return what happened, translated; a general sentence for codes without their own."""
    words: dict[str, str] = {
        "permission": _("您没有这项权限。"),
        "database": _("系统正忙，请稍后再试。"),
        "not_open": _("还没有到开放时间。"),
        "closed": _("已经结束。"),
        "attempts_used": _("答题次数已经用完。"),
        "already_submitted": _("这份试卷已经交卷。"),
        "paused": _("监考已暂停计时，请等候继续。已写的答案照常保存。"),
        "not_finished": _("这份试卷还没有交卷。"),
        "voided": _("这份试卷已经作废。"),
        "outage_span": _("中断的起止时间不对：要先起后止，并且已经过去。"),
        "regrade_id": _("这一编号的重新评分属于另一场测评。"),
        "rules_locked": _("已有人参赛，规则不能再改。"),
        "window_locked": _("开放报名后，答题时间不能再改。"),
        "window_over": _("答题时间已经结束，请先改时间。"),
        "not_draft": _("只有草稿可以开放报名。"),
        "not_running": _("竞赛不在进行中。"),
        "room_open": _("现场已开放，规则、队伍和试题不能再改。"),
        "room_draft": _("现场还没有开放，请先抽题。"),
        "room_teams": _("至少要有两队。"),
        "not_entered": _("请先报名。"),
        "not_eligible": _("本场竞赛不对您所在的单位或组别开放。"),
        "choose_place": _("请先选定为哪个单位、哪个组别参赛。"),
        "not_published": _("名次还没有公布。"),
        "not_closed": _("竞赛还没有结束、公布名次，不能公布评奖方案。"),
        "nobody_listed": _("名次表上没有人，不能评奖。"),
        "source_past": _("公开随机数的产生时间已过：它必须在公布名单之后才产生。请改时间再公布。"),
        "source_early": _("公开随机数的产生时间还没有到。"),
        "awards_state": _("评奖已进入下一步，不能再这样做。请刷新页面。"),
        "objections_closed": _("现在不在公示期内，不能提出异议。"),
        "objections_many": _("您有几条异议还没有答复，请等答复后再提。"),
        "objections_running": _("公示还没有结束。"),
        "objections_open": _("还有异议没有答复。"),
        "attempts_open": _("还有人在答题，等他们交卷或到时后再结束。"),
        "unscored": _("还有试卷没有评完分，请稍后再试。"),
        "changed": _("刚有人交卷，请再试一次。"),
        "login_queue_full": _("同时登录的人太多，请过一会儿再试。已经登录的人不受影响。"),
        "login_name_taken": _("这个登录名已有人使用。"),
        "user_disabled": _("这个账号已停用。"),
        "user_closed": _("这个账号已注销或已并入另一份档案，不能再启用。"),
        "wait": _("请求过于频繁，请稍候。"),
        "sitting_rules_locked": _("已有人开考，规则不能再改。"),
        "sitting_window_locked": _("场次开放后，考试时间不能再改。"),
        "sitting_not_draft": _("只有草稿可以开放。"),
        "sitting_not_running": _("场次不在进行中。"),
        "no_paper": _("本场没有纸笔作答；可在“组织方式”里打开。"),
        "open_attempt": _("这位考生正在在线作答，交卷后才能录入纸笔答卷。"),
        "own_sheet": _("不能录入或核对自己的答题卡。"),
        "keyed_already": _("这份答题卡您已录过一遍，第二遍须由另一人来录。"),
        "sheet_confirmed": _("这份答题卡已经两人录入一致。要更正，请考务写明理由后重新录入。"),
        "sheet_differs": _("这份答题卡的两遍录入不一致，请在待核对里处理。"),
        "sheet_settled": _("这份答题卡不在待核对状态，可能刚被别人处理。"),
        "sheet_not_confirmed": _("只能更正已经确认的最新一份答题卡。"),
        "room_exists": _("本场已有同名的考场。"),
        "room_in_use": _("这个考场还有监考或考生，请先把他们移走。"),
        "too_many": _("数量已到上限。"),
        "applications_over": _("报考已截止。"),
        "admitted_already": _("您已获准参加本场考试，不必再报考。"),
        "application_decided": _("这份报考已有审核结果，不能再改。"),
        "application_not_pending": _("这份报考不在待审核状态，可能刚被别人处理或撤回。"),
        "application_own": _("不能审核自己的报考。"),
        "own_place": _("不能为自己核对身份或批准考试便利，请由别的监考或考务办理。"),
        "agreement_missing": _("报考人还没有签署协议或确认报名。"),
        "agreement_changed": _("协议刚刚有改动，请重新阅读后再提交。"),
        "reason_missing": _("请写明理由。"),
        "forms_assembled": _("本场的试卷随规则组好，不另抽卷。"),
        "forms_used_up": _("为印刷抽的卷已到上限，不能再抽。"),
        "appeal_late": _("已过申诉期限，不能再提出。"),
        "appeal_position": _("请写明是第几题，题号要在试卷范围内。"),
        "appeal_exists": _("您已就这件事提出过申诉，请看它的处理情况。"),
        "appeal_over": _("这件申诉已经答复或撤回。"),
        "appeal_taken": _("这件申诉正由别人处理。"),
        "involved": _("与这件事有关的人不能处理这件申诉，请交给没有参与的人。"),
        "regrade_over": _("这次重新评分正在计算、已生效或已放弃，不能再改。"),
        "no_rulings": _("请先写明哪些题怎样处理。"),
        "not_looked": _("请先看一看影响，再生效。"),
        "not_handler": _("请先接办，再答复。"),
        "no_rooms": _("请先添加考场。"),
        "seats_short": _(
            "座位不够，还缺 %(n)s 个；这次谁也没有排。请添加考场或座位。",
            n=error.data.get("missing", ""),
        ),
        "no_such_seat": _("这个考场没有这个座位号。"),
        "seat_taken": _("这个座位已经排给别人了。"),
        "identity_unchecked": _("请先核对证件，再记为到场。"),
        "no_signal": _("请等监考宣布开考。"),
        "no_signal_awaited": _("本场不需要宣布开考，到时即可开始。"),
        "too_late_to_start": _("已过最迟开考时间，不能再入场。"),
        "entry_refused": _("监考记录您缺考或不予入场，不能开考。如有疑问，请找监考。"),
        "not_checked_in": _("请先到监考处核对身份。"),
        "wrong_network": _("本场只能在指定考场的网络内开考。"),
        "retry_wait": _("两次作答之间要间隔一段时间，还没有到。"),
        "resit_refused": _("不符合本场的补考条件。请在考试页查看规则和原因。"),
        "resit_barred": _("名单里有人不符合本场的补考条件，这次谁也没有准考。请重新核对名单。"),
        "resit_first": _("已有别的场次是本场的补考，本场不能再是补考。"),
        "candidate_judged": _(
            "名单里有人做过本场合格线的评委，看过试题，不能参加本场考试；这次谁也没有准考。"
        ),
        "standard_late": _("考试已经开始或结束，合格线不能再由评议改动。"),
        "standard_over": _("这次评议已经采用或放弃，不能再改。"),
        "standard_closed": _("这一轮已经结束。"),
        "standard_open": _("这一轮还没有结束。"),
        "standard_rounds": _("轮次已到上限。"),
        "standard_paper": _("评议之后试卷又改过，评的不是现在的试卷，请重新评议。"),
        "standard_few": _("评完全部试题的评委不足 3 人，不能采用。"),
        "standard_keys": _("这次评议不向评委显示答案。"),
        "candidate_started": _("这位考生已经开考，不能再这样做。"),
        "examiner_only": _("只有考务可以这样做。"),
        "by_name": _("收卷和作废要点名，不能对所有人一起做。"),
        "already_revoked": _("这张证书已经撤销。"),
        "too_many_items": _(
            "一次至多处理 %(n)s 题，所选的更多，什么都没有改。请加条件缩小范围，分几次做。",
            n=error.data.get("most", ""),
        ),
        "bank_changed": _(
            "题库的用途刚刚被改成（或不再是）保密，这次什么都没有写入。请重新打开题库，核对后再做一次。"
        ),
        "bank_gone": _("这个题库已经不在了。"),
        "secure_stays": _("保密题只能移到保密题库，别的题不能移进保密题库；这次一题都没有移动。"),
        "import_state": _("这次导入刚刚被入库、撤销或放弃了，请打开导入记录看现在的状态。"),
        "item_gone": _("这道题刚刚被删去了。"),
        "fonts": _("证书字体没有安装，请联系运维。"),
    }
    return words.get(error.code, _("无法完成这个操作。"))


def domain_error(error: DomainError) -> ResponseReturnValue:
    """Turn a domain error into a page or JSON."""
    status = status_of(error)
    headers = {}
    if isinstance(error, Throttled):
        headers["Retry-After"] = str(error.retry_after_s)
    elif isinstance(error, Unavailable):
        headers["Retry-After"] = str(RETRY_AFTER_S)
        # What only waits for leisure is refused by design, thousands of times in a large sitting.
        level = logging.DEBUG if error.code == "busy" else logging.WARNING
        log.log(level, "unavailable: %s", error.code, exc_info=error.__cause__)
    return _reply(status, error.code, words_for(error), headers, _problems(error))


def _problems(error: DomainError) -> list[str]:
    return [str(problem) for problem in error.problems] if isinstance(error, Invalid) else []


def _csrf_error(_error: CSRFError) -> ResponseReturnValue:
    return _reply(403, "csrf", _("页面已过期，请刷新后再试。"), {}, [])


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:  # redirects travel as exceptions too
        return error.get_response()
    code = {404: "not_found", 405: "method", 413: "too_large"}.get(status, "request")
    return _reply(status, code, "", {}, [])


def _database_error(error: Exception) -> ResponseReturnValue:
    log.error("database error", exc_info=error)
    return _reply(503, "unavailable", "", {"Retry-After": str(RETRY_AFTER_S)}, [])


def _crash(error: Exception) -> ResponseReturnValue:
    log.error("unhandled error", exc_info=error)
    return _reply(500, "internal", "", {}, [])


def _reply(
    status: int, code: str, words: str, headers: dict[str, str], problems: list[str]
) -> ResponseReturnValue:
    if wants_json():
        body: dict[str, Any] = {"error": code}
        if problems:
            body["problems"] = problems
        response = json_reply(body, status)
        response.headers.update(headers)
        return response
    page = status if status in PAGES else (400 if status < 500 else 500)
    html = render_template(f"errors/{page}.html", message=words, problems=problems, code=code)
    return html, status, headers
