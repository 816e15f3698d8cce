"""HR's overview in words: shares, and how many people learned how much."""

from learning.compliance.queries.dashboard import Hours
from learning.compliance.words import _


def share_text(part: int, whole: int) -> str:
    """Return a share in words, one decimal rounded down; a dash of nothing."""
    if not whole:
        return _("—")
    permille = part * 1000 // whole
    return f"{permille // 10}.{permille % 10}%"


def hour_parts(hours: Hours) -> list[tuple[str, int]]:
    """Return people by what they learned in a year: they add up to all who are asked for hours."""
    return [
        (_("总学时和专业科目都达标"), hours.complete),
        (_("总学时达标，专业科目不足"), hours.reached - hours.complete),
        (_("有学时，总学时不足"), hours.any_hours - hours.reached),
        (_("还没有学时"), hours.people - hours.any_hours),
    ]
