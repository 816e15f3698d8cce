"""The form of a bank: shape and limits; what the bank refuses is said by `services.banks`."""

import re
from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from learning.kernel.errors import Problem
from learning.question_bank.rules import Pool
from learning.question_bank.services import BankSettings
from learning.question_bank.words import POOLS, _

MAX_CODE = 40
MAX_TITLE = 200
MAX_DESCRIPTION = 2000
MAX_TRACKS = 600
PLATFORM = ""

_SEPARATORS = re.compile(r"[、，,；;\n]+")


def plain_text(_form: FlaskForm, field: Field) -> None:
    """Refuse control characters: no database and no reader has a use for them."""
    if any(ord(c) < 32 and c not in "\r\n\t" for c in field.data or ""):
        raise ValidationError(_("含有不能显示的字符。"))


class BankForm(FlaskForm):
    """What a manager says of a bank."""

    unit = SelectField(_l("属于"), validate_choice=True)
    code = StringField(_l("代码"), validators=[InputRequired(), Length(max=MAX_CODE), plain_text])
    title = StringField(_l("名称"), validators=[InputRequired(), Length(max=MAX_TITLE), plain_text])
    title_en = StringField(_l("英文名称"), validators=[Length(max=MAX_TITLE), plain_text])
    pool = SelectField(_l("用途"), choices=[])
    tracks = StringField(_l("培养方向"), validators=[Length(max=MAX_TRACKS), plain_text])
    description = TextAreaField(
        _l("说明"),
        validators=[Length(max=MAX_DESCRIPTION), plain_text],
        render_kw={"rows": 4},
    )

    def offer(self, units: Sequence[tuple[str, str]] | None) -> None:
        """Set what can be chosen; an edit (no units) leaves owner and code as they are."""
        self.pool.choices = [(pool.value, _(words)) for pool, words in POOLS.items()]
        if units is None:
            del self.unit
            del self.code
        else:
            self.unit.choices = list(units)

    def settings(self) -> BankSettings:
        """Return what a valid form says."""
        tracks = _SEPARATORS.split(self.tracks.data or "")
        return BankSettings(
            title=self.title.data.strip(),
            title_en=(self.title_en.data or "").strip(),
            description=(self.description.data or "").strip(),
            pool=Pool(self.pool.data),
            tracks=tuple(dict.fromkeys(track.strip() for track in tracks if track.strip())),
        )

    def show(self, problems: Sequence[Problem]) -> None:
        """Put the problems that the bank found beside their fields."""
        for problem in problems:
            field = self._fields.get(problem.place, self.title)
            field.errors = [*field.errors, problem.message]
