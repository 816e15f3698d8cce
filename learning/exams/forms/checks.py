"""Checks that fields of several forms share."""

from decimal import Decimal

from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage
from wtforms import Field
from wtforms.validators import ValidationError

from learning.exams.rules import EARLIEST, LATEST
from learning.exams.words import _

SMALLEST = Decimal("0.001")


def sensible_year(_form: FlaskForm, field: Field) -> None:
    """Refuse a date so far off that no zone could carry it."""
    if field.data and not EARLIEST.year <= field.data.year < LATEST.year:
        raise ValidationError(_("年份不对。"))


def read_upload(file: object, most: int) -> tuple[str, bytes]:
    """Return name and bytes of a file, one more than allowed at most; empty for none."""
    if not isinstance(file, FileStorage) or not file.filename:
        return "", b""
    return file.filename, file.stream.read(most + 1)
