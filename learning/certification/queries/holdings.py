"""Who holds what, on any date, as known on any date."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm.util import AliasedClass

from learning.certification.models import Holding


def held_at(
    on: datetime, *, known_at: datetime, holding: type[Holding] | AliasedClass[Any] = Holding
) -> ColumnElement[bool]:
    """Return the condition that a holding held on the instant, by what was known at the other."""
    return and_(
        holding.held_from <= on,
        holding.held_until > on,
        holding.known_from <= known_at,
        holding.known_until > known_at,
    )
