"""Reads of schemes: those in reach, their award rules, the sittings that can be attached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from learning.certification.models import AwardDecision, AwardRule, Certificate, Scheme
from learning.certification.queries.decisions import select_standing
from learning.certification.rules import SchemePlan
from learning.exams import queries as exams
from learning.exams.models import ResultRow, Sitting
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.organisations.models import Unit, UnitName
from learning.organisations.queries import units_in_reach
from learning.organisations.queries.units import storable

PAGE_SIZE = 50
MAX_CHOICES = 200


@dataclass(frozen=True, slots=True)
class SchemeView:
    """A scheme with its issuer as it is called now."""

    id: int
    public_id: str
    plan: SchemePlan
    number_prefix: str
    issuer_id: int
    issuer_name: str
    zone: str


@dataclass(frozen=True, slots=True)
class SchemeLine:
    """A scheme in a list, with how many certificates it has issued and how many rules are open."""

    public_id: str
    code: str
    title: str
    issuer_name: str
    validity_months: int | None
    issued: int
    sittings: int
    title_en: str


@dataclass(frozen=True, slots=True)
class RuleView:
    """A sitting whose pass earns the certificate."""

    id: int
    sitting_public_id: str
    sitting_title: str
    sitting_state: str
    active_from: datetime


@dataclass(frozen=True, slots=True)
class Pass:
    """A recorded pass at a sitting. Points are thousandths."""

    user_id: int
    sitting_id: int
    sitting_public_id: str
    points_milli: int
    max_milli: int
    cut_score_milli: int
    decided_at: datetime

    @property
    def percent(self) -> int:
        """Return the share of the points in whole percent, rounded down."""
        return self.points_milli * 100 // self.max_milli if self.max_milli else 0


def _select_schemes() -> Select[*tuple[Any, ...]]:
    return (
        select(Scheme, func.coalesce(UnitName.name, ""), Unit.timezone)
        .join(Unit, Unit.id == Scheme.issuer_id)
        .outerjoin(UnitName, (UnitName.unit_id == Unit.id) & UnitName.valid_to.is_(None))
    )


def _view(scheme: Scheme, issuer_name: str, zone: str) -> SchemeView:
    return SchemeView(
        id=scheme.id,
        public_id=scheme.public_id,
        plan=SchemePlan(scheme.code, scheme.title, scheme.title_en, scheme.validity_months),
        number_prefix=scheme.number_prefix,
        issuer_id=scheme.issuer_id,
        issuer_name=issuer_name,
        zone=zone,
    )


def get_scheme(session: Session, scheme_id: int) -> SchemeView:
    """Return a scheme by its row id; raise NotFound when there is none."""
    row = session.execute(_select_schemes().where(Scheme.id == scheme_id)).first()
    if row is None:
        raise NotFound("scheme")
    return _view(*row)


def get_managed(
    session: Session, actor: Actor, permission: Permission, raw_public_id: str, now: datetime
) -> SchemeView:
    """Return a scheme whose issuer the actor reaches; raise NotFound otherwise."""
    row = session.execute(
        _select_schemes().where(
            Scheme.public_id == storable(raw_public_id),
            Scheme.kind == "own",
            Scheme.issuer_id.in_(units_in_reach(session, actor, permission, now)),
        )
    ).first()
    if row is None:
        raise NotFound("scheme")
    return _view(*row)


def list_schemes(
    session: Session, actor: Actor, now: datetime, *, page: int
) -> tuple[list[SchemeLine], int]:
    """Return a page of the schemes the actor manages, by code, and how many there are."""
    reach = units_in_reach(session, actor, Permission.SCHEME_MANAGE, now)
    total = session.scalar(
        select(func.count())
        .select_from(Scheme)
        .where(Scheme.issuer_id.in_(reach), Scheme.kind == "own")
    )
    issued = _count(Certificate.id, Certificate.scheme_id == Scheme.id)
    rules = _count(AwardRule.id, AwardRule.scheme_id == Scheme.id, AwardRule.ended_at.is_(None))
    rows = session.execute(
        _select_schemes()
        .add_columns(issued, rules)
        .where(Scheme.issuer_id.in_(reach), Scheme.kind == "own")
        .order_by(Scheme.code)
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    lines = [
        SchemeLine(
            public_id=scheme.public_id,
            code=scheme.code,
            title=scheme.title,
            issuer_name=issuer_name,
            validity_months=scheme.validity_months,
            issued=issued_count,
            sittings=rule_count,
            title_en=scheme.title_en,
        )
        for scheme, issuer_name, _zone, issued_count, rule_count in rows
    ]
    return lines, total or 0


def _count(column: Any, *conditions: Any) -> Any:
    return select(func.count(column)).where(*conditions).scalar_subquery()


def list_issuers(session: Session, actor: Actor, now: datetime) -> list[tuple[str, str]]:
    """Return (public id, name) of the organisations for which the actor may keep schemes."""
    reach = units_in_reach(session, actor, Permission.SCHEME_MANAGE, now)
    rows = session.execute(
        select(Unit.public_id, UnitName.name)
        .join(UnitName, UnitName.unit_id == Unit.id)
        .where(Unit.id.in_(reach), Unit.kind != "department", UnitName.valid_to.is_(None))
        .order_by(Unit.kind != "association", UnitName.name, Unit.id)
        .limit(MAX_CHOICES)
    )
    return [(row.public_id, row.name) for row in rows]


def list_rules(session: Session, scheme_id: int) -> list[RuleView]:
    """Return the open award rules of a scheme, newest first."""
    rows = session.execute(
        select(AwardRule.id, Sitting.public_id, Sitting.title, Sitting.state, AwardRule.active_from)
        .join(Sitting, Sitting.id == AwardRule.sitting_id)
        .where(AwardRule.scheme_id == scheme_id, AwardRule.ended_at.is_(None))
        .order_by(AwardRule.id.desc())
    )
    return [RuleView(*row) for row in rows]


def list_attachable(
    session: Session, actor: Actor, scheme: SchemeView, now: datetime
) -> list[tuple[str, str]]:
    """Return (public id, title) of the newest sittings in reach without an open rule here."""
    attached = select(AwardRule.sitting_id).where(
        AwardRule.scheme_id == scheme.id, AwardRule.ended_at.is_(None)
    )
    rows = session.execute(
        select(Sitting.public_id, Sitting.title)
        .where(_in_reach(session, actor, now), Sitting.id.not_in(attached))
        .order_by(Sitting.id.desc())
        .limit(MAX_CHOICES)
    )
    return [(row.public_id, row.title) for row in rows]


def get_sitting_id(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> int:
    """Return the row id of a sitting that the actor may attach; raise NotFound otherwise."""
    found = session.scalar(
        select(Sitting.id).where(
            Sitting.public_id == storable(raw_public_id), _in_reach(session, actor, now)
        )
    )
    if found is None:
        raise NotFound("sitting")
    return found


def _in_reach(session: Session, actor: Actor, now: datetime) -> Any:
    reach = units_in_reach(session, actor, Permission.SCHEME_MANAGE, now)
    return Sitting.organiser_id.in_(reach)


def list_open_rules(session: Session, sitting_id: int) -> Sequence[AwardRule]:
    """Return the open award rules of a sitting, oldest first."""
    return session.scalars(
        select(AwardRule)
        .where(AwardRule.sitting_id == sitting_id, AwardRule.ended_at.is_(None))
        .order_by(AwardRule.id)
    ).all()


def find_sitting_id(session: Session, public_id: str) -> int | None:
    """Return the row id of a sitting told by an event, None when there is none."""
    return session.scalar(select(Sitting.id).where(Sitting.public_id == public_id))


def has_released_results(session: Session, sitting_id: int, now: datetime) -> bool:
    """Tell whether the sitting's candidates may learn their results now."""
    return exams.has_released_results(session, exams.get_by_id(session, sitting_id), now)


def list_undecided(session: Session, rule: AwardRule, after_user_id: int, limit: int) -> list[Pass]:
    """Return passes at the rule's sitting without a standing decision of its scheme, by person."""
    decided = (
        select_standing(AwardDecision.user_id)
        .where(AwardDecision.scheme_id == rule.scheme_id)
        .where(AwardDecision.source_kind == "sitting", AwardDecision.source_id == rule.sitting_id)
    )
    rows = session.execute(
        _select_passes()
        .where(
            ResultRow.sitting_id == rule.sitting_id,
            ResultRow.user_id > after_user_id,
            ResultRow.user_id.not_in(decided),
        )
        .order_by(ResultRow.user_id)
        .limit(limit)
    )
    return [Pass(*row) for row in rows]


def _select_passes() -> Select[*tuple[Any, ...]]:
    return (
        select(
            ResultRow.user_id,
            ResultRow.sitting_id,
            Sitting.public_id,
            ResultRow.points_milli,
            ResultRow.max_milli,
            Sitting.cut_score_milli,
            ResultRow.decided_at,
        )
        .join(Sitting, Sitting.id == ResultRow.sitting_id)
        .where(ResultRow.passed.is_(True))
    )


def find_pass(session: Session, sitting_id: int, user_id: int) -> Pass | None:
    """Return a person's recorded pass at a sitting, None when there is none."""
    row = session.execute(
        _select_passes().where(ResultRow.sitting_id == sitting_id, ResultRow.user_id == user_id)
    ).first()
    return Pass(*row) if row else None
