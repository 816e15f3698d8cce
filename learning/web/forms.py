"""Input that forms do not judge: fields given twice, page numbers, characters of no use.

A repeated field is refused: two readers of one request must never see two different values.
"""

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.validators import ValidationError

from learning.kernel.errors import Invalid, Problem

MAX_PAGE_DIGITS = 9


def refuse_repeated(values: MultiDict[str, str]) -> None:
    """Raise Invalid when a field is given more than once; for forms without multiple choices."""
    repeated = [name for name, given in values.lists() if len(given) > 1]
    if repeated:
        raise Invalid([Problem("", None, name[:60], "repeated", "repeated") for name in repeated])


def page_number(args: MultiDict[str, str], name: str = "page") -> int:
    """Return a page number of the query string, 1 when absent; raise Invalid for anything else."""
    refuse_repeated(args)
    raw = args.get(name, "1")
    if not (raw.isascii() and raw.isdigit() and len(raw) <= MAX_PAGE_DIGITS and int(raw)):
        raise Invalid([Problem("", None, name, "page", "page")])
    return int(raw)


def plain_text(_form: FlaskForm, field: Field) -> None:
    """Refuse control characters: no database and no reader has a use for them."""
    if any(ord(c) < 32 and c not in "\r\n\t" for c in field.data or ""):
        raise ValidationError(_("含有不能显示的字符。"))
