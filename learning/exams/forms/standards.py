"""The forms of setting a cut score by judges."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from learning.exams.rules import MAX_DISMISSAL, MAX_REASON_GIVEN, Adjustment, Step
from learning.exams.words import _, line_problem_words
from learning.kernel.errors import Problem
from learning.web.forms import plain_text

MAX_ROLL_TEXT = 20_000
MAX_SHOWN = 50


class StandardForm(FlaskForm):
    """What judges judge, and what they see beside it."""

    form = SelectField(_l("评议哪一份试卷"), coerce=int)
    shows_facilities = BooleanField(_l("第二轮起，显示各题以往的得分率"), default=True)
    shows_keys = BooleanField(_l("评委可以看答案（每次查看都记入审计日志）"))

    def offer(self, forms: Sequence[str]) -> None:
        """Set the forms, numbered from 0."""
        self.form.choices = list(enumerate(forms))


class JudgesForm(FlaskForm):
    """Whom to appoint as judges."""

    roll = TextAreaField(
        _l("工号或登录名"),
        validators=[InputRequired(), Length(max=MAX_ROLL_TEXT), plain_text],
        render_kw={"rows": 3},
    )

    def show(self, problems: Sequence[Problem]) -> None:
        """Put what is wrong with the lines beside the list; the first fifty."""
        texts = [line_problem_words(problem) for problem in problems[:MAX_SHOWN]]
        self.roll.errors = [*self.roll.errors, *texts]


class DismissForm(FlaskForm):
    """Why a judge is dismissed."""

    reason = StringField(_l("理由"), validators=[Length(max=MAX_DISMISSAL), plain_text])


class JudgementForm(FlaskForm):
    """What a judge says of an item, in per cent; `round` is the one the page was of."""

    round = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    percent = IntegerField(
        _l("会答对的人（每 100 人）"),
        validators=[InputRequired(), NumberRange(0, 100)],
        render_kw={"autofocus": True},
    )


class StepForm(FlaskForm):
    """What the examiner does; the button says which."""

    step = StringField(validators=[AnyOf([step.value for step in Step])])


class AdoptForm(FlaskForm):
    """Which cut is adopted, and why."""

    adjustment = RadioField(
        _l("合格线"),
        default=Adjustment.NONE.value,
        validators=[AnyOf([each.value for each in Adjustment])],
    )
    reason = TextAreaField(
        _l("理由"),
        validators=[InputRequired(), Length(max=MAX_REASON_GIVEN), plain_text],
        render_kw={"rows": 3},
    )

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """Set the adjustments with the cut that each gives."""
        self.adjustment.choices = list(choices)

    def is_whole(self) -> bool:
        """Tell whether a reason was given that says something."""
        if not (self.reason.data or "").strip():
            self.reason.errors = [_("请写明理由。")]
        return not self.errors
