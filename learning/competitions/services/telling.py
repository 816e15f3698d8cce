"""What contests tell people."""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import tell
from learning.competitions.queries import get_by_round
from learning.competitions.rules.reranking import RankEffectKind
from learning.exams.rules.letters import standing_changed
from learning.kernel.events import Event


def tell_reranked(session: Session, event: Event, now: datetime) -> None:
    """Tell somebody that a published list places them differently, once.

    Who merely moved because others did finds a notice and is sent no message. Nobody is told
    before the reveal is over: the list itself will say it.
    """
    told = event.payload
    competition = get_by_round(session, told["round_id"])
    if not competition.shown(now).is_final:  # a notice would tell what is not revealed
        return
    is_own = told["kind"] == RankEffectKind.RESULT.value
    tell(
        session,
        told["user_id"],
        standing_changed(competition.title, told["before"], told["after"], is_own=is_own),
        now,
        link=Link("competitions.standings", {"raw_public_id": competition.public_id}),
        key=event.public_id,
        by_mail=is_own,
    )
