"""Papers of a round of which a total alone is known: no correction of an item reaches them."""

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from learning.attempts.models import Attempt, ScoreRow
from learning.attempts.rules import NO_ANSWERS
from learning.competitions.models import Entry
from learning.competitions.queries.views import CompetitionView
from learning.exams.models import AnswerSheet

SHOWN = 100


def list_round_totals(session: Session, view: CompetitionView) -> tuple[list[str], int]:
    """Return the names of participants whose paper is a total alone, and how many they are.

    At most a hundred names. Twin of `exams.queries.sheet_lists.list_totals`.
    """
    later = aliased(AnswerSheet)
    query = (
        select(Entry.participant_name)
        .select_from(AnswerSheet)
        .join(
            Entry,
            and_(Entry.user_id == AnswerSheet.user_id, Entry.competition_id == view.id),
        )
        .join(Attempt, Attempt.id == AnswerSheet.attempt_id)
        .join(
            ScoreRow,
            and_(
                ScoreRow.attempt_id == AnswerSheet.attempt_id,
                ScoreRow.version == AnswerSheet.score_version,
            ),
        )
        .where(
            AnswerSheet.assessment_id == view.assessment_id,
            ScoreRow.answers == NO_ANSWERS,
            Attempt.voided_at.is_(None),
            ~exists().where(
                later.attempt_id == AnswerSheet.attempt_id, later.revision > AnswerSheet.revision
            ),
        )
    )
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    return list(session.scalars(query.order_by(AnswerSheet.id).limit(SHOWN))), total
