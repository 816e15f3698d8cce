"""Notes and the glossary over HTTP: one's own alone, hostile text harmless, moved by new versions."""

import re

import pytest

from learning.courses.services import sync_course
from learning.kernel.clock import utc_now
from tests.factories.courses import BODY, CODE, load_one, make_course, write_lesson
from tests.factories.people import log_in, make_user

LESSON = f"/courses/{CODE}/lessons/les-01"
HOSTILE = "<script>alert(1)</script>"
CSRF = re.compile(r'"csrf": ?"([^"]+)"')


@pytest.fixture
def open_reader(app, database, tmp_path):
    """Open the browser of a new learner of the sample course."""
    now = utc_now()
    with database.transaction() as session:
        make_course(session, now, tmp_path)

    def reader():
        with database.transaction() as session:
            user = make_user(session, now)
        client = app.test_client()
        log_in(client, database, user, now)
        return client

    return reader


def send(client, path: str, body: object):
    csrf = CSRF.search(client.get(LESSON).text).group(1)
    return client.post(path, json=body, headers={"X-CSRFToken": csrf})


def post(client, path: str, **values: str):
    csrf = CSRF.search(client.get(LESSON).text).group(1)
    return client.post(path, data={"csrf_token": csrf, **values})


def test_a_note_is_made_changed_and_taken_away_in_the_lesson(open_reader) -> None:
    reader = open_reader()
    made = send(reader, f"{LESSON}/notes", {"quote": "引言。", "text": "一"}).get_json()["note"]

    changed = send(reader, made["url"], {"text": "二"})

    assert changed.get_json()["note"]["text"] == "二"
    [held] = reader.get(f"{LESSON}/notes").get_json()["notes"]
    assert (held["quote"], held["text"]) == ("引言。", "二")
    assert send(reader, made["remove_url"], {}).status_code == 200
    assert reader.get(f"{LESSON}/notes").get_json()["notes"] == []


def test_they_are_nobody_elses(open_reader) -> None:
    reader, other = open_reader(), open_reader()
    made = send(reader, f"{LESSON}/notes", {"text": "只有我看"}).get_json()["note"]

    assert other.get(f"{LESSON}/notes").get_json()["notes"] == []
    assert "只有我看" not in other.get("/courses/notes").text
    assert "只有我看" not in other.get("/courses/notes.md").text
    for path in (made["url"], made["remove_url"]):
        assert send(other, path, {"text": "x"}).status_code == 404
        assert send(other, path.replace(made["id"], "0" * 26), {"text": "x"}).status_code == 404
    assert reader.get(f"{LESSON}/notes").get_json()["notes"][0]["text"] == "只有我看"


@pytest.mark.parametrize("body", [[], {}, {"quote": 1}, {"text": "x" * 5000}, {"text": "a\0"}])
def test_rubbish_is_refused(open_reader, body) -> None:
    assert send(open_reader(), f"{LESSON}/notes", body).status_code == 400


def test_the_list_finds_changes_and_deletes_and_hostile_text_is_text(open_reader) -> None:
    reader = open_reader()
    made = send(reader, f"{LESSON}/notes", {"quote": HOSTILE, "text": HOSTILE}).get_json()["note"]
    send(reader, f"{LESSON}/notes", {"text": "另一条"})

    page = reader.get("/courses/notes").text
    found = reader.get("/courses/notes?q=alert").text
    export = reader.get("/courses/notes.md")

    assert HOSTILE not in page
    assert page.count("&lt;script&gt;") >= 2
    assert "另一条" in page
    assert "另一条" not in found
    assert export.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert export.headers["Content-Disposition"].startswith("attachment")
    assert "<script" not in export.text.replace("\\<", "")
    assert post(reader, made["url"], text="改了").status_code == 303
    assert "改了" in reader.get("/courses/notes").text
    assert post(reader, made["remove_url"]).status_code == 303
    assert "改了" not in reader.get("/courses/notes").text


def test_after_a_new_version_what_is_gone_is_shown_as_detached(
    open_reader, database, tmp_path
) -> None:
    reader = open_reader()
    send(reader, f"{LESSON}/notes", {"quote": "引 言。", "text": "还在"})
    send(reader, f"{LESSON}/notes", {"quote": "正文", "text": "没了"})
    assert "原文已改动" not in reader.get("/courses/notes").text
    write_lesson(tmp_path, 1, BODY.replace("正文", "文字"))
    with database.transaction() as session:
        sync_course(session, load_one(tmp_path), utc_now())

    page = reader.get("/courses/notes").text

    assert page.count("原文已改动") == 1
    assert page.index("没了") < page.index("还在")  # the newest first
    assert page.index("原文已改动") < page.index("还在")


def test_the_glossary_is_found_by_either_language_pinyin_and_initials(
    open_reader, app, database, tmp_path
) -> None:
    open_reader()
    anybody = app.test_client()

    for words in ("", "术语", "TERM", "shuyujia", "syj", "ｔｅｒｍ"):
        page = anybody.get("/courses/glossary", query_string={"q": words}).text
        assert "术语甲" in page, words
        assert f'href="{LESSON}"' in page
    assert page.count("<dt>") == 1  # two lessons explain it, it stands there once
    for words in ("无此词", "%", "_"):
        assert "没有找到" in anybody.get("/courses/glossary", query_string={"q": words}).text


def test_a_term_is_explained_in_both_languages_the_readers_first(open_reader, app) -> None:
    reader = open_reader()
    glossary = app.test_client().get

    english, chinese = (glossary(f"/courses/glossary?lang={code}").text for code in ("en", "zh_CN"))

    assert 0 < english.index("What it means.") < english.index("解释。")
    assert 0 < chinese.index("解释。") < chinese.index("What it means.")
    lesson = reader.get(f"{LESSON}?lang=en").text
    assert '<dd lang="en">What it means.</dd>' in lesson
    assert '<span lang="en">Lesson les-01</span>' in english
    assert '<span lang="en">Lesson les-02</span>' in lesson
    assert "What it means." not in reader.get(f"{LESSON}?lang=zh_CN").text


def test_the_glossary_follows_a_new_version(open_reader, app, database, tmp_path) -> None:
    open_reader()
    for number in (1, 2):
        path = tmp_path / f"{number:02d}-lesson.md"
        path.write_text(path.read_text().replace("术语甲", "术语乙"), encoding="utf-8")
    with database.transaction() as session:
        sync_course(session, load_one(tmp_path), utc_now())

    page = app.test_client().get("/courses/glossary").text

    assert "术语乙" in page
    assert "术语甲" not in page
