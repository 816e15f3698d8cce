"""What an organisation's posts require: a change closes one dated row and opens another.

A change may be dated back or ahead, but not before the last change of the same cell: what was
planned for a day was known, and stays readable as what was known.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from learning.certification.models import Scheme
from learning.compliance.models import Requirement
from learning.compliance.rules.requirements import Cell
from learning.kernel import audit
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Permission
from learning.organisations.models import Post, Unit
from learning.organisations.queries import get_unit_in_reach, list_path, organisation_of_unit
from learning.organisations.queries.units import UnitView
from learning.organisations.services.acts import hold_structure

MANAGE = Permission.COMPLIANCE_MANAGE
CHUNK = 500
Id = TypeVar("Id", str, int)


@dataclass(frozen=True, slots=True)
class Change:
    """What a cell of the matrix shall say; ids are public ones, from outside."""

    raw_post: str
    raw_scheme: str
    cell: Cell


@dataclass(slots=True)
class _Known:
    """The open row of a cell, and the instant of its last change."""

    open_row: Requirement | None = None
    changed_at: datetime | None = None


def set_requirements(
    session: Session,
    actor: Actor,
    raw_unit: str,
    changes: Sequence[Change],
    *,
    starts_at: datetime,
    now: datetime,
) -> int:
    """Let cells of a unit's matrix say something from an instant on; return how many changed.

    What says so already stays. Raises NotFound for a unit out of reach, for a post of another
    organisation and a scheme that the unit cannot ask for; Conflict("requirement_changed_later")
    when a cell has a change after the instant: nothing is written then.
    """
    hold_structure(session)
    unit = get_unit_in_reach(session, actor, MANAGE, raw_unit, now)
    wanted = _located(session, unit, changes, now)
    known = _read_known(session, unit.id, {post for post, _scheme in wanted})
    recorded: dict[str, object] = {"recorded_at": now, "recorded_by": actor.user_id}
    opening, changed = [], []
    for (post, scheme), change in wanted.items():
        state = known.get((post, scheme), _Known())
        if _says(state.open_row, change.cell):
            continue
        _close(state, starts_at, now)
        if change.cell.level:
            opening.append(_opened(unit, post, scheme, change.cell, starts_at, recorded))
        changed.append(change)
    session.flush()  # open rows must be closed before others open: unique index
    if opening:
        session.execute(insert(Requirement), opening)
    if changed:
        _log(session, actor, unit, changed, starts_at, now)
    return len(changed)


def _located(
    session: Session, unit: UnitView, changes: Sequence[Change], now: datetime
) -> dict[tuple[int, int], Change]:
    """Return the changes by the row ids of post and scheme; the last of the same cell stands."""
    posts = _find_posts(session, unit, {change.raw_post for change in changes}, now)
    schemes = find_schemes(session, unit, {change.raw_scheme for change in changes}, now)
    for change in changes:
        if change.raw_post not in posts:
            raise NotFound("post")
        if change.raw_scheme not in schemes:
            raise NotFound("scheme")
    return {(posts[one.raw_post], schemes[one.raw_scheme]): one for one in changes}


def _close(state: _Known, starts_at: datetime, now: datetime) -> None:
    if state.changed_at is not None and starts_at < state.changed_at:
        raise Conflict("requirement_changed_later", at=state.changed_at)
    if state.open_row is not None:
        state.open_row.valid_to, state.open_row.ended_at = starts_at, now


def find_schemes(
    session: Session, unit: UnitView, raw_ids: Iterable[str], now: datetime
) -> dict[str, int]:
    """Return the row ids of the schemes of these public ids that a unit may ask its posts for.

    Schemes of any issuer; external ones only from the unit's own list or a list above it.
    """
    path = {above.id for above in list_path(session, unit.id, now)}
    found: dict[str, int] = {}
    for part in _parts(sorted(set(raw_ids))):
        rows = session.execute(
            select(Scheme.public_id, Scheme.id, Scheme.kind, Scheme.issuer_id).where(
                Scheme.public_id.in_(part)
            )
        )
        found |= {r.public_id: r.id for r in rows if r.kind == "own" or r.issuer_id in path}
    return found


def _find_posts(
    session: Session, unit: UnitView, raw_ids: set[str], now: datetime
) -> dict[str, int]:
    organisation = organisation_of_unit(session, unit.id, now)
    found: dict[str, int] = {}
    for part in _parts(sorted(raw_ids)):
        rows = session.execute(
            select(Post.public_id, Post.id).where(
                Post.public_id.in_(part),
                Post.organisation_id == organisation.id,
                Post.retired_at.is_(None),
            )
        )
        found |= {row.public_id: row.id for row in rows}
    return found


def _read_known(
    session: Session, unit_id: int, post_ids: set[int]
) -> dict[tuple[int, int], _Known]:
    # The unit's row is held, so that two changes of one cell follow each other.
    session.execute(select(Unit.id).where(Unit.id == unit_id).with_for_update())
    known: dict[tuple[int, int], _Known] = {}
    for part in _parts(sorted(post_ids)):
        for row in session.scalars(
            select(Requirement).where(Requirement.unit_id == unit_id, Requirement.post_id.in_(part))
        ):
            state = known.setdefault((row.post_id, row.scheme_id), _Known())
            if row.valid_to is None:
                state.open_row = row
            changed_at = row.valid_to or row.valid_from
            state.changed_at = max(state.changed_at or changed_at, changed_at)
    return known


def _says(row: Requirement | None, cell: Cell) -> bool:
    if row is None:
        return not cell.level
    return (row.level, row.holders_needed) == (cell.level, cell.holders_needed)


def _opened(
    unit: UnitView,
    post_id: int,
    scheme_id: int,
    cell: Cell,
    starts_at: datetime,
    recorded: dict[str, object],
) -> dict[str, object]:
    return {
        "public_id": new_public_id(),
        "unit_id": unit.id,
        "post_id": post_id,
        "scheme_id": scheme_id,
        "level": cell.level,
        "holders_needed": cell.holders_needed,
        "valid_from": starts_at,
        **recorded,
    }


def _log(
    session: Session,
    actor: Actor,
    unit: UnitView,
    changed: Sequence[Change],
    starts_at: datetime,
    now: datetime,
) -> None:
    audit.log(
        session,
        "requirements.changed",
        unit.public_id,
        actor_id=actor.user_id,
        now=now,
        details={
            "from": starts_at.isoformat(),
            "cells": [
                {"post": one.raw_post, "scheme": one.raw_scheme, **asdict(one.cell)}
                for one in changed
            ],
        },
    )


def _parts(ids: Sequence[Id]) -> list[list[Id]]:
    return [list(ids[start : start + CHUNK]) for start in range(0, len(ids), CHUNK)]
