"""The form by which an organiser decides how the lists are shown."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateTimeLocalField, RadioField, TextAreaField
from wtforms.validators import Length, Optional

from learning.competitions import words
from learning.competitions.rules import (
    Names,
    Showing,
    read_stages,
    stages_text,
    to_local,
    to_utc,
)
from learning.competitions.words import _
from learning.kernel.errors import Problem

MAX_TEXT = 2_000


class ShowingForm(FlaskForm):
    """Live or not, the freeze, the steps of the reveal, the names."""

    is_live = BooleanField(_l("竞赛进行中就公开名次"))
    freeze_at = DateTimeLocalField(_l("封榜时间"), validators=[Optional()])
    stages = TextAreaField(_l("揭晓步骤"), validators=[Length(max=MAX_TEXT)], render_kw={"rows": 6})
    names = RadioField(_l("公开名单上的姓名"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names.choices = [(names.value, words.names_words(names)) for names in Names]

    def showing(self, zone: str) -> Showing | None:
        """Return what a valid form says; None, with the error at its field, for bad steps."""
        stages = read_stages(self.stages.data or "")
        if stages is None:
            self.stages.errors = [_stages_words()]
            return None
        freeze = self.freeze_at.data
        return Showing(
            is_live=self.is_live.data,
            freeze_at=to_utc(freeze, zone) if freeze else None,
            stages=stages,
            names=Names(self.names.data),
        )

    def show(self, problems: list[Problem]) -> None:
        """Put what is wrong at its field."""
        said = {
            "freeze_at": _("封榜须在答题时间之内；进行中公开名次又分步揭晓的，必须封榜。"),
            "stages": _stages_words(),
        }
        for problem in problems:
            self[problem.place].errors = [said[problem.place]]


def _stages_words() -> str:
    return _(
        "一行一步，如“11”：总榜第 11 名及以后；“组别代码 4”“units 1”只揭该组、单位榜。"
        "同一榜的名次须越来越靠前，最多 30 步。"
    )


def showing_values(showing: Showing, zone: str) -> dict[str, Any]:
    """Return the fields' values."""
    return {
        "is_live": showing.is_live,
        "freeze_at": to_local(showing.freeze_at, zone) if showing.freeze_at else None,
        "stages": stages_text(showing.stages),
        "names": showing.names.value,
    }
