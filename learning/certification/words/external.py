"""Registered certificates in words: what each is worth, its days, what is wrong with a row."""

from dataclasses import dataclass

from learning.certification.queries.external import ExternalView
from learning.certification.rules.register import (
    IMPORT_UNDONE,
    Completed,
    ExternalState,
    RegisterRow,
    WithdrawGround,
)
from learning.certification.words import Entry, _, day_words
from learning.kernel.errors import DomainError
from learning.organisations.words import document_words
from learning.web.templating import in_language


def external_state_words(state: ExternalState) -> tuple[str, str]:
    """Return what a registered certificate is worth in a word or two, and its badge's status."""
    return {
        ExternalState.WITHDRAWN: (_("已撤下"), "none"),
        ExternalState.FOLLOWED: (_("已由新登记代替"), "none"),
        ExternalState.UNCHECKED: (_("待核对"), "draft"),
        ExternalState.EXPIRED: (_("已过期"), "over"),
        ExternalState.OVERDUE: (_("复审逾期"), "over"),
        ExternalState.DUE: (_("即将到期"), "due"),
        ExternalState.VALID: (_("有效"), "pass"),
    }[state]


def external_filters() -> list[tuple[str, str]]:
    """Return what HR may look for, with its words."""
    return [
        ("all", _("全部")),
        ("unchecked", _("待核对")),
        ("due", _("90 天内到期或复审")),
        ("overdue", _("复审逾期")),
        ("expired", _("已过期")),
        ("withdrawn", _("已撤下")),
    ]


def external_days(one: ExternalView) -> tuple[str, str, str]:
    """Return first day, last day and day of review in words; the last is "" where none is due."""
    row = one.row
    review = day_words(row.review_due, row.zone) if row.review_due else ""
    return day_words(row.valid_from, row.zone), day_words(row.valid_until, row.zone), review


def external_entries(one: ExternalView) -> list[Entry]:
    """Return who entered, checked and withdrew a certificate, oldest first."""
    row, zone = one.row, one.row.zone
    found = [Entry(day_words(row.entered_at, zone), _("登记：%(who)s", who=one.entered_by), "")]
    if row.checked_at is not None:
        by = _("核对：%(who)s", who=one.checked_by)
        found.append(Entry(day_words(row.checked_at, zone), by, ""))
    if row.withdrawn_at is not None:
        what = {
            WithdrawGround.ERROR.value: _("撤下：登记有误"),
            WithdrawGround.ENDED.value: _("撤下：证书已失效"),
            WithdrawGround.FOLLOWED.value: _("由新登记代替"),
        }[row.withdraw_ground or WithdrawGround.ENDED.value]
        is_undone = row.withdraw_reason == IMPORT_UNDONE
        why = _("导入已撤销") if is_undone else row.withdraw_reason
        found.append(Entry(day_words(row.withdrawn_at, zone), what, why))
    return found


def external_row(one: ExternalView) -> tuple[str, ...]:
    """Return a certificate on file as a row of the .xlsx; its history last, in one cell."""
    row = one.row
    entries = external_entries(one)
    return (
        row.holder_name,
        one.staff_no,
        one.person_id,
        in_language(one.scheme_title, one.scheme_title_en),
        row.number,
        row.issuer,
        *external_days(one),
        external_state_words(one.state)[0],
        _("；").join(" ".join(filter(None, (e.day, e.what, e.reason))) for e in entries),
    )


@dataclass(frozen=True, slots=True)
class RowDays:
    """Last day and day of review of a row in words, and a mark where it is not held any more.

    `is_computed`, `is_review_computed`: the kind says it, not the list.
    """

    until: str
    review: str
    is_computed: bool
    is_review_computed: bool
    mark: tuple[str, str] | None


def days_of_row(row: RegisterRow, found: Completed | None) -> RowDays:
    """Return the last days of a row of a list in words; a dot where they are not known."""
    if found is None:
        day, review_day = (
            one.isoformat() if one else "·" for one in (row.valid_until, row.review_due)
        )
        return RowDays(day, review_day, is_computed=False, is_review_computed=False, mark=None)
    until, review = found.valid_until, found.review_due
    return RowDays(
        until.isoformat() if until else _("长期有效"),
        review.isoformat() if review else _("不复审"),
        is_computed=until is not None and row.valid_until is None,
        is_review_computed=review is not None and row.review_due is None,
        mark=None if found.state is ExternalState.VALID else external_state_words(found.state),
    )


def external_problem_words(code: str, other: str = "") -> str:
    """Return what is wrong with a field or cell; `other` is its one detail."""
    return {
        "title": _("请填写名称。"),
        "authority": _("请填写发证机关。"),
        "validity_months": _("月数须在 1 到 600 之间，不填为长期有效。"),
        "review_months": _("月数须在 1 到 600 之间，不填为不复审。"),
        "reason": _("请写明原因。"),
        "name_missing": _("缺姓名。"),
        "no_way_in": _("缺工号或手机号，无法确认是谁。"),
        "staff_no_unknown": _("本单位现在没有这个工号。"),
        "phone_unknown": _("本单位现在没有人用这个手机号登录。"),
        "name_other": _("姓名与记录不符：记录中是 %(name)s。", name=other),
        "scheme_missing": _("缺证书种类。"),
        "scheme_unknown": _("没有这个证书种类，请先建立，或改成已有的名称。"),
        "scheme_twice": _("有两个证书种类同名，请改用代号。"),
        "number_missing": _("缺证书编号。"),
        "number_long": _("证书编号最多 60 个字符。"),
        "number_twice": _("与第 %(line)s 行的证书种类和编号相同。", line=other),
        "number_taken": _("这个编号已登记在另一个人名下。"),
        "issuer_long": _("发证机关最多 200 个字符。"),
        "valid_from_missing": _("缺有效期起始日期。"),
        "date_bad": _("看不懂这个日期，请写成 2026-03-01 这样的年月日。"),
        "date_far": _("日期须在 1950 年到 2200 年之间。"),
        "date_future": _("起始日期在一年以后，请核对。"),
        "until_before": _("截止日期早于起始日期。"),
        "review_outside": _("复审日期须在有效期之内。"),
        "cell_error": _("单元格是 Excel 错误值。"),
        "formula_without_value": _("公式没有结果，请在 Excel 里另存一次。"),
        "number_as_number": _("Excel 把编号当成了数字，已失真。请把这一列设为文本后重填。"),
        "phone_bad": _("手机号不对。"),
    }.get(code, _("这一项填得不对。"))


def list_words(error: DomainError) -> str:
    """Return why an uploaded list cannot be read, and what to do."""
    own = {
        "list_no_header": _("没有找到表头：须有姓名、证书种类、证书编号、有效期自各一列。"),
        "pairs_no_header": _("没有找到表头：须有“证书编号”和“姓名”两列。"),
        "list_empty": _("表头下面没有内容。"),
        "list_too_long": _("一次最多查验 5,000 行，请分几次上传。"),
    }
    return own.get(error.code) or document_words(error)


def import_state_words(state: str) -> tuple[str, str]:
    """Return how a list stands, and its badge's status."""
    return {
        "checked": (_("待导入"), "draft"),
        "applied": (_("已导入"), "pass"),
        "undone": (_("已撤销导入"), "none"),
    }[state]


def import_refusal_words(code: str) -> str:
    """Return why a list cannot be applied or undone, and what to do."""
    return {
        "import_has_errors": _("名单还有错误，请改好后重新上传。"),
        "import_stale": _("检查之后人员、证书种类或已有登记有变化，请重新上传名单。"),
        "import_not_applied": _("这次导入没有生效，或已经撤销。"),
        "import_built_on": _("有证书已被核对、撤下、登记复审或附上扫描件，请逐张处理。"),
    }.get(code, _("现在不能这样处理，请重新打开本页。"))
