"""Resits in words: the rules of a sitting, and why somebody may not come again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from learning.exams.queries import SittingView
from learning.exams.rules import ResitBar, ResitRefusal, SittingSettings
from learning.exams.words.sittings import _, instant_words

DAY = "yyyy-MM-dd"


def resit_lines(sitting: SittingView) -> list[tuple[str, str]]:
    """Return the rules of a resit as (heading, sentence), nothing where it is none."""
    if sitting.resit_of_id is None:
        return []
    settings = sitting.settings
    rules = [_people(settings)]
    if settings.resit_wait_days:
        rules.append(_("距上次交卷须满 %(n)s 天", n=settings.resit_wait_days))
    if settings.resit_attempts:
        rules.append(
            _(
                "%(months)s 个月内连同补考至多作答 %(n)s 次",
                months=settings.resit_months,
                n=settings.resit_attempts,
            )
        )
    if settings.resit_barred_months:
        rules.append(_("记有违纪的 %(n)s 个月内不得补考", n=settings.resit_barred_months))
    sentence = _(
        "本场是“%(title)s”的补考：%(rules)s。", title=sitting.resit_of, rules=_("；").join(rules)
    )
    return [(_("补考"), sentence)]


def _people(settings: SittingSettings) -> str:
    if settings.resit_failed and settings.resit_absent:
        return _("未合格的，和缺考而获考务准许的，可以参加")
    if settings.resit_failed:
        return _("未合格的可以参加")
    return _("缺考而获考务准许的可以参加")


def resit_words(refusal: ResitRefusal, zone: str) -> str:
    """Return why somebody may not resit: the rule, and the date where there is one."""

    def day(instant: datetime | None) -> str:
        return instant_words(instant, zone, DAY) if instant else ""

    named = {"title": refusal.title, "since": day(refusal.since), "until": day(refusal.until)}
    named["n"] = str(refusal.number)
    return {
        ResitBar.NOT_BEFORE: _("本场是补考，只有参加过前面场次的人才能参加。"),
        ResitBar.PASSED: _("已在“%(title)s”中合格，不必补考。", **named),
        ResitBar.VIOLATION: _(
            "%(since)s 记有违纪，%(n)s 个月内不得补考，%(until)s 起才可以。如有异议，请联系考务。",
            **named,
        ),
        ResitBar.NOT_DECIDED: _(
            "“%(title)s”还没有结束，或成绩还没有出来，出来以后才能补考。", **named
        ),
        ResitBar.FAILED: _("本场只供缺考而获考务准许的人补考。"),
        ResitBar.ABSENT: _(
            "在“%(title)s”没有成绩。缺考的须先由考务核实理由、准许补考，请联系考务。", **named
        ),
        ResitBar.TOO_SOON: _(
            "上次交卷是 %(since)s，须间隔满 %(n)s 天，%(until)s 起才可以补考。", **named
        ),
        ResitBar.TOO_OFTEN: _(
            "期内至多作答 %(n)s 次，已经用完（第一次是 %(since)s），%(until)s 起才可以再考。",
            **named,
        ),
    }[refusal.bar]


def refused_words(data: Mapping[str, Any]) -> str:
    """Return the sentence for the data of a Conflict("resit_refused")."""
    return resit_words(data["refusal"], data["zone"])
