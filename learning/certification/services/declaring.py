"""Declaring what the platform does not know, and confirming it: experience, work, other exams.

The employer's HR confirms what it can vouch for; who keeps the scheme confirms examinations
elsewhere. Nobody confirms their own.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import put_notice
from learning.certification.models import AwardDeclaration
from learning.certification.queries import find_terms, get_own_file
from learning.certification.queries.papers import get_confirmable
from learning.certification.rules import declaration_refused
from learning.certification.rules.appeals import with_right
from learning.certification.rules.papers import DECLARED, MAX_ANSWER, MAX_WORDS
from learning.certification.rules.terms import MAX_YEARS, NeedKind
from learning.certification.services.files import Deed, record_deed
from learning.certification.services.keeping import keep_papers
from learning.exams.queries.involvement import selves_of
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.kernel.printing import printable
from learning.organisations.queries.units import storable
from learning.organisations.rules.corrections import Evidence

MAX_PERCENT = 100
TIMED = frozenset({NeedKind.EXPERIENCE, NeedKind.CONTINUITY})


def declare(
    session: Session,
    actor: Actor,
    raw_file_id: str,
    *,
    kind: NeedKind,
    years: int,
    words: str,
    papers: Sequence[Evidence],
    now: datetime,
) -> None:
    """Hand in a declaration for one's own open file.

    Raises NotFound; Conflict("file_closed" | "declared_already": one of the kind waits); Invalid
    for a kind that is not asked, years out of range, or nothing that supports it.
    """
    file = get_own_file(session, actor.user_id, raw_file_id)
    if file.closed_at is not None:
        raise Conflict("file_closed")
    groups = find_terms(session, file.scheme_id, now).terms.groups(file.purpose)
    words = printable(words)
    problems = []
    if kind not in DECLARED or all(need.kind is not kind for group in groups for need in group):
        problems.append(Problem("", None, "kind", "kind", "kind"))
    if kind in TIMED and not 0 < years <= MAX_YEARS:
        problems.append(Problem("", None, "years", "years", "years"))
    if not 0 < len(words) <= MAX_WORDS:
        problems.append(Problem("", None, "words", "words", "words"))
    if kind is NeedKind.EXAM and not papers:
        problems.append(Problem("", None, "papers", "papers_missing", "papers"))
    if problems:
        raise Invalid(problems)
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    row_id = session.scalar(
        dialect.insert(AwardDeclaration)
        .values(
            public_id=new_public_id(),
            scheme_id=file.scheme_id,
            user_id=actor.user_id,
            kind=kind.value,
            years=years if kind in TIMED else 0,
            words=words,
            state="pending",
            declared_at=now,
            answer="",
        )
        .on_conflict_do_nothing(
            index_elements=["scheme_id", "user_id", "kind"],
            index_where=AwardDeclaration.state == "pending",
        )
        .returning(AwardDeclaration.id)
    )
    if row_id is None:
        raise Conflict("declared_already")
    keep_papers(session, papers, now, declaration_id=row_id)
    _log(session, "declaration.handed_in", file.public_id, actor, now, kind)


def withdraw_declaration(
    session: Session, actor: Actor, raw_public_id: str, *, now: datetime
) -> None:
    """Take one's own waiting declaration back.

    Raises NotFound, Conflict("award_declaration_decided").
    """
    row = session.scalar(
        select(AwardDeclaration)
        .where(
            AwardDeclaration.public_id == storable(raw_public_id),
            AwardDeclaration.user_id == actor.user_id,
        )
        .with_for_update()
    )
    if row is None:
        raise NotFound("declaration")
    if row.state != "pending":
        raise Conflict("award_declaration_decided")
    row.state, row.decided_by, row.decided_at = "withdrawn", actor.user_id, now
    _log(session, "declaration.withdrawn", row.public_id, actor, now, NeedKind(row.kind))


def confirm_declaration(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    years: int = 0,
    percent: int = 0,
    now: datetime,
) -> None:
    """Confirm a declaration, with the years or the percent of the points the confirmer found.

    An examination elsewhere without its points meets no need that asks for some. Raises NotFound
    out of reach; Conflict("own_declaration" | "award_declaration_decided"); Invalid.
    """
    row = _hold(session, actor, raw_public_id, now)
    kind = NeedKind(row.kind)
    if kind in TIMED and not 0 < years <= MAX_YEARS:
        raise Invalid([Problem("", None, "years", "years", "years")])
    if not 0 <= percent <= MAX_PERCENT:
        raise Invalid([Problem("", None, "percent", "percent", "percent")])
    row.state, row.decided_by, row.decided_at = "confirmed", actor.user_id, now
    if kind in TIMED:
        row.years = years
    measure: dict[str, str | int] = {"note": row.words[:200]}
    if kind in TIMED:
        measure = {"years": row.years}
    if kind is NeedKind.EXAM:
        measure["percent"] = percent
    deed = Deed(
        scheme_id=row.scheme_id,
        user_id=row.user_id,
        kind=kind,
        source_key=f"declared:{row.id}",
        achieved_at=now,
        measure={
            **measure,
            "declaration": row.public_id,
            "handed_in": row.declared_at.isoformat(),
        },
        recorded_by=actor.user_id,
    )
    _log(session, "declaration.confirmed", row.public_id, actor, now, kind)
    record_deed(session, deed, now)


def refuse_declaration(
    session: Session, actor: Actor, raw_public_id: str, *, answer: str, now: datetime
) -> None:
    """Refuse a declaration with a reason that the person reads. Raises as confirming does."""
    answer = printable(answer)
    if not 0 < len(answer) <= MAX_ANSWER:
        raise Invalid([Problem("", None, "answer", "answer", "answer")])
    row = _hold(session, actor, raw_public_id, now)
    row.state, row.decided_by, row.decided_at = "refused", actor.user_id, now
    row.answer = answer
    _log(session, "declaration.refused", row.public_id, actor, now, NeedKind(row.kind))
    put_notice(
        session,
        row.user_id,
        with_right(declaration_refused()),
        now,
        link=Link("award_files.index", {}),
        key=f"declaration:{row.public_id}",
    )


def _hold(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> AwardDeclaration:
    view = get_confirmable(session, actor, raw_public_id, now)
    if view.user_id in selves_of(session, actor.user_id):
        raise Conflict("own_declaration")
    row = session.get_one(AwardDeclaration, view.id, with_for_update=True, populate_existing=True)
    if row.state != "pending":
        raise Conflict("award_declaration_decided")
    return row


def _log(
    session: Session, act: str, subject: str, actor: Actor, now: datetime, kind: NeedKind
) -> None:
    audit.log(session, act, subject, actor_id=actor.user_id, now=now, details={"kind": kind.value})
