"""Messages of contests to people, by the outbox."""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.competitions.queries import get_by_round
from learning.competitions.rules.reranking import RankEffectKind
from learning.exams.rules.letters import standing_changed
from learning.exams.services.telling import tell
from learning.kernel.events import Event


def tell_reranked(session: Session, event: Event, now: datetime) -> None:
    """Tell somebody that their own result on a published list is another one.

    Who merely moved because others did is sent nothing: the list itself says it. So it will to
    everybody where the reveal is not over.
    """
    told = event.payload
    if told["kind"] != RankEffectKind.RESULT.value:
        return
    competition = get_by_round(session, told["round_id"])
    if not competition.shown(now).is_final:  # a letter would tell what is not revealed
        return
    letter = standing_changed(competition.title, told["before"], told["after"], is_own=True)
    tell(session, told["user_id"], letter, now)
