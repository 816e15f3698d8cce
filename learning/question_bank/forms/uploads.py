"""The form that takes a pasted text or a file."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FileField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from learning.question_bank.formats import registry

MAX_PASTED = 2_000_000


class UploadForm(FlaskForm):
    """Questions on their way in; which bank may be chosen is decided by the view."""

    bank = SelectField(_l("导入到题库"), validators=[InputRequired(_l("请选择题库。"))])
    format = SelectField(_l("格式"), default=registry.AUTO)
    text = TextAreaField(
        _l("粘贴题目"), validators=[Length(max=MAX_PASTED, message=_l("太长了，请存成文件导入。"))]
    )
    file = FileField(_l("或选择文件"))

    def offer(
        self, banks: Sequence[tuple[str, str]], formats: Sequence[tuple[str, str]], chosen: str
    ) -> None:
        """Set the banks and formats to choose from; `chosen` is the bank to begin with."""
        self.bank.choices = list(banks)
        self.format.choices = list(formats)
        if not self.bank.data and chosen in {code for code, _title in banks}:
            self.bank.data = chosen

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for something to read."""
        if not super().validate(extra_validators):
            return False
        if (self.text.data or "").strip() or (self.file.data and self.file.data.filename):
            return True
        self.refuse(str(_l("请粘贴题目，或选择一个文件。")))
        return False

    def refuse(self, text: str) -> None:
        """Put a sentence above the form."""
        self.form_errors.append(text)
