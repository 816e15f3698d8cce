"""A large file is kept in turns that keep no candidate's save waiting, and half of one shows nowhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, func, select

from learning.courses.jobs import FORGOTTEN, KEPT_UNHELD
from learning.courses.loader import Asset, write_zip
from learning.courses.models import CourseFile, CourseMedia, CourseMediaPart, LessonFileRow
from learning.courses.queries.media import read_whole, whole_media
from learning.courses.rules.media import PART_BYTES
from learning.courses.services import keep_ahead, keep_course_ahead, sync_course
from learning.courses.services.files import judge_upload
from learning.courses.services.media import keep_media
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from tests.courses.test_authoring_pages import Page
from tests.courses.test_media_desk import DESK, bring
from tests.courses.test_media_files import with_media
from tests.factories.courses import load_one, make_course
from tests.factories.recordings import make_mp4


@pytest.fixture
def page(app, database) -> Page:
    return Page(app, database)


def large(parts: int) -> bytes:
    """An MP4 of so many pieces, the last with one byte in it."""
    head = make_mp4()
    rest = (parts - 1) * PART_BYTES + 1 - len(head)
    return head + rest.to_bytes(4, "big") + b"free" + b"x" * (rest - 8)


def judged(content: bytes) -> Asset:
    return judge_upload("start.mp4", content, 64).asset


def count(database: Database, table: type) -> int:
    with database.session(write=False) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


class Turns:
    """The writing transactions of a database, each with the bytes of pieces it brought."""

    def __init__(self, database: Database, *, most: int | None = None) -> None:
        self.database = database
        self.most = most
        self.pieces: list[int] = []

    @contextmanager
    def __call__(self) -> Iterator:
        if len(self.pieces) == self.most:
            raise ConnectionError("the server stops here")
        before = count(self.database, CourseMediaPart)
        with self.database.transaction() as session:
            yield session
        self.pieces.append(count(self.database, CourseMediaPart) - before)


def forget_all(database: Database, now: datetime) -> int:
    turns = 0
    while FORGOTTEN.run(database, now):
        turns += 1
    return turns


def test_a_file_is_kept_a_piece_a_turn_and_then_nothing_is_left_to_write(database) -> None:
    content, now, turns = large(5), utc_now(), Turns(database)
    asset = judged(content)

    keep_ahead(turns, asset, lambda: content, now)

    assert turns.pieces == [0, 1, 1, 1, 1, 1]
    with database.transaction() as session:
        keep_media(session, asset, unreadable, now)
        assert read_whole(session, asset.sha256) == content


def unreadable() -> bytes:
    raise AssertionError("it is there already")


def test_half_an_upload_shows_nowhere_goes_on_later_and_is_cleaned_up(database) -> None:
    content, now = large(7), utc_now()
    asset = judged(content)
    with pytest.raises(ConnectionError):
        keep_ahead(Turns(database, most=4), asset, lambda: content, now)

    with database.session(write=False) as session:
        assert whole_media(session, [asset.sha256]) == set()
    assert count(database, CourseMediaPart) == 3
    assert (count(database, CourseFile), count(database, LessonFileRow)) == (0, 0)
    assert forget_all(database, now + KEPT_UNHELD) == 0

    again = Turns(database)
    keep_ahead(again, asset, lambda: content, now + timedelta(hours=1))
    assert again.pieces == [0, 1, 1, 1, 1]
    assert forget_all(database, now + KEPT_UNHELD + timedelta(hours=2)) == 8
    assert (count(database, CourseMedia), count(database, CourseMediaPart)) == (0, 0)


def test_what_somebody_brings_while_it_is_being_forgotten_is_whole(database) -> None:
    content, now = large(5), utc_now()
    asset = judged(content)
    keep_ahead(database.transaction, asset, lambda: content, now)
    later = now + KEPT_UNHELD + timedelta(hours=2)
    assert FORGOTTEN.run(database, later) == 1

    with database.transaction() as session:
        keep_media(session, asset, lambda: content, later)

    assert forget_all(database, later) == 0
    with database.session(write=False) as session:
        assert read_whole(session, asset.sha256) == content


def test_a_folder_is_synced_over_half_an_upload(database, tmp_path) -> None:
    now = utc_now()
    with database.transaction() as session:
        make_course(session, now, tmp_path / "sample-course")
    loaded = load_one(with_media(tmp_path / "sample-course", filler=PART_BYTES * 3))
    name = next(name for name in loaded.assets if name.endswith(".mp4"))
    asset, content = loaded.assets[name], loaded.files[f"assets/{name}"]
    with pytest.raises(ConnectionError):
        keep_ahead(Turns(database, most=2), asset, lambda: content, now)

    keep_course_ahead(database.transaction, loaded, now)
    with database.transaction() as session:
        sync_course(session, loaded, now)
        assert read_whole(session, asset.sha256) == content


def test_a_folder_that_is_synced_notes_that_its_files_are_wanted(database, tmp_path) -> None:
    now = utc_now()
    with database.transaction() as session:
        make_course(session, now, tmp_path / "sample-course")
    loaded = load_one(with_media(tmp_path / "sample-course"))
    keep_course_ahead(database.transaction, loaded, now)
    later = now + KEPT_UNHELD * 2

    with database.transaction() as session:
        sync_course(session, loaded, later)

    with database.session(write=False) as session:
        assert set(session.scalars(select(CourseMedia.created_at))) == {later}


@pytest.mark.parametrize("way", ["media", "zip"])
def test_a_file_is_brought_a_piece_a_turn_and_shown_in_a_turn_without_any(page, way) -> None:
    content = large(5)
    packed = write_zip({**page.files(), "assets/start.mp4": content})
    revision = str(page.course().revision)

    with transactions(page.database) as seen:
        if way == "zip":
            reply = bring(page, "c.zip", packed, "zip", "zip", revision=revision)
        else:
            reply = bring(page, "start.mp4", content)

    assert reply.status_code == 303
    assert page.files()["assets/start.mp4"] == content
    assert [each.count("course_media_parts") for each in seen if each].count(1) == 5
    shown = [each for each in seen if "authored_files" in each]
    assert len(shown) == 1
    assert "course_media_parts" not in shown[0]


def test_a_zip_with_recordings_is_taken_up_to_what_the_page_says(page, monkeypatch) -> None:
    packed = write_zip({**page.files(), "assets/start.mp4": large(26)})
    assert len(packed) > 12 * 1024 * 1024
    assert "至多 64 MB" in page.author.get(DESK).text
    revision = str(page.course().revision)
    settings = replace(page.app.extensions["settings"], course_zip_mb=12)
    with monkeypatch.context() as patched:
        patched.setitem(page.app.extensions, "settings", settings)
        refused = bring(page, "c.zip", packed, "zip", "zip", revision=revision)
    assert refused.status_code == 400
    assert "压缩包大于 12 MB" in refused.text
    assert "assets/start.mp4" not in page.files()

    assert bring(page, "c.zip", packed, "zip", "zip", revision=revision).status_code == 303
    assert page.files()["assets/start.mp4"] == large(26)


@contextmanager
def transactions(database: Database) -> Iterator[list[list[str]]]:
    """Give a list of what was inserted into, by transaction."""
    seen: list[list[str]] = []

    def begun(_connection) -> None:
        seen.append([])

    def sent(_connection, _cursor, statement, *_rest) -> None:
        if statement.startswith("INSERT INTO "):
            seen[-1].append(statement.split()[2])

    event.listen(database.engine, "begin", begun)
    event.listen(database.engine, "before_cursor_execute", sent)
    yield seen
    event.remove(database.engine, "begin", begun)
    event.remove(database.engine, "before_cursor_execute", sent)


@pytest.mark.deep  # a time, and machines are noisy
def test_bringing_64_mb_holds_the_writers_turn_for_less_than_fifty_ms(page, monkeypatch) -> None:
    if page.database.writer_queue is None:
        pytest.skip("PostgreSQL's writers do not wait in line")
    content, took = large(127), held_turns(page.database, monkeypatch)

    assert bring(page, "start.mp4", content).status_code == 303
    brought = sorted(took)
    took.clear()
    form = {"path": "assets/start.mp4", "act": "delete"}
    assert page.author.post(f"{DESK}/files", data=form).status_code == 303
    forget_all(page.database, utc_now() + KEPT_UNHELD * 2)

    for turns in (brought, sorted(took)):
        print(
            f"{len(turns)} turns, median {turns[len(turns) // 2]:.4f} s, longest {turns[-1]:.4f} s"
        )
        assert turns[len(turns) * 19 // 20] < 0.05


def held_turns(database: Database, monkeypatch) -> list[float]:
    """Return a list that gets how long each turn was held, in seconds."""
    took: list[float] = []
    began: dict[int, float] = {}
    queue = database.writer_queue
    taken, given = queue.acquire_for_session, queue.release_of_session

    def acquire() -> int:
        turn = taken()
        began[turn] = time.perf_counter()
        return turn

    def release(turn: int) -> None:
        took.append(time.perf_counter() - began.pop(turn))
        given(turn)

    monkeypatch.setattr(queue, "acquire_for_session", acquire)
    monkeypatch.setattr(queue, "release_of_session", release)
    return took
