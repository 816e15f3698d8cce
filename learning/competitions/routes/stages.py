"""The stages of a contest as anybody sees them, and what a participant does in each."""

from dataclasses import dataclass
from datetime import datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.competitions import queries, services, words
from learning.competitions.formats import FIRST, TRAINING, attempt_refusal
from learning.competitions.queries import CompetitionView, EntryView, OwnAttempt, RoundLine
from learning.competitions.routes.blueprint import bp, get_visible, may
from learning.competitions.routes.standings import rank_views
from learning.competitions.rules import Page, Phase, State
from learning.competitions.words import StageView
from learning.kernel.clock import utc_now
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.leaderboards import queries as boards
from learning.web.devices import device_token
from learning.web.forms import page_number
from learning.web.guards import current_actor, find_current_actor, public, requires
from learning.web.transaction import db_session

TO_DO = frozenset({"start", "go_on", "wait"})
"""Steps of a card that stands before the others."""


@dataclass(frozen=True, slots=True)
class RoundCard:
    """A round besides the first, as a reader sees it; `step` is the one thing to do there.

    `step`: enter, wait, start, go_on, used, tomorrow, solved, not_promoted, unknown (nobody went on
    yet), over.
    """

    line: RoundLine
    title: str
    phase: tuple[str, str]
    rules: list[tuple[str, str]]
    step: str
    attempts: list[OwnAttempt]

    @property
    def is_due(self) -> bool:
        """Tell whether there is something for the reader to do."""
        return self.step in TO_DO


@dataclass(frozen=True, slots=True)
class Programme:
    """Everything of a contest's rounds on its page.

    `is_going_on` tells that later rounds are still to come after the first one's list.
    """

    is_going_on: bool
    stages: list[StageView]
    cards: list[RoundCard]
    promotions: list[tuple[RoundLine, str, str]]
    changes: list[tuple[queries.WindowLine, str]]


def read_number(raw: str) -> int:
    """Return a round's number; anything else is no round."""
    if len(raw) != 1 or not raw.isascii() or not raw.isdigit():
        raise NotFound("round")
    return int(raw)


def round_name(session: Session, view: CompetitionView) -> str:
    """Return how a round is called among those of its competition."""
    last = queries.list_rounds(session, view.id)[-1].number
    return words.round_title(view.number, view.round_title, is_followed=last > FIRST)


def programme_of(
    session: Session,
    competition: CompetitionView,
    page: Page,
    entry: EntryView | None,
    user_id: int | None,
    now: datetime,
) -> Programme:
    """Return the stages in time, the cards of the other rounds, who goes on, windows that moved.

    One statement for a contest of one round, a few for each round more.
    """
    rounds = queries.list_rounds(session, competition.id)
    last = max(line.number for line in rounds)
    went_on = (
        queries.list_own_promotions(session, competition.id, entry.public_id)
        if entry and last > FIRST
        else set()
    )
    cards = [
        _card(session, competition, line, rounds, entry, user_id, went_on, now)
        for line in rounds
        if line.number != FIRST
    ]
    followed = last > FIRST
    promotions = [
        (
            line,
            words.round_title(line.number, line.title, is_followed=followed),
            words.promotion_words(line.promotion),
        )
        for line in rounds
        if line.promotion is not None
    ]
    changes = [
        (change, words.round_title(change.number, change.title, is_followed=followed))
        for change in queries.list_window_changes(session, competition.id)
    ]
    stages = words.stage_views(rounds, page, competition.opened_at, now)
    cards.sort(key=lambda card: card.step not in TO_DO)
    is_going_on = any(line.number > FIRST and line.state is State.OPEN for line in rounds)
    return Programme(is_going_on, stages, cards, promotions, changes)


def _card(
    session: Session,
    competition: CompetitionView,
    line: RoundLine,
    rounds: list[RoundLine],
    entry: EntryView | None,
    user_id: int | None,
    went_on: set[int],
    now: datetime,
) -> RoundCard:
    view = queries.get_round(session, competition, line.number)
    attempts = (
        queries.list_own_attempts(session, line.assessment_id, user_id)
        if entry and user_id is not None
        else []
    )
    step = _step(view, line, rounds, entry, attempts, went_on, now)
    if step == "start" and user_id is not None and view.format.limits_starts:
        begun = queries.list_begun(session, line.assessment_id, view.format, user_id)
        refusal = attempt_refusal(view.format, 0, begun, now=now, zone=view.zone)
        step = {"day_used": "tomorrow", "solved": "solved"}.get(refusal or "", "start")
    is_followed = any(other.number > line.number for other in rounds)
    return RoundCard(
        line=line,
        title=words.round_title(
            line.number, line.title, is_followed=any(other.number > FIRST for other in rounds)
        ),
        phase=words.round_phase_words(line, now),
        rules=words.round_lines(line, view.contest, view.zone, is_followed=is_followed),
        step=step,
        attempts=attempts,
    )


def _step(
    view: CompetitionView,
    line: RoundLine,
    rounds: list[RoundLine],
    entry: EntryView | None,
    attempts: list[OwnAttempt],
    went_on: set[int],
    now: datetime,
) -> str:
    phase = line.phase(now)
    if phase not in {Phase.UPCOMING, Phase.RUNNING}:
        return "over"
    barrier = _barrier(line, rounds, entry, went_on)
    if barrier:
        return barrier
    if phase is Phase.UPCOMING:
        return "wait"
    if any(attempt.is_open for attempt in attempts):
        return "go_on"
    most = view.rules.max_attempts
    return "start" if not most or len(attempts) < most else "used"


def _barrier(
    line: RoundLine, rounds: list[RoundLine], entry: EntryView | None, went_on: set[int]
) -> str:
    """Return why the round is not for this reader, or not yet; "" where it is."""
    if line.number == TRAINING:
        return "" if entry else "enter"
    before = next(other for other in rounds if other.number == line.number - 1)
    if before.promoted_at is None:
        return "unknown"
    return "" if before.number in went_on else "not_promoted"


@bp.post("/<raw_public_id>/rounds/<raw_number>/start")
@requires(Permission.SELF_COMPETITION_ENTER)
def start_other(raw_public_id: str, raw_number: str) -> ResponseReturnValue:
    """Start an attempt at a training or later round, or go on with the open one."""
    attempt = services.start_round(
        db_session(),
        current_actor(),
        raw_public_id,
        number=read_number(raw_number),
        device_token=device_token(),
        now=utc_now(),
    )
    return redirect(url_for("attempts.room", raw_public_id=attempt), 303)


def _visible_round(
    session: Session, actor: Actor | None, raw_public_id: str, raw_number: str, now: datetime
) -> tuple[CompetitionView, CompetitionView]:
    """Return a competition that the reader may see with its first round, and the round asked."""
    competition = get_visible(session, actor, raw_public_id, now)
    return competition, queries.get_round(session, competition, read_number(raw_number))


@bp.get("/<raw_public_id>/rounds/<raw_number>/standings")
@public
def round_standings(raw_public_id: str, raw_number: str) -> ResponseReturnValue:
    """Show the published list of a later round; before its close nothing but when it will be."""
    session, now, actor = db_session(), utc_now(), find_current_actor()
    competition, view = _visible_round(session, actor, raw_public_id, raw_number, now)
    if view.number == TRAINING:
        raise NotFound("round")
    if view.number == FIRST:
        return redirect(url_for("competitions.standings", raw_public_id=competition.public_id))
    shown = {
        "competition": view,
        "round_title": words.round_title(view.number, view.round_title),
        "tie_words": words.tie_words(view.tie_rule),
    }
    if view.state is not State.CLOSED:
        return render_template("competitions/round_standings.html", **shown, is_published=False)
    own = queries.find_entry(session, view.id, actor.user_id) if actor else None
    full_names = may(session, actor, Permission.COMPETITION_EXPORT, view, now)
    page = boards.get_page(
        session, view.board_id, page=page_number(request.args), size=queries.PAGE_SIZE
    )
    return render_template(
        "competitions/round_standings.html",
        **shown,
        is_published=True,
        rows=rank_views(session, view, page.rows, own=own, full_names=full_names),
        page=page,
        page_url=lambda n: url_for(
            "competitions.round_standings",
            raw_public_id=view.public_id,
            raw_number=view.number,
            page=n,
        ),
    )


@bp.get("/<raw_public_id>/rounds/<raw_number>/promoted")
@public
def promoted(raw_public_id: str, raw_number: str) -> ResponseReturnValue:
    """Show who went on from a round, by the rule as it was printed; names as on lists."""
    session, now, actor = db_session(), utc_now(), find_current_actor()
    _competition, view = _visible_round(session, actor, raw_public_id, raw_number, now)
    act = queries.find_promotion(session, view.round_id)
    if act is None:
        raise NotFound("promotion")
    own = queries.find_entry(session, view.id, actor.user_id) if actor else None
    full_names = may(session, actor, Permission.COMPETITION_EXPORT, view, now)
    number, total = page_number(request.args), queries.count_promoted(session, act.id)
    pages = max(1, -(-total // queries.PAGE_SIZE))
    number = min(number, pages)
    lines = queries.list_promoted(
        session, act.id, offset=(number - 1) * queries.PAGE_SIZE, limit=queries.PAGE_SIZE
    )
    rule = queries.read_promotion(act.rule)
    return render_template(
        "competitions/promoted.html",
        competition=view,
        round_title=round_name(session, view),
        rule_words=words.promotion_words(rule) if rule else "",
        act=act,
        lines=[
            words.promoted_view(
                line,
                view,
                is_named=full_names or (own is not None and line.entry == own.public_id),
                is_own=own is not None and line.entry == own.public_id,
            )
            for line in lines
        ],
        page=number,
        pages=pages,
        total=total,
        page_url=lambda n: url_for(
            "competitions.promoted",
            raw_public_id=view.public_id,
            raw_number=view.number,
            page=n,
        ),
    )
