"""The rounds of a contest in words: their names, who goes on from one, the stages in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from learning.competitions.formats import FIRST, TRAINING, Border, Promotion
from learning.competitions.queries import CompetitionView, PromotedLine, RoundLine
from learning.competitions.rules import (
    Contest,
    Page,
    PartnerRole,
    Phase,
    State,
    listed_name,
)
from learning.competitions.words.competition import (
    _,
    division_title,
    instant_words,
    phase_words,
)
from learning.competitions.words.rules import paper_lines
from learning.web.templating import points_text, zone_words


def round_title(number: int, title: str, *, is_followed: bool = True) -> str:
    """Return a round's name: its own, or what it is; `is_followed`: later rounds come after it."""
    if title:
        return title
    if number == TRAINING:
        return _("练习")
    if number == FIRST:
        return _("初赛") if is_followed else _("正式答题")
    return _("第 %(n)s 轮", n=number)


def border_words(border: Border) -> str:
    """Return what becomes of those who tie with the last place."""
    return {
        Border.TAKE: _("与末位名次相同的一并晋级"),
        Border.LEAVE: _("与末位名次相同的都不晋级"),
    }[border]


def promotion_words(promotion: Promotion) -> str:
    """Return the printed rule of going on."""
    parts = []
    if promotion.top:
        parts.append(_("名次表前 %(n)s 名", n=f"{promotion.top:,}"))
    if promotion.percent:
        parts.append(
            _("名次表前 %(n)s%%（人数不足一人的进为一人）", n=f"{promotion.percent.normalize():f}")
        )
    if promotion.cut is not None:
        parts.append(_("得分不低于 %(n)s 分", n=f"{promotion.cut.normalize():f}"))
    if not parts:
        return _("有成绩的都晋级。")
    said = [
        _("须同时满足：%(parts)s", parts=_("、").join(parts))
        if len(parts) > 1
        else _("%(who)s晋级", who=parts[0])
    ]
    if promotion.by_division:
        said.append(_("各组别分别计名额"))
    if promotion.top or promotion.percent:
        said.append(border_words(promotion.border))
        said.append(_("有人放弃的，名额由后面的依同一规则递补"))
    return _("%(said)s。", said=_("；").join(said))


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage on the time line: `state` is past, now or ahead; `note` a few words, or "".

    `closes_at` is None for what has no end of its own.
    """

    title: str
    opens_at: datetime
    closes_at: datetime | None
    state: str
    note: str


def stage_views(
    rounds: Sequence[RoundLine], page: Page, opened_at: datetime | None, now: datetime
) -> list[StageView]:
    """Return the stages of a contest in time, with what is open now."""
    first = next(line for line in rounds if line.number == FIRST)
    is_followed = any(line.number > FIRST for line in rounds)
    views = []
    enrols_from = page.enrols_from or opened_at
    if enrols_from is not None:
        until = page.enrols_until or first.closes_at
        note = "" if page.enrols_until else _("报名至答题结束")
        views.append(_stage(_("报名阶段"), enrols_from, until, now, note))
    for line in rounds:
        title = round_title(line.number, line.title, is_followed=is_followed)
        note = _("不计分") if line.number == TRAINING else _round_note(line, now)
        views.append(_stage(title, line.opens_at, line.closes_at, now, note))
    if page.final_at is not None:
        state = "ahead" if now < page.final_at else "past"
        views.append(StageView(_("现场决赛"), page.final_at, None, state, page.final_place))
    return sorted(views, key=lambda view: view.opens_at)  # who opens together stays in order


def _stage(title: str, opens: datetime, closes: datetime, now: datetime, note: str) -> StageView:
    state = "ahead" if now < opens else "now" if now < closes else "past"
    return StageView(title, opens, closes, state, note)


def _round_note(line: RoundLine, now: datetime) -> str:
    if line.promoted_at is not None:
        return _("%(n)s 人晋级", n=f"{line.promoted:,}")
    if line.state is State.CLOSED:
        return _("名次已公布")
    return phase_words(Phase.SETTLING)[0] if line.phase(now) is Phase.SETTLING else ""


@dataclass(frozen=True, slots=True)
class PromotedView:
    """Somebody who went on, as lists print it."""

    entry: str
    standing: int
    name: str
    unit: str
    division: str
    points: str
    is_next: bool
    is_on: bool
    is_own: bool
    reason: str
    is_void: bool


def promoted_view(
    line: PromotedLine, competition: CompetitionView, *, is_named: bool, is_own: bool = False
) -> PromotedView:
    """Return a line as printed; the name as strangers see it unless `is_named`."""
    names = competition.showing.names
    shown = listed_name(names, line.participant_name, line.public_name)
    return PromotedView(
        entry=line.entry,
        standing=line.standing,
        name=line.participant_name if is_named else shown,
        unit=line.unit_name,
        division=division_title(competition.entry, line.division),
        points=points_text(line.points_milli),
        is_next=line.is_next,
        is_on=line.is_on,
        is_own=is_own,
        reason=line.reason if is_named else "",
        is_void=line.is_void,
    )


def round_phase_words(line: RoundLine, now: datetime) -> tuple[str, str]:
    """Return where a round stands in a word or two, and the status of its badge."""
    phase = line.phase(now)
    if line.number == TRAINING and phase is Phase.SETTLING:
        return _("已结束"), "none"
    if line.number != FIRST and phase is Phase.UPCOMING:
        return _("未开始"), "none"
    return phase_words(phase)


def round_lines(
    line: RoundLine, contest: Contest, zone: str, *, is_followed: bool
) -> list[tuple[str, str]]:
    """Return the rules of a round other than the first as (heading, sentence)."""
    window = _(
        "%(start)s 至 %(end)s（%(zone)s）",
        start=instant_words(line.opens_at, zone),
        end=instant_words(line.closes_at, zone),
        zone=zone_words(zone),
    )
    lines = [(_("答题时间"), window), *paper_lines(contest)]
    if line.number == TRAINING:
        lines.append((_("名次"), _("练习不计分，不排名次。")))
    if line.promotion is not None:
        target = _("晋级下一轮") if is_followed else _("晋级现场决赛")
        lines.append((target, promotion_words(line.promotion)))
    return lines


def role_words(role: PartnerRole) -> str:
    """Return what a partner does."""
    return {
        PartnerRole.HOST: _("主办单位"),
        PartnerRole.UNDERTAKER: _("承办单位"),
        PartnerRole.CO_ORGANISER: _("协办单位"),
        PartnerRole.SUPPORTER: _("支持单位"),
    }[role]
