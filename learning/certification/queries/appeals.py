"""Appeals in certification: a person's own, and the register of who answers them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from learning.accounts.models import User
from learning.certification.models import CertificateAppeal, Scheme
from learning.certification.queries.deciding import in_decision_reach
from learning.certification.rules.appeals import Against
from learning.exams.rules import Verdict
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor
from learning.organisations.models import Unit
from learning.organisations.queries.units import storable

REGISTER_PAGE = 50


@dataclass(frozen=True, slots=True)
class AppealView:
    """An appeal with what its pages say; `verdict` None until it is answered."""

    id: int
    public_id: str
    number: str
    scheme_id: int
    scheme_title: str
    scheme_title_en: str
    zone: str
    user_id: int
    name: str
    against: Against
    source_id: int
    text: str
    lodged_at: datetime
    answer_by: datetime
    verdict: Verdict | None
    answer: str
    decided_by: str
    decided_at: datetime | None


def list_own(session: Session, user_id: int) -> list[AppealView]:
    """Return a person's appeals, the newest first."""
    query = _appeals().where(CertificateAppeal.user_id == user_id)
    return _views(session.execute(query.order_by(CertificateAppeal.id.desc())))


def list_register(
    session: Session, actor: Actor, now: datetime, *, is_over: bool, offset: int = 0
) -> list[AppealView]:
    """Return a page of the appeals on schemes that the actor decides on.

    Those that wait, the one to be answered first at the top; or those that are over, newest first.
    """
    query = _appeals().where(
        in_decision_reach(session, actor, now), _is_over() if is_over else ~_is_over()
    )
    order = (
        (CertificateAppeal.decided_at.desc(), CertificateAppeal.id.desc())
        if is_over
        else (CertificateAppeal.answer_by, CertificateAppeal.id)
    )
    return _views(session.execute(query.order_by(*order).offset(offset).limit(REGISTER_PAGE)))


def count_register(session: Session, actor: Actor, now: datetime) -> tuple[int, int]:
    """Return how many appeals in reach wait, and how many are over."""
    row = session.execute(
        select(func.count().filter(~_is_over()), func.count().filter(_is_over()))
        .select_from(CertificateAppeal)
        .join(Scheme, Scheme.id == CertificateAppeal.scheme_id)
        .where(in_decision_reach(session, actor, now))
    ).one()
    return row[0], row[1]


def get_appeal(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> AppealView:
    """Return an appeal on a scheme that the actor decides on; NotFound for any other."""
    query = _appeals().where(
        CertificateAppeal.public_id == storable(raw_public_id),
        in_decision_reach(session, actor, now),
    )
    found = _views(session.execute(query))
    if not found:
        raise NotFound("appeal")
    return found[0]


def _is_over() -> ColumnElement[bool]:
    return CertificateAppeal.decided_at.is_not(None)


def _appeals() -> Select[*tuple[Any, ...]]:
    decider = aliased(User)
    return (
        select(
            CertificateAppeal.id,
            CertificateAppeal.public_id,
            CertificateAppeal.number,
            CertificateAppeal.scheme_id,
            Scheme.title,
            Scheme.title_en,
            Unit.timezone,
            CertificateAppeal.user_id,
            User.display_name,
            CertificateAppeal.kind,
            CertificateAppeal.source_id,
            CertificateAppeal.text,
            CertificateAppeal.lodged_at,
            CertificateAppeal.answer_by,
            CertificateAppeal.verdict,
            CertificateAppeal.answer,
            func.coalesce(decider.display_name, ""),
            CertificateAppeal.decided_at,
        )
        .join(Scheme, Scheme.id == CertificateAppeal.scheme_id)
        .join(Unit, Unit.id == Scheme.issuer_id)
        .join(User, User.id == CertificateAppeal.user_id)
        .outerjoin(decider, decider.id == CertificateAppeal.decided_by)
    )


def _views(rows: Iterable[Any]) -> list[AppealView]:
    return [_view(list(row)) for row in rows]


def _view(values: list[Any]) -> AppealView:
    against, verdict = 9, 14
    values[against] = Against(values[against])
    values[verdict] = Verdict(values[verdict]) if values[verdict] else None
    return AppealView(*values)
