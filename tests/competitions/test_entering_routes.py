"""Entering and starting over HTTP: what it costs, and what who comes twice is told."""

from sqlalchemy import event, select

from learning.competitions.models import Entry
from tests.competitions.test_routes import stage_of
from tests.factories.competitions import make_participant
from tests.factories.people import make_user


class TestStarting:
    def test_a_start_costs_four_statements_with_the_log_in(
        self, open_browser, database, now
    ) -> None:
        stage = stage_of(database, now)
        with database.transaction() as session:
            actor = make_participant(session, now, stage)
            user = session.get_one(type(stage.manager), actor.user_id)
        browser = open_browser(user)
        token = browser.token(f"/competitions/{stage.public_id}")
        statements: list[str] = []
        event.listen(
            database.engine, "before_cursor_execute", lambda *told: statements.append(told[2])
        )

        reply = browser.post(f"/competitions/{stage.public_id}/start", token=token)

        assert reply.status_code == 303
        work = [s for s in statements if not s.startswith(("BEGIN", "COMMIT", "ROLLBACK"))]
        assert len(work) <= 4, work

    def test_who_enters_twice_is_told_so(self, open_browser, database, now) -> None:
        stage = stage_of(database, now)
        with database.transaction() as session:
            user = make_user(session, now)
        browser = open_browser(user)
        page = f"/competitions/{stage.public_id}"

        browser.post(f"{page}/enter")
        assert "报名成功" in browser.get(page).text
        browser.post(f"{page}/enter")
        assert "您已经报过名" in browser.get(page).text
        with database.session(write=False) as session:
            assert len(session.scalars(select(Entry)).all()) == 1
