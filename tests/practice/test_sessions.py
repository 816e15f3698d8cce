"""Practice sessions: what is drawn for whom, the daily quiz, weak areas, what is held in reserve."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from learning.attempts.rules import Release
from learning.kernel.errors import Conflict, NotFound
from learning.practice import services
from learning.practice.models import PracticeSession
from learning.practice.queries import get_person
from learning.question_bank.models import BankRow, ItemRow
from learning.question_bank.queries import list_practice_areas
from learning.question_bank.rules import ItemKind, Pool
from learning.question_bank.services import sync_bank
from tests.factories.items import make_item
from tests.factories.people import make_membership, make_unit
from tests.practice.conftest import AREA, BANK, Learner, contest_rules, make_learner, versions_of

DAY = timedelta(days=1)
HOURS = timedelta(hours=1)
RIGHT, WRONG = "b", "a"


def by_area(learner: Learner, now, bank: str = BANK, area: str = AREA) -> list[str]:
    attempt = services.start_area(
        learner.session, learner.actor, bank, area, device_token="d", now=now
    )
    return learner.asked(attempt)


def daily(learner: Learner, at, bank: str = BANK) -> str:
    return services.start_daily(learner.session, learner.actor, bank, device_token="d", now=at)


class TestByArea:
    def test_each_item_of_the_area_once_and_no_more_than_there_are(self, learner, now) -> None:
        assert sorted(by_area(learner, now)) == [f"q-{n:03d}" for n in range(1, 9)]

    @pytest.mark.parametrize(
        ("bank", "area"), [("none", AREA), (BANK, "无"), ("", ""), ("x\0", "")]
    )
    def test_what_is_missing_is_not_found(self, learner, now, bank, area) -> None:
        with pytest.raises(NotFound):
            by_area(learner, now, bank, area)

    def test_items_that_an_open_or_coming_paper_may_draw_are_left_alone(
        self, learner, versions, now
    ) -> None:
        learner.sit(versions[:3], {1: RIGHT}, pool=Pool.CONTEST)

        assert sorted(by_area(learner, now)) == [f"q-{n:03d}" for n in range(4, 9)]
        assert len(by_area(learner, now + 3 * HOURS)) == 8

    @pytest.mark.parametrize(
        "values",
        [{"pool": "secure"}, {"pool": "contest"}, {"state": "draft"}, {"not_before": "later"}],
    )
    def test_only_released_items_for_practice_are_drawn(
        self, learner, now, session, values
    ) -> None:
        if "not_before" in values:
            values = {"not_before": now + DAY}
        session.execute(update(ItemRow).where(ItemRow.code != "q-001").values(**values))

        assert by_area(learner, now) == ["q-001"]

    def test_items_that_people_mark_are_not_drawn(self, learner, now, session) -> None:
        essay = make_item("e-001", ItemKind.ESSAY, pool=Pool.PRACTICE)
        single = make_item("s-001", pool=Pool.PRACTICE)
        sync_bank(session, "mixed", [essay, single], now)

        assert by_area(learner, now, "mixed") == ["s-001"]

    def test_a_bank_of_an_organisation_is_for_its_own_people(self, learner, now, session) -> None:
        company = make_unit(session, now)
        shop = make_unit(session, now, kind="department", name="车间", parent=company)
        session.execute(update(BankRow).where(BankRow.code == BANK).values(unit_id=company.id))
        insider = make_learner(session, now)
        from learning.accounts.models import User

        make_membership(session, now, session.get(User, insider.actor.user_id), shop)

        assert by_area(insider, now)
        with pytest.raises(NotFound):
            by_area(learner, now)


class TestDaily:
    def test_everybody_gets_the_same_items_on_a_day_and_others_the_next(
        self, learner, now, session
    ) -> None:
        other = make_learner(session, now)
        mine, theirs = daily(learner, now), daily(other, now + HOURS)

        assert learner.asked(mine) == other.asked(theirs)
        assert len(learner.asked(mine)) == 5
        assert daily(learner, now + DAY) != mine
        assert session.scalar(select(func.count()).select_from(PracticeSession)) == 2

    def test_it_is_done_once_and_can_be_looked_at_again(self, learner, now) -> None:
        attempt = daily(learner, now)
        learner.step_through(attempt, [RIGHT] * 5, now)

        assert daily(learner, now + HOURS) == attempt

    def test_the_day_ends_at_midnight_of_the_organisation(self, learner, now) -> None:
        late = now.replace(hour=15, minute=59)  # 23:59 in Shanghai
        assert daily(learner, late) == daily(learner, late + timedelta(seconds=30))
        assert daily(learner, late + timedelta(minutes=2)) != daily(learner, late)

    def test_a_bank_that_is_not_for_practice_has_none(self, learner, now, session) -> None:
        session.execute(update(ItemRow).values(pool="contest"))

        with pytest.raises(NotFound):
            daily(learner, now)


class TestWeak:
    def test_the_areas_with_most_wrong_answers_are_drawn(
        self, learner, versions, now, session
    ) -> None:
        strong = [
            replace(item, document=replace(item.document, area="强项"))
            for item in [make_item(f"z-{n}", pool=Pool.PRACTICE) for n in range(4)]
        ]
        sync_bank(session, "strong", strong, now)
        paper = [*versions[:4], *versions_of(session, "strong")]
        answers = dict.fromkeys(range(1, 4), WRONG) | dict.fromkeys(range(4, 9), RIGHT)
        learner.sit(paper, answers, rules=contest_rules(Release.AT_SUBMIT))
        learner.deliver(now + HOURS)

        attempt = services.start_weak(session, learner.actor, device_token="d", now=now + 3 * HOURS)

        assert set(learner.asked(attempt)) <= {f"q-{n:03d}" for n in range(1, 9)}

    def test_with_few_answers_nothing_is_called_weak(self, learner, versions, now) -> None:
        learner.sit(versions[:2], {1: WRONG, 2: WRONG}, rules=contest_rules(Release.AT_SUBMIT))
        learner.deliver(now + HOURS)

        with pytest.raises(Conflict, match="no_weakness"):
            services.start_weak(
                learner.session, learner.actor, device_token="d", now=now + 3 * HOURS
            )


def test_areas_are_listed_with_their_numbers(learner, now, session) -> None:
    person = get_person(session, learner.actor.user_id, now)

    [line] = list_practice_areas(session, person.units, now)

    assert (line.bank, line.area, line.items) == (BANK, AREA, 8)
