"""Lists of certificates: pairs that name none are guesses, and guesses have an end."""

import io
from dataclasses import replace
from datetime import timedelta

import openpyxl
import pytest

from learning.certification.rules.lists import rows_told
from learning.certification.services import allow_list, count_misses
from learning.kernel.documents import Column, write_workbook
from learning.kernel.errors import Throttled
from tests.factories.people import make_actor, make_user

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("is_found", "misses", "told"),
    [
        ([True, False, False, True], 2, 4),
        ([True, False, False, True, False, True], 2, 4),
        ([False, True], 0, 0),
        ([True, True], 0, 2),
        ([], 0, 0),
    ],
)
def test_a_list_is_told_until_it_is_wrong_once_too_often(is_found, misses, told) -> None:
    assert rows_told(is_found, misses) == told


class TestCounting:
    @pytest.fixture
    def ask(self, session, now):
        people = [make_actor(make_user(session, now, name)) for name in ("甲", "乙")]

        def ask(person: int, network: str, pairs: int = 3, at=now):
            return allow_list(
                session, people[person], pairs, network=network, most_misses=5, secret="s", now=at
            )

        return ask

    def test_wrong_pairs_count_for_the_person_and_for_the_network(self, session, ask) -> None:
        count_misses(session, ask(0, "a"), 3)
        leave = ask(0, "a")
        count_misses(session, leave, 2)

        assert leave.misses == 2
        for person, network in ((0, "a"), (0, "b"), (1, "a")):
            with pytest.raises(Throttled, match="list_misses"):
                ask(person, network)
        assert ask(1, "b").misses == 5

    def test_they_are_forgotten_after_an_hour_and_it_is_said_when(self, ask, now) -> None:
        ask(0, "a", pairs=5)
        with pytest.raises(Throttled) as refused:
            ask(0, "a", at=now + HOUR / 2)

        assert refused.value.data["at"] == now + HOUR
        assert ask(0, "a", at=now + HOUR).misses == 5

    def test_a_list_that_is_right_costs_nothing(self, session, ask) -> None:
        count_misses(session, ask(0, "a", pairs=5), 0)

        assert ask(0, "a").misses == 5

    def test_a_list_being_checked_holds_its_pairs_so_that_two_at_once_do_not_double_them(
        self, ask
    ) -> None:
        ask(0, "a")

        assert ask(0, "a").misses == 2


def test_what_was_not_checked_is_said_in_the_file_and_the_next_list_in_words(
    app, open_browser, world
) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], list_misses=2)
    browser = open_browser(world["people"]["employee"])
    pairs = [(world["number"], "王小明"), ("A", "甲"), ("B", "乙"), ("C", "丙"), ("D", "丁")]
    data = write_workbook([Column("证书编号", 20), Column("姓名", 9)], pairs, sheet_name="名单")

    def send():
        return browser.post("/verify/list", {"file": (io.BytesIO(data), "名单.xlsx")})

    answer, refused = send(), send()

    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    rows = list(book.worksheets[0].values)[1:]
    assert [row[3] for row in rows] == ["有效", "查无此证", "查无此证", "未查验", "未查验"]
    assert [row[1] for row in rows] == [number for number, _name in pairs]
    assert "最后 2 行没有查验" in str([list(sheet.values) for sheet in book.worksheets[1:]])
    assert refused.status_code == 429
    assert "一小时内查无此证的已达 2 对，这份没有查验" in refused.text
