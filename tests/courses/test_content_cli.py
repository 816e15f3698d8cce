"""`flask content` knows courses: the repository's own are sound, faults are named, twice is once."""

import os
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select, update

from learning.cli import content as cli
from learning.cli.content import read_content, sync_all
from learning.courses.models import Course, LessonVersion
from learning.courses.presentation import render_lesson
from learning.courses.services import CourseSyncReport
from learning.kernel import content_states
from learning.kernel.db import Database
from learning.question_bank.models import ItemRow
from learning.question_bank.services import SyncReport
from tests.factories.courses import BANK, write_course, write_lesson

ITEMS = "\n".join(
    f"## c-00{n} 单选 · 掌握 · 难度 0.3\n\n题干（　）。\n\n- [x] 甲\n- [ ] 乙\n\n> 解析：略。\n"
    for n in range(1, 6)
)


@pytest.fixture
def runner(app) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A bank and a course side by side in one folder."""
    folder = tmp_path / "content"
    write_course(folder / "course")
    (folder / "bank").mkdir()
    (folder / "bank" / "bank.toml").write_text(f'id = "{BANK}"\ntitle = "题库"\n', encoding="utf-8")
    (folder / "bank" / "01.md").write_text(f"# 知识点\n\n{ITEMS}", encoding="utf-8")
    return folder


def test_all_courses_of_the_repository_are_sound_and_can_be_shown() -> None:
    read = read_content()

    assert [str(problem) for problem in read.problems] == []
    for course in read.courses:
        for lesson in course.lessons:
            html = render_lesson(lesson, "/courses/assets/")
            assert "math-error" not in html.body + html.rest
            assert html.headings


@pytest.mark.sqlite
def test_a_sound_folder_of_banks_and_courses_passes(runner: FlaskCliRunner, content: Path) -> None:
    result = runner.invoke(args=["content", "check", str(content)])

    assert result.exit_code == 0, result.output
    assert "5 items in 1 banks, 2 lessons in 1 courses, no problems" in result.output


@pytest.mark.sqlite
def test_a_fault_of_a_lesson_is_named_with_file_and_line(
    runner: FlaskCliRunner, content: Path
) -> None:
    write_lesson(content / "course", 1, "\n文\n::: items c-009\n")

    result = runner.invoke(args=["content", "check", str(content)])

    assert result.exit_code == 1
    assert "01-lesson.md:12:c-009" in result.output


@pytest.mark.sqlite
def test_a_folder_without_content_is_refused(runner: FlaskCliRunner, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    result = runner.invoke(args=["content", "check", str(tmp_path / "empty")])

    assert result.exit_code == 1


def test_syncing_files_twice_changes_nothing(database: Database, content: Path) -> None:
    first = sync_all(database, content, content)
    second = sync_all(database, content, content)

    assert first["courses/sample-course"] == CourseSyncReport(2, 0, 0, 0)
    assert second["courses/sample-course"] == CourseSyncReport(0, 0, 2, 0)
    with database.session(write=False) as session:
        assert session.scalar(select(func.count()).select_from(LessonVersion)) == 2


def test_a_course_whose_folder_is_gone_is_retired(database: Database, content: Path) -> None:
    sync_all(database, content, content)
    sync_all(database, content, content / "bank")

    with database.session(write=False) as session:
        assert session.scalar(select(Course.retired_at)) is not None


def test_content_with_problems_changes_nothing(database: Database, content: Path) -> None:
    write_lesson(content / "course", 1, "\n# 一\n")

    with pytest.raises(Exception, match="nothing changed"):
        sync_all(database, content, content)

    with database.session(write=False) as session:
        assert session.scalar(select(func.count()).select_from(Course)) == 0


def _refuse_to_read(*_files: object) -> None:
    raise AssertionError("read again")


def test_an_unchanged_sync_reads_no_content(
    database: Database, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_all(database, content, content)
    for name in ("load_bank", "load_courses", "load_tracks"):
        monkeypatch.setattr(cli, name, _refuse_to_read)

    reports = sync_all(database, content, content)

    assert reports == {
        BANK: SyncReport(0, 0, 5, 0),
        "courses/sample-course": CourseSyncReport(0, 0, 2, 0),
    }


def test_a_change_is_found_whatever_the_times_and_the_size_say(
    database: Database, content: Path
) -> None:
    sync_all(database, content, content)
    path = content / "bank" / "01.md"
    before = path.stat()
    path.write_text(path.read_text(encoding="utf-8").replace("甲", "丙", 1), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    reports = sync_all(database, content, content)

    assert path.stat().st_size == before.st_size
    assert reports[BANK] == SyncReport(0, 1, 4, 0)


def test_another_program_reads_unchanged_files_again(
    database: Database, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_all(database, content, content)
    monkeypatch.setattr(content_states, "_program_hash", lambda: "another")
    monkeypatch.setattr(cli, "load_bank", _refuse_to_read)

    with pytest.raises(AssertionError, match="read again"):
        sync_all(database, content, content)


def test_unchanged_files_put_right_what_was_changed_in_the_database(
    database: Database, content: Path
) -> None:
    sync_all(database, content, content)
    with database.transaction() as session:
        session.execute(update(ItemRow).values(excerpt="别的"))
        session.execute(update(Course).values(current_version_id=None))

    sync_all(database, content, content)

    with database.session(write=False) as session:
        assert "别的" not in set(session.scalars(select(ItemRow.excerpt)))
        assert session.scalar(select(Course.current_version_id)) is not None
