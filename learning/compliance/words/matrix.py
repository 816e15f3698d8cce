"""The matrix of required certificates in words, translated."""

from learning.compliance.loader import MatrixProblem
from learning.compliance.rules.coverage import OPTIONAL, REQUIRED, Asked
from learning.compliance.words import _


def level_choices() -> list[tuple[str, str]]:
    """Return the levels of a requirement with their words."""
    return [(REQUIRED, _("必须")), (OPTIONAL, _("可选")), ("", _("不要求"))]


def cell_text(asked: Asked | None, unit_id: int | None = None) -> str:
    """Return what a cell says; with a unit, only what this unit set itself."""
    if asked is None or (unit_id is not None and asked.unit_id != unit_id):
        return ""
    words = _("必须") if asked.level == REQUIRED else _("可选")
    return f"{words} {asked.holders_needed}" if asked.holders_needed else words


def matrix_problem_words(problem: MatrixProblem) -> str:
    """Return what is wrong with a cell of an imported matrix."""
    return {
        "no_heading": _("前 10 行里没有“岗位”这一列的表头。"),
        "unknown_scheme": _("没有这个认证项目，或本单位不能选用。"),
        "unknown_post": _("本单位没有这个岗位。"),
        "twice": _("在表里出现了两次。"),
        "bad_cell": _("请填：必须、必须 2、可选，或留空。"),
        "formula": _("这一格是公式，请改成文字。"),
    }[problem.code]
