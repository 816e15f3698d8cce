"""Study hours in words for people, translated."""

from dataclasses import dataclass

from flask_babel import gettext

from learning.study.queries import CreditView, PendingView, Totals
from learning.study.rules.hours import MINUTE_MS, Field, HourRule, Source
from learning.study.rules.statements import hours_text


def _(text: str, **values: object) -> str:
    """Translate; the library is untyped, and message extraction knows this name."""
    return str(gettext(text, **values))


def source_words(source: Source) -> str:
    """Return where a credit comes from."""
    return {
        Source.LESSON: _("在线课时"),
        Source.CLASSROOM: _("面授"),
        Source.EXTERNAL: _("外部学习"),
    }[source]


def field_words(field: Field) -> str:
    """Return what a credit counts as."""
    return {Field.PROFESSIONAL: _("专业科目"), Field.COMMON: _("公需科目")}[field]


def minutes_of(spent_ms: int) -> int:
    """Return whole minutes, rounded down."""
    return spent_ms // MINUTE_MS


@dataclass(frozen=True, slots=True)
class CreditRow:
    """A credit as printed."""

    view: CreditView
    source: str
    field: str
    minutes: int
    hours: str


def credit_row(view: CreditView) -> CreditRow:
    """Return a credit in words."""
    return CreditRow(
        view,
        source_words(view.source),
        field_words(view.field),
        minutes_of(view.credited_ms),
        hours_text(view.hours_milli),
    )


@dataclass(frozen=True, slots=True)
class PendingRow:
    """A lesson not credited yet, with what is still lacking."""

    view: PendingView
    minutes: int
    lacking: str


def pending_row(view: PendingView, rule: HourRule) -> PendingRow:
    """Return a lesson with counted time and what it lacks for a credit."""
    short = rule.lesson_min_ms(view.minutes) - view.spent_ms
    parts = []
    if not view.is_completed:
        parts.append(_("还没有学完"))
    if short > 0:
        parts.append(_("还差 %(n)s 分钟", n=-(-short // MINUTE_MS)))
    return PendingRow(view, minutes_of(view.spent_ms), _("，").join(parts) or _("离开课时后记入"))


def target_figures(totals: Totals, rule: HourRule) -> list[dict[str, str]]:
    """Return the figures of a year beside what is to be reached."""
    figures = [
        {
            "label": _("本年度学时"),
            "value": hours_text(totals.hours_milli),
            "unit": _("学时"),
            "note": _("每年应达 %(n)s 学时", n=rule.year_hours) if rule.year_hours else "",
        },
        {
            "label": _("其中专业科目"),
            "value": hours_text(totals.professional_milli),
            "unit": _("学时"),
            "note": _("其中专业应达 %(n)s 学时", n=rule.professional_hours)
            if rule.professional_hours
            else "",
        },
    ]
    return [{k: v for k, v in figure.items() if v} for figure in figures]


def rule_words(rule: HourRule) -> list[str]:
    """Return the rules in force, sentence by sentence."""
    return [
        _("%(n)s 分钟计 1 学时，不足 0.01 学时的零头舍去。", n=rule.minutes_per_hour),
        _(
            "打开课时、页面在最前面时由服务器计时；%(n)s 分钟没有操作即停。同一时间只计一个页面。",
            n=rule.idle_minutes,
        ),
        _(
            "课时学完、且计到的时间不少于标称时长的 %(low)s%%，记入一次，"
            "最多计标称时长的 %(high)s%%。",
            low=rule.lesson_min_percent,
            high=rule.lesson_max_percent,
        ),
        _("一天最多计 %(n)s 分钟。", n=rule.daily_max_minutes),
        _("规则修改只影响以后，已经记入的学时不变。"),
    ]


def clock_words() -> dict[str, str]:
    """Return the sentences that the script of the clock needs; {n} and {need} are numbers."""
    return {
        "counting": _("学时计时中：本课已计 {n} 分钟，学完且不少于 {need} 分钟即记入学时"),
        "enough": _("学时计时中：本课已计 {n} 分钟，时间已够，学完即记入学时"),
        "idle": _("计时已停：页面久无操作"),
        "elsewhere": _("计时在另一个页面或设备上进行，这里不计"),
        "lesson_full": _("本课时间已计满（{n} 分钟），学完即记入学时"),
        "day_full": _("今天的学时已计满，明天继续"),
        "credited": _("本课学时已记入"),
        "left": _("计时已暂停"),
        "offline": _("网络不通，暂停计时"),
    }


def statement_problem(code: str) -> str:
    """Return why no certificate of hours can be given."""
    return {
        "no_hours": _("这段时间没有学时，不能出具证明。"),
        "too_many_hours": _("这段时间的学时记录太多，请缩短起止日期，分几份出具。"),
    }[code]
