"""Certificates of others on the demo enterprises' files, and acts on some that were issued here."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.certification.loader import ParsedList
from learning.certification.models import Certificate
from learning.certification.rules.register import ExternalPlan, RegisterRow
from learning.certification.services import correct_name, external, importing, suspend_certificate
from learning.cli.demo.people import Cast
from learning.kernel.permissions import Actor
from learning.organisations.models import Membership
from learning.organisations.queries import get_unit
from learning.organisations.queries.units import UnitView

KINDS = (
    ExternalPlan("特种作业操作证（低压电工）", "Low-voltage electrician", "应急管理局", 72, 36),
    ExternalPlan("特种设备作业人员证（起重机）", "Crane operator", "市场监督管理局", None, 48),
    ExternalPlan("无损检测人员证（UT Ⅱ级）", "Ultrasonic testing II", "无损检测学会", 60, None),
)
MONTHS_AGO = (6, 20, 34, 35, 37, 50, 58, 61, 70, 73)  # valid, soon to end, overdue, over


def register_papers(session: Session, cast: Cast, now: datetime) -> None:
    """Put ten certificates on each enterprise's file, of which two wait to be checked."""
    for hr, staff in zip(cast.hr, cast.staff, strict=True):
        people = _people(session, staff[: len(MONTHS_AGO)])
        organisation = get_unit(session, people[0][2], now)
        for kind in KINDS:
            external.keep_kind(session, hr, organisation, plan=kind, now=now)
        rows = [
            RegisterRow(
                line, name, staff_no, "", KINDS[line % len(KINDS)].title, f"YS{line:08d}", "",
                (now - timedelta(days=30 * months)).date(), None, None,
            )
            for line, ((name, staff_no, _unit), months) in enumerate(
                zip(people, MONTHS_AGO, strict=False), start=2
            )
        ]  # fmt: skip
        _import(session, hr, organisation, rows[:-2], now)
        for row in rows[-2:]:
            external.register(session, hr, organisation, row=row, now=now)
    _acts(session, cast.examiner, now)


def _people(session: Session, staff: tuple[Actor, ...]) -> list[tuple[str, str, int]]:
    """Return name, staff number and organisation of each."""
    names = {actor.user_id: actor.display_name for actor in staff}
    rows = session.execute(
        select(Membership.user_id, Membership.staff_no, Membership.organisation_id)
        .where(Membership.user_id.in_(names), Membership.valid_to.is_(None))
        .order_by(Membership.staff_no)
    )
    return [(names[user_id], staff_no, unit_id) for user_id, staff_no, unit_id in rows]


def _import(
    session: Session, hr: Actor, organisation: UnitView, rows: list[RegisterRow], now: datetime
) -> None:
    parsed = ParsedList(rows=rows)
    found = importing.check_list(session, organisation, parsed, now)
    file = ("持证人员名单（演示）.xlsx", "0" * 64)
    raw_id = importing.save_import(
        session, hr, organisation, parsed, found, file=file, is_checked=True, now=now
    )
    prepared = importing.prepare_import(session, organisation, raw_id, now)
    importing.apply_import(session, hr, organisation, raw_id, prepared=prepared, now=now)


def _acts(session: Session, examiner: Actor, now: datetime) -> None:
    """Suspend the newest certificate; correct the name on the one before."""
    newest = select(Certificate).order_by(Certificate.id.desc()).limit(2)
    suspended, corrected = session.scalars(newest).all()
    reason = "演示：考场录像待复核。"
    suspend_certificate(session, examiner, suspended.public_id, reason=reason, now=now)
    correct_name(
        session,
        examiner,
        corrected.public_id,
        name=f"{corrected.holder_name}·示",
        reason="演示：登记时姓名有误。",
        now=now,
    )
