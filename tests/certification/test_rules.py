"""Certificates' pure rules: terms, numbers, codes, what is printed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.certification import rules
from learning.certification.rules import Facts, SchemePlan, State
from learning.kernel.printing import printable

SHANGHAI = "Asia/Shanghai"
NOON = datetime(2026, 7, 1, 4, tzinfo=UTC)
FACTS = Facts(
    "QA-TQM-2026-000001", "QA-TQM", "证书", "", "张伟", "示例企业", "示例协会", NOON, NOON, None
)


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        ("2025-07-01", 36, "2028-06-30"),
        ("2026-11-22", 12, "2027-11-21"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-28"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-01-30", 1, "2026-02-28"),
        ("2026-01-28", 1, "2026-02-27"),
        ("2026-03-31", 6, "2026-09-30"),
        ("2026-03-01", 12, "2027-02-28"),
        ("2027-03-01", 12, "2028-02-29"),
        ("2026-12-31", 1, "2027-01-30"),
    ],
)
def test_a_term_ends_on_the_day_before_the_corresponding_day(first, months, last) -> None:
    day = rules.last_valid_day(date.fromisoformat(first), months)

    assert day == date.fromisoformat(last)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 600))
def test_a_term_is_never_longer_than_its_months_and_never_a_day_too_short(first, months) -> None:
    last = rules.last_valid_day(first, months)

    spanned = (last.year - first.year) * 12 + last.month - first.month
    assert spanned in {months, months - 1}
    assert first <= last
    assert last < rules.last_valid_day(first + timedelta(days=40), months)


def test_the_last_day_ends_in_the_issuers_zone() -> None:
    late = datetime(2026, 6, 30, 17, 30, tzinfo=UTC)  # 1 July, 01:30 in Shanghai

    until = rules.valid_until(late, 12, SHANGHAI)

    local = until.astimezone(ZoneInfo(SHANGHAI))
    assert local.replace(tzinfo=None) == datetime(2027, 6, 30, 23, 59, 59, 999999)
    assert rules.valid_until(late, None, SHANGHAI) is None


def test_a_certificate_holds_to_the_last_microsecond_and_revocation_comes_first() -> None:
    until = rules.valid_until(NOON, 12, SHANGHAI)
    after = until + timedelta(microseconds=1)

    assert rules.state_of(until, None, until) is State.VALID
    assert rules.state_of(until, None, after) is State.EXPIRED
    assert rules.state_of(until, NOON, after) is State.REVOKED
    assert rules.state_of(None, None, after) is State.VALID


def test_ninety_days_before_its_end_a_certificate_expires_soon() -> None:
    until = rules.valid_until(NOON, 12, SHANGHAI)

    assert rules.expires_soon(until, until - timedelta(days=90))
    assert not rules.expires_soon(until, until - timedelta(days=90, microseconds=1))
    assert not rules.expires_soon(until, until + timedelta(microseconds=1))
    assert not rules.expires_soon(None, until)


def test_a_number_names_scheme_year_and_serial() -> None:
    assert rules.number_of("QA-TQM", 2026, 123) == "QA-TQM-2026-000123"
    assert rules.number_of("QA-TQM", 2026, 1_234_567) == "QA-TQM-2026-1234567"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("qa-tqm-2026-000123", "QA-TQM-2026-000123"),
        (" ＱＡ-ＴＱＭ-２０２６-０００１２３ ", "QA-TQM-2026-000123"),
        ("QA–TQM—2026—000123", "QA-TQM-2026-000123"),
        ("QA-TQM-2026-123", None),
        ("2026-000123", None),
        ("'; DROP TABLE", None),
        ("A" * 10_000, None),
        ("", None),
        ("\x00", None),
    ],
)
def test_a_typed_number_is_read_as_people_type_it(typed, read) -> None:
    assert rules.normalised_number(typed) == read


@pytest.mark.parametrize(
    "typed", ["7k3m q2za 94ht xw5n 8rgb 0cde 1f6j", "7K3M-Q2ZA-94HT-XW5N-8RGB-OCDE-IF6J"]
)
def test_a_typed_code_forgives_case_spaces_dashes_and_confused_letters(typed) -> None:
    assert rules.normalised_code(typed) == "7K3MQ2ZA94HTXW5N8RGB0CDE1F6J"


@pytest.mark.parametrize("typed", ["", "7K3M", "U" * 28, "一" * 28, "7" * 29, "7" * 100_000])
def test_what_cannot_be_a_code_is_none(typed) -> None:
    assert rules.normalised_code(typed) is None


def test_a_code_is_shown_in_groups_and_read_back() -> None:
    code = "7K3MQ2ZA94HTXW5N8RGB0CDE1F6J"

    assert rules.grouped(code) == "7K3M-Q2ZA-94HT-XW5N-8RGB-0CDE-1F6J"
    assert rules.normalised_code(rules.grouped(code)) == code


@pytest.mark.parametrize(
    "change",
    [
        {"number": "QA-TQM-2026-000002"},
        {"holder_name": "张玮"},
        {"title": "另一证书"},
        {"valid_until": NOON},
        {"issued_at": NOON + timedelta(microseconds=1)},
    ],
)
def test_any_changed_fact_gives_another_hash(change) -> None:
    assert rules.document_sha256(replace(FACTS, **change)) != rules.document_sha256(FACTS)


def test_the_hash_does_not_depend_on_the_zone_an_instant_was_read_in() -> None:
    there = replace(FACTS, issued_at=NOON.astimezone(ZoneInfo(SHANGHAI)))

    assert rules.document_sha256(there) == rules.document_sha256(FACTS)


@given(st.binary(min_size=32, max_size=32))
def test_every_point_of_the_band_is_within_the_limits(digest) -> None:
    points = rules.band_of(digest.hex())

    assert len(points) == 24
    assert all(-0.9 <= point <= 0.9 for point in points)


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("\u202e三张", "三张"),
        ("\ufeff刘洋", "刘洋"),
        ("孙\u200b悦", "孙悦"),
        (" 王芳 ", "王芳"),
        ("李　明", "李 明"),
        ("张\n\t伟", "张 伟"),
        ("么\U000e0100", "么\U000e0100"),
        ("𠮷野家", "𠮷野家"),
        ("#import", "#import"),
    ],
)
def test_a_printed_name_is_one_line_without_marks_that_turn_or_hide_it(name, printed) -> None:
    assert printable(name) == printed


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2025-07-01", "二〇二五年七月一日"),
        ("2026-11-22", "二〇二六年十一月二十二日"),
        ("2030-10-10", "二〇三〇年十月十日"),
        ("2026-12-31", "二〇二六年十二月三十一日"),
    ],
)
def test_dates_in_chinese_numerals(day, words) -> None:
    assert rules.chinese_date(date.fromisoformat(day)) == words


@pytest.mark.parametrize(
    ("issuer", "shape"),
    [
        ("示范质量协会", (2, 3)),
        ("示例省质量与可靠性技术协会联合会", (4, 4)),
        ("质量", (1, 2)),
        ("Example Quality Ltd", (2, 2)),
        ("质" * 200, (4, 4)),
    ],
)
def test_a_seal_has_room_for_its_characters(issuer, shape) -> None:
    columns, rows, characters = rules.seal_of(issuer)

    assert (columns, rows) == shape
    assert len(characters) <= columns * rows


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"code": "qa"}, "code"),
        ({"code": "-A"}, "code"),
        ({"code": "A" * 21}, "code"),
        ({"code": "质量"}, "code"),
        ({"code": "QA\n"}, "code"),
        ({"title": "  "}, "title"),
        ({"title": "长" * 201}, "title"),
        ({"title_en": "x" * 201}, "title_en"),
        ({"validity_months": 0}, "validity_months"),
        ({"validity_months": 601}, "validity_months"),
    ],
)
def test_a_bad_scheme_names_the_field(change, place) -> None:
    plan = replace(SchemePlan("QA-TQM", "证书", "", 36), **change)

    assert [problem.place for problem in rules.problems_of(plan)] == [place]
    assert rules.problems_of(SchemePlan("QA-TQM", "证书", "", None)) == []
