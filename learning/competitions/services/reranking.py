"""What other results do to the published lists: looked at first, then written as one act."""

import gzip
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from learning.competitions.formats import Ranked, promote
from learning.competitions.models import Award, AwardPlan, EnterpriseResult, Entry
from learning.competitions.queries import (
    CompetitionView,
    find_promotion,
    list_promoted,
    list_units_of_entries,
    read_promotion,
)
from learning.competitions.queries.awards import (
    PlanView,
    find_plan,
    list_left_out,
)
from learning.competitions.queries.prize_lists import list_listed
from learning.competitions.rules import EnterpriseStanding, Tally, rank_enterprises
from learning.competitions.rules.awards import (
    AwardState,
    AwardStatus,
    Drawn,
    Listed,
    draw,
    lists_text,
    sha256,
)
from learning.competitions.rules.reranking import PrizeChange, UnitChange
from learning.competitions.services.telling import note_moved_prizes
from learning.competitions.services.unit_board import write_unit_board
from learning.kernel import audit
from learning.kernel.ids import new_public_id
from learning.leaderboards.rules import TIE_RULES, Result, sort_key

MAX_REASON = 300  # twin of Award.reason
_DRAWN = frozenset({AwardState.PROPOSED, AwardState.FINAL})


@dataclass(frozen=True, slots=True)
class Corrected:
    """The lots laid on corrected lists, not written yet; whom people struck was left out."""

    packed: bytes
    list_hash: str
    drawn: list[Drawn]
    left_out: frozenset[str]


@dataclass(frozen=True, slots=True)
class PrizeAct:
    """By whom, why and when prizes follow a corrected list."""

    actor_id: int | None
    reason: str
    now: datetime


def rank_units(
    session: Session, competition: CompetitionView, due: Mapping[str, Result]
) -> list[EnterpriseStanding]:
    """Return the published enterprise board as the results make it.

    Names, entries and headcounts stay as they were published.
    """
    unit_of = list_units_of_entries(session, competition.id)
    participants, sums = Counter[int](), Counter[int]()
    for subject, result in due.items():
        unit_id = unit_of.get(subject)
        if unit_id is not None:
            participants[unit_id] += 1
            sums[unit_id] += result.points_milli
    published = session.scalars(
        select(EnterpriseResult).where(EnterpriseResult.competition_id == competition.id)
    )
    tallies = [
        Tally(
            unit_id=row.unit_id,
            unit_name=row.unit_name,
            entries=row.entries,
            participants=participants[row.unit_id],
            sum_milli=sums[row.unit_id],
            headcount=row.headcount,
            is_enrolled=row.is_enrolled,
            industry=row.industry,
        )
        for row in published
    ]
    return rank_enterprises(competition.entry.ranking, tallies)


def unit_changes(
    session: Session, competition: CompetitionView, due: Mapping[str, Result]
) -> tuple[UnitChange, ...]:
    """Return the organisations whose published standing would be another one, best first."""
    rows = select(EnterpriseResult.unit_id, EnterpriseResult.standing).where(
        EnterpriseResult.competition_id == competition.id
    )
    was = dict(session.execute(rows).all())
    return tuple(
        UnitChange(row.tally.unit_name, was[row.tally.unit_id], row.standing)
        for row in rank_units(session, competition, due)
        if was[row.tally.unit_id] != row.standing
    )


def write_units(session: Session, competition: CompetitionView, due: Mapping[str, Result]) -> None:
    """Write the published enterprise board anew."""
    write_unit_board(session, competition.id, rank_units(session, competition, due))


def going_changes(
    session: Session, competition: CompetitionView, due: Mapping[str, Result]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return who should have gone on and did not, and who did and should not, by entry.

    Nothing where nobody has gone on yet: the act itself reads the list as it is then.
    """
    act = find_promotion(session, competition.round_id)
    chosen = read_promotion(act.rule) if act is not None else None
    if act is None or chosen is None:
        return (), ()
    held = list_promoted(session, act.id)
    on, gone = ({line.entry for line in held if line.is_on is wanted} for wanted in (True, False))
    rule = TIE_RULES[competition.tie_rule]
    rows = [
        Ranked(subject, sort_key(rule, result), result.points_milli, result.group)
        for subject, result in due.items()
    ]
    due_on = set(promote(chosen, rows, gone=gone))
    return tuple(sorted(due_on - on)), tuple(sorted(on - due_on))


def prize_changes(
    session: Session, plan: PlanView, listed: Sequence[Listed]
) -> tuple[PrizeChange, ...]:
    """Return who gains and who loses a drawn prize when the same lots meet the corrected lists.

    The lots are those of the draw that everybody could replay: seed, number and the hash of the
    list that was frozen. Whom a person struck stays struck.
    """
    held = _held(session, plan.id)
    due = {(row.prize, row.entry) for row in _draw(session, plan, listed) if _is_won(row)}
    lost = [PrizeChange(prize, entry, gains=False) for prize, entry in sorted(held - due)]
    return (*lost, *(PrizeChange(prize, entry, gains=True) for prize, entry in sorted(due - held)))


def prize_order(
    session: Session, plan: PlanView, listed: Sequence[Listed], prize: str
) -> list[str]:
    """Return the entries of a prize, winners and reserve, as the lots on the lists order them."""
    drawn = _draw(session, plan, listed)
    return [row.entry for row in drawn if row.prize == prize]


def settle_prizes(session: Session, competition: CompetitionView, *, act: PrizeAct) -> bool:
    """Let prizes follow lists that were corrected, as far as they are not final.

    Announced but not drawn: the frozen list is taken back, to be announced anew. Open to
    objections: the same lots are laid on the corrected list, which is published; who loses a prize
    waits in reserve, or stays on the record as struck; other winners are open to objections as long
    as the first ones. Final prizes stay: striking and granting then is the organiser's act, one by
    one. Nothing where the board is what was listed last. Return whether any holder changed.
    """
    plan = find_plan(session, competition.id)
    if plan is None or plan.state not in {AwardState.ANNOUNCED, AwardState.PROPOSED}:
        return False
    if plan.state is AwardState.ANNOUNCED:
        listed = list_listed(session, competition, plan.rules)
        if sha256(lists_text(plan.rules, listed)) != plan.list_hash:
            take_back(session, competition, plan, act)
        return False
    corrected = correct(session, competition, plan)
    note_settled(session, plan)
    return corrected is not None and write_corrected(session, competition, plan, corrected, act)


def correct(session: Session, competition: CompetitionView, plan: PlanView) -> Corrected | None:
    """Lay the lots on the lists as they are now; None where those are what was listed last.

    Nothing is written: at 100,000 entries this takes seconds, which nobody need wait for.
    """
    listed = list_listed(session, competition, plan.rules)
    text = lists_text(plan.rules, listed)
    if sha256(text) == (plan.corrected_hash or plan.list_hash):
        return None
    left_out = frozenset(list_left_out(session, plan.id))
    drawn = _draw_without(plan, listed, left_out)
    return Corrected(gzip.compress(text.encode(), mtime=0), sha256(text), drawn, left_out)


def write_corrected(
    session: Session,
    competition: CompetitionView,
    plan: PlanView,
    corrected: Corrected,
    act: PrizeAct,
) -> bool:
    """Write whose the prizes are, and publish the list for replays; tell if any holder changed."""
    is_other = _redraw(session, competition, plan, corrected.drawn, act)
    session.execute(
        update(AwardPlan)
        .where(AwardPlan.id == plan.id)
        .values(
            corrected_list=corrected.packed,
            corrected_hash=corrected.list_hash,
            corrected_at=act.now,
        )
        .execution_options(synchronize_session=False)
    )
    return is_other


def note_settled(session: Session, plan: PlanView) -> None:
    """Note that the prizes follow the lists; what was read of them before is not written."""
    session.execute(
        update(AwardPlan)
        .where(AwardPlan.id == plan.id)
        .values(settle_no=AwardPlan.settle_no + 1, settled_no=AwardPlan.settle_no + 1)
        .execution_options(synchronize_session=False)
    )


def take_back(
    session: Session, competition: CompetitionView, plan: PlanView, act: PrizeAct
) -> None:
    """Make announced prizes a draft again, since their frozen list is no longer the list."""
    session.execute(
        update(AwardPlan)
        .where(AwardPlan.id == plan.id)
        .values(
            state=AwardState.DRAFT.value,
            entry_list=None,
            entries=0,
            list_hash="",
            seed="",
            commitment="",
            announced_at=None,
            unit_list=None,
            units=0,
            unit_list_hash="",
        )
        .execution_options(synchronize_session=False)
    )
    facts = {"list_hash": plan.list_hash, "commitment": plan.commitment}
    audit.log(
        session,
        "competition.awards_taken_back",
        competition.public_id,
        actor_id=act.actor_id,
        now=act.now,
        details=facts,
    )


def _redraw(
    session: Session,
    competition: CompetitionView,
    plan: PlanView,
    drawn: list[Drawn],
    act: PrizeAct,
) -> bool:
    held = _held(session, plan.id)
    due = {(row.prize, row.entry) for row in drawn if _is_won(row)}
    ids = {
        (prize, entry): public_id
        for prize, entry, public_id in session.execute(
            select(Award.prize, Entry.public_id, Award.public_id)
            .join(Entry, Entry.id == Award.entry_id)
            .where(Award.plan_id == plan.id)
        )
    }
    listed = {(row.prize, row.entry) for row in drawn}
    # Who is in the order still waits as a reserve; who is in it no more is struck, on the record.
    losers = [ids[each] for each in held - due - listed]
    changed = {"changed_by": act.actor_id, "changed_at": act.now}
    session.execute(
        update(Award)
        .where(Award.public_id.in_(losers))
        .values(
            status=AwardStatus.STRUCK.value,
            reason=act.reason[:MAX_REASON],
            by_list=True,
            **changed,
        )
        .execution_options(synchronize_session=False)
    )
    # Of several that were void since, each one's own reason stands: the act knows the last alone.
    session.execute(
        update(Award)
        .where(
            Award.public_id.in_(losers),
            Award.entry_id == Entry.id,
            Entry.voided_at.is_not(None),
            Entry.void_reason != "",
        )
        .values(reason=Entry.void_reason, changed_by=Entry.voided_by)
        .execution_options(synchronize_session=False)
    )
    back = [public_id for each, public_id in ids.items() if each in listed]
    session.execute(
        delete(Award).where(
            Award.plan_id == plan.id,
            or_(Award.status != AwardStatus.STRUCK.value, Award.public_id.in_(back)),
        )
    )
    taken = set(session.execute(select(Award.prize, Award.place).where(Award.plan_id == plan.id)))
    entries = {row.entry for row in drawn}
    rows_of = dict(
        session.execute(select(Entry.public_id, Entry.id).where(Entry.public_id.in_(entries))).all()
    )
    rows: list[dict[str, Any]] = []
    last = Counter[str]()
    for row in drawn:
        last[row.prize] += 1
        while (row.prize, last[row.prize]) in taken:
            last[row.prize] += 1
        rows.append(
            {
                "public_id": ids.get((row.prize, row.entry)) or new_public_id(),
                "plan_id": plan.id,
                "prize": row.prize,
                "place": last[row.prize],
                "entry_id": rows_of[row.entry],
                "status": row.status.value,
                **changed,
            }
        )
    if rows:
        session.execute(insert(Award), rows)
    if held != due:
        reopen(session, plan, act.now)
        waiting = {(row.prize, row.entry) for row in drawn if not _is_won(row)}
        note_moved_prizes(session, competition, held=held, due=due, waiting=waiting, now=act.now)
    facts = {"lost": sorted(map(list, held - due)), "gained": sorted(map(list, due - held))}
    audit.log(
        session,
        "competition.awards_redrawn",
        competition.public_id,
        actor_id=act.actor_id,
        now=act.now,
        details=facts,
    )
    return held != due


def reopen(session: Session, plan: PlanView, now: datetime) -> None:
    """Open other winners to objections for as long as the first ones were."""
    until = now + timedelta(days=plan.rules.objection_days)
    until = max(until, plan.objections_until or until)
    session.execute(
        update(AwardPlan)
        .where(AwardPlan.id == plan.id)
        .values(objections_until=until, claims_until=until + timedelta(days=plan.rules.claim_days))
        .execution_options(synchronize_session=False)
    )


def _draw(session: Session, plan: PlanView, listed: Sequence[Listed]) -> list[Drawn]:
    """Lay the lots on a list; whom a person struck is left out, whom a list struck is not."""
    return _draw_without(plan, listed, frozenset(list_left_out(session, plan.id)))


def _draw_without(
    plan: PlanView, listed: Sequence[Listed], left_out: frozenset[str]
) -> list[Drawn]:
    entries = [each for each in listed if each.entry not in left_out]
    return draw(
        plan.rules.prizes, entries, seed=plan.seed, number=plan.number, list_hash=plan.list_hash
    )


def _held(session: Session, plan_id: int) -> set[tuple[str, str]]:
    return set(
        session.execute(
            select(Award.prize, Entry.public_id)
            .join(Entry, Entry.id == Award.entry_id)
            .where(Award.plan_id == plan_id, Award.status == AwardStatus.HELD.value)
        )
    )


def _is_won(row: Drawn) -> bool:
    return row.status is AwardStatus.HELD


def may_be_drawn(plan: PlanView | None) -> bool:
    """Tell whether prizes were drawn already."""
    return plan is not None and plan.state in _DRAWN
