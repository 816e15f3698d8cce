"""Prizes follow a published list that is corrected: those for people, then those for units."""

from sqlalchemy.orm import Session

from learning.competitions.queries import CompetitionView
from learning.competitions.services.listing import first_of
from learning.competitions.services.reranking import PrizeAct, settle_prizes
from learning.competitions.services.unit_prizes import settle_units


def settle_awards(session: Session, competition: CompetitionView, *, act: PrizeAct) -> bool:
    """Let prizes that are not final follow the published lists; tell if any holder changed.

    Of whichever round the competition was read, the lists of all are looked at. They are right
    already, and the caller holds the competition's row, as everybody who moves its prizes does: a
    list that is made final meanwhile waits, or is final.
    """
    first = first_of(session, competition)
    is_other = settle_prizes(session, first, act=act)
    return settle_units(session, first, act=act) or is_other
