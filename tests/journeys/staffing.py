"""A works of 500 people as HR's files tell of it: the roster, and 800 certificates of before."""

import io
from collections.abc import Sequence
from datetime import date, timedelta

import openpyxl

INSPECTOR, FITTER, LEADER = "过程检验员", "装配工", "班组长"
SAFETY = "安全生产知识培训合格证"
LONG_NAME = "阿卜杜热合曼·买买提吐尔逊·示例木江"
LONG_UNIT = "总装一部二工段精密传动机构装调与出厂检验联合班组"
TEAMS = ("质量管理部", "机加工车间", LONG_UNIT, "热处理班", "计量室", "成品库")
STAFF, INSPECTORS, FITTERS = 500, 300, 150
LAPSED = range(281, INSPECTORS + 1)  # inspectors whose certificate has ended
NAMES = ("示例𠮷田", "欧阳示例", "示例㛃", "诸葛示例", "古丽·示例木", "赵示例")


def staff_no(number: int) -> str:
    return f"S{number:04d}"


def name_of(number: int) -> str:
    """Return a name that each has alone; one of them is long."""
    return LONG_NAME if number == LAPSED[1] else f"{NAMES[number % 6]}{number}"


def roster() -> list[list[object]]:
    """Return the staff: 300 inspectors, 150 fitters, the others lead teams."""
    posts = [INSPECTOR] * INSPECTORS + [FITTER] * FITTERS
    posts += [LEADER] * (STAFF - len(posts))
    return [
        [name_of(number), staff_no(number), None, None, TEAMS[number % 6], post]
        for number, post in enumerate(posts, start=1)
    ]


def old_certificates(scheme: str, today: date) -> list[list[object]]:
    """Return 800 certificates: everybody's of safety, each inspector's, of whom 20 have lapsed."""
    since = today - timedelta(days=500)
    rows: list[list[object]] = [
        [name_of(n), staff_no(n), SAFETY, f"安培2025{n:05d}", since, today + timedelta(days=400)]
        for n in range(1, STAFF + 1)
    ]
    for n in range(1, INSPECTORS + 1):
        until = today + timedelta(days=-10 if n in LAPSED else 300)
        rows.append([name_of(n), staff_no(n), scheme, f"质检（旧）字第{n:04d}号", since, until])
    return rows


def book(head: Sequence[str], rows: Sequence[Sequence[object]]) -> dict[str, object]:
    """Return an .xlsx as a browser takes one to upload."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row in (head, *rows):
        sheet.append(list(row))
    target = io.BytesIO()
    made.save(target)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "名单.xlsx", "mimeType": kind, "buffer": target.getvalue()}
