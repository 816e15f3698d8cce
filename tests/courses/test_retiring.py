"""A course written on the web leaves the catalogue: nobody new, and who had begun goes on."""

import pytest

from learning.accounts.models import User
from learning.courses.queries import (
    find_revision,
    get_course,
    get_place,
    list_continue,
    list_courses,
    list_progress,
    search_lessons,
)
from learning.courses.queries.authoring import list_authored, list_files, read_source
from learning.courses.rules import Reading, Revision
from learning.courses.services import (
    enrol,
    record_progress,
    retire_course,
    return_course,
    save_text,
    start_check,
)
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, NotFound
from tests.courses.authoring import CODE, Desk, make_desk
from tests.factories.people import log_in, make_actor, make_user

PLAIN = "02-lesson.md"


@pytest.fixture
def desk(session, now) -> Desk:
    return make_desk(session, now, lessons=2)


@pytest.fixture
def learner(session, now):
    return make_actor(make_user(session, now, "示例学员"))


def begin(desk: Desk, learner) -> None:
    """Read 40 % of the lesson without a self-check."""
    version = get_place(desk.session, CODE, "les-02").version_id
    reading = Reading(40, "s1", version)
    record_progress(desk.session, learner, CODE, "les-02", reading=reading, now=desk.now)


@pytest.fixture
def retired(session, now, desk, learner) -> Desk:
    """A course that was taken off the catalogue while a learner was in the middle of it."""
    desk.publish()
    begin(desk, learner)
    retire_course(session, desk.reviewer, desk.course, now)
    session.flush()
    return desk


def test_a_retired_course_takes_nobody_new(session, now, retired) -> None:
    newcomer = make_actor(make_user(session, now, "后来的学员"))

    assert list_courses(session) == ([], 0)
    assert search_lessons(session, "引言")[1] == 0
    for reader in (None, newcomer.user_id):
        with pytest.raises(NotFound):
            get_course(session, CODE, reader=reader)
    with pytest.raises(NotFound):
        enrol(session, newcomer, CODE, now=now)
    reading = Reading(100, "s1", 0)
    with pytest.raises(NotFound):
        record_progress(session, newcomer, CODE, "les-02", reading=reading, now=now)
    with pytest.raises(NotFound):
        start_check(session, newcomer, CODE, "les-01", device_token="d", now=now)


def test_who_had_begun_a_retired_course_finishes_it(session, now, retired, learner) -> None:
    assert get_course(session, CODE, reader=learner.user_id).retired_at == now
    assert [each.course_code for each in list_continue(session, learner.user_id)] == [CODE]

    version = get_place(session, CODE, "les-02", reader=learner.user_id).version_id
    reading = Reading(100, "s1", version)
    record_progress(session, learner, CODE, "les-02", reading=reading, now=now)
    attempt = start_check(session, learner, CODE, "les-01", device_token="d", now=now)

    course = get_course(session, CODE, reader=learner.user_id)
    assert list_progress(session, learner.user_id, course.id)["les-02"].completed_at == now
    assert attempt
    assert find_revision(session, learner.user_id, CODE, "les-02", version) is Revision.NONE


def test_a_retired_course_comes_back_by_hand_or_with_its_next_publication(
    session, now, retired
) -> None:
    return_course(session, retired.reviewer, retired.course, now)
    session.flush()
    assert list_courses(session)[1] == 1

    retire_course(session, retired.reviewer, retired.course, now)
    text = read_source(session, retired.course).files[PLAIN].decode()
    revision = list_files(session, retired.course)[PLAIN].revision
    changed = text.replace("文字。", "新的文字。")
    save_text(session, retired.author, retired.course, PLAIN, changed, revision, now)
    retired.publish()
    assert list_courses(session)[1] == 1


def test_its_authors_see_in_their_list_that_it_is_off_the_catalogue(session, now, retired) -> None:
    assert [line.is_retired for line in list_authored(session, retired.reviewer, now)] == [True]

    return_course(session, retired.reviewer, retired.course, now)

    assert [line.is_retired for line in list_authored(session, retired.reviewer, now)] == [False]


def test_what_was_never_published_is_not_retired(session, now, desk) -> None:
    with pytest.raises(Conflict, match="not_published"):
        retire_course(session, desk.reviewer, desk.course, now)


def test_the_pages_say_so_to_who_goes_on_and_are_not_there_for_others(app, database) -> None:
    app.config.update(WTF_CSRF_ENABLED=False)
    now, clients = utc_now(), {}
    with database.transaction() as session:
        desk = make_desk(session, now)
        desk.publish()
        person, other = make_user(session, now, "在学"), make_user(session, now, "未学")
        begin(desk, make_actor(person))
        session.flush()
        ids = {"reviewer": desk.reviewer.user_id, "begun": person.id, "new": other.id}
    for name, user_id in ids.items():
        clients[name] = app.test_client()
        with database.session(write=False) as session:
            user = session.get(User, user_id)
        log_in(clients[name], database, user, now)

    done = clients["reviewer"].post(f"/authoring/{CODE}/shelf", data={"act": "retire"})

    assert done.status_code == 303
    assert "重新上架" in clients["reviewer"].get(f"/authoring/{CODE}").text
    for page in (f"/courses/{CODE}", f"/courses/{CODE}/lessons/les-02"):
        assert "课程已下架" in clients["begun"].get(page).text
        assert clients["new"].get(page).status_code == 404
        assert app.test_client().get(page).status_code == 404
    assert clients["begun"].get("/").status_code == 200
    assert clients["begun"].get("/practice").status_code == 200
