"""Entry conditions of tracks in words for people, translated."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import get_locale

from learning.study.queries.entries import DeclarationView
from learning.study.rules.entry import WORD_LENGTH, Background, DeclarationState, Education
from learning.study.rules.tracks import Condition, ConfirmedBy, TrackDocument
from learning.study.words import _
from learning.web.templating import kept_by_language


@kept_by_language
def education_words() -> dict[str, str]:
    """Return the levels of education by their code, the lowest first."""
    return {
        Education.JUNIOR.value: _("初中及以下"),
        Education.SENIOR.value: _("高中、中专、技校"),
        Education.COLLEGE.value: _("大专"),
        Education.BACHELOR.value: _("本科"),
        Education.MASTER.value: _("硕士"),
        Education.DOCTOR.value: _("博士"),
    }


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """A condition as printed; `mark` says how what was declared compares, `status` its colour."""

    text: str
    by: str
    mark: str
    status: str


@dataclass(frozen=True, slots=True)
class DeclarationRow:
    """A round as printed; `told` is the background in words, "" where none was told.

    `earlier`: the conditions as they were read then, where they are not those of now.
    """

    view: DeclarationView
    told: str
    state: str
    status: str
    earlier: tuple[str, ...]


def condition_rows(track: TrackDocument, told: Background | None) -> list[ConditionRow]:
    """Return the conditions of a track against what somebody told of themselves."""
    marks = {
        True: (_("按声明已达到"), "pass"),
        False: (_("按声明未达到"), "due"),
        None: ("", ""),
    }
    return [
        ConditionRow(
            condition_text(one),
            _("由人力资源确认") if one.by is ConfirmedBy.HR else _("本人声明"),
            *marks[reached],
        )
        for one, reached in track.compared_with(told)
    ]


def condition_text(condition: Condition) -> str:
    """Return a condition in the reader's language."""
    return condition.text_en if str(get_locale()) == "en" else condition.text


def declaration_rows(
    views: Iterable[DeclarationView], track: TrackDocument
) -> list[DeclarationRow]:
    """Return the rounds of an entry in words."""
    states = {
        DeclarationState.DECLARED: (_("待人力资源确认"), "due")
        if track.needs_hr
        else (_("已声明"), "none"),
        DeclarationState.REPLACED: (_("已重新声明"), "none"),
        DeclarationState.CONFIRMED: (_("已确认"), "pass"),
        DeclarationState.REFUSED: (_("未获确认"), "over"),
        DeclarationState.WITHDRAWN: (_("已撤回"), "none"),
    }
    return [
        DeclarationRow(
            one,
            background_words(one.told) if one.told else "",
            *states[one.state],
            _earlier(one.track, track),
        )
        for one in views
    ]


def _earlier(then: TrackDocument, now: TrackDocument) -> tuple[str, ...]:
    if then.conditions == now.conditions:
        return ()
    return tuple(condition_text(one) for one in then.conditions)


def background_words(told: Background) -> str:
    """Return an education and years of work."""
    education = education_words()[told.education.value]
    return _("%(education)s，相关工作满 %(n)s 年", education=education, n=told.years)


def enrol_problem(code: str) -> tuple[str, str]:
    """Return the field that somebody was not enrolled for, "" for none, and why."""
    return {
        "not_declared": ("declared", _("请先确认自己符合报名条件。")),
        "not_told": ("education", _("请选学历，并填相关工作年限：0 到 60 的整数。")),
        "word_missing": ("word", _("请写明这次补充或更正了什么。")),
        "word_long": ("word", _("最多 %(n)s 个字。", n=WORD_LENGTH)),
        "declaration_limit": ("", _("声明的次数已到上限，请直接联系本单位人力资源。")),
    }[code]


def not_met_words(conditions: Sequence[Condition]) -> list[str]:
    """Return why somebody who does not reach these conditions was not enrolled."""
    return [
        _("按您填的学历和年限，还未达到：%(what)s", what=condition_text(one)) for one in conditions
    ]


def unmet_words(conditions: Sequence[Condition]) -> str:
    """Return what to say to who is enrolled and does not reach these conditions."""
    return _(
        "声明已提交。按您填的学历和年限，还未达到：%(what)s 不影响学习；"
        "是否另有途径，由人力资源确认。",
        what=" ".join(condition_text(one) for one in conditions),
    )


def decide_problem(code: str) -> str:
    """Return why HR could not decide on an entry."""
    return {
        "own_entry": _("本人的报名条件须由别的负责人确认。"),
        "changed": _("刚才有了新的声明或处理结果，请核对后再定。"),
        "refused_already": _("已经退回过，本人还没有重新声明。"),
    }[code]
