"""The forms of appeals against decisions in certification."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from learning.certification.forms import plain_text
from learning.certification.queries.contested import Contested
from learning.certification.rules.appeals import MAX_ANSWER, MAX_TEXT
from learning.certification.words.appeals import verdict_words
from learning.exams.rules import Verdict


class CertificateAppealForm(FlaskForm):
    """Against which decision one appeals, and why."""

    subject = SelectField(_l("对哪一项决定"))
    text = TextAreaField(
        _l("事实与理由"),
        validators=[DataRequired(), Length(max=MAX_TEXT), plain_text],
        render_kw={"rows": 6},
    )

    def offer(self, subjects: Sequence[tuple[Contested, str]]) -> None:
        """Set what may be appealed against, each with its words."""
        self.subject.choices = [(one.code, label) for one, label in subjects]


class AppealAnswerForm(FlaskForm):
    """The answer to an appeal."""

    verdict = RadioField(_l("结论"), validators=[InputRequired()])
    answer = TextAreaField(
        _l("答复（申诉人会看到）"),
        validators=[DataRequired(), Length(max=MAX_ANSWER), plain_text],
        render_kw={"rows": 6},
    )

    def offer(self) -> None:
        """Set the verdicts in the reader's language."""
        self.verdict.choices = [(one.value, verdict_words(one)) for one in Verdict]
