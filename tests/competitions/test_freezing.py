"""A freeze and a reveal hold everywhere at once: every place that shows standings is walked."""

import io
from datetime import timedelta

import openpyxl
import pytest

from learning.attempts.events import VOIDED
from learning.attempts.models import Attempt
from learning.competitions import queries, services
from learning.competitions.jobs import BOARD, freeze_due
from learning.competitions.rules import Showing, Stage
from learning.kernel import events
from learning.kernel.errors import Conflict
from learning.leaderboards import queries as boards
from learning.leaderboards import services as board_services
from tests.factories.competitions import add_scored_attempt, make_stage, record_scored
from tests.factories.people import make_actor, make_membership, make_unit, make_user

NAMES = ("王小明", "李四", "赵小五")
FREEZE_S = 600


class Contest:
    """Three people: two finish before the freeze, then the first improves and the third comes."""

    def __init__(self, database, now, stages=()) -> None:
        self.database, self.now = database, now
        self.freeze = now + timedelta(seconds=FREEZE_S)
        with database.transaction() as session:
            self.stage = make_stage(session, now, max_attempts=3)
            company = make_unit(session, now, name="示例机械集团")
            self.view = self.stage.view(session, now)
            self.users = [make_user(session, now, name) for name in NAMES]
            for user in self.users:
                make_membership(session, now, user, company)
                services.enter_competition(session, make_actor(user), self.stage.public_id, now=now)
            showing = Showing(True, self.freeze, stages)
            services.set_showing(
                session, self.stage.actor, self.stage.public_id, showing=showing, now=now
            )
        self.score(0, 17_000, 60)
        self.score(1, 16_000, 61)

    def score(self, who: int, points: int, seconds: int, number: int = 1) -> None:
        with self.database.transaction() as session:
            told = add_scored_attempt(
                session,
                self.view.assessment_id,
                self.users[who].id,
                number=number,
                points_milli=points,
                started_at=self.now,
                duration_us=seconds * 1_000_000,
            )
            record_scored(session, told, self.now)
        self.deliver()

    def deliver(self) -> None:
        events.deliver(self.database, BOARD, self.now)

    def go_on_after_the_freeze(self) -> None:
        """The freeze comes; then better results do."""
        assert freeze_due(self.database, self.freeze) == 1
        self.score(2, 19_537, 1_200)
        self.score(0, 18_531, 1_300, number=2)

    def close(self) -> None:
        with self.database.transaction() as session:
            view = self.stage.view(session, self.now)
            at = self.freeze + timedelta(minutes=30)
            plan = services.plan_close(session, view)
            services.close_competition(session, plan, actor=self.stage.actor, now=at)

    def reveal(self, step: int) -> None:
        with self.database.transaction() as session:
            at = self.freeze + timedelta(minutes=40)
            services.reveal_next(session, self.stage.actor, self.stage.public_id, step=step, now=at)

    def rows(self, board_id: int) -> dict[str, tuple[int, int]]:
        """Whose standing and points a board has, by name."""
        with self.database.session(write=False) as session:
            found = boards.list_rows(session, board_id, offset=0, limit=9)
            names = queries.entries_of(session, [row.subject for row in found])
        return {names[r.subject].participant_name: (r.standing, r.points_milli) for r in found}

    def frozen(self):
        with self.database.session(write=False) as session:
            return self.stage.view(session, self.now).frozen

    def seen(self, open_browser) -> list[str]:
        """The text of every place where standings are shown, for everybody who may look."""
        base = f"/competitions/{self.stage.public_id}"
        readers = [None, *self.users, self.stage.manager]
        pages = []
        for reader in readers:
            browser = open_browser(reader) if reader else open_browser()
            for path in ("", "/standings", "/standings?q=示例", "/standings/enterprises", "/wall"):
                pages.append(browser.get(base + path).text)
        book = open_browser(self.stage.manager).get(base + "/standings.xlsx")
        if book.status_code == 200:
            sheet = openpyxl.load_workbook(io.BytesIO(book.data)).worksheets[0]
            pages.append("\n".join(f">{cell}<" for row in sheet.values for cell in row))
        return pages


def test_nothing_later_than_the_freeze_is_anywhere(open_browser, clock, database, now) -> None:
    contest = Contest(database, now)
    contest.go_on_after_the_freeze()
    clock.move_to(contest.freeze)

    pages = contest.seen(open_browser)

    assert not [page for page in pages if "19.537" in page or "18.531" in page]
    assert not [page for page in pages if "赵*五" in page]
    assert any("已封榜" in page for page in pages)
    assert sum("王*明" in page for page in pages) >= 3
    with database.session(write=False) as session:
        own = queries.list_own(session, contest.users[0].id, contest.freeze)
        late = queries.list_own(session, contest.users[2].id, contest.freeze)
        told = queries.list_entries_of(session, [contest.users[0].id], contest.freeze)
    assert (own[0].place.standing, own[0].place.points_milli) == (1, 17_000)
    assert late[0].place is None
    assert (told[0].standing, told[0].points_milli) == (None, None)


def test_the_frozen_list_is_that_of_what_was_finished_by_then(database, now) -> None:
    contest = Contest(database, now)
    contest.go_on_after_the_freeze()

    assert contest.rows(contest.frozen().board_id) == {"王小明": (1, 17_000), "李四": (2, 16_000)}
    with database.session(write=False) as session:
        assert board_services.differing_counts(session, contest.frozen().board_id) == 0


def test_what_was_finished_in_time_but_scored_later_still_comes_onto_it(database, now) -> None:
    contest = Contest(database, now)
    contest.go_on_after_the_freeze()

    contest.score(1, 17_500, 599, number=2)

    assert contest.rows(contest.frozen().board_id) == {"李四": (1, 17_500), "王小明": (2, 17_000)}


def test_what_becomes_void_leaves_the_frozen_list_too(database, now) -> None:
    contest = Contest(database, now)
    contest.go_on_after_the_freeze()

    with database.transaction() as session:
        for attempt in session.query(Attempt).filter_by(user_id=contest.users[0].id, number=1):
            attempt.voided_at = contest.freeze
            payload = {
                "assessment_id": attempt.assessment_id,
                "user_id": attempt.user_id,
            }
            events.record(session, VOIDED, payload, now)
    contest.deliver()

    assert contest.rows(contest.frozen().board_id) == {"李四": (1, 16_000)}


def test_a_reveal_goes_from_the_last_to_the_first_everywhere(
    open_browser, clock, database, now
) -> None:
    contest = Contest(database, now, stages=(Stage("", 2), Stage("units", 1), Stage("", 1)))
    contest.go_on_after_the_freeze()
    contest.close()
    clock.move_to(contest.freeze + timedelta(minutes=50))

    before = contest.seen(open_browser)
    contest.reveal(1)
    second = contest.seen(open_browser)
    contest.reveal(2)
    contest.reveal(3)
    everything = contest.seen(open_browser)

    assert all("19.537" not in page and "18.531" not in page for page in before)
    assert all("19.537" not in page for page in second)
    assert any("18.531" in page for page in second)
    assert not any("赵*五" in page for page in second)
    assert any("19.537" in page and "赵*五" in page for page in everything)


def test_one_s_own_place_is_told_when_its_step_was_taken(database, now) -> None:
    contest = Contest(database, now, stages=(Stage("", 2), Stage("", 1)))
    contest.go_on_after_the_freeze()
    contest.close()
    contest.reveal(1)

    with database.session(write=False) as session:
        places = [
            queries.list_own(session, user.id, contest.freeze + timedelta(days=1))[0].place
            for user in contest.users
        ]

    assert [place and place.standing for place in places] == [2, 3, None]


def test_a_step_is_taken_once_and_prizes_wait_for_the_last(database, now) -> None:
    contest = Contest(database, now, stages=(Stage("", 2), Stage("", 1)))
    contest.go_on_after_the_freeze()
    with pytest.raises(Conflict, match="round_not_closed"):
        contest.reveal(1)
    contest.close()
    contest.reveal(1)

    with pytest.raises(Conflict, match="reveal_changed"):
        contest.reveal(1)
    with database.session(write=False) as session, pytest.raises(Conflict, match="not_revealed"):
        services.create_final(
            session,
            contest.stage.actor,
            contest.stage.public_id,
            preset="",
            places=2,
            title="",
            now=contest.freeze + timedelta(days=1),
        )
