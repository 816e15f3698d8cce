"""Adding, removing and moving rows and parts, for pages without scripts and for sub-items."""

from dataclasses import replace
from typing import TypeVar

from learning.question_bank.forms.fields import LISTS, FormItem, Row, free_token
from learning.question_bank.forms.reading import MAX_PARTS, MAX_ROWS

Thing = TypeVar("Thing")


def acted(form: FormItem, act: str) -> FormItem:
    """Return the form after an act: `add:o`, `add:p.2.o`, `remove:o.3`, `up:p.2`, `down:o.3`.

    An act that names nothing of the form changes nothing.
    """
    verb, _, place = act.partition(":")
    prefix, name, token = _place(place)
    if name == "p":
        return replace(form, parts=_parts(form.parts, verb, token))
    if name not in LISTS:
        return form
    if prefix:
        parts = tuple(_row_acted(p, verb, name, token, prefix) for p in form.parts)
        return replace(form, parts=parts)
    return _row_acted(form, verb, name, token, "")


def _place(place: str) -> tuple[str, str, str]:
    """Split "p.2.o.3" into ("p.2.", "o", "3"); what is missing is ""."""
    words = place.split(".")
    prefix = ""
    if len(words) > 2 and words[0] == "p":
        prefix, words = f"p.{words[1]}.", words[2:]
    return prefix, words[0], words[1] if len(words) > 1 else ""


def _row_acted(form: FormItem, verb: str, name: str, token: str, prefix: str) -> FormItem:
    if form.prefix != prefix:
        return form
    rows = list(form.list(name))
    if verb == "add":
        if len(rows) < MAX_ROWS:
            rows.append(Row(free_token([row.token for row in rows]), {}))
    else:
        index = next((n for n, row in enumerate(rows) if row.token == token), None)
        rows = rows if index is None else _moved(rows, verb, index)
    return replace(form, rows={**form.rows, name: tuple(rows)})


def _parts(parts: tuple[FormItem, ...], verb: str, token: str) -> tuple[FormItem, ...]:
    if verb == "add":
        if len(parts) >= MAX_PARTS:
            return parts
        kind = parts[-1].get("kind") if parts else "single"
        prefix = f"p.{free_token([part.token for part in parts])}."
        return (*parts, FormItem({"kind": kind, "shape": kind}, prefix=prefix))
    index = next((n for n, part in enumerate(parts) if part.token == token), None)
    return parts if index is None else tuple(_moved(list(parts), verb, index))


def _moved(things: list[Thing], verb: str, index: int) -> list[Thing]:
    step = {"up": -1, "down": 1}.get(verb)
    if verb == "remove":
        del things[index]
    elif step is not None and 0 <= index + step < len(things):
        things[index], things[index + step] = things[index + step], things[index]
    return things
