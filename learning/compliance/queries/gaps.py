"""Who lacks what: pages of people by pinyin, each with what the post asks and why it lacks."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.certification.models import (
    ExternalCertificate,
    Holding,
    Revocation,
    Suspension,
)
from learning.certification.rules.holdings import FOREVER
from learning.compliance.queries.coverage import Coverage
from learning.compliance.queries.requirements import AsOf
from learning.compliance.rules.obligations import Obligations, is_in
from learning.kernel.bulk import among
from learning.organisations.models import Post
from learning.organisations.queries import staff_numbers

PAGE_SIZE = 50
_TICK = timedelta(microseconds=1)


class After(NamedTuple):
    """Where a page begins: behind this person."""

    sort_key: str
    user_id: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Somebody lacks a scheme. `held_until` is when the last holding ended; None: never held.

    `cause` says how: "revoked", "suspended", "review" for a certificate from outside whose review
    is overdue, "withdrawn" for one taken off the file, "" for its term. `staff_no` is that of the
    organisation whose post asks it.
    """

    user_id: int
    public_id: str
    name: str
    unit_id: int
    post_id: int
    is_contractor: bool
    scheme_id: int
    held_until: datetime | None
    cause: str = ""
    staff_no: str = ""


def list_gaps(
    session: Session,
    coverage: Coverage,
    at: AsOf,
    *,
    after: After | None = None,
    scheme_id: int | None = None,
    limit: int = PAGE_SIZE,
) -> tuple[list[Gap], After | None]:
    """Return the next gaps, and behind whom the following page begins, None at the end.

    Who lacks what the coverage knows already; only names and reasons are read, of the page's
    people. A page ends with a whole person, so that it may be a few longer than `limit`.
    """
    lacking = coverage.obligations.lacking(scheme_id)
    waiting = _people(session, lacking, after, limit + 1)
    lacks_of = _numbers_of(lacking, [row.id for row in waiting])
    shown = number = 0
    while shown < len(waiting) and number < limit:
        number += lacks_of[waiting[shown].id]
        shown += 1
    found = _gaps_of(session, lacking, waiting[:shown], at)
    is_end = shown == len(waiting)
    return found, None if is_end else After(waiting[shown - 1].sort_key, waiting[shown - 1].id)


def _people(
    session: Session, lacking: Obligations, after: After | None, limit: int
) -> Sequence[Row[int, str, str, str]]:
    """Return the next people who lack something, by pinyin: each lacks one thing or more."""
    query = (
        select(User.id, User.public_id, User.display_name, User.sort_key)
        .where(among(User.id, np.unique(lacking.user_id).tolist()))
        .order_by(User.sort_key, User.id)
        .limit(limit)
    )
    if after is not None:  # the first condition bounds the index; the second settles equal names
        is_behind = or_(User.sort_key > after.sort_key, User.id > after.user_id)
        query = query.where(User.sort_key >= after.sort_key, is_behind)
    return session.execute(query).all()


def _numbers_of(lacking: Obligations, user_ids: Sequence[int]) -> dict[int, int]:
    """Return how much each of the people lacks."""
    theirs = lacking.user_id[is_in(lacking.user_id, np.array(user_ids, np.int64))]
    ids, numbers = np.unique(theirs, return_counts=True)
    return dict(zip(ids.tolist(), numbers.tolist(), strict=True))


def _gaps_of(
    session: Session,
    lacking: Obligations,
    people: Sequence[Row[int, str, str, str]],
    at: AsOf,
) -> list[Gap]:
    """Return the gaps of people in their order, then by unit, post and scheme."""
    ids = [row.id for row in people]
    last = _last_holdings(session, ids, at)
    ended = _causes(session, last.values())
    place = {
        user_id: (at_place, row)
        for at_place, (user_id, row) in enumerate(zip(ids, people, strict=True))
    }
    theirs = lacking.only(is_in(lacking.user_id, np.array(ids, np.int64)))
    number_of = _numbers(session, theirs, at)
    found = []
    for user_id, unit_id, post_id, scheme_id, is_contractor in theirs.rows():
        at_place, row = place[user_id]
        was = last.get((user_id, scheme_id))
        gap = Gap(
            user_id,
            row.public_id,
            row.display_name,
            unit_id,
            post_id,
            is_contractor,
            scheme_id,
            was.held_until if was else None,
            ended.get((was.source_kind, was.source_id, was.held_until), "") if was else "",
            number_of(post_id, user_id),
        )
        found.append(((at_place, unit_id, post_id, scheme_id), gap))
    return [gap for _key, gap in sorted(found, key=itemgetter(0))]


def _numbers(session: Session, lacks: Obligations, at: AsOf) -> Callable[[int, int], str]:
    """Return what gives the staff number of a person in the organisation of a post."""
    posts = np.unique(lacks.pair_posts[lacks.pair]).tolist()
    rows = session.execute(select(Post.id, Post.organisation_id).where(among(Post.id, posts)))
    homes: dict[int, int] = {row.id: row.organisation_id for row in rows}
    found = staff_numbers(
        session,
        set(homes.values()),
        np.unique(lacks.user_id).tolist(),
        at.on,
        known_at=at.known_at,
    )
    return lambda post_id, user_id: found.get((homes[post_id], user_id), "")


def _last_holdings(
    session: Session, user_ids: Sequence[int], at: AsOf
) -> dict[tuple[int, int], Row[*tuple[object, ...]]]:
    """Return the last holding that had begun by the instant, as known, by person and scheme."""
    rows = session.execute(
        select(
            Holding.user_id,
            Holding.scheme_id,
            Holding.held_until,
            Holding.source_kind,
            Holding.source_id,
        )
        .where(
            among(Holding.user_id, user_ids),
            Holding.held_from <= at.on,
            Holding.known_from <= at.known_at,
            Holding.known_until > at.known_at,
            Holding.held_until < FOREVER,
        )
        .order_by(Holding.held_until, Holding.id)
    )
    return {(row.user_id, row.scheme_id): row for row in rows}


def _causes(
    session: Session, rows: Collection[Row[*tuple[object, ...]]]
) -> dict[tuple[str, int, datetime], str]:
    """Return how holdings ended by source and end, of those that did not end by their term."""
    own = [row for row in rows if row.source_kind == "certificate"]
    outside = [row for row in rows if row.source_kind == "external"]
    found = _reviews_of(session, outside)
    revoked, suspended = _acts_of(session, [row.source_id for row in own])
    for row in own:
        key = ("certificate", row.source_id, row.held_until)
        if row.source_id in revoked:
            found[key] = "revoked"
        if row.held_until in suspended.get(row.source_id, ()):
            found[key] = "suspended"  # it ended the holding; whatever came later did not
    return found


def _acts_of(session: Session, ids: Sequence[int]) -> tuple[set[int], dict[int, set[datetime]]]:
    """Return which of the certificates were revoked, and when which were suspended."""
    revoked = session.scalars(
        select(Revocation.certificate_id).where(among(Revocation.certificate_id, ids))
    )
    suspended: dict[int, set[datetime]] = {}
    for row in session.execute(
        select(Suspension.certificate_id, Suspension.suspended_at).where(
            among(Suspension.certificate_id, ids)
        )
    ):
        suspended.setdefault(row.certificate_id, set()).add(row.suspended_at)
    return set(revoked), suspended


def _reviews_of(
    session: Session, rows: Sequence[Row[*tuple[object, ...]]]
) -> dict[tuple[str, int, datetime], str]:
    """Return which certificates from outside ended by a missed review or an act, not their term.

    Term and review are last instants, so that a holding ends a tick behind them.
    """
    papers = {
        row.id: row
        for row in session.execute(
            select(
                ExternalCertificate.id,
                ExternalCertificate.valid_until,
                ExternalCertificate.review_due,
                ExternalCertificate.withdrawn_at,
            ).where(among(ExternalCertificate.id, [row.source_id for row in rows]))
        )
    }
    found: dict[tuple[str, int, datetime], str] = {}
    for row in rows:
        paper = papers.get(row.source_id)
        last = row.held_until - _TICK
        if paper is None or last == paper.valid_until:
            continue
        key = ("external", row.source_id, row.held_until)
        if last == paper.review_due:
            found[key] = "review"
        elif row.held_until == paper.withdrawn_at:
            found[key] = "withdrawn"
    return found
