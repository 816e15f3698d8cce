"""Learning outside and contra-entries in words for people, translated."""

from dataclasses import dataclass

from learning.study.queries.claims import ClaimView
from learning.study.rules.claims import ClaimState, Flag
from learning.study.rules.hours import Field
from learning.study.rules.statements import hours_text
from learning.study.words import _, field_words


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim as printed; `result` says what became of it, "" while it waits."""

    view: ClaimView
    hours: str
    field: str
    state: str
    status: str
    result: str
    file_kind: str


def claim_row(view: ClaimView) -> ClaimRow:
    """Return a claim in words."""
    state, status = state_words(view.state)
    return ClaimRow(
        view,
        hours_text(view.hours_milli),
        field_words(Field(view.field)),
        state,
        status,
        _result(view),
        {"application/pdf": "PDF", "image/png": "PNG", "image/jpeg": "JPEG"}.get(
            view.evidence_type, ""
        ),
    )


def _result(view: ClaimView) -> str:
    if view.approved_milli is None or view.credited_milli is None:
        return ""
    approved, credited = hours_text(view.approved_milli), hours_text(view.credited_milli)
    if view.credited_milli < view.approved_milli:
        return _(
            "批准 %(approved)s 学时，按规则的上限记入 %(credited)s 学时",
            approved=approved,
            credited=credited,
        )
    if view.approved_milli < view.hours_milli:
        return _(
            "申报 %(all)s 学时，批准 %(approved)s 学时",
            all=hours_text(view.hours_milli),
            approved=approved,
        )
    return _("批准 %(approved)s 学时", approved=approved)


def state_words(state: ClaimState) -> tuple[str, str]:
    """Return how a claim stands, and the status of its badge."""
    return {
        ClaimState.PENDING: (_("待审批"), "due"),
        ClaimState.APPROVED: (_("已批准"), "pass"),
        ClaimState.REFUSED: (_("已退回"), "over"),
        ClaimState.WITHDRAWN: (_("已撤回"), "none"),
    }[state]


def flag_words(flag: Flag) -> str:
    """Return what HR should look at."""
    return {
        Flag.SAME_PAPER: _("同一份证明材料已经交过一次。"),
        Flag.SAME_TITLE: _("本人已申报过同名的培训。"),
        Flag.OTHER_CLAIM: _("日期与本人另一份申报重叠。"),
        Flag.CLASSROOM: _("这些天里本人签到过面授。"),
        Flag.ONLINE: _("申报的学时加上这些天的在线学时，超过这些天按规则能计的上限。"),
        Flag.MUCH: _("申报的学时超过这些天按规则能计的上限，超出部分不会记入。"),
    }[flag]


def file_problem(code: str) -> str:
    """Return what is wrong with the file of a proof."""
    return {
        "evidence_missing": _("请附上证明材料。"),
        "evidence_empty": _("文件是空的，请重新选择。"),
        "evidence_too_large": _("文件超过 2 MB，请压缩或只拍需要的部分。"),
    }.get(code, _("只收 PDF、PNG、JPEG 文件；改文件名不能改变文件类型。"))


def problem_words() -> dict[str, str]:
    """Return what is wrong with a field, by the code of the rules."""
    return {
        "missing": _("请填写这一项。"),
        "turned_round": _("结束日期要在开始日期之后。"),
        "too_long": _("一份申报最多一年，请分开填写。"),
        "future": _("培训结束后才能申报。"),
        "hours_range": _("学时超出可填的范围。"),
        "unchanged": _("学时和科目都没有变化。"),
        "answer": _("退回或减少学时须写明原因，最多 500 个字。"),
        "reason": _("请写明原因，最多 500 个字。"),
    }


def refusal_words(code: str) -> str:
    """Return why something cannot be done now."""
    return {
        "claim_limit": _("已有 20 份申报在等待审批，请等单位处理后再交。"),
        "not_pending": _("这份申报已经处理过，没有再改动。"),
        "own_hours": _("本人的学时须由别的负责人处理。"),
        "nothing_left": _("这些天或这一年按规则已经计满，批准后记入为 0。请退回并说明。"),
        "proof_ended": _("竞赛成绩已作废或更正，不再达到合格线，不能批准。"),
        "taken_back": _("这条记录已经冲销过，没有再冲销。"),
    }.get(code, _("无法完成这个操作。"))
