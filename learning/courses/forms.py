"""The form that begins a course; what is refused beyond its shape is said by the services."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage
from wtforms import FileField, SelectField, StringField
from wtforms.validators import Length

from learning.courses.services import NewCourse
from learning.kernel.errors import Problem
from learning.web.forms import plain_text

MAX_CODE = 60
MAX_TITLE = 100


class NewCourseForm(FlaskForm):
    """A new course by its titles, or a zip of one."""

    unit = SelectField(_l("属于"))
    zip = FileField(_l("压缩包"))
    code = StringField(_l("课程 id"), validators=[Length(max=MAX_CODE), plain_text])
    title = StringField(_l("标题"), validators=[Length(max=MAX_TITLE), plain_text])
    title_en = StringField(_l("英文标题"), validators=[Length(max=MAX_TITLE), plain_text])
    bank = SelectField(_l("自测题库"))

    def offer(self, units: Sequence[tuple[str, str]], banks: Sequence[tuple[str, str]]) -> None:
        """Set the owners and banks to choose from."""
        self.unit.choices = list(units)
        self.bank.choices = list(banks)
        if self.bank.data is None or self.bank.data == "None":
            self.bank.data = ""

    @property
    def is_zip(self) -> bool:
        """Tell whether a file was chosen."""
        return isinstance(self.zip.data, FileStorage) and bool(self.zip.data.filename)

    def zip_name(self) -> str:
        """Return the file's name as the person knows it."""
        return str(self.zip.data.filename)[:100]

    def zip_bytes(self) -> bytes:
        """Return what the file holds."""
        return bytes(self.zip.data.stream.read())

    def new_course(self) -> NewCourse:
        """Return what a form without a file says."""
        said: dict[str, Any] = {
            name: (getattr(self, name).data or "").strip() for name in ("code", "title", "title_en")
        }
        return NewCourse(**said, bank=self.bank.data or "", raw_unit_id=self.unit.data or "")

    def show(self, problems: Sequence[Problem]) -> None:
        """Put the problems that the services found beside their fields."""
        for problem in problems:
            field = self._fields.get(problem.place, self.code)
            field.errors = [*field.errors, problem.message]
