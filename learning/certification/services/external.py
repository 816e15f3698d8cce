"""Registering certificates that were not issued here: enter, check by a second person, withdraw.

Only what was checked counts as held. Every act is audited; scans are looked at on record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning.certification.events import EXTERNAL_WITHDRAWN, ExternalWithdrawn
from learning.certification.models import ExternalCertificate, ExternalScan, Scheme
from learning.certification.queries import external as queries
from learning.certification.queries import register as register_queries
from learning.certification.queries.external import ExternalView
from learning.certification.rules import MAX_REASON, local_date
from learning.certification.rules.holdings import FOREVER
from learning.certification.rules.register import (
    ExternalPlan,
    Registered,
    RegisterRow,
    WithdrawGround,
    dated,
    end_of,
    plan_problems,
    plan_rows,
    registered_spans,
    start_of,
)
from learning.certification.services.holdings import keep_holdings
from learning.exams.queries.involvement import selves_of
from learning.exams.rules import Upload
from learning.kernel import audit, events
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.kernel.printing import printable
from learning.organisations.queries.units import UnitView
from learning.organisations.rules.names import name_key


def keep_kind(
    session: Session,
    actor: Actor,
    organisation: UnitView,
    *,
    plan: ExternalPlan,
    raw_public_id: str = "",
    now: datetime,
) -> str:
    """Write an external kind, or change it; return its public id.

    Raises Invalid, NotFound. What is on file already keeps its dates.
    """
    problems = plan_problems(plan)
    if problems:
        raise Invalid(problems)
    values = {
        "title": printable(plan.title),
        "title_en": printable(plan.title_en),
        "authority": printable(plan.authority),
        "validity_months": plan.validity_months,
        "review_months": plan.review_months,
    }
    if raw_public_id:
        public_id = queries.get_kind(session, organisation.id, raw_public_id).public_id
        session.execute(update(Scheme).where(Scheme.public_id == public_id).values(**values))
    else:
        public_id = new_public_id()
        code = f"X-{new_public_id()[:14].upper()}"  # never printed: the papers bear others' numbers
        session.add(
            Scheme(
                public_id=public_id,
                code=code,
                number_prefix=code,
                issuer_id=organisation.id,
                kind="external",
                created_by=actor.user_id,
                created_at=now,
                **values,
            )
        )
    _log(session, actor, "external.kind_kept", public_id, now, asdict(plan))
    return public_id


def register(
    session: Session,
    actor: Actor,
    organisation: UnitView,
    *,
    row: RegisterRow,
    uploads: Sequence[Upload] = (),
    now: datetime,
) -> str:
    """Put a certificate on file, unchecked; return its public id.

    Raises Invalid with problems by field (`rules.register`), Conflict("external_taken").
    """
    entry, is_known = _read(session, organisation, row, now)
    if is_known:
        raise Conflict("external_taken")
    return _add(session, actor, organisation, entry, uploads, now, follows=None)


def follow(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    row: RegisterRow,
    uploads: Sequence[Upload] = (),
    now: datetime,
) -> str:
    """Enter what a certificate says after a review or an extension; return the new public id.

    Of the row only days and issuer count: person, kind and number are those on file. Once checked
    it takes the place of the old one. Raises NotFound, Invalid, Conflict("external_closed" |
    "external_taken").
    """
    old = queries.get_external(session, actor, raw_public_id, now).row
    if old.withdrawn_at is not None or old.checked_at is None:
        raise Conflict("external_closed")
    organisation = queries.get_organisation_of(session, actor, old.organisation_id, now)
    kind = register_queries.kind_of(session.get_one(Scheme, old.scheme_id))
    days, problems = dated(row, kind, local_date(now, organisation.timezone))
    if days is None or problems:
        raise Invalid([Problem("", None, p.place, p.code, p.other) for p in problems])
    issuer = row.issuer or old.issuer
    entry = Registered(0, old.user_id, old.scheme_id, old.holder_name, old.number, issuer, *days)
    return _add(session, actor, organisation, entry, uploads, now, follows=old)


def _read(
    session: Session, organisation: UnitView, row: RegisterRow, now: datetime
) -> tuple[Registered, bool]:
    """Return what a faultless row becomes, and whether it is on file already."""
    state = register_queries.load_state(session, organisation.id, [row])
    today = local_date(now, organisation.timezone)
    plan = plan_rows([row], state, today, skip=frozenset())
    if plan.problems:
        raise Invalid([Problem("", None, p.place, p.code, p.other) for p in plan.problems])
    return [*plan.entries, *plan.again][0], bool(plan.again)


def _add(
    session: Session,
    actor: Actor,
    organisation: UnitView,
    entry: Registered,
    uploads: Sequence[Upload],
    now: datetime,
    *,
    follows: ExternalCertificate | None,
) -> str:
    row = ExternalCertificate(
        **columns_of(entry, organisation),
        follows_id=follows.id if follows else None,
        entered_by=actor.user_id,
        entered_at=now,
    )
    session.add(row)
    try:
        session.flush()  # the unique keys refuse what is on file already
    except IntegrityError as error:
        raise Conflict("external_taken") from error
    _add_scans(session, actor, row.id, uploads, now)
    details: dict[str, object] = {
        "number": row.number,
        "user_id": row.user_id,
        "files": len(uploads),
    }
    if follows is not None:
        details["follows"] = follows.public_id
    _log(session, actor, "external.entered", row.public_id, now, details)
    return row.public_id


def columns_of(entry: Registered, organisation: UnitView) -> dict[str, object]:
    """Return the columns of a new row on file, without who entered it."""
    zone = organisation.timezone
    until, review = end_of(entry.valid_until, zone), end_of(entry.review_due, zone)
    return {
        "public_id": new_public_id(),
        "organisation_id": organisation.id,
        "scheme_id": entry.scheme_id,
        "user_id": entry.user_id,
        "holder_name": entry.holder_name,
        "number": entry.number,
        "number_key": name_key(entry.number),
        "issuer": entry.issuer,
        "zone": zone,
        "valid_from": start_of(entry.valid_from, zone),
        "valid_until": until,
        "review_due": review,
        "ends_at": min(until or FOREVER, review or FOREVER),
    }


def _add_scans(
    session: Session, actor: Actor, certificate_id: int, uploads: Sequence[Upload], now: datetime
) -> None:
    if uploads:
        session.execute(
            insert(ExternalScan),
            [
                {
                    "public_id": new_public_id(),
                    "certificate_id": certificate_id,
                    "name": upload.file.name,
                    "media_type": upload.file.media_type,
                    "content": upload.file.content,
                    "added_by": actor.user_id,
                    "added_at": now,
                }
                for upload in uploads
            ],
        )


def check(session: Session, actor: Actor, raw_public_id: str, *, now: datetime) -> None:
    """Say that the paper was seen and is as entered; from now on it counts as held.

    The one that it follows is withdrawn. Raises NotFound, Conflict("external_own" for who entered
    it or holds it | "external_closed").
    """
    row = _held(session, actor, raw_public_id, now).row
    if selves_of(session, actor.user_id) & {row.entered_by, row.user_id}:
        raise Conflict("external_own")
    if row.checked_at is not None or row.withdrawn_at is not None:
        raise Conflict("external_closed")
    row.checked_at, row.checked_by = now, actor.user_id
    followed = session.get(ExternalCertificate, row.follows_id) if row.follows_id else None
    if followed is not None and followed.withdrawn_at is None:
        _end(session, actor, followed, WithdrawGround.FOLLOWED, "", now)
    session.flush()  # holdings are read from the rows
    refresh_external(session, row, now)
    _log(session, actor, "external.checked", row.public_id, now, {"number": row.number})


def withdraw(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    ground: WithdrawGround,
    reason: str,
    now: datetime,
) -> None:
    """Take a certificate off the file: it was entered wrongly, or is worth nothing from now on.

    Raises NotFound, Invalid (reason), Conflict("external_closed").
    """
    row = _held(session, actor, raw_public_id, now).row
    if row.withdrawn_at is not None or ground is WithdrawGround.FOLLOWED:
        raise Conflict("external_closed")
    reason = printable(reason)
    if not 0 < len(reason) <= MAX_REASON:
        raise Invalid([Problem("", None, "reason", "reason", "reason")])
    _end(session, actor, row, ground, reason, now)
    details = {"number": row.number, "ground": ground.value, "reason": reason}
    _log(session, actor, "external.withdrawn", row.public_id, now, details)


def _end(
    session: Session,
    actor: Actor,
    row: ExternalCertificate,
    ground: WithdrawGround,
    reason: str,
    now: datetime,
) -> None:
    row.withdrawn_at, row.withdrawn_by = now, actor.user_id
    row.withdraw_ground, row.withdraw_reason = ground.value, reason
    session.flush()  # holdings are read from the rows
    refresh_external(session, row, now)
    withdrawn = ExternalWithdrawn(row.public_id, row.user_id)
    events.record(session, EXTERNAL_WITHDRAWN, withdrawn.payload(), now)


def _held(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> ExternalView:
    """Return a certificate in reach, held against another act."""
    found = queries.get_external(session, actor, raw_public_id, now)
    held = select(ExternalCertificate.id).where(ExternalCertificate.id == found.row.id)
    session.execute(held.with_for_update(key_share=True))
    session.refresh(found.row)
    return found


def refresh_external(session: Session, row: ExternalCertificate, now: datetime) -> None:
    """Let the holdings of a registered certificate be what its row says."""
    keep_holdings(
        session,
        source_kind="external",
        source_id=row.id,
        user_id=row.user_id,
        scheme_id=row.scheme_id,
        spans=registered_spans(
            row.valid_from,
            row.valid_until,
            row.review_due,
            is_checked=row.checked_at is not None,
            ground=WithdrawGround(row.withdraw_ground) if row.withdraw_ground else None,
            withdrawn_at=_ended_at(session, row),
        ),
        now=now,
    )


def _ended_at(session: Session, row: ExternalCertificate) -> datetime | None:
    """Return when a withdrawn certificate stopped to count, None for one that was not.

    What gives way to a term that was entered ahead counts until that one begins.
    """
    begins = None
    if row.withdraw_ground == WithdrawGround.FOLLOWED.value:
        begins = queries.find_follower_begins(session, row.id)
    return row.withdrawn_at if begins is None else max(row.withdrawn_at or begins, begins)


def open_scan(
    session: Session, actor: Actor, certificate: ExternalView, raw_scan_id: str, now: datetime
) -> ExternalScan:
    """Return a scan and write down who looked. Raises NotFound."""
    scan = queries.get_scan(session, raw_scan_id, certificate.row)
    details = {"scan": scan.public_id}
    _log(session, actor, "external.scan_seen", certificate.row.public_id, now, details)
    return scan


def _log(
    session: Session,
    actor: Actor,
    act: str,
    subject: str,
    now: datetime,
    details: Mapping[str, object],
) -> None:
    audit.log(session, act, subject, actor_id=actor.user_id, now=now, details=details)
