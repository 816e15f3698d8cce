"""What a person is told about hours asked for and entry conditions, in both languages. Pure."""

from learning.accounts.rules.letters import Letter
from learning.study.rules.statements import hours_text


def claim_approved(title: str, hours_milli: int, answer: str) -> Letter:
    """Tell that learning outside was approved; `hours_milli` are the thousandths credited."""
    hours = hours_text(hours_milli)
    said = (f"审批意见：{answer}", f" Remark: {answer}") if answer else ("", "")
    return Letter(
        "外部学习已批准",
        "External learning approved",
        f"您申报的“{title}”已批准，记入 {hours} 学时。{said[0]}",
        f"“{title}” was approved; {hours} hours were credited.{said[1]}",
    )


def claim_refused(title: str, answer: str) -> Letter:
    """Tell that learning outside was refused, and why."""
    return Letter(
        "外部学习未获批准",
        "External learning not approved",
        f"您申报的“{title}”未获批准。理由：{answer}",
        f"“{title}” was not approved. Reason: {answer}",
    )


def entry_confirmed(title: str, title_en: str) -> Letter:
    """Tell that HR confirmed the entry conditions of a track."""
    return Letter(
        "报名条件已确认",
        "Entry conditions confirmed",
        f"人力资源已确认您符合“{title}”的报名条件。",
        f"HR has confirmed that you meet the entry conditions of “{title_en}”.",
    )


def entry_refused(title: str, title_en: str, answer: str) -> Letter:
    """Tell that HR did not confirm the entry conditions of a track, why, and what one may do."""
    return Letter(
        "报名条件未获确认",
        "Entry conditions not confirmed",
        f"人力资源没有确认您符合“{title}”的报名条件。理由：{answer} "
        "不影响继续学习；有出入的，可以补充说明后重新声明。",
        f"HR did not confirm that you meet the entry conditions of “{title_en}”. Reason: {answer} "
        "You can go on learning; if something is not right, declare anew with a word to HR.",
    )


def contest_pass_gone(title: str) -> Letter:
    """Tell that a waiting claim was withdrawn, since its contest is passed no longer."""
    return Letter(
        "学时申报已撤回",
        "Claim of hours withdrawn",
        f"竞赛“{title}”的成绩被作废或更正，不再达到合格线。您为此提交的学时申报已撤回，证明已失效。",
        f"Your result in “{title}” was made void or corrected and no longer passes. Your claim of "
        "hours was withdrawn, and its proof is no longer valid.",
    )


def contest_pass_gone_approved(person: str, title: str) -> Letter:
    """Tell who approved a claim that its contest is passed no longer."""
    return Letter(
        "已批准的学时须核对",
        "Approved hours to be checked",
        f"{person}在竞赛“{title}”的成绩被主办方作废或更正，不再达到合格线。您批准的学时仍在台账上，"
        "请核对是否冲销。",
        f"The result of {person} in “{title}” was made void or corrected by its organiser and no "
        "longer passes. The hours that you approved are still in the ledger: please check whether "
        "to take them back.",
    )
