"""What an annual report 年度工作总结 says: one list of sections, which Word and PDF both print.

Every figure comes from the console's own reading (`rules.progress.Look`) and from the report year
on year, so that no paper can say another number than the page. In Chinese, as other papers are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from learning.competitions.rules import PROVINCES
from learning.competitions.rules.annual import AnnualText
from learning.competitions.rules.progress import FULL, Look
from learning.competitions.rules.series import EditionFigures, change_permille

TOP_UNITS = 20
CHARTED_PROVINCES = 12
DASH = "—"


@dataclass(frozen=True, slots=True)
class Bar:
    """A column of a chart, with its value in words; `target` None where none is planned."""

    label: str
    value: int
    words: str
    target: int | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns (`bars`), or lines over days: `labels` of the days, `lines` as (name, values).

    A line's value is None where it says nothing.
    """

    title: str
    bars: tuple[Bar, ...] = ()
    labels: tuple[str, ...] = ()
    lines: tuple[tuple[str, tuple[int | None, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its head; all cells are text, the first column to the left."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part of the report."""

    title: str
    paragraphs: tuple[str, ...] = ()
    chart: Chart | None = None
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Annual:
    """A whole report; `figures` are (label, value) at its head."""

    title: str
    organiser: str
    period: str
    made_at: str
    figures: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def annual_sections(
    seen: Look,
    text: AnnualText,
    *,
    own: EditionFigures,
    editions: Sequence[EditionFigures],
    divisions: Mapping[str, str],
) -> tuple[Section, ...]:
    """Return the parts that have something to say; `editions` oldest first, empty without series.

    `own` are the figures of this competition, whose means are told only once they are published.
    """
    parts = [
        Section("工作计划", (*_lines(text.plan), _plan_words(seen)), table=_plan_table(seen)),
        Section("完成情况", (_result_words(seen), *_lines(text.done)), chart=_days(seen)),
        Section("从在册到交卷", (_others_words(seen),), table=_funnel(seen)),
        Section("各省参赛情况", chart=_province_chart(seen), table=_provinces(seen)),
        Section("各组别参赛情况", table=_divisions(own, divisions)),
        Section("参赛人数居前的单位", table=_units(seen)),
        Section("历届对比", chart=_years_chart(editions), table=_years(editions)),
        Section("存在的问题", tuple(_lines(text.problems))),
        Section("下一步打算", tuple(_lines(text.outlook))),
    ]
    kept = [replace_empty(part) for part in parts]
    return tuple(part for part in kept if part.paragraphs or part.table or part.chart)


def replace_empty(part: Section) -> Section:
    """Return a section without paragraphs that say nothing."""
    return Section(part.title, tuple(p for p in part.paragraphs if p), part.chart, part.table)


def annual_figures(seen: Look) -> tuple[tuple[str, str], ...]:
    """Return the figures at the head of the report."""
    return (
        ("报名人数", f"{seen.total.entries:,}"),
        ("参赛人数（已交卷）", f"{seen.total.finished:,}"),
        ("完成计划", share(seen.reached_permille)),
        ("参赛率", share(seen.coverage_permille)),
        ("报名单位", f"{seen.enrolled:,}"),
    )


def period(opens: str, closes: str) -> str:
    """Return the days of the contest's window as printed."""
    return f"{opens} – {closes}"


def share(permille: int | None) -> str:
    """Return tenths of a percent as a percentage."""
    return DASH if permille is None else f"{permille / 10:.1f}%"


def number(value: int | None) -> str:
    """Return a number with separators, a dash for none."""
    return DASH if value is None else f"{value:,}"


def mean(centi: int | None) -> str:
    """Return a mean of hundredths of a point."""
    return DASH if centi is None else f"{centi / 100:.2f}"


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _plan_words(seen: Look) -> str:
    return "" if seen.target is None else f"计划参赛 {seen.target:,} 人。"


def _plan_table(seen: Look) -> Table | None:
    days = {day.day: day.finished for day in seen.days}
    rows = tuple(
        (day.isoformat(), f"{planned:,}", number(days.get(day)), share(_of(days.get(day), planned)))
        for day, planned in sorted(seen.planned.items())
    )
    if not rows:
        return None
    return Table(("日期", "计划累计", "实际累计", "完成比例"), rows, "到当天为止的累计参赛人数。")


def _of(count: int | None, target: int) -> int | None:
    return None if count is None or not target else count * FULL // target


def _result_words(seen: Look) -> str:
    told = f"本届报名 {seen.total.entries:,} 人，参赛（已交卷）{seen.total.finished:,} 人"
    if seen.target:
        told += f"，完成计划 {seen.target:,} 人的 {share(seen.reached_permille)}"
    told += f"；报名单位 {seen.enrolled:,} 家"
    if seen.headcount:
        told += (
            f"，其中申报了职工人数的单位共申报 {seen.headcount:,} 人，参赛 {seen.covered:,} 人，"
            f"参赛率 {share(seen.coverage_permille)}"
        )
    return f"{told}。"


def _days(seen: Look) -> Chart | None:
    if len(seen.days) < 3:
        return None
    planned = tuple(seen.planned.get(day.day) for day in seen.days)
    lines: list[tuple[str, tuple[int | None, ...]]] = [
        ("报名", tuple(day.entries for day in seen.days)),
        ("交卷", tuple(day.finished for day in seen.days)),
    ]
    if sum(value is not None for value in planned) > 1:
        lines.append(("计划", planned))
    labels = tuple(f"{day.day:%m-%d}" for day in seen.days)
    return Chart("逐日累计人数", labels=labels, lines=tuple(lines))


def _others_words(seen: Look) -> str:
    if seen.others <= 0:
        return ""
    return f"下表是报名单位的人；另有 {seen.others:,} 人个人报名，或代表没有报名的单位。"


def _funnel(seen: Look) -> Table:
    labels = ("在册人员", "已激活账号", "已报名", "已开始作答", "已交卷")
    steps = seen.funnel.steps
    rows = tuple(
        (label, f"{count:,}", share(_of(count, steps[index - 1])) if index else DASH)
        for index, (label, count) in enumerate(zip(labels, steps, strict=True))
    )
    return Table(("步骤", "人数", "比上一步"), rows)


def _province(code: str) -> str:
    return PROVINCES.get(code, "不计入省份")


def _province_chart(seen: Look) -> Chart | None:
    bars = tuple(
        Bar(_province(line.code), line.part.finished, f"{line.part.finished:,}", line.target)
        for line in seen.provinces[:CHARTED_PROVINCES]
        if line.code
    )
    title = "各省参赛人数"
    if len(seen.provinces) > CHARTED_PROVINCES:
        title += f"（前 {CHARTED_PROVINCES} 位）"
    return Chart(title, bars=bars) if len(bars) > 1 else None


def _provinces(seen: Look) -> Table | None:
    rows = tuple(
        (
            _province(line.code),
            f"{line.units:,}",
            f"{line.part.entries:,}",
            f"{line.part.finished:,}",
            share(line.coverage_permille),
            number(line.target),
            share(line.reached_permille),
        )
        for line in seen.provinces
    )
    head = ("省份", "报名单位", "报名人数", "参赛人数", "参赛率", "计划", "完成比例")
    return Table(head, rows, "按参赛人数排列。") if rows else None


def _divisions(own: EditionFigures, titles: Mapping[str, str]) -> Table | None:
    rows = tuple(
        (title, number(own.divisions[code].participants), mean(_mean(own, code)))
        for code, title in titles.items()
        if code in own.divisions
    )
    return Table(("组别", "参赛人数", "平均分"), rows) if rows else None


def _mean(own: EditionFigures, code: str) -> int | None:
    return own.divisions[code].mean_centi if own.is_published else None


def _units(seen: Look) -> Table | None:
    rows = tuple(
        (
            unit.name,
            number(unit.headcount),
            f"{unit.part.entries:,}",
            f"{unit.part.finished:,}",
            share(unit.coverage_permille),
        )
        for unit in seen.units[:TOP_UNITS]
        if unit.part.finished
    )
    head = ("单位", "申报人数", "报名人数", "参赛人数", "参赛率")
    note = f"列出前 {TOP_UNITS} 家，全部单位见平台。" if len(seen.units) > TOP_UNITS else ""
    return Table(head, rows, note) if rows else None


def _years_chart(editions: Sequence[EditionFigures]) -> Chart | None:
    bars = tuple(
        Bar(str(e.year), e.total.participants, f"{e.total.participants:,}") for e in editions[-6:]
    )
    return Chart("各届参赛人数", bars=bars) if len(bars) > 1 else None


def _years(editions: Sequence[EditionFigures]) -> Table | None:
    if len(editions) < 2:
        return None
    rows = []
    for index, edition in enumerate(editions):
        before = editions[index - 1].total.participants if index else None
        change = change_permille(before, edition.total.participants)
        rows.append(
            (
                str(edition.year),
                f"{edition.entries:,}",
                f"{edition.total.participants:,}",
                DASH if change is None else f"{change / 10:+.1f}%".replace("-", "−"),
                share(edition.coverage_permille),
                mean(edition.mean_centi),
            )
        )
    head = ("年份", "报名人数", "参赛人数", "比上年", "参赛率", "平均分")
    return Table(head, tuple(rows), "名次公布以前不列平均分。")
