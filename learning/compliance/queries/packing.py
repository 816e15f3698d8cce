"""Whole numbers of very many rows in one text.

A hundred thousand rows take longer to bring over than to find; as a text they take a tenth of it.
"""

import numpy as np
from sqlalchemy import ColumnElement, SQLColumnExpression, String, cast, func

from learning.compliance.rules.obligations import Ids

FEW = 2_000
"""Up to so many people are looked up by name; more are picked from all there are."""


def packed(*columns: SQLColumnExpression[int]) -> ColumnElement[str]:
    """Return the whole numbers of all rows in one text, row after row."""
    first, *others = columns
    text: ColumnElement[str] = cast(first, String)
    for column in others:
        text = text + "," + cast(column, String)
    return func.aggregate_strings(text, ",")


def unpacked(text: str | None, columns: int = 1) -> Ids:
    """Return the columns of what was packed; empty ones of no rows."""
    numbers = np.fromstring(text, np.int64, sep=",") if text else np.empty(0, np.int64)
    return numbers.reshape(-1, columns).T


def among_few(column: SQLColumnExpression[int], user_id: Ids) -> list[ColumnElement[bool]]:
    """Return the condition that a column is one of the people, none when they are many."""
    return [column.in_(set(user_id.tolist()))] if len(user_id) <= FEW else []
