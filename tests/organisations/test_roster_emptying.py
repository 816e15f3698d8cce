"""Uploaded rosters are emptied after 90 days: how many stays, who does not."""

import io
import json
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select, update

from learning.kernel.db import Database
from learning.kernel.permissions import Role
from learning.organisations.jobs import prune_rosters
from learning.organisations.models import RosterImport
from learning.organisations.services.roster_emptying import EMPTY_SLICE, empty_rosters
from learning.organisations.services.roster_keeping import (
    as_columns,
    kept_missing,
    kept_parse,
    kept_problems,
    kept_rows,
)
from tests.factories.people import make_actor, make_unit, make_user, unit_grant

from .rosters import check, xlsx
from .web import make_browser, present

ROW = ("示例员工", "0012", "13800000001", "", "", "")


def keep(session, now, unit, *, state="checked", created_at, applied_at=None):
    actor = make_actor(make_user(session, now), unit_grant(Role.HR_MANAGER, unit))
    row = RosterImport(
        public_id=f"{session.query(RosterImport).count():026}",
        unit_id=unit.id,
        file_name="名册.xlsx",
        sha256="0" * 64,
        state=state,
        created_by=actor.user_id,
        created_at=created_at,
        applied_at=applied_at,
        **as_columns(check(session, now, unit, ROW)),
    )
    session.add(row)
    session.flush()
    return row


def test_rows_go_90_days_after_the_act_and_the_counts_stay(session, now):
    unit = make_unit(session, now, code="SL")
    day = timedelta(days=1)
    checked = keep(session, now, unit, created_at=now - 91 * day)
    applied = keep(
        session, now, unit, state="applied", created_at=now - 99 * day, applied_at=now - 91 * day
    )
    late = keep(
        session, now, unit, state="applied", created_at=now - 99 * day, applied_at=now - 89 * day
    )
    fresh = keep(session, now, unit, created_at=now - 89 * day)
    counts = checked.counts

    assert empty_rosters(session, now) == 2
    assert empty_rosters(session, now) == 0

    session.expire_all()
    for row in (checked, applied):
        assert "示例员工" not in row.rows + row.problems + row.decisions + row.missing
        assert (kept_rows(row), kept_problems(row), kept_missing(row)) == ([], [], [])
        assert kept_parse(row).rows == []
        assert row.counts == counts
        assert row.emptied_at == now
    assert json.loads(counts)["new"] == 1
    assert len(kept_rows(late)) == len(kept_rows(fresh)) == 1
    assert late.emptied_at is fresh.emptied_at is None


def test_a_turn_of_the_job_is_bounded(database: Database, now):
    with database.transaction() as session:
        unit = make_unit(session, now, code="SL")
        for _number in range(EMPTY_SLICE + 1):
            keep(session, now, unit, created_at=now - timedelta(days=91))

    assert [prune_rosters(database, now) for _turn in range(3)] == [EMPTY_SLICE, 1, 0]


def test_an_emptied_roster_says_so_and_cannot_be_applied(
    client: FlaskClient, database: Database
) -> None:
    with database.transaction() as session:
        unit = make_unit(session, present(), code="SL")
    hr = make_browser(client, database, Role.HR_MANAGER, unit)
    file = (io.BytesIO(xlsx(ROW)), "名册.xlsx")
    preview = hr.post(f"/units/{unit.public_id}/roster", {"file": file}).location
    with database.transaction() as session:
        session.execute(update(RosterImport).values(created_at=present() - timedelta(days=91)))
    prune_rosters(database, present())

    page = hr.page(preview)
    hr.post(f"{preview}/apply")
    hr.post(f"{preview}/mend", {"all": "1"})

    assert "只留下人数" in page
    assert "这份花名册没有导入" in page
    assert "示例员工" not in page
    assert "导入 1 人" not in page
    assert "已按期删除，请重新上传" in hr.page(preview)
    with database.session(write=False) as session:
        assert session.scalars(select(RosterImport)).one().state == "checked"
    assert hr.get(f"{preview}/missing").status_code == 200
