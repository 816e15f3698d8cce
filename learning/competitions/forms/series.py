"""The forms of an edition: its place in a series, next year's clone."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from learning.competitions.forms.paper import plain_text
from learning.competitions.queries.series import SeriesView
from learning.competitions.rules.series import FIRST_YEAR, LAST_YEAR, MAX_SERIES_TITLE
from learning.competitions.words import _
from learning.kernel.errors import Problem

_required = InputRequired(message=_l("请填写这一项。"))


class EditionForm(FlaskForm):
    """Which series a competition belongs to, and as which year's edition."""

    series = SelectField(_l("系列赛"))
    title = StringField(
        _l("新系列的名称"), validators=[Optional(), Length(max=MAX_SERIES_TITLE), plain_text]
    )
    year = IntegerField(_l("年份"), validators=[_required], render_kw={"inputmode": "numeric"})

    def offer(self, series: Sequence[SeriesView]) -> None:
        """Set the series to choose from."""
        known = [(one.public_id, one.title) for one in series]
        self.series.choices = [*known, ("", _("新建系列"))]

    def show(self, problems: Sequence[Problem]) -> None:
        """Put each problem beside its field."""
        for problem in problems:
            field = self._fields[problem.place]
            field.errors = [*field.errors, problem_words(problem.code)]


def problem_words(code: str) -> str:
    """Return in words what is wrong with an edition's place."""
    if code == "title":
        return _("新建系列时写明名称，最多 %(n)s 字。", n=MAX_SERIES_TITLE)
    return _("年份在 %(first)s 到 %(last)s 之间。", first=FIRST_YEAR, last=LAST_YEAR)
