"""Mock exams: a real blueprint and its time, with items for practice; the attempt engine delivers.

Who may see the blueprint is for the caller to know: a sitting's candidates are.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment
from learning.attempts.queries import find_score, get_attempt, parse_blueprint
from learning.attempts.rules import AttemptRules, Blueprint, ByHand, reaches_cut
from learning.attempts.services import create_of_pinned, start_attempt
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Actor
from learning.practice.models import PracticeSession
from learning.practice.queries import (
    MockLine,
    find_open_session,
    get_person,
    select_asked,
    select_reserved_items,
    taken_back,
)
from learning.practice.rules import (
    Mock,
    MockResult,
    Supplied,
    areas_of,
    mock_rules,
    scaled_cut,
    set_mock,
)
from learning.practice.services.drawing import TITLES, chance
from learning.question_bank.queries import (
    PracticePoolItem,
    find_places,
    list_practice_pool,
    list_version_areas,
)
from learning.question_bank.scoring import Outcome

EXPOSED = timedelta(days=30)  # for which an item that stood on a paper is not asked
FRESH = timedelta(days=14)  # for which an item that the person was asked is not asked by choice


@dataclass(frozen=True, slots=True)
class MockModel:
    """What a mock exam is modelled on; the cut in thousandths, `extra` the person's own time."""

    assessment_id: int
    cut_milli: int | None = None
    extra: timedelta = timedelta(0)


def plan_mock(session: Session, actor: Actor, model_id: int, now: datetime) -> Mock:
    """Say what a mock exam of an assessment would be made of now; raises NotFound."""
    return _set(session, actor, *_model(session, model_id), now)


def start_mock(
    session: Session, actor: Actor, model: MockModel, *, device_token: str, now: datetime
) -> str:
    """Start a mock exam, or go on with the open one; return the attempt's public id.

    Cells that practice cannot fill are left short, as `plan_mock` names them. Raises NotFound,
    Conflict("no_mock") where nothing is found at all.
    """
    model_id = model.assessment_id
    going = find_open_session(session, actor.user_id, "mock", now, model_id=model_id)
    if going is None:
        going = _make(session, actor, model, now)
    return start_attempt(
        session, actor, going, device_token=device_token, now=now, extra=model.extra
    )


def look_at_mock(session: Session, actor: Actor, mock: MockLine) -> MockResult:
    """Return how a finished mock exam of one's own went; NotFound before its score."""
    attempt = get_attempt(session, actor.user_id, mock.attempt)
    score = find_score(session, attempt.id)
    if score is None:
        raise NotFound("mock")
    places = find_places(session, attempt.form.version_ids)
    rows = zip(attempt.form.version_ids, json.loads(score.items), strict=True)
    answers = [(places[n].area, Outcome(row[2])) for n, row in rows if n in places]
    cut, passed = mock.cut_milli, None
    if cut is not None:
        passed = reaches_cut(score.points_milli, score.max_milli, score.excluded_milli, cut)
    return MockResult(score.points_milli, score.max_milli, cut, passed, areas_of(answers))


def _make(session: Session, actor: Actor, model: MockModel, now: datetime) -> int:
    blueprint, real = _model(session, model.assessment_id)
    mock, rules = _set(session, actor, blueprint, real, now), mock_rules(real)
    if not mock.blueprint.sections:
        raise Conflict("no_mock")
    made = create_of_pinned(
        session,
        title=TITLES["mock"],
        blueprint=mock.blueprint,
        rules=rules,
        opens_at=now,
        closes_at=now + rules.limit,
        created_by=actor.user_id,
        now=now,
    )
    cut = model.cut_milli
    if cut is not None:
        cut = scaled_cut(cut, blueprint.max_milli, mock.blueprint.max_milli)
    session.add(
        PracticeSession(
            assessment_id=made.id,
            mode="mock",
            user_id=actor.user_id,
            model_id=model.assessment_id,
            cut_milli=cut,
        )
    )
    session.flush()  # the attempt's way back asks for it
    return made.id


def _model(session: Session, assessment_id: int) -> tuple[Blueprint, AttemptRules]:
    row = session.execute(
        select(Assessment.blueprint, Assessment.rules).where(Assessment.id == assessment_id)
    ).first()
    if row is None:
        raise NotFound("assessment")
    return parse_blueprint(row.blueprint), AttemptRules.from_json(row.rules)


def _set(
    session: Session, actor: Actor, blueprint: Blueprint, real: AttemptRules, now: datetime
) -> Mock:
    areas = _areas_of(session, blueprint)
    person = get_person(session, actor.user_id, now)
    found = list_practice_pool(
        session,
        person.units,
        now,
        kinds={section.kind for section in blueprint.sections},
        areas={area for each in areas.values() for area in each},
        without=select_reserved_items(now - EXPOSED),
    )
    versions = [each.item.version_id for each in found]
    held = taken_back(session, versions, now)
    asked = set(session.scalars(select_asked(actor.user_id, now - FRESH)))
    supply = [
        _supplied(each, is_fresh=each.item.version_id not in asked)
        for each in found
        if each.item.version_id not in held
        and (each.item.is_scored or real.by_hand is not ByHand.REFUSED)
    ]
    return set_mock(blueprint, areas, supply, chance)


def _areas_of(session: Session, blueprint: Blueprint) -> dict[int, frozenset[str]]:
    """Return the knowledge areas that each section of a real paper may ask, by its index."""
    versions = [c.version_id for section in blueprint.sections for c in section.candidates]
    known = list_version_areas(session, versions)
    return {
        index: frozenset(section.areas)
        or frozenset(known[c.version_id] for c in section.candidates if c.version_id in known)
        for index, section in enumerate(blueprint.sections)
    }


def _supplied(found: PracticePoolItem, *, is_fresh: bool) -> Supplied:
    item = found.item
    return Supplied(
        version_id=item.version_id,
        bank=found.bank,
        code=item.code,
        kind=found.kind,
        area=item.area,
        level=item.level,
        band=item.band,
        options=item.options,
        refused=item.refused,
        excludes=item.excludes,
        is_fresh=is_fresh,
    )
