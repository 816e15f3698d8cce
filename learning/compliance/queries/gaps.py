"""Who lacks what: pages of people by pinyin, each with what the post asks and why it lacks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Row, Select, literal, select, tuple_
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.certification.models import (
    ExternalCertificate,
    Holding,
    Revocation,
    Suspension,
)
from learning.certification.queries.holdings import held_at
from learning.certification.rules.holdings import FOREVER
from learning.compliance.models import Exemption
from learning.compliance.queries.coverage import Coverage, at_work, stands
from learning.compliance.queries.requirements import AsOf
from learning.organisations.models import PostHolding

PAGE_SIZE = 50
CHUNK = 500
_TICK = timedelta(microseconds=1)


class After(NamedTuple):
    """Where a page begins: behind this person in this post of this unit."""

    sort_key: str
    user_id: int
    unit_id: int
    post_id: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Somebody lacks a scheme. `held_until` is when the last holding ended; None: never held.

    `cause` says how: "revoked", "suspended", "review" for a certificate from outside whose review
    is overdue, "withdrawn" for one taken off the file, "" for its term.
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


def list_gaps(
    session: Session,
    root_id: int,
    coverage: Coverage,
    at: AsOf,
    *,
    after: After | None = None,
    scheme_id: int | None = None,
    limit: int = PAGE_SIZE,
) -> tuple[list[Gap], After | None]:
    """Return the next gaps, and behind whom the following page begins, None at the end.

    A page ends with a whole person, so that it may be a few longer than `limit`. Only places where
    something is missing are looked at.
    """
    lacking = coverage.obligations.lacking(scheme_id)
    found: list[Gap] = []
    while lacking:
        rows = session.execute(_people(root_id, lacking, at, after).limit(CHUNK)).all()
        for row, gaps in _gaps_of(session, rows, lacking, at):
            found += gaps
            after = After(row.sort_key, row.user_id, row.unit_id, row.post_id)
            if len(found) >= limit:
                return found, after
        if len(rows) < CHUNK:
            break
    return found, None


def _people(
    root_id: int, lacking: dict[tuple[int, int], set[int]], at: AsOf, after: After | None
) -> Select[*tuple[object, ...]]:
    people = at_work(
        root_id,
        at,
        PostHolding.unit_id.in_({unit_id for unit_id, _post_id in lacking}),
        PostHolding.post_id.in_({post_id for _unit_id, post_id in lacking}),
    )
    order = (User.sort_key, people.c.user_id, people.c.unit_id, people.c.post_id)
    query = (
        select(people, User.public_id, User.display_name, User.sort_key)
        .join_from(people, User, User.id == people.c.user_id)
        .distinct()
        .order_by(*order)
    )
    if after is None:
        return query
    return query.where(tuple_(*order) > tuple_(*(literal(value) for value in after)))


def _gaps_of(
    session: Session,
    rows: Sequence[Row[*tuple[object, ...]]],
    lacking: dict[tuple[int, int], set[int]],
    at: AsOf,
) -> list[tuple[Row[*tuple[object, ...]], list[Gap]]]:
    """Return each row with its gaps, in order."""
    ids = sorted({row.user_id for row in rows})
    held = _pairs(session, ids, at)
    exempt = {
        (row.user_id, row.organisation_id, row.scheme_id)
        for row in session.execute(
            select(Exemption.user_id, Exemption.organisation_id, Exemption.scheme_id).where(
                Exemption.user_id.in_(ids), stands(Exemption, at)
            )
        )
    }
    last = _last_holdings(session, ids, at)
    ended = _causes(session, last.values())
    found = []
    for row in rows:
        gaps = []
        for scheme in sorted(lacking.get((row.unit_id, row.post_id), ())):
            if (row.user_id, scheme) in held or (
                row.user_id,
                row.organisation_id,
                scheme,
            ) in exempt:
                continue
            was = last.get((row.user_id, scheme))
            gaps.append(
                Gap(
                    row.user_id,
                    row.public_id,
                    row.display_name,
                    row.unit_id,
                    row.post_id,
                    bool(row.contractor),
                    scheme,
                    was.held_until if was else None,
                    ended.get((was.source_kind, was.source_id, was.held_until), "") if was else "",
                )
            )
        found.append((row, gaps))
    return found


def _pairs(session: Session, user_ids: Sequence[int], at: AsOf) -> set[tuple[int, int]]:
    rows = session.execute(
        select(Holding.user_id, Holding.scheme_id).where(
            Holding.user_id.in_(user_ids), held_at(at.on, known_at=at.known_at)
        )
    )
    return {(row.user_id, row.scheme_id) for row in rows}


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
            Holding.user_id.in_(user_ids),
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
        select(Revocation.certificate_id).where(Revocation.certificate_id.in_(ids))
    )
    suspended: dict[int, set[datetime]] = {}
    for row in session.execute(
        select(Suspension.certificate_id, Suspension.suspended_at).where(
            Suspension.certificate_id.in_(ids)
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
            ).where(ExternalCertificate.id.in_([row.source_id for row in rows]))
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
