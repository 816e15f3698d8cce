"""The rows of prizes for units in the form of prizes."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DecimalField, Form, IntegerField, SelectField, StringField
from wtforms.validators import Length, NumberRange, Optional

from learning.competitions.forms.paper import plain_text
from learning.competitions.rules import MAX_HEADCOUNT, Division
from learning.competitions.rules.awards import MAX_PRIZE_CODE, MAX_PRIZE_TITLE
from learning.competitions.rules.unit_prizes import MAX_UNITS, PrizeOf, UnitPrize, UnitPrizeKind
from learning.competitions.words.competition import _

MAX_POINTS = Decimal(100_000)


class UnitPrizeRow(Form):
    """A prize for organisations or provinces; a row without code and title is none."""

    title = StringField(_l("奖项"), validators=[Length(max=MAX_PRIZE_TITLE), plain_text])
    code = StringField(_l("代码"), validators=[Length(max=MAX_PRIZE_CODE), plain_text])
    of = SelectField(_l("授予"), default=PrizeOf.UNITS.value)
    kind = SelectField(_l("方式"), default=UnitPrizeKind.RANK.value)
    count = IntegerField(_l("名额"), validators=[Optional(), NumberRange(0, MAX_UNITS)])
    division = SelectField(_l("组别"), default="")
    least_participants = IntegerField(
        _l("至少参加（人）"), validators=[Optional(), NumberRange(0, MAX_HEADCOUNT)]
    )
    least_coverage = DecimalField(
        _l("参赛率至少（%）"), places=None, validators=[Optional(), NumberRange(0, 100)]
    )
    least_mean = DecimalField(
        _l("平均分至少"), places=None, validators=[Optional(), NumberRange(-MAX_POINTS, MAX_POINTS)]
    )
    reserve = IntegerField(
        _l("递补"), default=0, validators=[Optional(), NumberRange(0, MAX_UNITS)]
    )

    @property
    def is_blank(self) -> bool:
        """Tell whether nobody wrote anything here."""
        return not ((self.code.data or "").strip() or (self.title.data or "").strip())

    def offer(self, divisions: Sequence[Division]) -> None:
        """Set what can be chosen."""
        self.of.choices = [
            (PrizeOf.UNITS.value, _("单位")),
            (PrizeOf.PROVINCES.value, _("省份")),
            (PrizeOf.STAGE.value, _("单位，按现场决赛")),
        ]
        self.kind.choices = [
            (UnitPrizeKind.RANK.value, _("按名次")),
            (UnitPrizeKind.REACHED.value, _("达到条件的都得")),
        ]
        self.division.choices = [("", _("全部")), *((d.code, d.title) for d in divisions)]

    def prize(self) -> UnitPrize:
        """Return what the row says; a missing count is 0, which the rules refuse by rank."""
        return UnitPrize(
            code=(self.code.data or "").strip(),
            title=(self.title.data or "").strip(),
            kind=UnitPrizeKind(self.kind.data),
            count=self.count.data or 0,
            of=PrizeOf(self.of.data),
            division=self.division.data or "",
            least_participants=self.least_participants.data or 0,
            least_coverage=_parts(self.least_coverage.data, 10),
            least_mean=_parts(self.least_mean.data, 100),
            reserve=self.reserve.data or 0,
        )


def _parts(number: Decimal | None, each: int) -> int | None:
    return None if number is None else int(number * each)


def _number(parts: int | None, each: int) -> Decimal | None:
    return None if parts is None else Decimal(parts) / each


def unit_prize_values(prize: UnitPrize) -> dict[str, Any]:
    """Return the fields' values for a prize, for the form that edits it."""
    return {
        "code": prize.code,
        "title": prize.title,
        "of": prize.of.value,
        "kind": prize.kind.value,
        "count": prize.count or None,
        "division": prize.division,
        "least_participants": prize.least_participants or None,
        "least_coverage": _number(prize.least_coverage, 10),
        "least_mean": _number(prize.least_mean, 100),
        "reserve": prize.reserve,
    }
