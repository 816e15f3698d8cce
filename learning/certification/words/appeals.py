"""Appeals against decisions in certification in words for people, translated."""

from datetime import datetime

from learning.certification.queries.appeals import AppealView
from learning.certification.queries.contested import Contested
from learning.certification.rules.appeals import Against, is_late
from learning.certification.rules.terms import NeedKind
from learning.certification.words import _
from learning.certification.words.terms import kind_words
from learning.exams.rules import Verdict
from learning.web.templating import in_language


def against_words(against: Against, detail: str = "") -> str:
    """Return what is appealed against; `detail` as Contested has it."""
    what = {
        Against.REFUSED: _("证书不予颁发"),
        Against.REVOKED: _("证书被撤销"),
        Against.SUSPENDED: _("证书被暂停"),
        Against.FAILED: _("项目评审不合格"),
        Against.UNCONFIRMED: _("申报不予确认"),
    }[against]
    if detail and against is Against.UNCONFIRMED:
        detail = kind_words(NeedKind(detail))
    if detail and against in (Against.FAILED, Against.UNCONFIRMED):
        return _("%(what)s：%(detail)s", what=what, detail=detail)
    return f"{what} {detail}".strip()


def contested_words(contested: Contested) -> str:
    """Return a decision as a choice of the form."""
    what = against_words(contested.against, contested.detail)
    title = in_language(contested.scheme_title, contested.scheme_title_en)
    return _("%(what)s（%(title)s）", what=what, title=title)


def verdict_words(verdict: Verdict) -> str:
    """Return what may be decided."""
    return {
        Verdict.UPHELD: _("成立"),
        Verdict.PARTLY: _("部分成立"),
        Verdict.REJECTED: _("不成立"),
    }[verdict]


def appeal_state(appeal: AppealView, now: datetime) -> tuple[str, str]:
    """Return how an appeal stands, and the status of its badge."""
    if appeal.verdict is None:
        late = is_late(appeal.answer_by, appeal.decided_at, now)
        return (_("逾期未答复"), "over") if late else (_("待答复"), "due")
    status = "none" if appeal.verdict is Verdict.REJECTED else "pass"
    return verdict_words(appeal.verdict), status
