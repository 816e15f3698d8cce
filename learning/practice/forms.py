"""Forms of practice: shape and limits; what they mean is in the rules."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from learning.practice.rules import Reason, ReportState
from learning.web.forms import plain_text

MAX_TEXT = 1000  # twin: the columns of `models.ItemReport`


class ReportForm(FlaskForm):
    """A report of a faulty item."""

    reason = RadioField(
        _l("问题"),
        choices=[
            SelectChoice(Reason.KEY.value, _l("答案不对")),
            SelectChoice(Reason.WORDING.value, _l("题目有歧义或文字有误")),
            SelectChoice(Reason.OUTDATED.value, _l("依据的标准或规定已经变了")),
            SelectChoice(Reason.FIGURE.value, _l("图、表或公式显示不对")),
            SelectChoice(Reason.OTHER.value, _l("其他")),
        ],
        validators=[InputRequired(_l("请选一项。"))],
    )
    text = TextAreaField(
        _l("说明"),
        validators=[
            InputRequired(_l("请写明哪里有问题。")),
            Length(5, MAX_TEXT, _l("请写 5 至 1000 个字。")),
            plain_text,
        ],
        render_kw={"rows": 5, "maxlength": MAX_TEXT},
    )


class AnswerForm(FlaskForm):
    """The answer to all open reports of an item."""

    verdict = RadioField(
        _l("处理"),
        choices=[
            SelectChoice(ReportState.FIXED.value, _l("已在当前版本改正")),
            SelectChoice(ReportState.KEPT.value, _l("保持不变，说明理由")),
        ],
        validators=[InputRequired(_l("请选一项。"))],
    )
    text = TextAreaField(
        _l("答复"),
        validators=[
            InputRequired(_l("请写答复，报错的人会看到。")),
            Length(2, MAX_TEXT, _l("请写 2 至 1000 个字。")),
            plain_text,
        ],
        render_kw={"rows": 4, "maxlength": MAX_TEXT},
    )
