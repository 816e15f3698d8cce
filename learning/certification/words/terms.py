"""What a scheme asks, how a file stands and who may not decide, in words for people, translated."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import force_locale

from learning.certification.queries import DeedView, FileView
from learning.certification.queries.hours import hours_key
from learning.certification.rules.deciding import Part
from learning.certification.rules.terms import (
    Decider,
    Groups,
    HoursField,
    Need,
    NeedKind,
    NeedStanding,
    Purpose,
    Terms,
)
from learning.certification.words import _, term_words
from learning.kernel.errors import Problem


def kind_words(kind: NeedKind) -> str:
    """Return what a kind of need is called."""
    return {
        NeedKind.EXAM: _("考试"),
        NeedKind.HOURS: _("学时"),
        NeedKind.PROJECT: _("项目评审"),
        NeedKind.EXPERIENCE: _("工作年限"),
        NeedKind.CONTINUITY: _("连续从业"),
        NeedKind.CONFIRMATION: _("单位确认"),
    }[kind]


def hours_of(milli: int) -> str:
    """Return hours without needless zeros: 40, 7.5."""
    return f"{milli / 1000:g}"


def field_words(field: HoursField) -> str:
    """Return which hours count."""
    return {
        HoursField.ANY: _("学时（不限类别）"),
        HoursField.PROFESSIONAL: _("专业学时"),
        HoursField.COMMON: _("公需学时"),
    }[field]


def need_words(need: Need) -> str:
    """Return a need in a few words."""
    if need.kind is NeedKind.HOURS:
        return _(
            "%(months)s 个月内累计 %(hours)s %(field)s，来源不限",
            months=need.within_months,
            hours=hours_of(need.hours_milli),
            field=field_words(need.field),
        )
    if need.kind is NeedKind.EXAM and need.cut_percent:
        return _("考试合格，且得分不低于 %(p)s%%", p=need.cut_percent)
    return {
        NeedKind.EXAM: _("考试合格"),
        NeedKind.PROJECT: _("项目经评审合格"),
        NeedKind.EXPERIENCE: _("相关工作满 %(n)s 年，经单位确认", n=need.years),
        NeedKind.CONTINUITY: _("持证期间连续从业满 %(n)s 年，经单位确认", n=need.years),
        NeedKind.CONFIRMATION: _("所在单位确认符合条件"),
    }[need.kind]


def group_words(group: Sequence[Need]) -> str:
    """Return a group: one of its ways is enough."""
    return _("；或者").join(need_words(need) for need in group)


def groups_words(groups: Groups) -> list[str]:
    """Return the groups, a line each; all must be met."""
    return [group_words(group) for group in groups]


def terms_words(terms: Terms) -> list[tuple[str, list[str]]]:
    """Return everything terms say, as headings with their lines."""
    decider = {
        Decider.RULE: _("条件齐备后由系统按规则自动决定并发证。"),
        Decider.PERSON: _("条件齐备后由发证决定人决定；决定人不得是其培训者、考官或评审人。"),
    }[terms.decider]
    rest = [_("证书有效期：%(term)s。", term=term_words(terms.validity_months)), decider]
    if terms.hold_months:
        rest.append(
            _("已满足的一项保留 %(term)s，等待其余各项。", term=term_words(terms.hold_months))
        )
    found = [(_("初次发证：以下各项都要满足"), groups_words(terms.first))]
    if terms.renewal:
        found.append((_("换证：以下各项都要满足"), groups_words(terms.renewal)))
        rest.append(
            _(
                "到期前 %(window)s 天起可以换证，到期后 %(grace)s 天内仍可换证。",
                window=terms.window_days,
                grace=terms.grace_days,
            )
        )
        rest.append(_("到期前换证的，新证有效期从原到期日接续；宽限期内换证的，从决定之日起算。"))
    else:
        rest.append(_("不办理换证：到期后按初次发证的条件重新取得。"))
    if terms.project:
        found.append(
            (
                _("项目评分表：满分 %(most)s 分，%(p)s%% 合格", most=terms.project.most,
                  p=terms.project.pass_percent),
                [
                    _("%(what)s（%(n)s 分）", what=one.text, n=one.points)
                    for one in terms.project.criteria
                ],
            )
        )  # fmt: skip
    found.append((_("决定与有效期"), rest))
    return found


def terms_in_both(terms: Terms) -> list[tuple[str, str, list[tuple[str, list[str]]]]]:
    """Return (language code, name, words) of terms in Chinese and in English."""
    found = []
    for code, name in (("zh-CN", "中文"), ("en", "English")):
        with force_locale(code.replace("-", "_")):
            found.append((code, name, terms_words(terms)))
    return found


def purpose_words(purpose: Purpose) -> str:
    """Return what a file is about."""
    return {Purpose.FIRST: _("初次发证"), Purpose.RENEWAL: _("换证")}[purpose]


def standing_words(one: NeedStanding, progress: Mapping[str, int]) -> tuple[str, str, str]:
    """Return how a need stands: a word, the badge's status, and a note."""
    if one.met_by is not None:
        return _("已满足"), "pass", ""
    if one.stale is not None:
        return _("已过保留期"), "over", _("等待其余各项的时间太长，需要重新完成。")
    if one.need.kind is NeedKind.HOURS:
        so_far = progress.get(hours_key(one.need), 0)
        return (
            _("未满足"),
            "due",
            _(
                "已有 %(have)s 学时，还差 %(left)s 学时。",
                have=hours_of(so_far),
                left=hours_of(max(0, one.need.hours_milli - so_far)),
            ),
        )
    return _("未满足"), "due", ""


def spare_words() -> tuple[str, str, str]:
    """Return how a way stands beside another one of its group that is met."""
    return _("不需要"), "none", ""


def measure_words(kind: NeedKind, measure: Mapping[str, Any]) -> str:
    """Return how much was done."""
    match kind:
        case NeedKind.EXAM if "percent" in measure:
            return _("得分率 %(p)s%%", p=measure["percent"])
        case NeedKind.HOURS:
            return _(
                "%(hours)s %(field)s",
                hours=hours_of(measure.get("hours_milli", 0)),
                field=field_words(HoursField(measure.get("field", "any"))),
            )
        case NeedKind.EXPERIENCE | NeedKind.CONTINUITY:
            return _("满 %(n)s 年", n=measure.get("years", 0))
        case NeedKind.PROJECT if "points" in measure:
            return _("%(points)s / %(most)s 分", points=measure["points"], most=measure["most"])
    return str(measure.get("note", ""))


def deed_state_words(deed: DeedView) -> tuple[str, str]:
    """Return how a fulfilment stands: a word and the badge's status."""
    if deed.withdrawn_at is not None:
        return _("已撤回"), "over"
    return (_("已用于发证"), "none") if deed.is_used else (_("有效"), "pass")


def withdrawn_words(reason: str) -> str:
    """Return why a fulfilment was withdrawn."""
    return {
        "result": _("成绩更正后不合格或被作废。"),
        "points": _("成绩已更正，按更正后的分数计。"),
        "hours": _("学时被冲销后不足。"),
        "second_opinion": _("项目正在复评。"),
    }.get(reason, reason)


def file_state_words(file: FileView) -> tuple[str, str]:
    """Return how a file stands: a word and the badge's status."""
    if file.closed_at is not None:
        return _("已办结"), "none"
    return (_("等待决定"), "info") if file.ready_at else (_("办理中"), "due")


def part_words(parts: Sequence[Part]) -> str:
    """Return why somebody may not decide."""
    named = {
        Part.SELF: _("您就是申请人"),
        Part.TRAINER: _("您给此人上过课，或编写过其所学课程"),
        Part.EXAMINER: _("您组织或参与了此人的考试"),
        Part.ASSESSOR: _("您评审过此人的项目"),
        Part.DECIDED: _("您作出了被申诉的决定"),
    }
    return _("、").join(named[part] for part in parts)


def refusal_words(code: str) -> str:
    """Return why a file cannot be granted now."""
    return {
        "not_yours_to_decide": _("须由其他人决定"),
        "file_incomplete": _("条件已不齐备"),
        "file_suspended": _("原证书正在暂停"),
        "file_closed": _("已经办结"),
    }.get(code, _("不能决定"))


def outcome_words(outcome: str) -> tuple[str, str]:
    """Return what was decided: a word and the badge's status."""
    return {"granted": (_("准予发证"), "pass"), "refused": (_("不予发证"), "over")}[outcome]


def terms_problem_words(problem: Problem) -> str:
    """Return what is wrong with a part of the terms, translated."""
    return {
        "needs_missing": _("至少要有一项条件。"),
        "needs_twice": _("同一组里同一种条件只能出现一次。"),
        "cut_percent": _("得分率须在 0 到 100 之间。"),
        "hours": _("学时和月数都要大于 0。"),
        "years": _("年数须在 1 到 50 之间。"),
        "continuity_first": _("连续从业只能用于换证。"),
        "criteria_missing": _("要求项目评审时，请填写评分项。"),
        "criteria": _("评分项 1 到 12 行，每行一项，行末写分值（1 到 100）。"),
        "criteria_line": _("第 %(n)s 行末尾没有分值。", n=problem.message),
        "pass_percent": _("合格线须在 1 到 100 之间。"),
        "guidance": _("说明最多 2000 字。"),
        "renewal_for_life": _("办理换证的项目必须有有效期。"),
        "window_missing": _("请写明到期前多少天起可以换证。"),
        "window_days": _("天数须在 0 到 1000 之间。"),
        "grace_days": _("天数须在 0 到 1000 之间。"),
        "hold_months": _("保留期须在 1 到 600 个月之间，不填为不限。"),
        "validity_months": _("有效期须在 1 到 600 个月之间，不填为长期有效。"),
        "decision_reason": _("不予发证须写明理由，最多 500 字。"),
        "too_many_files": _("一次最多决定 100 份。"),
    }.get(problem.code, _("这一项填得不对。"))
