"""A candidate's file 发证档案: what a person has done for a scheme, and what follows from it.

Fulfilments come from results, credited hours, reviews and confirmations, each once; they are
withdrawn, never deleted. `settle` looks at a person and scheme as they are now: it opens the file,
says whether all needs are met, and where a rule decides it issues. It may be called any number of
times, by anybody, in any order.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.certification.events import FILE_OPENED, FileOpened
from learning.certification.models import AwardFile, Fulfilment
from learning.certification.queries import (
    HeldCertificate,
    SchemeView,
    TermsView,
    find_held,
    find_terms,
    get_scheme,
    list_done,
)
from learning.certification.queries.papers import has_waiting
from learning.certification.rules import Source
from learning.certification.rules.standing import standing_in_time
from learning.certification.rules.terms import (
    Decider,
    Fulfilled,
    NeedKind,
    Purpose,
    Standing,
    Terms,
    purpose_of,
    renewal_closes,
    sitting_key,
)
from learning.certification.services.issuing import Award, Issued, decide_and_issue
from learning.kernel import audit, events
from learning.kernel.ids import new_public_id


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that a person has done: what, how much, what it comes from.

    `recorded_by` None: noted by the platform itself.
    """

    scheme_id: int
    user_id: int
    kind: NeedKind
    source_key: str
    achieved_at: datetime
    measure: Mapping[str, Any]
    recorded_by: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A person's open file, held until the transaction ends, with all that decides on it."""

    file: AwardFile
    scheme: SchemeView
    terms: TermsView
    held: HeldCertificate | None
    standing: Standing

    @property
    def purpose(self) -> Purpose:
        """Return what the file is about."""
        return Purpose(self.file.purpose)


def record_deed(session: Session, deed: Deed, now: datetime) -> bool:
    """Note what somebody has done, once, and settle their file; tell whether it was new."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    public_id = session.scalar(
        dialect.insert(Fulfilment)
        .values(
            public_id=new_public_id(),
            scheme_id=deed.scheme_id,
            user_id=deed.user_id,
            kind=deed.kind.value,
            source_key=deed.source_key,
            measure=json.dumps(dict(deed.measure), ensure_ascii=False, sort_keys=True),
            achieved_at=deed.achieved_at,
            recorded_by=deed.recorded_by,
            recorded_at=now,
        )
        .on_conflict_do_nothing(
            index_elements=["scheme_id", "user_id", "kind", "source_key"],
            index_where=Fulfilment.withdrawn_at.is_(None),
        )
        .returning(Fulfilment.public_id)
    )
    if public_id is not None:
        audit.log(
            session,
            "fulfilment.recorded",
            public_id,
            actor_id=deed.recorded_by,
            now=now,
            details={"scheme": deed.scheme_id, "kind": deed.kind.value, "of": deed.source_key},
        )
    settle(session, deed.scheme_id, deed.user_id, now)
    return public_id is not None


def withdraw_pass(session: Session, sitting_id: int, user_id: int, now: datetime) -> None:
    """Withdraw a pass at a sitting from all files of a person: its result fell."""
    schemes = session.scalars(
        update(Fulfilment)
        .where(
            Fulfilment.user_id == user_id,
            Fulfilment.kind == NeedKind.EXAM.value,
            Fulfilment.source_key == sitting_key(sitting_id),
            Fulfilment.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now, withdrawn_reason="result")
        .returning(Fulfilment.scheme_id)
        .execution_options(synchronize_session=False)
    ).all()
    for scheme_id in schemes:
        settle(session, scheme_id, user_id, now)


def withdraw_other_percent(
    session: Session, scheme_id: int, user_id: int, sitting_id: int, percent: int, now: datetime
) -> None:
    """Withdraw a pass that was noted with another percent: its points were corrected since."""
    noted = session.scalars(
        select(Fulfilment)
        .where(
            Fulfilment.scheme_id == scheme_id,
            Fulfilment.user_id == user_id,
            Fulfilment.kind == NeedKind.EXAM.value,
            Fulfilment.source_key == sitting_key(sitting_id),
            Fulfilment.withdrawn_at.is_(None),
        )
        .with_for_update()
    ).one_or_none()
    if noted is not None and json.loads(noted.measure).get("percent") != percent:
        noted.withdrawn_at, noted.withdrawn_reason = now, "points"
        session.flush()  # one that stands per source


def settle(session: Session, scheme_id: int, user_id: int, now: datetime) -> Issued | None:
    """Let a person's file say how it stands now; return what a rule issued for it, if it did."""
    case = hold_case(session, scheme_id, user_id, now)
    if case is None:
        return None
    is_met = case.standing.is_met
    case.file.ready_at = (case.file.ready_at or now) if is_met else None
    if not is_met or case.terms.terms.decider is not Decider.RULE:
        return None
    if case.held is not None and case.held.is_suspended and case.purpose is Purpose.RENEWAL:
        return None
    return grant_case(session, case, decided_by=None, reason="", now=now)


def hold_case(session: Session, scheme_id: int, user_id: int, now: datetime) -> Case | None:
    """Return a person's open file with how it stands, opened if need be; its row is held.

    None where nothing can be worked for now: a certificate is too young to be renewed, or the
    scheme asks for a pass at a sitting alone.
    """
    terms = find_terms(session, scheme_id, now)
    file = _hold_open(session, scheme_id, user_id)
    held = find_held(session, scheme_id, [user_id]).get(user_id)
    purpose = purpose_of(
        terms.terms,
        held.valid_until if held else None,
        is_held=held is not None,
        now=now,
    )
    scheme = get_scheme(session, scheme_id)
    done = list_done(session, scheme_id, [user_id])[user_id]
    if purpose is not Purpose.RENEWAL and file is not None and held is not None:
        kept = _done_in_time(session, file, held, terms.terms, done, scheme.zone)
        purpose, done = (Purpose.RENEWAL, kept) if kept is not None else (purpose, done)
    if terms.terms.is_plain:
        purpose = None
    renewed = held.id if held and purpose is Purpose.RENEWAL else None
    if file is not None and (file.purpose != purpose or file.certificate_id != renewed):
        file.closed_at = now
        session.flush()  # one open file at a time
        file = None
    if purpose is None:
        return None
    file = file or _open(session, scheme_id, user_id, purpose, renewed, now)
    standing = standing_in_time(
        terms.terms.groups(purpose),
        done,
        hold_months=terms.terms.hold_months,
        zone=scheme.zone,
        now=now,
        opened_at=file.opened_at,
        ready_at=file.ready_at,
        since=held.issued_at if held and renewed else None,
    )
    return Case(file, scheme, terms, held, standing)


def _done_in_time(
    session: Session,
    file: AwardFile,
    held: HeldCertificate,
    terms: Terms,
    done: list[Fulfilled],
    zone: str,
) -> list[Fulfilled] | None:
    """Return what counts of a renewal that outlives its grace; None where it does not.

    It does while it is complete, or may turn out to be, by what was handed in within the grace: who
    reviews, confirms or decides late takes it from nobody.
    """
    if not terms.renewal or held.valid_until is None or file.certificate_id != held.id:
        return None
    closes = renewal_closes(held.valid_until, terms.grace_days)
    if file.ready_at is not None and file.ready_at <= closes:
        return done
    before = [one for one in done if one.handed_in <= closes]
    standing = standing_in_time(
        terms.renewal,
        before,
        hold_months=terms.hold_months,
        zone=zone,
        now=closes,
        opened_at=file.opened_at,
        ready_at=file.ready_at,
        since=held.issued_at,
    )
    is_kept = standing.is_met or has_waiting(session, file.scheme_id, file.user_id, closes)
    return before if is_kept else None


def _hold_open(session: Session, scheme_id: int, user_id: int) -> AwardFile | None:
    return session.scalars(
        select(AwardFile)
        .where(
            AwardFile.scheme_id == scheme_id,
            AwardFile.user_id == user_id,
            AwardFile.closed_at.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _open(
    session: Session,
    scheme_id: int,
    user_id: int,
    purpose: Purpose,
    certificate_id: int | None,
    now: datetime,
) -> AwardFile:
    """Open a file, or take the one that another opened at this moment."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    public_id = session.scalar(
        dialect.insert(AwardFile)
        .values(
            public_id=new_public_id(),
            scheme_id=scheme_id,
            user_id=user_id,
            purpose=purpose.value,
            certificate_id=certificate_id,
            opened_at=now,
            progress="{}",
        )
        .on_conflict_do_nothing(
            index_elements=["scheme_id", "user_id"], index_where=AwardFile.closed_at.is_(None)
        )
        .returning(AwardFile.public_id)
    )
    if public_id is not None:
        events.record(session, FILE_OPENED, FileOpened(public_id, user_id).payload(), now)
    file = _hold_open(session, scheme_id, user_id)
    if file is None:  # another closed what it had opened: by a decision
        return _open(session, scheme_id, user_id, purpose, certificate_id, now)
    return file


def grant_case(
    session: Session, case: Case, *, decided_by: int | None, reason: str, now: datetime
) -> Issued:
    """Decide for the person and issue: the file is closed by it. The caller has checked the case.

    A renewal takes the place of the certificate that it renews.
    """
    held = case.held if case.purpose is Purpose.RENEWAL else None
    issued = decide_and_issue(
        session,
        scheme_id=case.scheme.id,
        user_id=case.file.user_id,
        source=Source(case.file.id, basis_of(case), "file"),
        now=now,
        award=Award(
            purpose=case.purpose,
            version_id=case.terms.version_id,
            decided_by=decided_by,
            reason=reason,
            evidence=case.standing.evidence,
            renews=held.id if held else None,
            renews_until=held.valid_until if held else None,
        ),
    )
    case.file.ready_at, case.file.closed_at = case.file.ready_at or now, now
    session.flush()  # the next look must find no open file
    return issued


def basis_of(case: Case) -> tuple[tuple[str, Any], ...]:
    """Return what a decision on the case rests on, to be frozen with it."""
    done = [one.met_by for group in case.standing.groups for one in group if one.met_by]
    return (
        ("rule", f"file_{case.purpose.value}"),
        ("version", case.terms.number),
        ("file", case.file.public_id),
        ("renews", case.held.number if case.held and case.purpose is Purpose.RENEWAL else None),
        (
            "fulfilled",
            [
                {
                    "kind": one.kind.value,
                    "at": one.achieved_at.isoformat(),
                    "measure": dict(one.measure),
                }
                for one in done
            ],
        ),
    )
