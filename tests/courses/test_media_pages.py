"""Files over HTTP: ranges, downloads, pages of a deck; uploading on the desk."""

import json
import re

import pytest
from sqlalchemy import select

from learning.courses.jobs import PAGES
from learning.courses.models import CourseMedia, CourseMediaPage, CourseMediaPart
from learning.courses.queries.media import read_whole
from learning.courses.services import sync_course
from learning.kernel.clock import utc_now
from learning.kernel.errors import NotFound
from tests.courses.test_media_files import VIDEO, put, with_media
from tests.courses.test_routes import LESSON, make_reader
from tests.factories.courses import load_one, make_course, write_lesson
from tests.factories.recordings import make_office, make_pdf

FILES = re.compile(r'(?:src|href)="([^"]*/files/[0-9a-f]{64})"')


@pytest.fixture
def course(database, tmp_path):
    folder = tmp_path / "sample-course"
    with database.transaction() as session:
        make_course(session, utc_now(), folder)
        put(folder, "form.xlsx", make_office())
        put(folder, "deck.pdf", make_pdf(2))
        with_media(folder, f"{VIDEO}\n填[领料单](assets/form.xlsx)。\n", filler=1_200_000)
        path = write_lesson(folder, 2, "")
        text = path.read_text(encoding="utf-8").replace("minutes = 12", 'deck = "assets/deck.pdf"')
        path.write_text(text, encoding="utf-8")
        loaded = load_one(folder)
        assert not loaded.problems
        sync_course(session, loaded, utc_now())
    return folder


def test_a_video_is_sent_in_ranges_to_whoever_opens_the_lesson(app, course) -> None:
    client = app.test_client()
    page = client.get(LESSON)
    video, captions = FILES.findall(page.text)[:2]
    whole = (course / "assets" / "start.mp4").read_bytes()

    part = client.get(video, headers={"Range": "bytes=600000-600099"})
    long = client.get(video, headers={"Range": "bytes=0-"})
    beyond = client.get(video, headers={"Range": "bytes=99999999-"})

    assert "media-src 'self'" in page.headers["Content-Security-Policy"]
    assert '<track kind="captions" srclang="zh-CN"' in page.text
    assert part.status_code == 206
    assert part.data == whole[600000:600100]
    assert part.headers["Content-Range"] == f"bytes 600000-600099/{len(whole)}"
    assert part.headers["Content-Type"] == "video/mp4"
    assert part.headers["X-Content-Type-Options"] == "nosniff"
    assert long.status_code == 206
    assert len(long.data) == 1024 * 1024
    assert beyond.status_code == 416
    assert client.get(video).data == whole
    assert client.get(video, headers={"If-None-Match": part.headers["ETag"]}).status_code == 304
    stale = client.get(video, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert stale.status_code == 200
    assert client.get(captions).headers["Content-Type"] == "text/vtt; charset=utf-8"
    assert client.get(video.replace("les-01", "les-02")).status_code == 404


def test_a_document_is_a_download_listed_with_its_size(app, course) -> None:
    client = app.test_client()
    page = client.get(LESSON).text
    link = FILES.findall(page)[-1]
    reply = client.get(link)

    assert "领料单" in page
    assert "资料下载" in page
    assert "1 KB" in page
    assert reply.headers["Content-Disposition"].startswith('attachment; filename="form.xlsx"')
    assert reply.data == make_office() or reply.data.startswith(b"PK")


def test_a_deck_shows_its_pages_and_hands_out_the_pdf(app, course) -> None:
    client = app.test_client()
    page = client.get(LESSON.replace("les-01", "les-02")).text
    pages = re.findall(r'src="([^"]+/pages/\d+)"', page)

    assert len(pages) == 2
    assert "整份 PDF" in page
    for _again in range(2):
        drawn = client.get(pages[1])
        assert drawn.content_type == "image/png"
        assert drawn.data.startswith(b"\x89PNG")
    assert client.get(pages[1][:-1] + "3").status_code == 404
    assert client.get(pages[1][:-1] + "0").status_code == 404


def test_the_worker_draws_the_pages_that_follow_the_first(app, database, course) -> None:
    assert PAGES.run(database, utc_now()) == 0  # nobody has asked for one
    page = app.test_client().get(LESSON.replace("les-01", "les-02")).text
    app.test_client().get(re.findall(r'src="([^"]+/pages/1)"', page)[0])

    assert PAGES.run(database, utc_now()) == 1
    assert PAGES.run(database, utc_now()) == 0
    with database.session(write=False) as session:
        rows = session.execute(select(CourseMediaPage.number, CourseMediaPage.content)).all()
    assert sorted(number for number, _ in rows) == [1, 2]
    assert all(content.startswith(b"\x89PNG") for _, content in rows)


def test_a_page_reports_what_was_played_and_finds_it_again(app, database, course) -> None:
    reader = make_reader(app, database)
    config = reader.config()
    sha256 = next(iter(config["watched"]))

    def report(*played: list[int]):
        return reader.client.post(
            config["watched_url"],
            data=json.dumps({"file": sha256, "played": list(played), "position_ms": 9000}),
            content_type="application/json",
            headers={"X-CSRFToken": config["csrf"]},
        )

    assert report().json == {"percent": 0, "watched_ms": 0, "left": []}
    assert report([0, 50_000]).json["left"][-1][1] == 50_000
    assert reader.config()["watched"][sha256] == {
        "position_ms": 9000,
        "percent": 0,
        "need": 80,
        "duration_ms": 60_000,
    }
    assert "还有 1 段视频或音频要看满 80%" in reader.client.get(LESSON).text
    assert report([0]).status_code == 400


def test_no_page_is_drawn_of_a_pdf_of_which_a_piece_is_missing(app, database, course) -> None:
    page = app.test_client().get(LESSON.replace("les-01", "les-02")).text
    app.test_client().get(re.findall(r'src="([^"]+/pages/1)"', page)[0])
    with database.transaction() as session:
        part = session.scalars(
            select(CourseMediaPart)
            .join(CourseMedia, CourseMedia.sha256 == CourseMediaPart.sha256)
            .where(CourseMedia.pages > 0)
        ).one()
        sha256, content = part.sha256, part.content
        session.delete(part)

    assert PAGES.run(database, utc_now()) == 0
    with database.transaction() as session:
        with pytest.raises(NotFound):
            read_whole(session, sha256)
        session.add(CourseMediaPart(sha256=sha256, position=0, content=content))
    assert PAGES.run(database, utc_now()) == 1
