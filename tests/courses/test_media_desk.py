"""Files of a course that is written on the web: brought, shown, published, given back, let go."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from learning.accounts.models import User
from learning.courses.jobs import FORGOTTEN, KEPT_UNHELD
from learning.courses.models import CourseAsset, CourseMedia
from learning.courses.queries.authoring import get_contents, list_files
from learning.courses.queries.media import get_draft_file
from learning.courses.services import add_figure, publish_draft, save_text, submit_course
from learning.kernel.clock import utc_now
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Grant, Role, ScopeKind
from tests.courses.authoring import CODE, make_desk
from tests.courses.test_authoring_pages import Page
from tests.factories.people import log_in, make_actor, make_user
from tests.factories.recordings import VTT, make_mp4, make_office, make_pdf

DESK = f"/authoring/{CODE}"
VIDEO = "\n\n![开机：三步](assets/start.mp4)\n\n填[领料单](assets/form.xlsx)。\n"
JPEG = (
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
    b"\xff\xc0\0\x0b\x08\0\x10\0\x10\1\1\x11\0\xff\xda\0\x08\1\1\0\0\x3f\0\x00\xff\xd9"
)


@pytest.fixture
def page(app, database) -> Page:
    return Page(app, database)


def bring(
    page: Page, name: str, content: bytes, address: str = "media", field: str = "file", **more: str
):
    file = FileStorage(io.BytesIO(content), filename=name)
    boundary, body = encode_multipart({field: file, **more})  # in memory: no file is left open
    content_type = f"multipart/form-data; boundary={boundary}"
    return page.author.post(f"{DESK}/{address}", data=body, content_type=content_type)


def test_files_are_brought_previewed_published_and_given_back(page: Page) -> None:
    for name, content in (
        ("Start.MP4", make_mp4()),
        ("start.vtt", VTT),
        ("form.xlsx", make_office()),
    ):
        assert bring(page, name, content).status_code == 303
    text = page.files()["02-lesson.md"].decode() + VIDEO
    assert page.save(text, page.revision("02-lesson.md")).status_code == 303

    edit = page.author.get(f"{DESK}/edit?path=02-lesson.md").text
    desk = page.author.get(DESK).text

    assert "<video" in edit
    assert f"/authoring/{CODE}/media/" in edit
    assert "没有要改的" in desk
    assert "![说明](assets/start.mp4)" in desk
    with page.database.transaction() as session:
        publish(session, page)
    lesson = page.app.test_client().get(f"/courses/{CODE}/lessons/les-02").text
    assert '<track kind="captions"' in lesson
    assert "领料单" in lesson
    given = zipfile.ZipFile(io.BytesIO(page.author.get(f"{DESK}/zip").data))
    assert given.read("assets/start.mp4") == make_mp4()
    assert given.read("02-lesson.md").decode() == text


def publish(session, page: Page) -> None:
    course = session.get(type(page.course()), page.course().id)
    author, reviewer = people(session, page)
    submit_course(
        session, author, course, note="加视频", substantial=(), revision=course.revision,
        now=utc_now(),
    )  # fmt: skip
    publish_draft(session, reviewer, course, revision=course.revision, now=utc_now())


def people(session, page: Page):
    unit = str(page.course().unit_id)
    named = {"示例作者": Role.AUTHOR, "示例审稿人": Role.REVIEWER}
    return [
        make_actor(
            session.scalar(select(User).where(User.display_name == name)),
            Grant(role, ScopeKind.UNIT, unit),
        )
        for name, role in named.items()
    ]


def test_captions_of_a_chinese_name_keep_the_name_of_their_video(page: Page) -> None:
    for name, content in (("开机 三步.mp4", make_mp4()), ("开机 三步.vtt", VTT), ("①.en.vtt", VTT)):
        bring(page, name, content)

    names = sorted(path for path in page.files() if path.startswith("assets/"))
    assert names[2:] == ["assets/kai-ji-san-bu.mp4", "assets/kai-ji-san-bu.vtt"]
    assert re.fullmatch(r"assets/file-[0-9a-f]{12}\.en\.vtt", names[1])


def test_what_the_pages_of_a_pdf_say_reaches_who_does_not_see_them(page: Page) -> None:
    form = {"deck_code": "les-09", "deck_title": "安全须知", "deck_minutes": ""}
    more = {**form, "deck_texts": "一\n二\n三"}
    refused = bring(page, "anquan.pdf", make_pdf(2), "decks", **more)
    assert refused.status_code == 400
    assert "写了 3 页的文字，PDF 只有 2 页" in refused.text
    assert ">\n一\n二\n三</textarea>" in refused.text

    texts = {"deck_texts": "\n戴好 <b>护目镜</b>"}
    assert bring(page, "anquan.pdf", make_pdf(2), "decks", **form, **texts).status_code == 303

    path = next(path for path in page.files() if path.endswith("les-09.md"))
    head = page.author.get(f"{DESK}/head?path={path}")
    assert "戴好 &lt;b&gt;护目镜" in head.text
    form = {
        "path": path,
        "revision": str(page.revision(path)),
        "title": "安全须知",
        "title_en": "Safety",
        "page_texts": "先看出口\n戴好 <b>护目镜</b>",
    }
    assert page.author.post(f"{DESK}/head", data=form).status_code == 303
    assert b'deck = "assets/anquan.pdf"' in page.files()[path]
    with page.database.transaction() as session:
        publish(session, page)
    shown = page.app.test_client().get(f"/courses/{CODE}/lessons/les-09").text
    assert 'alt="第 1 页，共 2 页" decoding="async" aria-describedby="p1-text"' in shown
    assert '<p id="p2-text">戴好 &lt;b&gt;护目镜&lt;/b&gt;</p>' in shown
    english = page.app.test_client().get(f"/courses/{CODE}/lessons/les-09?lang=en").text
    assert 'alt="Page 1 of 2"' in english
    assert '<summary lang="en">Text of page 2</summary>' in english
    assert '<h2 class="visually-hidden" id="p2" lang="en">Page 2</h2>' in english
    assert "第 2 页" not in english
    found = page.app.test_client().get("/courses/search?q=护目镜").text
    assert "安全须知" in found


def test_two_names_that_are_spelled_alike_are_two_files(page: Page) -> None:
    """质量 and 智量 are both zhi-liang: neither takes the other's place unasked."""
    bring(page, "质量.mp4", make_mp4(ms=1000))

    reply = bring(page, "智量.mp4", make_mp4(ms=2000))

    assert reply.status_code == 400
    assert "“智量.mp4”和已有的“质量.mp4”在课程里都写作 zhi-liang.mp4" in reply.text
    assert page.files()["assets/zhi-liang.mp4"] == make_mp4(ms=1000)
    for name, ms in (("质量.MP4", 3000), ("zhi-liang.mp4", 4000)):
        assert bring(page, name, make_mp4(ms=ms)).status_code == 303
        assert page.files()["assets/zhi-liang.mp4"] == make_mp4(ms=ms)
    assert "已有的“zhi-liang.mp4”" in bring(page, "智量.mp4", make_mp4()).text
    assert bring(page, "智量（二）.mp4", make_mp4()).status_code == 303
    assert page.files()["assets/zhi-liang-er.mp4"] == make_mp4()


def test_a_video_without_captions_is_named_with_its_line(page: Page) -> None:
    bring(page, "start.mp4", make_mp4())
    bring(page, "form.xlsx", make_office())
    page.save(page.files()["02-lesson.md"].decode() + VIDEO, page.revision("02-lesson.md"))

    desk = page.author.get(DESK).text

    assert "视频没有字幕" in desk
    assert "02-lesson.md:" in desk


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.mp4", b"<script>"),
        ("a.exe", b"MZ"),
        ("a.svg", b"<svg/>"),
        ("a.xlsx", b"PK\x03\x04"),
        ("a.vtt", "字".encode()),
        ("", b""),
    ],
)
def test_what_is_no_file_of_a_lesson_is_refused_and_changes_nothing(
    page: Page, name: str, content: bytes
) -> None:
    before = page.course().revision

    assert bring(page, name or "x", content).status_code == 400
    assert page.course().revision == before


def test_a_file_larger_than_the_setting_is_refused(page: Page, monkeypatch) -> None:
    small = replace(page.app.extensions["settings"], lesson_file_mb=1)
    monkeypatch.setitem(page.app.extensions, "settings", small)

    reply = bring(page, "a.mp4", make_mp4(filler=1_100_000))

    assert reply.status_code == 400
    assert "大于 1 MB" in reply.text


def test_a_file_beyond_the_usual_bound_of_requests_gets_in(page: Page) -> None:
    assert bring(page, "a.mp4", make_mp4(filler=17 * 1024 * 1024)).status_code == 303


def test_one_of_the_same_name_is_replaced_and_the_old_one_is_let_go(page: Page) -> None:
    bring(page, "start.mp4", make_mp4(ms=1000))
    bring(page, "start.mp4", make_mp4(ms=2000))

    forget_media(page)
    with page.database.session(write=False) as session:
        assert session.scalars(select(CourseMedia.duration_ms)).all() == [2000]
    form = {"path": "assets/start.mp4", "act": "delete"}
    assert page.author.post(f"{DESK}/files", data=form).status_code == 303
    forget_media(page)
    with page.database.session(write=False) as session:
        assert session.scalar(select(func.count()).select_from(CourseMedia)) == 0


def forget_media(page: Page) -> None:
    while FORGOTTEN.run(page.database, utc_now() + KEPT_UNHELD + timedelta(minutes=1)):
        pass


def test_a_pdf_becomes_a_lesson_with_its_title_and_minutes(page: Page) -> None:
    form = {"deck_code": "les-09", "deck_title": "安全须知", "deck_minutes": "15"}

    assert bring(page, "安全须知.pdf", make_pdf(2), "decks", **form).status_code == 303

    lesson = next(text for path, text in page.files().items() if path.endswith("les-09.md"))
    assert b'deck = "assets/an-quan-xu-zhi.pdf"' in lesson
    assert b"minutes = 15" in lesson
    desk = page.author.get(DESK).text
    assert "没有要改的" in desk
    assert "安全须知" in desk
    with page.database.transaction() as session:
        publish(session, page)
    shown = page.app.test_client().get(f"/courses/{CODE}/lessons/les-09").text
    assert shown.count('class="qa-deckpage"') == 2


@pytest.mark.parametrize(
    ("form", "content"),
    [
        ({"deck_code": "Bad Code", "deck_title": "题"}, None),
        ({"deck_code": "les-09", "deck_title": ""}, None),
        ({"deck_code": "les-09", "deck_title": "题", "deck_minutes": "x"}, None),
        ({"deck_code": "les-09", "deck_title": "题", "deck_minutes": "999"}, None),
        ({"deck_code": "les-09", "deck_title": "题"}, b"%PDF-1.7\nbroken\n%%EOF\n"),
        ({"deck_code": "les-09", "deck_title": "题"}, make_office("ppt")),
    ],
)
def test_a_deck_that_is_none_keeps_what_was_typed(
    page: Page, form: dict[str, str], content: bytes | None
) -> None:
    name = "a.pptx" if content is not None and content.startswith(b"PK") else "a.pdf"
    before = page.course().revision

    reply = bring(page, name, content or make_pdf(1), "decks", **form)

    assert reply.status_code == 400
    assert f'value="{form["deck_code"]}"' in reply.text
    assert page.course().revision == before


def test_the_head_of_a_deck_keeps_its_pdf_when_its_title_changes(page: Page) -> None:
    form = {"deck_code": "les-09", "deck_title": "安全须知"}
    bring(page, "safety.pdf", make_pdf(1), "decks", **form)
    path = next(path for path in page.files() if path.endswith("les-09.md"))
    head = {"path": path, "revision": str(page.revision(path)), "title": "新名", "title_en": "New"}

    assert page.author.post(f"{DESK}/head", data=head).status_code == 303

    assert 'title = "新名"' in page.files()[path].decode()
    assert 'deck = "assets/safety.pdf"' in page.files()[path].decode()


def test_a_draft_file_is_missing_for_who_does_not_write(page: Page) -> None:
    bring(page, "start.mp4", make_mp4())
    with page.database.transaction() as session:
        sha256 = session.scalar(select(CourseMedia.sha256))
        user = make_user(session, utc_now(), "旁人")
        session.flush()
        with pytest.raises(NotFound):
            get_draft_file(session, page.course().id + 1, sha256)
    other = page.app.test_client()
    log_in(other, page.database, user, utc_now())

    assert page.author.get(f"{DESK}/media/{sha256}").status_code == 200
    assert page.author.get(f"{DESK}/media/{'0' * 64}").status_code == 404
    assert other.get(f"{DESK}/media/{sha256}").status_code in {403, 404}
    assert other.get(f"/courses/{CODE}/lessons/les-01/files/{sha256}").status_code == 404


def test_what_a_release_holds_stays_and_comes_back(page: Page) -> None:
    bring(page, "start.mp4", make_mp4())
    with page.database.transaction() as session:
        publish(session, page)
    page.author.post(f"{DESK}/files", data={"path": "assets/start.mp4", "act": "delete"})
    assert "assets/start.mp4" not in page.files()

    form = {"revision": str(page.course().revision)}
    assert page.author.post(f"{DESK}/discard", data=form).status_code == 303

    assert page.files()["assets/start.mp4"] == make_mp4()


def test_a_photo_of_a_course_is_published(session, now) -> None:
    desk = make_desk(session, now)
    path = add_figure(session, desk.author, desk.course, "plant.jpg", JPEG, now)
    file = list_files(session, desk.course)["02-lesson.md"]
    text = get_contents(session, [file.sha256])[file.sha256].decode() + f"\n![厂房：外景]({path})\n"
    save_text(session, desk.author, desk.course, "02-lesson.md", text, file.revision, now)
    desk.publish()

    types = session.scalars(select(CourseAsset.media_type)).all()
    assert "image/jpeg" in types
