"""Certificates that others issued: registered, checked by a second person, withdrawn, imported."""

import json
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import Workbook
from sqlalchemy import event, func, select

from learning.certification.loader import ParsedList, parse_list
from learning.certification.models import ExternalCertificate, ExternalImport, Holding
from learning.certification.queries import external as queries
from learning.certification.queries.external import ExternalFilter
from learning.certification.rules.register import ExternalState, WithdrawGround
from learning.certification.services import external as services
from learning.certification.services import importing
from learning.exams.rules import check_files
from learning.kernel.audit import AuditEntry
from learning.kernel.documents import read_sheet
from learning.kernel.errors import Conflict, Invalid, NotFound
from tests.certification.test_holdings import holders
from tests.factories.external import make_employer, make_external
from tests.factories.people import make_actor

DAY = timedelta(days=1)
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0\0\0\1\0\0\0\1\x08\2\0\0\0" + b"\0" * 20


@pytest.fixture
def employer(session, now):
    return make_employer(session, now)


def check(session, employer, row, at) -> None:
    services.check(session, employer.second, row.public_id, now=at)


class TestFourEyes:
    def test_only_what_a_second_person_checked_counts_as_held(self, session, employer, now) -> None:
        row = make_external(session, now, employer)
        assert holders(session, now, now) == 0

        check(session, employer, row, now + DAY)

        assert holders(session, now + DAY, now + DAY) == 1
        assert holders(session, now + DAY, now) == 0  # as was known the day before

    def test_who_entered_it_or_holds_it_cannot_check_it(self, session, employer, now) -> None:
        row = make_external(session, now, employer)
        with pytest.raises(Conflict, match="external_own"):
            services.check(session, employer.hr, row.public_id, now=now)
        holder = make_actor(employer.staff[0], *employer.second.grants)
        with pytest.raises(Conflict, match="external_own"):
            services.check(session, holder, row.public_id, now=now)

    def test_nothing_is_checked_or_withdrawn_twice(self, session, employer, now) -> None:
        row = make_external(session, now, employer)
        check(session, employer, row, now)
        with pytest.raises(Conflict):
            check(session, employer, row, now)
        ended = {"ground": WithdrawGround.ENDED, "reason": "注销", "now": now + DAY}
        services.withdraw(session, employer.hr, row.public_id, **ended)
        with pytest.raises(Conflict):
            services.withdraw(session, employer.hr, row.public_id, **ended)

    def test_foreign_looks_like_missing(self, session, employer, now) -> None:
        row = make_external(session, now, employer)
        other = make_employer(session, now, "别的企业")
        for act in (
            lambda raw: services.check(session, other.second, raw, now=now),
            lambda raw: services.withdraw(
                session, other.hr, raw, ground=WithdrawGround.ERROR, reason="错", now=now
            ),
            lambda raw: services.follow(session, other.hr, raw, row=other.row(), now=now),
        ):
            for raw in (row.public_id, "0" * 26):
                with pytest.raises(NotFound):
                    act(raw)

    def test_each_act_is_audited(self, session, employer, now) -> None:
        row = make_external(session, now, employer)
        check(session, employer, row, now)
        services.withdraw(
            session, employer.hr, row.public_id, ground=WithdrawGround.ENDED, reason="注销", now=now
        )

        acts = session.scalars(
            select(AuditEntry.act)
            .where(AuditEntry.subject == row.public_id)
            .order_by(AuditEntry.id)
        ).all()
        assert acts == ["external.entered", "external.checked", "external.withdrawn"]


class TestWorth:
    def test_an_overdue_review_ends_what_is_held(self, session, employer, now) -> None:
        row = make_external(session, now, employer)
        check(session, employer, row, now)

        assert holders(session, row.review_due, now) == 1
        assert holders(session, row.review_due + DAY, now) == 0
        assert queries.state_of_row(row, row.review_due + DAY) is ExternalState.OVERDUE

    def test_a_review_is_a_row_of_its_own_that_takes_the_place_once_checked(
        self, session, employer, now
    ) -> None:
        old = make_external(session, now, employer)
        check(session, employer, old, now)
        later = old.review_due - 30 * DAY
        days = {"valid_until": date(2032, 2, 29), "review_due": date(2032, 2, 29)}
        public_id = services.follow(
            session, employer.hr, old.public_id, row=employer.row(**days), now=later
        )
        assert holders(session, old.review_due + DAY, later) == 0

        services.check(session, employer.second, public_id, now=later)

        assert holders(session, old.review_due + DAY, later) == 1
        assert holders(session, later, later) == 1  # no gap, no doubling
        history = queries.list_history(session, old, later)
        assert [one.state for one in history] == [ExternalState.VALID, ExternalState.FOLLOWED]

    def test_a_longer_term_entered_ahead_leaves_no_gap_before_it_begins(
        self, session, employer, now
    ) -> None:
        old = make_external(session, now, employer)
        check(session, employer, old, now)
        begins = now.date() + 30 * DAY
        days = {"valid_from": begins, "valid_until": date(2032, 2, 29)}
        public_id = services.follow(
            session, employer.hr, old.public_id, row=employer.row(**days), now=now
        )

        services.check(session, employer.second, public_id, now=now)

        for days_on in (0, 1, 29, 30, 31):
            assert holders(session, now + days_on * DAY, now) == 1, days_on

    @pytest.mark.parametrize(
        ("ground", "before"), [(WithdrawGround.ERROR, 0), (WithdrawGround.ENDED, 1)]
    )
    def test_an_error_was_never_held_what_ended_was(
        self, session, employer, now, ground, before
    ) -> None:
        row = make_external(session, now, employer)
        check(session, employer, row, now)
        at = now + 10 * DAY
        services.withdraw(session, employer.hr, row.public_id, ground=ground, reason="查实", now=at)

        assert holders(session, at, at) == 0
        assert holders(session, now + DAY, at) == before
        assert holders(session, now + DAY, now + DAY) == 1  # as was known then

    def test_a_number_is_on_file_once_and_may_come_again_after_a_withdrawal(
        self, session, employer, now
    ) -> None:
        row = make_external(session, now, employer)
        with pytest.raises(Conflict, match="external_taken"):
            make_external(session, now, employer, " t1")
        with pytest.raises(Invalid):
            make_external(session, now, employer, "T1", name="李四", staff_no="0002")
        services.withdraw(
            session, employer.hr, row.public_id, ground=WithdrawGround.ERROR, reason="错", now=now
        )
        assert make_external(session, now, employer).number == "T1"


class TestReading:
    def test_filters_and_their_counts_agree_and_pages_follow_each_other(
        self, session, employer, now, monkeypatch
    ) -> None:
        monkeypatch.setattr(queries, "PAGE_SIZE", 2)
        ends = {"U": None, "V": 400, "D": 30, "E": -1}
        for name, days in ends.items():
            until = None if days is None else now.date() + days * DAY
            for number in range(3):
                changes = {"valid_from": date(2020, 1, 1), "valid_until": until}
                row = make_external(
                    session, now, employer, f"{name}{number}", review_due=until, **changes
                )
                if name != "U":
                    check(session, employer, row, now)
        late = make_external(
            session, now, employer, "O1", valid_from=date(2020, 1, 1), review_due=date(2023, 1, 1),
            valid_until=date(2030, 1, 1),
        )  # fmt: skip
        check(session, employer, late, now)

        counts = queries.count_waiting(session, employer.unit.id, now)
        assert counts == {
            "all": 13, "unchecked": 3, "due": 3, "overdue": 1, "expired": 3, "withdrawn": 0,
        }  # fmt: skip
        for shown, count in counts.items():
            seen, after = [], ""
            while True:
                page, after = queries.list_external(
                    session, employer.unit.id, ExternalFilter(shown), now, raw_after=after
                )
                seen += [one.row.id for one in page]
                if not after:
                    break
            assert len(seen) == len(set(seen)) == count, shown

    def test_a_scan_is_kept_and_looking_at_it_is_noted(self, session, employer, now) -> None:
        uploads, problems = check_files([("证书.png", PNG)])
        assert not problems
        public_id = services.register(
            session, employer.hr, employer.view, row=employer.row(), uploads=uploads, now=now
        )
        found = queries.get_external(session, employer.hr, public_id, now)
        scan = services.open_scan(session, employer.hr, found, found.scans[0][0], now)

        assert (scan.content, scan.media_type) == (PNG, "image/png")
        assert session.scalar(select(func.count()).where(AuditEntry.act == "external.scan_seen"))
        with pytest.raises(NotFound):
            services.open_scan(session, employer.hr, found, "0" * 26, now)


class TestImporting:
    def rows(self, employer, count: int = 3):
        people = [("张三", "0001"), ("李四", "0002"), ("王五", "0003")]
        return [
            employer.row(f"N{n}", line=n + 2, name=people[n % 3][0], staff_no=people[n % 3][1])
            for n in range(count)
        ]

    def save(self, session, employer, rows, now, *, is_checked=True) -> str:
        parsed = ParsedList(rows=rows)
        found = importing.check_list(session, employer.view, parsed, now)
        return importing.save_import(
            session, employer.hr, employer.view, parsed, found,
            file=("名单.xlsx", "0" * 64), is_checked=is_checked, now=now,
        )  # fmt: skip

    def apply(self, session, employer, raw_id, now) -> int:
        prepared = importing.prepare_import(session, employer.view, raw_id, now)
        return importing.apply_import(
            session, employer.hr, employer.view, raw_id, prepared=prepared, now=now
        )

    def undo(self, session, employer, raw_id, now) -> int:
        return importing.undo_import(session, employer.hr, employer.view, raw_id, now=now)

    def test_a_list_is_applied_once_and_counts_where_the_originals_were_seen(
        self, session, employer, now
    ) -> None:
        raw_id = self.save(session, employer, self.rows(employer), now)
        assert session.scalar(select(func.count(ExternalCertificate.id))) == 0

        assert self.apply(session, employer, raw_id, now) == 3
        assert self.apply(session, employer, raw_id, now) == 0

        assert session.scalar(select(func.count(ExternalCertificate.id))) == 3
        assert holders(session, now, now) == 3

    def test_who_imports_a_certificate_of_their_own_does_not_check_it(
        self, session, employer, now
    ) -> None:
        raw_id = self.save(session, employer, self.rows(employer), now)
        employer.hr = replace(employer.hr, user_id=employer.staff[0].id)

        self.apply(session, employer, raw_id, now)

        assert holders(session, now, now) == 2
        (own,) = session.scalars(
            select(ExternalCertificate).where(ExternalCertificate.checked_at.is_(None))
        )
        assert own.user_id == employer.staff[0].id
        check(session, employer, own, now + DAY)
        with pytest.raises(Conflict, match="import_built_on"):
            self.undo(session, employer, raw_id, now + DAY)

    def test_holdings_of_an_import_equal_those_of_single_acts(self, session, employer, now) -> None:
        raw_id = self.save(session, employer, self.rows(employer), now)
        self.apply(session, employer, raw_id, now)
        before = session.scalar(select(func.count(Holding.id)))

        for row in session.scalars(select(ExternalCertificate)):
            services.refresh_external(session, row, now)

        assert session.scalar(select(func.count(Holding.id))) == before

    def test_without_the_originals_each_waits_for_a_check(self, session, employer, now) -> None:
        raw_id = self.save(session, employer, self.rows(employer), now, is_checked=False)
        self.apply(session, employer, raw_id, now)

        assert holders(session, now, now) == 0
        assert queries.count_waiting(session, employer.unit.id, now)["unchecked"] == 3

    def test_a_list_with_faults_is_kept_to_be_looked_at_and_never_applied(
        self, session, employer, now
    ) -> None:
        rows = [*self.rows(employer), employer.row("N9", line=9, staff_no="9999")]
        raw_id = self.save(session, employer, rows, now)

        kept = queries.get_import(session, employer.unit.id, raw_id)
        assert [(p.line, p.code) for p in importing.kept_problems(kept)] == [
            (9, "staff_no_unknown")
        ]
        assert importing.kept_rows(kept) == rows
        with pytest.raises(Conflict, match="import_has_errors"):
            self.apply(session, employer, raw_id, now)

    def test_a_list_names_the_columns_that_were_not_read(self, session, employer, now) -> None:
        book = Workbook()
        book.active.append(["姓名", "工号", "证书名称", "证号", "发证日期", "有效期", "备注"])
        book.active.append(["张三", "1", "电工证", "A1", "2026-03-01", "2029-02-28", "无"])
        book.save(raw := BytesIO())
        parsed = parse_list(read_sheet(raw.getvalue()))
        found = importing.check_list(session, employer.view, parsed, now)
        raw_id = importing.save_import(
            session, employer.hr, employer.view, parsed, found,
            file=("旧证.xlsx", "0" * 64), is_checked=False, now=now,
        )  # fmt: skip

        kept = queries.get_import(session, employer.unit.id, raw_id)
        assert json.loads(kept.counts)["unread"] == ["F 有效期"]

    def test_what_changed_since_the_look_stops_the_list(self, session, employer, now) -> None:
        raw_id = self.save(session, employer, self.rows(employer), now)
        make_external(session, now, employer, "N0", name="李四", staff_no="0002")

        with pytest.raises(Conflict, match="import_stale"):
            self.apply(session, employer, raw_id, now)

    def test_a_number_that_came_between_reading_and_writing_stops_the_list(
        self, session, employer, now
    ) -> None:
        raw_id = self.save(session, employer, self.rows(employer), now)
        prepared = importing.prepare_import(session, employer.view, raw_id, now)
        make_external(session, now, employer, "N0")

        with pytest.raises(Conflict, match="import_stale"), session.begin_nested():
            importing.apply_import(
                session, employer.hr, employer.view, raw_id, prepared=prepared, now=now
            )
        assert session.scalar(select(func.count(ExternalCertificate.id))) == 1

    def test_undone_it_was_never_held_and_the_numbers_are_free_again(
        self, session, employer, now
    ) -> None:
        kept = make_external(session, now, employer, "KEPT")
        check(session, employer, kept, now)
        raw_id = self.save(session, employer, self.rows(employer), now)
        self.apply(session, employer, raw_id, now)

        assert self.undo(session, employer, raw_id, now + DAY) == 3

        assert holders(session, now + DAY, now + DAY) == 1  # the one that no list brought
        assert holders(session, now, now + DAY) == 1
        assert holders(session, now, now) == 4  # as was known before
        with pytest.raises(Conflict, match="import_not_applied"):
            self.undo(session, employer, raw_id, now + DAY)
        again = self.save(session, employer, self.rows(employer), now + DAY)
        assert self.apply(session, employer, again, now + DAY) == 3

    @pytest.mark.parametrize("is_checked", [True, False])
    def test_what_was_built_on_keeps_it_from_being_undone(
        self, session, employer, now, is_checked
    ) -> None:
        raw_id = self.save(session, employer, self.rows(employer), now, is_checked=is_checked)
        self.apply(session, employer, raw_id, now)
        row = session.scalars(
            select(ExternalCertificate).where(ExternalCertificate.number == "N1")
        ).one()
        if is_checked:
            services.follow(session, employer.hr, row.public_id, row=employer.row(), now=now)
        else:
            check(session, employer, row, now)

        with pytest.raises(Conflict, match="import_built_on"):
            self.undo(session, employer, raw_id, now)

    def test_a_strangers_list_looks_missing(self, session, employer, now) -> None:
        raw_id = self.save(session, employer, self.rows(employer), now)
        other = make_employer(session, now, "别的企业")

        for act in (self.apply, self.undo):
            with pytest.raises(NotFound):
                act(session, other, raw_id, now)
        assert session.scalars(select(ExternalImport.state)).one() == "checked"

    def test_the_number_of_statements_does_not_grow_with_the_list(
        self, session, employer, now
    ) -> None:
        few = self.save(session, employer, self.rows(employer, 3), now)
        many = self.save(session, employer, self.rows(employer, 300)[3:], now)

        counts = []
        for raw_id in (few, many):
            seen: list[str] = []
            note = lambda *given, seen=seen: seen.append(given[2])  # noqa: E731
            event.listen(session.connection(), "before_cursor_execute", note)
            self.apply(session, employer, raw_id, now)
            event.remove(session.connection(), "before_cursor_execute", note)
            counts.append(len(seen))
        assert counts[0] == counts[1]
