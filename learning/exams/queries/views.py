"""One sitting with its assessment, as an examiner reaches it."""

import functools
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from learning.attempts.models import Assessment, Attempt
from learning.attempts.queries import has_open_attempts, parse_blueprint
from learning.attempts.rules import AttemptRules
from learning.exams.models import Sitting
from learning.exams.rules import (
    Phase,
    SittingPlan,
    SittingRules,
    SittingSettings,
    State,
    are_results_released,
    phase_of,
    sitting_rules_of,
)
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.organisations.models import Unit, UnitName
from learning.organisations.queries import units_in_reach


@dataclass(frozen=True, slots=True)
class SittingView:
    """A sitting; `organiser` is the organising unit's name now, `zone` its time zone.

    `resit_of` is the title of the first sitting of the series of which it is a resit, "" of none.
    """

    id: int
    public_id: str
    organiser_id: int
    organiser: str
    zone: str
    title: str
    description: str
    state: State
    cut_score_milli: int
    opened_at: datetime | None
    closed_at: datetime | None
    assessment_id: int
    opens_at: datetime
    closes_at: datetime
    blueprint_json: str
    rules_json: str
    settings_json: str
    next_ticket: int
    begun_at: datetime | None
    resit_of_id: int | None
    resit_of_public_id: str
    resit_of: str

    @property
    def settings(self) -> SittingSettings:
        """Return how the sitting is held."""
        return SittingSettings.from_json(self.settings_json)

    @property
    def rules(self) -> SittingRules:
        """Return the rules of the sitting."""
        attempt = AttemptRules.from_json(self.rules_json)
        return sitting_rules_of(parse_blueprint(self.blueprint_json), attempt, self.cut_score_milli)

    @property
    def plan(self) -> SittingPlan:
        """Return what the examiner wrote."""
        return SittingPlan(self.title, self.description, self.opens_at, self.closes_at, self.rules)

    def phase(self, now: datetime) -> Phase:
        """Return what state and window mean together at the instant."""
        return phase_of(self.state, self.opens_at, self.closes_at, now, closed_at=self.closed_at)


@functools.cache  # made once: a query is never changed, only added to in a copy
def view_query() -> Select[*tuple[Any, ...]]:
    """Return the query of sittings as `SittingView`; callers add where and more columns."""
    first = aliased(Sitting)
    return (
        select(
            Sitting.id,
            Sitting.public_id,
            Sitting.organiser_id,
            UnitName.name.label("organiser"),
            Unit.timezone.label("zone"),
            Sitting.title,
            Sitting.description,
            Sitting.state,
            Sitting.cut_score_milli,
            Sitting.opened_at,
            Sitting.closed_at,
            Sitting.assessment_id,
            Assessment.opens_at,
            Assessment.closes_at,
            Assessment.blueprint.label("blueprint_json"),
            Assessment.rules.label("rules_json"),
            Sitting.settings.label("settings_json"),
            Sitting.next_ticket,
            Sitting.begun_at,
            Sitting.resit_of_id,
            func.coalesce(first.public_id, "").label("resit_of_public_id"),
            func.coalesce(first.title, "").label("resit_of"),
        )
        .join(Assessment, Assessment.id == Sitting.assessment_id)
        .join(Unit, Unit.id == Sitting.organiser_id)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, UnitName.valid_to.is_(None)))
        .outerjoin(first, first.id == Sitting.resit_of_id)
    )


def as_view(row: Any) -> SittingView:
    """Return a mapping of `view_query`'s columns as a view; other columns are passed by."""
    told = {name: row[name] for name in SittingView.__slots__}
    return SittingView(**{**told, "state": State(told["state"])})


def checked_id(raw_public_id: str) -> str:
    """Return the id when it can be one: what no database must see (NUL) is NotFound here."""
    if not (raw_public_id.isascii() and raw_public_id.isalnum()):
        raise NotFound("sitting")
    return raw_public_id


def get_managed(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    now: datetime,
    permission: Permission = Permission.SITTING_MANAGE,
) -> SittingView:
    """Return a sitting whose organiser the actor's permission reaches; NotFound otherwise."""
    if not actor.holds(permission):
        raise NotFound("sitting")
    reach = units_in_reach(session, actor, permission, now)
    return _one(
        session,
        view_query().where(
            Sitting.public_id == checked_id(raw_public_id), Sitting.organiser_id.in_(reach)
        ),
    )


def get_by_id(session: Session, sitting_id: int) -> SittingView:
    """Return a sitting by its row id, for the system itself."""
    return _one(session, view_query().where(Sitting.id == sitting_id))


def has_released_results(session: Session, sitting: SittingView, now: datetime) -> bool:
    """Tell whether the sitting's candidates may learn their results now (see the rules)."""
    return are_results_released(
        AttemptRules.from_json(sitting.rules_json),
        sitting.state,
        sitting.closes_at,
        others_still_open=has_open_attempts(session, sitting.assessment_id),
        now=now,
    )


def list_held_back(session: Session, now: datetime) -> list[int]:
    """Return the sittings whose candidates may not learn their recorded results now.

    Many at once, in one read, for who answers for people: nobody learns a result from them before
    its candidate may. Closed sittings whose scores wait for no instant are over, and not looked at.
    """
    still_open = exists().where(
        Attempt.assessment_id == Sitting.assessment_id, Attempt.submitted_at.is_(None)
    )
    rows = session.execute(
        select(Sitting.id, Sitting.state, Assessment.closes_at, Assessment.rules)
        .add_columns(still_open.label("others"))
        .join(Assessment, Assessment.id == Sitting.assessment_id)
        .where(or_(Sitting.state == State.OPEN.value, Sitting.results_due_at.is_not(None)))
        .order_by(Sitting.id)
    )
    return [
        row.id
        for row in rows
        if not are_results_released(
            AttemptRules.from_json(row.rules),
            State(row.state),
            row.closes_at,
            others_still_open=row.others,
            now=now,
        )
    ]


def find_owner_of(session: Session, assessment_id: int) -> tuple[str, int, State] | None:
    """Return (public id, cut score in thousandths, state) of an assessment's sitting, or None."""
    row = session.execute(
        select(Sitting.public_id, Sitting.cut_score_milli, Sitting.state).where(
            Sitting.assessment_id == assessment_id
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1], State(row[2]))


def _one(session: Session, query: Select[*tuple[Any, ...]]) -> SittingView:
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound("sitting")
    return as_view(row)
