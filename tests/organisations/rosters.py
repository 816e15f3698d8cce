"""Makes rosters for tests."""

import io
from collections.abc import Sequence
from datetime import datetime

import openpyxl
from sqlalchemy.orm import Session

from learning.kernel.documents import read_sheet
from learning.kernel.permissions import Actor
from learning.organisations import queries
from learning.organisations.loader import ParsedRoster, parse_roster
from learning.organisations.models import RosterImport, Unit
from learning.organisations.services.rosters import (
    CheckedRoster,
    apply_roster,
    check_roster,
    prepare,
    save_check,
)
from tests.factories.people import make_actor, make_user

HEADER = ("姓名", "工号", "手机号", "邮箱", "部门", "岗位")
Row = Sequence[object]


def xlsx(*rows: Row, header: Row = HEADER, merged: Sequence[str] = ()) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (header, *rows):
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def parse(*rows: Row, code: str = "SL", header: Row = HEADER) -> ParsedRoster:
    return parse_roster(read_sheet(xlsx(*rows, header=header)), organisation_code=code)


def check(
    session: Session, now: datetime, unit: Unit, *rows: Row, creates_departments: bool = False
) -> CheckedRoster:
    view = queries.get_unit(session, unit.id, now)
    code = queries.organisation_of_unit(session, unit.id, now).code
    return check_roster(
        session, view, parse(*rows, code=code), creates_departments=creates_departments, now=now
    )


def apply(
    session: Session,
    now: datetime,
    unit: Unit,
    checked: CheckedRoster,
    actor: Actor | None = None,
) -> tuple[RosterImport, bool]:
    actor = actor or make_actor(make_user(session, now))
    view = queries.get_unit(session, unit.id, now)
    public_id = save_check(
        session, actor, view, checked, file_name="名册.xlsx", sha256="0" * 64,
        creates_departments=False, now=now,
    )  # fmt: skip
    kept = queries.get_roster(session, unit.id, public_id)
    done = apply_roster(session, actor, kept.id, unit=view, prepared=prepare(checked), now=now)
    session.refresh(kept)
    return kept, done


def codes(checked: CheckedRoster) -> list[tuple[str, str]]:
    return [(p.cell, p.code) for p in checked.plan.problems]
