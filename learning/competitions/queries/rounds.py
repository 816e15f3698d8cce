"""The rounds of a competition, who would go on from one, and who did."""

import hashlib
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment
from learning.competitions.formats import FIRST, Promotion, Ranked, list_of, places_of, promote
from learning.competitions.models import (
    Competition,
    Entry,
    Promoted,
    PromotionAct,
    Round,
    WindowChange,
)
from learning.competitions.queries.views import (
    ROUND_STATE,
    CompetitionView,
    read_format,
    read_promotion,
)
from learning.competitions.rules import Format, Phase, State, phase_of
from learning.leaderboards.queries import count_entries, list_head
from learning.leaderboards.rules import Scope

BEHIND = 5  # shown of those who stay behind; one at least decides who ties at the border


@dataclass(frozen=True, slots=True)
class RoundLine:
    """A round as lists show it; `promoted` counts who went on from it and did not withdraw."""

    number: int
    title: str
    state: State
    opens_at: datetime
    closes_at: datetime
    closed_at: datetime | None
    assessment_id: int
    format: Format
    promotion: Promotion | None
    promoted_at: datetime | None
    promoted: int

    def phase(self, now: datetime) -> Phase:
        """Return what state and window mean together at the instant."""
        return phase_of(self.state, self.opens_at, self.closes_at, now)


@dataclass(frozen=True, slots=True)
class WindowLine:
    """An announcement that a round's window is another one."""

    number: int
    title: str
    old_opens_at: datetime
    old_closes_at: datetime
    new_opens_at: datetime
    new_closes_at: datetime
    reason: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class GoingOn:
    """A subject at the head of a round's list, and whether it goes on by the rule."""

    subject: str
    standing: int
    points_milli: int
    division: str
    goes_on: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """Who would go on from a round, best first by list, with those next behind the border.

    `ranked` are all on the list; `digest` names exactly those who go on.
    """

    rows: tuple[GoingOn, ...]
    ranked: int

    @property
    def going(self) -> tuple[GoingOn, ...]:
        """Return those who go on."""
        return tuple(row for row in self.rows if row.goes_on)

    @property
    def digest(self) -> str:
        """Return a name for who goes on, so that an act can say which outlook it saw."""
        subjects = "\n".join(sorted(row.subject for row in self.going))
        return hashlib.sha256(subjects.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PromotedLine:
    """Somebody who went on from a round, with the frozen facts of the entry."""

    entry: str
    user_id: int
    participant_name: str
    public_name: str
    unit_id: int | None
    unit_name: str
    division: str
    standing: int
    points_milli: int
    is_next: bool
    is_on: bool
    reason: str
    promoted_at: datetime
    is_void: bool = False


def list_rounds(session: Session, competition_id: int) -> list[RoundLine]:
    """Return the rounds of a competition in their order: training, first, later ones."""
    counted = (
        select(func.count(Promoted.id))
        .where(Promoted.promotion_id == PromotionAct.id, Promoted.status == "on")
        .correlate(PromotionAct)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Round.number,
            Round.title,
            ROUND_STATE.label("state"),
            Assessment.opens_at,
            Assessment.closes_at,
            func.coalesce(Round.closed_at, Competition.closed_at).label("closed_at"),
            Round.assessment_id,
            Round.format,
            Round.promotion,
            PromotionAct.made_at,
            counted.label("promoted"),
        )
        .join(Competition, Competition.id == Round.competition_id)
        .join(Assessment, Assessment.id == Round.assessment_id)
        .outerjoin(PromotionAct, PromotionAct.round_id == Round.id)
        .where(Round.competition_id == competition_id)
        .order_by(Round.number)
    )
    return [
        RoundLine(
            number=row.number,
            title=row.title,
            state=State(row.state),
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            closed_at=row.closed_at if row.state == State.CLOSED else None,
            assessment_id=row.assessment_id,
            format=read_format(row.format),
            promotion=read_promotion(row.promotion),
            promoted_at=row.made_at,
            promoted=row.promoted or 0,
        )
        for row in rows
    ]


def list_window_changes(session: Session, competition_id: int) -> list[WindowLine]:
    """Return how the windows of a competition's rounds moved, the newest announcement first."""
    rows = session.execute(
        select(
            Round.number,
            Round.title,
            WindowChange.old_opens_at,
            WindowChange.old_closes_at,
            WindowChange.new_opens_at,
            WindowChange.new_closes_at,
            WindowChange.reason,
            WindowChange.made_at,
        )
        .join(Round, Round.id == WindowChange.round_id)
        .where(Round.competition_id == competition_id)
        .order_by(WindowChange.made_at.desc(), WindowChange.id.desc())
    )
    return [WindowLine(*row) for row in rows]


def can_be_closed(session: Session, competition: CompetitionView) -> bool:
    """Tell whether a round may end: a later one once people went on to it."""
    if competition.number == FIRST:
        return True
    found = (
        select(PromotionAct.id)
        .join(Round, Round.id == PromotionAct.round_id)
        .where(
            Round.competition_id == competition.id,
            Round.number == competition.number - 1,
        )
    )
    return session.scalar(found) is not None


def look_out(
    session: Session,
    competition: CompetitionView,
    chosen: Promotion,
    *,
    gone: Collection[str] = (),
) -> Outlook:
    """Return who goes on from a round by a rule as its list stands, without those `gone`.

    Of each list no more is read than its places, those gone, and who ties at the border.
    """
    codes = [d.code for d in competition.divisions] if chosen.by_division else []
    scopes = [Scope(code) for code in codes] or [Scope()]
    totals: dict[str, int] = {}
    heads: list[Ranked] = []
    least = None if chosen.cut is None else int(chosen.cut * 1000)
    for scope in scopes:
        total = count_entries(session, competition.board_id, scope=scope)
        totals[scope.group] = total
        wanted = places_of(chosen, total) + len(gone) + BEHIND
        head = list_head(session, competition.board_id, rows=wanted, scope=scope, least_milli=least)
        heads += [Ranked(r.subject, r.sort_key, r.points_milli, r.group) for r in head]
    on = set(promote(chosen, heads, totals=totals, gone=gone))
    rows = _placed(chosen, heads, on)
    return Outlook(rows, sum(totals.values()))


def _placed(chosen: Promotion, heads: list[Ranked], on: set[str]) -> tuple[GoingOn, ...]:
    """Return the rows with their standings within their lists; each list is best first."""
    seen: dict[str, tuple[int, int, int]] = defaultdict(lambda: (0, 0, -1))
    placed = []
    for row in heads:
        code = list_of(chosen, row.division)
        count, standing, key = seen[code]
        standing = standing if row.key == key else count + 1
        seen[code] = (count + 1, standing, row.key)
        goes_on = row.subject in on
        placed.append(GoingOn(row.subject, standing, row.points_milli, row.division, goes_on))
    return tuple(placed)


def find_promotion(session: Session, round_id: int) -> PromotionAct | None:
    """Return the act by which people went on from a round, or None."""
    return session.scalar(select(PromotionAct).where(PromotionAct.round_id == round_id))


def list_promoted(
    session: Session, promotion_id: int, *, offset: int = 0, limit: int | None = None
) -> list[PromotedLine]:
    """Return who went on, those who withdrew included, in the order of their standings."""
    rows = session.execute(
        select(
            Entry.public_id,
            Entry.user_id,
            Entry.participant_name,
            Entry.public_name,
            Entry.unit_id,
            Entry.unit_name,
            Entry.division,
            Promoted.standing,
            Promoted.points_milli,
            Promoted.is_next,
            Promoted.status,
            Promoted.reason,
            Promoted.promoted_at,
            Entry.voided_at.is_not(None).label("is_void"),
        )
        .join(Entry, Entry.id == Promoted.entry_id)
        .where(Promoted.promotion_id == promotion_id)
        .order_by(Promoted.standing, Entry.division, Entry.public_id)
        .offset(offset)
        .limit(limit)
    )
    return [_line(row) for row in rows]


def list_stage_promoted(session: Session, competition_id: int) -> list[PromotedLine]:
    """Return who goes on from the last round onto the stage, best first.

    Not who withdrew, nor whose entry was made void since.
    """
    last = select(func.max(Round.number)).where(Round.competition_id == competition_id)
    act = session.scalar(
        select(PromotionAct.id)
        .join(Round, Round.id == PromotionAct.round_id)
        .where(Round.competition_id == competition_id, Round.number == last.scalar_subquery())
    )
    if act is None:
        return []
    return [line for line in list_promoted(session, act) if line.is_on and not line.is_void]


def _line(row: Any) -> PromotedLine:
    return PromotedLine(
        entry=row.public_id,
        user_id=row.user_id,
        participant_name=row.participant_name,
        public_name=row.public_name,
        unit_id=row.unit_id,
        unit_name=row.unit_name,
        division=row.division,
        standing=row.standing,
        points_milli=row.points_milli,
        is_next=row.is_next,
        is_on=row.status == "on",
        reason=row.reason,
        promoted_at=row.promoted_at,
        is_void=row.is_void,
    )


def count_promoted(session: Session, promotion_id: int) -> int:
    """Return how many went on, those who withdrew included."""
    counted = select(func.count(Promoted.id)).where(Promoted.promotion_id == promotion_id)
    return session.scalar(counted) or 0


def count_void_promoted(session: Session, promotion_id: int) -> int:
    """Return how many went on, did not withdraw, and whose entry was made void since."""
    counted = (
        select(func.count(Promoted.id))
        .join(Entry, Entry.id == Promoted.entry_id)
        .where(
            Promoted.promotion_id == promotion_id,
            Promoted.status == "on",
            Entry.voided_at.is_not(None),
        )
    )
    return session.scalar(counted) or 0


def list_own_promotions(session: Session, competition_id: int, entry: str) -> set[int]:
    """Return the numbers of the rounds from which an entry went on and did not withdraw."""
    return set(
        session.scalars(
            select(Round.number)
            .join(PromotionAct, PromotionAct.round_id == Round.id)
            .join(Promoted, Promoted.promotion_id == PromotionAct.id)
            .join(Entry, Entry.id == Promoted.entry_id)
            .where(
                Round.competition_id == competition_id,
                Entry.public_id == entry,
                Promoted.status == "on",
            )
        )
    )
