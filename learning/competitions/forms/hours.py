"""The form of the hours that a pass is worth."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from wtforms import DecimalField, SelectField
from wtforms.validators import Optional

from learning.competitions.forms.desks import DeskForm
from learning.competitions.rules.hours import HourField, HoursPledge
from learning.competitions.words.rules import hour_field_words


class HoursForm(DeskForm):
    """From how many points on, how many hours, as what; no hours, no promise."""

    hours = DecimalField(_l("学时"), [Optional()], places=2)
    cut = DecimalField(_l("合格线（分）"), [Optional()], places=2)
    field = SelectField(_l("科目"))

    def offer(self) -> None:
        """Set what the hours may count as."""
        self.field.choices = [(field.value, hour_field_words(field)) for field in HourField]

    def pledge(self) -> HoursPledge | None:
        """Return what a valid form says, None for no hours."""
        if not self.hours.data:
            return None
        cut = self.cut.data if self.cut.data is not None else Decimal(0)
        return HoursPledge(cut, self.hours.data, HourField(self.field.data))
