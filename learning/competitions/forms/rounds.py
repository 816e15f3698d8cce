"""The forms of rounds: one besides the first, who goes on from one, another window."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    DecimalField,
    IntegerField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from learning.competitions import words
from learning.competitions.formats import (
    MAX_ROUND_TITLE,
    MAX_TOP,
    Border,
    Promotion,
    RoundPlan,
)
from learning.competitions.forms.competition import problem_words
from learning.competitions.forms.paper import (
    LOCAL_FORMATS,
    PaperFields,
    paper_values,
    plain_text,
    sensible_year,
)
from learning.competitions.rules import to_local, to_utc
from learning.competitions.services import MAX_WINDOW_REASON
from learning.kernel.errors import Problem


class RoundForm(PaperFields):
    """A training round or a later one. Times are on the clock of the organiser's zone."""

    title = StringField(
        _l("名称"), validators=[InputRequired(), Length(max=MAX_ROUND_TITLE), plain_text]
    )

    def offer(self, banks: Sequence[tuple[str, str]]) -> None:
        """Set what can be chosen."""
        self.offer_paper(banks)

    def show(self, problems: Sequence[Problem]) -> None:
        """Put the problems that the rules found beside their fields."""
        for problem in problems:
            field = self._fields.get(problem.place, self._fields["bank"])
            field.errors = [*field.errors, problem_words(problem)]

    def plan(self, zone: str) -> RoundPlan:
        """Return what a valid form says."""
        return RoundPlan(
            self.title.data,
            to_utc(self.opens_at.data, zone),
            to_utc(self.closes_at.data, zone),
            self.rules(),
        )


class PromotionForm(FlaskForm):
    """By which rule people go on from a round; nothing filled in: all who have a result."""

    goes_on = BooleanField(_l("这一轮之后有晋级"))
    top = IntegerField(_l("取前几名"), default=0, validators=[Optional(), NumberRange(0, MAX_TOP)])
    percent = DecimalField(
        _l("取前百分之几"), places=None, validators=[Optional(), NumberRange(0, 100)]
    )
    cut = DecimalField(
        _l("至少得分"), places=None, validators=[Optional(), NumberRange(-MAX_TOP, MAX_TOP)]
    )
    by_division = BooleanField(_l("各组别分别计名额"))
    border = SelectField(_l("末位同分"), default=Border.TAKE.value)

    def offer(self) -> None:
        """Set what can be chosen."""
        self.border.choices = [(border.value, words.border_words(border)) for border in Border]

    def promotion(self) -> Promotion | None:
        """Return what a valid form says."""
        if not self.goes_on.data:
            return None
        return Promotion(
            top=self.top.data or 0,
            percent=self.percent.data or Decimal(0),
            cut=self.cut.data,
            by_division=self.by_division.data,
            border=Border(self.border.data),
        )


class WindowForm(FlaskForm):
    """Another window of a round, with the reason that the page shows."""

    opens_at = DateTimeLocalField(
        _l("答题开始"), format=LOCAL_FORMATS, validators=[InputRequired(), sensible_year]
    )
    closes_at = DateTimeLocalField(
        _l("答题结束"), format=LOCAL_FORMATS, validators=[InputRequired(), sensible_year]
    )
    reason = StringField(
        _l("原因"), validators=[InputRequired(), Length(max=MAX_WINDOW_REASON), plain_text]
    )

    def window(self, zone: str) -> tuple[datetime, datetime]:
        """Return what a valid form says, in UTC."""
        return to_utc(self.opens_at.data, zone), to_utc(self.closes_at.data, zone)


def round_values(plan: RoundPlan, zone: str) -> dict[str, Any]:
    """Return the fields' values for a round, for the form that edits it."""
    return {
        "title": plan.title,
        "opens_at": to_local(plan.opens_at, zone),
        "closes_at": to_local(plan.closes_at, zone),
        **paper_values(plan.rules),
    }


def promotion_values(promotion: Promotion | None) -> dict[str, Any]:
    """Return the fields' values for a rule of going on."""
    held = promotion or Promotion()
    return {
        "goes_on": promotion is not None,
        "top": held.top,
        "percent": held.percent or None,
        "cut": held.cut,
        "by_division": held.by_division,
        "border": held.border.value,
    }
