"""Reports of faulty items: from where they may come, how they are grouped, how they are answered."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from learning.accounts.models import PersonalNotice
from learning.attempts.rules import Delivery, Release
from learning.attempts.services import create_of_versions, reveal_position, start_attempt
from learning.kernel.errors import Conflict, NotFound, Throttled
from learning.kernel.events import find_pending
from learning.kernel.permissions import Grant, Role, ScopeKind
from learning.practice import queries, services
from learning.practice.jobs import ANSWERS
from learning.practice.models import ItemReport
from learning.practice.rules import Reason, ReportState
from learning.question_bank.models import BankRow, ItemVersionRow
from learning.question_bank.rules import Pool
from learning.question_bank.services import sync_bank
from tests.factories.people import make_actor, make_unit, make_user
from tests.practice.conftest import (
    BANK,
    Learner,
    contest_rules,
    make_learner,
    practice_items,
    versions_of,
)

HOURS = timedelta(hours=1)
DAY = timedelta(days=1)
RIGHT, WRONG = "b", "a"
TOLD = contest_rules(Release.AT_SUBMIT)


def report(learner: Learner, attempt: str, position: int, at, text: str = "答案应是甲。") -> str:
    return services.report_item(
        learner.session, learner.actor, attempt, position, reason=Reason.KEY, text=text, now=at
    )


def manager(session, now, unit=None):
    scope = (ScopeKind.UNIT, str(unit.id)) if unit else (ScopeKind.PLATFORM, "")
    return make_actor(make_user(session, now), Grant(Role.ITEM_MANAGER, *scope))


def answer(session, actor, verdict: ReportState, at, code: str = "q-001") -> int:
    return services.answer_reports(
        session, actor, BANK, code, verdict=verdict, text="已核对。", now=at
    )


def revise(session, now, number: int = 1) -> None:
    items = practice_items()
    document = replace(items[number - 1].document, stem="改过的题干（　）。")
    items[number - 1] = replace(items[number - 1], document=document)
    sync_bank(session, BANK, items, now)


def tell(session, now) -> None:
    for pending in find_pending(session, ANSWERS, 100):
        ANSWERS.handle(session, pending, now)
    session.flush()


class TestFromWhere:
    def test_from_a_released_result(self, learner, versions, now, session) -> None:
        attempt = learner.sit(versions[:2], {1: WRONG}, rules=TOLD)

        report(learner, attempt, 2, now + HOURS)

        [kept] = session.scalars(select(ItemReport))
        assert (kept.version_id, kept.version_number, kept.state) == (versions[1], 1, "open")

    def test_never_while_the_paper_is_answered_or_its_keys_kept_back(
        self, learner, versions, now
    ) -> None:
        running = learner.sit(versions[:2], {1: WRONG})  # released at the close, in two hours
        for at in (now + HOURS, now + 2 * HOURS):
            with pytest.raises(Conflict, match="not_told"):
                report(learner, running, 1, at)
        report(learner, running, 1, now + 3 * HOURS)

    @pytest.mark.parametrize(
        "rules",
        [contest_rules(Release.NEVER), replace(TOLD, review=False)],
        ids=["never", "no keys"],
    )
    def test_never_where_no_key_is_ever_told(self, learner, versions, now, rules) -> None:
        attempt = learner.sit(versions[:2], {1: WRONG}, rules=rules)

        with pytest.raises(Conflict, match="not_told"):
            report(learner, attempt, 1, now + DAY)

    def test_in_practice_once_the_item_is_committed(self, learner, versions, now, session) -> None:
        attempt = services.start_daily(session, learner.actor, BANK, device_token="d", now=now)
        reveal_position(session, learner.actor, attempt, 1, now=now)
        with pytest.raises(Conflict, match="not_told"):
            report(learner, attempt, 1, now)
        learner.step(attempt, 1, RIGHT, now, now)

        report(learner, attempt, 1, now)
        with pytest.raises(Conflict, match="not_told"):
            report(learner, attempt, 2, now)

    def test_not_after_a_commit_that_told_no_key(self, learner, versions, now, session) -> None:
        rules = contest_rules(delivery=Delivery.STEPWISE, tells_key=False)
        paper = create_of_versions(
            session,
            title="示例",
            pool=Pool.CONTEST,
            version_ids=versions[:2],
            rules=rules,
            closes_at=now + 2 * HOURS,
            created_by=None,
            now=now,
        )
        attempt = start_attempt(session, learner.actor, paper.id, device_token="d", now=now)
        learner.step(attempt, 1, WRONG, now, now)

        with pytest.raises(Conflict, match="not_told"):
            report(learner, attempt, 1, now)

    def test_of_ones_own_attempt_and_a_position_that_is_there(
        self, learner, versions, now, session
    ) -> None:
        attempt = learner.sit(versions[:2], {1: WRONG}, rules=TOLD)

        for who, position in ((make_learner(session, now), 1), (learner, 0), (learner, 3)):
            with pytest.raises(NotFound):
                report(who, attempt, position, now + HOURS)


class TestPace:
    def test_a_version_is_reported_once_by_a_person(self, learner, versions, now) -> None:
        attempt = learner.sit(versions[:1], {1: WRONG}, rules=TOLD)
        report(learner, attempt, 1, now + HOURS)
        again = learner.sit(versions[:1], {1: WRONG}, rules=TOLD, at=now + HOURS)

        with pytest.raises(Conflict, match="already_reported"):
            report(learner, again, 1, now + 2 * HOURS)

    def test_ten_a_day(self, learner, now, session) -> None:
        sync_bank(session, "many", practice_items(12), now)
        attempt = learner.sit(versions_of(session, "many"), {1: WRONG}, rules=TOLD)
        for position in range(1, 11):
            report(learner, attempt, position, now + HOURS)

        with pytest.raises(Throttled):
            report(learner, attempt, 11, now + 2 * HOURS)
        report(learner, attempt, 11, now + HOURS + DAY)


class TestDesk:
    @pytest.fixture
    def reported(self, learner, versions, now, session) -> list[Learner]:
        """Three people report q-001, one of them q-002 as well."""
        people = [learner, make_learner(session, now), make_learner(session, now)]
        for minute, person in enumerate(people):
            attempt = person.sit(versions[:2], {1: WRONG}, rules=TOLD)
            report(person, attempt, 1, now + HOURS + timedelta(minutes=minute), f"第 {minute} 条")
            if person is people[0]:
                report(person, attempt, 2, now + HOURS)
        return people

    def test_reports_of_an_item_stand_together_the_most_first(self, reported, now, session) -> None:
        rows, total = queries.list_groups(session, manager(session, now), now)

        assert total == 2
        assert [(r.code, r.reports) for r in rows] == [("q-001", 3), ("q-002", 1)]
        assert rows[0].first_at < rows[0].last_at

    def test_many_items_are_listed_by_page_and_each_once(
        self, learner, now, session, many_reports
    ) -> None:
        boss = manager(session, now)

        pages = [queries.list_groups(session, boss, now, page=page) for page in (1, 2, 3)]

        assert [total for _, total in pages] == [25, 25, 25]
        assert [len(rows) for rows, _ in pages] == [20, 5, 0]
        codes = [row.code for rows, _ in pages for row in rows]
        assert len(set(codes)) == 25
        assert queries.list_groups(session, boss, now, bank="many")[1] == 25
        assert queries.list_groups(session, boss, now, bank=BANK) == ([], 0)

    @pytest.fixture
    def many_reports(self, learner, now, session) -> None:
        """25 items with an open report each, as 25 days of one person would have left them."""
        sync_bank(session, "many", practice_items(25), now)
        attempt = learner.sit(versions_of(session, "many"), {1: WRONG}, rules=TOLD)
        for position in range(1, 26):
            at = now + HOURS + position * DAY
            report(learner, attempt, position, at)

    def test_what_is_out_of_reach_is_not_seen(self, reported, now, session) -> None:
        company = make_unit(session, now)
        theirs, others = (
            manager(session, now, company),
            manager(session, now, make_unit(session, now)),
        )
        assert queries.list_groups(session, theirs, now) == ([], 0)  # a bank of the platform
        session.execute(update(BankRow).where(BankRow.code == BANK).values(unit_id=company.id))

        assert queries.list_groups(session, theirs, now)[1] == 2
        assert queries.list_groups(session, others, now) == ([], 0)
        with pytest.raises(NotFound):
            answer(session, others, ReportState.KEPT, now)

    def test_ones_own_items_can_be_seen_alone(self, reported, versions, now, session) -> None:
        boss = manager(session, now)
        session.execute(
            update(ItemVersionRow)
            .where(ItemVersionRow.id == versions[0])
            .values(written_by=boss.user_id)
        )

        for whose, codes in ((True, ["q-001"]), (False, ["q-002"])):
            rows, total = queries.list_groups(session, boss, now, is_own=whose)
            assert ([r.code for r in rows], total) == (codes, 1)

    def test_the_author_is_told_of_the_first_report_alone(
        self, learner, versions, now, session
    ) -> None:
        author = make_user(session, now)
        session.execute(update(ItemVersionRow).values(written_by=author.id))
        for person in (learner, make_learner(session, now)):
            attempt = person.sit(versions[:1], {1: WRONG}, rules=TOLD)
            report(person, attempt, 1, now + HOURS)

        [notice] = session.scalars(
            select(PersonalNotice).where(PersonalNotice.user_id == author.id)
        )
        assert notice.endpoint == "practice.desk_item"
        assert "答案应是甲" not in notice.text

    def test_fixed_answers_those_of_older_versions_and_tells_them_once(
        self, reported, now, session
    ) -> None:
        boss, at = manager(session, now), now + 2 * HOURS
        with pytest.raises(Conflict, match="not_fixed"):
            answer(session, boss, ReportState.FIXED, at)
        revise(session, at)
        late = make_learner(session, now)
        attempt = late.sit(versions_of(session)[:1], {1: WRONG}, rules=TOLD, at=at)
        report(late, attempt, 1, at + HOURS)

        assert answer(session, boss, ReportState.FIXED, at + HOURS) == 3

        tell(session, at + HOURS)
        tell(session, at + HOURS)
        told = session.execute(select(PersonalNotice.user_id, PersonalNotice.text)).all()
        assert sorted(t.user_id for t in told) == sorted(p.actor.user_id for p in reported)
        assert all("第 2 版" in t.text for t in told)
        [line], _ = queries.list_own_reports(session, late.actor.user_id)
        assert line.state == "open"

    def test_kept_answers_all_with_the_reason(self, reported, now, session) -> None:
        boss = manager(session, now)

        assert answer(session, boss, ReportState.KEPT, now + 2 * HOURS) == 3

        own, _ = queries.list_own_reports(session, reported[1].actor.user_id)
        assert [(r.state, r.answer) for r in own] == [("kept", "已核对。")]
        with pytest.raises(Conflict, match="no_open_report"):
            answer(session, boss, ReportState.KEPT, now + 2 * HOURS)
        assert queries.list_groups(session, boss, now)[1] == 1

    def test_what_people_wrote_is_read_without_their_names(self, reported, now, session) -> None:
        item_id = session.scalar(select(ItemReport.item_id).where(ItemReport.text == "第 2 条"))

        rows, total = queries.list_reports(session, item_id)

        assert (total, [r.text for r in rows]) == (3, ["第 2 条", "第 1 条", "第 0 条"])
        assert not hasattr(rows[0], "user_id")
