"""What people are told of appeals and changed results, in Chinese and English. Pure.

They say that something happened and where to read it: no points, no items, no keys, since a mailbox
is nobody's vault.
"""

from datetime import date

from learning.accounts.rules.letters import Letter
from learning.exams.rules.appeals import AppealState
from learning.exams.rules.applications import Decision

_VERDICTS = {
    AppealState.UPHELD: ("成立", "upheld"),
    AppealState.PARTLY: ("部分成立", "upheld in part"),
    AppealState.REJECTED: ("不成立", "not upheld"),
}


_DECISIONS = {
    Decision.ACCEPT: ("审核通过，您已获准考试", "accepted: you are admitted"),
    Decision.RETURN: ("退回修改，请改好后重新提交", "returned: please mend it and send it again"),
    Decision.REFUSE: ("没有通过", "not accepted"),
}


def application_decided(sitting: str, decision: Decision) -> Letter:
    """Tell an applicant how the application stands; the reasons stand on its page."""
    chinese, english = _DECISIONS[decision]
    return Letter(
        f"报考结果：{chinese}",
        f"Your application was {english}",
        f"您对“{sitting}”的报考{chinese}。详情请登录后在本场的“报考”页查看。",
        f"Your application to “{sitting}” was {english}. Log in to read more on the page of "
        "your application.",
    )


def appeal_received(number: str, sitting: str, answer_by: date) -> Letter:
    """Confirm an appeal to who lodged it."""
    return Letter(
        f"申诉 {number} 已收到",
        "Appeal received",
        f"您对“{sitting}”提出的申诉（编号 {number}）已收到，将在 {answer_by} 前答复。",
        f"Your appeal {number} on “{sitting}” has been received and will be answered "
        f"by {answer_by}.",
    )


def appeal_assigned(number: str, sitting: str, answer_by: date) -> Letter:
    """Tell somebody that an appeal is theirs to handle."""
    return Letter(
        f"请处理申诉 {number}",
        "Appeal assigned to you",
        f"“{sitting}”的申诉 {number} 由您处理，请在 {answer_by} 前答复。",
        f"Appeal {number} on “{sitting}” is assigned to you. Please answer it by {answer_by}.",
    )


def appeal_answered(number: str, sitting: str, state: AppealState) -> Letter:
    """Tell who lodged an appeal that it is answered; the reasons stand on its page."""
    chinese, english = _VERDICTS[state]
    return Letter(
        f"申诉 {number} 已答复：{chinese}",
        f"Appeal answered: {english}",
        f"您对“{sitting}”提出的申诉（编号 {number}）已答复：{chinese}。"
        "理由请登录后在本场的“申诉”页查看。",
        f"Your appeal {number} on “{sitting}” has been answered: {english}. Log in to read the "
        "reasons on the page “Appeals” of the sitting.",
    )


def result_changed(
    sitting: str, *, had_passed: bool, passes: bool, by_ruling: bool = True
) -> Letter:
    """Tell somebody that items were ruled on, or their paper marked or keyed anew.

    Their result is another one now.
    """
    why, reason = "试题经复核后重新评分", "Items of “{0}” were reviewed and scored again"
    if not by_ruling:
        why, reason = "答卷经复核后更正了评分或录入", "Your paper of “{0}” was marked or keyed anew"
    chinese = "合格结论不变。"
    english = "Whether you passed has not changed."
    if passes and not had_passed:
        chinese, english = "您现在合格。", "You have now passed."
    elif had_passed and not passes:
        chinese = "您现在未合格；依此成绩发出的证书会由发证人复核，复核前继续有效。"
        english = (
            "You have not passed any more. A certificate issued for this result will be reviewed "
            "by its issuer and stays valid until then."
        )
    return Letter(
        f"“{sitting}”成绩有更正",
        "Your result was corrected",
        f"“{sitting}”的{why}，您的成绩有变。{chinese}"
        "详情请登录查看；对更正有异议，可以在期限内申诉。",
        f"{reason.format(sitting)}, and your result changed. {english} "
        "Log in for details; you may appeal within the time limit.",
    )


def make_up_given(sitting: str, number: int) -> Letter:
    """Tell a candidate that an outage earned them a further attempt, and what it replaces."""
    return Letter(
        f"“{sitting}”补给您一次作答",
        "You may take another attempt",
        f"系统中断影响了您在“{sitting}”的第 {number} 次作答，而收卷已经完成，补不回时间，"
        "现在补给您一次完整的作答。请在本场截止前登录开始；一旦开始，原来那次不再计入成绩，"
        "不开始则原来那次照常计分。",
        f"An outage cut short your attempt {number} at “{sitting}”, which has been taken in, so "
        "that no time can be given back: you may take another full attempt. Log in and begin it "
        "before the sitting ends. Once you begin, the earlier one counts no more; if you do not, "
        "it counts as it is.",
    )


def made_up(sitting: str, number: int) -> Letter:
    """Confirm to a candidate that an attempt cut short counts no more: they began another."""
    return Letter(
        f"“{sitting}”的第 {number} 次作答不再计入成绩",
        "Your earlier attempt counts no more",
        f"您已开始“{sitting}”因系统中断补给的作答，第 {number} 次作答不再计入成绩；"
        "作答和评分记录照样保留。",
        f"You have begun the attempt at “{sitting}” that an outage earned you. Attempt {number} "
        "counts no more; its answers and scores are kept.",
    )


def attempt_voided(sitting: str, number: int) -> Letter:
    """Tell a candidate that an attempt counts for nothing any more."""
    return Letter(
        f"“{sitting}”的一次作答被作废",
        "An attempt of yours was voided",
        f"您在“{sitting}”的第 {number} 次作答被考务作废，不计入成绩；作答和评分记录照样保留。"
        "有异议，可以在期限内从本场的“申诉”页提出。",
        f"Your attempt {number} at “{sitting}” was voided by the examiner and counts for nothing; "
        "answers and scores are kept. You may appeal within the time limit on the page “Appeals” "
        "of the sitting.",
    )


def standing_changed(
    competition: str, before: int | None, after: int | None, *, is_own: bool
) -> Letter:
    """Tell a participant that items were ruled on and the published list is another one now."""
    why = "您的得分有变" if is_own else "您的得分没有变，名次随他人的更正而变"
    english = "Your result changed" if is_own else "Your result is the same; your standing moved"
    moved = "" if before == after else f"名次：{_place(before)} → {_place(after)}。"
    place = "" if before == after else f" Standing: {before or '-'} → {after or '-'}."
    return Letter(
        f"“{competition}”名次有更正",
        "The list was corrected",
        f"“{competition}”的试题经复核后重新评分。{why}。{moved}详情请登录查看。",
        f"Items of “{competition}” were reviewed and scored again. {english}.{place} "
        "Log in for details.",
    )


def _place(standing: int | None) -> str:
    return "无" if standing is None else f"第 {standing} 名"
