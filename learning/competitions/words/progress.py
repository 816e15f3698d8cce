"""The association console in words and coordinates, translated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from learning.competitions.rules.console import Day
from learning.competitions.rules.progress import (
    FULL,
    Funnel,
    Oddity,
    OddKind,
    ProvinceLine,
    UnitLine,
)
from learning.competitions.words.competition import _, province_words
from learning.competitions.words.console import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    DayChart,
    day_chart,
    share_words,
)


@dataclass(frozen=True, slots=True)
class StepView:
    """A step of the funnel: `permille` of the widest for its bar, `share` of the step before."""

    label: str
    count: str
    permille: int
    share: str


@dataclass(frozen=True, slots=True)
class ProvinceView:
    """A province in the ranking; shared standings by participants, `reached` 0 to 1000."""

    standing: int
    code: str
    name: str
    units: str
    entries: str
    finished: str
    coverage: str
    target: str
    share: str
    reached: int
    status: str


@dataclass(frozen=True, slots=True)
class UnitView:
    """An organisation in the console's list."""

    line: UnitLine
    name: str
    province: str
    coverage: str
    target: str
    share: str


@dataclass(frozen=True, slots=True)
class OddView:
    """What stands out, in a sentence; `unit` where it is one."""

    kind: str
    label: str
    name: str
    sentence: str
    unit: UnitLine | None


def funnel_views(funnel: Funnel) -> list[StepView]:
    """Return the steps with their labels and bars."""
    labels = (_("在册人员"), _("已激活账号"), _("已报名"), _("已开始作答"), _("已交卷"))
    widest = max(*funnel.steps, 1)
    views = []
    for index, (label, count) in enumerate(zip(labels, funnel.steps, strict=True)):
        before = funnel.steps[index - 1] if index else 0
        share = share_words(count * FULL // before) if before else ""
        views.append(StepView(label, f"{count:,}", count * FULL // widest, share))
    return views


def province_views(lines: Sequence[ProvinceLine]) -> list[ProvinceView]:
    """Return the ranking by participants, standings 1, 2, 2, 4."""
    views: list[ProvinceView] = []
    for index, line in enumerate(lines):
        tied = index > 0 and lines[index - 1].part.finished == line.part.finished
        reached = line.reached_permille
        views.append(
            ProvinceView(
                standing=views[-1].standing if tied else index + 1,
                code=line.code,
                name=province_words(line.code) or _("不计入省份"),
                units=f"{line.units:,}",
                entries=f"{line.part.entries:,}",
                finished=f"{line.part.finished:,}",
                coverage=share_words(line.coverage_permille),
                target="—" if line.target is None else f"{line.target:,}",
                share=share_words(reached),
                reached=min(FULL, reached or 0),
                status="pass" if (reached or 0) >= FULL else "",
            )
        )
    return views


def unit_view(line: UnitLine) -> UnitView:
    """Return an organisation's line."""
    return UnitView(
        line,
        line.name,
        province_words(line.province) or "—",
        share_words(line.coverage_permille),
        "—" if line.target is None else f"{line.target:,}",
        share_words(line.reached_permille),
    )


def odd_label(kind: OddKind) -> str:
    """Return what kind of thing stands out, for a badge and a filter."""
    return {
        OddKind.OVER: _("超过申报人数"),
        OddKind.IDLE: _("无人交卷"),
        OddKind.HOUR: _("集中交卷"),
        OddKind.MEAN: _("平均分偏离"),
        OddKind.DAY: _("单日突增"),
    }[kind]


def odd_view(odd: Oddity) -> OddView:
    """Return in a sentence what stands out."""
    count, against = f"{odd.count:,}", f"{odd.against:,}"
    if odd.kind is OddKind.OVER:
        sentence = _("交卷 %(n)s 人，申报 %(m)s 人。请核对申报人数。", n=count, m=against)
    elif odd.kind is OddKind.IDLE:
        sentence = _("报名后没有人交卷，请联系。")
        if odd.against:
            sentence = _("申报 %(m)s 人，没有人交卷，请联系。", m=against)
    elif odd.kind is OddKind.HOUR:
        sentence = _(
            "一小时内交卷 %(n)s 人，共 %(m)s 人。也可能是集中组织，请了解。", n=count, m=against
        )
    elif odd.kind is OddKind.MEAN:
        sentence = _(
            "平均 %(n)s 分，各单位的中位数是 %(m)s 分。",
            n=f"{odd.count / 100:.2f}",
            m=f"{odd.against / 100:.2f}",
        )
    else:
        sentence = _("当天交卷 %(n)s 人，前七天的中位数是 %(m)s 人。", n=count, m=against)
    name = odd.unit.name if odd.unit else (odd.day.isoformat() if odd.day else "")
    return OddView(odd.kind.value, odd_label(odd.kind), name, sentence, odd.unit)


@dataclass(frozen=True, slots=True)
class PlanChart:
    """The lines of a contest's days, and the plan's beside them ("" without one)."""

    lines: DayChart
    plan: str
    top: int


def plan_chart(days: Sequence[Day], planned: Mapping[date, int]) -> PlanChart | None:
    """Lay out the days with the planned numbers of those within them; None for too few days."""
    within = sorted((day, n) for day, n in planned.items() if days and day <= days[-1].day)
    highest = max((n for _day, n in within), default=0)
    lines = day_chart(days, least_top=highest)
    if lines is None:
        return None
    step = (WIDTH - LEFT - RIGHT) / (len(days) - 1)
    high = HEIGHT - TOP - BOTTOM
    points = [
        f"{LEFT + (day - days[0].day).days * step:.1f} {HEIGHT - BOTTOM - high * n / lines.top:.1f}"
        for day, n in within
        if day >= days[0].day
    ]
    plan = f"M{points[0]}" + "".join(f" L{point}" for point in points[1:]) if points else ""
    return PlanChart(lines, plan if len(points) > 1 else "", lines.top)


def target_problem_words(code: str) -> str:
    """Return what is wrong with a row of a plan."""
    words = {
        "target_kind": _("类别只能是合计、省份、单位、日期。"),
        "target_province": _("没有这个省份，请填简称或行政区划代码。"),
        "target_unit": _("没有这个报名单位，请填报名编号、单位代码或统一社会信用代码。"),
        "target_day": _("日期请写成 2026-09-30。"),
        "target_twice": _("与上面某行重复。"),
        "target_number": _("目标填 0 到 1 亿的整数，不填就是取消。"),
        "target_falls": _("按日的目标是累计数，后一天不能比前一天少。"),
        "target_rows": _("文件里没有计划，或超过 3 万行。"),
        "cell_error": _("这一格是 Excel 的错误值。"),
    }
    return words.get(code, _("这一项填得不对。"))
