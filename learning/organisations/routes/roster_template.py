"""The empty roster to be filled in."""

from flask import Response
from flask.typing import ResponseReturnValue

from learning.kernel.clock import utc_now
from learning.kernel.documents import XLSX_MIME, Column, write_workbook
from learning.kernel.permissions import Permission
from learning.organisations import queries, words
from learning.organisations.routes.blueprint import bp
from learning.organisations.words import _
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

IMPORT = Permission.ORG_ROSTER_IMPORT
_WIDTHS = {
    "name": 14, "staff_no": 14, "phone": 16, "email": 26, "department": 30, "post": 18,
    "category": 20, "leave_from": 14, "leave_to": 14,
}  # fmt: skip


@bp.get("/<raw_public_id>/roster/template.xlsx")
@requires(IMPORT)
def roster_template(raw_public_id: str) -> ResponseReturnValue:
    """Give an empty roster whose cells keep what is typed."""
    now, actor = utc_now(), current_actor()
    queries.get_unit_in_reach(db_session(), actor, IMPORT, raw_public_id, now)
    raw = write_workbook(
        [Column(words.place_words(place), width, is_text=True) for place, width in _WIDTHS.items()],
        [],
        sheet_name=_("花名册"),
        notes_name=_("说明"),
        notes=[
            _("姓名必填；工号、手机号、邮箱至少填一项，用来登录。"),
            _("部门用 / 分隔各级，如：生产部/一车间；不填则直接属于本单位。"),
            _("人员类别可填：%(list)s。", list=words.category_list()),
            _("离岗自、离岗至选填，写成 2026-03-01；只填离岗自表示结束日期未定。"),
            _("各列已设为文本格式，工号开头的 0 会保留。列的顺序可以变。"),
            _("表里没有的人不受影响，除非导入时选择让他们离开；空格子不会清除已有内容。"),
        ],
    )
    response = Response(raw, content_type=XLSX_MIME)
    response.headers["Content-Disposition"] = 'attachment; filename="roster.xlsx"'
    return response
