"""The forms of a hall: rooms and appointments."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from learning.exams import words
from learning.exams.forms.sittings import MAX_ROLL, MAX_SHOWN_PROBLEMS, plain_text
from learning.exams.queries import RoomView
from learning.exams.rules import MAX_PLACE, MAX_ROOM_NAME, MAX_SEATS, Duty, RoomPlan
from learning.exams.words import _
from learning.kernel.errors import Problem


class RoomForm(FlaskForm):
    """A room of a sitting."""

    name = StringField(
        _l("考场"), validators=[InputRequired(), Length(max=MAX_ROOM_NAME), plain_text]
    )
    place = StringField(_l("地点"), validators=[Length(max=MAX_PLACE), plain_text])
    seats = IntegerField(
        _l("座位数"), default=30, validators=[InputRequired(), NumberRange(1, MAX_SEATS)]
    )

    def plan(self) -> RoomPlan:
        """Return what a valid form says."""
        name, place = (self.name.data or "").strip(), (self.place.data or "").strip()
        return RoomPlan(name, place, self.seats.data)


class StaffForm(FlaskForm):
    """Whom to appoint to what; only invigilators have a room."""

    roll = TextAreaField(
        _l("工号或登录名"),
        validators=[InputRequired(), Length(max=MAX_ROLL), plain_text],
        render_kw={"rows": 3},
    )
    duty = SelectField(_l("职责"))
    room = SelectField(_l("监考的考场"))

    def offer(self, rooms: Sequence[RoomView]) -> None:
        """Set the duties and the rooms."""
        self.duty.choices = [(duty.value, words.duty_words(duty)) for duty in Duty]
        self.room.choices = [("", _("全部考场")), *((r.public_id, r.name) for r in rooms)]

    def show(self, problems: Sequence[Problem]) -> None:
        """Put what is wrong with the lines beside the list, by their number; the first fifty."""
        texts = [words.line_problem_words(problem) for problem in problems[:MAX_SHOWN_PROBLEMS]]
        self.roll.errors = [*self.roll.errors, *texts]
