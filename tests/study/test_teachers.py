"""Who taught whom: classes that were confirmed, and courses that were written."""

import pytest
from sqlalchemy import select

from learning.accounts.models import User
from learning.study.queries.teachers import list_teachers, taught_by
from tests.factories.people import make_unit, make_user
from tests.factories.teaching import make_class_taught, make_course_written


@pytest.fixture
def people(session, now):
    make_unit(session, now)
    return [make_user(session, now).id for _ in range(4)]


def taught(session, *teachers: int) -> set[int]:
    return set(session.scalars(select(User.id).where(taught_by(User.id, teachers))))


def test_who_confirmed_a_class_taught_those_who_were_there(session, now, people) -> None:
    teacher, learner, stranger, _ = people
    make_class_taught(session, now, teacher=teacher, learner=learner)

    assert list_teachers(session, [learner, stranger]) == {learner: frozenset({teacher})}
    assert taught(session, teacher) == {learner}
    assert taught(session, stranger) == set()


def test_whoever_wrote_a_course_taught_those_who_began_it(session, now, people) -> None:
    owner, writer, learner, stranger = people
    make_course_written(session, now, owner=owner, writer=writer, learner=learner)

    assert list_teachers(session, [learner, stranger]) == {learner: frozenset({owner, writer})}
    assert taught(session, owner) == taught(session, stranger, writer) == {learner}
    assert taught(session, learner, stranger) == set()
