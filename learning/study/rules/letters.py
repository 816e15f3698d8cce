"""What a person is told about hours that were asked for, in both languages. Pure."""

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
