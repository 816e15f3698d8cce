"""The form of a contest's page: banner, when people may enter, the live final, partners."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    FileField,
    Form,
    FormField,
    HiddenField,
    SelectField,
    StringField,
)
from wtforms.validators import Length, Optional

from learning.competitions import words
from learning.competitions.forms.paper import LOCAL_FORMATS, plain_text, sensible_year
from learning.competitions.forms.rows import NumberedRows, RowsForm
from learning.competitions.rules import (
    BANNER_BYTES,
    LOGO_BYTES,
    MAX_ALT,
    MAX_PARTNER,
    MAX_PARTNERS,
    MAX_PLACE,
    Page,
    Partner,
    PartnerRole,
    to_local,
    to_utc,
)
from learning.competitions.words import _
from learning.kernel.errors import Problem

PICTURES = {"accept": "image/png,image/jpeg,image/webp,image/gif"}
LEAST_ROWS = 3


class PartnerRow(Form):
    """A partner; a row without a name is none. The name's field is called title as rows are."""

    role = SelectField(_l("身份"), default=PartnerRole.UNDERTAKER.value)
    title = StringField(_l("单位名称"), validators=[Length(max=MAX_PARTNER), plain_text])
    logo = FileField(_l("标志"), render_kw=PICTURES)
    held = HiddenField(validators=[Length(max=64)])

    @property
    def is_blank(self) -> bool:
        """Tell whether nobody wrote anything here."""
        return not (self.title.data or "").strip()


class PageForm(RowsForm):
    """What stands on the page beside the rules. Times are on the clock of the organiser's zone."""

    ROWS, OTHERWISE = "partners", "banner"

    banner = FileField(_l("横幅图片"), render_kw=PICTURES)
    banner_alt = StringField(
        _l("图片说明"), validators=[Optional(), Length(max=MAX_ALT), plain_text]
    )
    removes_banner = BooleanField(_l("去掉现有的横幅"))
    enrols_from = DateTimeLocalField(
        _l("报名开始"), format=LOCAL_FORMATS, validators=[Optional(), sensible_year]
    )
    enrols_until = DateTimeLocalField(
        _l("报名结束"), format=LOCAL_FORMATS, validators=[Optional(), sensible_year]
    )
    final_at = DateTimeLocalField(
        _l("现场决赛时间"), format=LOCAL_FORMATS, validators=[Optional(), sensible_year]
    )
    final_place = StringField(
        _l("现场决赛地点"), validators=[Optional(), Length(max=MAX_PLACE), plain_text]
    )
    partners = NumberedRows(FormField(PartnerRow), _l("合作单位"), max_entries=MAX_PARTNERS)

    def offer(self) -> None:
        """Set what can be chosen."""
        self.make_room(LEAST_ROWS)
        choices = [(role.value, words.role_words(role)) for role in PartnerRole]
        for row in self.partners.entries:
            row.form.role.choices = choices

    def rows_words(self) -> str:
        """Say above the partners that one of them is wrong."""
        return _("有一家单位填得不对。")

    def words_of(self, problem: Problem) -> str:
        """Say what is wrong with a field."""
        return {
            "picture_type": _("只收 PNG、JPEG、WebP、GIF 图片，以文件内容为准。"),
            "picture_large": _("图片太大：横幅不超过 2 MB，标志不超过 300 KB。"),
            "banner_alt": _("请写明横幅图片的内容，读屏的人靠它。"),
            "enrols_until": _("报名结束不晚于答题结束，并晚于报名开始。"),
        }.get(problem.code, _("这一项填得不对。"))

    def page(self, held: Page, zone: str) -> Page:
        """Return what a valid form says, its uploads apart."""
        return Page(
            banner="" if self.removes_banner.data else held.banner,
            banner_alt=self.banner_alt.data or "",
            enrols_from=_utc(self.enrols_from.data, zone),
            enrols_until=_utc(self.enrols_until.data, zone),
            final_at=_utc(self.final_at.data, zone),
            final_place=self.final_place.data or "",
            partners=tuple(
                Partner(PartnerRole(row.role.data), row.title.data or "", row.held.data or "")
                for row in self.written()
            ),
        )

    def uploads(self) -> tuple[bytes | None, dict[int, bytes]]:
        """Return the banner and the logos that were sent, a byte more than allowed at most."""
        logos = {
            number: content
            for number, row in enumerate(self.written())
            if (content := _read(row.logo.data, LOGO_BYTES)) is not None
        }
        return _read(self.banner.data, BANNER_BYTES), logos


def _read(file: Any, limit: int) -> bytes | None:
    if not isinstance(file, FileStorage) or not file.filename:
        return None
    with file.stream as stream:
        return bytes(stream.read(limit + 1))


def _utc(local: datetime | None, zone: str) -> datetime | None:
    return None if local is None else to_utc(local, zone)


def _local(instant: datetime | None, zone: str) -> datetime | None:
    return None if instant is None else to_local(instant, zone)


def page_values(page: Page, zone: str) -> dict[str, Any]:
    """Return the fields' values for a page, for the form that edits it."""
    return {
        "banner_alt": page.banner_alt,
        "enrols_from": _local(page.enrols_from, zone),
        "enrols_until": _local(page.enrols_until, zone),
        "final_at": _local(page.final_at, zone),
        "final_place": page.final_place,
        "partners": partner_values(page.partners),
    }


def partner_values(partners: Sequence[Partner]) -> list[dict[str, str]]:
    """Return the values of the rows of partners."""
    return [
        {"role": partner.role.value, "title": partner.name, "held": partner.logo}
        for partner in partners
    ]
