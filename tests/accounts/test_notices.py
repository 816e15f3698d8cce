"""What people are told inside the product: once, until read, and nobody else's."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from learning.accounts.models import PersonalNotice
from learning.accounts.queries import count_notices, list_notices
from learning.accounts.rules.letters import Letter, Link
from learning.accounts.services.telling import put_notice, read_notices, tell
from learning.kernel.mail import OutboxMessage
from tests.factories.people import make_actor, make_user

LETTER = Letter("成绩有更正", "Your result was corrected", "请登录查看。", "Log in for details.")


@pytest.fixture
def person(session, now):
    return make_actor(make_user(session, now, "考生甲"))


def messages(session) -> int:
    return session.scalar(select(func.count()).select_from(OutboxMessage)) or 0


class TestTelling:
    def test_the_same_thing_is_told_once_by_notice_and_message(self, session, now, person) -> None:
        told = [tell(session, person.user_id, LETTER, now, key="event-1") for _ in range(3)]
        again = tell(session, person.user_id, LETTER, now, key="event-2")

        assert (told, again) == ([True, False, False], True)
        assert count_notices(session, person.user_id) == (2, 2)
        assert messages(session) in {0, 2}  # by whether the person has an address

    def test_of_many_at_once_one_tells(self, database, now) -> None:
        with database.transaction() as session:
            user_id = make_user(session, now, "考生乙").id

        def one(_number: int) -> bool:
            with database.transaction() as session:
                return put_notice(session, user_id, LETTER, now, key="event-1")

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(one, range(20))).count(True) == 1

    def test_without_a_key_every_call_tells(self, session, now, person) -> None:
        for _ in range(2):
            put_notice(session, person.user_id, LETTER, now)

        assert count_notices(session, person.user_id) == (2, 2)


class TestReading:
    def test_reading_one_reads_the_older_ones_and_no_newer(self, session, now, person) -> None:
        for number in range(3):
            put_notice(session, person.user_id, LETTER, now + timedelta(minutes=number))
        newest, middle, _oldest = list_notices(session, person.user_id, page=1)

        assert read_notices(session, person, raw_public_id=middle.public_id, now=now) == 2
        assert count_notices(session, person.user_id) == (1, 3)
        assert read_notices(session, person, raw_public_id=newest.public_id, now=now) == 1
        assert read_notices(session, person, raw_public_id=newest.public_id, now=now) == 0

    def test_nobody_reads_anothers(self, session, now, person) -> None:
        other = make_actor(make_user(session, now, "考生丙"))
        put_notice(session, other.user_id, LETTER, now)
        [theirs] = list_notices(session, other.user_id, page=1)
        put_notice(session, person.user_id, LETTER, now)

        assert list_notices(session, person.user_id, page=1)[0].public_id != theirs.public_id
        assert read_notices(session, person, raw_public_id=theirs.public_id, now=now) == 0
        unread = select(func.count()).where(PersonalNotice.read_at.is_(None))
        assert session.scalar(unread) == 2

    def test_a_link_is_kept_as_endpoint_and_arguments(self, session, now, person) -> None:
        link = Link("exams.own_appeals", {"raw_public_id": "abc"})
        put_notice(session, person.user_id, LETTER, now, link=link)

        [found] = list_notices(session, person.user_id, page=1)
        assert (found.endpoint, found.args) == ("exams.own_appeals", {"raw_public_id": "abc"})
