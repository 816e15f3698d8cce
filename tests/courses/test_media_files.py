"""Files of lessons: judged with path and line, kept in pieces, sent to who may open the lesson."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from learning.courses.loader import read_zip, write_zip
from learning.courses.models import (
    CourseMedia,
    CourseMediaPart,
    LessonFileRow,
    LessonProgress,
    MediaWatching,
)
from learning.courses.queries.media import (
    get_lesson_file,
    get_watched_file,
    list_watchings,
    read_range,
    read_whole,
)
from learning.courses.rules import FileUse, Reading, lesson_from_json, to_json
from learning.courses.rules.media import PART_BYTES, Report
from learning.courses.services import record_progress, record_watching, sync_course, watching
from learning.courses.services.watching import set_watch_share
from learning.kernel.content import ProblemList
from learning.kernel.errors import Conflict, Invalid, NotFound
from tests.factories.courses import CODE, load_one, make_course, write_course, write_lesson
from tests.factories.people import make_actor, make_user
from tests.factories.recordings import VTT, make_mp3, make_mp4, make_office, make_pdf

FIRST = 10
VIDEO = "\n![开机：三步](assets/start.mp4)\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return with_media(write_course(tmp_path / "sample-course"))


def with_media(folder: Path, body: str = VIDEO, *, filler: int = 0) -> Path:
    put(folder, "start.mp4", make_mp4(filler=filler))
    put(folder, "start.vtt", VTT)
    write_lesson(folder, 1, body)
    return folder


def put(folder: Path, name: str, content: bytes) -> None:
    (folder / "assets" / name).write_bytes(content)


def problems_of(folder: Path) -> list[tuple[str, int | None, str]]:
    return [(Path(p.path).name, p.line, p.code) for p in load_one(folder).problems]


def test_a_recording_with_captions_and_a_download_belong_to_their_lesson(folder: Path) -> None:
    put(folder, "start.en.vtt", VTT)
    put(folder, "form.xlsx", make_office())
    write_lesson(folder, 1, f"{VIDEO}\n填[领料单](assets/form.xlsx)。\n")

    loaded = load_one(folder)
    lesson = loaded.lessons[0]

    assert loaded.problems == ()
    assert [(f.name, f.use.value, f.duration_ms) for f in lesson.files] == [
        ("start.en.vtt", "captions", 0),
        ("start.vtt", "captions", 0),
        ("form.xlsx", "download", 0),
        ("start.mp4", "played", 60_000),
    ]
    assert lesson.used_as(FileUse.DOWNLOAD)[0].label == "领料单"
    assert lesson_from_json(to_json(lesson)) == lesson


def test_a_lesson_without_files_keeps_the_hash_it_had_before_there_were_any(folder: Path) -> None:
    assert "files" not in to_json(load_one(folder).lessons[1])


@pytest.mark.parametrize(
    ("body", "line", "code"),
    [
        ("\n![甲](assets/none.mp4)\n", FIRST + 1, "asset_missing"),
        ("\n文\n\n![甲](assets/mute.mp4)\n", FIRST + 3, "captions_missing"),
        ("\n文 ![甲](assets/start.mp4) 文\n", FIRST + 1, "media_inline"),
        ("\n![](assets/start.mp4)\n", FIRST + 1, "image_alt"),
        ("\n![甲](assets/form.xlsx)\n", FIRST + 1, "image_kind"),
        ("\n文\n\n[甲](assets/none.pdf)\n", FIRST + 3, "asset_missing"),
        ("\n[甲](assets/start.mp4)\n", FIRST + 1, "link_lesson"),
    ],
)
def test_what_is_missing_is_named_with_its_line(
    folder: Path, body: str, line: int, code: str
) -> None:
    put(folder, "mute.mp4", make_mp4())
    put(folder, "form.xlsx", make_office())
    write_lesson(folder, 1, body)

    assert problems_of(folder) == [("01-lesson.md", line, code)]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.mp4", b"<script>alert(1)</script>", "asset_type"),
        ("a.mp4", make_mp4(kind=b"soun"), "asset_type"),
        ("a.webm", make_mp4(), "asset_type"),
        ("a.mp3", make_mp4(), "asset_type"),
        ("a.mp4", make_mp4(ms=0), "asset_duration"),
        ("a.pdf", b"%PDF-1.7", "asset_type"),
        ("a.pdf", b"MZ", "asset_type"),
        ("a.docx", make_office("xl"), "asset_type"),
        ("a.xlsx", make_office("xl", **{"xl/vbaProject.bin": b"x"}), "asset_macros"),
        ("a.csv", b"a,b\0", "asset_type"),
        ("a.html", b"x", "asset_name"),
        ("A.mp4", make_mp4(), "asset_name"),
        ("a.fr.vtt", VTT, "asset_name"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(
    folder: Path, name: str, content: bytes, code: str
) -> None:
    put(folder, name, content)

    assert problems_of(folder) == [(name, None, code)]


def test_a_pdf_is_a_lesson_by_its_pages(folder: Path) -> None:
    put(folder, "deck.pdf", make_pdf(3))
    path = write_lesson(folder, 1, "")
    text = path.read_text(encoding="utf-8").replace("minutes = 12", 'deck = "assets/deck.pdf"')
    path.write_text(text, encoding="utf-8")

    loaded = load_one(folder)

    assert loaded.problems == ()
    lesson = loaded.lessons[0]
    assert lesson.deck is not None
    assert (lesson.deck.pages, lesson.minutes) == (3, 3)


@pytest.mark.parametrize(
    ("deck", "code"),
    [
        ("assets/none.pdf", "asset_missing"),
        ("assets/start.mp4", "deck_kind"),
        ("deck.pdf", "deck_kind"),
        ("assets/broken.pdf", "deck_pages"),
    ],
)
def test_a_deck_that_cannot_be_shown_is_named_with_its_line(
    folder: Path, deck: str, code: str
) -> None:
    put(folder, "broken.pdf", b"%PDF-1.7\nnothing\n%%EOF\n")
    path = write_lesson(folder, 1, "\n文\n")
    text = path.read_text(encoding="utf-8").replace("minutes = 12", f'deck = "{deck}"')
    path.write_text(text, encoding="utf-8")

    assert problems_of(folder) == [("01-lesson.md", 5, code)]


def test_a_file_is_kept_in_pieces_and_read_by_ranges(session, now, tmp_path: Path) -> None:
    make_course(session, now, tmp_path / "sample-course")
    folder = with_media(tmp_path / "sample-course", filler=PART_BYTES * 2 + 100)
    whole = (folder / "assets" / "start.mp4").read_bytes()
    sync_course(session, load_one(folder), now)
    row = session.scalar(select(CourseMedia).where(CourseMedia.media_type == "video/mp4"))

    assert read_whole(session, row.sha256) == whole
    for wanted in ((0, 1), (PART_BYTES - 3, PART_BYTES + 3), (len(whole) - 1, len(whole))):
        assert read_range(session, row.sha256, wanted) == whole[slice(*wanted)]
    assert session.scalar(select(func.max(CourseMediaPart.position))) == 2


def test_the_same_content_changes_nothing_and_is_not_stored_twice(
    session, now, tmp_path: Path
) -> None:
    make_course(session, now, tmp_path / "sample-course")
    folder = with_media(tmp_path / "sample-course")
    sync_course(session, load_one(folder), now)
    before = session.scalar(select(func.count()).select_from(LessonFileRow))

    report = sync_course(session, load_one(folder), now)

    assert (report.added, report.changed) == (0, 0)
    assert session.scalar(select(func.count()).select_from(LessonFileRow)) == before == 2


def test_a_zip_brings_files_and_a_hostile_one_is_refused(folder: Path) -> None:
    put(folder, "form.docx", make_office("word"))
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    problems = ProblemList()
    assert read_zip(write_zip(files), "c.zip", problems) == files
    assert not list(problems)

    files["assets/form.docx"] = write_zip({"evil.exe": b"MZ"})
    assert read_zip(write_zip(files), "c.zip", problems) == {}
    assert [(p.path, p.code) for p in problems] == [("assets/form.docx", "asset_type")]


@pytest.fixture
def watcher(session, now, tmp_path: Path):
    """A learner, and the recording of the first lesson."""
    make_course(session, now, tmp_path / "sample-course")
    loaded = load_one(with_media(tmp_path / "sample-course"))
    sync_course(session, loaded, now)
    file = loaded.lessons[0].used_as(FileUse.PLAYED)[0]

    def report(at: int, *played: tuple[int, int], position: int = 0, actor=None):
        return record_watching(
            session,
            actor or learner,
            CODE,
            "les-01",
            report=Report(file.sha256, played, position),
            now=now + timedelta(seconds=at),
        )

    learner = make_actor(make_user(session, now))
    return learner, file, report


def test_watching_is_kept_by_learner_in_two_statements(session, now, watcher) -> None:
    _learner, file, report = watcher
    report(0)
    counted: list[str] = []
    bind = session.get_bind()
    listener = lambda *args: counted.append(args[2])  # noqa: E731 - an event's shape
    event.listen(bind, "before_cursor_execute", listener)
    view, percent, left = report(15, (0, 15_000), position=15_000)
    event.remove(bind, "before_cursor_execute", listener)

    assert (view.position_ms, view.watched_ms, percent, left) == (15_000, 15_000, 25, ())
    assert len(counted) == 2
    other = make_actor(make_user(session, now, "旁人"))
    assert report(15, actor=other)[1] == 0
    course_id = session.scalar(select(MediaWatching.course_id).limit(1))
    seen, need = list_watchings(session, other.user_id, course_id, "les-01", now)
    assert need == 80
    assert seen[file.sha256].watched_ms == 0


def read_to_end(session, actor, at):
    progress, _check, _revision = record_progress(
        session, actor, CODE, "les-01", reading=Reading(100, ""), now=at
    )
    return progress.completed_at


def test_a_lesson_is_done_when_enough_of_its_recording_was_seen(session, now, watcher) -> None:
    learner, _file, report = watcher

    assert read_to_end(session, learner, now) is None
    report(0)
    report(24, (0, 47_000))  # 78 percent of a minute
    assert read_to_end(session, learner, now) is None
    report(25, (47_000, 48_000))

    done = session.scalars(select(LessonProgress.completed_at)).one()
    assert done == now + timedelta(seconds=25)


def test_another_share_asks_from_its_day_on_and_leaves_what_is_done(session, now, watcher) -> None:
    learner, _file, report = watcher
    other = make_actor(make_user(session, now, "旁人"))
    for one in (learner, other):
        report(0, actor=one)
    report(25, (0, 48_000))
    set_watch_share(session, 90, valid_from=now + timedelta(seconds=30), now=now)
    done = read_to_end(session, learner, now + timedelta(seconds=29))

    report(28, (0, 48_000), actor=other)
    assert read_to_end(session, other, now + timedelta(seconds=30)) is None
    assert done == read_to_end(session, learner, now + timedelta(seconds=40))
    report(60, (48_000, 54_000), actor=other)
    assert read_to_end(session, other, now + timedelta(seconds=61)) == now + timedelta(seconds=60)


def test_a_smaller_share_completes_what_was_seen_before(session, now, watcher) -> None:
    learner, _file, report = watcher
    report(0)
    report(25, (0, 30_000))
    assert read_to_end(session, learner, now + timedelta(seconds=26)) is None
    set_watch_share(session, 50, valid_from=now + timedelta(seconds=30), now=now)
    report(29)
    assert session.scalars(select(LessonProgress.completed_at)).one() is None

    report(31)

    done = session.scalars(select(LessonProgress.completed_at)).one()
    assert done == now + timedelta(seconds=31)


def test_a_lesson_watched_first_is_done_when_it_is_read(session, now, watcher) -> None:
    learner, _file, report = watcher
    report(0)
    report(30, (0, 60_000))

    assert read_to_end(session, learner, now) == now


def test_sound_without_captions_is_not_asked_for(session, now, tmp_path: Path) -> None:
    make_course(session, now, tmp_path / "sample-course")
    put(tmp_path / "sample-course", "talk.mp3", make_mp3())
    write_lesson(tmp_path / "sample-course", 1, "\n![讲话：安全](assets/talk.mp3)\n")
    loaded = load_one(tmp_path / "sample-course")
    assert not loaded.problems
    sync_course(session, loaded, now)

    assert read_to_end(session, make_actor(make_user(session, now)), now) == now


def test_two_tabs_see_no_more_than_one_in_the_same_time(session, watcher) -> None:
    _learner, _file, report = watcher
    report(0)
    report(10, (0, 20_000))
    assert report(10, (0, 20_000))[0].watched_ms == 20_000
    view, _percent, left = report(10, (20_000, 40_000))
    assert (view.watched_ms, left) == (20_000, ((20_000, 40_000),))


def test_a_report_that_crosses_another_changes_nothing(
    session, now, watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner, file, report = watcher
    report(0)
    stale = get_watched_file(session, learner.user_id, CODE, "les-01", file.sha256, now)
    report(15, (0, 15_000))
    monkeypatch.setattr(watching, "get_watched_file", lambda *_: stale)

    with pytest.raises(Conflict):
        report(15, (30_000, 40_000))

    assert session.scalars(select(MediaWatching.watched_ms)).all() == [15_000]


def test_foreign_files_are_missing_ones(session, now, watcher) -> None:
    learner, file, _report = watcher
    for course, lesson, sha256 in (
        ("nope", "les-01", file.sha256),
        (CODE, "les-02", file.sha256),
        (CODE, "les-01", "0" * 64),
    ):
        with pytest.raises(NotFound):
            get_lesson_file(session, course, lesson, sha256, reader=learner.user_id)


def test_a_recording_that_nobody_can_play_never_gets_in(session, now, tmp_path: Path) -> None:
    make_course(session, now, tmp_path / "sample-course")
    folder = with_media(tmp_path / "sample-course")
    put(folder, "start.mp4", make_mp3())

    with pytest.raises(Invalid):
        sync_course(session, load_one(folder), now)
