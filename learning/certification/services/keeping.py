"""Keeping papers that people hand in for a certificate, and for how long.

They are evidence of a decision: they stay while a file of the scheme is open, while a certificate
of it is valid and while an appeal on it waits, however overdue, and 90 days more. When the person
leaves they go at once.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from learning.certification.models import (
    AwardDeclaration,
    AwardFile,
    AwardPaper,
    AwardProject,
    Certificate,
    CertificateAppeal,
)
from learning.certification.rules.papers import PAPERS_KEPT
from learning.kernel.ids import new_public_id
from learning.organisations.rules.corrections import Evidence

PAPERS_A_TURN = 50  # up to 2 MB each


def keep_papers(
    session: Session,
    papers: Sequence[Evidence],
    now: datetime,
    *,
    declaration_id: int | None = None,
    project_id: int | None = None,
) -> None:
    """Keep the checked files of a declaration or of a project."""
    session.add_all(
        AwardPaper(
            public_id=new_public_id(),
            declaration_id=declaration_id,
            project_id=project_id,
            name=paper.name,
            media_type=paper.media_type,
            content=paper.content,
            added_at=now,
        )
        for paper in papers
    )
    session.flush()  # a full disk must show here, not after the redirect was made


def forget_papers(session: Session, now: datetime) -> int:
    """Remove papers that nothing needs any more; return how many, at most 50 a call."""
    before = now - PAPERS_KEPT
    ids = list(
        session.scalars(
            select(AwardPaper.id)
            .outerjoin(AwardDeclaration, AwardDeclaration.id == AwardPaper.declaration_id)
            .outerjoin(AwardProject, AwardProject.id == AwardPaper.project_id)
            .where(
                AwardPaper.added_at < before,
                ~_is_needed(AwardDeclaration, before),
                ~_is_needed(AwardProject, before),
            )
            .order_by(AwardPaper.id)
            .limit(PAPERS_A_TURN)
        )
    )
    session.execute(delete(AwardPaper).where(AwardPaper.id.in_(ids)))
    return len(ids)


def _is_needed(
    owner: type[AwardDeclaration] | type[AwardProject], before: datetime
) -> ColumnElement[bool]:
    """Return the condition that a file is open, a certificate valid or an appeal unanswered.

    Or was until lately: an appeal that is upheld lets others act on the papers again.
    """
    working = exists().where(
        AwardFile.scheme_id == owner.scheme_id,
        AwardFile.user_id == owner.user_id,
        or_(AwardFile.closed_at.is_(None), AwardFile.closed_at > before),
    )
    certified = exists().where(
        Certificate.scheme_id == owner.scheme_id,
        Certificate.user_id == owner.user_id,
        or_(Certificate.valid_until.is_(None), Certificate.valid_until > before),
    )
    contested = exists().where(
        CertificateAppeal.scheme_id == owner.scheme_id,
        CertificateAppeal.user_id == owner.user_id,
        or_(CertificateAppeal.decided_at.is_(None), CertificateAppeal.decided_at > before),
    )
    return and_(owner.id.is_not(None), or_(working, certified, contested))


def forget_person(session: Session, user_id: int, now: datetime) -> int:
    """Remove what a person who closed the account had handed in; return how many papers.

    What waits is withdrawn; decisions and what they rest on stay.
    """
    mine = or_(
        AwardPaper.declaration_id.in_(
            select(AwardDeclaration.id).where(AwardDeclaration.user_id == user_id)
        ),
        AwardPaper.project_id.in_(select(AwardProject.id).where(AwardProject.user_id == user_id)),
    )
    count = session.scalar(select(func.count()).select_from(AwardPaper).where(mine)) or 0
    session.execute(delete(AwardPaper).where(mine).execution_options(synchronize_session=False))
    for table, waiting in ((AwardDeclaration, "pending"), (AwardProject, "submitted")):
        session.execute(
            update(table)
            .where(table.user_id == user_id, table.state == waiting)
            .values(state="withdrawn", decided_at=now)
            .execution_options(synchronize_session=False)
        )
    session.execute(
        update(AwardDeclaration).where(AwardDeclaration.user_id == user_id).values(words="")
    )
    session.execute(update(AwardProject).where(AwardProject.user_id == user_id).values(summary=""))
    session.execute(
        update(AwardFile)
        .where(AwardFile.user_id == user_id, AwardFile.closed_at.is_(None))
        .values(closed_at=now)
    )
    return count
