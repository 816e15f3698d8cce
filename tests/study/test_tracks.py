"""Tracks: the files are sound, the map says where one is, enrolling is by oneself, HR or post."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from learning.cli.content import COURSES, TRACKS, read_tracks
from learning.courses.loader import list_courses
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.study.loader import load_tracks
from learning.study.models import TrackVersion
from learning.study.queries.tracks import (
    get_track,
    list_course_states,
    list_enrolments,
    list_tracks,
)
from learning.study.rules.entry import Background, Education, parse_background
from learning.study.rules.hours import MINUTES_PER_HOUR
from learning.study.rules.tracks import (
    ConfirmedBy,
    CourseState,
    Step,
    StepKind,
    StepState,
    content_hash,
    from_json,
    lacking_before,
    map_of,
    to_json,
)
from learning.study.services.entries import enrol_self
from learning.study.services.tracks import enrol_people, retire_tracks, sync_track
from tests.factories.courses import CODE, make_course
from tests.factories.people import make_actor, make_user

FILE = """id = "{code}"
title = "示例方向"
title_en = "Sample track"
summary = "示例。"
summary_en = "A sample."
hours = 1.5
electives = 1

[[conditions]]
text = "满一年。"
text_en = "One year."
by = "hr"

[[courses]]
course = "base"
kind = "compulsory"

[[courses]]
course = "main"
kind = "compulsory"
after = ["base"]

[[courses]]
course = "extra"
kind = "elective"
"""
ASKING = FILE.replace('by = "hr"', 'by = "hr"\nasks = ["college 5", "bachelor 3"]')
ALL = {"base", "main", "extra", CODE}


def write(folder, text=FILE, code="sample"):
    (folder / f"{code}.toml").write_text(text.format(code=code), encoding="utf-8")
    return load_tracks(folder, ALL)[0]


class TestFiles:
    def test_ours_are_sound_and_name_our_courses(self) -> None:
        tracks = read_tracks()

        assert [str(p) for track in tracks for p in track.problems] == []
        assert {track.document.code for track in tracks} == {
            "brand-manager",
            "chief-brand-officer",
            "chief-quality-officer",
            "common",
            "reliability-engineer",
        }
        assert TRACKS.parent == COURSES.parent
        assert len(list_courses(COURSES)) >= 7

    @pytest.mark.parametrize(
        ("old", "new", "code"),
        [
            ('id = "{code}"', 'id = "other"', "code"),
            ('course = "main"', 'course = "none"', "course_unknown"),
            ('course = "main"', 'course = "base"', "course_duplicate"),
            ('after = ["base"]', 'after = ["extra"]', "after_unknown"),
            ("electives = 1", "electives = 2", "range"),
            ("hours = 1.5", "hours = -1", "range"),
            ('by = "hr"', 'by = "nobody"', "unknown_value"),
            ("electives = 1", "elective = 1", "unknown_key"),
            ('kind = "compulsory"', 'kind = "elective"', "empty"),
        ],
    )
    def test_what_is_wrong_is_named(self, tmp_path, old, new, code) -> None:
        loaded = write(tmp_path, FILE.replace(old, new))

        assert code in {problem.code for problem in loaded.problems}
        assert all(problem.path.endswith("sample.toml") for problem in loaded.problems)

    def test_a_file_that_is_no_toml_is_a_problem(self, tmp_path) -> None:
        assert write(tmp_path, "id = ").problems

    def test_a_track_comes_back_as_it_was_written(self, tmp_path) -> None:
        document = write(tmp_path).document

        assert from_json(to_json(document)) == document


def course(done: int, lessons: int = 2) -> CourseState:
    return CourseState(done, lessons, 30)


class TestMap:
    @pytest.fixture
    def track(self, tmp_path):
        return write(tmp_path).document

    @pytest.mark.parametrize(
        ("base", "main", "extra", "hours", "following", "left"),
        [
            (0, 0, 0, 0, "base", (2, 1, 1_500)),
            (1, 0, 1, 0, "base", (2, 1, 1_500)),
            (2, 0, 0, 600, "main", (1, 1, 900)),
            (2, 2, 0, 1_500, "extra", (0, 1, 0)),
            (2, 2, 2, 2_000, "", (0, 0, 0)),
        ],
    )
    def test_it_says_what_is_next_and_what_lacks(
        self, track, base, main, extra, hours, following, left
    ) -> None:
        states = {"base": course(base), "main": course(main), "extra": course(extra)}

        where = map_of(track, states, hours)

        assert where.next_course == following
        assert (where.compulsory_left, where.electives_left, where.hours_left_milli) == left
        assert where.is_finished == (left == (0, 0, 0))

    def test_what_comes_before_locks_what_comes_after(self, track) -> None:
        states = {"base": course(1), "main": course(0), "extra": course(0)}

        where = map_of(track, states, 0)

        assert where.states == {
            "base": StepState.NOW,
            "main": StepState.LOCKED,
            "extra": StepState.OPEN,
        }

    def test_a_course_that_is_not_there_is_never_done(self, track) -> None:
        assert map_of(track, {}, 0).compulsory_left == 2


class TestPrerequisites:
    @pytest.fixture
    def track(self, tmp_path):
        return write(tmp_path).document

    DONE = CourseState(1, 1, 10)

    def test_what_comes_before_a_course_is_named_until_it_is_done(self, track) -> None:
        begun = {"base": CourseState(1, 2, 10)}

        assert lacking_before([track], begun, "main") == ("base",)
        assert lacking_before([track], {"base": self.DONE}, "main") == ()
        assert lacking_before([track], {**begun, "main": self.DONE}, "main") == ()

    def test_a_course_that_is_gone_holds_nobody_up(self, track) -> None:
        assert lacking_before([track], {}, "main") == ()

    def test_a_track_that_leaves_the_course_open_opens_it(self, track) -> None:
        free = replace(track, steps=(Step("main", StepKind.ELECTIVE, ()),))

        begun = {"base": CourseState(0, 1, 10)}
        assert lacking_before([track, free], begun, "main") == ()
        assert lacking_before([track], begun, "elsewhere") == ()


class TestSync:
    def test_a_changed_file_is_a_new_version_and_the_same_one_is_none(
        self, session, now, tmp_path
    ) -> None:
        loaded = write(tmp_path)

        assert sync_track(session, loaded, now)
        assert not sync_track(session, loaded, now)
        changed = replace(loaded, document=replace(loaded.document, title="新名"))
        assert sync_track(session, changed, now)
        assert not sync_track(session, loaded, now)  # back to what it was

        assert get_track(session, "sample").title == "示例方向"
        assert session.scalar(select(func.count()).select_from(TrackVersion)) == 2
        assert content_hash(loaded.document) != content_hash(changed.document)

    def test_a_track_whose_file_is_gone_leaves_the_list(self, session, now, tmp_path) -> None:
        sync_track(session, write(tmp_path), now)

        retire_tracks(session, ["another"], now)

        assert list_tracks(session) == []
        with pytest.raises(NotFound):
            get_track(session, "sample")

    def test_a_file_with_problems_is_refused(self, session, now, tmp_path) -> None:
        with pytest.raises(Invalid):
            sync_track(session, write(tmp_path, FILE.replace("hours = 1.5", "")), now)


@pytest.mark.parametrize(
    ("told", "reached"),
    [
        (("college", "5"), True),
        (("college", "4"), False),
        (("bachelor", "3"), True),
        (("doctor", "3"), True),
        (("doctor", "2"), False),
        (("senior", "60"), False),
    ],
)
def test_any_way_in_by_education_and_years_will_do(tmp_path, told, reached) -> None:
    document = write(tmp_path, ASKING).document

    assert (document.unmet_by(parse_background(*told)) == ()) is reached
    assert from_json(to_json(document)) == document


@pytest.mark.parametrize(
    "typed", [("", "1"), ("phd", "1"), ("college", ""), ("college", "-1"), ("college", "61")]
)
def test_what_is_no_education_or_no_years_is_none(typed) -> None:
    assert parse_background(*typed) is None


def test_what_a_condition_asks_for_wrongly_is_reported(tmp_path) -> None:
    loaded = write(tmp_path, ASKING.replace("college 5", "college five"))

    assert [problem.code for problem in loaded.problems] == ["asks"]


def test_a_condition_that_asks_for_no_background_keeps_its_hash(tmp_path) -> None:
    assert "asks" not in to_json(write(tmp_path).document)


class TestEnrolment:
    @pytest.fixture
    def actor(self, session, now, tmp_path):
        sync_track(session, write(tmp_path), now)
        return make_actor(make_user(session, now))

    def test_by_oneself_the_conditions_are_declared_first(self, session, now, actor) -> None:
        with pytest.raises(Conflict):
            enrol_self(session, actor, "sample", has_declared=False, now=now)

        enrol_self(session, actor, "sample", has_declared=True, now=now)
        enrol_self(session, actor, "sample", has_declared=True, now=now)

        (mine,) = list_enrolments(session, [actor.user_id])
        assert (mine.track, mine.source, mine.confirmed_at) == ("sample", "self", None)

    def test_what_a_condition_asks_for_is_compared_with_what_is_told(
        self, session, now, tmp_path
    ) -> None:
        sync_track(session, write(tmp_path, ASKING), now)
        actor = make_actor(make_user(session, now))

        def enrol(told):
            return enrol_self(session, actor, "sample", has_declared=True, told=told, now=now)

        with pytest.raises(Conflict, match="not_told"):
            enrol(None)
        (unmet,) = enrol(Background(Education.COLLEGE, 4))
        assert (unmet.text, unmet.by) == ("满一年。", ConfirmedBy.HR)
        assert enrol(Background(Education.BACHELOR, 3)) == ()
        assert len(list_enrolments(session, [actor.user_id])) == 1

    def test_what_nobody_else_would_look_at_must_be_reached(self, session, now, tmp_path) -> None:
        sync_track(session, write(tmp_path, ASKING.replace('by = "hr"', 'by = "self"')), now)
        actor = make_actor(make_user(session, now))

        with pytest.raises(Conflict, match="not_met") as refused:
            enrol_self(
                session,
                actor,
                "sample",
                has_declared=True,
                told=Background(Education.COLLEGE, 4),
                now=now,
            )

        assert [one.text for one in refused.value.data["conditions"]] == ["满一年。"]
        assert list_enrolments(session, [actor.user_id]) == []

    def test_hr_confirms_whom_it_enrols_and_not_who_enrolled_alone(
        self, session, now, actor
    ) -> None:
        other = make_user(session, now)
        enrol_self(session, actor, "sample", has_declared=True, now=now)
        hr = make_actor(make_user(session, now))

        ids = [actor.user_id, other.id]
        assert enrol_people(session, hr, ids, "sample", is_by_post=True, now=now) == 1

        found = list_enrolments(session, ids)
        assert [(one.source, one.confirmed_at) for one in found] == [("self", None), ("post", now)]


def test_every_track_can_be_finished_by_the_least_time_that_is_credited(minutes_of) -> None:
    for loaded in read_tracks():
        track = loaded.document
        needed = [s.course for s in track.steps if s.kind is StepKind.COMPULSORY]
        chosen = sorted(minutes_of[s.course] for s in track.steps if s.kind is StepKind.ELECTIVE)[
            : track.electives
        ]
        least = (sum(minutes_of[code] for code in needed) + sum(chosen)) // 2

        assert track.hours_milli <= least * 1000 // max(MINUTES_PER_HOUR), track.code


@pytest.fixture(scope="module")
def minutes_of():
    from learning.cli.content import read_content

    return {
        loaded.document.code: sum(lesson.minutes for lesson in loaded.lessons)
        for loaded in read_content().courses
    }


def test_states_count_the_lessons_of_the_current_version(session, now, tmp_path) -> None:
    make_course(session, now, tmp_path / "course", lessons=3)

    found = list_course_states(session, [CODE, "none"], make_user(session, now).id)

    assert found == {CODE: CourseState(0, 3, 36)}
