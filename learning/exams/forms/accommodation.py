"""The fields that grant an accommodation, wherever an examiner grants one."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from learning.exams.forms.checks import sensible_year
from learning.exams.rules import (
    MAX_EXTRA_MINUTES,
    MAX_PERCENT,
    MAX_WANTS,
    Accommodation,
    months_after,
    to_local,
)
from learning.exams.words import _
from learning.web.forms import plain_text

REVIEW_MONTHS = 12  # after the sitting, unless the examiner says otherwise


class AccommodationForm(FlaskForm):
    """Extra time, what else makes the examination fair, and when that is to be reviewed."""

    percent = IntegerField(
        _l("加时（限时的百分之几）"),
        default=0,
        validators=[InputRequired(), NumberRange(0, MAX_PERCENT)],
    )
    minutes = IntegerField(
        _l("另加分钟"), default=0, validators=[InputRequired(), NumberRange(0, MAX_EXTRA_MINUTES)]
    )
    note = StringField(_l("考试便利"), validators=[Length(max=MAX_WANTS), plain_text])
    review_on = DateField(_l("便利复核日期"), validators=[Optional(), sensible_year])

    def validate_note(self, field: StringField) -> None:
        """Ask for words where extra time is granted: they are printed beside it."""
        if (self.percent.data or self.minutes.data) and not (field.data or "").strip():
            raise ValidationError(_("请写明给予什么便利。"))

    def granted(self) -> Accommodation:
        """Return what a valid form grants."""
        note = (self.note.data or "").strip()
        told = Accommodation(self.percent.data, self.minutes.data, note, self.review_on.data)
        return told if told.is_granted else Accommodation()


def accommodation_values(held: Accommodation, opens_at: datetime, zone: str) -> dict[str, Any]:
    """Return the values of the form for what is granted; a new grant is to be reviewed in a year.

    `opens_at` is when the sitting opens: the year counts from there, in the sitting's zone.
    """
    in_a_year = months_after(to_local(opens_at, zone), REVIEW_MONTHS).date()
    return {
        "percent": held.percent,
        "minutes": held.minutes,
        "note": held.note,
        "review_on": held.review_on if held.is_granted else in_a_year,
    }
