"""Forms of writing courses; what is refused beyond their shape is said by services and checks."""

from collections.abc import Sequence
from typing import IO, Any, cast

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage
from wtforms import (
    FieldList,
    FileField,
    Form,
    FormField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from learning.courses.drafts import LEVELS, LessonHead, page_lines
from learning.courses.loader import MAX_MINUTES
from learning.courses.services import NewCourse
from learning.kernel.errors import Problem
from learning.web.forms import plain_text

MAX_CODE = 60
MAX_TITLE = 100
MAX_TEXT = 1_000
MAX_LINES = 10_000
MAX_PAGE_LINES = 100_000
MAX_ROWS = 60
ROOM = 2  # blank rows to write in


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

    def zip_stream(self) -> IO[bytes]:
        """Return the file to be read; a large one lies on disk until it is closed."""
        return cast("IO[bytes]", self.zip.data.stream)

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


# As files name them, in the reader's language; the order is that of LEVELS.
_LEVEL_WORDS = dict(zip(LEVELS, (_l("掌握"), _l("熟悉"), _l("了解")), strict=True))


class ObjectiveRow(Form):
    """What one can do after the lesson; a row without words is none."""

    level = SelectField(_l("程度"), choices=list(LEVELS), default=LEVELS[0])
    text = StringField(_l("学完能做到什么"), validators=[Length(max=MAX_TEXT), plain_text])


class TermRow(Form):
    """A term; a row without any words is none, one with some needs all but English meaning."""

    zh = StringField(_l("中文术语"), validators=[Length(max=MAX_TITLE), plain_text])
    en = StringField(_l("英文"), validators=[Length(max=MAX_TITLE), plain_text])
    text = StringField(_l("解释"), validators=[Length(max=MAX_TEXT), plain_text])
    text_en = StringField(_l("英文解释"), validators=[Length(max=MAX_TEXT), plain_text])

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the row; one that is begun must be finished."""
        is_valid = bool(super().validate(extra_validators))
        needed = (self.zh, self.en, self.text)
        blank = [each for each in needed if not _trimmed(each.data)]
        if _is_blank(self):
            return is_valid
        for each in blank:
            each.errors = [*each.errors, _l("不能空着；不要这一条，就把各格都清空。")]
        return is_valid and not blank


class LessonHeadForm(FlaskForm):
    """What stands above a lesson's text. The lesson's id is not here: progress knows it by that."""

    title = StringField(_l("标题"), validators=[DataRequired(), Length(max=MAX_TITLE), plain_text])
    title_en = StringField(
        _l("英文标题"), validators=[DataRequired(), Length(max=MAX_TITLE), plain_text]
    )
    minutes = IntegerField(_l("约需分钟"), validators=[Optional(), NumberRange(1, MAX_MINUTES)])
    objectives = FieldList(FormField(ObjectiveRow), _l("学完能做到"), max_entries=MAX_ROWS)
    terms = FieldList(FormField(TermRow), _l("术语"), max_entries=MAX_ROWS)
    page_texts = TextAreaField(
        _l("每页的文字"), validators=[Length(max=MAX_PAGE_LINES), plain_text]
    )
    sources = TextAreaField(_l("出处"), validators=[Length(max=MAX_LINES), plain_text])
    areas = TextAreaField(_l("知识领域"), validators=[Length(max=MAX_LINES), plain_text])

    def fill(self, head: LessonHead) -> None:
        """Show a head."""
        self.title.data, self.title_en.data = head.title, head.title_en
        self.minutes.data = head.minutes
        for level, text in head.objectives:
            self.objectives.append_entry({"level": level, "text": text})
        for zh, en, text, text_en in head.terms:
            self.terms.append_entry({"zh": zh, "en": en, "text": text, "text_en": text_en})
        self.page_texts.data = "\n".join(head.page_texts)
        self.sources.data, self.areas.data = "\n".join(head.sources), "\n".join(head.areas)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field; what is wrong in a row is said once above them too."""
        is_valid = bool(super().validate(extra_validators))
        for rows in (self.objectives, self.terms):
            if any(entry.form.errors for entry in rows):
                rows.errors = [_l("有一行填得不对。")]
        return is_valid

    def make_room(self) -> None:
        """Leave blank rows to write in, and name the levels in the reader's language."""
        for rows in (self.objectives, self.terms):
            written = [place for place, row in enumerate(rows) if not _is_blank(row.form)]
            wanted = min(MAX_ROWS, (written[-1] + 1 if written else 0) + ROOM)
            while len(rows.entries) < wanted:
                rows.append_entry()
        for row in self.objectives:
            row.form.level.choices = [(each, _LEVEL_WORDS[each]) for each in LEVELS]

    def head(self) -> LessonHead:
        """Return what was typed, blank rows left out; the id is the lesson's own matter."""
        return LessonHead(
            code="",
            title=_trimmed(self.title.data),
            title_en=_trimmed(self.title_en.data),
            minutes=self.minutes.data,
            objectives=tuple(
                (row["level"], _trimmed(row["text"]))
                for row in self.objectives.data
                if _trimmed(row["text"])
            ),
            terms=tuple(
                (
                    _trimmed(row["zh"]),
                    _trimmed(row["en"]),
                    _trimmed(row["text"]),
                    _trimmed(row["text_en"]),
                )
                for row in self.terms.data
                if _trimmed(row["zh"])
            ),
            sources=_lines(self.sources.data),
            areas=_lines(self.areas.data),
            page_texts=page_lines(self.page_texts.data),
        )


def _is_blank(row: Form) -> bool:
    """Tell whether nothing was written in a row; a level alone is nothing."""
    return not any(_trimmed(each.data) for each in row if each.short_name != "level")


def _trimmed(text: str | None) -> str:
    return (text or "").strip()


def _lines(text: str | None) -> tuple[str, ...]:
    """Return the lines in which something stands."""
    return tuple(line.strip() for line in (text or "").splitlines() if line.strip())
