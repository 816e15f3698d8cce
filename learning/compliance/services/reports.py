"""Reports of coverage that take long to set: asked for, made by the worker, taken, forgotten."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, case, delete, select, update
from sqlalchemy.orm import Session

from learning.compliance.models import CoverageReport
from learning.kernel.db import WAKES
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Permission
from learning.organisations.models import Unit, UnitName
from learning.organisations.queries import units_in_reach, valid_at
from learning.organisations.queries.units import storable

KEPT = timedelta(days=7)
MAX_WAITING = 3  # of one person, at once: each takes the worker up to some minutes
MAX_TRIES = 3
PATIENCE = timedelta(minutes=15)  # who has waited so long is next, however long the report
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be set: whose coverage, as of which days; its facts, their hash and number."""

    unit_id: int
    day_on: date
    day_known: date
    inputs: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report of one's own; `until` is when it goes, None while it is not made."""

    public_id: str
    unit_name: str
    day_on: date
    day_known: date
    rows: int
    sha256: str
    asked_at: datetime
    began_at: datetime | None
    error: str
    until: datetime | None

    @property
    def is_waiting(self) -> bool:
        """Tell whether the worker still has it to make."""
        return self.until is None and not self.error


def order_report(session: Session, actor: Actor, order: Order, *, now: datetime) -> bool:
    """Have a report set by the worker; False when the same one waits or is there already.

    Raises Conflict("reports_waiting") while three of the person's are not made.
    """
    own = CoverageReport.asked_by == actor.user_id
    same = select(CoverageReport.id).where(
        own,
        CoverageReport.sha256 == order.sha256,
        CoverageReport.error == "",
        CoverageReport.asked_at > now - KEPT,
    )
    if session.scalar(same.limit(1)) is not None:
        return False
    waiting = select(CoverageReport.id).where(
        own, CoverageReport.finished_at.is_(None), CoverageReport.error == ""
    )
    if len(session.scalars(waiting.limit(MAX_WAITING)).all()) == MAX_WAITING:
        raise Conflict("reports_waiting")
    session.add(
        CoverageReport(
            public_id=new_public_id(),
            unit_id=order.unit_id,
            day_on=order.day_on,
            day_known=order.day_known,
            rows=order.rows,
            sha256=order.sha256,
            inputs=order.inputs,
            asked_by=actor.user_id,
            asked_at=now,
        )
    )
    session.info[WAKES] = True
    return True


def list_reports(session: Session, actor: Actor, now: datetime) -> list[ReportView]:
    """Return the actor's own reports about units in reach, newest first; at most twenty."""
    report = CoverageReport
    rows = session.execute(
        select(
            report.public_id,
            UnitName.name,
            report.day_on,
            report.day_known,
            report.rows,
            report.sha256,
            report.asked_at,
            report.began_at,
            report.error,
            report.finished_at,
        )
        .join(UnitName, (UnitName.unit_id == report.unit_id) & valid_at(UnitName, now))
        .where(*_own(session, actor, now))
        .order_by(report.asked_at.desc(), report.id.desc())
        .limit(SHOWN)
    )
    return [
        ReportView(
            row.public_id,
            row.name,
            row.day_on,
            row.day_known,
            row.rows,
            row.sha256,
            row.asked_at,
            row.began_at,
            row.error,
            row.finished_at + KEPT if row.finished_at else None,
        )
        for row in rows
    ]


def take_report(
    session: Session, actor: Actor, raw_public_id: str, now: datetime
) -> CoverageReport:
    """Return a report with its PDF. NotFound for another's, out of reach, not made, or gone."""
    found = session.scalars(
        select(CoverageReport).where(
            *_own(session, actor, now),
            CoverageReport.public_id == storable(raw_public_id),
            CoverageReport.finished_at.is_not(None),
        )
    ).one_or_none()
    if found is None:
        raise NotFound("report")
    return found


def _own(session: Session, actor: Actor, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of what the actor asked for and still has the right to see."""
    reach = units_in_reach(session, actor, Permission.COMPLIANCE_READ, now)
    return (
        CoverageReport.asked_by == actor.user_id,
        CoverageReport.asked_at > now - KEPT - timedelta(days=1),
        (CoverageReport.finished_at.is_(None)) | (CoverageReport.finished_at > now - KEPT),
        CoverageReport.unit_id.in_(select(Unit.id).where(Unit.id.in_(reach))),
    )


def begin_report(session: Session, now: datetime) -> tuple[int, str] | None:
    """Note that the shortest report is begun; return its row id and what it prints.

    The first asked for is next once it has waited for `PATIENCE`. One that ended the worker three
    times is given up, so that the others get their turn.
    """
    due = session.execute(
        select(CoverageReport.id, CoverageReport.tries)
        .where(CoverageReport.finished_at.is_(None), CoverageReport.error == "")
        .order_by(
            case((CoverageReport.asked_at <= now - PATIENCE, 0), else_=CoverageReport.rows),
            CoverageReport.asked_at,
            CoverageReport.id,
        )
        .limit(1)
    ).first()
    if due is None:
        return None
    if due.tries >= MAX_TRIES:
        note_failed(session, due.id, "gave_up")
        return begin_report(session, now)
    inputs = session.scalars(
        update(CoverageReport)
        .where(CoverageReport.id == due.id)
        .values(tries=due.tries + 1, began_at=now)
        .returning(CoverageReport.inputs)
        .execution_options(synchronize_session=False)
    ).one()
    return due.id, inputs


def has_due(session: Session) -> bool:
    """Tell whether any report waits to be made."""
    waits = select(CoverageReport.id).where(
        CoverageReport.finished_at.is_(None), CoverageReport.error == ""
    )
    return session.scalar(waits.limit(1)) is not None


def keep_report(session: Session, report_id: int, body: bytes, now: datetime) -> None:
    """Keep a report's PDF; the facts it was set from go."""
    session.execute(
        update(CoverageReport)
        .where(CoverageReport.id == report_id, CoverageReport.finished_at.is_(None))
        .values(body=body, inputs="", finished_at=now)
        .execution_options(synchronize_session=False)
    )


def note_failed(session: Session, report_id: int, code: str) -> None:
    """Note what stopped a report, so that who asked sees it and others get their turn."""
    session.execute(
        update(CoverageReport)
        .where(CoverageReport.id == report_id)
        .values(error=code[:40], inputs="")
        .execution_options(synchronize_session=False)
    )


def forget_reports(session: Session, now: datetime) -> int:
    """Remove a report asked for longer ago than a week and a day; return 1 or 0."""
    old = session.scalar(
        select(CoverageReport.id)
        .where(CoverageReport.asked_at < now - KEPT - timedelta(days=1))
        .limit(1)
    )
    if old is not None:
        session.execute(delete(CoverageReport).where(CoverageReport.id == old))
    return int(old is not None)
