"""From draft to lessons that people read, and what that means for those in the middle of them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from learning.accounts.models import PersonalNotice
from learning.attempts.rules import parse_batch
from learning.attempts.services import submit_attempt
from learning.courses.drafts import Change
from learning.courses.models import (
    AuthoredCourse,
    AuthoredFile,
    CourseFile,
    CourseRelease,
    CourseVersion,
    LessonProgress,
    LessonReopening,
    LessonVersion,
)
from learning.courses.queries import (
    find_revision,
    get_check,
    get_course,
    get_place,
    list_progress,
    search_lessons,
)
from learning.courses.queries.authoring import (
    judge,
    list_files,
    list_releases,
    list_writers,
    read_source,
    release_paths,
)
from learning.courses.queries.impact import measure_impact
from learning.courses.rules import Reading, Revision
from learning.courses.services import (
    bring_course,
    delete_file,
    discard_draft,
    publish_draft,
    record_progress,
    restore_release,
    save_text,
    send_back_course,
    start_check,
    withdraw_course,
)
from learning.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from learning.kernel.permissions import Role
from learning.question_bank.models import ItemRow
from tests.courses.authoring import CODE, Desk, course_files, make_desk, make_writer
from tests.factories.people import make_actor, make_user

EMPTY = parse_batch({"epoch": 1, "responses": []})
PLAIN = "02-lesson.md"  # a lesson without a self-check


@pytest.fixture
def desk(session, now) -> Desk:
    return make_desk(session, now, lessons=2)


@pytest.fixture
def learner(session, now):
    return make_actor(make_user(session, now, "示例学员"))


def write(desk: Desk, path: str, old: str, new: str) -> None:
    text = read_source(desk.session, desk.course).files[path].decode()
    assert old in text
    revision = list_files(desk.session, desk.course)[path].revision
    save_text(
        desk.session, desk.author, desk.course, path, text.replace(old, new), revision, desk.now
    )


def read_on(desk: Desk, learner, lesson: str, percent: int, *, version: int | None = None):
    """Report what a page shows; the version is the current one unless it is an older page's."""
    shown = version or get_place(desk.session, CODE, lesson).version_id
    return record_progress(
        desk.session, learner, CODE, lesson, reading=Reading(percent, "s1", shown), now=desk.now
    )


def told(desk: Desk, learner, lesson: str, version: int) -> Revision:
    return find_revision(desk.session, learner.user_id, CODE, lesson, version)


def impact(desk: Desk):
    loaded = judge(desk.session, desk.author, read_source(desk.session, desk.course), desk.now)
    return measure_impact(desk.session, desk.course, loaded)


def test_a_draft_is_nobodys_to_read_until_somebody_else_signs_it_off(session, now, desk) -> None:
    with pytest.raises(NotFound):
        get_course(session, CODE)
    desk.submit()
    with pytest.raises(NotFound):
        get_course(session, CODE)

    publish_draft(session, desk.reviewer, desk.course, revision=desk.course.revision, now=now)

    assert [line.code for line in get_course(session, CODE).lessons] == ["les-01", "les-02"]
    assert desk.course.state == "published"
    assert search_lessons(session, "引言")[1] == 1
    release = list_releases(session, desk.course)[0]
    assert (release.number, release.author, release.reviewer) == (1, "示例作者", "示例审稿人")


def test_whoever_wrote_any_of_it_does_not_sign_it_off(session, now, desk) -> None:
    both = make_writer(session, now, Role.ITEM_MANAGER, desk.unit, "写也审")
    save_text(session, both, desk.course, PLAIN, "改了又改", 1, now)
    write(desk, PLAIN, "改了又改", course_files()[PLAIN].decode())  # the author has the last word
    desk.submit()

    with pytest.raises(Forbidden, match="own_course"):
        publish_draft(session, both, desk.course, revision=desk.course.revision, now=now)
    publish_draft(session, desk.reviewer, desk.course, revision=desk.course.revision, now=now)

    write(desk, PLAIN, "文字。", "新的文字。")
    desk.submit()
    publish_draft(session, both, desk.course, revision=desk.course.revision, now=now)


def test_in_review_nothing_changes_and_what_changed_is_not_signed_off(session, now, desk) -> None:
    seen = desk.course.revision
    desk.submit()
    with pytest.raises(Conflict, match="in_review"):
        write(desk, PLAIN, "文字。", "偷改。")
    withdraw_course(session, desk.author, desk.course, now)
    write(desk, PLAIN, "文字。", "改过。")
    desk.submit()

    with pytest.raises(Conflict, match="course_changed"):
        publish_draft(session, desk.reviewer, desk.course, revision=seen, now=now)


def test_a_draft_is_sent_back_with_words(session, now, desk) -> None:
    desk.submit()
    with pytest.raises(Invalid):
        send_back_course(session, desk.reviewer, desk.course, " ", now)

    send_back_course(session, desk.reviewer, desk.course, "第二课太短", now)

    assert (desk.course.state, desk.course.sent_back) == ("draft", "第二课太短")
    with pytest.raises(Conflict, match="not_in_review"):
        publish_draft(session, desk.reviewer, desk.course, revision=desk.course.revision, now=now)


def test_who_submitted_a_draft_is_told_what_became_of_it(session, now, desk) -> None:
    desk.submit()
    send_back_course(session, desk.reviewer, desk.course, "第二课太短", now)
    desk.publish()

    told = session.scalars(select(PersonalNotice).order_by(PersonalNotice.id)).all()

    assert [notice.user_id for notice in told] == [desk.author.user_id] * 2
    assert "第二课太短" in told[0].text
    assert "第 1 次发布" in told[1].text
    assert {(notice.endpoint, notice.args) for notice in told} == {
        ("authoring.desk", f'{{"raw_code": "{CODE}"}}')
    }


def test_what_is_wrong_or_the_same_is_not_sent_to_review(session, now, desk) -> None:
    write(desk, PLAIN, "文字。", "<script>1</script>")
    with pytest.raises(Invalid) as caught:
        desk.submit()
    assert [(p.path, p.line, p.code) for p in caught.value.problems] == [(PLAIN, 15, "active_tag")]
    write(desk, PLAIN, "<script>1</script>", "文字。")
    with pytest.raises(Invalid):
        desk.submit(note=" ")
    desk.publish()
    with pytest.raises(Conflict, match="no_change"):
        desk.submit()


def test_what_became_wrong_meanwhile_publishes_nothing(session, now, desk) -> None:
    desk.submit()
    item = session.scalar(select(ItemRow).where(ItemRow.code == "c-003"))
    item.state, item.retired_at = "retired", now
    session.flush()

    with pytest.raises(Invalid), session.begin_nested():
        publish_draft(session, desk.reviewer, desk.course, revision=desk.course.revision, now=now)

    for table in (CourseVersion, LessonVersion, CourseRelease):
        assert session.scalar(select(func.count()).select_from(table)) == 0


def test_what_a_change_means_is_told_lesson_by_lesson_in_people(session, now, desk) -> None:
    desk.publish()
    people = [make_actor(make_user(session, now, f"学员{n}")) for n in range(5)]
    for person in people[:3]:
        read_on(desk, person, "les-02", 100)  # finished
    for person in people[2:]:
        read_on(desk, person, "les-01", 40)  # in the middle
    delete_file(session, desk.author, desk.course, "01-lesson.md", now)
    write(desk, PLAIN, "文字。", "改过的文字。")

    found = impact(desk)

    assert [(c.code, c.change, c.reading, c.finished) for c in found.lessons] == [
        ("les-02", Change.CHANGED, 0, 3),
        ("les-01", Change.REMOVED, 3, 0),
    ]
    assert (found.enrolled, found.midway, found.done) == (5, 5, 0)
    assert not found.has_new_lessons


def test_what_was_finished_stays_finished_when_a_change_is_small(
    session, now, desk, learner
) -> None:
    desk.publish()
    read_on(desk, learner, "les-02", 100)
    done_at = list_progress(session, learner.user_id, desk.course.course_id)["les-02"].completed_at
    write(desk, PLAIN, "文字。", "改过的文字。")

    desk.publish()

    mine = list_progress(session, learner.user_id, desk.course.course_id)["les-02"]
    assert done_at is not None
    assert (mine.completed_at, mine.read_percent) == (done_at, 100)
    assert session.scalar(select(func.count()).select_from(LessonReopening)) == 0


def test_a_substantial_change_reopens_the_lesson_and_keeps_what_was_done(
    session, now, desk, learner
) -> None:
    desk.publish()
    old = get_place(session, CODE, "les-02").version_id
    read_on(desk, learner, "les-02", 100)
    read_on(desk, learner, "les-01", 30)
    write(desk, PLAIN, "文字。", "全部重写。")
    desk.now = now + timedelta(days=1)

    desk.publish(substantial=("les-02", "les-01", "none"))

    mine = list_progress(session, learner.user_id, desk.course.course_id)
    assert (mine["les-02"].completed_at, mine["les-02"].read_percent) == (None, 0)
    assert mine["les-02"].reopened_at == desk.now
    assert mine["les-01"].read_percent == 30  # not changed, so not reopened
    (kept,) = session.scalars(select(LessonReopening))
    assert (kept.user_id, kept.lesson_code) == (learner.user_id, "les-02")
    assert (kept.completed_at, kept.read_percent) == (now, 100)
    seen, _, is_revised = read_on(desk, learner, "les-02", 100, version=old)
    assert is_revised is Revision.SUBSTANTIAL
    assert told(desk, learner, "les-02", old) is Revision.SUBSTANTIAL
    assert (seen.completed_at, seen.read_percent) == (None, 0)  # the old text was read, not this
    again, _, is_revised = read_on(desk, learner, "les-02", 100)
    assert is_revised is Revision.NONE
    assert again.completed_at == desk.now


def test_who_reads_on_in_an_older_page_keeps_what_was_read(session, now, desk, learner) -> None:
    desk.publish()
    old = get_place(session, CODE, "les-02").version_id
    read_on(desk, learner, "les-02", 40)
    write(desk, PLAIN, "文字。", "改过的文字。")
    desk.publish()

    seen, _, is_revised = read_on(desk, learner, "les-02", 100, version=old)

    assert is_revised is Revision.MINOR
    assert told(desk, learner, "les-02", old) is Revision.MINOR
    assert seen.completed_at == now
    row = session.scalar(select(LessonProgress).where(LessonProgress.lesson_code == "les-02"))
    assert row.lesson_version_id == old  # so that the next page tells of the revision


def test_an_older_release_comes_back_as_a_draft_byte_for_byte(session, now, desk) -> None:
    desk.publish()
    write(desk, PLAIN, "文字。", "第二版。")
    desk.publish(note="第二版")
    first = release_paths(session, desk.course, 1)

    restore_release(session, desk.author, desk.course, 1, revision=desk.course.revision, now=now)

    assert desk.course.state == "draft"
    assert dict(read_source(session, desk.course).files) == course_files()
    assert "第二版" in get_course_text(session, "les-02")
    desk.publish(note="恢复第一版")
    assert release_paths(session, desk.course) == first
    assert [line.number for line in list_releases(session, desk.course)] == [3, 2, 1]
    assert "第二版" not in get_course_text(session, "les-02")
    with pytest.raises(NotFound):
        restore_release(
            session, desk.author, desk.course, 9, revision=desk.course.revision, now=now
        )


def get_course_text(session, lesson: str) -> str:
    version = get_place(session, CODE, lesson).version_id
    return session.get(LessonVersion, version).document


def test_who_reads_a_lesson_that_was_taken_out_is_told(session, now, desk, learner) -> None:
    desk.publish()
    old = get_place(session, CODE, "les-02").version_id
    read_on(desk, learner, "les-02", 60)
    assert told(desk, learner, "les-02", old) is Revision.NONE
    delete_file(session, desk.author, desk.course, PLAIN, now)
    desk.publish()

    with pytest.raises(NotFound):
        told(desk, learner, "les-02", old)
    mine = list_progress(session, learner.user_id, desk.course.course_id)["les-02"]
    assert mine.read_percent == 60


def test_a_self_check_of_before_a_substantial_change_counts_no_longer(
    session, now, desk, learner
) -> None:
    learner = replace(learner, session_expires_at_ms=2**52)
    desk.publish()

    def hand_in() -> None:
        attempt = start_check(session, learner, CODE, "les-01", device_token="d", now=desk.now)
        submit_attempt(session, learner, attempt, batch=EMPTY, last_seq={}, now=desk.now)

    hand_in()
    seen, check, _ = read_on(desk, learner, "les-01", 100)
    assert (check.done, seen.completed_at) == (True, now)
    write(desk, "01-lesson.md", "引言。", "全部重写的引言。")
    desk.now = now + timedelta(days=1)
    desk.publish(substantial=("les-01",))

    seen, check, _ = read_on(desk, learner, "les-01", 100)
    assert (check.done, seen.completed_at) == (False, None)
    place = get_place(session, CODE, "les-01")
    asked = (learner.user_id, place.course_id, "les-01", place.assessment_id)
    assert not get_check(session, *asked).done
    hand_in()
    seen, check, _ = read_on(desk, learner, "les-01", 100)
    assert (check.done, seen.completed_at) == (True, desk.now)
    assert get_check(session, *asked).done


def test_what_changed_since_the_release_is_given_up(session, now, desk) -> None:
    desk.publish()
    write(desk, PLAIN, "文字。", "不要的文字。")
    seen = desk.course.revision
    write(desk, PLAIN, "不要的", "仍不要的")
    with pytest.raises(Conflict, match="course_changed"):
        discard_draft(session, desk.author, desk.course, revision=seen, now=now)

    is_there = discard_draft(
        session, desk.author, desk.course, revision=desk.course.revision, now=now
    )

    assert is_there
    assert desk.course.state == "published"
    assert dict(read_source(session, desk.course).files) == course_files()
    assert list_writers(session, desk.course) == set()


def test_a_draft_that_was_never_published_goes_as_a_whole(session, now, desk) -> None:
    desk.submit()
    revision = desk.course.revision
    with pytest.raises(Conflict, match="in_review"):
        discard_draft(session, desk.author, desk.course, revision=revision, now=now)
    withdraw_course(session, desk.author, desk.course, now)

    assert not discard_draft(session, desk.author, desk.course, revision=revision, now=now)

    for table in (AuthoredCourse, AuthoredFile, CourseFile):
        assert session.scalar(select(func.count()).select_from(table)) == 0
    bring_course(session, desk.author, course_files(), desk.unit.public_id, now)
