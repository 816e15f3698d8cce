"""The forms of a regrade: a ruling on an item, and the reason by which it is put into force."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from learning.attempts.rules import (
    MAX_EXPLANATION,
    MAX_REGRADE_REASON,
    RulingWish,
    Treatment,
    rekey_refusal,
)
from learning.attempts.words import regrades as words
from learning.question_bank.rules import Item
from learning.web.forms import plain_text


class RulingForm(FlaskForm):
    """What is ruled on an item; its new key stands in the fields of `words.regrades.key_wish`."""

    version = HiddenField(validators=[InputRequired()])
    treatment = RadioField(_l("怎样处理"))
    explanation = TextAreaField(
        _l("更正后的解析（给作答人看）"),
        validators=[Length(max=MAX_EXPLANATION), plain_text],
        render_kw={"rows": 4},
    )

    def offer(self, item: Item) -> None:
        """Set what can be done with an item."""
        can = rekey_refusal(item) is None
        every = [each for each in Treatment if can or each is not Treatment.REKEY]
        self.treatment.choices = [(each.value, words.treatment_words(each)) for each in every]

    def wish(self, version_id: int, item: Item, sent: dict[str, str]) -> RulingWish:
        """Return what a valid form asks for."""
        treatment = Treatment(self.treatment.data)
        wished = words.key_wish(item, sent)
        return RulingWish(version_id, treatment, wished, self.explanation.data or "")


class ForceForm(FlaskForm):
    """Why a regrade is put into force."""

    reason = StringField(
        _l("理由（记入审计）"),
        validators=[InputRequired(), Length(max=MAX_REGRADE_REASON), plain_text],
    )
    sure = BooleanField(_l("我看过影响，决定生效；生效后不能撤回"), validators=[InputRequired()])
