"""What the forecast sweeps over: holdings of people at work that begin or end within a year."""

from datetime import datetime

import numpy as np
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    SQLColumnExpression,
    and_,
    cast,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from learning.certification.models import Holding
from learning.compliance.queries.coverage import read_basis, read_holders
from learning.compliance.queries.packing import among_few, packed, unpacked
from learning.compliance.queries.requirements import AsOf, select_tree
from learning.compliance.rules.forecast import Outlook, Spans, outlook_of
from learning.compliance.rules.obligations import NOBODY, is_in
from learning.compliance.rules.vacancies import Former, vacancies_of
from learning.organisations.models import PostHolding


def read_outlook(session: Session, root_id: int, now: datetime, until: datetime) -> Outlook:
    """Return what changes in a tree until an instant, by what is known now."""
    basis = read_basis(session, root_id, AsOf(now, now))
    obligations = basis.obligations()
    vacant = vacancies_of(
        basis.requirements,
        basis.parents,
        basis.staff,
        basis.facts,
        _read_former(session, root_id, now),
        taken=obligations,
    )
    schemes = np.unique(obligations.pair_schemes).tolist()
    known = and_(Holding.known_from <= now, Holding.known_until > now)
    lasting = and_(known, Holding.held_from <= now, Holding.held_until >= until)
    throughout = read_holders(session, schemes, obligations.user_id, lasting)
    rows = session.execute(
        select(
            Holding.scheme_id,
            packed(
                Holding.user_id,
                _micros(session, Holding.held_from),
                _micros(session, Holding.held_until),
            ),
        )
        .where(
            Holding.scheme_id.in_(schemes),
            known,
            Holding.held_until > now,
            Holding.held_from < until,
            or_(Holding.held_until < until, Holding.held_from > now),
            *among_few(Holding.user_id, obligations.user_id),
        )
        .group_by(Holding.scheme_id)
    )
    columns = [np.empty((4, 0), np.int64)]
    for scheme_id, text in rows:
        part = unpacked(text, 3)
        part = part[:, ~is_in(part[0], throughout.get(scheme_id, NOBODY))]
        columns.append(np.vstack((np.full(part.shape[1], scheme_id), part)))
    spans = Spans(*np.concatenate(columns, axis=1))
    return outlook_of(obligations, spans, now, until, vacant=vacant)


def _read_former(session: Session, root_id: int, now: datetime) -> Former:
    """Return the posts that somebody of a tree was in once, with the unit, each once."""
    found = (
        select(PostHolding.unit_id, PostHolding.post_id)
        .where(
            PostHolding.unit_id.in_(select_tree(root_id, AsOf(now, now))),
            PostHolding.valid_to <= now,
            PostHolding.valid_to > PostHolding.valid_from,  # else it was a slip, and put right
        )
        .distinct()
        .subquery()
    )
    text = session.scalar(select(packed(found.c.unit_id, found.c.post_id)))
    return Former(*unpacked(text, 2))


def _micros(session: Session, instant: SQLColumnExpression[datetime]) -> ColumnElement[int]:
    """Return the microseconds since 1970 UTC of a column, which SQLite keeps as they are."""
    if session.get_bind().dialect.name == "sqlite":
        return type_coerce(instant, BigInteger)
    return cast(func.extract("epoch", instant) * 1_000_000, BigInteger)
