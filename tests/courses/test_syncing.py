"""Files become immutable versions; doing it twice changes nothing; what is gone stays on record."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from learning.attempts.models import Assessment
from learning.attempts.queries import parse_blueprint
from learning.attempts.rules import draw_form
from learning.courses.loader import load_courses
from learning.courses.models import (
    Course,
    CourseAsset,
    CourseVersion,
    LessonCheck,
    LessonVersion,
)
from learning.courses.queries import get_asset, get_course, get_place, list_courses
from learning.courses.services import retire_courses, sync_course
from learning.kernel.errors import Invalid, NotFound
from learning.question_bank.rules import Item, ItemKind, Pool
from learning.question_bank.services import sync_bank
from tests.factories.courses import (
    BANK,
    CODE,
    SVG,
    load_one,
    make_course,
    make_course_items,
    write_course,
    write_lesson,
)
from tests.factories.items import ALL_KINDS, make_item, make_parametric


def count(session, table) -> int:
    return session.scalar(select(func.count()).select_from(table))


def counts(session) -> list[int]:
    tables = (Course, CourseVersion, LessonVersion, LessonCheck, CourseAsset, Assessment)
    return [count(session, table) for table in tables]


def test_a_course_arrives_whole_and_a_second_sync_changes_nothing(session, now, tmp_path) -> None:
    loaded = make_course(session, now, tmp_path)
    before = counts(session)

    report = sync_course(session, loaded, now)

    assert (report.added, report.changed, report.unchanged, report.gone) == (0, 0, 2, 0)
    assert counts(session) == before
    course = get_course(session, CODE)
    assert [line.code for line in course.lessons] == ["les-01", "les-02"]
    assert [line.assessment_id is not None for line in course.lessons] == [True, False]
    assert get_asset(session, loaded.assets["figure.svg"].sha256).content == SVG.encode()
    lines, total = list_courses(session)
    assert total == 1
    assert (lines[0].lessons, lines[0].minutes) == (2, 24)


def test_a_self_check_is_a_stepwise_assessment_of_the_named_items_without_end(
    session, now, tmp_path
) -> None:
    make_course(session, now, tmp_path)

    place = get_place(session, CODE, "les-01")
    assessment = session.get(Assessment, place.assessment_id)

    blueprint = parse_blueprint(assessment.blueprint)
    assert assessment.delivery == "stepwise"
    assert [code for s in blueprint.sections for code in s.items] == [
        f"c-00{n}" for n in range(1, 6)
    ]
    assert '"max_attempts":0' in assessment.rules
    assert assessment.closes_at.year == 2100


def test_a_changed_lesson_is_a_new_version_and_the_old_one_stays(session, now, tmp_path) -> None:
    make_course(session, now, tmp_path)
    old = get_place(session, CODE, "les-02").version_id
    write_lesson(tmp_path, 2, "\n改过的正文。\n")

    report = sync_course(session, load_one(tmp_path), now)

    assert (report.added, report.changed, report.unchanged, report.gone) == (0, 1, 1, 0)
    new = get_place(session, CODE, "les-02").version_id
    assert new != old
    assert session.get(LessonVersion, old).number == 1
    assert session.get(LessonVersion, new).number == 2
    assert get_course(session, CODE).number == 2


def test_going_back_to_earlier_content_finds_its_version(session, now, tmp_path) -> None:
    loaded = make_course(session, now, tmp_path)
    first = get_place(session, CODE, "les-02").version_id
    write_lesson(tmp_path, 2, "\n改过的正文。\n")
    sync_course(session, load_one(tmp_path), now)

    sync_course(session, loaded, now)

    assert get_place(session, CODE, "les-02").version_id == first
    assert count(session, LessonVersion) == 3


def test_a_lesson_that_vanished_is_not_found_and_stays_on_record(session, now, tmp_path) -> None:
    make_course(session, now, tmp_path)
    (tmp_path / "02-lesson.md").unlink()

    report = sync_course(session, load_one(tmp_path), now)

    assert report.gone == 1
    with pytest.raises(NotFound):
        get_place(session, CODE, "les-02")
    assert count(session, LessonVersion) == 2


def test_a_course_whose_folder_is_gone_leaves_the_catalogue_and_may_return(
    session, now, tmp_path
) -> None:
    loaded = make_course(session, now, tmp_path)

    assert retire_courses(session, ["another"], now) == 1
    assert retire_courses(session, [], now) == 0
    assert list_courses(session) == ([], 0)
    with pytest.raises(NotFound):
        get_course(session, CODE)

    sync_course(session, loaded, now)
    assert list_courses(session)[1] == 1


def test_a_course_with_problems_changes_nothing(session, now, tmp_path) -> None:
    make_course(session, now, tmp_path)
    write_lesson(tmp_path, 1, "\n# 一\n")
    before = counts(session)

    with pytest.raises(Invalid):
        sync_course(session, load_one(tmp_path), now)

    assert counts(session) == before


def test_a_bank_that_lacks_an_item_in_the_database_is_named(session, now, tmp_path) -> None:
    make_course(session, now, tmp_path)
    sync_bank(session, BANK, make_course_items()[1:], now)
    write_lesson(tmp_path, 1, "\n文。\n\n::: items c-001\n")

    with pytest.raises(Invalid) as refused:
        sync_course(session, load_one(tmp_path), now)

    assert refused.value.problems[0].path == BANK


def test_a_self_check_takes_every_kind_and_new_numbers_at_every_attempt(
    session, now, tmp_path
) -> None:
    kinds = [make_item(f"all-{kind}", kind, pool=Pool.PRACTICE) for kind in ALL_KINDS]
    drawn = make_parametric()
    items = [*kinds, Item(replace(drawn.document, pool=Pool.PRACTICE), drawn.key)]
    sync_bank(session, BANK, items, now)
    codes = [item.document.code for item in items]
    folder = write_course(tmp_path, lessons=2)
    write_lesson(folder, 1, f"\n文。\n\n::: items {' '.join(codes)}\n")
    loaded = load_courses([folder], {BANK: items})[0]
    assert not loaded.problems

    sync_course(session, loaded, now)

    place = get_place(session, CODE, "les-01")
    blueprint = parse_blueprint(session.get(Assessment, place.assessment_id).blueprint)
    points = {section.kind: section.points for section in blueprint.sections}
    assert [code for section in blueprint.sections for code in section.items] == codes
    assert {kind for kind, worth in points.items() if not worth} == {ItemKind.ESSAY}
    forms = [draw_form(blueprint, str(seed), shuffle_options=True) for seed in range(20)]
    assert len({form.positions[-1].variant for form in forms}) > 1
    assert all(place.variant is None for form in forms for place in form.positions[:-1])
