"""The table of a paper in a form: one row a cell, any number of rows up to a limit."""

from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DecimalField, FieldList, Form, FormField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from learning.exams import words
from learning.exams.forms.checks import SMALLEST
from learning.exams.rules import (
    KINDS,
    MAX_AREA,
    MAX_ITEM_POINTS,
    MAX_ITEMS,
    MAX_LIMIT_MINUTES,
    MAX_ROWS,
    MAX_SECTION_TITLE,
    MultipleMarking,
    Row,
)
from learning.exams.words import _
from learning.question_bank.rules import Band, ItemKind, Level
from learning.web.forms import plain_text

NAMED = "named"  # the way of a fixed paper
BLANK = "rows-n-"  # the prefix of the row that the script copies


class RowForm(Form):
    """A row. What is left open is any."""

    kind = SelectField(_l("题型"))
    count = IntegerField(_l("题数"), validators=[InputRequired(), NumberRange(0, MAX_ITEMS)])
    points = DecimalField(
        _l("每题分值"),
        places=None,
        validators=[InputRequired(), NumberRange(SMALLEST, MAX_ITEM_POINTS)],
    )
    area = StringField(_l("知识点"), validators=[Length(max=MAX_AREA), plain_text])
    level = SelectField(_l("要求"))
    band = SelectField(_l("难度"))
    title = StringField(_l("大题名称"), validators=[Length(max=MAX_SECTION_TITLE), plain_text])
    marking = SelectField(_l("多选评分"))
    minutes = IntegerField(
        _l("限时（分钟）"), validators=[Optional(), NumberRange(0, MAX_LIMIT_MINUTES)]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(kind.value, words.kind_words(kind)) for kind in KINDS]
        self.level.choices = [("", _("不限")), *((v.value, words.level_words(v)) for v in Level)]
        self.band.choices = [("", _("不限")), *((v.value, words.band_words(v)) for v in Band)]
        self.marking.choices = [
            ("", _("同下")),
            *((m.value, words.marking_words(m)) for m in MultipleMarking),
        ]

    def row(self) -> Row:
        """Return what a valid row says."""
        return Row(
            kind=ItemKind(self.kind.data),
            count=self.count.data,
            points=self.points.data,
            area=(self.area.data or "").strip(),
            level=Level(self.level.data) if self.level.data else None,
            band=Band(self.band.data) if self.band.data else None,
            title=(self.title.data or "").strip(),
            marking=MultipleMarking(self.marking.data) if self.marking.data else None,
            minutes=self.minutes.data or 0,
        )


class RowList(FieldList):
    """The rows, numbered from 0 without end but read up to the limit; errors are sentences."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(FormField(RowForm), label, min_entries=1, **kwargs)

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        # One more than may be, that too many are noticed; whatever else is sent is never looked at.
        return (n for n in range(MAX_ROWS + 1) if f"{prefix}-{n}-kind" in formdata)

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Check every row; say what is wrong with which. A fixed paper is not told by rows."""
        if form.paper.data == NAMED:
            return True
        super().validate(form, extra_validators)
        self.errors = [
            numbered(number, f"{field.label.text}{_('：')}{error}")
            for number, entry in enumerate(self.entries, start=1)
            for field in entry.form
            for error in field.errors
        ]
        if len(self.entries) > MAX_ROWS:
            self.errors = [_("最多 %(n)s 行。", n=MAX_ROWS), *self.errors]
        return not self.errors

    def rows(self) -> list[Row]:
        """Return what valid rows say."""
        return [entry.form.row() for entry in self.entries]

    def show(self, place: int, text: str) -> None:
        """Put a problem beside the count of a row, and above the table."""
        count = self.entries[place].form.count
        count.errors = [*count.errors, text]
        self.errors = [*self.errors, numbered(place + 1, text)]


def numbered(number: int, text: str) -> str:
    """Return what is wrong, with the number of its row."""
    return _("第 %(n)s 行：%(what)s", n=number, what=text)


def values_of_row(row: Row) -> dict[str, Any]:
    """Return the fields' values for a row."""
    return {
        "kind": row.kind.value,
        "count": row.count,
        "points": row.points,
        "area": row.area,
        "level": row.level.value if row.level else "",
        "band": row.band.value if row.band else "",
        "title": row.title,
        "marking": row.marking.value if row.marking else "",
        "minutes": row.minutes or None,
    }


def blank_row() -> RowForm:
    """Return the row that the script copies."""
    return RowForm(prefix=BLANK, data={"count": 10, "points": 1})
