"""Items of a paper as HTML, put together from pieces that each process renders once.

A paper of 120 items is some 350 KB of HTML, and thousands open theirs within a minute. What differs
between two papers is where an item stands and in which order its options do: numbers and letters
are marks in the pieces, and everything else is the template's work, done once. The marks cannot
come from an author: sanitised HTML has no such tags. Documents alone are read here, never a key.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any, cast

from flask import current_app
from flask_babel import get_locale
from markupsafe import Markup

from learning.attempts.rules import FormPosition
from learning.question_bank import presentation
from learning.question_bank.rules import ItemDocument, ItemKind, OptionView

CACHE_SIZE = 8192
"""Items kept in pieces, some 6 KB each; when full all are forgotten, as item versions are."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Kinds whose options are rows that stand alone: the type of their control.
_ROWS = {ItemKind.SINGLE: "radio", ItemKind.MULTIPLE: "checkbox"}
_POSITION, _LETTER, _ROW = Markup("<\x01>"), Markup("<\x02>"), Markup("<\x03>")


class _Pieces:
    """An item's HTML up to its options, the options' rows by id, and what follows."""

    __slots__ = ("after", "before", "document", "rows")

    def __init__(
        self, document: ItemDocument, before: str, rows: dict[str, str], after: str
    ) -> None:
        self.document = document  # held, so that nothing else takes its place in memory
        self.before, self.rows, self.after = before, rows, after

    def put_together(self, order: Sequence[str], number: int) -> Markup:
        """Return the item at a place of a form, its options in the order given."""
        rows = (
            self.rows[option].replace(_LETTER, letter)
            for option, letter in zip(order, LETTERS, strict=False)
        )
        html = "".join((self.before, *rows, self.after)) if self.rows else self.before
        return Markup(html.replace(_POSITION, str(number)))  # noqa: S704 - of our templates


_kept: dict[tuple[Any, ...], _Pieces] = {}


def items_html(
    places: Iterable[tuple[int, FormPosition, ItemDocument, Any]],
) -> list[Markup]:
    """Return items as a candidate sees them: each number, place, document and its section.

    A section has a title and a note, or is None. An option order that is none of the document's
    raises ValueError.
    """
    locale = str(get_locale())
    found = []
    for number, place, document, section in places:
        words = (section.title, section.note) if section else None
        order = () if document.kind in _ROWS else place.option_order
        key = (id(document), locale, place.points_milli, words, order)
        pieces = _kept.get(key)
        if pieces is None:
            pieces = _kept[key] = _take_apart(document, place, section)
        if pieces.rows and sorted(pieces.rows) != sorted(place.option_order):
            raise ValueError(f"{document.code}: {place.option_order} is no order of its options")
        found.append(pieces.put_together(place.option_order, number))
    return found


def _take_apart(document: ItemDocument, place: FormPosition, section: Any) -> _Pieces:
    if len(_kept) >= CACHE_SIZE:
        _kept.clear()
    view = replace(
        presentation.view(
            document,
            place.option_order,
            position=0,
            points=Decimal(place.points_milli) / 1000,
        ),
        position=cast("int", _POSITION),
    )
    templates = current_app.jinja_env  # not by Flask: what it adds is of a person and a request
    draw = partial(templates.get_template("attempts/item.html").render, section=section)
    control = _ROWS.get(document.kind)
    if control is None:
        return _Pieces(document, draw(item=view), {}, "")
    module = templates.get_template("attempts/kinds/option.html").module
    row = partial(module.option, _POSITION, control)  # type: ignore[attr-defined] # a macro
    html = draw(item=replace(view, options=(OptionView(_ROW, _ROW),)))
    before, found, after = html.partition(row(_ROW, LETTERS[0], _ROW))
    if not found:
        raise LookupError(f"kinds/{document.kind}.html draws its options otherwise")
    head = before.rstrip()
    indent = before[len(head) :]
    rows = {each.id: indent + str(row(each.id, _LETTER, each.html)) for each in view.options}
    return _Pieces(document, head, rows, after)
