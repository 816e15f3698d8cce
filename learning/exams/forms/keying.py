"""The forms of keying: which sheet, its lines, where two keyings differ, a file of many."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage
from wtforms import FileField, MultipleFileField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from learning.exams import words
from learning.exams.forms.applications import PAPERS
from learning.exams.loader import LIMITS, MAX_PACKED
from learning.exams.rules import FILE_BYTES, Upload, check_files
from learning.exams.rules.keying import DATE, FORM, MAX_LINE, TOTAL
from learning.exams.rules.sheets import MAX_CORRECTION
from learning.exams.words import _, keying
from learning.kernel.errors import Problem
from learning.web.forms import plain_text

LINE = "line-"
PICK, OTHER = "pick-", "other-"
MAX_LINES = 1_500
TABLES = {"accept": ".xlsx,.csv,text/csv"}


class WhichForm(FlaskForm):
    """Whose sheet it is, which form, answered when."""

    candidate = StringField(
        _l("准考证号或工号"), validators=[InputRequired(), Length(max=40), plain_text]
    )
    code = StringField(_l("试卷代码"), validators=[InputRequired(), Length(max=24), plain_text])
    date = StringField(_l("作答日期"), validators=[InputRequired(), Length(max=20), plain_text])

    def show(self, problems: Sequence[Problem]) -> None:
        """Put what is wrong with the head beside its fields."""
        fields = {FORM: self.code, DATE: self.date}
        for problem in problems:
            field = fields.get(problem.place, self.candidate)
            field.errors = [*field.errors, keying.keying_problem(problem)]


class SheetForm(WhichForm):
    """A whole sheet; its lines are fields `line-<place>` that the form of the paper names."""

    total = StringField(_l("总分"), validators=[Length(max=12), plain_text])
    scans = MultipleFileField(_l("扫描件"), render_kw=PAPERS)

    #: What was sent, by name of field: the lines are those of the paper.
    typed: Mapping[str, str] = MappingProxyType({})

    def raw(self) -> dict[str, str]:
        """Return what was typed, by place."""
        lines = {
            name.removeprefix(LINE): text[: MAX_LINE + 1]
            for name, text in list(self.typed.items())[:MAX_LINES]
            if name.startswith(LINE)
        }
        head = {FORM: self.code.data, DATE: self.date.data, TOTAL: self.total.data}
        return lines | {place: text or "" for place, text in head.items()}

    def uploads(self) -> tuple[tuple[Upload, ...], list[Problem]]:
        """Return the scans, or everything that is wrong with them."""
        files = [f for f in self.scans.data or [] if isinstance(f, FileStorage)]
        return check_files([(f.filename or "", f.stream.read(FILE_BYTES + 1)) for f in files])

    def show_files(self, problems: Sequence[Problem]) -> None:
        """Put what is wrong with the scans beside their field."""
        texts = [words.file_problem_words(problem) for problem in problems]
        self.scans.errors = [*self.scans.errors, *texts]


class SettleForm(FlaskForm):
    """What is right at each place where two keyings differ: the first, the second, or a text."""

    #: What was sent, by name of field: the places are those at which the keyings differ.
    typed: Mapping[str, str] = MappingProxyType({})

    def picks(self, values: Sequence[dict[str, str]], places: Sequence[str]) -> dict[str, str]:
        """Return the texts that were decided on, by place; undecided places are left out."""
        found = {}
        for place in places:
            picked = self.typed.get(f"{PICK}{place}", "")
            if picked in {"1", "2"}:
                found[place] = values[int(picked) - 1].get(place, "")
            elif picked == "other":
                found[place] = self.typed.get(f"{OTHER}{place}", "")[: MAX_LINE + 1]
        return found


class TableForm(FlaskForm):
    """A file of keyings, and its rows as they come back to be kept."""

    file = FileField(_l("文件"), render_kw=TABLES)
    rows = TextAreaField(validators=[Length(max=MAX_PACKED)])

    def content(self) -> bytes:
        """Return the file's bytes, cut one behind the limit; b"" without a file."""
        file = self.file.data
        return file.stream.read(LIMITS.file_bytes + 1) if isinstance(file, FileStorage) else b""


class CorrectionForm(FlaskForm):
    """Why a confirmed sheet is keyed anew."""

    reason = StringField(
        _l("更正理由"), validators=[InputRequired(), Length(max=MAX_CORRECTION), plain_text]
    )

    def text(self) -> str:
        """Return the reason; "" for white space alone."""
        return (self.reason.data or "").strip()


def missing_reason() -> str:
    """Return what is said where no reason was given."""
    return _("请写明更正的理由，至多 300 字。")
