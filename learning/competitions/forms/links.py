"""Forms of links by which staff enter: making one."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from learning.competitions.forms.desks import DeskForm
from learning.competitions.rules import EARLIEST, to_utc
from learning.competitions.rules.links import MAX_LINK_LABEL, TypedLink

YEARS = range(2020, 2100)


class LinkForm(DeskForm):
    """What a link is for, until when and for how many."""

    label = StringField(
        _l("用途"),
        [InputRequired(message=_l("请填写这一项。")), Length(max=MAX_LINK_LABEL)],
        render_kw={"maxlength": MAX_LINK_LABEL},
    )
    expires_at = StringField(_l("有效期至"), render_kw={"type": "datetime-local"})
    max_uses = StringField(_l("可用人次"), render_kw={"inputmode": "numeric", "maxlength": 7})

    def typed(self, zone: str) -> TypedLink:
        """Return what was typed; an end that is no time is one long past, which is refused."""
        end = _end(self.expires_at.data or "", zone)
        return TypedLink(self.label.data or "", end, self.max_uses.data or "")


def _end(raw: str, zone: str) -> datetime | None:
    if not raw.strip():
        return None
    try:
        local = datetime.fromisoformat(raw.strip()).replace(tzinfo=None)
    except ValueError:
        return EARLIEST
    return to_utc(local, zone) if local.year in YEARS else EARLIEST
