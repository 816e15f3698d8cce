"""The forms of a regrade: a ruling on an item, and the reason by which it is put into force."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from learning.attempts.rules import Treatment
from learning.exams.forms.checks import plain_text
from learning.exams.rules.regrading import (
    MAX_REGRADE_REASON,
    RulingWish,
    may_rekey,
)
from learning.exams.words import regrades as words
from learning.question_bank.rules import Item

MAX_LINES_TEXT = 4_000
MAX_LINES = 60


class RulingForm(FlaskForm):
    """What is ruled on an item; options are boxes by their ids, `option-<id>`."""

    version = HiddenField(validators=[InputRequired()])
    treatment = RadioField(_l("怎样处理"))
    lines = TextAreaField(
        _l("新答案"), validators=[Length(max=MAX_LINES_TEXT), plain_text], render_kw={"rows": 4}
    )

    def offer(self, item: Item) -> None:
        """Set what can be done with an item."""
        every = [each for each in Treatment if each is not Treatment.REKEY or may_rekey(item)]
        self.treatment.choices = [(each.value, words.treatment_words(each)) for each in every]

    def wish(self, version_id: int, chosen: frozenset[str]) -> RulingWish:
        """Return what a valid form asks for."""
        lines = tuple((self.lines.data or "").splitlines()[:MAX_LINES])
        return RulingWish(version_id, Treatment(self.treatment.data), chosen, lines)


class ForceForm(FlaskForm):
    """Why a regrade is put into force."""

    reason = StringField(
        _l("理由（记入审计）"),
        validators=[InputRequired(), Length(max=MAX_REGRADE_REASON), plain_text],
    )
    sure = BooleanField(_l("我看过影响，决定生效；生效后不能撤回"), validators=[InputRequired()])
