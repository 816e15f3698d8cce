"""The forms of invigilation: one act on people or on everybody, and minutes that were lost."""

from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import (
    AnyOf,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)

from learning.attempts.rules import MAX_ACT_NOTE, MAX_ADDED, Act, ActKind, ActReason
from learning.attempts.services import MAX_HELD
from learning.exams import words
from learning.exams.forms.checks import sensible_year
from learning.exams.forms.sittings import LOCAL_FORMATS
from learning.exams.words import _
from learning.web.forms import plain_text

_ID = Regexp(r"[0-9A-Za-z]{1,26}\Z")
MAX_MINUTES = int(MAX_ADDED.total_seconds()) // 60


class ActForm(FlaskForm):
    """An act as the console sends it; `people` are public ids with blanks between, or nobody.

    With nobody it is for everybody of `room` ("" means all rooms), from `after` on.
    """

    kind = StringField(validators=[AnyOf([kind.value for kind in ActKind])])
    reason = StringField(validators=[AnyOf([reason.value for reason in ActReason])])
    note = StringField(validators=[Length(max=MAX_ACT_NOTE), plain_text])
    minutes = IntegerField(validators=[Optional(), NumberRange(1, MAX_MINUTES)])
    act_id = StringField(validators=[_ID])
    scope = StringField(validators=[AnyOf(["people", "everybody"])])
    people = StringField(validators=[Length(max=MAX_HELD * 27)])
    room = StringField(validators=[Optional(), _ID])
    after = StringField(validators=[Optional(), _ID])

    def validate_kind(self, field: StringField) -> None:
        """Ask for minutes where time is added, and only there."""
        if (field.data == ActKind.EXTEND.value) != (self.minutes.data is not None):
            raise ValidationError("minutes")

    def validate_note(self, field: StringField) -> None:
        """Ask for words where the candidate is told something."""
        if self.kind.data == ActKind.MESSAGE.value and not (field.data or "").strip():
            raise ValidationError("note")

    def act(self) -> Act:
        """Return the act of a valid form."""
        return Act(
            ActKind(self.kind.data),
            ActReason(self.reason.data),
            str(self.act_id.data),
            (self.note.data or "").strip(),
            timedelta(minutes=self.minutes.data or 0),
        )

    def people_ids(self) -> list[str]:
        """Return the people of a valid form, each once."""
        return list(dict.fromkeys((self.people.data or "").split()))


class OutageForm(FlaskForm):
    """From when to when nobody could answer, by the sitting's own clock."""

    lost_from = DateTimeLocalField(
        _l("中断开始"), format=LOCAL_FORMATS, validators=[InputRequired(), sensible_year]
    )
    lost_to = DateTimeLocalField(
        _l("恢复"), format=LOCAL_FORMATS, validators=[InputRequired(), sensible_year]
    )
    reason = SelectField(_l("原因"))
    note = StringField(_l("说明"), validators=[Length(max=MAX_ACT_NOTE), plain_text])
    outage_id = HiddenField(validators=[_ID])

    def offer(self) -> None:
        """Set the reasons."""
        self.reason.choices = [(r.value, words.act_reason_words(r)) for r in ActReason]

    def validate_lost_to(self, field: DateTimeLocalField) -> None:
        """Refuse an end that is not after the beginning."""
        if self.lost_from.data and field.data and field.data <= self.lost_from.data:
            raise ValidationError(_("须晚于中断开始。"))

    def account(self) -> str:
        """Return the reason of a valid form, as `Act.account` writes one."""
        note = (self.note.data or "").strip()
        return f"{self.reason.data}: {note}" if note else str(self.reason.data)


def outage_values(outage_id: str) -> dict[str, Any]:
    """Return the values of a new form under its own id."""
    return {"outage_id": outage_id, "reason": ActReason.NETWORK.value}
