"""One competition with its round: as anybody may see it, or as its organiser reaches it."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, case, false, func, select
from sqlalchemy.orm import Session, aliased

from learning.attempts.models import Assessment
from learning.attempts.queries import parse_blueprint
from learning.attempts.rules import AttemptRules
from learning.competitions import models
from learning.competitions.formats import FIRST, Promotion
from learning.competitions.models import Competition, Edition, Round, TeamSetting
from learning.competitions.rules import (
    Belonging,
    Contest,
    ContestRules,
    Division,
    EnterpriseRanking,
    EntryRules,
    EntryScope,
    Format,
    Phase,
    Progress,
    RankBy,
    Showing,
    Shown,
    Source,
    State,
    Weights,
    contest_rules_of,
    phase_of,
    shown_at,
)
from learning.competitions.rules.appeals import AppealDays
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.leaderboards.models import Board
from learning.organisations.models import Unit
from learning.organisations.queries import units_in_reach

ROUND_STATE: ColumnElement[str] = case(
    (Round.number == FIRST, Competition.state),
    (Competition.state == State.DRAFT.value, State.DRAFT.value),
    else_=Round.state,
)
"""Where a round stands: a later one runs on after the first one's list is published."""


@dataclass(frozen=True, slots=True)
class CompetitionView:
    """A competition with one of its rounds; `zone` is the organiser's time zone.

    State, window, rules and board are the round's. With `until` the board is that of the results
    finished by then. `year`, `dates_due` and `sealed_at` are those of its edition in a series.
    """

    id: int
    public_id: str
    organiser_id: int
    organiser_public_id: str
    zone: str
    title: str
    description: str
    state: State
    tie_rule: str
    opened_at: datetime | None
    closed_at: datetime | None
    round_id: int
    assessment_id: int
    board_id: int
    number: int
    round_title: str
    promotion_json: str | None
    opens_at: datetime
    closes_at: datetime
    blueprint_json: str
    rules_json: str
    format_json: str
    entry_scope: str
    ranked_by: str
    ranked_from: int
    weight_participants: int
    weight_coverage: int
    weight_mean: int
    takes_public: bool
    appeal_days: int
    answer_days: int
    correction_days: int
    team_board_id: int | None
    showing_json: str
    first_showing_json: str
    revealed: int
    frozen_board_id: int | None
    frozen_at: datetime | None
    year: int | None
    dates_due: bool
    sealed_at: datetime | None
    divisions: tuple[Division, ...] = ()
    until: datetime | None = None

    @property
    def entry(self) -> EntryRules:
        """Return who may enter, in which division, and how organisations rank."""
        weights = Weights(self.weight_participants, self.weight_coverage, self.weight_mean)
        ranking = EnterpriseRanking(RankBy(self.ranked_by), self.ranked_from, weights)
        scope = EntryScope(self.entry_scope)
        registers = self.takes_public and scope is EntryScope.OPEN
        return EntryRules(self.divisions, scope, ranking, registers, self.correction_days)

    @property
    def rules(self) -> ContestRules:
        """Return the rules of the contest."""
        attempt = AttemptRules.from_json(self.rules_json)
        blueprint = parse_blueprint(self.blueprint_json)
        return contest_rules_of(blueprint, attempt, self.tie_rule, self.format)

    @property
    def format(self) -> Format:
        """Return how the round is played."""
        return read_format(self.format_json)

    @property
    def contest(self) -> Contest:
        """Return what the organiser wrote."""
        return Contest(
            self.title,
            self.description,
            self.opens_at,
            self.closes_at,
            self.rules,
            self.entry,
            self.appeals,
        )

    @property
    def appeals(self) -> AppealDays:
        """Return within how many days one may appeal on items, and is answered."""
        return AppealDays(self.appeal_days, self.answer_days)

    @property
    def promotion(self) -> Promotion | None:
        """Return by which rule people go on from the round, None where nobody does."""
        return read_promotion(self.promotion_json)

    @property
    def showing(self) -> Showing:
        """Return what the organiser decided about showing the lists; names are as in round 1."""
        names = read_showing(self.first_showing_json).names
        return replace(read_showing(self.showing_json), names=names)

    @property
    def progress(self) -> Progress:
        """Return where the lists stand."""
        return Progress(self.state, self.closed_at, self.revealed, self.frozen_at is not None)

    def shown(self, now: datetime) -> Shown:
        """Return what of the lists may be shown at the instant."""
        return shown_at(self.showing, self.progress, now)

    def shown_board(self, now: datetime) -> int | None:
        """Return the board that is shown at the instant, None where none is."""
        return board_of(self.shown(now), self.board_id, self.frozen_board_id)

    @property
    def frozen(self) -> "CompetitionView | None":
        """Return the round with the list of its freeze instead, None before that is begun."""
        if self.frozen_board_id is None:
            return None
        return replace(self, board_id=self.frozen_board_id, until=self.showing.freeze_at)

    def phase(self, now: datetime) -> Phase:
        """Return what state and window mean together at the instant."""
        return phase_of(self.state, self.opens_at, self.closes_at, now)


def board_of(shown: Shown, board_id: int, frozen_board_id: int | None) -> int | None:
    """Return which of a round's boards is shown, None where none is."""
    if not shown.is_published:
        return None
    return frozen_board_id if shown.source is Source.FROZEN else board_id


@lru_cache(maxsize=256)
def read_showing(text: str) -> Showing:
    """Read what is decided about showing lists, as it is stored."""
    return Showing.from_dict(json.loads(text))


@lru_cache(maxsize=256)
def read_promotion(text: str | None) -> Promotion | None:
    """Read a rule of going on as it is stored."""
    return None if text is None else Promotion.from_dict(json.loads(text))


@lru_cache(maxsize=256)
def read_format(text: str) -> Format:
    """Read a round's format as it is stored; the texts are few."""
    return Format.from_dict(json.loads(text))


_FIRST = aliased(Round)
_FIRST_SHOWING = (
    select(_FIRST.showing)
    .where(_FIRST.competition_id == Competition.id, _FIRST.number == FIRST)
    .correlate(Competition)
    .scalar_subquery()
)


def _view_query() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Competition.id,
            Competition.public_id,
            Competition.organiser_id,
            Unit.public_id.label("organiser_public_id"),
            Unit.timezone.label("zone"),
            Competition.title,
            Competition.description,
            ROUND_STATE.label("state"),
            Board.tie_rule,
            Competition.opened_at,
            case((Round.number == FIRST, Competition.closed_at), else_=Round.closed_at).label(
                "closed_at"
            ),
            Round.id.label("round_id"),
            Round.assessment_id,
            Round.board_id,
            Round.number,
            Round.title.label("round_title"),
            Round.promotion.label("promotion_json"),
            Assessment.opens_at,
            Assessment.closes_at,
            Assessment.blueprint.label("blueprint_json"),
            Assessment.rules.label("rules_json"),
            Round.format.label("format_json"),
            Competition.entry_scope,
            Competition.ranked_by,
            Competition.ranked_from,
            Competition.weight_participants,
            Competition.weight_coverage,
            Competition.weight_mean,
            Competition.takes_public,
            Competition.appeal_days,
            Competition.answer_days,
            Competition.correction_days,
            TeamSetting.board_id.label("team_board_id"),
            Round.showing.label("showing_json"),
            _FIRST_SHOWING.label("first_showing_json"),
            Round.revealed,
            Round.frozen_board_id,
            Round.frozen_at,
            Edition.year,
            func.coalesce(Edition.dates_due, false()).label("dates_due"),
            Edition.sealed_at,
        )
        .join(Round, Round.competition_id == Competition.id)
        .join(Assessment, Assessment.id == Round.assessment_id)
        .join(Unit, Unit.id == Competition.organiser_id)
        .join(Board, Board.id == Round.board_id)
        .outerjoin(TeamSetting, TeamSetting.competition_id == Competition.id)
        .outerjoin(Edition, Edition.competition_id == Competition.id)
    )


def _one_view(session: Session, query: Select[*tuple[Any, ...]]) -> CompetitionView:
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound("competition")
    view = CompetitionView(**{**row, "state": State(row["state"])})
    return replace(view, divisions=_list_divisions(session, view.id))


def _list_divisions(session: Session, competition_id: int) -> tuple[Division, ...]:
    rows = session.execute(
        select(models.Division.code, models.Division.title, models.Division.belonging)
        .where(models.Division.competition_id == competition_id)
        .order_by(models.Division.number)
    )
    return tuple(Division(row.code, row.title, Belonging(row.belonging)) for row in rows)


def checked_id(raw_public_id: str) -> str:
    """Return the id when it can be one: what no database must see (NUL) is NotFound here."""
    if not (raw_public_id.isascii() and raw_public_id.isalnum()):
        raise NotFound("competition")
    return raw_public_id


def get_published(session: Session, raw_public_id: str, *, number: int = FIRST) -> CompetitionView:
    """Return a competition that anybody may see: open or closed, never a draft."""
    return _one_view(
        session,
        _view_query().where(
            Competition.public_id == checked_id(raw_public_id),
            Competition.state != State.DRAFT.value,
            Round.number == number,
        ),
    )


def get_managed(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    now: datetime,
    permission: Permission = Permission.COMPETITION_MANAGE,
    *,
    number: int = FIRST,
) -> CompetitionView:
    """Return a competition whose organiser the actor's permission reaches."""
    competition = _one_view(
        session,
        _view_query().where(
            Competition.public_id == checked_id(raw_public_id), Round.number == number
        ),
    )
    if not reaches(session, actor, permission, competition.organiser_id, now):
        raise NotFound("competition")
    return competition


def get_round(session: Session, competition: CompetitionView, number: int) -> CompetitionView:
    """Return a competition that was read already with another one of its rounds."""
    query = _view_query().where(Competition.id == competition.id, Round.number == number)
    return _one_view(session, query)


def get_by_round(session: Session, round_id: int) -> CompetitionView:
    """Return the competition of a round, for the system itself."""
    return _one_view(session, _view_query().where(Round.id == round_id))


def reaches(
    session: Session, actor: Actor, permission: Permission, unit_id: int, now: datetime
) -> bool:
    """Tell whether the actor's permission reaches the unit."""
    if not actor.holds(permission):
        return False
    reach = units_in_reach(session, actor, permission, now)
    return session.scalar(select(Unit.id).where(Unit.id == unit_id, Unit.id.in_(reach))) is not None


def reaches_any(session: Session, actor: Actor, permission: Permission, now: datetime) -> bool:
    """Tell whether the actor's permission reaches an organisation at all."""
    if not actor.holds(permission):
        return False
    reach = units_in_reach(session, actor, permission, now)
    found = select(Unit.id).where(Unit.id.in_(reach), Unit.kind != "department").limit(1)
    return session.scalar(found) is not None
