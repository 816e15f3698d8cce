"""The form by which a winner says where a prize is sent; what is missing is `rules.claims`."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField
from wtforms.validators import Length

from learning.competitions.forms.paper import plain_text
from learning.competitions.rules.claims import MAX_ADDRESS, MAX_PHONE, MAX_RECIPIENT, Delivery
from learning.competitions.words.competition import _
from learning.kernel.errors import Problem


class DeliveryForm(FlaskForm):
    """A name, a number, an address, and the winner's consent to their use for this parcel."""

    recipient = StringField(_l("收件人"), validators=[Length(max=MAX_RECIPIENT), plain_text])
    phone = StringField(_l("电话"), validators=[Length(max=MAX_PHONE), plain_text])
    address = StringField(_l("地址"), validators=[Length(max=MAX_ADDRESS), plain_text])
    consents = BooleanField(_l("同意主办方用以上信息寄送本奖品，不作他用"))

    def delivery(self) -> Delivery:
        """Return what was written."""
        return Delivery(
            self.recipient.data or "",
            self.phone.data or "",
            self.address.data or "",
            consents=bool(self.consents.data),
        )

    def show(self, problems: Sequence[Problem]) -> None:
        """Put what is missing at its field."""
        said = {
            "recipient": _("请写收件人。"),
            "phone": _("请写能打通的电话，只用数字、加号、短横和括号。"),
            "address": _("请写能收到包裹的地址。"),
            "consents": _("不同意就不能寄送；可以先不领，或放弃这个奖项。"),
        }
        for problem in problems:
            self[problem.place].errors = [said[problem.place]]
