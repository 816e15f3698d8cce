"""Exemptions, or leave and contractors, as .xlsx: the list of the page, all of it."""

from flask import Response, request

from learning.compliance.queries import exemptions as queries
from learning.compliance.routes.blueprint import bp, zone
from learning.compliance.routes.scope import read_scope
from learning.compliance.words import _
from learning.compliance.words.exemptions import spared_row
from learning.kernel.clock import utc_now
from learning.kernel.documents import Column
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Permission
from learning.organisations.queries import units_in_reach
from learning.web.guards import current_actor, requires
from learning.web.list_files import AT_ONCE, ListFile, page_by_page, send_list
from learning.web.transaction import reading

MANAGE = Permission.COMPLIANCE_MANAGE


@bp.post("/exemptions.xlsx")
@requires(MANAGE)
def exemptions_xlsx() -> Response:
    """Give the list of exemptions, or with `kind` of leave and contractors, as the page has it."""
    now, actor = utc_now(), current_actor()
    with reading() as session:
        scope = read_scope(session, actor, request.form, now, permission=MANAGE)
    if scope is None:
        raise NotFound("unit")
    organisation, is_status = scope.organisation, request.form.get("kind") == "statuses"
    is_open = request.form.get("open") == "1"
    read = queries.list_statuses if is_status else queries.list_exemptions
    file = ListFile(
        "leave" if is_status else "exemptions",
        _("离岗与承包商") if is_status else _("豁免"),
        _columns(is_status=is_status),
        [organisation.name, *([_("只看未结束的")] if is_open else [])],
        _("说明"),
        zone(),
    )
    return send_list(
        file,
        lambda session: (
            spared_row(one, now, zone(), is_status=is_status)
            for one in page_by_page(
                lambda before: read(
                    session,
                    organisation.id,
                    units_in_reach(session, actor, MANAGE, now),
                    now,
                    before=before,
                    is_open=is_open,
                    limit=AT_ONCE,
                ),
                lambda one: one.id,
            )
        ),
        act="staff_status.downloaded" if is_status else "exemption.downloaded",
        subject=organisation.public_id,
        details={"open": is_open},
        now=now,
    )


def _columns(*, is_status: bool) -> list[Column]:
    return [
        Column(_("姓名"), 16, is_text=True),
        Column(_("工号"), 14, is_text=True),
        Column(_("系统编号"), 30, is_text=True),
        Column(_("状态") if is_status else _("认证项目"), 32, is_text=True),
        Column(_("情况"), 12, is_text=True),
        Column(_("自"), 18, is_text=True),
        Column(_("至"), 18, is_text=True),
        Column(_("原定结束"), 18, is_text=True),
        Column(_("备注") if is_status else _("理由"), 40, is_text=True),
        Column(_("录入"), 16, is_text=True),
        Column(_("录入日期"), 18, is_text=True),
    ]
