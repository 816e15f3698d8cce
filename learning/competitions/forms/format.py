"""The fields of how a round is played; what they mean together is `rules.problem_fields`."""

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DecimalField,
    Field,
    IntegerField,
    SelectField,
    TextAreaField,
)
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from learning.competitions.rules import (
    MAX_ITEM_SECONDS,
    MAX_PER_DAY,
    MAX_RATE,
    Act,
    Bonus,
    Format,
    Play,
    Rung,
    Speed,
)
from learning.competitions.words import _

SUM = "sum"
"""What the field `counts` says where points add up."""
MAX_LADDER = 400


def _points(label: str) -> DecimalField:
    return DecimalField(label, places=None, validators=[Optional(), NumberRange(0, MAX_RATE)])


def _is_ladder(form: FlaskForm, _field: Field) -> None:
    if not isinstance(form, FormatFields) or form.rungs() is None:
        raise ValidationError(_("一行一级：连对的题数、空格、分值。"))


class FormatFields(FlaskForm):
    """How often a day, what adds up, how an answer earns points."""

    per_day = IntegerField(
        _l("每天次数"), default=0, validators=[Optional(), NumberRange(0, MAX_PER_DAY)]
    )
    until_right = BooleanField(_l("答到全部正确为止，只有全部正确的一次计入"))
    day_cap = _points(_l("每天最多计分"))
    sign_in = _points(_l("每天签到加分"))
    share = _points(_l("每天分享加分"))
    play = SelectField(_l("作答方式"), default=Play.PAPER.value)
    item_seconds = IntegerField(
        _l("每题秒数"), default=0, validators=[Optional(), NumberRange(0, MAX_ITEM_SECONDS)]
    )
    speed_base = _points(_l("抢分：答对得分"))
    speed_rate = _points(_l("抢分：每剩一秒加分"))
    ladder = TextAreaField(
        _l("闯关：连对得分"), validators=[Length(max=MAX_LADDER), _is_ladder], render_kw={"rows": 3}
    )

    def rungs(self) -> tuple[Rung, ...] | None:
        """Return the ladder, a rung a line; None where a line is none."""
        found = []
        for line in (self.ladder.data or "").splitlines():
            if not line.strip():
                continue
            right, _space, points = line.strip().partition(" ")
            if not (_is_digits(right) and _is_digits(points.strip().replace(".", "", 1))):
                return None
            found.append(Rung(int(right), Decimal(points.strip())))
        return tuple(found)

    def format(self) -> Format:
        """Return what valid fields say; what does not belong to the way of playing is left out."""
        play = Play(self.play.data)
        is_paper = play is Play.PAPER
        acts = ((Act.SIGN_IN, self.sign_in.data), (Act.SHARE, self.share.data))
        return Format(
            per_day=self.per_day.data or 0,
            adds_up=self["counts"].data == SUM,
            day_cap=self.day_cap.data or Decimal(0),
            until_right=self.until_right.data,
            play=play,
            item_seconds=0 if is_paper else self.item_seconds.data or 0,
            speed=self._speed() if play is Play.SPEED else Speed(),
            ladder=(self.rungs() or ()) if play is Play.SURVIVAL else (),
            bonuses=tuple(Bonus(act, points) for act, points in acts if points),
        )

    def _speed(self) -> Speed:
        base, rate = self.speed_base.data, self.speed_rate.data
        return Speed(_or(base, Speed().base), _or(rate, Speed().rate))


def _or(points: Decimal | None, otherwise: Decimal) -> Decimal:
    return otherwise if points is None else points


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(MAX_RATE)) + 3


def format_values(chosen: Format) -> dict[str, Any]:
    """Return the fields' values for a format."""
    worth = {bonus.act: bonus.points for bonus in chosen.bonuses}
    return {
        "per_day": chosen.per_day,
        "until_right": chosen.until_right,
        "day_cap": chosen.day_cap or None,
        "sign_in": worth.get(Act.SIGN_IN),
        "share": worth.get(Act.SHARE),
        "play": chosen.play.value,
        "item_seconds": chosen.item_seconds,
        "speed_base": chosen.speed.base,
        "speed_rate": chosen.speed.rate,
        "ladder": "\n".join(f"{rung.right} {rung.points}" for rung in chosen.ladder),
    }
