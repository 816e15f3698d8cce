"""The form that grants a participant extra time."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length

from learning.competitions.forms.desks import DeskForm
from learning.competitions.rules.extra_time import EXTRA_PERCENTS


class ExtraTimeForm(DeskForm):
    """Whom, and how much of every limit."""

    person = StringField(
        _l("登录名"),
        [InputRequired(message=_l("请填写这一项。")), Length(max=200)],
        render_kw={"autocomplete": "off"},
    )
    percent = SelectField(
        _l("延长"),
        coerce=int,
        choices=[SelectChoice(percent, f"{percent}%") for percent in EXTRA_PERCENTS],
        default=50,
    )
