"""The list of authorisations as .xlsx: everything that fits the filter of the page."""

from flask import Response

from learning.compliance.queries.authorisations import PERMISSION, list_authorisations
from learning.compliance.routes import authorisation_words as words
from learning.compliance.routes.authorisations import bp, kept_of, wanted_filter
from learning.compliance.routes.blueprint import zone
from learning.compliance.words import _
from learning.kernel.clock import utc_now
from learning.kernel.documents import Column
from learning.web.guards import current_actor, requires
from learning.web.list_files import AT_ONCE, ListFile, page_by_page, send_list


@bp.post("/list.xlsx")
@requires(PERMISSION)
def list_xlsx() -> Response:
    """Give the authorisations in reach that fit the filter, newest first."""
    now, actor, wanted = utc_now(), current_actor(), wanted_filter()
    kept = kept_of(wanted)
    chosen = dict(words.state_choices()).get(wanted.state, "")
    notes = [_("只含您负责的单位"), *([_("条件：%(state)s", state=chosen)] if wanted.state else [])]
    if wanted.search:
        notes.append(_("搜索：%(words)s", words=wanted.search))
    file = ListFile("authorisations", _("授权上岗"), _columns(), notes, _("说明"), zone())
    return send_list(
        file,
        lambda session: (
            words.file_row(one)
            for one in page_by_page(
                lambda before: list_authorisations(
                    session, actor, wanted, now, before=before or "", limit=AT_ONCE
                ),
                lambda one: one.public_id,
            )
        ),
        act="authorisation.downloaded",
        subject=actor.public_id,
        details=kept,
        now=now,
    )


def _columns() -> list[Column]:
    return [
        Column(_("姓名"), 16, is_text=True),
        Column(_("工号"), 14, is_text=True),
        Column(_("系统编号"), 30, is_text=True),
        Column(_("岗位"), 20, is_text=True),
        Column(_("设备"), 20, is_text=True),
        Column(_("设备编号"), 16, is_text=True),
        Column(_("部门"), 28, is_text=True),
        Column(_("单位"), 28, is_text=True),
        Column(_("状态"), 12, is_text=True),
        Column(_("起始日期"), 12, is_text=True),
        Column(_("有效期至"), 12, is_text=True),
        Column(_("编号"), 24, is_text=True),
        Column(_("授权人"), 16, is_text=True),
        Column(_("例外授权的理由"), 32, is_text=True),
        Column(_("结束原因"), 32, is_text=True),
    ]
