"""The exam that a scheme's certificate is earned by, for who wants to try one like it."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment
from learning.attempts.rules import AttemptRules
from learning.certification.models import AwardRule, Scheme
from learning.exams.models import Sitting


@dataclass(frozen=True, slots=True)
class ExamModel:
    """The latest exam of a scheme; the cut in thousandths of its points."""

    sitting: str
    title: str
    assessment_id: int
    cut_milli: int
    minutes: int


def find_latest_exam(session: Session, scheme_code: str) -> ExamModel | None:
    """Return the sitting announced last whose pass earns the scheme's certificate, None for none.

    Drafts are nobody's to know of, and one closed before its window began was never held.
    """
    row = session.execute(
        select(
            Sitting.public_id,
            Sitting.title,
            Sitting.assessment_id,
            Sitting.cut_score_milli,
            Assessment.rules,
        )
        .join(Assessment, Assessment.id == Sitting.assessment_id)
        .join(AwardRule, AwardRule.sitting_id == Sitting.id)
        .join(Scheme, Scheme.id == AwardRule.scheme_id)
        .where(
            Scheme.code == scheme_code,
            AwardRule.ended_at.is_(None),
            or_(
                Sitting.state == "open",
                (Sitting.state == "closed") & (Sitting.closed_at > Assessment.opens_at),
            ),
        )
        .order_by(Sitting.opened_at.desc(), Sitting.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    minutes = int(AttemptRules.from_json(row.rules).limit.total_seconds()) // 60
    return ExamModel(row.public_id, row.title, row.assessment_id, row.cut_score_milli, minutes)
