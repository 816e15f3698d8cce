"""A lesson that an author takes out while somebody is in it: what was learned is credited."""

from datetime import timedelta

import pytest

from learning.courses.services import sync_course
from learning.study.rules.clock import BeatKind
from tests.factories.courses import CODE, load_one, make_course
from tests.study.test_beating import LAST, Reader


@pytest.fixture
def reader(session, now, tmp_path) -> Reader:
    make_course(session, now, tmp_path, lessons=3)
    return Reader(session, now)


def take_out(reader: Reader, folder) -> None:
    """Publish the course without its last lesson."""
    (path,) = folder.glob("03-*.md")
    path.unlink()
    sync_course(reader.session, load_one(folder), reader.now + timedelta(seconds=1))


def test_who_learned_it_is_credited_when_the_page_is_left(reader, tmp_path) -> None:
    reader.read(10)
    reader.finish()
    take_out(reader, tmp_path)

    reader.tell(BeatKind.LEAVE)

    (credit,) = reader.credits()
    assert (credit.source_key, credit.credited_ms) == (f"{CODE}/{LAST}", 600_000)
    assert credit.title == "示例课程：第 3 课"


def test_who_had_not_finished_it_is_not(reader, tmp_path) -> None:
    reader.read(10)
    take_out(reader, tmp_path)

    reader.tell(BeatKind.LEAVE)

    assert reader.credits() == []
