"""The one map from domain errors to HTTP, and the pages that say what happened and what to do."""

import logging
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, render_template, request
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
from learning.kernel.translation import N_
from learning.web.responses import json_reply, wants_json

STATUS: dict[type[DomainError], int] = {
    NotFound: 404,
    Forbidden: 403,
    Conflict: 409,
    Throttled: 429,
    Unavailable: 503,
    Invalid: 400,
}
PAGES = frozenset({400, 403, 404, 405, 409, 413, 429, 500, 503})
RETRY_AFTER_S = 3

log = logging.getLogger(__name__)
# What happened, by the code of a domain error.
WORDS = {
    "permission": N_("您没有这项权限。"),
    "database": N_("系统正忙，请稍后再试。"),
    "not_open": N_("还没有到开放时间。"),
    "closed": N_("已经结束。"),
    "attempts_used": N_("答题次数已经用完。"),
    "nothing_due": N_("今天没有要复习的题。"),
    "not_told": N_("答案还没有公布，现在不能对这道题报错。"),
    "already_reported": N_("这道题您已经报过错，答复会在“我的报错”里。"),
    "not_fixed": N_("报错针对的就是现行版本：请先修订试题并审定新版本，再答“已改正”。"),
    "no_open_report": N_("没有等待答复的报错。"),
    "reports_a_day": N_("一天最多报 10 道题，明天可以再报。"),
    "notes_full": N_("笔记已经很多：一个课时最多 200 条，总共最多 5,000 条。"),
    "note_empty": N_("没有摘录正文的笔记不能为空；不要了可以删除。"),
    "no_mock": N_("练习题库里还没有可以用来组成这份模拟试卷的题。"),
    "sitting_open": N_("正式考试还在作答，交卷以后再做模拟考试。"),
    "no_weakness": N_("答过的题还不够多，看不出哪里薄弱。"),
    "day_used": N_("今天的答题次数已经用完，明天可以再答。"),
    "solved": N_("已经全部答对，不必再答。"),
    "no_bonus": N_("本场竞赛没有这项加分。"),
    "already_submitted": N_("这份试卷已经交卷。"),
    "paused": N_("监考已暂停计时，请等候继续。已写的答案照常保存。"),
    "not_finished": N_("这份试卷还没有交卷。"),
    "voided": N_("这份试卷已经作废。"),
    "outage_span": N_("中断的起止时间不对：要先起后止，并且已经过去。"),
    "regrade_id": N_("这一编号的重新评分属于另一场测评。"),
    "rules_locked": N_("已有人参赛，规则不能再改。"),
    "window_locked": N_("开放报名后，答题时间只能在“轮次与晋级”里公告推后或延长。"),
    "window_shortened": N_("已公布的答题时间只能推后或延长，不能缩短。"),
    "window_same": N_("时间没有变。"),
    "window_begun": N_("已经开始的不能改开始时间，新的开始时间也不能早于现在。"),
    "window_late": N_("离结束不到 5 分钟，来不及通知正在作答的人，不能再延长。"),
    "window_over": N_("答题时间已经结束，请先改时间。"),
    "not_draft": N_("只有草稿可以开放报名。"),
    "not_running": N_("竞赛不在进行中。"),
    "sealed": N_("本届竞赛已经归档，只能查看。成绩有误，请走申诉与更正。"),
    "no_edition": N_("这场竞赛还没有归入系列赛。"),
    "edition_taken": N_("这个系列在这一年已经有一届。"),
    "edition_past": N_("平移到这一年，答题开始时间已经过去。"),
    "dates_due": N_("日期是从上一届平移来的，请先核对并确认，再开放报名。"),
    "seal_running": N_("名次公布以后才能归档。"),
    "seal_rounds": N_("还有轮次没有公布名次，不能归档。"),
    "seal_prizes": N_("评奖还没有结束，不能归档：须定稿，并过了领取期限。"),
    "seal_flags": N_("还有疑点没有处理，不能归档。"),
    "seal_appeals": N_("还有申诉或更正没有办完，不能归档。"),
    "room_begun": N_("现场已经开始，不能再解除。"),
    "room_owned": N_("这个现场已经属于一项竞赛。"),
    "room_open": N_("现场已开放，规则、队伍和试题不能再改。"),
    "room_draft": N_("现场还没有开放，请先抽题。"),
    "room_teams": N_("至少要有两队。"),
    "not_entered": N_("请先报名。"),
    "no_correction": N_("本场竞赛报名以后不能更正。"),
    "corrected": N_("报名信息已经更正过一次，不能再改。有误请与主办方联系。"),
    "correction_over": N_("更正的期限已过。有误请与主办方联系。"),
    "correction_team": N_("您已在一个团队里或已申请加入，请先退出团队再更正。"),
    "correction_paper": N_("单位已把您列入纸笔作答名单，请先请单位移出再更正。"),
    "enrolment_early": N_("报名还没有开始。"),
    "enrolment_over": N_("报名已经截止。"),
    "not_promoted": N_("这一轮只有晋级的人可以参加。"),
    "no_promotion": N_("没有规定这一轮之后谁晋级。"),
    "promoted_already": N_("这一轮的晋级名单已经公布。"),
    "promoted_nobody": N_("名次表上没有人符合晋级规则。"),
    "promotion_changed": N_("晋级的人与刚才看到的不同，请重新核对。"),
    "round_not_closed": N_("这一轮还没有公布名次。"),
    "rounds_many": N_("轮次已到上限，或已经有练习轮。"),
    "rounds_order": N_("各轮的时间须前后相接：后一轮在前一轮结束后开始，练习先于正式答题。"),
    "attempts_begun": N_("这个人已经开始作答。"),
    "not_eligible": N_("本场竞赛不对您所在的单位或组别开放。"),
    "choose_place": N_("请先选定为哪个单位、哪个组别参赛。"),
    "not_answering": N_("现在不在作答时间内，不能提醒。"),
    "reminded": N_("今天已经提醒过，每天提醒一次。"),
    "not_published": N_("名次还没有公布。"),
    "frozen": N_("封榜时间已过，不能再改。"),
    "freeze_past": N_("封榜时间须在现在之后。"),
    "reveal_changed": N_("揭晓已进入下一步，请刷新页面。"),
    "not_revealed": N_("名次还没有全部揭晓。"),
    "not_closed": N_("竞赛还没有结束、公布名次，不能公布评奖方案。"),
    "nobody_listed": N_("名次表上没有人，不能评奖。"),
    "prize_list_gone": N_("有奖项依据的轮次已经取消，请先修改评奖方案。"),
    "prize_round_open": N_("有奖项依据后面的轮次，那一轮还没有公布名次。"),
    "final_running": N_("现场还没有结束，名次没有定。"),
    "final_unconfirmed": N_("有奖项依据现场决赛，决赛名次还没有确认。"),
    "not_gone_on": N_("有奖项授予晋级的人，还没有人晋级到那一轮。"),
    "source_past": N_("公开随机数的产生时间已过：它必须在公布名单之后才产生。请改时间再公布。"),
    "source_early": N_("公开随机数的产生时间还没有到。"),
    "award_not_due": N_("按更正后的名次，这个人不应得这个奖项，或者已经持有。请刷新页面核对。"),
    "unit_award_not_due": N_("按现在的榜，这个单位不应得这个奖项，或名单已经相符。请刷新核对。"),
    "unit_award_held": N_("这个单位现在持有另一个奖项，每个单位至多一项。请先取消那一项，再补发。"),
    "award_held": N_("这个人现在持有另一个奖项，每人至多一项。请先取消那一项，再补发。"),
    "printing": N_("证书正在制作，请等完成后再做。"),
    "claim_over": N_("领奖时间已过，或奖品已经领取。"),
    "awards_state": N_("评奖已进入下一步，不能再这样做。请刷新页面。"),
    "flag_decided": N_("这条疑点已有结论。"),
    "flag_own": N_("不能处理关于自己的疑点。"),
    "flag_no_run": N_("这条疑点不是连号，请单独处理。"),
    "teams_founded": N_("已有人建队，组队规则不能再改。"),
    "team_locked": N_("答题已经开始，组队已锁定。"),
    "team_started": N_("本人或队员已经开始答题，不能再建队、换队或解散团队。"),
    "team_member_started": N_("这位参赛者已经开始答题，不能再加入或移出。"),
    "team_other": N_("您已在一个团队里，或已申请加入一个团队。请先退出。"),
    "team_unit": N_("这个团队只收同一单位报名的人。"),
    "team_full": N_("团队人数已满。"),
    "team_captain": N_("队长不能移出自己；解散团队请用“解散”。"),
    "link_gone": N_("这个报名链接已停用、过期或名额已满，请向本单位要新的。"),
    "declaration_own": N_("不能核实自己申报的人数，请由别的人核实。"),
    "declaration_decided": N_("这次申报已有结果，或已被新的申报取代。"),
    "objections_closed": N_("现在不在公示期内，不能提出异议。"),
    "objections_many": N_("您有几条异议还没有答复，请等答复后再提。"),
    "objections_running": N_("公示还没有结束。"),
    "objections_open": N_("还有异议没有答复。"),
    "attempts_open": N_("还有人在答题，等他们交卷或到时后再结束。"),
    "unscored": N_("还有试卷没有评完分，请稍后再试。"),
    "changed": N_("刚有人交卷，请再试一次。"),
    "login_queue_full": N_("同时登录的人太多，请过一会儿再试。已经登录的人不受影响。"),
    "login_name_taken": N_("这个登录名已有人使用。"),
    "own_role": N_("不能给自己授予或结束角色，请由别的人办理。"),
    "user_disabled": N_("这个账号已停用。"),
    "user_closed": N_("这个账号已注销或已并入另一份档案，不能再启用。"),
    "wait": N_("请求过于频繁，请稍候。"),
    "sitting_rules_locked": N_("已有人开考，规则不能再改。"),
    "sitting_window_locked": N_("场次开放后，考试时间不能再改。"),
    "sitting_not_draft": N_("只有草稿可以开放。"),
    "sitting_not_running": N_("场次不在进行中。"),
    "no_paper": N_("本场没有纸笔作答；可在“组织方式”里打开。"),
    "round_no_paper": N_("这一轮没有纸笔作答。"),
    "paper_over": N_("纸笔答卷的录入已经截止。"),
    "paper_format": N_("每天限次、各次相加、逐题作答或答到全对为止的轮次不能纸笔作答。"),
    "paper_used": N_(
        "已有单位列入纸笔名单：截止只能推后，只录总分和能否兼答不能再改，也不能取消。"
    ),
    "paper_begun": N_("这份答卷已经开始录入，不能移出名单。"),
    "paper_online": N_("这个人已经在线作答，本轮每人只选一种，不能再录入纸笔答卷。"),
    "paper_waiting": N_("还有纸笔答卷没有录完或待核对，录入截止之前不能结束这一轮。"),
    "on_paper": N_("单位已把您列入本轮纸笔作答，不能再在线作答。有误请找单位的竞赛负责人。"),
    "open_attempt": N_("这位考生正在在线作答，交卷后才能录入纸笔答卷。"),
    "own_sheet": N_("不能录入或核对自己的答题卡。"),
    "sheet_refused_entry": N_("监考记录这位考生不予入场，不能录入答题卡。请与考务核实。"),
    "keyed_already": N_("这份答题卡您已录过一遍，第二遍须由另一人来录。"),
    "sheet_confirmed": N_("这份答题卡已经两人录入一致。要更正，请考务写明理由后重新录入。"),
    "sheet_differs": N_("这份答题卡的两遍录入不一致，请在待核对里处理。"),
    "sheet_settled": N_("这份答题卡不在待核对状态，可能刚被别人处理。"),
    "sheet_not_confirmed": N_("只能更正已经确认的最新一份答题卡。"),
    "room_exists": N_("本场已有同名的考场。"),
    "room_in_use": N_("这个考场还有监考或考生，请先把他们移走。"),
    "too_many": N_("数量已到上限。"),
    "no_organisation": N_("您的权限不属于某个单位，不能保存筛选。"),
    "applications_over": N_("报考已截止。"),
    "admitted_already": N_("您已获准参加本场考试，不必再报考。"),
    "application_decided": N_("这份报考已有审核结果，不能再改。"),
    "application_not_pending": N_("这份报考不在待审核状态，可能刚被别人处理或撤回。"),
    "application_changed": N_("报考人刚刚改过这份报考，请看过新的材料再审核。"),
    "applicant_admitted": N_("这个人已经按名单准考。要退回或不通过，请先取消准考。"),
    "applicant_judged": N_("您做过本场合格线的评委，看过试题，不能报考本场。"),
    "candidate_noted": N_("监考已对这位考生有记录，不能取消准考。"),
    "application_own": N_("不能审核自己的报考。"),
    "own_place": N_("不能为自己核对身份或批准考试便利，请由别的监考或考务办理。"),
    "agreement_missing": N_("报考人还没有签署协议或确认报名。"),
    "consent_missing": N_("申请考试便利，要单独勾选同意；不申请的，请把这一项清空。"),
    "consent_changed": N_("同意的文字刚刚有改动，请重新阅读后勾选。"),
    "agreement_changed": N_("协议刚刚有改动，请重新阅读后再提交。"),
    "reason_missing": N_("请写明理由。"),
    "forms_assembled": N_("本场的试卷随规则组好，不另抽卷。"),
    "forms_used_up": N_("为印刷抽的卷已到上限，不能再抽。"),
    "appeal_late": N_("已过申诉期限，不能再提出。"),
    "appeal_position": N_("请写明是第几题，题号要在试卷范围内。"),
    "appeal_exists": N_("您已就这件事提出过申诉，请看它的处理情况。"),
    "appeal_over": N_("这件申诉已经答复或撤回。"),
    "appeal_taken": N_("这件申诉正由别人处理。"),
    "involved": N_("与这件事有关的人不能处理这件申诉，请交给没有参与的人。"),
    "regrade_over": N_("这次重新评分正在计算、已生效或已放弃，不能再改。"),
    "no_rulings": N_("请先写明哪些题怎样处理。"),
    "not_looked": N_("请先看一看影响，再生效。"),
    "look_stale": N_(
        "看过影响之后，又有别的更正、评阅、作废或奖项变动，看到的影响已经过时。"
        "这次什么都没有改，请重新计算影响，看过再生效。"
    ),
    "unequal_maximum": N_(
        "这样不计分，抽到这道题的人满分会比别人少，按得分排名对他们不公平。"
        "请改为抽到这道题的都得满分。"
    ),
    "not_handler": N_("请先接办，再答复。"),
    "no_rooms": N_("请先添加考场。"),
    "seats_short": N_("座位不够，还缺 %(missing)s 个；这次谁也没有排。请添加考场或座位。"),
    "no_such_seat": N_("这个考场没有这个座位号。"),
    "place_changed": N_("别的考务刚刚改过这位考生的座位或考试便利，请刷新页面核对后再改。"),
    "seats_taken": N_("已有考生入场或开考，不能全部重新排座；没有座位的人可以另排。"),
    "seat_taken": N_("这个座位已经排给别人了。"),
    "identity_unchecked": N_("请先核对证件，再记为到场。"),
    "no_signal": N_("请等监考宣布开考。"),
    "no_signal_awaited": N_("本场不需要宣布开考，到时即可开始。"),
    "too_late_to_start": N_("已过最迟开考时间，不能再入场。"),
    "entry_refused": N_("监考记录您缺考或不予入场，不能开考。如有疑问，请找监考。"),
    "not_checked_in": N_("请先到监考处核对身份。"),
    "wrong_network": N_("本场只能在指定考场的网络内开考。"),
    "retry_wait": N_("两次作答之间要间隔一段时间，还没有到。"),
    "resit_refused": N_("不符合本场的补考条件。请在考试页查看规则和原因。"),
    "resit_barred": N_("名单里有人不符合本场的补考条件，这次谁也没有准考。请重新核对名单。"),
    "resit_first": N_("已有别的场次是本场的补考，本场不能再是补考。"),
    "candidate_judged": N_(
        "名单里有人做过本场合格线的评委，看过试题，不能参加本场考试；这次谁也没有准考。"
    ),
    "standard_late": N_("考试已经开始或结束，合格线不能再由评议改动。"),
    "standard_over": N_("这次评议已经采用或放弃，不能再改。"),
    "standard_closed": N_("这一轮已经结束。"),
    "standard_open": N_("这一轮还没有结束。"),
    "standard_rounds": N_("轮次已到上限。"),
    "standard_paper": N_("评议之后试卷又改过，评的不是现在的试卷，请重新评议。"),
    "standard_few": N_("评完全部试题的评委不足 3 人，不能采用。"),
    "standard_keys": N_("这次评议不向评委显示答案。"),
    "candidate_started": N_("这位考生已经开考，不能再这样做。"),
    "examiner_only": N_("只有考务可以这样做。"),
    "by_name": N_("收卷和作废要点名，不能对所有人一起做。"),
    "act_not_possible": N_("证书的状态已经变化，不能这样处理。请重新打开证书页。"),
    "not_yours_to_decide": N_("您与这位申请人有培训、考试或评审关系，不能决定，须由其他人决定。"),
    "file_closed": N_("这份档案已经办结，请回到列表。"),
    "file_incomplete": N_("条件已不齐备，没有发证。请重新打开本页。"),
    "file_suspended": N_("原证书正在暂停，恢复之前不能换证。"),
    "external_own": N_("登记的人和持证人本人不能核对，请另一个人核对。"),
    "external_closed": N_("这条登记的状态已经变化，不能这样处理。请重新打开本页。"),
    "external_taken": N_("这张证书已经登记，不重复登记。"),
    "declared_already": N_("这一项已经申报，正在等待确认。"),
    "award_declaration_decided": N_("这项申报已经处理。"),
    "own_declaration": N_("自己的申报须由其他人确认。"),
    "project_waiting": N_("已有一个项目正在评审，评审完成后才能再提交。"),
    "project_decided": N_("这个项目已经评审完毕。"),
    "opinion_given": N_("您已评审过这个项目。"),
    "second_opinion": N_("已经请过复评。"),
    "already_revoked": N_("这张证书已经撤销。"),
    "not_shareable": N_("证书现在不是有效状态，不能生成分享图片。"),
    "authorised_already": N_("所选的人都已有同样的授权。"),
    "authorisation_ended": N_("这项授权已经结束。"),
    "form_changed": N_("套打位置刚被别人改过。请重新打开页面再改。"),
    "nothing_to_print": N_("没有可打包的证书。"),
    "too_many_certificates": N_("一次最多打包 50,000 张证书，请先搜索缩小范围。"),
    "template_changed": N_("证书样式刚被别人改过。请重新打开页面再改，以免盖掉对方的修改。"),
    "not_doubtful": N_("成绩已恢复合格，不能再以成绩更正为由撤销，证书没有撤销。请重新打开本页。"),
    "too_many_items": N_(
        "一次至多处理 %(most)s 题，所选的更多，什么都没有改。请加条件缩小范围，分几次做。"
    ),
    "bank_changed": N_(
        "题库的用途刚刚被改成（或不再是）保密，这次什么都没有写入。请重新打开题库，核对后再做一次。"
    ),
    "bank_gone": N_("这个题库已经不在了。"),
    "secure_stays": N_("保密题只能移到保密题库，别的题不能移进保密题库；这次一题都没有移动。"),
    "import_state": N_("这次导入刚刚被入库、撤销或放弃了，请打开导入记录看现在的状态。"),
    "item_gone": N_("这道题刚刚被删去了。"),
    "fonts": N_("证书字体没有安装，请联系运维。"),
}
GENERAL = N_("无法完成这个操作。")


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
    words = WORDS.get(error.code, GENERAL)
    if "%(" in words:
        return _(words, **{"missing": "", "most": "", **error.data})
    return _(words)


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
    headers = {name: value for name, value in error.get_headers() if name == "Allow"}  # of a 405
    return _reply(status, code, "", headers, [])


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
    html = render_template(
        f"errors/{page}.html",
        message=words,
        problems=problems,
        code=code,
        is_known=code in WORDS,
        back_url=_came_from(),
    )
    return html, status, headers


def _came_from() -> str:
    """Return the page of ours that led here, "" for none or where it is this very one."""
    came = urlsplit(request.referrer or "")
    if (
        came.netloc != request.host
        or not came.path.startswith("/")
        or came.path[1:2] in {"/", "\\"}
    ):
        return ""
    if request.method == "GET" and came.path == request.path:
        return ""
    return f"{came.path}?{came.query}" if came.query else came.path
