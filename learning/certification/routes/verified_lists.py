"""Verifying a list of certificates from Excel, for people who are logged in."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import cast

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from learning.accounts.rules import network_of
from learning.certification import services, words
from learning.certification.forms.external import BatchForm
from learning.certification.loader import read_pairs
from learning.certification.routes.certificates import own_file
from learning.certification.routes.external_imports import uploaded
from learning.certification.routes.verification import bp
from learning.certification.rules.lists import rows_told
from learning.certification.words import _
from learning.certification.words.external import list_words
from learning.certification.words.lists import clock_words, throttle_words
from learning.kernel.clock import utc_now
from learning.kernel.documents import (
    XLSX_MIME,
    BadDocument,
    Column,
    Limits,
    read_sheet,
    write_workbook,
)
from learning.kernel.errors import Throttled
from learning.kernel.permissions import Permission
from learning.settings import Settings
from learning.web import transaction
from learning.web.guards import current_actor, requires

LIMITS = Limits(rows=5_100, columns=60)  # 5,000 rows, and what stands above the header
Pair = tuple[int, str, str]


@bp.route("/list", methods=["GET", "POST"])
@requires(Permission.SELF_CERTIFICATE)
def batch() -> ResponseReturnValue:
    """Say of each number and name of a list what the certificate is worth, as .xlsx.

    Both must match; a wrong name is answered as a number that does not exist.
    """
    form, now = BatchForm(), utc_now()
    if not form.validate_on_submit():
        return _page(form)
    try:
        pairs = read_pairs(read_sheet(uploaded(form.file.data), limits=LIMITS))
        leave = _allow(pairs, now)
    except BadDocument as error:
        form.file.errors = [list_words(error)]
        return _page(form)
    except Throttled as error:
        form.file.errors = [throttle_words(error, _settings().default_timezone)]
        page = render_template("certification/verify_list.html", form=form)
        return page, 429, {"Retry-After": str(error.retry_after_s)}
    with transaction.reading() as session:
        found = services.verify_pairs(session, [(n, name) for _line, n, name in pairs], now)
    told = rows_told([one is not None for one in found], leave.misses)
    services.count_misses(transaction.db_session(), leave, found[:told].count(None))
    data = write_workbook(
        [
            Column(_("行号"), 6),
            Column(_("证书编号"), 26, is_text=True),
            Column(_("姓名"), 16, is_text=True),
            Column(_("查验结果"), 16, is_text=True),
            Column(_("证书"), 32, is_text=True),
            Column(_("有效期至"), 14, is_text=True),
            Column(_("发证机构"), 32, is_text=True),
        ],
        [*_rows(pairs[:told], found), *_untold(pairs[told:])],
        sheet_name=_("查验结果"),
        notes=[
            _("编号和姓名都与记录相符的才显示结果；其余为查无此证。"),
            _("查验时间 %(at)s", at=now.isoformat(timespec="seconds")),
            *_untold_words(len(pairs) - told, leave),
        ],
        notes_name=_("说明"),
    )
    return own_file(data, XLSX_MIME, "verified.xlsx", as_attachment=True)


def _allow(pairs: Sequence[Pair], now: datetime) -> services.ListLeave:
    """Count the list, lasting before anything leaves."""
    with transaction.apart(transaction.database()) as session:
        return services.allow_list(
            session,
            current_actor(),
            len(pairs),
            network=network_of(request.remote_addr),
            most_misses=_settings().list_misses,
            secret=_settings().secret_key,
            now=now,
        )


def _settings() -> Settings:
    return cast("Settings", current_app.extensions["settings"])


def _untold(pairs: Sequence[Pair]) -> Iterator[tuple[int | str, ...]]:
    """Yield the rows that were not checked: nothing of the file is missing in the answer."""
    for line, number, name in pairs:
        yield line, number, name, _("未查验"), "", "", ""


def _untold_words(count: int, leave: services.ListLeave) -> list[str]:
    if not count:
        return []
    at = clock_words(leave.more_at, _settings().default_timezone)
    return [
        _(
            "最后 %(n)s 行没有查验：一小时内查无此证的已达上限。%(at)s 起可以再查这些行。",
            n=f"{count:,}",
            at=at,
        )
    ]


def _rows(
    pairs: Sequence[Pair], found: Sequence[services.Verified | None]
) -> Iterator[tuple[int | str, ...]]:
    for (line, number, name), one in zip(pairs, found, strict=False):  # told rows alone
        if one is None:
            yield line, number, name, _("查无此证"), "", "", ""
        elif not one.is_intact:
            yield line, number, name, _("不能确认"), "", "", ""
        else:
            state, until = (
                words.state_words(one)[0],
                words.day_words(one.facts.valid_until, one.zone),
            )
            yield line, number, name, state, one.facts.title, until, one.facts.issuer_name


def _page(form: BatchForm) -> ResponseReturnValue:
    page = render_template("certification/verify_list.html", form=form)
    return page, 400 if request.method == "POST" else 200
