"""Fields given twice and page numbers."""

import pytest
from werkzeug.datastructures import MultiDict

from learning.kernel.errors import Invalid
from learning.web.forms import page_number, refuse_repeated


def test_a_field_given_twice_is_refused_by_name() -> None:
    with pytest.raises(Invalid) as refusal:
        refuse_repeated(MultiDict([("title", "a"), ("title", "b"), ("bank", "c")]))

    assert [problem.place for problem in refusal.value.problems] == ["title"]


def test_a_field_given_once_passes() -> None:
    refuse_repeated(MultiDict([("title", "a"), ("bank", "c")]))


@pytest.mark.parametrize(
    ("args", "page"), [([], 1), ([("page", "1")], 1), ([("page", "2000")], 2000)]
)
def test_a_page_number_is_read(args, page) -> None:
    assert page_number(MultiDict(args)) == page


@pytest.mark.parametrize(
    "raw", ["", "0", "-1", "1.5", "１", "1e3", "9" * 10, "a", "1 OR 1=1", "\x00"]
)
def test_anything_else_as_page_number_is_refused(raw) -> None:
    with pytest.raises(Invalid):
        page_number(MultiDict([("page", raw)]))


def test_two_page_numbers_are_refused() -> None:
    with pytest.raises(Invalid):
        page_number(MultiDict([("page", "1"), ("page", "2")]))
