"""Who is on a track tries the exam it leads to: on its blueprint, of practice items alone."""

import pytest
from sqlalchemy import select, update

from learning.accounts.models import User
from learning.attempts.models import Attempt
from learning.attempts.queries import get_attempt
from learning.certification.models import AwardRule
from learning.certification.queries.examinations import find_latest_exam
from learning.certification.rules import SchemePlan
from learning.cli.content import read_tracks
from learning.exams.models import Admission, Sitting
from learning.kernel.clock import utc_now
from learning.practice.models import PracticeSession
from learning.question_bank.models import ItemRow, ItemVersionRow
from learning.question_bank.rules import Pool
from learning.question_bank.services import sync_bank
from learning.study.services.tracks import enrol_people, sync_track
from tests.factories.certification import make_office, make_sitting
from tests.factories.items import make_item
from tests.factories.people import log_in, make_user

TRACK = "chief-quality-officer"
MOCK = f"/tracks/{TRACK}/mock"
PLAN = SchemePlan("CQO", "首席质量官", "Chief Quality Officer", 36)


class Way:
    """A track whose scheme has an exam, somebody on the track and somebody who is not."""

    def __init__(self, app, database) -> None:
        app.config.update(WTF_CSRF_ENABLED=False)
        self.database, self.now = database, utc_now()
        with database.transaction() as session:
            office = make_office(session, self.now, plan=PLAN)
            self.examiner = office.examiner.id
            sitting = make_sitting(session, self.now, office, "首席质量官任职考试")
            self.sitting, self.model = sitting.id, sitting.assessment_id
            self.public_id = sitting.public_id
            rule = AwardRule(
                scheme_id=office.scheme_id,
                sitting_id=sitting.id,
                active_from=self.now,
                created_by=self.examiner,
            )
            session.add(rule)
            items = [make_item(f"d-{n}", pool=Pool.PRACTICE) for n in range(2)]
            sync_bank(session, "drill", items, self.now)
            loaded = next(one for one in read_tracks() if one.document.code == TRACK)
            sync_track(session, loaded, self.now)
            people = [make_user(session, self.now, name) for name in ("在学", "未选")]
            session.flush()
            self.person = people[0].id
            enrol_people(
                session, office.actor, [self.person], TRACK, is_by_post=False, now=self.now
            )
            ids = [one.id for one in people]
        self.own, self.other = (self._browser(app, user_id) for user_id in ids)

    def _browser(self, app, user_id):
        client = app.test_client()
        with self.database.session(write=False) as session:
            user = session.get(User, user_id)
        log_in(client, self.database, user, self.now)
        return client

    def set(self, **values) -> None:
        with self.database.transaction() as session:
            session.execute(update(Sitting).values(**values))


@pytest.fixture
def way(app, database) -> Way:
    return Way(app, database)


def test_it_is_reached_from_the_track_and_asks_practice_items_alone(way) -> None:
    assert MOCK in way.own.get(f"/tracks/{TRACK}").text
    assert "首席质量官任职考试" in way.own.get(MOCK).text

    started = way.own.post(MOCK)

    assert started.status_code == 303
    assert "模拟考试" in way.own.get(started.headers["Location"]).text
    with way.database.session(write=False) as session:
        made = session.scalars(select(PracticeSession)).one()
        assert (made.mode, made.model_id) == ("mock", way.model)
        public_id = session.scalars(select(Attempt.public_id)).one()
        asked = get_attempt(session, way.person, public_id).form.version_ids
        rows = session.execute(
            select(ItemRow.bank, ItemRow.pool)
            .join(ItemVersionRow, ItemVersionRow.item_id == ItemRow.id)
            .where(ItemVersionRow.id.in_(asked))
        )
        assert {tuple(row) for row in rows} == {("drill", "practice")}


def test_who_is_not_on_the_track_finds_none(way) -> None:
    assert MOCK not in way.other.get(f"/tracks/{TRACK}").text
    assert way.other.get(MOCK).status_code == 404
    assert way.other.post(MOCK).status_code == 404


@pytest.mark.parametrize("state", ["draft", "closed"])
def test_a_draft_or_a_cancelled_sitting_is_no_model(way, state) -> None:
    with way.database.transaction() as session:
        opens_at = session.get(Sitting, way.sitting).created_at
    changed = {"closed_at": opens_at.replace(year=2000)} if state == "closed" else {}
    way.set(state=state, **changed)

    assert way.own.get(MOCK).status_code == 404
    assert MOCK not in way.own.get(f"/tracks/{TRACK}").text


def test_a_rule_that_ended_makes_no_model(way) -> None:
    with way.database.transaction() as session:
        assert find_latest_exam(session, "CQO").assessment_id == way.model
        session.execute(update(AwardRule).values(ended_at=way.now))
        assert find_latest_exam(session, "CQO") is None


def test_a_candidate_has_the_page_of_the_sitting_with_the_time_of_ones_own(way) -> None:
    with way.database.transaction() as session:
        session.add(
            Admission(
                sitting_id=way.sitting,
                user_id=way.person,
                candidate_name="在学",
                admitted_by=way.examiner,
                admitted_at=way.now,
            )
        )

    for answer in (way.own.get(MOCK), way.own.post(MOCK)):
        assert answer.status_code == 303
        assert answer.headers["Location"].endswith(f"/sittings/{way.public_id}/mock")
