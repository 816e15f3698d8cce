"""Undoing an applied roster: what it made is taken back, what it ended goes on; all or nothing.

Rows are opened again and no others made, so that everything reads as before the act. What the act
opened ends where it began, known from now on: as known in between it was so.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import delete, exists, func, or_, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning.accounts.models import LoginName, User
from learning.accounts.rules import pinyin_sort_key
from learning.accounts.services.bulk import rename_person
from learning.accounts.services.logins import revoke_sessions_of, void_codes
from learning.kernel import audit
from learning.kernel.db import Base
from learning.kernel.errors import Conflict
from learning.kernel.merging import find_stakes
from learning.kernel.permissions import Actor
from learning.organisations.models import (
    Membership,
    PersonMerge,
    PostHolding,
    RosterImport,
    Unit,
    UnitParent,
)
from learning.organisations.queries.units import UnitView, departments_below, get_unit
from learning.organisations.services.acts import Act, begin_act, log_act
from learning.organisations.services.categories import set_categories
from learning.organisations.services.roster_leaves import LeaveDesk, take_back_leaves
from learning.organisations.services.transfers import chunks
from learning.organisations.services.units import end_unit

PLACES: tuple[type[Membership | PostHolding], ...] = (Membership, PostHolding)


@dataclass(frozen=True, slots=True)
class Done:
    """What applying a roster did, by row ids: enough to take exactly this back.

    `renamed` are (person, old, new), `recategorised` (membership, old, new), `passed` (key of the
    log-in name, old holder, new holder); `units` the departments made, parents first; `people` all
    whose places the act touched; `leaves_…` the rows of whoever keeps leave.
    """

    new_people: list[int] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    left: int = 0
    logins: list[str] = field(default_factory=list)
    renamed: list[tuple[int, str, str]] = field(default_factory=list)
    passed: list[tuple[str, int, int]] = field(default_factory=list)
    units: list[int] = field(default_factory=list)
    closed: dict[str, list[int]] = field(default_factory=dict)
    opened: dict[str, list[int]] = field(default_factory=dict)
    recategorised: list[tuple[int, str, str]] = field(default_factory=list)
    leaves_made: list[int] = field(default_factory=list)
    leaves_ended: list[int] = field(default_factory=list)


def done_json(done: Done) -> str:
    """Return what was done as it is kept with the roster."""
    return json.dumps(asdict(done), ensure_ascii=False, separators=(",", ":"))


def highest_id(session: Session, table: type[Membership | PostHolding]) -> int:
    """Return the highest row id so far, 0 for none."""
    return session.scalar(select(func.max(table.id))) or 0


def made_since(
    session: Session, table: type[Membership | PostHolding], top: int, act: Act
) -> list[int]:
    """Return the rows that the act made; it holds the structure, so that no other act makes any."""
    return list(
        session.scalars(
            select(table.id)
            .where(table.id > top, table.recorded_at == act.recorded_at)
            .order_by(table.id)
        )
    )


def may_undo(roster: RosterImport) -> bool:
    """Tell whether an applied roster can still be undone, as far as it knows itself."""
    return roster.applied_at is not None and roster.undone_at is None and roster.done != "{}"


def undo_roster(
    session: Session,
    actor: Actor,
    roster: RosterImport,
    *,
    unit: UnitView,
    now: datetime,
    leaves: LeaveDesk | None = None,
) -> int:
    """Take back what applying a roster did; return how many people it was about.

    Accounts it made lose their log-in names and places and stay behind empty; posts it made stay.
    Raises Conflict("roster_not_applied") and, when somebody or something it touched has changed
    since, Conflict("roster_built_on"), when people it made have certificates or hours since,
    Conflict("roster_holders"): then nothing changes.
    """
    act = begin_act(session, actor, now)
    claimed = session.scalars(
        update(RosterImport)
        .where(
            RosterImport.id == roster.id,
            RosterImport.applied_at.is_not(None),
            RosterImport.undone_at.is_(None),
            RosterImport.done != "{}",
        )
        .values(undone_at=now, undone_by=actor.user_id)
        .returning(RosterImport.applied_at)
        .execution_options(synchronize_session=False)
    ).first()
    if claimed is None:
        raise Conflict("roster_not_applied")
    done = Done(**json.loads(roster.done))
    _check_unchanged(session, done, claimed, now)
    try:
        _take_back(session, done, act)
        take_back_leaves(
            session, actor, leaves, made=done.leaves_made, ended=done.leaves_ended, now=now
        )
    except IntegrityError as error:
        raise Conflict("roster_built_on") from error
    session.expire_all()
    _close_departments(session, done, act)
    audit.log(
        session,
        "roster.undone",
        unit.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"roster": roster.public_id, "people": len(done.people), "left": done.left},
    )
    return len(done.people)


def _check_unchanged(session: Session, done: Done, applied_at: datetime, now: datetime) -> None:
    """Raise Conflict("roster_built_on") when people or places are not as the act left them."""
    if any(_is_changed(session, table, done, applied_at) for table in PLACES):
        raise Conflict("roster_built_on")
    if _has_lost_its_place(session, done.closed[Membership.__tablename__], now):
        raise Conflict("roster_built_on")
    for part in chunks(done.people):
        merged = exists().where(
            or_(PersonMerge.kept_id.in_(part), PersonMerge.merged_id.in_(part)),
            PersonMerge.merged_at >= applied_at,
        )
        if session.scalar(select(merged)):
            raise Conflict("roster_built_on")
    for part in chunks(done.new_people):
        if session.scalar(
            select(exists().where(User.id.in_(part), User.password_hash.is_not(None)))
        ):
            raise Conflict("roster_built_on")
    if _binds(session, done.new_people):
        raise Conflict("roster_holders")


def _binds(session: Session, people: Sequence[int]) -> bool:
    """Tell whether people have rows that nobody would find on a record without place or names."""
    return any(
        session.scalar(
            select(exists().where(stake.owner.in_(part), text(stake.conduct.binding_while)))
        )
        for stake in find_stakes(Base.metadata)
        if stake.conduct.binding_while
        for part in chunks(people)
    )


def _is_changed(
    session: Session, table: type[Membership | PostHolding], done: Done, applied_at: datetime
) -> bool:
    """Tell whether a row of the act is not as it was left, or people got rows since."""
    opened, closed = done.opened[table.__tablename__], done.closed[table.__tablename__]
    as_left = sum(
        session.scalar(select(func.count()).where(table.id.in_(part), condition)) or 0
        for ids, condition in (
            (opened, table.valid_to.is_(None)),
            (closed, table.ended_at == applied_at),
        )
        for part in chunks(ids)
    )
    if as_left != len(opened) + len(closed):
        return True
    own = set(opened)
    return any(
        row_id not in own
        for part in chunks(done.people)
        for row_id in session.scalars(
            select(table.id).where(
                table.user_id.in_(part),
                or_(table.recorded_at >= applied_at, table.ended_at > applied_at),
            )
        )
    )


def _has_lost_its_place(session: Session, membership_ids: Sequence[int], now: datetime) -> bool:
    """Tell whether a unit that one would come back to was closed or went to another organisation.

    Emptied by the roster it could be, and nobody's places changed by that.
    """
    for part in chunks(membership_ids):
        these = Membership.id.in_(part)
        for organisation_id in session.scalars(
            select(Membership.organisation_id).where(these).distinct()
        ).all():
            own = departments_below([organisation_id], now).subquery()
            standing = select(Unit.id).where(
                Unit.id.in_(select(own.c.id)), Unit.closed_at.is_(None)
            )
            outside = exists().where(
                these,
                Membership.organisation_id == organisation_id,
                Membership.unit_id.not_in(standing),
            )
            if session.scalar(select(outside)):
                return True
    return False


def _take_back(session: Session, done: Done, act: Act) -> None:
    _set_ends(session, done.opened, valid_to="valid_from", ended_at=act.recorded_at)
    _set_ends(session, done.closed)  # after the others: a person has a place once
    back = [(membership, new, old) for membership, old, new in done.recategorised]
    if not set_categories(session, back):
        raise Conflict("roster_built_on")
    for logins in chunks(done.logins):
        session.execute(delete(LoginName).where(LoginName.name_key.in_(logins)))
    for key, old, new in done.passed:
        _pass_back(session, key, old, new, act.recorded_at)
    for user_id, old_name, name in done.renamed:
        if not rename_person(
            session, user_id, old=name, new=old_name, sort_key=pinyin_sort_key(old_name)
        ):
            raise Conflict("roster_built_on")
    for user_id in done.new_people:  # printed codes open nothing any more
        void_codes(session, user_id, now=act.recorded_at)


def _set_ends(
    session: Session,
    rows: Mapping[str, Sequence[int]],
    *,
    valid_to: str = "",
    ended_at: datetime | None = None,
) -> None:
    """Let dated rows end where the column says, "" for no end."""
    for table in PLACES:
        end = getattr(table, valid_to) if valid_to else None
        for part in chunks(rows[table.__tablename__]):
            session.execute(
                update(table)
                .where(table.id.in_(part))
                .values(valid_to=end, ended_at=ended_at)
                .execution_options(synchronize_session=False)
            )


def _pass_back(session: Session, key: str, old: int, new: int, now: datetime) -> None:
    """Let a staff number's log-in name open its old holder's account again, and no other."""
    found = session.scalars(
        update(LoginName)
        .where(LoginName.name_key == key, LoginName.user_id == new)
        .values(user_id=old)
        .returning(LoginName.id)
        .execution_options(synchronize_session=False)
    ).first()
    if found is None:
        raise Conflict("roster_built_on")
    revoke_sessions_of(session, new, now=now)
    void_codes(session, new, now=now)


def _close_departments(session: Session, done: Done, act: Act) -> None:
    """Close the departments that the act made, the deepest first; others may have filled them."""
    for unit_id in reversed(done.units):
        unit = get_unit(session, unit_id, act.recorded_at)
        for fact, column in ((UnitParent, UnitParent.parent_id), (Membership, Membership.unit_id)):
            if session.scalar(select(exists().where(column == unit_id, fact.valid_to.is_(None)))):
                raise Conflict("roster_built_on")
        if unit.is_open:
            end_unit(session, unit, act)
            log_act(session, "unit.closed", unit, act, {"name": unit.name})
