"""What contests tell people."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import tell
from learning.competitions.events import PRIZES_MOVED, PrizesMoved
from learning.competitions.models import Entry
from learning.competitions.queries import CompetitionView, get_by_round
from learning.competitions.queries.awards import PlanView, find_plan
from learning.competitions.rules.letters import prizes_moved
from learning.competitions.rules.reranking import RankEffectKind
from learning.exams.rules.letters import standing_changed
from learning.kernel import events
from learning.kernel.events import Event

Prizes = set[tuple[str, str]]
"""Prizes of entries: (code, public id of the entry)."""


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


def note_moved_prizes(
    session: Session,
    competition: CompetitionView,
    *,
    held: Prizes,
    due: Prizes,
    waiting: Prizes,
    now: datetime,
) -> None:
    """Note for each whose prizes a corrected list changed what they are to be told."""
    subjects = {entry for _prize, entry in held ^ due}
    users = dict(
        session.execute(
            select(Entry.public_id, Entry.user_id).where(Entry.public_id.in_(subjects))
        ).all()
    )
    lost, gained, waits = (_by_entry(found) for found in (held - due, due - held, waiting))
    moved = [
        PrizesMoved(
            competition.round_id,
            users[entry],
            lost.get(entry, ()),
            gained.get(entry, ()),
            waits.get(entry, ()),
        ).payload()
        for entry in sorted(subjects)
    ]
    events.record_many(session, PRIZES_MOVED, moved, now)


def _by_entry(prizes: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for prize, entry in sorted(prizes):
        found[entry] = (*found.get(entry, ()), prize)
    return found


def tell_moved_prizes(session: Session, event: Event, now: datetime) -> None:
    """Tell somebody that a corrected list gave them other prizes, once.

    Nobody is told before the reveal is over, as `tell_reranked`.
    """
    told = event.payload
    competition = get_by_round(session, told["round_id"])
    plan = find_plan(session, competition.id)
    if plan is None or not competition.shown(now).is_final:
        return
    is_open = plan.takes_objections(now)
    letter = prizes_moved(
        competition.title,
        lost=_titles(plan, told["lost"]),
        gained=_titles(plan, told["gained"]),
        waits=_titles(plan, told["waits"]),
        until=plan.objections_until if is_open else None,
        zone=competition.zone,
    )
    link = Link("competitions.awards", {"raw_public_id": competition.public_id})
    tell(session, told["user_id"], letter, now, link=link, key=event.public_id)


def _titles(plan: PlanView, codes: Iterable[str]) -> str:
    return "、".join(plan.rules.title_of(code) for code in codes)
