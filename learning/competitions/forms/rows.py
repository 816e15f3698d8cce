"""Rows that a person fills in or leaves blank, and forms with such rows beside other fields."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Protocol, cast

from flask_wtf import FlaskForm
from wtforms import Field, FieldList

from learning.kernel.errors import Problem


class _Row(Protocol):
    """What every row has: a code and a title; without both it is none."""

    errors: Any
    _fields: dict[str, Field]
    is_blank: bool


class NumberedRows(FieldList):
    """Rows by number; numbers beyond `max_entries` are none of ours and are not looked at."""

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        for number in range(self.max_entries):
            if f"{prefix}-{number}-title" in formdata or f"{prefix}-{number}-code" in formdata:
                yield number


class RowsForm(FlaskForm):
    """A form with rows under `ROWS`; problems of no field of its own are shown at `OTHERWISE`.

    `MORE` names other fields of rows beside them.
    """

    ROWS: ClassVar[str]
    MORE: ClassVar[tuple[str, ...]] = ()
    OTHERWISE: ClassVar[str]

    def rows_field(self, name: str = "") -> FieldList:
        """Return a field that holds rows: the one named, or the first."""
        return cast("FieldList", self._fields[name or self.ROWS])

    def rows_words(self) -> str:
        """Say above the rows that something is wrong in one of them."""
        raise NotImplementedError

    def words_of(self, problem: Problem) -> str:
        """Say what is wrong with a field."""
        raise NotImplementedError

    def make_room(self, least: int, name: str = "") -> None:
        """Leave two rows to write in, and at least so many in all."""
        rows = self.rows_field(name)
        wanted = max(least, len(self.written(name)) + 2)
        while len(rows.entries) < min(wanted, rows.max_entries):
            rows.append_entry()

    def written(self, name: str = "") -> list[Any]:
        """Return the rows in which somebody wrote something."""
        forms: list[_Row] = [entry.form for entry in self.rows_field(name).entries]
        return [form for form in forms if not form.is_blank]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field; what is wrong in a row is said once above them too."""
        is_valid = bool(super().validate(extra_validators))
        for rows in map(self.rows_field, (self.ROWS, *self.MORE)):
            if any(entry.form.errors for entry in rows.entries):
                rows.errors = [self.rows_words()]
        return is_valid

    def show(self, problems: Sequence[Problem]) -> None:
        """Put the problems that the rules found beside their fields."""
        for problem in problems:
            field = self._field_of(problem.place)
            field.errors = [*field.errors, self.words_of(problem)]

    def _field_of(self, place: str) -> Field:
        name, _dash, rest = place.partition("-")
        if name not in {self.ROWS, *self.MORE} or not rest:
            return self._fields.get(place, self._fields[self.OTHERWISE])
        self.rows_field(name).errors = [self.rows_words()]
        number, _dash, part = rest.partition("-")
        return cast("Field", self.written(name)[int(number)]._fields[part])
