"""Reports of faulty items 报错: who may report what, and what people are told of it. Pure."""

from datetime import timedelta
from enum import StrEnum

from learning.accounts.rules.letters import Letter

MOST_A_DAY = 10
DAY = timedelta(days=1)


class Reason(StrEnum):
    """What somebody thinks is wrong with an item."""

    KEY = "key"
    WORDING = "wording"
    OUTDATED = "outdated"
    FIGURE = "figure"
    OTHER = "other"


class ReportState(StrEnum):
    """What became of a report."""

    OPEN = "open"
    FIXED = "fixed"  # in a later version of the item
    KEPT = "kept"  # the item stays, with a reason


def report_arrived(bank: str, code: str) -> Letter:
    """Tell an author that somebody reported an item of theirs; neither stem nor key is told."""
    return Letter(
        f"试题 {code} 有人报错",
        f"Item {code} was reported",
        f"您写的试题 {code}（题库 {bank}）有人报错。请登录后在“试题报错”里查看并答复。",
        f"An item that you wrote, {code} of bank {bank}, was reported as faulty. Log in to read "
        "the reports and answer them.",
    )


def report_answered(state: ReportState, number: int | None) -> Letter:
    """Tell a reporter what became of a report; the answer itself stands on its page."""
    if state is ReportState.FIXED:
        return Letter(
            "您报错的试题已改正",
            "The item you reported was corrected",
            f"您报错的试题已在第 {number} 版改正。谢谢！答复在“我的报错”里。",
            f"The item you reported was corrected in version {number}. Thank you! The answer "
            "stands among your reports.",
        )
    return Letter(
        "您的试题报错有了答复",
        "Your report of an item was answered",
        "您报错的试题经核对保持不变，理由在“我的报错”里。",
        "The item you reported was checked and stays as it is; the reason stands among your "
        "reports.",
    )
