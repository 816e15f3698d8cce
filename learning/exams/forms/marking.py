"""The forms of marking: points by criterion, a reason, who may not mark whom."""

import itertools
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from learning.exams.queries import find_on_roll
from learning.exams.rules import MAX_COMMENT, MAX_REASON, parse_points, parse_roll
from learning.exams.words import _
from learning.kernel.permissions import Actor
from learning.web.forms import plain_text

MAX_STEPS = 60
MAX_ROLL_NAME = 80


class MarkForm(FlaskForm):
    """What a marker says of an answer: fields `step1`, `step2`, … by criterion, and a comment."""

    comment = TextAreaField(
        _l("评语"), validators=[Length(max=MAX_COMMENT), plain_text], render_kw={"rows": 2}
    )

    #: What was sent, by name of field: the criteria are those of the item.
    typed: Mapping[str, str] = MappingProxyType({})

    def raw_steps(self) -> list[str]:
        """Return the points as they were typed, [] where nothing was sent."""
        typed = self.typed
        names = itertools.takewhile(typed.__contains__, map("step{}".format, range(1, MAX_STEPS)))
        return [typed[name] for name in names]

    def steps(self) -> tuple[Decimal, ...] | None:
        """Return the points by criterion; None where one is no number."""
        found = [parse_points(text) for text in self.raw_steps()]
        given = tuple(each for each in found if each is not None)
        return given if len(given) == len(found) else None

    def wrong_step(self) -> int:
        """Return the number of the first criterion whose points are no number, 0 without one."""
        found = enumerate(self.raw_steps(), 1)
        return next((number for number, text in found if parse_points(text) is None), 0)


class ReopenForm(FlaskForm):
    """Why an answer is to be marked anew."""

    reason = StringField(
        _l("理由"), validators=[InputRequired(), Length(max=MAX_REASON), plain_text]
    )


class ConflictForm(FlaskForm):
    """Who may not mark whom, and why."""

    judge = StringField(
        _l("阅卷人（工号或登录名）"),
        validators=[InputRequired(), Length(max=MAX_ROLL_NAME), plain_text],
    )
    candidate = StringField(
        _l("考生（工号或登录名）"),
        validators=[InputRequired(), Length(max=MAX_ROLL_NAME), plain_text],
    )
    reason = StringField(
        _l("理由"), validators=[InputRequired(), Length(max=MAX_REASON), plain_text]
    )


def conflict_people(
    form: ConflictForm, session: Session, actor: Actor, now: datetime
) -> tuple[int, int] | None:
    """Return marker and candidate of a valid form; None, and said beside the field, if unknown."""
    found = []
    for field in (form.judge, form.candidate):
        people, problems = find_on_roll(session, actor, parse_roll(field.data or ""), now)
        if problems or len(people) != 1:
            field.errors = [*field.errors, _("查无此人，或有多人。")]
        else:
            found.append(people[0])
    return (found[0], found[1]) if len(found) == 2 else None
