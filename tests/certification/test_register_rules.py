"""What a row of a certificate must say, when it counts as held, and how lists are read."""

from datetime import UTC, date, datetime, timedelta

import pytest

from learning.certification.loader import parse_list, read_pairs
from learning.certification.rules.holdings import FOREVER, HeldSpan
from learning.certification.rules.register import (
    ExternalPlan,
    ExternalState,
    Kind,
    Known,
    RegisterRow,
    RegisterState,
    WithdrawGround,
    completed,
    counts_of,
    end_of,
    external_state,
    plan_problems,
    plan_rows,
    registered_spans,
    start_of,
)
from learning.kernel.documents import BadDocument, Column, Sheet, read_sheet, write_workbook
from learning.organisations.rules.days import day_of

ZONE = "Asia/Shanghai"
TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
KIND = Kind(7, "低压电工", "应急管理局", 72, 36)
STATE = RegisterState(
    staff={"0012": Known(1, "张三"), "0013": Known(2, "李四")},
    phones={"+8613800000000": Known(1, "张三")},
    kinds={"低压电工": KIND, "同名": None, "终身证": Kind(8, "终身证", "人社部", None, None)},
    taken={(7, "t9"): 2},
)
TITLES = ("姓名", "工号", "证书种类", "证书编号", "有效期自", "有效期至", "下次复审日期")


def row(**changes) -> RegisterRow:
    values = {
        "line": 2, "name": "张三", "staff_no": "0012", "phone": "", "scheme": "低压电工",
        "number": "T1", "issuer": "", "valid_from": date(2026, 3, 1), "valid_until": None,
        "review_due": None,
    }  # fmt: skip
    return RegisterRow(**{**values, **changes})


def plan(*rows):
    return plan_rows(rows, STATE, TODAY, skip=frozenset())


class TestRows:
    def test_term_and_review_are_completed_by_the_kind(self) -> None:
        entry = plan(row()).entries[0]

        assert (entry.user_id, entry.scheme_id, entry.issuer) == (1, 7, "应急管理局")
        assert (entry.valid_until, entry.review_due) == (date(2032, 2, 29), date(2029, 2, 28))

    def test_what_is_written_goes_before_and_a_review_at_the_end_is_none(self) -> None:
        entry = plan(row(valid_until=date(2029, 2, 28), issuer="某局")).entries[0]

        assert (entry.valid_until, entry.review_due, entry.issuer) == (
            date(2029, 2, 28),
            None,
            "某局",
        )
        assert plan(row(is_for_life=True)).entries[0].valid_until is None

    @pytest.mark.parametrize(
        ("changes", "place", "code"),
        [
            ({"name": ""}, "name", "name_missing"),
            ({"staff_no": ""}, "name", "no_way_in"),
            ({"staff_no": "9"}, "staff_no", "staff_no_unknown"),
            ({"staff_no": "", "phone": "+8613900000000"}, "phone", "phone_unknown"),
            ({"name": "李四"}, "name", "name_other"),
            ({"scheme": ""}, "scheme", "scheme_missing"),
            ({"scheme": "高处"}, "scheme", "scheme_unknown"),
            ({"scheme": "同名"}, "scheme", "scheme_twice"),
            ({"number": ""}, "number", "number_missing"),
            ({"number": "9" * 61}, "number", "number_long"),
            ({"number": "T9"}, "number", "number_taken"),
            ({"issuer": "长" * 201}, "issuer", "issuer_long"),
            ({"valid_from": None}, "valid_from", "valid_from_missing"),
            ({"valid_from": date(1900, 1, 1)}, "valid_from", "date_far"),
            ({"valid_from": date(2028, 1, 1)}, "valid_from", "date_future"),
            ({"valid_until": date(2026, 2, 28)}, "valid_until", "until_before"),
            ({"review_due": date(2040, 1, 1)}, "review_due", "review_outside"),
        ],
    )
    def test_each_fault_is_named_by_its_place(self, changes, place, code) -> None:
        found = plan(row(**changes))

        assert (place, code) in {(one.place, one.code) for one in found.problems}
        assert found.entries == []

    def test_all_faults_of_a_row_are_told_at_once(self) -> None:
        found = plan(row(name="李四", scheme="高处", number=""))

        assert {one.place for one in found.problems} == {"name", "scheme", "number"}

    def test_a_number_twice_and_one_on_file_already(self) -> None:
        twice = plan(row(), row(line=3, number=" t1"))
        known = plan(row(staff_no="0013", name="李四", number="T9"))

        assert [(one.line, one.code, one.other) for one in twice.problems] == [
            (3, "number_twice", "2")
        ]
        assert (known.entries, len(known.again), known.problems) == ([], 1, [])

    def test_rows_with_faulty_cells_are_left_out(self) -> None:
        assert plan_rows([row()], STATE, TODAY, skip=frozenset({2})).entries == []

    def test_a_kind_needs_title_authority_and_sane_terms(self) -> None:
        bad = plan_problems(ExternalPlan(" ", "e" * 201, "", 0, 601))

        assert {one.place for one in bad} == {
            "title", "title_en", "authority", "validity_months", "review_months",
        }  # fmt: skip
        assert plan_problems(ExternalPlan("低压电工", "", "应急管理局", 72, 36)) == []


class TestLookAhead:
    """What people see of a list before they apply it."""

    @pytest.mark.parametrize(
        ("changes", "until", "review", "state"),
        [
            ({}, date(2032, 2, 29), date(2029, 2, 28), ExternalState.VALID),
            ({"valid_from": date(2022, 3, 1)}, date(2028, 2, 29), date(2025, 2, 28), ExternalState.OVERDUE),
            ({"valid_from": date(2020, 3, 1)}, date(2026, 2, 28), date(2023, 2, 28), ExternalState.EXPIRED),
            ({"review_due": TODAY}, date(2032, 2, 29), TODAY, ExternalState.VALID),
            ({"review_due": TODAY - DAY}, date(2032, 2, 29), TODAY - DAY, ExternalState.OVERDUE),
            ({"scheme": "终身证"}, None, None, ExternalState.VALID),
        ],
    )  # fmt: skip
    def test_the_last_days_are_those_that_applying_writes(
        self, changes, until, review, state
    ) -> None:
        given = row(**changes)
        found = completed(given, STATE, TODAY)
        assert found is not None
        assert (found.valid_until, found.review_due, found.state) == (until, review, state)
        [entry] = plan_rows([given], STATE, TODAY, skip=frozenset()).entries
        assert (entry.valid_until, entry.review_due) == (until, review)

    def test_nothing_is_made_up_where_the_kind_or_the_first_day_is_unknown(self) -> None:
        for changes in ({"scheme": "没有"}, {"scheme": "同名"}, {"valid_from": None}):
            assert completed(row(**changes), STATE, TODAY) is None

    def test_those_no_longer_held_are_counted_by_what_ended_them(self) -> None:
        since = (date(2026, 3, 1), date(2022, 3, 1), date(2022, 4, 1), date(2020, 3, 1))
        rows = [row(line=n, number=f"T{n}", valid_from=day) for n, day in enumerate(since)]
        plan = plan_rows(rows, STATE, TODAY, skip=frozenset())

        counts = counts_of(plan, len(rows), plan.problems, TODAY)

        assert (counts["new"], counts["overdue"], counts["expired"]) == (4, 2, 1)


class TestWorth:
    SINCE = start_of(date(2026, 1, 1), ZONE)
    UNTIL = end_of(date(2026, 12, 31), ZONE)

    def test_days_are_those_of_the_zone(self) -> None:
        assert datetime(2025, 12, 31, 16, tzinfo=UTC) == self.SINCE
        assert datetime(2026, 12, 31, 16, tzinfo=UTC) - TICK == self.UNTIL

    def test_held_only_once_checked_until_term_or_review(self) -> None:
        review = end_of(date(2026, 6, 30), ZONE)

        assert registered_spans(self.SINCE, self.UNTIL, None, is_checked=False) == []
        assert registered_spans(self.SINCE, self.UNTIL, review, is_checked=True) == [
            HeldSpan(self.SINCE, review + TICK)
        ]
        assert registered_spans(self.SINCE, None, None, is_checked=True) == [
            HeldSpan(self.SINCE, FOREVER)
        ]

    def test_an_error_was_never_held_and_what_ended_was_until_then(self) -> None:
        at = self.SINCE + 10 * DAY
        ended = {"is_checked": True, "withdrawn_at": at}

        error, end = (
            registered_spans(self.SINCE, self.UNTIL, None, ground=ground, **ended)
            for ground in (WithdrawGround.ERROR, WithdrawGround.ENDED)
        )
        assert (error, end) == ([], [HeldSpan(self.SINCE, at)])

    @pytest.mark.parametrize(
        ("until", "review", "facts", "state"),
        [
            (None, None, {"is_checked": False}, ExternalState.UNCHECKED),
            (None, None, {"is_checked": True}, ExternalState.VALID),
            (NOW + 89 * DAY, None, {"is_checked": True}, ExternalState.DUE),
            (None, NOW + DAY, {"is_checked": True}, ExternalState.DUE),
            (NOW + 400 * DAY, NOW - DAY, {"is_checked": True}, ExternalState.OVERDUE),
            (NOW - DAY, NOW - 2 * DAY, {"is_checked": True}, ExternalState.EXPIRED),
            (None, None, {"is_checked": True, "ground": WithdrawGround.ERROR}, ExternalState.WITHDRAWN),
            (None, None, {"is_checked": True, "ground": WithdrawGround.FOLLOWED}, ExternalState.FOLLOWED),
        ],
    )  # fmt: skip
    def test_states(self, until, review, facts, state) -> None:
        assert external_state(until, review, NOW, **facts) is state


def sheet(titles, *rows):
    return read_sheet(write_workbook([Column(title) for title in titles], rows))


class TestLists:
    @pytest.mark.parametrize(
        ("value", "day"),
        [
            ("2026-03-01", date(2026, 3, 1)),
            ("2026/3/1", date(2026, 3, 1)),
            ("2026.03.01", date(2026, 3, 1)),
            ("２０２６年３月１日", date(2026, 3, 1)),
            ("20260301", date(2026, 3, 1)),
            ("2026-03-01 00:00:00", date(2026, 3, 1)),
            (46082.0, date(2026, 3, 1)),
            (date(2026, 3, 1), date(2026, 3, 1)),
            (datetime(2026, 3, 1), date(2026, 3, 1)),
            ("2026-02-30", None),
            ("2026年3月", None),
            ("下个月", None),
            (True, None),
            (12.0, None),
        ],
    )
    def test_days_in_the_ways_people_write_them(self, value, day) -> None:
        assert day_of(value) == day

    def test_headings_are_forgiven_and_titles_above_are_passed_over(self) -> None:
        found = parse_list(
            sheet(
                ("2026 年持证人员名单",),
                (
                    "持证人*",
                    "员工号",
                    "作业类别",
                    "证号",
                    "发证日期",
                    "到期日",
                    "应复审日期（必填）",
                ),
                ("张 三", "0012", "低压电工", "T1", "2026.3.1", "长期", "无"),
                ("", "", "", "", "", "", ""),
            )
        )

        only = found.rows[0]
        assert (only.line, only.name, only.staff_no, only.number) == (3, "张三", "0012", "T1")
        assert (only.valid_from, only.is_for_life, only.review_due) == (
            date(2026, 3, 1),
            True,
            None,
        )
        assert found.problems == []
        assert len(found.rows) == 1

    def test_faults_name_their_cells(self) -> None:
        cells = ("张三", "1", "低压电工", 1.2345678901234568e17, "明天", "x", "")
        none = frozenset()

        found = parse_list(Sheet("名单", (TITLES, cells), none, frozenset({(1, 6)}), none))

        assert [(one.cell, one.code) for one in found.problems] == [
            ("D2", "number_as_number"), ("E2", "date_bad"), ("F2", "date_bad"), ("G2", "cell_error"),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("titles", "rows", "code"),
        [(("姓名", "编号"), [("张三", "1")], "list_no_header"), (TITLES, [], "list_empty")],
    )
    def test_lists_that_are_none(self, titles, rows, code) -> None:
        with pytest.raises(BadDocument) as caught:
            parse_list(sheet(titles, *rows))
        assert caught.value.code == code

    def test_pairs_to_verify(self) -> None:
        found = read_pairs(sheet(("序号", "证书编号", "姓名"), ("1", "QA-1", "张三"), ("", "", "")))

        assert found == [(2, "QA-1", "张三")]
        with pytest.raises(BadDocument):
            read_pairs(sheet(("编号",), ("QA-1",)))
