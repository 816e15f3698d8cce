"""The forms of paper in a round: what the organiser decides, and whom a unit puts down."""

from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateTimeLocalField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from learning.competitions.forms.paper import LOCAL_FORMATS, plain_text, sensible_year
from learning.competitions.rules import to_local, to_utc
from learning.competitions.rules.papers import MAX_ROLL, MAX_STAFF_NO, PaperRules

LATE = timedelta(days=7)
"""How long after the end of answering papers are keyed, unless decided otherwise."""


class PaperRulesForm(FlaskForm):
    """Whether a round takes paper, until when it is keyed, how it stands beside online."""

    takes_paper = BooleanField(_l("单位可以组织纸笔作答"))
    until = DateTimeLocalField(
        _l("录入截止"), format=LOCAL_FORMATS, validators=[InputRequired(), sensible_year]
    )
    takes_totals = BooleanField(_l("可以只录总分（答题卡已在别处判过分）"))
    beside_online = BooleanField(_l("在线答过的人也可以再答纸笔卷，算作其中一次"))

    def rules(self, zone: str) -> PaperRules | None:
        """Return what a valid form says; None: no paper."""
        if not self.takes_paper.data:
            return None
        until = to_utc(self.until.data, zone)
        return PaperRules(until, self.takes_totals.data, self.beside_online.data)


class PaperListForm(FlaskForm):
    """Whom a unit puts down for paper, by staff number, and in which division they are entered."""

    roll = TextAreaField(
        _l("工号"),
        validators=[InputRequired(), Length(max=MAX_ROLL * (MAX_STAFF_NO + 2)), plain_text],
        render_kw={"rows": 5},
    )
    division = SelectField(
        _l("组别（没有报名的人）"), validators=[Optional()], validate_choice=False
    )


def paper_values(held: PaperRules | None, closes_at: datetime, zone: str) -> dict[str, Any]:
    """Return the fields' values for what is decided, or what a decision starts from."""
    rules = held or PaperRules(closes_at + LATE)
    return {
        "takes_paper": held is not None,
        "until": to_local(rules.until, zone),
        "takes_totals": rules.takes_totals,
        "beside_online": rules.beside_online,
    }
