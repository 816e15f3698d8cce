"""What stands at the door of a sitting in words: duties, hindrances, accommodation, presence."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from learning.exams.queries.carrying import EarlierAccommodation
from learning.exams.rules import (
    Accommodation,
    Duty,
    Hindrance,
    IncidentReason,
    Presence,
    SittingRules,
    SittingSettings,
)
from learning.exams.words.sittings import _, instant_words
from learning.web.sentences import run_on


def duty_words(duty: Duty) -> str:
    """Return what a person is appointed to."""
    return {
        Duty.INVIGILATOR: _("监考"),
        Duty.MARKER: _("阅卷"),
        Duty.DECIDER: _("申诉处理"),
        Duty.KEYER: _("答题卡录入"),
    }[duty]


def presence_words(presence: Presence) -> tuple[str, str]:
    """Return how a candidate was found at the door, and the status of the badge."""
    return {
        Presence.UNKNOWN: (_("未核对"), "none"),
        Presence.PRESENT: (_("已到场"), "pass"),
        Presence.ABSENT: (_("缺考"), "over"),
        Presence.REFUSED: (_("不予入场"), "over"),
    }[presence]


def reason_words(reason: IncidentReason) -> str:
    """Return what happened with a candidate."""
    return {
        IncidentReason.LATE: _("迟到"),
        IncidentReason.ITEMS: _("携带规定以外的物品"),
        IncidentReason.PHONE: _("使用手机等电子设备"),
        IncidentReason.TALKING: _("交头接耳"),
        IncidentReason.COPYING: _("抄袭或传递答案"),
        IncidentReason.IMPERSONATION: _("冒名顶替"),
        IncidentReason.DISTURBANCE: _("扰乱考场秩序"),
        IncidentReason.LEFT: _("擅自离开考场"),
        IncidentReason.ILLNESS: _("突发疾病"),
        IncidentReason.EQUIPMENT: _("设备或网络故障"),
        IncidentReason.OTHER: _("其他"),
    }[reason]


def accommodation_words(accommodation: Accommodation, extra: timedelta) -> str:
    """Return an accommodation as printed: “加时 27 分钟（限时的 30%）：读屏软件”, "" for none."""
    minutes = int(extra.total_seconds()) // 60
    if not minutes:
        return accommodation.note
    if accommodation.percent and accommodation.minutes:
        words = _(
            "加时 %(n)s 分钟（限时的 %(percent)s%%，另加 %(more)s 分钟）",
            n=minutes,
            percent=accommodation.percent,
            more=accommodation.minutes,
        )
    elif accommodation.percent:
        words = _(
            "加时 %(n)s 分钟（限时的 %(percent)s%%）", n=minutes, percent=accommodation.percent
        )
    else:
        words = _("加时 %(n)s 分钟", n=minutes)
    if not accommodation.note:
        return words
    return _("%(words)s：%(note)s", words=words, note=accommodation.note)


def carried_until(accommodation: Accommodation) -> str:
    """Return until when an accommodation is carried into resits, "" where nothing is granted."""
    if not accommodation.is_granted:
        return ""
    return str(accommodation.review_on) if accommodation.review_on else _("长期有效")


def earlier_words(earlier: EarlierAccommodation, limit_minutes: int) -> str:
    """Return what an earlier sitting granted, and whether it is carried into one of this limit."""
    granted = earlier.accommodation
    extra = granted.added_to(timedelta(minutes=limit_minutes))
    told = {
        "title": earlier.title,
        "words": accommodation_words(granted, extra),
        "day": carried_until(granted),
    }
    if earlier.holds:
        return _("“%(title)s”已批准：%(words)s。复核日期：%(day)s。", **told)
    return _(
        "“%(title)s”批准过：%(words)s。复核日期 %(day)s 已过，没有沿用，请核实后重新批准。", **told
    )


def hindrance_words(hindrance: Hindrance, retry_at: datetime | None, zone: str) -> str:
    """Return why a candidate cannot begin now, and what to do."""
    if hindrance is Hindrance.RETRY_WAIT and retry_at:
        return _(
            "两次作答之间要间隔一段时间，%(at)s 起可以再考。", at=instant_words(retry_at, zone)
        )
    return {
        Hindrance.NOT_OPEN: _("还没有到考试时间。"),
        Hindrance.NO_SIGNAL: _("请等监考宣布开考。本页会自己更新，不必刷新。"),
        Hindrance.CLOSED: _("考试时间已过。"),
        Hindrance.TOO_LATE: _("已过最迟开考时间，不能再入场。请联系监考。"),
        Hindrance.ENTRY_REFUSED: _("监考记录您缺考或不予入场，不能开考。如有疑问，请找监考。"),
        Hindrance.NOT_CHECKED_IN: _("请先到监考处核对身份。核对后本页会自己更新。"),
        Hindrance.NETWORK: _("本场只能在指定考场的网络内开考。请用考场的设备，或联系监考。"),
        Hindrance.RETRY_WAIT: _("两次作答之间要间隔一段时间。"),
        Hindrance.RESIT: _("不符合本场的补考条件。"),
    }[hindrance]


def conduct_lines(rules: SittingRules) -> list[tuple[str, str]]:
    """Return what is recorded of conduct and what follows from it, as (heading, sentence).

    The room says the same again (`templates/attempts/recording.html`): nobody learns there first
    that a paper can be handed in for them.
    """
    asked, follows = rules.integrity, _("记录本身不影响成绩。")
    if asked.warn_at:
        follows = _("离开本页超过 3 秒算一次，第 %(n)s 次起提醒。", n=asked.warn_at)
    if asked.end_at:
        follows = run_on(follows, _("满 %(n)s 次自动交卷。", n=asked.end_at))
    recorded = _(
        "作答期间会记录离开和返回本页、切换窗口、长时间未操作、复制、粘贴、打印、退出全屏、断网和刷新，供考务了解作答过程。锁屏、接听电话也会记为离开；如有需要，请向监考说明。"
    )
    calculator = _("作答页有计算器。") if rules.calculator else _("作答页不提供计算器。")
    lines = [(_("作答记录"), run_on(recorded, follows)), (_("计算器"), calculator)]
    if asked.closed_book:
        lines.insert(0, (_("闭卷"), _("交卷前不能打开本站其他页面，换浏览器或设备也一样。")))
    if asked.log_out:
        lines.append((_("交卷后"), _("自动退出登录，方便下一位使用同一台设备。")))
    return lines


def settings_lines(settings: SittingSettings) -> list[tuple[str, str]]:
    """Return how a sitting is held as (heading, sentence), nothing where nothing is asked."""
    asked: Sequence[tuple[bool, str, str]] = (
        (settings.waits_for_signal, _("开考"), _("由监考宣布后才能开始作答。")),
        (settings.needs_check_in, _("入场"), _("须先由监考核对身份；缺考或不予入场的不能开考。")),
        (bool(settings.access_code), _("考场口令"), _("开考前输入监考公布的口令。")),
        (bool(settings.networks), _("网络"), _("只能在指定的网络内开考。")),
        (
            bool(settings.start_minutes),
            _("最迟开考"),
            _("开考 %(n)s 分钟后不能再入场。", n=settings.start_minutes),
        ),
        (
            bool(settings.retry_minutes),
            _("再次作答"),
            _("距上一次交卷满 %(n)s 分钟后。", n=settings.retry_minutes),
        ),
    )
    return [(heading, sentence) for is_asked, heading, sentence in asked if is_asked]
