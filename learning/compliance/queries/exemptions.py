"""Exemptions and statuses of an organisation's people in reach, as lists with their history."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, and_, or_, select, tuple_, union
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.certification.models import Scheme
from learning.certification.rules.holdings import FOREVER
from learning.compliance.models import Exemption, StaffStatus
from learning.compliance.queries.coverage import stands
from learning.compliance.queries.requirements import AsOf, select_tree
from learning.organisations.models import Membership, Post, PostHolding
from learning.organisations.queries import staff_numbers, valid_as_known, valid_at

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Spared:
    """An exemption, or a status when `scheme` is "": of whom, why, from when until when."""

    id: int
    public_id: str
    person_public_id: str
    person: str
    what: str
    text: str
    valid_from: datetime
    valid_to: datetime | None
    planned_to: datetime | None
    ended_at: datetime | None
    recorded_at: datetime
    author: str
    batch: str = ""  # of the bulk act that granted it
    what_en: str = ""  # the scheme's English title, "" for none
    staff_no: str = ""  # in the organisation of the list

    def end_as_known(self, known_at: datetime) -> datetime:
        """Return the end that was known at an instant; of an exemption, which always has one."""
        early = self.ended_at is not None and self.ended_at > known_at
        end = self.planned_to if early else self.valid_to
        return end or FOREVER

    def state(self, now: datetime) -> str:
        """Return "over", "coming" or "standing"."""
        if self.valid_to is not None and self.valid_to <= now:
            return "over"
        return "coming" if self.valid_from > now else "standing"


def list_exemptions(
    session: Session,
    organisation_id: int,
    units: Select[int],
    now: datetime,
    *,
    before: int | None = None,
    is_open: bool = False,
    limit: int | None = PAGE_SIZE,
) -> list[Spared]:
    """Return exemptions of people with a place in the units, the newest first, below an id.

    With `is_open` those alone that are not over.
    """
    query = (
        select(Exemption, User, Scheme.title, Scheme.title_en)
        .join(User, User.id == Exemption.user_id)
        .join(Scheme, Scheme.id == Exemption.scheme_id)
        .where(
            Exemption.organisation_id == organisation_id,
            Exemption.user_id.in_(_people(units, now)),
        )
        .order_by(Exemption.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Exemption.id < before)
    if is_open:
        query = query.where(Exemption.valid_to > now)
    rows = session.execute(query).all()
    authors = _authors(session, {row[0].recorded_by for row in rows})
    numbers = staff_numbers(session, [organisation_id], {row[1].id for row in rows}, now)
    return [
        replace(
            _spared(one, user, title, one.reason, authors),
            what_en=title_en,
            staff_no=numbers.get((organisation_id, user.id), ""),
        )
        for one, user, title, title_en in rows
    ]


def list_standing(session: Session, root_id: int, at: AsOf, *, limit: int) -> list[Spared]:
    """Return the exemptions that stood on an instant, as known, in a unit and below; by pinyin.

    Of people who had a place or a post there on that instant, wherever they are today.
    """
    tree = select_tree(root_id, at)
    here = union(
        select(Membership.user_id, Membership.organisation_id).where(
            Membership.unit_id.in_(tree), valid_as_known(Membership, at.on, at.known_at)
        ),
        select(PostHolding.user_id, Post.organisation_id)
        .join(Post, Post.id == PostHolding.post_id)
        .where(PostHolding.unit_id.in_(tree), valid_as_known(PostHolding, at.on, at.known_at)),
    )
    whose = tuple_(Exemption.user_id, Exemption.organisation_id)
    rows = session.execute(
        select(Exemption, User, Scheme.title, Scheme.title_en)
        .join(User, User.id == Exemption.user_id)
        .join(Scheme, Scheme.id == Exemption.scheme_id)
        .where(stands(Exemption, at), whose.in_(here))
        .order_by(User.sort_key, User.id, Exemption.id)
        .limit(limit)
    ).all()
    authors = _authors(session, {row[0].recorded_by for row in rows})
    return [
        replace(_spared(one, user, title, one.reason, authors), what_en=title_en)
        for one, user, title, title_en in rows
    ]


def list_statuses(
    session: Session,
    organisation_id: int,
    units: Select[int],
    now: datetime,
    *,
    before: int | None = None,
    is_open: bool = False,
    limit: int | None = PAGE_SIZE,
) -> list[Spared]:
    """Return leave and contractors among the people of the units, the newest first.

    With `is_open` those alone that are not over.
    """
    query = (
        select(StaffStatus, User)
        .join(User, User.id == StaffStatus.user_id)
        .where(
            StaffStatus.organisation_id == organisation_id,
            StaffStatus.user_id.in_(_people(units, now)),
        )
        .order_by(StaffStatus.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(StaffStatus.id < before)
    if is_open:
        query = query.where(or_(StaffStatus.valid_to.is_(None), StaffStatus.valid_to > now))
    rows = session.execute(query).all()
    authors = _authors(session, {row[0].recorded_by for row in rows})
    numbers = staff_numbers(session, [organisation_id], {row[1].id for row in rows}, now)
    return [
        replace(
            _spared(one, user, one.kind, one.note, authors),
            staff_no=numbers.get((organisation_id, user.id), ""),
        )
        for one, user in rows
    ]


def find_person(
    session: Session, organisation_id: int, units: Select[int], text: str, now: datetime
) -> list[tuple[str, str]]:
    """Return public ids and names of members in the units whom a staff number or a name means."""
    rows = session.execute(
        select(User.public_id, User.display_name)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.unit_id.in_(units),
            valid_at(Membership, now),
            or_(Membership.staff_no_key == text.casefold(), User.display_name == text),
        )
        .distinct()
        .limit(3)
    )
    return [(row.public_id, row.display_name) for row in rows]


def _people(units: Select[int], now: datetime) -> Select[int]:
    return select(Membership.user_id).where(
        and_(Membership.unit_id.in_(units), valid_at(Membership, now))
    )


def _authors(session: Session, ids: set[int | None]) -> dict[int | None, str]:
    rows = session.execute(
        select(User.id, User.display_name).where(User.id.in_([i for i in ids if i is not None]))
    )
    return {row.id: row.display_name for row in rows}


def _spared(
    row: Exemption | StaffStatus, user: User, what: str, text: str, authors: dict[int | None, str]
) -> Spared:
    return Spared(
        row.id,
        row.public_id,
        user.public_id,
        user.display_name,
        what,
        text,
        row.valid_from,
        row.valid_to,
        row.planned_to,
        row.ended_at,
        row.recorded_at,
        authors.get(row.recorded_by, ""),
        row.batch if isinstance(row, Exemption) else "",
    )
