"""A roster of 20,000 rows is parsed, checked and written in seconds."""

import itertools
import time

import pytest

from learning.kernel.db import Database
from learning.kernel.documents import Column, read_sheet, write_workbook
from learning.organisations import queries
from learning.organisations.loader import parse_roster
from learning.organisations.services.rosters import (
    apply_roster,
    check_roster,
    prepare,
    save_check,
)
from tests.factories.people import make_actor, make_unit, make_user
from tests.organisations.rosters import HEADER

pytestmark = pytest.mark.deep


def test_twenty_thousand_rows_take_seconds(database: Database, now) -> None:
    columns = [Column(title) for title in HEADER]
    raw = write_workbook(
        columns,
        [
            (
                f"员工{n}",
                f"{n:06d}",
                f"138{n:08d}",
                f"e{n}@example.com",
                f"部门{n % 40}/组{n % 7}",
                "检验员",
            )
            for n in range(20_000)
        ],
    )
    with database.transaction() as session:
        firm = make_unit(session, now, code="SL")
        actor = make_actor(make_user(session, now))
    clock = [time.process_time()]
    parsed = parse_roster(read_sheet(raw), organisation_code="SL")
    clock.append(time.process_time())
    with database.session(write=False) as session:
        view = queries.get_unit(session, firm.id, now)
        checked = check_roster(session, view, parsed, creates_departments=True, now=now)
    clock.append(time.process_time())
    with database.transaction() as session:
        public_id = save_check(
            session, actor, view, checked, file_name="x", sha256="0" * 64, creates_departments=True, now=now
        )  # fmt: skip
    prepared = prepare(checked)
    clock.append(time.process_time())
    with database.transaction() as session:
        kept = queries.get_roster(session, firm.id, public_id)
        apply_roster(session, actor, kept.id, unit=view, prepared=prepared, now=now)
    clock.append(time.process_time())

    steps = [round(after - before, 2) for before, after in itertools.pairwise(clock)]
    assert checked.plan.counts["new"] == 20_000
    assert sum(steps) < 20, f"parse, check, prepare, write: {steps}"
    with database.session(write=False) as session:
        again = check_roster(session, view, parsed, creates_departments=True, now=now)
        assert again.plan.counts["unchanged"] == 20_000
