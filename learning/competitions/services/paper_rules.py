"""What an organiser decides about paper in a round, and keeping that in step with the round."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from learning.attempts.services import draw_papers
from learning.competitions.formats import TRAINING
from learning.competitions.models import PaperSetting
from learning.competitions.queries import CompetitionView
from learning.competitions.queries.paper_rules import find_paper, has_paper_people
from learning.competitions.rules import Format, State
from learning.competitions.rules.papers import (
    PaperRules,
    change_refusal,
    problem_fields_of,
    takes_paper,
)
from learning.competitions.services.holding import hold
from learning.exams.services import PaperSource
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.permissions import Actor
from learning.organisations.queries import unit_name_at
from learning.question_bank.rules import Pool


def set_paper(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    number: int,
    *,
    rules: PaperRules | None,
    now: datetime,
) -> None:
    """Decide whether and until when a round takes paper; None: it takes none.

    Raises NotFound (training as well), Invalid(until), Conflict("closed" | "sealed"),
    Conflict("paper_format") for a round of another shape than a plain paper, and
    Conflict("paper_used") for what would take from units what they rely on.
    """
    if number == TRAINING:
        raise NotFound("round")
    view = hold(session, actor, raw_public_id, now, number=number)
    if view.state is State.CLOSED:
        raise Conflict("closed")
    if rules is not None and not takes_paper(view.format):
        raise Conflict("paper_format")
    places = problem_fields_of(rules, closes_at=view.closes_at) if rules else []
    if places:
        raise Invalid([Problem("", None, place, place, place) for place in places])
    old = find_paper(session, view.round_id)
    refusal = change_refusal(old, rules, has_people=has_paper_people(session, view.round_id))
    if refusal:
        raise Conflict(refusal)
    session.execute(delete(PaperSetting).where(PaperSetting.round_id == view.round_id))
    if rules is not None:
        session.add(
            PaperSetting(
                round_id=view.round_id,
                until=rules.until,
                takes_totals=rules.takes_totals,
                beside_online=rules.beside_online,
                set_by=actor.user_id,
                set_at=now,
            )
        )
    session.flush()  # the next read of the round sees it
    details = {
        "round": number,
        "until": rules.until.isoformat() if rules else None,
        "totals": bool(rules and rules.takes_totals),
        "beside_online": bool(rules and rules.beside_online),
    }
    audit.log(
        session,
        "competition.paper_ruled",
        view.public_id,
        actor_id=actor.user_id,
        now=now,
        details=details,
    )


def fit_paper(session: Session, round_id: int, *, chosen: Format, closes_at: datetime) -> None:
    """Keep paper in step with a round that changes: keying ends no earlier than answering.

    Raises Conflict("paper_format") where the round would be played as paper cannot be.
    """
    rules = find_paper(session, round_id)
    if rules is None:
        return
    if not takes_paper(chosen):
        raise Conflict("paper_format")
    if rules.until < closes_at:
        session.execute(
            update(PaperSetting).where(PaperSetting.round_id == round_id).values(until=closes_at)
        )


def forget_paper(session: Session, round_id: int) -> None:
    """Remove what was decided about paper in a round that goes itself."""
    session.execute(delete(PaperSetting).where(PaperSetting.round_id == round_id))


def round_source(session: Session, view: CompetitionView, now: datetime) -> PaperSource:
    """Return what the papers of a round are of, as its booklets print it."""
    title = f"{view.title} {view.round_title}".strip()
    return PaperSource(
        public_id=view.public_id,
        title=title,
        organiser=unit_name_at(session, view.organiser_id, now),
        assessment_id=view.assessment_id,
        blueprint_json=view.blueprint_json,
        rules_json=view.rules_json,
        limit_minutes=view.rules.limit_minutes,
        bank=view.rules.bank,
        pool=Pool.CONTEST.value,
    )


def draw_round_papers(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    number: int,
    *,
    count: int,
    now: datetime,
) -> list[str]:
    """Draw forms of a round that takes paper, to be printed; return their labels.

    Raises as `attempts.services.draw_papers`, and NotFound, Conflict("closed" | "round_no_paper" |
    "sealed").
    """
    view = hold(session, actor, raw_public_id, now, number=number)
    if view.state is State.CLOSED:
        raise Conflict("closed")
    if find_paper(session, view.round_id) is None:
        raise Conflict("round_no_paper")
    labels = draw_papers(session, view.assessment_id, count, made_by=actor.user_id, now=now)
    audit.log(
        session,
        "competition.papers_drawn",
        view.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"round": number, "assessment": view.assessment_id, "forms": labels},
    )
    return labels
