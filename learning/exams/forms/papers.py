"""The form of papers: how many to draw for print."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from learning.attempts.services import MAX_DRAWN


class DrawForm(FlaskForm):
    """How many forms to draw."""

    count = IntegerField(
        _l("套数"), default=1, validators=[InputRequired(), NumberRange(1, MAX_DRAWN)]
    )
