"""What a live room asks is not asked in practice until the evening is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.kernel.permissions import Actor
from learning.live_rounds.models import LiveItem
from learning.live_rounds.rules import Act
from learning.practice.queries import count_due, select_reserved_items, taken_back
from learning.question_bank.models import ItemVersionRow
from tests.factories.competitions import BANK, make_association
from tests.factories.items import make_bank
from tests.factories.live_rounds import do, make_room
from tests.practice.conftest import make_learner, versions_of

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
WRONG = "a"


@dataclass
class Stage:
    """An open room: who leads it, and the versions it drew."""

    session: Session
    actor: Actor
    public_id: str
    drawn: frozenset[int]

    def act(self, at: datetime, act: Act, **raw: object) -> int:
        return do(self.session, self.actor, self.public_id, at, act, **raw)

    def held(self, at: datetime) -> frozenset[int]:
        """Return which of all versions practice leaves alone at an instant."""
        return taken_back(self.session, versions_of(self.session, BANK), at)

    def lately_shown(self, since: datetime) -> set[int]:
        """Return the versions of the items that a mock exam keeps off since an instant."""
        items = select_reserved_items(since)
        query = select(ItemVersionRow.id).where(ItemVersionRow.item_id.in_(items))
        return set(self.session.scalars(query))


@pytest.fixture
def stage(session, now) -> Stage:
    make_bank(session, now, bank=BANK, multiples=0)
    association, _manager, actor = make_association(session, now)
    public_id = make_room(session, actor, association, now)
    return Stage(session, actor, public_id, frozenset(session.scalars(select(LiveItem.version_id))))


def test_no_review_asks_them_before_the_host_finishes(session, now, stage) -> None:
    learner = make_learner(session, now)
    versions = versions_of(session, BANK)
    learner.sit(versions, dict.fromkeys(range(1, len(versions) + 1), WRONG), at=now - 2 * DAY)
    learner.deliver(now - DAY)

    def due(at: datetime) -> int:
        return count_due(session, learner.actor.user_id, at, now=at)

    before = due(now + HOUR)
    stage.act(now + HOUR, Act.FINISH)

    assert before == len(versions) - len(stage.drawn) > 0
    assert due(now + HOUR) == len(learner.notebook()) == len(versions)


def test_finishing_frees_them_and_going_back_on_it_holds_them_again(now, stage) -> None:
    before = stage.held(now + HOUR)
    seq = stage.act(now + HOUR, Act.FINISH)
    finished = stage.held(now + 2 * HOUR)
    stage.act(now + 2 * HOUR, Act.UNDO, seq=seq, reason="还有一环节")

    assert (before, finished) == (stage.drawn, frozenset())
    assert stage.held(now + 3 * HOUR) == stage.drawn


def test_a_mock_exam_keeps_off_what_a_stage_showed_lately(now, stage) -> None:
    stage.act(now + HOUR, Act.FINISH)

    assert stage.lately_shown(now) == stage.drawn
    assert stage.lately_shown(now + 2 * HOUR) == set()


def test_a_room_that_nobody_finishes_gives_them_back_after_thirty_days(now, stage) -> None:
    assert stage.held(now + 30 * DAY - HOUR) == stage.drawn
    assert stage.held(now + 30 * DAY) == frozenset()
