"""Course pages: open to read, progress for learners, nothing of a key, foreign looks like missing."""

import json
import re
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from learning.attempts.rules import parse_batch
from learning.attempts.services import submit_attempt
from learning.courses.models import LessonProgress
from learning.courses.routes.public import ASSET_POLICY
from learning.courses.services import sync_course
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.kernel.ids import digest
from learning.kernel.permissions import Actor
from learning.question_bank.services import sync_bank
from learning.web.transaction import TransactionalFlask
from tests.factories.courses import (
    BANK,
    CODE,
    load_one,
    make_course,
    make_course_items,
    write_course,
    write_lesson,
)
from tests.factories.people import log_in, make_user

COURSE = f"/courses/{CODE}"
LESSON = f"{COURSE}/lessons/les-01"
CONFIG = re.compile(r'<script type="application/json" id="lesson-config">(.*?)</script>', re.DOTALL)
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Reader:
    """A learner's browser; None as user id for somebody not logged in."""

    client: FlaskClient
    user_id: int | None = None
    actor: Actor | None = None

    def config(self, path: str = LESSON) -> dict:
        found = CONFIG.search(self.client.get(path).text)
        assert found
        return json.loads(found.group(1))

    def report(self, body: object, path: str = LESSON, csrf: str | None = None) -> TestResponse:
        return self.client.post(
            f"{path}/progress",
            data=body if isinstance(body, bytes) else json.dumps(body),
            content_type="application/json",
            headers={"X-CSRFToken": self.config()["csrf"] if csrf is None else csrf},
        )

    def post(self, path: str) -> TestResponse:
        found = TOKEN.search(self.client.get(LESSON).text)
        return self.client.post(path, data={"csrf_token": found.group(1) if found else ""})


@pytest.fixture
def course(database: Database, tmp_path):
    with database.transaction() as session:
        return make_course(session, utc_now(), tmp_path / "course")


@pytest.fixture
def stranger(app: TransactionalFlask, course) -> Reader:
    return Reader(app.test_client())


@pytest.fixture
def reader(app: TransactionalFlask, database: Database, course) -> Reader:
    return make_reader(app, database)


def make_reader(app: TransactionalFlask, database: Database) -> Reader:
    now = utc_now()
    with database.transaction() as session:
        user = make_user(session, now)
        user_id, public_id = user.id, user.public_id
    client = app.test_client()
    token = log_in(client, database, user, now)
    actor = Actor(user_id, public_id, "示例员工", digest(token), "zh_CN", 2**52)
    return Reader(client, user_id, actor)


@pytest.mark.parametrize("who", ["stranger", "reader"])
def test_catalogue_course_and_lesson_are_open_to_everybody(
    stranger: Reader, reader: Reader, who: str
) -> None:
    client = {"stranger": stranger, "reader": reader}[who].client

    for path, words in (("/courses", "示例课程"), (COURSE, "第 2 课"), (LESSON, "第一节")):
        page = client.get(path)
        assert page.status_code == 200, path
        assert words in page.text


def test_a_course_without_a_track_is_told_by_its_title_and_not_by_its_code(
    app: TransactionalFlask, database: Database, tmp_path
) -> None:
    with database.transaction() as session:
        sync_bank(session, BANK, make_course_items(), utc_now())
        folder = write_course(tmp_path / "plain")
        settings = (folder / "course.toml").read_text().replace('track = "应知应会"\n', "")
        (folder / "course.toml").write_text(settings)
        sync_course(session, load_one(folder), utc_now())

    page = app.test_client().get(COURSE).text

    crumbs = re.search(r'<nav[^>]*aria-label="所在位置".*?</nav>', page, re.DOTALL)
    assert crumbs
    assert "示例课程" in crumbs.group()
    assert CODE not in crumbs.group()


def test_a_lesson_shows_formulas_figures_tables_terms_and_sources(stranger: Reader, course) -> None:
    page = stranger.client.get(LESSON).text

    assert "<math" in page
    assert course.assets["figure.svg"].sha256 in page
    assert "qa-tablewrap" in page
    assert "术语甲" in page
    assert "示例标准" in page
    assert "登录后做自测" in page


@pytest.mark.parametrize("who", ["stranger", "reader"])
def test_no_page_of_a_lesson_tells_a_key_or_an_item(
    stranger: Reader, reader: Reader, who: str
) -> None:
    for path in (COURSE, LESSON):
        page = {"stranger": stranger, "reader": reader}[who].client.get(path).text

        assert "只有答案知道" not in page
        assert "的题干" not in page
        assert "c-001" not in page


@pytest.mark.parametrize(
    "path",
    [
        "/courses/none",
        "/courses/none/lessons/les-01",
        f"{COURSE}/lessons/none",
        f"{COURSE}/lessons/les-01%E2%80%AE",
        "/courses/" + "x" * 3000,
        "/courses/assets/" + "0" * 64,
        "/courses/assets/..%2f..%2fetc",
        "/courses/assets/x",
    ],
)
def test_what_is_missing_is_404(stranger: Reader, path: str) -> None:
    assert stranger.client.get(path).status_code == 404


@pytest.mark.parametrize("query", ["?page=0", "?page=x", "?page=1&page=2", "?page=-1"])
def test_hostile_page_numbers_are_refused(stranger: Reader, query: str) -> None:
    assert stranger.client.get(f"/courses{query}").status_code == 400


def test_a_page_beyond_the_last_is_empty(stranger: Reader) -> None:
    assert stranger.client.get("/courses?page=999999999").status_code == 200


def test_a_figure_is_served_for_good_and_can_do_nothing(stranger: Reader, course) -> None:
    figure = course.assets["figure.svg"]

    reply = stranger.client.get(f"/courses/assets/{figure.sha256}")

    assert reply.data == figure.content
    assert reply.headers["Content-Type"] == "image/svg+xml"
    assert reply.headers["Content-Security-Policy"] == ASSET_POLICY
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in reply.headers["Cache-Control"]
    assert "Set-Cookie" not in reply.headers


class TestProgress:
    def test_a_report_is_kept_and_the_page_leads_back_to_the_place(self, reader: Reader) -> None:
        reply = reader.report({"percent": 64, "anchor": "s1-1"})

        assert reply.json == {
            "percent": 64,
            "check_done": False,
            "completed": False,
            "revised": "",
        }
        page = reader.client.get(LESSON).text
        assert "上次读到" in page
        assert 'href="#s1-1"' in page
        assert reader.config()["percent"] == 64

    def test_an_anchor_that_this_version_lacks_is_not_offered(self, reader: Reader) -> None:
        reader.report({"percent": 64, "anchor": "s99"})

        assert "上次读到" not in reader.client.get(LESSON).text

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"[]", b"\xff", b'{"percent":101}', b'{"percent":1e999}', b"9" * 900, b"null"],
    )
    def test_hostile_reports_are_400_and_change_nothing(
        self, reader: Reader, database: Database, body: bytes
    ) -> None:
        assert reader.report(body).status_code == 400
        with database.session(write=False) as session:
            assert session.query(LessonProgress).count() == 0

    def test_an_endless_report_is_413(self, reader: Reader) -> None:
        assert reader.report(b'{"anchor":"' + b"x" * 5000 + b'"}').status_code == 413

    def test_without_login_it_is_401_and_without_token_403(
        self, reader: Reader, stranger: Reader
    ) -> None:
        assert reader.report({"percent": 1}, csrf="").status_code == 403
        assert stranger.client.get(LESSON).status_code == 200
        with stranger.client.session_transaction() as cookie:
            assert "_user_id" not in cookie

    def test_a_missing_lesson_is_404(self, reader: Reader) -> None:
        assert reader.report({"percent": 1}, f"{COURSE}/lessons/none").status_code == 404
        assert reader.report({"percent": 1}, "/courses/none/lessons/les-01").status_code == 404

    def test_nobody_sees_the_progress_of_another(
        self, reader: Reader, app: TransactionalFlask, database: Database
    ) -> None:
        reader.report({"percent": 64, "anchor": "s1-1"})

        other = make_reader(app, database)

        assert other.config()["percent"] == 0
        assert "上次读到" not in other.client.get(LESSON).text

    def test_a_revised_lesson_says_so(self, reader: Reader, database: Database, tmp_path) -> None:
        from learning.courses.services import sync_course
        from tests.factories.courses import load_one

        reader.report({"percent": 64, "anchor": "s1"})
        write_lesson(tmp_path / "course", 1, "\n改过。\n\n## 一\n\n::: items c-001\n")
        with database.transaction() as session:
            sync_course(session, load_one(tmp_path / "course"), utc_now())

        page = reader.client.get(LESSON).text
        assert "有修订" in page
        assert reader.config()["percent"] == 64


class TestCheck:
    def test_it_opens_the_exam_room_and_its_result_leads_back(
        self, reader: Reader, database: Database
    ) -> None:
        started = reader.post(f"{LESSON}/check")
        room = started.headers["Location"]
        attempt = room.rsplit("/", 1)[1]
        assert started.status_code == 303
        assert '"delivery":"stepwise"' in reader.client.get(room).text.replace(" ", "")
        assert "继续自测" in reader.client.get(LESSON).text

        empty = parse_batch({"epoch": 1, "responses": []})
        with database.transaction() as session:
            submit_attempt(session, reader.actor, attempt, batch=empty, last_seq={}, now=utc_now())

        result = reader.client.get(f"{room}/result").text
        assert f'href="{LESSON}#check"' in result
        page = reader.client.get(LESSON).text
        assert "自测已做" in page
        assert "再做一次" in page
        assert reader.report({"percent": 100}).json["completed"] is True
        assert "本课时已学完" in reader.client.get(LESSON).text

    @pytest.mark.parametrize("path", [f"{COURSE}/lessons/les-02", f"{COURSE}/lessons/none"])
    def test_no_check_looks_like_no_lesson(self, reader: Reader, path: str) -> None:
        assert reader.post(f"{path}/check").status_code == 404

    def test_without_login_it_asks_to_log_in(self, stranger: Reader) -> None:
        stranger.client.get("/login")
        token = stranger.client.get("/login").text
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', token)
        reply = stranger.client.post(f"{LESSON}/check", data={"csrf_token": found.group(1)})

        assert reply.status_code == 302
        assert "/login" in reply.headers["Location"]


class TestEnrolling:
    def test_beginning_a_course_opens_its_first_lesson_and_shows_it_begun(
        self, reader: Reader
    ) -> None:
        reply = reader.post(f"{COURSE}/enrol")

        assert (reply.status_code, reply.headers["Location"]) == (303, LESSON)
        reader.report({"percent": 10})
        assert "继续学习" in reader.client.get(COURSE).text

    def test_a_missing_course_is_404(self, reader: Reader) -> None:
        assert reader.post("/courses/none/enrol").status_code == 404

    def test_an_empty_catalogue_says_so(self, client: FlaskClient) -> None:
        assert "还没有课程" in client.get("/courses").text


def test_english_readers_see_english_titles_beside(stranger: Reader) -> None:
    page = stranger.client.get(f"{LESSON}?lang=en").text

    assert "Lesson les-01" in page
    assert 'lang="zh-CN"' in page


@pytest.mark.parametrize("who", ["stranger", "reader"])
def test_lessons_are_found_by_words_within_the_readers_own_frame(
    stranger: Reader, reader: Reader, who: str
) -> None:
    page = {"stranger": stranger, "reader": reader}[who].client.get("/courses/search?q=术语")

    assert page.status_code == 200
    assert "<mark>术语</mark>" in page.text
    assert ('href="/practice"' in page.text) == (who == "reader")
