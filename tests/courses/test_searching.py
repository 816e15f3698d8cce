"""Search of lessons: words of two characters, current versions alone, the place marked."""

import pytest
from sqlalchemy import update

from learning.courses.models import Course
from learning.courses.queries import search_lessons
from learning.courses.rules import excerpt_of, said_of
from learning.courses.services import retire_courses, sync_course
from tests.factories.courses import CODE, load_one, make_course, write_lesson

FISH = "\n引言。\n\n## 因果\n\n用**鱼骨图**把 Ｃｐｋ 低的原因[分层](http://example.org/x)列出。\n"
OTHER = "\n引言。\n\n## 别的\n\n图上的鱼，骨头。\n"


@pytest.fixture
def folder(session, now, tmp_path):
    make_course(session, now, tmp_path, lessons=2)
    write_lesson(tmp_path, 1, FISH)
    write_lesson(tmp_path, 2, OTHER, title="图与鱼")
    sync_course(session, load_one(tmp_path), now)
    return tmp_path


def codes(session, words: str) -> list[str]:
    return [lesson.code for lesson in search_lessons(session, words)[0]]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("鱼骨", ["les-01"]),
        ("鱼", ["les-02", "les-01"]),  # a title that holds the word comes first
        ("鱼骨 分层", ["les-01"]),
        ("鱼骨 骨头", []),
        ("cpk", ["les-01"]),
        ("术语甲", ["les-01", "les-02"]),
        ("会算", ["les-01", "les-02"]),
        ("example", []),  # an address is no text
        ("没有", []),
        ("", []),
        ("，。", []),
        ("%_\"'\\ *\0", []),
        ("鱼" * 5000, []),
    ],
)
def test_all_words_must_be_in_the_text(session, folder, words, found) -> None:
    assert codes(session, words) == found


def test_a_new_version_is_found_by_its_own_words_and_the_old_one_no_more(
    session, now, folder
) -> None:
    write_lesson(folder, 1, OTHER.replace("鱼", "排列"))
    sync_course(session, load_one(folder), now)
    changed = codes(session, "鱼骨"), codes(session, "排列")
    write_lesson(folder, 1, FISH)
    sync_course(session, load_one(folder), now)

    assert changed == ([], ["les-01"])
    assert codes(session, "鱼骨") == ["les-01"]


def test_a_retired_course_is_not_found_and_comes_back(session, now, folder) -> None:
    retire_courses(session, [], now)
    gone = codes(session, "鱼骨")
    session.execute(update(Course).where(Course.code == CODE).values(retired_at=None))

    assert gone == []
    assert codes(session, "鱼骨") == ["les-01"]


def test_the_place_is_shown_with_its_words_marked(session, folder) -> None:
    [lesson], total = search_lessons(session, "鱼骨")

    assert total == 1
    assert [piece.text for piece in lesson.excerpt if piece.is_hit] == ["鱼骨"]
    assert "**" not in "".join(piece.text for piece in lesson.excerpt)


def test_an_excerpt_begins_a_little_before_the_first_word_and_is_short() -> None:
    pieces = excerpt_of(["甲" * 300 + "目标" + "乙" * 300], ["目标"])
    text = "".join(piece.text for piece in pieces)

    assert [piece.text for piece in pieces if piece.is_hit] == ["目标"]
    assert text.startswith("…甲")
    assert text.endswith("乙…")
    assert len(text) <= 92


def test_what_a_lesson_says_has_no_markup(tmp_path, session, now) -> None:
    loaded = make_course(session, now, tmp_path)

    text = "\n".join(said_of(loaded.lessons[0]))

    assert "图的说明：细节" in text
    assert not set("#|*`$") & set(text.replace("a+b", ""))
    assert "assets" not in text
