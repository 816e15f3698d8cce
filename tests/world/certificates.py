"""Certificates of a side: in force, revoked, suspended; those that others issued."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.certification import services
from learning.certification.loader import ParsedList
from learning.certification.models import (
    AwardDecision,
    Certificate,
    ExternalCertificate,
    ExternalScan,
)
from learning.certification.rules import Source
from learning.certification.rules.register import ExternalPlan, RegisterRow
from learning.certification.services import external, importing
from learning.exams.rules import check_files
from learning.kernel.permissions import Actor, Role
from learning.organisations.models import Membership
from learning.organisations.queries import get_unit
from learning.organisations.queries.units import UnitView
from tests.factories.people import grant_role, make_actor, make_user, unit_grant
from tests.world.people import Side

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0\0\0\1\0\0\0\1\x08\2\0\0\0" + b"\0" * 20


def furnish_certificates(session: Session, now: datetime, side: Side) -> None:
    """Name the learner's certificate, revoke the colleague's, suspend a third person's."""
    examiner = side.actor(session, "examiner", now)
    held = {
        role: session.scalars(
            select(Certificate).where(Certificate.user_id == side.people[role].id)
        ).one()
        for role in ("learner", "colleague")
    }
    services.revoke_certificate(
        session, examiner, held["colleague"].public_id, reason="身份信息有误。", now=now
    )
    decision = session.get_one(AwardDecision, held["learner"].decision_id)
    third = services.decide_and_issue(
        session,
        scheme_id=decision.scheme_id,
        user_id=make_user(session, now, "暂停的人").id,
        source=Source(decision.source_id, (("rule", "sitting_passed"),)),
        now=now,
    )
    services.suspend_certificate(session, examiner, third.public_id, reason="待查。", now=now)
    side.objects |= {
        "certificate": held["learner"].public_id,
        "certificate_code": held["learner"].code,
        "revoked_certificate": held["colleague"].public_id,
        "suspended_certificate": third.public_id,
    }


def furnish_external(session: Session, now: datetime, side: Side) -> None:
    """Put certificates on the enterprise's file: one checked with a scan, one waiting; two lists."""
    hr = side.actor(session, "hr", now)
    unit = get_unit(session, side.enterprise.id, now)
    second = make_user(session, now, "人事乙")
    grant_role(session, now, second, Role.HR_MANAGER, side.enterprise)
    checker = make_actor(second, unit_grant(Role.HR_MANAGER, side.enterprise))
    plan = ExternalPlan(f"低压电工作业{side.letter}", "Electrician", "应急管理局", 72, 36)
    kind = external.keep_kind(session, hr, unit, plan=plan, now=now)
    learner = session.scalars(
        select(Membership).where(
            Membership.user_id == side.people["learner"].id, Membership.valid_to.is_(None)
        )
    ).first()
    assert learner is not None
    row = RegisterRow(
        0, side.people["learner"].display_name, learner.staff_no, "", plan.title, "T-1", "",
        now.date() - timedelta(days=30), None, None,
    )  # fmt: skip
    uploads, problems = check_files([("证书.png", PNG)])
    assert not problems
    numbers = ("T-1", "T-2", "T-3")
    made = [
        external.register(
            session, hr, unit, row=replace(row, number=number), uploads=uploads, now=now
        )
        for number in numbers
    ]
    external.check(session, checker, made[0], now=now)
    lists = [
        _list(session, hr, unit, ParsedList(rows=[replace(row, line=2, **changes)]), now)
        for changes in ({"number": "L-1"}, {"number": "L-2", "name": "李鬼"})
    ]
    side.objects |= {
        "external": made[0],
        "waiting_external": made[1],
        "spare_external": made[2],
        "external_kind": kind,
        "external_scan": session.scalars(
            select(ExternalScan.public_id).join(
                ExternalCertificate, ExternalCertificate.id == ExternalScan.certificate_id
            ).where(ExternalCertificate.public_id == made[0])
        ).one(),
        "external_import": lists[0],
        "faulty_external_import": lists[1],
    }  # fmt: skip


def _list(session: Session, hr: Actor, unit: UnitView, parsed: ParsedList, now: datetime) -> str:
    found = importing.check_list(session, unit, parsed, now)
    return importing.save_import(
        session, hr, unit, parsed, found, file=("名单.xlsx", "0" * 64), is_checked=True, now=now
    )
