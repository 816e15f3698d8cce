"""The lists by which prizes for people go, as they are now."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.competitions.formats import FIRST
from learning.competitions.models import Entry, Promoted, PromotionAct, Round
from learning.competitions.queries.awards import list_entries
from learning.competitions.queries.finals import list_stage
from learning.competitions.queries.views import CompetitionView, get_round
from learning.competitions.rules.awards import AwardRules, Listed
from learning.competitions.rules.prize_lists import (
    REACHED_STAGE,
    STAGE,
    keeps_parts,
    lists_of_rounds,
    reached_of,
    round_of,
)


def list_lists(session: Session, competition_id: int) -> tuple[str, ...]:
    """Return the codes of the lists by which prizes of a competition may go."""
    numbers = select(Round.number).where(Round.competition_id == competition_id)
    return lists_of_rounds(session.scalars(numbers))


def round_titles(session: Session, competition_id: int) -> dict[int, str]:
    """Return what the rounds of a competition were called, by number; "" where nothing was said."""
    rows = select(Round.number, Round.title).where(Round.competition_id == competition_id)
    return dict(session.execute(rows).all())


def list_listed(
    session: Session,
    competition: CompetitionView,
    rules: AwardRules,
    *,
    instead: Mapping[int, Iterable[Listed]] | None = None,
) -> list[Listed]:
    """Return everybody on each list by which a prize goes, as it is now.

    `instead` holds what is to stand in the place of some rounds' published lists, by number.
    """
    found: list[Listed] = []
    for code in sorted(rules.lists):
        number = round_of(code)
        if code == STAGE:
            rows: Iterable[Listed] = list_stage(session, competition.id)
        elif number is None:
            rows = list_reached(session, competition.id, code)
        elif instead is not None and number in instead:
            rows = instead[number]
        else:
            board_id = _board_of(session, competition, number)
            zone = competition.zone if keeps_parts(code) else None
            rows = list_entries(session, board_id, zone)
        has_parts = keeps_parts(code)
        found += [replace(r, list=code, part=r.part if has_parts else "") for r in rows]
    return found


def _board_of(session: Session, competition: CompetitionView, number: int) -> int:
    if competition.number == number:
        return competition.board_id
    return get_round(session, competition, number).board_id


def list_reached(session: Session, competition_id: int, code: str) -> Iterator[Listed]:
    """Yield who went on to a round, or onto the stage, with the standings they went on with.

    Not who withdrew, nor whose entry was made void since.
    """
    act = find_act_to(session, competition_id, code)
    rows = session.execute(
        select(Entry.public_id, Promoted.points_milli, Promoted.standing, Entry.division)
        .join(Entry, Entry.id == Promoted.entry_id)
        .where(Promoted.promotion_id == act, Promoted.status == "on", Entry.voided_at.is_(None))
        .order_by(Entry.public_id)
    )
    for row in rows:
        yield Listed(row.public_id, row.points_milli, row.standing, row.division)


def find_act_to(session: Session, competition_id: int, code: str) -> int | None:
    """Return the row id of the act by which people went on to a round; None before it."""
    number = reached_of(code)
    if code == REACHED_STAGE:
        number = 1 + (_last_round(session, competition_id) or 0)
    if number is None:
        return None
    return session.scalar(
        select(PromotionAct.id)
        .join(Round, Round.id == PromotionAct.round_id)
        .where(Round.competition_id == competition_id, Round.number == number - 1)
    )


def _last_round(session: Session, competition_id: int) -> int | None:
    newest = select(func.max(Round.number)).where(Round.competition_id == competition_id)
    return session.scalar(newest)


def list_other_rounds(
    session: Session, competition: CompetitionView, rules: AwardRules
) -> list[CompetitionView]:
    """Return the later rounds by whose own lists prizes go."""
    return [get_round(session, competition, number) for number in sorted(rules.rounds - {FIRST})]
