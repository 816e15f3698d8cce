"""Rules, phases and states in words for people, translated; every list and page takes them here.

The sentences are made from the settings, so that what is promised and what is done cannot part.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import get_locale, gettext

from learning.attempts.rules import Counts
from learning.exams.queries import CandidateLine, CandidateSitting, Shown, SittingLine, Source
from learning.exams.rules import (
    KINDS,
    SECTION_TITLES,
    CandidateState,
    MultipleMarking,
    Phase,
    RowState,
    is_secure,
)
from learning.kernel.errors import Problem
from learning.question_bank.rules import ItemKind, Pool


def _(text: str, **values: object) -> str:
    """Translate; the library is untyped, and message extraction knows this name."""
    return str(gettext(text, **values))


def instant_words(instant: datetime, zone: str, pattern: str = "yyyy-MM-dd HH:mm") -> str:
    """Return an instant on the clock of a zone."""
    return str(format_datetime(instant, pattern, tzinfo=ZoneInfo(zone), locale=get_locale()))


def window_words(opens_at: datetime, closes_at: datetime, zone: str) -> str:
    """Return a window on the clock of a zone; within one day the date is said once."""
    day = "yyyy-MM-dd"
    same = instant_words(opens_at, zone, day) == instant_words(closes_at, zone, day)
    end = instant_words(closes_at, zone, "HH:mm") if same else instant_words(closes_at, zone)
    return _("%(start)s 至 %(end)s", start=instant_words(opens_at, zone), end=end)


def phase_words(phase: Phase) -> tuple[str, str]:
    """Return a phase in a word or two, and the status of its badge."""
    return {
        Phase.DRAFT: (_("草稿"), "draft"),
        Phase.UPCOMING: (_("未开考"), "info"),
        Phase.RUNNING: (_("考试中"), "live"),
        Phase.SETTLING: (_("收卷中"), "due"),
        Phase.CLOSED: (_("已结束"), "frozen"),
        Phase.CANCELLED: (_("已取消"), "none"),
    }[phase]


def candidate_words(state: CandidateState, phase: Phase) -> tuple[str, str]:
    """Return how a candidate stands, and the status of its badge."""
    if phase is Phase.CANCELLED:
        return phase_words(phase)
    return {
        CandidateState.UPCOMING: (_("未开考"), "info"),
        CandidateState.OPEN: (_("可以开考"), "live"),
        CandidateState.IN_PROGRESS: (_("正在作答"), "live"),
        CandidateState.SUBMITTED: (_("已交卷，待公布"), "frozen"),
        CandidateState.MARKING: (_("已交卷，待阅卷"), "frozen"),
        CandidateState.PASSED: (_("合格"), "pass"),
        CandidateState.FAILED: (_("未合格"), "over"),
        CandidateState.MISSED: (_("缺考"), "none"),
    }[state]


def row_words(state: RowState) -> tuple[str, str]:
    """Return how a candidate stands for the examiner, and the status of its badge."""
    return {
        RowState.WAITING: (_("未开始"), "none"),
        RowState.IN_PROGRESS: (_("正在作答"), "live"),
        RowState.SUBMITTED: (_("已交卷"), "frozen"),
        RowState.MARKING: (_("待阅卷"), "frozen"),
        RowState.PASSED: (_("合格"), "pass"),
        RowState.FAILED: (_("未合格"), "over"),
        RowState.ABSENT: (_("缺考"), "none"),
    }[state]


@dataclass(frozen=True, slots=True)
class OwnView:
    """A person's own sitting as printed."""

    own: CandidateSitting
    state_label: str
    state_status: str


def own_view(own: CandidateSitting) -> OwnView:
    """Return an own sitting with its state in words."""
    return OwnView(own, *candidate_words(own.state, own.phase))


@dataclass(frozen=True, slots=True)
class LineView:
    """A sitting in an examiner's list, with its phase in words."""

    line: SittingLine
    phase_label: str
    phase_status: str


def line_view(line: SittingLine, now: datetime) -> LineView:
    """Return a line with its phase in words."""
    return LineView(line, *phase_words(line.phase(now)))


@dataclass(frozen=True, slots=True)
class RowView:
    """A candidate in the examiner's table, with the state in words."""

    line: CandidateLine
    state_label: str
    state_status: str


def row_view(line: CandidateLine) -> RowView:
    """Return a row with its state in words."""
    return RowView(line, *row_words(line.state))


def shown_words(shown: Shown) -> str:
    """Return the label of a tab of the table."""
    return {
        Shown.ALL: _("全部"),
        Shown.PASSED: _("合格"),
        Shown.FAILED: _("未合格"),
        Shown.OTHER: _("无成绩"),
        Shown.NOTED: _("有违纪记录"),
    }[shown]


def kind_words(kind: ItemKind) -> str:
    """Return the name of a kind of item."""
    return _(SECTION_TITLES[kind])


def pool_words(pool: Pool) -> str:
    """Return a pool's name."""
    return {
        Pool.SECURE: _("保密题"),
        Pool.CONTEST: _("竞赛题"),
        Pool.PRACTICE: _("练习题"),
    }[pool]


def pool_warning(pool: Pool) -> str:
    """Return the warning about a pool that candidates may know, "" for the secure one."""
    if is_secure(pool):
        return ""
    return _(
        "本场从公开的%(pool)s中抽题，考生事前可能见过。正式发证请改用保密题。",
        pool=pool_words(pool),
    )


def source_words(source: Source) -> str:
    """Return a pool of a bank with what it holds: “tqm · 竞赛题（单项选择题 80，…）”."""
    counts = _("、").join(
        f"{kind_words(kind)} {source.counts[kind]}" for kind in KINDS if kind in source.counts
    )
    for kind, count in source.by_hand.items():
        counts += _(
            "；另有 %(n)s 道%(kind)s要由人评分，选“由人阅卷”才能抽", n=count, kind=kind_words(kind)
        )
    name = f"{source.bank} · {pool_words(source.pool)}"
    return _("%(name)s（%(counts)s）", name=name, counts=counts) if counts else name


def marking_words(marking: MultipleMarking) -> str:
    """Return how multiple-choice items are marked."""
    return {
        MultipleMarking.ALL_OR_NOTHING: _("全部选对才得分"),
        MultipleMarking.HALF: _("少选得一半分，错选不得分"),
        MultipleMarking.SHARE: _("少选按选对的个数得分，错选不得分"),
    }[marking]


def counts_words(counts: Counts) -> str:
    """Return which attempt decides; a pass is never taken back by a later fail."""
    return {
        Counts.BEST: _("取最好的一次"),
        Counts.LAST: _("取最后一次，已合格的不因后来未合格而改变"),
        Counts.FIRST: _("只取第一次"),
        Counts.MEAN: _("取各次的平均"),
    }[counts]


def problem_words(problem: Problem) -> str:
    """Return what is wrong with a field or a line, translated."""
    if problem.code.endswith("shortage") or problem.code == "by_hand":
        return shortage_words(problem)
    if problem.code.startswith("named"):
        return named_words(problem)
    found = {
        "closes_at": _("结束须晚于开始。"),
        "paper_empty": _("至少要有一道题。"),
        "score_from": _("公布时间只用于“考试时间结束后公布成绩”，且不早于考试结束。"),
        "responses_from": _("不能早于考试结束和成绩的公布时间。"),
        "keys_from": _("不能早于考试结束、成绩和试题的公布时间。"),
        "explanations_from": _("不能早于考试结束、成绩、试题和答案的公布时间。"),
        "cut_points": _("合格线须大于 0，不超过满分。"),
        "section_minutes": _("大题要么都限时，要么都不限时。"),
        "section_window": _("各大题的限时加起来比考试时间还长。"),
        "nobody": _("没有找到可以准考的人。"),
        "unit_unknown": _("没有找到这个单位，请填写全称、代码或“上级/下级”。"),
        "unit_ambiguous": _("有几个单位同名，请写成“上级/下级”。"),
        "post_empty": _("请填写岗位名称。"),
        "judge_is_candidate": _(
            "“%(name)s”报考或已准考本场，不能做评委：评委会看到试题。", name=problem.message
        ),
        "resit_barred": _("“%(name)s”不符合本场的补考条件。", name=problem.message),
        "roll_empty": _("名单是空的，请每行填一个工号或登录名。"),
        "roll_lines": _("一次最多 %(n)s 行，请分几次粘贴。", n=problem.message),
        "roll_line_long": _("这一行太长，请每行只填一个人。"),
        "roll_unknown": _(
            "“%(line)s”：在您管理的单位中没有这个工号或登录名。", line=problem.message
        ),
        "papers_signed": _(
            "%(name)s 已自行确认报考或已有审核结果，材料由本人上传。", name=problem.message
        ),
        "papers_many": _("%(name)s 的材料超过 5 份。", name=problem.message),
        "roll_ambiguous": _(
            "“%(line)s”：几个单位都有这个工号，请写成“单位代码/工号”。", line=problem.message
        ),
    }
    return found.get(problem.code, _("这一项填得不对。"))


def named_words(problem: Problem) -> str:
    """Return why a line of a fixed paper cannot stand."""
    item = problem.message
    code, _space, first = item.partition(" ")
    return {
        "named_empty": _("请至少指定一道题。"),
        "named_many": _("一卷最多 %(n)s 题。", n=item),
        "named_line": _("“%(line)s”不是“编号 分值”。", line=item),
        "named_twice": _("%(code)s 与第 %(n)s 行重复。", code=code, n=first),
        "named_unknown": _("所选题库里没有 %(code)s。", code=item),
        "named_retired": _("%(code)s 已停用。", code=item),
        "named_unapproved": _("%(code)s 还没有审定。", code=item),
        "named_pool": _("%(code)s 不在所选的题库用途里。", code=item),
        "named_early": _("%(code)s 在开考时还没有解禁。", code=item),
        "named_seen": _("%(code)s 最近考过，在“不抽最近考过的题”的天数内。", code=item),
        "named_by_hand": _("%(code)s 要由人评分，请选“由人阅卷”。", code=item),
        "named_enemies": _("%(code)s 与 %(n)s 互斥，不能在同一份试卷里。", code=code, n=first),
    }.get(problem.code, _("每题只能出现一次，不与抽题混用。"))


def shortage_words(problem: Problem) -> str:
    """Return which part of the paper the pool cannot fill: needed > found."""
    section, numbers = _(problem.place), problem.message
    if problem.code == "by_hand":
        return _(
            "除去需要人评分的题，所选题源不够（需要 > 现有）：%(section)s，%(numbers)s",
            section=section,
            numbers=numbers,
        )
    if problem.code == "enemy_shortage":
        return _(
            "互斥题不能同卷，除去它们所选题源不够（需要 > 现有）：%(section)s，%(numbers)s",
            section=section,
            numbers=numbers,
        )
    if problem.code == "shared_shortage":
        return _(
            "与抽同一些题的其他行合计，所选题源不够（需要 > 现有）：%(section)s，%(numbers)s",
            section=section,
            numbers=numbers,
        )
    return _(
        "所选题源不够（需要 > 现有）：%(section)s，%(numbers)s",
        section=section,
        numbers=numbers,
    )


def line_problem_words(problem: Problem) -> str:
    """Return what is wrong, with the line of a pasted list where there is one."""
    text = problem_words(problem)
    return _("第 %(n)s 行：%(what)s", n=problem.line, what=text) if problem.line else text
