"""What is decided about paper in a round, and whom that keeps from answering online."""

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from learning.competitions.models import Entry, PaperEntry, PaperSetting, Round
from learning.competitions.rules.papers import PaperRules


def find_paper(session: Session, round_id: int) -> PaperRules | None:
    """Return what is decided about paper in a round, None where it takes none."""
    row = session.get(PaperSetting, round_id)
    return None if row is None else PaperRules(row.until, row.takes_totals, row.beside_online)


def list_paper_rules(session: Session, competition_id: int) -> dict[int, PaperRules]:
    """Return what is decided about paper, by the number of the round."""
    rows = session.execute(
        select(Round.number, PaperSetting)
        .join(PaperSetting, PaperSetting.round_id == Round.id)
        .where(Round.competition_id == competition_id)
    )
    return {n: PaperRules(row.until, row.takes_totals, row.beside_online) for n, row in rows}


def has_paper_people(session: Session, round_id: int) -> bool:
    """Tell whether anybody is down for paper in a round."""
    return bool(session.scalar(select(exists().where(PaperEntry.round_id == round_id))))


def is_on_paper() -> ColumnElement[bool]:
    """Return the condition that an entry answers a round on paper, and therefore not online."""
    return (
        select(PaperEntry.id)
        .join(PaperSetting, PaperSetting.round_id == PaperEntry.round_id)
        .where(
            PaperEntry.round_id == Round.id,
            PaperEntry.entry_id == Entry.id,
            PaperSetting.beside_online.is_(False),
        )
        .exists()
    )


def answers_on_paper(session: Session, round_id: int, user_id: int) -> bool:
    """Tell whether a person answers a round on paper, and therefore not online."""
    found = (
        select(PaperEntry.id)
        .join(Entry, Entry.id == PaperEntry.entry_id)
        .join(PaperSetting, PaperSetting.round_id == PaperEntry.round_id)
        .where(
            PaperEntry.round_id == round_id,
            Entry.user_id == user_id,
            PaperSetting.beside_online.is_(False),
        )
    )
    return session.scalar(found) is not None
