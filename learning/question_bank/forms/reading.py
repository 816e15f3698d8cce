"""Reading posted fields into a `FormItem`: bounded, strict, in the order in which they came."""

import re
from collections.abc import Iterable

from learning.kernel.errors import Invalid, Problem
from learning.question_bank.forms.fields import FIELDS, LISTS, FormItem, Row

MAX_FIELDS = 3000
MAX_PARTS = 20
MAX_ROWS = 60
"""More than any kind allows (26 options, 20 gaps), so that a check can say so in words."""
MAX_CHARACTERS = 20_000
"""Five times what an item's text may hold: more is nothing that anybody typed."""
_NAME = re.compile(
    r"(?:p\.(?P<part>[0-9]{1,4})\.)?"
    r"(?:(?P<field>[a-z_]{1,20})|(?P<list>[oamrx])\.(?P<token>[0-9]{1,6})\.(?P<column>[a-z]{1,10}))"
)


class _Growing:
    """A form while it is read."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.values: dict[str, str] = {}
        self.rows: dict[str, dict[str, dict[str, str]]] = {}

    def grown(self, parts: "Iterable[_Growing]" = ()) -> FormItem:
        rows = {
            name: tuple(Row(token, values) for token, values in found.items())
            for name, found in self.rows.items()
        }
        return FormItem(self.values, rows, tuple(part.grown() for part in parts), self.prefix)


def read(fields: Iterable[tuple[str, str]]) -> FormItem:
    """Read posted (name, value) pairs; names that are none of this form's are left alone.

    Raises Invalid for a field given twice, for more fields, rows or characters than any form has.
    """
    item, parts, seen = _Growing(""), dict[str, _Growing](), set[str]()
    for name, value in fields:
        if len(seen) >= MAX_FIELDS:
            raise _invalid(name, "too_many")
        if name in seen:
            raise _invalid(name, "repeated")
        seen.add(name)
        found = _NAME.fullmatch(name)
        if found is None:
            continue
        if len(value) > MAX_CHARACTERS:
            raise _invalid(name, "too_long")
        target = item
        if found["part"]:
            target = parts.setdefault(found["part"], _Growing(f"p.{found['part']}."))
        _put(target, found, _clean(value))
    if len(parts) > MAX_PARTS:
        raise _invalid("p", "too_many")
    return item.grown(parts.values())


def _put(target: _Growing, found: re.Match[str], value: str) -> None:
    if found["field"]:
        if found["field"] in FIELDS:
            target.values[found["field"]] = value
        return
    name, column = found["list"], found["column"]
    if column not in LISTS[name]:
        return
    rows = target.rows.setdefault(name, {})
    if found["token"] not in rows and len(rows) >= MAX_ROWS:
        raise _invalid(target.prefix + name, "too_many")
    rows.setdefault(found["token"], {})[column] = value


def _clean(value: str) -> str:
    return value.replace("\r\n", "\n").replace("\r", "\n")


def _invalid(name: str, code: str) -> Invalid:
    return Invalid([Problem("", None, name[:60], code, code)])
