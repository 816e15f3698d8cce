"""The pages on which courses are written: who gets in, what is refused keeps what was typed."""

import io
import json
import tomllib

import pytest
from sqlalchemy import func, select

from learning.accounts.models import User
from learning.courses.loader import write_zip
from learning.courses.models import AuthoredCourse, CourseFile, LessonProgress
from learning.courses.queries.authoring import list_files, read_source
from learning.kernel.clock import utc_now
from tests.courses.authoring import CODE, course_files, make_desk
from tests.factories.courses import SVG
from tests.factories.people import log_in

EDIT = f"/authoring/{CODE}/edit"
JSON = {"Accept": "application/json"}
CSRF = {"WTF_CSRF_ENABLED": False}


class Page:
    """A course of an enterprise, and browsers of its author, its reviewer and a learner."""

    def __init__(self, app, database) -> None:
        app.config.update(CSRF)
        self.app, self.database, now = app, database, utc_now()
        with database.transaction() as session:
            desk = make_desk(session, now)
            people = {"author": desk.author.user_id, "reviewer": desk.reviewer.user_id}
            self.unit = desk.unit.public_id
        self.clients = {}
        for name, user_id in people.items():
            self.clients[name] = app.test_client()
            with database.session(write=False) as session:
                user = session.get(User, user_id)
            log_in(self.clients[name], database, user, now)

    @property
    def author(self):
        return self.clients["author"]

    @property
    def reviewer(self):
        return self.clients["reviewer"]

    def course(self) -> AuthoredCourse:
        with self.database.session(write=False) as session:
            return session.scalar(select(AuthoredCourse).where(AuthoredCourse.code == CODE))

    def files(self) -> dict[str, bytes]:
        with self.database.session(write=False) as session:
            course = session.scalar(select(AuthoredCourse).where(AuthoredCourse.code == CODE))
            return dict(read_source(session, course).files)

    def revision(self, path: str) -> int:
        with self.database.session(write=False) as session:
            course = session.scalar(select(AuthoredCourse).where(AuthoredCourse.code == CODE))
            return list_files(session, course)[path].revision

    def save(self, text: str, revision: int, path: str = "02-lesson.md", **headers):
        form = {"path": path, "text": text, "revision": str(revision)}
        return self.author.post(EDIT, data=form, headers=headers.get("headers"))


@pytest.fixture
def page(app, database) -> Page:
    return Page(app, database)


def upload(content: bytes) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), "课程.zip"


def test_the_folder_comes_back_as_it_was_brought(page) -> None:
    reply = page.author.get(f"/authoring/{CODE}/zip")

    assert reply.data == write_zip(course_files())
    assert reply.headers["Content-Disposition"] == f'attachment; filename="{CODE}.zip"'


def test_a_hostile_zip_is_refused_by_name_and_nothing_is_kept(page) -> None:
    with page.database.session(write=False) as session:
        before = session.scalar(select(func.count()).select_from(CourseFile))
    files = {**course_files(), "assets/a.svg": SVG.replace("<path", "<script/><path").encode()}
    form = {"unit": page.unit, "bank": "", "zip": upload(write_zip(files))}

    reply = page.author.post("/authoring/new", data=form)

    assert reply.status_code == 400
    assert "assets/a.svg:1" in reply.text
    assert "SVG 中不许有 &lt;script&gt;" in reply.text
    with page.database.session(write=False) as session:
        assert session.scalar(select(func.count()).select_from(CourseFile)) == before
        assert session.scalar(select(func.count()).select_from(AuthoredCourse)) == 1


def test_a_zip_replaces_all_or_nothing(page) -> None:
    before = page.files()
    course = page.course()
    bad = {**course_files(), "02-lesson.md": "正文".encode("gb18030")}
    for content in (write_zip(bad), b"no zip"):
        form = {"revision": str(course.revision), "zip": upload(content)}
        assert page.author.post(f"/authoring/{CODE}/zip", data=form).status_code == 400
    assert page.files() == before

    good = {**course_files(), "02-lesson.md": course_files(lessons=3)["02-lesson.md"]}
    form = {"revision": str(course.revision), "zip": upload(write_zip(good))}
    assert page.author.post(f"/authoring/{CODE}/zip", data=form).status_code == 303
    assert page.files() == good


def test_an_item_that_the_bank_lacks_is_named_with_its_line_and_is_not_published(page) -> None:
    path, files = "01-lesson.md", course_files()
    files[path] = files[path].replace(b"c-003", b"c-999")
    line = next(n for n, text in enumerate(files[path].split(b"\n"), 1) if b"c-999" in text)
    form = {"revision": str(page.course().revision), "zip": upload(write_zip(files))}

    assert page.author.post(f"/authoring/{CODE}/zip", data=form).status_code == 303

    desk = page.author.get(f"/authoring/{CODE}").text
    assert f"{path}:{line}" in desk
    assert "中没有 c-999" in desk
    form = {"revision": str(page.course().revision), "note": "改了一题"}
    assert page.author.post(f"/authoring/{CODE}/submit", data=form).status_code == 400
    assert page.author.get(f"/authoring/{CODE}/zip").data == write_zip(files)


def test_a_save_that_meets_anothers_changes_nothing_and_says_whose(page) -> None:
    assert page.save("一", 1, headers=JSON).json["revision"] == 2

    meets = page.save("二", 1, headers=JSON)

    assert meets.status_code == 409
    assert meets.json["error"] == "draft_changed"
    assert meets.json["who"] == "示例作者"
    assert page.files()["02-lesson.md"].decode() == "一"
    plain = page.save("二", 1)
    assert plain.status_code == 409
    assert "二" in plain.text  # what was typed is still there
    assert page.files()["02-lesson.md"].decode() == "一"
    theirs = {"path": "02-lesson.md", "act": "theirs", "text": ""}
    assert page.author.post(EDIT, data=theirs, headers=JSON).json == {"html": "一", "revision": 2}


def test_the_preview_shows_what_learners_would_see_and_names_lines(page) -> None:
    text = course_files()["02-lesson.md"].decode()
    text += '\n![图：说明](assets/figure.svg)\n\n公式 $a^2$。\n\n<img src=x onerror="alert(1)">\n'
    form = {"path": "02-lesson.md", "text": text.replace("\n", "\r\n")}

    reply = page.author.post(f"/authoring/{CODE}/preview", data=form, headers=JSON).json

    assert "<math" in reply["html"]
    assert f"/authoring/{CODE}/figures/" in reply["html"]
    assert "&lt;img src=x" in reply["html"]
    assert "<img src=x" not in reply["html"]
    assert [(each["line"], each["message"]) for each in reply["findings"]] == [
        (21, "正文不能有事件属性 onerror")
    ]
    assert page.files() == course_files()


def test_who_reviews_sees_a_lesson_as_learners_would_and_nobody_else(page, app) -> None:
    desk = page.reviewer.get(f"/authoring/{CODE}").text
    address = f"/authoring/{CODE}/shown?path=01-lesson.md"
    title = tomllib.loads(course_files()["01-lesson.md"].decode().split("+++")[1])["title"]

    reply = page.reviewer.get(address)

    assert f'href="{address}"' in desk
    assert f'href="{address}"' in page.reviewer.get(f"/authoring/{CODE}/changes").text
    assert (reply.status_code, f"<h1>{title}</h1>" in reply.text) == (200, True)
    assert app.test_client().get(address).status_code == 302
    assert page.reviewer.get(f"/authoring/{CODE}/shown?path=course.toml").status_code == 404


def test_a_figure_of_a_draft_is_for_those_who_see_the_draft(page, app) -> None:
    stored = page.author.post(
        f"/authoring/{CODE}/figures",
        data={"picture": (io.BytesIO(SVG.encode()), "figure.svg")},
        headers=JSON,
    )
    assert stored.json == {"url": "assets/figure.svg"}
    html = page.author.get(f"/authoring/{CODE}").text
    address = html.split('img src="')[1].split('"')[0]

    shown = page.reviewer.get(address)

    assert shown.data == SVG.encode()
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert app.test_client().get(address).status_code == 302
    assert app.test_client().get(address.replace("/authoring/web-course/figures", "/courses/assets")
                                 ).status_code == 404  # fmt: skip


def test_review_and_publication_are_another_persons(page, app) -> None:
    assert app.test_client().get(f"/courses/{CODE}").status_code == 404
    form = {"note": "第一版", "revision": str(page.course().revision)}
    assert page.reviewer.post(f"/authoring/{CODE}/submit", data=form).status_code == 403
    assert page.author.post(f"/authoring/{CODE}/submit", data=form).status_code == 303
    decision = {"act": "publish", "revision": str(page.course().revision)}
    assert page.author.post(f"/authoring/{CODE}/decide", data=decision).status_code == 403

    assert page.reviewer.post(f"/authoring/{CODE}/decide", data=decision).status_code == 303

    lesson = app.test_client().get(f"/courses/{CODE}/lessons/les-01")
    assert lesson.status_code == 200
    assert "/courses/assets/" in lesson.text
    changes = page.author.get(f"/authoring/{CODE}/changes?release=1").text
    assert "第一版" in changes
    assert "示例审稿人 审阅" in changes
    again = page.reviewer.post(f"/authoring/{CODE}/decide", data=decision)
    assert again.status_code == 409
    assert "课程不在审阅中" in again.text


def test_what_was_typed_into_a_refused_form_stays(page) -> None:
    form = {"title": "新的一课", "code": "Bad Code"}
    refused = page.author.post(f"/authoring/{CODE}/lessons", data=form)
    assert refused.status_code == 400
    assert 'value="新的一课"' in refused.text
    old = {"note": "写了很久的说明", "revision": "1"}
    stale = page.author.post(f"/authoring/{CODE}/submit", data=old)
    assert stale.status_code == 409
    assert "写了很久的说明" in stale.text
    new = {"unit": page.unit, "bank": "", "code": CODE, "title": "甲", "title_en": "A"}
    taken = page.author.post("/authoring/new", data=new)
    assert taken.status_code == 400
    assert "这个 id 已有课程使用。" in taken.text


def test_paths_and_numbers_from_outside_find_nothing_else(page) -> None:
    for path in ("../secret", "assets/figure.svg", "none.md", "x\x00", "~01-lesson.md"):
        assert page.author.get(EDIT, query_string={"path": path}).status_code in {400, 404}
        assert page.save("x", 1, path).status_code in {400, 404}
        form = {"path": path, "act": "down"}
        assert page.author.post(f"/authoring/{CODE}/files", data=form).status_code == 404
    for release in ("0", "9", "x", "-1", "99999999"):
        assert page.author.get(f"/authoring/{CODE}/changes?release={release}").status_code in {
            200,
            404,
        }
        form = {"release": release, "revision": "1"}
        assert page.author.post(f"/authoring/{CODE}/restore", data=form).status_code == 404
    for revision in ("", "x", "-1", "9" * 12):
        assert page.save("x", revision).status_code == 400
    assert page.files() == course_files()


def test_a_page_asks_for_a_new_version_without_writing(page, app) -> None:
    form = {"note": "第一版", "revision": str(page.course().revision)}
    page.author.post(f"/authoring/{CODE}/submit", data=form)
    decision = {"act": "publish", "revision": str(page.course().revision)}
    page.reviewer.post(f"/authoring/{CODE}/decide", data=decision)
    lesson = f"/courses/{CODE}/lessons/les-02"
    config = page.author.get(lesson).text.split('id="lesson-config">')[1].split("</script>")[0]
    shown = json.loads(config)["version"]

    def asked(version: object):
        return page.author.get(f"{lesson}/revision?version={version}", headers=JSON)

    assert asked(shown).json == {"revised": ""}
    assert asked(shown + 1).json == {"revised": "minor"}
    for wrong in ("", "x", "0", "-1", 2**53, "9" * 40, "１"):
        assert asked(wrong).status_code == 400
    with page.database.session(write=False) as session:
        assert session.scalar(select(func.count()).select_from(LessonProgress)) == 0
    assert app.test_client().get(f"{lesson}/revision?version=1").status_code == 302
