"""What one is told inside the product: the list, and that it was read."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.routing import BuildError

from learning.accounts.queries import NOTICES_PAGE, NoticeView, count_notices, list_notices
from learning.accounts.routes.blueprint import bp
from learning.accounts.services.telling import read_notices
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice in the reader's language; `url` is "" where it leads nowhere."""

    notice: NoticeView
    title: str
    text: str
    url: str


@bp.get("/notices")
@requires(Permission.SELF_ACCOUNT)
def notices() -> ResponseReturnValue:
    """List one's notices, the newest first."""
    session, user_id = db_session(), current_actor().user_id
    page = page_number(request.args)
    unread, total = count_notices(session, user_id)
    found = list_notices(session, user_id, page=page)
    return render_template(
        "accounts/notices.html",
        lines=[notice_line(each) for each in found],
        unread=unread,
        page=page,
        pages=max(1, -(-total // NOTICES_PAGE)),
        total=total,
        page_url=lambda number: url_for("accounts.notices", page=number),
    )


def notice_line(notice: NoticeView) -> NoticeLine:
    """Return a notice as its reader sees it; a page that is gone is no link."""
    is_english = str(get_locale() or "").startswith("en")
    try:
        args: dict[str, Any] = {**notice.args}
        url = url_for(notice.endpoint, **args) if notice.endpoint else ""
    except BuildError:
        url = ""
    title, text = (notice.title_en, notice.text_en) if is_english else (notice.title, notice.text)
    return NoticeLine(notice, title, text, url)


@bp.post("/notices/read")
@requires(Permission.SELF_ACCOUNT)
def read_notice() -> ResponseReturnValue:
    """Note that a notice and all older ones were read; form: `notice`, its public id."""
    read = read_notices(
        db_session(),
        current_actor(),
        raw_public_id=request.form.get("notice", "")[:40].replace("\0", ""),
        now=utc_now(),
    )
    if read:
        flash(_("已标为已读。"), "success")
    return redirect(url_for("accounts.notices"), 303)
