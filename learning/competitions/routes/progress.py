"""The association console: plan against result, ranking, funnel, what stands out, drill-down."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

from flask import render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from learning.competitions import words
from learning.competitions.queries import PAGE_SIZE, progress
from learning.competitions.queries.desks import Oversight, get_oversight
from learning.competitions.routes.blueprint import bp, desk_actor
from learning.competitions.rules import PROVINCES
from learning.competitions.rules.desks import DeskRole
from learning.competitions.rules.progress import Look, OddKind, UnitLine
from learning.competitions.words import _
from learning.competitions.words.console import share_words
from learning.competitions.words.desks import role_words
from learning.competitions.words.progress import (
    funnel_views,
    odd_label,
    odd_view,
    plan_chart,
    province_views,
    unit_view,
)
from learning.kernel.clock import utc_now
from learning.kernel.documents import XLSX_MIME, Column, write_workbook
from learning.kernel.documents.workbooks import Value
from learning.kernel.permissions import Permission
from learning.organisations.rules.names import name_key
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import requires

DESK = Permission.SELF_CONTEST_DESK
MAX_SEARCH = 60
ODDITIES_SHOWN = 12
SORTS = ("finished", "coverage", "reached", "entries")
NOWHERE = "none"


def read_look(raw_public_id: str) -> tuple[Oversight, Look]:
    """Return what the reader looks after of a competition, and where it stands."""
    now = utc_now()
    with transaction.reading() as session:
        oversight = get_oversight(session, actor := desk_actor(), raw_public_id, now)
        return oversight, progress.look(session, actor, oversight, now)


@bp.get("/<raw_public_id>/progress")
@requires(DESK)
def progress_console(raw_public_id: str) -> ResponseReturnValue:
    """Show the organiser or an office how the contest stands against its plan."""
    oversight, seen = read_look(raw_public_id)
    competition = oversight.competition
    return render_template(
        "competitions/progress.html",
        competition=competition,
        phase_words=words.phase_words(competition.phase(utc_now())),
        is_organiser=oversight.role is DeskRole.ORGANISER,
        role=role_words(oversight.role),
        seen=seen,
        reached=share_words(seen.reached_permille),
        coverage=share_words(seen.coverage_permille),
        gap=None if seen.expected is None else seen.total.finished - seen.expected,
        chart=plan_chart(seen.days, seen.planned),
        provinces=province_views(seen.provinces),
        nowhere=NOWHERE,
        has_targets=any(line.target is not None for line in seen.provinces),
        funnel=funnel_views(seen.funnel),
        oddities=[odd_view(odd) for odd in seen.oddities[:ODDITIES_SHOWN]],
        odd_counts=[
            (kind.value, odd_label(kind), sum(odd.kind is kind for odd in seen.oddities))
            for kind in OddKind
        ],
        odd_total=len(seen.oddities),
    )


@bp.get("/<raw_public_id>/progress/units")
@requires(DESK)
def progress_units(raw_public_id: str) -> ResponseReturnValue:
    """List the units, by province, by what stands out, by name; sorted as asked."""
    page = page_number(request.args)
    province, odd, search, sort = _asked()
    oversight, seen = read_look(raw_public_id)
    found = _chosen(seen, province, odd, search, sort)
    pid = oversight.competition.public_id
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = min(page, pages)
    asked: dict[str, Any] = {
        "province": province or None,
        "odd": odd or None,
        "q": search or None,
        "sort": sort,
    }
    return render_template(
        "competitions/progress_units.html",
        competition=oversight.competition,
        role=role_words(oversight.role),
        units=[unit_view(line) for line in found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]],
        province=province,
        provinces=[
            (line.code or NOWHERE, words.province_words(line.code) or _("不计入省份"))
            for line in seen.provinces
        ],
        odd=odd,
        odds=[(kind.value, odd_label(kind)) for kind in OddKind if kind is not OddKind.DAY],
        search=search,
        sort=sort,
        sorts=[
            ("finished", _("按交卷人数")),
            ("entries", _("按报名人数")),
            ("coverage", _("按参赛率")),
            ("reached", _("按完成比例")),
        ],
        page=page,
        pages=pages,
        total=len(found),
        asked=asked,
        page_url=lambda n: url_for(
            "competitions.progress_units", raw_public_id=pid, page=n, **asked
        ),
    )


def _asked() -> tuple[str, str, str, str]:
    """Return province, kind of oddity, search and sort as asked; what is none counts as not."""
    province, odd = request.args.get("province", ""), request.args.get("odd", "")
    sort = request.args.get("sort", "")
    return (
        province if province in PROVINCES or province == NOWHERE else "",
        odd if odd in set(OddKind) else "",
        request.args.get("q", "").strip()[:MAX_SEARCH],
        sort if sort in SORTS else SORTS[0],
    )


def _chosen(seen: Look, province: str, odd: str, search: str, sort: str) -> list[UnitLine]:
    key, odd_units = name_key(search), {o.unit.unit_id for o in seen.oddities if o.unit}
    if odd:
        odd_units = {o.unit.unit_id for o in seen.oddities if o.unit and o.kind == odd}
    wanted = "" if province == NOWHERE else province
    found = [
        unit
        for unit in seen.units
        if (not province or unit.province == wanted)
        and (not odd or unit.unit_id in odd_units)
        and (not key or key in name_key(unit.name))
    ]
    measure = {
        "finished": lambda u: u.part.finished,
        "entries": lambda u: u.part.entries,
        "coverage": lambda u: u.coverage_permille if u.coverage_permille is not None else -1,
        "reached": lambda u: u.reached_permille if u.reached_permille is not None else -1,
    }[sort]
    return sorted(found, key=measure, reverse=True)


@bp.get("/<raw_public_id>/progress/units.xlsx")
@requires(DESK)
def progress_xlsx(raw_public_id: str) -> ResponseReturnValue:
    """Give every unit in reach with its figures."""
    oversight, seen = read_look(raw_public_id)
    competition = oversight.competition

    def rows() -> Iterator[Sequence[Value]]:
        for unit in seen.units:
            odd = [odd_label(o.kind) for o in seen.oddities if o.unit is unit]
            yield (
                unit.name,
                words.province_words(unit.province),
                unit.headcount,
                unit.part.entries,
                unit.part.finished,
                _percent(unit.coverage_permille),
                unit.target,
                _percent(unit.reached_permille),
                _("、").join(odd),
            )

    data = write_workbook(
        [
            Column(_("单位"), 40, is_text=True),
            Column(_("省份"), 10, is_text=True),
            Column(_("申报人数"), 12),
            Column(_("报名人数"), 12),
            Column(_("已交卷"), 12),
            Column(_("参赛率（百分比）"), 16),
            Column(_("目标"), 12),
            Column(_("完成比例（百分比）"), 18),
            Column(_("需要了解"), 30, is_text=True),
        ],
        rows(),
        sheet_name=_("参赛单位"),
        notes=[competition.title, words.instant_words(utc_now(), competition.zone)],
        notes_name=_("说明"),
        timezone=competition.zone,
    )
    return send_file(
        io.BytesIO(data),
        mimetype=XLSX_MIME,
        as_attachment=True,
        download_name=f"progress-{competition.public_id}.xlsx",
    )


def _percent(permille: int | None) -> float | None:
    return None if permille is None else permille / 10
