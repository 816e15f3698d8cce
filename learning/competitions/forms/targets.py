"""The forms of a plan: one target, or a sheet of them."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import SelectField, StringField
from wtforms.validators import Length

from learning.competitions.rules.targets import KIND_WORDS, TypedTarget
from learning.competitions.words import _
from learning.competitions.words.progress import target_problem_words
from learning.kernel.documents import XLSX_MIME, Limits
from learning.kernel.errors import Problem


class TargetForm(FlaskForm):
    """One target: of what kind, of which one, how many; no number takes it away."""

    kind = SelectField(_l("类别"))
    of = StringField(_l("省份、单位或日期"), [Length(max=60)], render_kw={"maxlength": 60})
    target = StringField(
        _l("目标人数"), [Length(max=11)], render_kw={"maxlength": 11, "inputmode": "numeric"}
    )

    def offer(self) -> None:
        """Set the kinds."""
        self.kind.choices = [(kind.value, _(word)) for kind, word in KIND_WORDS.items()]

    def typed(self) -> TypedTarget:
        """Return what was typed."""
        return TypedTarget(self.kind.data or "", self.of.data or "", self.target.data or "")

    def show(self, problems: list[Problem]) -> None:
        """Put each problem beside its field."""
        for problem in problems:
            field = self._fields[problem.place]
            field.errors = [*field.errors, target_problem_words(problem.code)]


class PlanForm(FlaskForm):
    """A sheet of targets."""

    file = FileField(_l("计划文件（.xlsx）"), render_kw={"accept": f"{XLSX_MIME},.xlsx"})

    def content(self) -> tuple[str, bytes]:
        """Return the file's name and bytes, one more than allowed at most; "" and none without."""
        file = self.file.data
        if isinstance(file, FileStorage) and file.filename:
            return file.filename, file.stream.read(Limits().file_bytes + 1)
        return "", b""
