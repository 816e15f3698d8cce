"""What the forecast sweeps over: holdings of people at work that begin or end within a year."""

from datetime import datetime

import numpy as np
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
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
from learning.certification.rules.holdings import FOREVER
from learning.compliance.models import StaffStatus
from learning.compliance.queries.coverage import Basis, read_basis, read_holders
from learning.compliance.queries.packing import among_few, packed, unpacked
from learning.compliance.queries.requirements import AsOf, select_tree
from learning.compliance.rules.forecast import Outlook, Spans, micros, outlook_of
from learning.compliance.rules.leave import Leave, changing, with_leave
from learning.compliance.rules.obligations import NOBODY, is_in, words_of
from learning.compliance.rules.vacancies import Former, resting_of, vacancies_of
from learning.kernel.bulk import among
from learning.organisations.models import PostHolding


def read_outlook(session: Session, root_id: int, now: datetime, until: datetime) -> Outlook:
    """Return what changes in a tree until an instant, by what is known now."""
    basis = read_basis(session, root_id, AsOf(now, now))
    words = words_of(basis.requirements, basis.parents)
    obligations = basis.obligations(words)
    resting = resting_of(basis.requirements, basis.parents, basis.staff, basis.facts, words)
    vacant = vacancies_of(
        words, basis.staff, _read_former(session, root_id, now), taken=obligations, resting=resting
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
    outlook = outlook_of(obligations, spans, now, until, vacant=vacant)
    leave = _read_leave(session, basis, schemes, now, until)
    keys = np.unique(np.concatenate((obligations.keys, vacant.keys(len(obligations.pair_posts)))))
    within = (micros(now), micros(until))
    return with_leave(outlook, obligations, resting, leave, keys=keys, within=within)


def _read_leave(
    session: Session, basis: Basis, schemes: list[int], now: datetime, until: datetime
) -> Leave:
    """Return whose leave begins or ends until an instant, and what they hold meanwhile."""
    organisations = basis.requirements.organisations
    away = _spans(
        session,
        select(
            StaffStatus.user_id,
            StaffStatus.organisation_id,
            StaffStatus.valid_from,
            StaffStatus.valid_to,
        ).where(
            StaffStatus.kind == "leave",
            StaffStatus.organisation_id.in_(set(organisations.values())),
            StaffStatus.recorded_at <= now,
            StaffStatus.valid_from < until,
            or_(StaffStatus.valid_to.is_(None), StaffStatus.valid_to > now),
        ),
    )
    people = changing(away, micros(now), micros(until))
    if not people:
        return Leave({}, {}, organisations)
    held = _spans(
        session,
        select(Holding.user_id, Holding.scheme_id, Holding.held_from, Holding.held_until).where(
            among(Holding.user_id, sorted(people)),
            Holding.scheme_id.in_(schemes),
            Holding.known_from <= now,
            Holding.known_until > now,
            Holding.held_until > now,
            Holding.held_from < until,
        ),
    )
    return Leave({key: its for key, its in away.items() if key[0] in people}, held, organisations)


def _spans(
    session: Session, query: Select[int, int, datetime, datetime | None]
) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Return by the first two columns the spans of the others; no end is `FOREVER`."""
    found: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for user_id, other_id, since, end in session.execute(query):
        found.setdefault((user_id, other_id), []).append((micros(since), micros(end or FOREVER)))
    return found


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
