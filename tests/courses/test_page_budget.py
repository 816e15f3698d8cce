"""How many statements a lesson's page costs, counted by the databases themselves."""

import json
import re

import pytest

from learning.courses.services import sync_course
from learning.kernel.clock import utc_now
from tests.courses.test_media_files import with_media
from tests.factories.courses import CODE, load_one, make_course
from tests.factories.people import log_in, make_user
from tests.statements import StatementLog, work_of

LESSON = f"/courses/{CODE}/lessons/les-01"


@pytest.fixture
def log(database, backend, request) -> StatementLog:
    server = request.getfixturevalue("postgres_server") if backend == "postgresql" else None
    return StatementLog(database, server)


@pytest.mark.parametrize("is_learner", [False, True])
def test_a_lesson_costs_at_most_five_statements_once_it_was_read(
    app, database, log, tmp_path, is_learner: bool
) -> None:
    now = utc_now()
    with database.transaction() as session:
        make_course(session, now, tmp_path)
        user = make_user(session, now)
    client = app.test_client()
    if is_learner:
        log_in(client, database, user, now)
    client.get(LESSON)

    with log.watching() as statements:
        page = client.get(LESSON)

    assert page.status_code == 200
    assert len(work_of(statements)) <= 5, work_of(statements)


def test_a_lesson_with_a_video_costs_one_statement_more(app, database, log, tmp_path) -> None:
    now = utc_now()
    folder = tmp_path / "sample-course"
    with database.transaction() as session:
        make_course(session, now, folder)
        sync_course(session, load_one(with_media(folder)), now)
        user = make_user(session, now)
    client = app.test_client()
    log_in(client, database, user, now)
    client.get(LESSON)

    with log.watching() as statements:
        page = client.get(LESSON)

    assert "<video" in page.text
    assert len(work_of(statements)) <= 6, work_of(statements)


def test_the_words_for_scripts_are_kept_a_language_and_follow_the_reader(
    app, database, tmp_path
) -> None:
    now = utc_now()
    with database.transaction() as session:
        make_course(session, now, tmp_path)
        user = make_user(session, now)
    client = app.test_client()
    log_in(client, database, user, now)

    for _ in range(2):  # the second time from what was kept
        assert "已读到末尾" in _config(client.get(LESSON + "?lang=zh_CN").text)
        assert "Read to the end" in _config(client.get(LESSON + "?lang=en").text)


def _config(page: str) -> str:
    found = re.search(r'id="lesson-config">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return str(json.loads(found[1])["words"])
