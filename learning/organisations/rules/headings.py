"""What the headings of people's own tables mean, and which columns nobody reads.

Pure. A column that is passed over in silence looks imported: who sent it is told.
"""

import re
from collections.abc import Collection, Mapping, Sequence

from learning.kernel.documents import Sheet, cell_address, cell_text
from learning.organisations.rules.names import clean_text, name_key

MAX_TOLD = 12  # columns named
_MAX_TITLE = 20  # characters of a heading quoted
_NOISE = re.compile(r"\(.*?\)|[*:_.\-/ ]")
_OR = re.compile(r"[/\\|、]")
_FILLERS = frozenset("序号 行号 编序 备注 说明 no index remark remarks note notes".split())

# What a roster's headings say for each field, without spaces, marks and remarks in brackets.
_SYNONYMS = {
    "name": "姓名 员工姓名 人员姓名 职工姓名 考生姓名 名字 name fullname",
    "staff_no": "工号 员工工号 员工号 职工号 员工编号 职工编号 人员编号 学号 教工号 staffno "
    "staffnumber employeeid employeeno employeenumber",
    "phone": "手机号 手机 手机号码 移动电话 联系电话 电话 电话号码 联系方式 mobile mobilephone "
    "mobilenumber phone phonenumber cellphone",
    "email": "邮箱 电子邮箱 电子邮件 邮件 邮箱地址 邮件地址 email mail emailaddress",
    "department": "部门 所属部门 所在部门 部门名称 部门路径 科室 车间 班组 department dept team",
    "post": "岗位 岗位名称 职位 工种 职务 post position jobtitle job",
    "category": "人员类别 员工类别 职工类别 人员类型 员工类型 职工类型 人员分类 员工分类 岗位类别 "
    "staffcategory employeecategory category",
    "leave_from": "离岗自 离岗起 离岗开始 离岗开始日期 休假自 休假开始 onleavefrom leavefrom",
    "leave_to": "离岗至 离岗止 离岗结束 离岗结束日期 休假至 休假结束 onleaveto leaveto leaveuntil",
}
FIELD_OF_HEADER = {word: place for place, words in _SYNONYMS.items() for word in words.split()}


def meaning_of(title: str, fields: Mapping[str, str]) -> str | None:
    """Return the field a heading names, None when it names none or more than one.

    “职务/岗位” means what both its parts mean. `fields`: words without spaces and marks → fields.
    """
    if whole := fields.get(_plain(title)):
        return whole
    parts = {fields.get(_plain(part)) for part in _OR.split(title)}
    return parts.pop() if len(parts) == 1 else None


def _plain(title: str) -> str:
    return _NOISE.sub("", name_key(title))


def unread_columns(sheet: Sheet, header: int, read: Collection[int]) -> list[str]:
    """Return the columns that hold something and are not read, as “H 类别”, in order.

    Numbers of lines and remarks are left out: nobody expects them to be imported.
    """
    found = []
    for column, value in enumerate(sheet.rows[header]):
        title = clean_text(cell_text(value))
        if column in read or not title or _plain(title) in _FILLERS:
            continue
        if any(clean_text(cell_text(row[column])) for row in sheet.rows[header + 1 :]):
            found.append(f"{cell_address(0, column)[:-1]} {title[:_MAX_TITLE]}")
    return found


def told_columns(unread: Sequence[str]) -> str:
    """Return unread columns as one text, the first ones where there are many."""
    return "、".join(unread[:MAX_TOLD]) + ("……" if unread[MAX_TOLD:] else "")
