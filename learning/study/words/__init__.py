"""Study hours in words for people, translated."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask_babel import get_locale, gettext

from learning.courses.rules import CourseDocument
from learning.organisations.words import category_words
from learning.study.queries import ContraView, CreditView, PendingView, Totals
from learning.study.rules.hours import (
    MINUTE_MS,
    Field,
    HourRule,
    Prerequisites,
    Source,
    Target,
)
from learning.study.rules.statements import Later, hours_text
from learning.study.rules.tracks import CourseState, StepKind, StepState, TrackDocument, TrackMap
from learning.web.templating import kept_by_language


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
    """A row of the ledger as printed: a credit, or the contra-entry that takes it back.

    `public_id` is the row's own; `note` says why and by whom, "" for a credit. `stands`: a credit
    that counts.
    """

    view: CreditView
    public_id: str
    source: str
    field: str
    minutes: int
    hours: str
    note: str = ""
    stands: bool = True


def credit_rows(views: Iterable[CreditView]) -> list[CreditRow]:
    """Return credits in words, each behind the contra-entry that takes it back."""
    return [row for view in views for row in reversed(_rows_of(view))]


def _rows_of(view: CreditView) -> list[CreditRow]:
    row = CreditRow(
        view,
        view.public_id,
        source_words(view.source),
        field_words(view.field),
        minutes_of(view.credited_ms),
        hours_text(view.hours_milli),
        stands=view.contra is None,
    )
    if view.contra is None:
        return [row]
    contra = replace(
        row,
        public_id=view.contra.public_id,
        minutes=-row.minutes,
        hours=f"−{row.hours}",
        note=contra_words(view.contra),
    )
    return [row, contra]


def contra_words(contra: ContraView) -> str:
    """Return why a credit was taken back, and by whom."""
    said = {"who": contra.made_by, "why": contra.reason}
    if contra.is_corrected:
        return _("更正冲销（%(who)s）：%(why)s", **said)
    return _("冲销（%(who)s）：%(why)s", **said)


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


def target_figures(totals: Totals, target: Target) -> list[dict[str, str]]:
    """Return the figures of a year beside what is to be reached, and as whom."""
    who = category_words(target.category)
    figures = [
        {
            "label": _("本年度学时"),
            "value": hours_text(totals.hours_milli),
            "unit": _("学时"),
            "note": _year_words(who, target.year_hours) if target.year_hours else "",
        },
        {
            "label": _("其中专业科目"),
            "value": hours_text(totals.professional_milli),
            "unit": _("学时"),
            "note": _("其中专业应达 %(n)s 学时", n=target.professional_hours)
            if target.professional_hours
            else "",
        },
    ]
    return [{k: v for k, v in figure.items() if v} for figure in figures]


def _year_words(who: str, hours: int) -> str:
    if who:
        return _("%(who)s每年应达 %(n)s 学时", who=who, n=hours)
    return _("每年应达 %(n)s 学时", n=hours)


def target_words(target: Target) -> str:
    """Return what is asked for in a year, without of whom."""
    if not target.year_hours:
        return _("不要求学时")
    if not target.professional_hours:
        return _("%(n)s 学时", n=target.year_hours)
    return _(
        "%(n)s 学时，其中专业科目 %(professional)s",
        n=target.year_hours,
        professional=target.professional_hours,
    )


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
        *_watched_words(rule),
        _("在线、面授和外部学习合计，一天最多计 %(n)s 分钟。", n=rule.daily_max_minutes),
        *_external_words(rule),
        *_asked_words(rule),
        _("先修课程没学完的课程不计学时，仍可阅读。")
        if rule.prerequisites is Prerequisites.ENFORCED
        else _("先修课程没学完时只提示，照常计学时。"),
        _("规则修改只影响以后，已经记入的学时不变。"),
    ]


def _watched_words(rule: HourRule) -> list[str]:
    if not rule.watched_percent:
        return []
    return [
        _(
            "有字幕的视频、音频看满 %(n)s%%（读文字稿同样算），课时才算学完。",
            n=rule.watched_percent,
        )
    ]


def _asked_words(rule: HourRule) -> list[str]:
    asked = rule.ranked()
    if len(asked) == 1:
        return [_("每人每年：%(what)s。", what=target_words(asked[0]))]
    return [
        _("%(who)s每年：%(what)s。", who=who_words(target), what=target_words(target))
        for target in asked
    ]


def who_words(target: Target) -> str:
    """Return whom a target asks."""
    return category_words(target.category) or _("一般人员")


def _external_words(rule: HourRule) -> list[str]:
    most = rule.external_max_milli()
    if most is None:
        return []
    return [_("外部学习一年最多计 %(n)s 学时。", n=hours_text(most))]


def lock_words(lacking: Sequence[CourseDocument], *, is_enforced: bool) -> str:
    """Return why a course of one's track is to wait, naming what comes first."""
    in_english = str(get_locale()) == "en"
    names = [one.title_en if in_english else one.title for one in lacking]
    what = _("、").join(names)
    if is_enforced:
        return _("先学完：%(what)s。在那之前这门课仍可阅读，但不计学时。", what=what)
    return _("建议先学完：%(what)s。", what=what)


@kept_by_language
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
        "locked": _("先修课程没学完，这里不计学时，仍可阅读"),
        "offline": _("网络不通，暂停计时"),
    }


def later_words(later: Later) -> str:
    """Return what changed since a certificate of hours was given out, "" for nothing."""
    if not later.lines:
        return ""
    now = hours_text(later.hours_milli)
    return _(
        "出具后有 %(n)s 项已更正或冲销，现为 %(now)s 学时；需要时请重新出具。",
        n=later.lines,
        now=now,
    )


def statement_problem(code: str) -> str:
    """Return why no certificate of hours can be given."""
    return {
        "no_hours": _("这段时间没有学时，不能出具证明。"),
        "too_many_hours": _("这段时间的学时记录太多，请缩短起止日期，分几份出具。"),
    }[code]


@dataclass(frozen=True, slots=True)
class TrackRow:
    """A track in the list: compulsory courses done of all, and whether one is enrolled."""

    track: TrackDocument
    done: int
    courses: int
    is_own: bool
    words: str


def track_row(track: TrackDocument, states: Mapping[str, CourseState], *, is_own: bool) -> TrackRow:
    """Return a track with the reader's progress."""
    compulsory = [step for step in track.steps if step.kind is StepKind.COMPULSORY]
    done = sum(step.course in states and states[step.course].is_done for step in compulsory)
    text = _("必修 %(done)s / %(total)s 门", done=done, total=len(compulsory))
    return TrackRow(track, done, len(compulsory), is_own, text)


@dataclass(frozen=True, slots=True)
class StepRow:
    """A course on the map; `state` is the timeline's, `mark` the status of the words beside it."""

    title: str
    title_en: str
    course: str
    kind: str
    is_elective: bool
    state: str
    mark: str
    words: str
    after: str
    after_en: str
    done: int
    lessons: int
    minutes: int


_MARKS = {
    StepState.DONE: ("done", "pass"),
    StepState.NOW: ("now", "live"),
    StepState.OPEN: ("next", "none"),
    StepState.LOCKED: ("next", "frozen"),
}


def step_rows(
    track: TrackDocument,
    where: TrackMap,
    states: Mapping[str, CourseState],
    documents: Mapping[str, CourseDocument],
) -> list[StepRow]:
    """Return the courses of a track in order, compulsory ones first."""
    names = {
        StepState.DONE: _("已学完"),
        StepState.NOW: _("正在学"),
        StepState.OPEN: _("可以开始"),
        StepState.LOCKED: _("先修未完"),
    }
    rows = []
    for step in sorted(track.steps, key=lambda one: one.kind is StepKind.ELECTIVE):
        document, state = documents.get(step.course), where.states[step.course]
        if document is None:  # its folder is gone: the next sync says so
            continue
        course = states.get(step.course, CourseState(0, 0, 0))
        is_elective = step.kind is StepKind.ELECTIVE
        before = [documents[code] for code in step.after if code in documents]
        rows.append(
            StepRow(
                document.title,
                document.title_en,
                step.course,
                _("选修") if is_elective else _("必修"),
                is_elective,
                *_MARKS[state],
                names[state],
                _("、").join(one.title for one in before),
                ", ".join(one.title_en for one in before),
                course.done,
                course.lessons,
                course.minutes,
            )
        )
    return rows


def track_figures(
    track: TrackDocument, states: Mapping[str, CourseState], hours_milli: int
) -> list[dict[str, str]]:
    """Return the figures of a track beside what finishes it."""
    row = track_row(track, states, is_own=False)
    electives = [step.course for step in track.steps if step.kind is StepKind.ELECTIVE]
    done = sum(code in states and states[code].is_done for code in electives)
    figures = [
        {"label": _("必修课程"), "value": f"{row.done} / {row.courses}", "unit": _("门")},
        {
            "label": _("选修课程"),
            "value": str(done),
            "unit": _("门"),
            "note": _("至少 %(n)s 门", n=track.electives),
        },
        {
            "label": _("本方向学时"),
            "value": hours_text(hours_milli),
            "unit": _("学时"),
            "note": _("至少 %(n)s 学时", n=hours_text(track.hours_milli)),
        },
    ]
    return figures if electives else [figures[0], figures[2]]


def lacking_words(where: TrackMap) -> str:
    """Return what is still to do before the exam, "" for nothing."""
    parts = []
    if where.compulsory_left:
        parts.append(_("必修课程 %(n)s 门", n=where.compulsory_left))
    if where.electives_left:
        parts.append(_("选修课程 %(n)s 门", n=where.electives_left))
    if where.hours_left_milli:
        parts.append(_("%(n)s 学时", n=hours_text(where.hours_left_milli)))
    return _("、").join(parts)
