"""Proofs of a contest's hours in words for people, translated."""

from learning.study.rules.contests import ProofDocument
from learning.study.rules.hours import Field
from learning.study.rules.statements import hours_text
from learning.study.words import _, field_words
from learning.study.words.claims import refusal_words as claim_refusal_words
from learning.web.templating import points_text


def proof_rows(document: ProofDocument) -> list[tuple[str, str]]:
    """Return what a proof says as (name, value)."""
    return [
        (_("姓名"), document.holder_name),
        (_("单位"), document.unit_name or "—"),
        (_("主办单位"), document.issuer),
        (_("竞赛开始日期"), document.first_day),
        (_("达到合格线的日期"), document.passed_day),
        (_("得分"), _("%(n)s 分", n=points_text(document.points_milli))),
        (_("合格线"), _("%(n)s 分", n=points_text(document.cut_milli))),
        (_("学时"), f"{hours_text(document.hours_milli)} {field_words(Field(document.field))}"),
    ]


def confirmed_words(document: ProofDocument, *, passes: bool) -> str:
    """Return what the system found of the result that a claim rests on."""
    if not passes:
        return _("系统已核对：成绩已作废或更正，不再达到合格线。")
    return _(
        "系统已核对：本平台竞赛，成绩 %(points)s 分，合格线 %(cut)s 分，按规则计 %(hours)s 学时。",
        points=points_text(document.points_milli),
        cut=points_text(document.cut_milli),
        hours=hours_text(document.hours_milli),
    )


def refusal_words(code: str) -> str:
    """Return why a proof cannot be made or handed in now."""
    return {
        "no_pass": _("没有可以出具证明的成绩：未达到合格线，或成绩尚未公布。"),
        "no_proof": _("请先生成学时证明。"),
        "proof_old": _("成绩或单位名称有更正，请重新生成学时证明后再提交。"),
        "no_unit": _("您现在不属于任何单位，没有人审批。可以下载证明自行使用。"),
        "handed_in": _("这份证明已经提交过，没有再提交。"),
    }.get(code) or claim_refusal_words(code)
