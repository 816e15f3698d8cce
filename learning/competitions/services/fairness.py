"""Flags: found by the worker, decided by a person; an entry made void with all that follows."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt
from learning.attempts.services import void_attempt
from learning.competitions.formats import FIRST
from learning.competitions.models import Entry, FairnessFlag, FairnessSetting, Round
from learning.competitions.queries import CompetitionView, get_by_round
from learning.competitions.queries.fairness import (
    Suspect,
    find_fairness,
    get_flag,
    list_suspects,
)
from learning.competitions.queries.teams import find_team_round
from learning.competitions.rules import State
from learning.competitions.rules.fairness import (
    MAX_REASON,
    FairnessRules,
    look_at,
    problem_places,
)
from learning.competitions.rules.sharing import Compared
from learning.competitions.services.areas import forget_areas
from learning.competitions.services.closing import republish_enterprises
from learning.competitions.services.feeding import recompute_person
from learning.competitions.services.holding import hold
from learning.competitions.services.reranking import PrizeAct
from learning.competitions.services.settling import settle_awards, settle_void
from learning.competitions.services.teams import recompute_team
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.rules.names import clean_text


class Flagged(Protocol):
    """An attempt that is flagged: its row, its entry's row, what it is dismissed with."""

    @property
    def attempt_id(self) -> int:
        """Return the attempt's row id."""

    @property
    def entry_id(self) -> int:
        """Return the entry's row id."""

    @property
    def together(self) -> str:
        """Return what flags of one run of phone numbers share, "" for others."""


def set_fairness(
    session: Session, actor: Actor, raw_public_id: str, *, rules: FairnessRules, now: datetime
) -> None:
    """Change the thresholds; the worker looks again. Raises NotFound, Invalid."""
    competition = hold(session, actor, raw_public_id, now)
    places = problem_places(rules)
    if places:
        raise Invalid([Problem("", None, place, f"fair_{place}", place) for place in places])
    _put_setting(session, competition.id, rules, None)
    audit.log(
        session,
        "competition.fairness_rules",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details=rules.to_dict(),
    )


def _put_setting(
    session: Session,
    competition_id: int,
    rules: FairnessRules,
    examined_at: datetime | None,
    compared: Compared | None = None,
) -> None:
    row = session.get(FairnessSetting, competition_id)
    text = json.dumps(rules.to_dict(), sort_keys=True)
    if row is None:
        row = FairnessSetting(competition_id=competition_id)
        session.add(row)
    row.rules, row.examined_at = text, examined_at
    if compared is not None:
        row.compared = json.dumps(compared.to_dict(), sort_keys=True)
    session.flush()


def note_examined(session: Session, competition_id: int, compared: Compared, now: datetime) -> None:
    """Note that all attempts of a competition were looked at, and how far they were compared."""
    _put_setting(session, competition_id, find_fairness(session, competition_id), now, compared)


def find_findings(
    session: Session, competition: CompetitionView, users: tuple[int, int]
) -> list[tuple[Suspect, str, str]]:
    """Return what to flag of some people: the attempt, the kind, the evidence; writes nothing."""
    rules = find_fairness(session, competition.id)
    return [
        (suspect, finding.kind.value, json.dumps(finding.evidence, sort_keys=True))
        for suspect in list_suspects(session, competition, users)
        for finding in look_at(rules, suspect.facts)
    ]


def keep_findings(
    session: Session,
    competition_id: int,
    findings: Sequence[tuple[Flagged, str, str]],
    now: datetime,
) -> int:
    """Write flags that are new; return how many. What was decided stays decided."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    count = 0
    for suspect, kind, evidence in findings:
        written = session.scalar(
            dialect.insert(FairnessFlag)
            .values(
                public_id=new_public_id(),
                competition_id=competition_id,
                entry_id=suspect.entry_id,
                attempt_id=suspect.attempt_id,
                kind=kind,
                evidence=evidence,
                together=suspect.together,
                state="open",
                found_at=now,
                reason="",
            )
            .on_conflict_do_nothing(index_elements=["attempt_id", "kind"])
            .returning(FairnessFlag.id)
        )
        count += written is not None
    return count


def decide_flag(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_flag_id: str,
    upholds: bool,
    raw_reason: str,
    now: datetime,
) -> None:
    """Uphold a flag, which makes the entry void, or dismiss it; both with a reason.

    Other open flags of the entry are upheld with it. Raises NotFound, Invalid(reason),
    Conflict("flag_decided" | "flag_own" for what is about oneself).
    """
    competition = hold(session, actor, raw_public_id, now)
    flag, reason = _open_flag(session, competition, raw_flag_id, raw_reason)
    entry = session.get_one(Entry, flag.entry_id)
    if entry.user_id == actor.user_id:
        raise Conflict("flag_own")
    mine = FairnessFlag.entry_id == entry.id if upholds else FairnessFlag.id == flag.id
    _close_flags(session, actor, mine, "upheld" if upholds else "dismissed", reason, now)
    audit.log(
        session,
        "competition.flag_upheld" if upholds else "competition.flag_dismissed",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"flag": flag.public_id, "entry": entry.public_id, "reason": reason},
    )
    if upholds:
        void_entry(session, actor, competition, entry, reason=reason, now=now)


def dismiss_run(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_flag_id: str,
    raw_reason: str,
    now: datetime,
) -> int:
    """Dismiss the open flags of a whole run of phone numbers, with a reason; return how many.

    One's own stays open, for somebody else. Raises NotFound, Invalid(reason),
    Conflict("flag_decided" | "flag_no_run").
    """
    competition = hold(session, actor, raw_public_id, now)
    flag, reason = _open_flag(session, competition, raw_flag_id, raw_reason)
    if not flag.together:
        raise Conflict("flag_no_run")
    own = select(Entry.id).where(
        Entry.competition_id == competition.id, Entry.user_id == actor.user_id
    )
    run = and_(
        FairnessFlag.competition_id == competition.id,
        FairnessFlag.together == flag.together,
        FairnessFlag.entry_id.not_in(own),
    )
    count = _close_flags(session, actor, run, "dismissed", reason, now)
    audit.log(
        session,
        "competition.flags_dismissed",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"flag": flag.public_id, "run": flag.together, "flags": count, "reason": reason},
    )
    return count


def _open_flag(
    session: Session, competition: CompetitionView, raw_flag_id: str, raw_reason: str
) -> tuple[FairnessFlag, str]:
    """Return a flag that nobody decided, and the reason cleaned."""
    flag, reason = get_flag(session, competition.id, raw_flag_id), clean_text(raw_reason)
    if not 0 < len(reason) <= MAX_REASON:
        raise Invalid([Problem("", None, "reason", "reason", "reason")])
    if flag.state != "open":
        raise Conflict("flag_decided")
    return flag, reason


def _close_flags(
    session: Session,
    actor: Actor,
    which: ColumnElement[bool],
    state: str,
    reason: str,
    now: datetime,
) -> int:
    closed = session.execute(
        update(FairnessFlag)
        .where(which, FairnessFlag.state == "open")
        .values(state=state, decided_by=actor.user_id, decided_at=now, reason=reason)
        .execution_options(synchronize_session=False)
        .returning(FairnessFlag.id)
    )
    return len(closed.all())


def follow_void(session: Session, view: CompetitionView, user_id: int, *, act: PrizeAct) -> None:
    """Let the published lists of a round follow an attempt that was made void just now.

    So do prizes that are not final. The caller holds the competition's row. A running round's lists
    follow by the worker, from the attempt's event; a team's at once.
    """
    _correct_lists(session, view, user_id)
    settle_awards(session, view, act=act)


def _correct_lists(session: Session, view: CompetitionView, user_id: int) -> None:
    if view.state is State.CLOSED:
        recompute_person(session, view.round_id, user_id)
        if view.number == FIRST:
            republish_enterprises(session, view)
        forget_areas(session, view.round_id)
    found = find_team_round(session, view.assessment_id, user_id)
    if found is not None:
        recompute_team(session, view, found[1])


def void_entry(
    session: Session,
    actor: Actor,
    competition: CompetitionView,
    entry: Entry,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Let an entry count for nothing in every round, and every list follow.

    The caller holds the competition's row. A published list is corrected at once, individual, unit
    and team; a running one by the worker, from the events of the void attempts. A void entry is
    never opened again: the person has been heard before.
    """
    entry.voided_at, entry.voided_by, entry.void_reason = now, actor.user_id, reason
    session.flush()
    act = PrizeAct(actor.user_id, reason, now)
    rounds = session.execute(
        select(Round.id, Round.assessment_id).where(Round.competition_id == competition.id)
    ).all()
    for round_id, assessment_id in rounds:
        attempts = session.scalars(
            select(Attempt.id).where(
                Attempt.assessment_id == assessment_id, Attempt.user_id == entry.user_id
            )
        ).all()
        for attempt_id in attempts:
            void_attempt(session, attempt_id, actor_id=actor.user_id, reason=reason, now=now)
        _correct_lists(session, get_by_round(session, round_id), entry.user_id)
    # Once, when the lists of all rounds are right: a prize moves once.
    settle_void(session, competition, entry.public_id, act=act)
    audit.log(
        session,
        "competition.entry_voided",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"entry": entry.public_id, "reason": reason},
    )
