"""Writing a course: its files, who may change them, and what two authors do to each other."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from learning.courses.loader import read_zip, write_zip
from learning.courses.models import AuthoredCourse, AuthoredFile, Course, CourseFile
from learning.courses.queries.authoring import (
    get_authored,
    get_contents,
    judge,
    list_authored,
    list_files,
    read_source,
)
from learning.courses.services import (
    NewCourse,
    add_figure,
    add_lesson,
    bring_course,
    delete_file,
    move_lesson,
    rename_lesson,
    replace_files,
    restore_release,
    retire_courses,
    save_text,
    start_course,
    sync_course,
)
from learning.kernel.content import ProblemList
from learning.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from learning.kernel.jpeg import without_metadata
from learning.kernel.permissions import Permission, Role
from learning.question_bank.models import ItemRow
from tests.courses.authoring import CODE, Desk, course_files, make_desk, make_writer
from tests.factories.courses import SVG, make_course
from tests.factories.people import make_unit
from tests.factories.pictures import PNG
from tests.kernel.test_jpeg import exif, photo


@pytest.fixture
def desk(session, now) -> Desk:
    return make_desk(session, now)


def contents(desk: Desk) -> dict[str, bytes]:
    return dict(read_source(desk.session, desk.course).files)


def codes_of(desk: Desk) -> list[tuple[str, int | None, str]]:
    loaded = judge(desk.session, desk.author, read_source(desk.session, desk.course), desk.now)
    return [(p.path, p.line, p.code) for p in loaded.problems]


def test_a_brought_course_is_kept_byte_for_byte_and_is_sound(desk) -> None:
    assert contents(desk) == course_files()
    assert codes_of(desk) == []
    assert desk.course.title == "示例课程"
    problems = ProblemList()
    assert read_zip(write_zip(contents(desk)), "x.zip", problems) == course_files()


def test_a_course_begun_here_says_what_is_still_to_be_written(session, now, desk) -> None:
    new = NewCourse("new-course", "新“课”", 'New "course"', "", desk.unit.public_id)
    course = start_course(session, desk.author, new, now)

    source = read_source(session, course)

    assert sorted(source.files) == ["01-lesson.md", "course.toml"]
    assert judge(session, desk.author, source, now).problems == ()
    assert course.title == "新“课”"


def test_files_without_sound_settings_make_no_course(session, now, desk) -> None:
    before = session.scalar(select(func.count()).select_from(CourseFile))
    for settings in (b"id = ", b'id = "Bad Code"', "标题".encode("gb18030")):
        with pytest.raises(Invalid):
            bring_course(session, desk.author, {"course.toml": settings}, desk.unit.public_id, now)

    assert session.scalar(select(func.count()).select_from(AuthoredCourse)) == 1
    assert session.scalar(select(func.count()).select_from(CourseFile)) == before


def test_a_code_is_used_once_be_it_of_files_or_of_the_web(session, now, desk, tmp_path) -> None:
    loaded = make_course(session, now, tmp_path)
    taken = NewCourse("sample-course", "一", "One", "", desk.unit.public_id)
    with pytest.raises(Conflict, match="course_code_taken"):
        start_course(session, desk.author, taken, now)
    with pytest.raises(Conflict, match="course_code_taken"):
        bring_course(session, desk.author, course_files(), desk.unit.public_id, now)
    desk.publish()
    from dataclasses import replace

    same = replace(loaded, document=replace(loaded.document, code=CODE))
    with pytest.raises(Invalid):
        sync_course(session, same, now)


def test_a_published_course_has_no_folder_that_could_be_gone(session, now, desk) -> None:
    desk.publish()

    assert retire_courses(session, [], now) == 0
    assert session.scalar(select(Course.retired_at).where(Course.code == CODE)) is None


def test_nobody_elses_course_is_there(session, now, desk) -> None:
    other = make_unit(session, now, name="别的企业")
    stranger = make_writer(session, now, Role.ITEM_MANAGER, other, "别人")

    with pytest.raises(NotFound):
        get_authored(session, stranger, Permission.COURSE_READ_DRAFT, CODE, now)
    with pytest.raises(NotFound):
        get_authored(session, desk.reviewer, Permission.COURSE_WRITE, CODE, now)
    with pytest.raises(NotFound):
        bring_course(session, stranger, course_files(), desk.unit.public_id, now)
    with pytest.raises(Forbidden):
        bring_course(session, stranger, course_files(), "", now)
    assert list_authored(session, stranger, now) == []
    assert [line.code for line in list_authored(session, desk.reviewer, now)] == [CODE]


def test_two_who_save_one_lesson_never_overwrite_each_other(session, now, desk) -> None:
    colleague = make_writer(session, now, Role.AUTHOR, desk.unit, "示例同事")
    text = contents(desk)["02-lesson.md"].decode()

    revision = save_text(session, colleague, desk.course, "02-lesson.md", text + "甲\n", 1, now)
    with pytest.raises(Conflict) as caught:
        save_text(session, desk.author, desk.course, "02-lesson.md", text + "乙\n", 1, now)

    assert caught.value.code == "file_changed"
    assert caught.value.data["revision"] == revision == 2
    assert caught.value.data["who"] == "示例同事"
    assert contents(desk)["02-lesson.md"].decode() == text + "甲\n"
    save_text(session, desk.author, desk.course, "02-lesson.md", text + "乙\n", revision, now)
    assert contents(desk)["02-lesson.md"].decode() == text + "乙\n"


def test_two_who_write_different_lessons_do_not_meet(session, now, desk) -> None:
    for path in ("01-lesson.md", "02-lesson.md"):
        text = contents(desk)[path].decode()
        assert save_text(session, desk.author, desk.course, path, text + "补充\n", 1, now) == 2


def test_a_text_that_reads_as_before_keeps_its_bytes(session, now, desk) -> None:
    windows = "\ufeff".encode() + contents(desk)["01-lesson.md"].replace(b"\n", b"\r\n")
    files = {**contents(desk), "01-lesson.md": windows}
    replace_files(session, desk.author, desk.course, files, desk.course.revision, now)
    shown = windows.decode("utf-8-sig")

    assert save_text(session, desk.author, desk.course, "01-lesson.md", shown, 1, now) == 2
    assert contents(desk)["01-lesson.md"] == windows
    save_text(session, desk.author, desk.course, "01-lesson.md", shown + "完\n", 2, now)
    assert contents(desk)["01-lesson.md"] == windows + "完\r\n".encode()


def test_lessons_are_added_renamed_moved_and_deleted(session, now, desk) -> None:
    def lessons() -> list[str]:
        return [path for path in list_files(session, desk.course) if path.endswith(".md")]

    assert add_lesson(session, desk.author, desk.course, "les-03", "第三课", now) == "03-les-03.md"
    assert codes_of(desk) == []
    move_lesson(session, desk.author, desk.course, "03-les-03.md", -1, now)
    assert lessons() == ["01-lesson.md", "02-les-03.md", "03-lesson.md"]
    move_lesson(session, desk.author, desk.course, "01-lesson.md", -1, now)
    assert lessons() == ["01-lesson.md", "02-les-03.md", "03-lesson.md"]
    path = rename_lesson(session, desk.author, desk.course, "02-les-03.md", "tools", now)
    assert path == "02-tools.md"
    delete_file(session, desk.author, desk.course, "01-lesson.md", now)
    assert lessons() == ["02-tools.md", "03-lesson.md"]
    with pytest.raises(Invalid):
        rename_lesson(session, desk.author, desk.course, "02-tools.md", "../x", now)
    with pytest.raises(NotFound):
        delete_file(session, desk.author, desk.course, "course.toml", now)


def test_lessons_of_one_name_change_places(session, now, desk) -> None:
    before = contents(desk)

    move_lesson(session, desk.author, desk.course, "01-lesson.md", 1, now)

    after = contents(desk)
    assert after["01-lesson.md"] == before["02-lesson.md"]
    assert after["02-lesson.md"] == before["01-lesson.md"]


def test_a_figure_is_judged_by_its_content_and_never_replaces_another(session, now, desk) -> None:
    def add(name: str, content: bytes) -> str:
        return add_figure(session, desk.author, desk.course, name, content, now)

    assert add("image.png", PNG).startswith("assets/fig-")
    assert add("控制图.png", PNG).startswith("assets/fig-")
    assert add("Pareto Chart.PNG", PNG) == "assets/pareto-chart.png"
    other = SVG.replace("h10", "h9").encode()
    assert add("figure.svg", other) != "assets/figure.svg"
    assert add("figure.svg", SVG.encode()) == "assets/figure.svg"
    for content in (b"GIF89a", SVG.replace("<path", "<script>x</script><path").encode(), b""):
        with pytest.raises(Invalid):
            add("a.png", content)


def test_a_photo_is_kept_without_what_its_camera_wrote(session, now, desk) -> None:
    path = add_figure(session, desk.author, desk.course, "现场.JPG", photo(exif(6)), now)

    assert path.startswith("assets/fig-")
    assert path.endswith(".jpg")
    kept = contents(desk)[path]
    assert b"GPS" not in kept
    assert without_metadata(kept) == kept
    with pytest.raises(Invalid):
        add_figure(session, desk.author, desk.course, "half.jpg", photo()[:-2], now)


def test_what_is_wrong_is_named_and_keys_given_away_are_refused(session, now, desk) -> None:
    settings = contents(desk)["course.toml"].decode()

    def problems_with(changed: str) -> list[tuple[str, int | None, str]]:
        revision = list_files(session, desk.course)["course.toml"].revision
        save_text(session, desk.author, desk.course, "course.toml", changed, revision, now)
        return codes_of(desk)

    contest = problems_with(settings + 'pool = "contest"\n')
    assert ("course.toml", None, "pool_practice") in contest
    assert ("01-lesson.md", 27, "item_pool") in contest
    assert problems_with(settings.replace(CODE, "other"))[-1][2] == "code_changed"
    assert problems_with(settings.replace("course-bank", "none"))[0][2] == "bank_unknown"
    assert problems_with(settings) == []
    item = session.scalar(select(ItemRow).where(ItemRow.code == "c-003"))
    item.state, item.retired_at = "retired", now
    session.flush()
    assert codes_of(desk) == [("01-lesson.md", 27, "item_unknown")]


def test_a_zip_of_another_course_or_of_an_older_state_replaces_nothing(session, now, desk) -> None:
    revision = desk.course.revision
    add_lesson(session, desk.author, desk.course, "les-03", "第三课", now)
    before = contents(desk)
    other = {**course_files(), "course.toml": b'id = "other-course"'}

    with pytest.raises(Conflict, match="course_changed"):
        replace_files(session, desk.author, desk.course, course_files(), revision, now)
    with pytest.raises(Invalid):
        replace_files(session, desk.author, desk.course, other, desk.course.revision, now)
    assert contents(desk) == before

    later = now + timedelta(hours=1)
    replace_files(session, desk.author, desk.course, course_files(), desk.course.revision, later)
    assert contents(desk) == course_files()
    kept = session.get(AuthoredFile, (desk.course.id, "01-lesson.md"))
    assert kept.updated_at == now  # what is the same was not written again


def test_what_nothing_holds_any_more_is_not_kept(session, now, desk) -> None:
    desk.publish()
    released = {file.sha256 for file in list_files(session, desk.course).values()}
    text = contents(desk)["02-lesson.md"].decode()
    for n in range(1, 6):
        save_text(session, desk.author, desk.course, "02-lesson.md", text + "字" * n, n, now)
    delete_file(session, desk.author, desk.course, "assets/figure.svg", now)

    stored = set(session.scalars(select(CourseFile.sha256)))

    held = {file.sha256 for file in list_files(session, desk.course).values()}
    assert stored == released | held
    restore_release(session, desk.author, desk.course, 1, revision=desk.course.revision, now=now)
    assert contents(desk) == course_files()
    assert set(session.scalars(select(CourseFile.sha256))) == released


def test_equal_contents_are_stored_once(session, now, desk) -> None:
    hashes = [file.sha256 for file in list_files(session, desk.course).values()]
    assert len(get_contents(session, hashes)) == len(set(hashes))
    before = session.scalar(select(func.count()).select_from(CourseFile))

    add_figure(session, desk.author, desk.course, "again.svg", SVG.encode(), now)

    assert session.scalar(select(func.count()).select_from(CourseFile)) == before
