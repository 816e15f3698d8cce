"""What an organiser does before anybody answers: write a competition, change it, open it."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from learning.competitions.events import OPENED, CompetitionChanged
from learning.competitions.models import Competition, Division, Round
from learning.competitions.queries import has_entries
from learning.competitions.rules import (
    Contest,
    EntryRules,
    EntryScope,
    State,
    edit_refusal,
    normalised,
    problems_of,
)
from learning.competitions.services.holding import format_text, hold, make_assessment
from learning.competitions.services.paper_rules import fit_paper
from learning.competitions.services.rounds import check_round_order
from learning.kernel import audit, events
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Permission
from learning.leaderboards.services import create_board, set_tie_rule
from learning.organisations.queries import get_unit_in_reach


def create_competition(
    session: Session, actor: Actor, *, raw_organiser_id: str, contest: Contest, now: datetime
) -> str:
    """Write a new competition as a draft of the organiser; return its public id.

    Raises NotFound for a unit out of reach, Invalid for bad rules or a bank that cannot fill them.
    """
    contest = _checked(contest)
    permission = Permission.COMPETITION_MANAGE
    organiser = get_unit_in_reach(session, actor, permission, raw_organiser_id, now)
    public_id = new_public_id()
    assessment_id = make_assessment(session, actor, contest, now)
    tie_rule = contest.rules.tie_rule
    board = create_board(session, owner=f"competition:{public_id}:1", tie_rule=tie_rule, now=now)
    competition = Competition(
        public_id=public_id,
        organiser_id=organiser.id,
        title=contest.title,
        description=contest.description,
        state=State.DRAFT.value,
        tie_rule=tie_rule,
        **_columns(contest),
        created_by=actor.user_id,
        created_at=now,
    )
    session.add(competition)
    session.flush()  # the round needs its id
    session.add(
        Round(
            competition_id=competition.id,
            number=1,
            assessment_id=assessment_id,
            board_id=board.id,
            format=format_text(contest),
        )
    )
    _write_divisions(session, competition.id, contest.entry)
    _log(session, actor, "competition.created", public_id, now, contest)
    return public_id


def edit_competition(
    session: Session, actor: Actor, raw_public_id: str, *, contest: Contest, now: datetime
) -> None:
    """Change what may still be changed (see `rules.edit_refusal`).

    The competition's row is held first, which an entry under way holds off: the first entry and
    the last change of rules cannot pass each other. Raises NotFound, Invalid,
    Conflict("rules_locked" | "window_locked" | "closed"), Conflict("rounds_order") where the window
    would reach into a later round.
    """
    contest = _checked(contest)
    old = hold(session, actor, raw_public_id, now)
    refusal = edit_refusal(
        old.state, has_entries=has_entries(session, old.id), old=old.contest, new=contest
    )
    if refusal:
        raise Conflict(refusal)
    same = replace(
        old.contest,
        description=contest.description,
        entry=contest.entry,
        appeals=contest.appeals,
    )
    if contest != same:
        # Assessments are immutable: nobody has started this one, so another takes its place.
        assessment_id = make_assessment(session, actor, contest, now)
        session.execute(
            update(Round)
            .where(Round.id == old.round_id)
            .values(assessment_id=assessment_id, format=format_text(contest))
        )
        set_tie_rule(session, old.board_id, contest.rules.tie_rule)
        check_round_order(session, old)
        fit_paper(session, old.round_id, chosen=contest.rules.format, closes_at=contest.closes_at)
    session.execute(
        update(Competition)
        .where(Competition.id == old.id)
        .values(
            title=contest.title,
            description=contest.description,
            tie_rule=contest.rules.tie_rule,
            **_columns(contest),
        )
    )
    if contest.entry.divisions != old.divisions:
        _write_divisions(session, old.id, contest.entry)
    _log(session, actor, "competition.edited", old.public_id, now, contest)


def open_competition(session: Session, actor: Actor, raw_public_id: str, *, now: datetime) -> None:
    """Open a draft for entries.

    Raises NotFound, Conflict("not_draft" | "window_over" | "dates_due").
    """
    competition = hold(session, actor, raw_public_id, now)
    if competition.state is not State.DRAFT:
        raise Conflict("not_draft")
    if competition.closes_at <= now:
        raise Conflict("window_over")
    if competition.dates_due:
        raise Conflict("dates_due")
    session.execute(
        update(Competition)
        .where(Competition.id == competition.id)
        .values(state=State.OPEN.value, opened_at=now)
    )
    audit.log(session, "competition.opened", competition.public_id, actor_id=actor.user_id, now=now)
    payload = CompetitionChanged(competition.public_id).payload()
    events.record(session, OPENED, payload, now)


def _checked(contest: Contest) -> Contest:
    problems = problems_of(contest)
    if problems:
        raise Invalid(problems)
    divisions = tuple(replace(d, title=d.title.strip()) for d in contest.entry.divisions)
    return replace(
        contest,
        title=contest.title.strip(),
        rules=normalised(contest.rules),
        entry=replace(contest.entry, divisions=divisions),
    )


def _columns(contest: Contest) -> dict[str, Any]:
    entry = contest.entry
    return {
        "entry_scope": entry.scope.value,
        "ranked_by": entry.ranking.by.value,
        "ranked_from": entry.ranking.minimum,
        "weight_participants": entry.ranking.weights.participants,
        "weight_coverage": entry.ranking.weights.coverage,
        "weight_mean": entry.ranking.weights.mean,
        "takes_public": entry.registers and entry.scope is EntryScope.OPEN,
        "appeal_days": contest.appeals.lodge,
        "answer_days": contest.appeals.answer,
        "correction_days": entry.correction_days,
    }


def _write_divisions(session: Session, competition_id: int, entry: EntryRules) -> None:
    session.execute(delete(Division).where(Division.competition_id == competition_id))
    if entry.divisions:
        session.execute(
            insert(Division),
            [
                {
                    "competition_id": competition_id,
                    "number": number,
                    "code": division.code,
                    "title": division.title,
                    "belonging": division.belonging.value,
                }
                for number, division in enumerate(entry.divisions, start=1)
            ],
        )


def _log(
    session: Session, actor: Actor, act: str, subject: str, now: datetime, contest: Contest
) -> None:
    rules: dict[str, Any] = {name: str(value) for name, value in asdict(contest.rules).items()}
    details = {
        "title": contest.title,
        "opens_at": contest.opens_at.isoformat(),
        "closes_at": contest.closes_at.isoformat(),
        "rules": rules,
        "entry": asdict(contest.entry),
        "appeals": asdict(contest.appeals),
    }
    audit.log(session, act, subject, actor_id=actor.user_id, now=now, details=details)
