"""The form of a scheme's template: shape and limits; what they mean is `problems_of_look`."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage
from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length

from learning.certification.rules.templates import (
    ACCENTS,
    LAYOUTS,
    MAX_HEADING,
    MAX_LATIN,
    MAX_LINE,
    MAX_SIGNATORY,
    ORIENTATIONS,
    SEALS,
    SHOWN,
    Look,
)
from learning.certification.words import look_words, problem_words
from learning.kernel.errors import Problem
from learning.web.forms import plain_text


def _line(label: str, most: int) -> StringField:
    return StringField(label, validators=[Length(max=most), plain_text])


class TemplateForm(FlaskForm):
    """How a scheme's certificates look; the texts are printed as they stand."""

    based_on = HiddenField()
    layout = RadioField(_l("版式"))
    orientation = RadioField(_l("纸张方向"))
    accent = SelectField(_l("主色"))
    heading = StringField(
        _l("大标题"), validators=[InputRequired(), Length(max=MAX_HEADING), plain_text]
    )
    heading_en = _line(_l("英文标题"), MAX_LINE)
    before = _line(_l("项目名称前的话"), MAX_LINE)
    before_en = _line(_l("项目名称前的话（英文）"), MAX_LATIN)
    after = _line(_l("项目名称后的话"), MAX_LINE)
    after_en = _line(_l("项目名称后的话（英文）"), MAX_LATIN)
    show_unit = BooleanField(_l("持证人单位"))
    show_title_en = BooleanField(_l("项目英文名称"))
    show_issued = BooleanField(_l("签发日期"))
    show_valid_until = BooleanField(_l("有效期至"))
    show_band = BooleanField(_l("控制图纹带"))
    photo = BooleanField(_l("印照片（没有照片的留出粘贴框）"))
    signatory_title = _line(_l("签署人职务"), MAX_SIGNATORY)
    signatory = _line(_l("签署人姓名"), MAX_SIGNATORY)
    seal = RadioField(_l("印章"))
    seal_file = FileField(_l("印章图片"), render_kw={"accept": "image/png"})
    sample = SelectField(_l("样张姓名"), validate_choice=False)

    def offer(self, samples: Sequence[str]) -> None:
        """Set what can be chosen."""
        for name, values in (
            ("layout", LAYOUTS),
            ("orientation", ORIENTATIONS),
            ("accent", ACCENTS),
            ("seal", SEALS),
        ):
            self._fields[name].choices = [(value, look_words(name, value)) for value in values]
        # Said to be Chinese, whatever the language of the page: a screen reader reads them so.
        self.sample.choices = [
            (name, name, {} if name.isascii() else {"lang": "zh-CN"}) for name in samples
        ]

    def look(self) -> Look:
        """Return what a valid form says."""
        plain = {
            name: self._fields[name].data or ""
            for name in Look.__dataclass_fields__
            if name not in {"shown", "photo"}
        }
        shown = tuple(name for name in SHOWN if self._fields[f"show_{name}"].data)
        return Look(**plain, shown=shown, photo=self.photo.data)

    def upload(self) -> bytes:
        """Return the bytes of the chosen file, b"" for none."""
        given = self.seal_file.data
        return given.read() if isinstance(given, FileStorage) else b""

    def show(self, problems: Sequence[Problem]) -> None:
        """Put the problems that rules found beside their fields."""
        for problem in problems:
            field = self._fields.get(problem.place, self.heading)
            field.errors = [*field.errors, problem_words(problem)]
