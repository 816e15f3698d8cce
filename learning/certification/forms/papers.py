"""The forms of declarations and projects, of who confirms and who reviews them."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage
from wtforms import (
    IntegerField,
    MultipleFileField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from learning.certification.forms import plain_text
from learning.certification.rules.papers import (
    MAX_ANSWER,
    MAX_COMMENT,
    MAX_PAPERS,
    MAX_PROJECT_TITLE,
    MAX_SUMMARY,
    MAX_WORDS,
    PAPER_BYTES,
    check_papers,
)
from learning.certification.rules.terms import MAX_YEARS, NeedKind
from learning.certification.words.papers import paper_problem_words
from learning.certification.words.terms import kind_words
from learning.kernel.errors import Problem
from learning.organisations.rules.corrections import Evidence

PAPERS = {"accept": "application/pdf,image/jpeg,image/png,.pdf,.jpg,.jpeg,.png"}


class _WithPapers(FlaskForm):
    papers = MultipleFileField(_l("证明材料"), render_kw=PAPERS)

    def checked(self) -> tuple[tuple[Evidence, ...], list[Problem]]:
        """Return the files that were sent, or everything that is wrong with them."""
        return check_papers([_read(file) for file in (self.papers.data or [])[: MAX_PAPERS + 1]])

    def show(self, problems: Sequence[Problem]) -> None:
        """Put each problem beside its field."""
        for problem in problems:
            field = self._fields.get(problem.place, self.papers)
            field.errors = [*field.errors, paper_problem_words(problem)]


def _read(file: FileStorage | str) -> tuple[str, bytes]:
    """Return name and bytes, cut one byte after the limit; ("", b"") for nothing."""
    if isinstance(file, str):
        return "", b""
    return file.filename or "", file.stream.read(PAPER_BYTES + 1)


class DeclareForm(_WithPapers):
    """What a person declares for their file."""

    kind = SelectField(_l("申报哪一项"), validators=[InputRequired()])
    years = IntegerField(_l("年数"), validators=[Optional(), NumberRange(1, MAX_YEARS)])
    words = TextAreaField(
        _l("说明"),
        validators=[InputRequired(), Length(max=MAX_WORDS), plain_text],
        render_kw={"rows": 3},
    )

    def offer(self, kinds: Sequence[NeedKind]) -> None:
        """Set what can be declared."""
        self.kind.choices = [SelectChoice(kind.value, kind_words(kind)) for kind in kinds]


class ProjectUploadForm(_WithPapers):
    """A project as it is handed in."""

    title = StringField(
        _l("项目名称"), validators=[InputRequired(), Length(max=MAX_PROJECT_TITLE), plain_text]
    )
    summary = TextAreaField(
        _l("摘要"), validators=[Length(max=MAX_SUMMARY), plain_text], render_kw={"rows": 4}
    )


class ConfirmForm(FlaskForm):
    """HR's answer to a declaration; the button says which."""

    years = IntegerField(_l("核实的年数"), validators=[Optional(), NumberRange(1, MAX_YEARS)])
    percent = IntegerField(_l("核实的得分率（%）"), validators=[Optional(), NumberRange(0, 100)])
    answer = TextAreaField(
        _l("不予确认的理由"), validators=[Length(max=MAX_ANSWER), plain_text], render_kw={"rows": 2}
    )


class OpinionForm(FlaskForm):
    """An assessor's review; the points of the criteria are fields of the page (`point-1` …)."""

    comment = TextAreaField(
        _l("评语"),
        validators=[InputRequired(), Length(max=MAX_COMMENT), plain_text],
        render_kw={"rows": 4},
    )


class AssessorsForm(FlaskForm):
    """Who is to review projects: staff numbers or log-in names, a line each."""

    roll = TextAreaField(
        _l("评审人"), validators=[InputRequired(), Length(max=5000)], render_kw={"rows": 3}
    )


def points_of(values: Sequence[str]) -> list[int | None]:
    """Return whole points as typed, None for what is none."""
    return [
        int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 3 else None
        for raw in (value.strip() for value in values)
    ]
