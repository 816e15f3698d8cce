"""What the pages of requests for correction share: forms, and the words for fields and faults."""

from collections.abc import Sequence

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage
from wtforms import FileField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from learning.kernel.errors import Problem
from learning.organisations.rules.corrections import (
    EVIDENCE_BYTES,
    EVIDENCE_TYPES,
    TEXT_LENGTH,
    WANTED_LENGTH,
    CorrectionField,
    CorrectionState,
)
from learning.organisations.words import _

_required = InputRequired(_l("请填写这一项。"))


class CorrectionForm(FlaskForm):
    """What is wrong, what is right, why, and the paper that proves it."""

    field = SelectField(_l("要更正的内容"), validate_choice=False)  # `check_wish` says it better
    wanted = StringField(
        _l("应改为"),
        [_required, Length(max=WANTED_LENGTH, message=_l("最多 200 个字。"))],
        render_kw={"maxlength": WANTED_LENGTH},
    )
    reason = TextAreaField(
        _l("原因"),
        [_required, Length(max=TEXT_LENGTH, message=_l("最多 500 个字。"))],
        render_kw={"rows": 3, "maxlength": TEXT_LENGTH},
    )
    evidence = FileField(
        _l("证明材料"),
        render_kw={
            "accept": ",".join([*EVIDENCE_TYPES, ".pdf,.png,.jpg,.jpeg"]),
            "data-photo-bytes": EVIDENCE_BYTES,
            "data-photo-said": _l("照片已在本机缩小为 {n} KB，拍摄信息已去掉。"),
        },
    )

    def offer(self) -> None:
        """Set the fields that can be asked for; the one of the address comes chosen."""
        self.field.choices = [SelectChoice(f.value, field_words(f.value)) for f in CorrectionField]
        if request.method == "GET" and request.args.get("field") in {*CorrectionField}:
            self.field.data = request.args["field"]

    def upload(self) -> tuple[str, bytes]:
        """Return the file's name and bytes, one more than allowed at most; empty for none."""
        file = self.evidence.data
        if not isinstance(file, FileStorage) or not file.filename:
            return "", b""
        return file.filename, file.stream.read(EVIDENCE_BYTES + 1)

    def show(self, problems: Sequence[Problem]) -> None:
        """Put each problem beside its field."""
        for problem in problems:
            field = self._fields[problem.place]
            field.errors = [*field.errors, problem_words(problem.code)]


class DecisionForm(FlaskForm):
    """What the person reads about the decision."""

    answer = TextAreaField(
        _l("答复"),
        [Length(max=TEXT_LENGTH, message=_l("最多 500 个字。"))],
        render_kw={"rows": 3, "maxlength": TEXT_LENGTH},
    )

    def show(self, problems: Sequence[Problem]) -> None:
        """Put each problem beside the answer."""
        words = [problem_words(problem.code) for problem in problems]
        self.answer.errors = [*self.answer.errors, *words]


def field_words(field: str) -> str:
    """Return what is to be corrected, translated."""
    return {
        CorrectionField.NAME.value: _("姓名"),
        CorrectionField.STAFF_NO.value: _("工号"),
        CorrectionField.DEPARTMENT.value: _("部门"),
        CorrectionField.POST.value: _("岗位"),
        CorrectionField.PHONE.value: _("手机号"),
        CorrectionField.OTHER.value: _("其他"),
    }[field]


def state_words(state: str) -> tuple[str, str]:
    """Return how a request stands, and the status of its badge."""
    return {
        CorrectionState.PENDING.value: (_("等待处理"), "due"),
        CorrectionState.ACCEPTED.value: (_("已更正"), "pass"),
        CorrectionState.REFUSED.value: (_("未采纳"), "over"),
        CorrectionState.WITHDRAWN.value: (_("已撤回"), "none"),
    }[state]


def type_words(media_type: str) -> str:
    """Return what kind of file the evidence is."""
    return {"application/pdf": "PDF", "image/png": "PNG", "image/jpeg": "JPEG"}.get(media_type, "")


def problem_words(code: str) -> str:
    """Return what is wrong with a field of the form, translated."""
    words = {
        "field": _("请选择要更正的内容。"),
        "words_missing": _("请填写这一项。"),
        "words_too_long": _("最多 500 个字。"),
        "wanted_too_long": _("最多 200 个字。"),
        "name_odd": _("姓名里没有文字。"),
        "bad_phone": _("手机号格式不对：填 11 位手机号；境外号码以 + 和国家码开头。"),
        "evidence_missing": _("更正姓名须附证明材料，如身份证件或户口簿的照片。"),
        "evidence_empty": _("文件是空的，请重新选择。"),
        "evidence_too_large": _("文件超过 2 MB，请压缩或只拍需要的部分。"),
        "evidence_type": _("只收 PDF、PNG、JPEG 文件；改文件名不能改变文件类型。"),
    }
    return words.get(code, _("这一项填得不对。"))


def refusal_words(code: str) -> str:
    """Return why a request cannot be filed or decided now, translated."""
    words = {
        "correction_pending": _("同一项已有一份申请在等待处理；要改内容请先撤回它。"),
        "correction_limit": _("30 天内最多提交 20 份申请，请过些天再试。"),
        "not_pending": _("这份申请已经处理过，没有再改动。"),
        "account_closed": _("此人已注销账号，不能再更正。"),
    }
    return words.get(code, _("无法完成这个操作。"))
