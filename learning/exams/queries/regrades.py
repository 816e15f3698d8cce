"""What regrades do to the results of a sitting, and the appeals that they follow from."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.attempts.queries import RegradeView
from learning.exams.models import Admission, AppealRegrade, RegradeEffect, Sitting, SittingAppeal
from learning.exams.rules.regrading import EffectKind

EFFECTS_PAGE = 50


@dataclass(frozen=True, slots=True)
class EffectLine:
    """What a regrade does to one person's result; points in thousandths, None without a result."""

    user_id: int
    name: str
    staff_no: str
    unit_name: str
    kind: EffectKind
    before_milli: int | None
    before_max_milli: int | None
    after_milli: int | None
    after_max_milli: int | None


def find_cause(session: Session, plan_id: int) -> tuple[str, str] | None:
    """Return (public id, number) of the appeal that a regrade follows from, if from one."""
    row = session.execute(
        select(SittingAppeal.public_id, SittingAppeal.number)
        .join(AppealRegrade, AppealRegrade.appeal_id == SittingAppeal.id)
        .where(AppealRegrade.plan_id == plan_id)
    ).one_or_none()
    return None if row is None else (row.public_id, row.number)


def select_assessments() -> Select[int]:
    """Return the query of the assessments that sittings own."""
    return select(Sitting.assessment_id)


def list_effects(
    session: Session, regrade: RegradeView, kind: EffectKind, *, page: int
) -> list[EffectLine]:
    """Return a page of the people on whom a regrade has an effect, as they were admitted."""
    sitting_of = (
        select(Sitting.id).where(Sitting.assessment_id == regrade.assessment_id).scalar_subquery()
    )
    rows = session.execute(
        select(
            RegradeEffect.user_id,
            User.display_name,
            func.coalesce(Admission.staff_no, ""),
            func.coalesce(Admission.unit_name, ""),
            RegradeEffect.before_milli,
            RegradeEffect.before_max_milli,
            RegradeEffect.after_milli,
            RegradeEffect.after_max_milli,
        )
        .join(User, User.id == RegradeEffect.user_id)
        .outerjoin(
            Admission,
            (Admission.user_id == RegradeEffect.user_id) & (Admission.sitting_id == sitting_of),
        )
        .where(RegradeEffect.regrade_id == regrade.id, RegradeEffect.kind == kind.value)
        .order_by(RegradeEffect.id)
        .offset((page - 1) * EFFECTS_PAGE)
        .limit(EFFECTS_PAGE)
    )
    return [EffectLine(*row[:4], kind, *row[4:]) for row in rows]


def count_fails_among(session: Session, regrade: RegradeView, people: Select[int]) -> int:
    """Return how many of those who fail newly are among some people (a query of user ids)."""
    query = (
        select(func.count())
        .select_from(RegradeEffect)
        .where(
            RegradeEffect.regrade_id == regrade.id,
            RegradeEffect.kind == EffectKind.FAILS.value,
            RegradeEffect.user_id.in_(people),
        )
    )
    return session.scalar(query) or 0


def among(people: Select[int], user_ids: Sequence[int]) -> Select[int]:
    """Return the query of those of some people (a query of user ids) that are named."""
    found = people.subquery()
    return select(found.c[0]).where(found.c[0].in_(user_ids))
