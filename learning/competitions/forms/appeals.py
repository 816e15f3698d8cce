"""The form of an appeal on an item of a contest; its answer is the form of sittings' appeals."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from learning.competitions.queries.appeals import AppealableAttempt
from learning.exams.rules import MAX_ITEMS, MAX_TEXT
from learning.web.forms import plain_text


class ItemAppealForm(FlaskForm):
    """Which item of which paper, and why."""

    attempt = SelectField(_l("哪一次作答"))
    position = IntegerField(_l("第几题"), validators=[InputRequired(), NumberRange(1, MAX_ITEMS)])
    text = TextAreaField(
        _l("事实与理由"),
        validators=[InputRequired(), Length(max=MAX_TEXT), plain_text],
        render_kw={"rows": 6},
    )

    def offer(self, attempts: Sequence[AppealableAttempt]) -> None:
        """Set the papers that may be appealed on."""
        self.attempt.choices = [
            (each.public_id, _("第 %(n)s 次作答", n=each.number)) for each in attempts
        ]
