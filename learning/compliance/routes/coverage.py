"""Coverage by unit, post and scheme; who lacks what; who drops out within a year."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.compliance.queries.coverage import Coverage, read_coverage
from learning.compliance.queries.forecast import read_outlook
from learning.compliance.queries.gaps import After, Gap, list_gaps
from learning.compliance.queries.names import Named, name_posts, name_schemes, name_units
from learning.compliance.routes.blueprint import bp
from learning.compliance.routes.scope import Scope, read_scope
from learning.compliance.rules.coverage import Figures, Sum, roll_up
from learning.compliance.rules.forecast import (
    Outlook,
    drops_by_month,
    held_by_month,
    month_ends,
    shortages_of,
)
from learning.compliance.words import _
from learning.compliance.words.coverage import (
    Month,
    ShortageView,
    all_in_language,
    gap_row,
    gap_words,
    month_rows,
    ratio_text,
    shortage_words,
)
from learning.kernel.clock import utc_now
from learning.kernel.documents import Column
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Permission
from learning.web.guards import current_actor, requires
from learning.web.list_files import ListFile, send_list
from learning.web.transaction import db_session, reading

READ = Permission.COMPLIANCE_READ
GROUPS = ("unit_id", "post_id", "scheme_id")
ROWS_SHOWN = 300
ROWS_AT_ONCE = 1_000  # of a file, in memory
SHORTAGES_SHOWN = 200


@bp.get("/coverage")
@requires(READ)
def coverage() -> ResponseReturnValue:
    """Show the coverage of a unit, with its children, posts and schemes below it."""
    session, now = db_session(), utc_now()
    scope = read_scope(session, current_actor(), request.args, now)
    if scope is None:
        return render_template("compliance/coverage.html", scope=None)
    found = read_coverage(session, scope.unit.id, scope.at)
    by = request.args.get("by", "unit_id")
    by = by if by in GROUPS else "unit_id"
    rolled = roll_up(found.obligations.sum_by("unit_id"), found.parents)
    rows = _rows(session, scope, found, rolled, by)
    return render_template(
        "compliance/coverage.html",
        scope=scope,
        total=rolled[scope.unit.id],
        rows=rows[:ROWS_SHOWN],
        more=max(0, len(rows) - ROWS_SHOWN),
        by=by,
        ratio=ratio_text,
    )


@bp.get("/coverage/gaps")
@requires(READ)
def gaps() -> ResponseReturnValue:
    """List who lacks what, by pinyin, a page after another."""
    session, now = db_session(), utc_now()
    scope = _scope(session, now)
    found = read_coverage(session, scope.unit.id, scope.at)
    scheme_id = _scheme_id(session, found, request.args.get("scheme", ""))
    rows, after = list_gaps(
        session,
        found,
        scope.at,
        after=_after(request.args.get("after", "")),
        scheme_id=scheme_id,
    )
    if scheme_id is None:
        total = sum_of(found)
    else:  # as the list: of the scheme that it is narrowed to
        total = found.obligations.sum_by("scheme_id").get(scheme_id, Sum())
    return render_template(
        "compliance/gaps.html",
        scope=scope,
        rows=_dressed(session, scope, rows),
        total=total,
        schemes=_asked_schemes(session, found),
        scheme=request.args.get("scheme", "") if scheme_id else "",
        next_page=_marker(after) if after else "",
        is_first=not request.args.get("after"),
    )


@bp.post("/coverage/gaps.xlsx")
@requires(READ)
def gaps_xlsx() -> Response:
    """Give everybody who lacks something as .xlsx; that it left the house is noted."""
    now, actor = utc_now(), current_actor()
    with reading() as session:
        scope = read_scope(session, actor, request.form, now)
        if scope is None:
            raise NotFound("unit")
        found = read_coverage(session, scope.unit.id, scope.at)
        scheme_id = _scheme_id(session, found, request.form.get("scheme", ""))
    file = ListFile(
        "gaps",
        _("缺口"),
        _gap_columns(),
        [
            scope.unit.name,
            _("统计日：%(on)s", on=scope.on.isoformat()),
            _("按 %(known)s 时系统所知", known=scope.known.isoformat()),
        ],
        _("说明"),
        scope.zone,
    )
    return send_list(
        file,
        lambda session: _all_gaps(session, scope, found, scheme_id),
        act="gaps.downloaded",
        subject=scope.unit.public_id,
        details={
            "on": scope.on.isoformat(),
            "known": scope.known.isoformat(),
            **({"scheme": request.form["scheme"]} if scheme_id else {}),
        },
        now=now,
    )


def _gap_columns() -> list[Column]:
    return [
        Column(_("姓名"), 16, is_text=True),
        Column(_("工号"), 14, is_text=True),
        Column(_("系统编号"), 30, is_text=True),
        Column(_("单位"), 28, is_text=True),
        Column(_("岗位"), 20, is_text=True),
        Column(_("认证项目"), 32, is_text=True),
        Column(_("原因"), 32, is_text=True),
        Column(_("承包商人员"), 12, is_text=True),
    ]


@bp.get("/coverage/forecast")
@requires(READ)
def forecast() -> ResponseReturnValue:
    """Show month by month who drops out, and where too few are left."""
    session, now = db_session(), utc_now()
    scope = _scope(session, now)
    ends = month_ends(now, scope.zone)
    outlook = read_outlook(session, scope.unit.id, now, ends[-1])
    today, months = months_of(outlook, now, ends, scope.zone)
    shown, short = shortages_in(session, outlook, SHORTAGES_SHOWN, now, scope.zone)
    return render_template(
        "compliance/forecast.html",
        scope=scope,
        months=months,
        today=today,
        shortages=shown,
        more=short - len(shown),
        ratio=ratio_text,
    )


def months_of(
    outlook: Outlook, now: datetime, ends: Sequence[datetime], zone: str
) -> tuple[Figures, list[Month]]:
    """Return the figures of today, and the months until the ends."""
    months = held_by_month(outlook, [now, *ends])
    drops = drops_by_month(outlook, ends)
    return Figures(*months[0]), month_rows(months, drops, ends, zone)


def shortages_in(
    session: Session, outlook: Outlook, limit: int, now: datetime, zone: str
) -> tuple[list[ShortageView], int]:
    """Return at most so many of the places that run short, the soonest first; how many in all."""
    shown, short = shortages_of(outlook, limit)
    names = (
        name_units(session, {one.key[0] for one in shown}, now),
        name_posts(session, {one.key[1] for one in shown}, now),
        all_in_language(name_schemes(session, {one.key[2] for one in shown})),
    )
    return [shortage_words(one, names, zone) for one in shown], short


def sum_of(found: Coverage) -> Sum:
    """Return the figures of the whole tree."""
    return sum(found.obligations.sum_by("scheme_id").values(), Sum())


def _scope(session: Session, now: datetime) -> Scope:
    scope = read_scope(session, current_actor(), request.args, now)
    if scope is None:
        raise NotFound("unit")
    return scope


def _rows(
    session: Session, scope: Scope, found: Coverage, rolled: dict[int, Sum], by: str
) -> list[tuple[Named, Sum]]:
    """Return the named rows of a table of coverage, the lowest coverage first."""
    if by == "unit_id":
        below = [unit for unit, parent in found.parents.items() if parent == scope.unit.id]
        sums = {unit: rolled[unit] for unit in below}
        names = name_units(session, below, scope.at.on)
    else:
        sums = found.obligations.sum_by(by)
        is_post = by == "post_id"
        names = name_posts(session, sums, scope.at.on) if is_post else name_schemes(session, sums)
        names = all_in_language(names)
    named = [(names[row], figures) for row, figures in sums.items() if row in names]
    return sorted(named, key=_by_coverage)


def _by_coverage(row: tuple[Named, Sum]) -> tuple[int, int, str]:
    permille = row[1].staff.permille
    return (1001 if permille is None else permille, -row[1].staff.missing, row[0].name)


def _asked_schemes(session: Session, found: Coverage) -> list[Named]:
    names = name_schemes(session, set(found.obligations.pair_schemes.tolist()))
    return sorted(all_in_language(names).values(), key=lambda one: one.name)


def _scheme_id(session: Session, found: Coverage, raw: str) -> int | None:
    names = name_schemes(session, set(found.obligations.pair_schemes.tolist()))
    return next((row for row, one in names.items() if one.public_id == raw), None)


def _dressed(session: Session, scope: Scope, rows: list[Gap]) -> list[Any]:
    units = name_units(session, {row.unit_id for row in rows}, scope.at.on)
    posts = name_posts(session, {row.post_id for row in rows}, scope.at.on)
    schemes = all_in_language(name_schemes(session, {row.scheme_id for row in rows}))
    return [gap_words(row, (units, posts, schemes), scope.zone) for row in rows]


def _all_gaps(
    session: Session, scope: Scope, found: Coverage, scheme_id: int | None
) -> Iterator[tuple[Any, ...]]:
    after: After | None = None
    while True:
        rows, after = list_gaps(
            session, found, scope.at, after=after, scheme_id=scheme_id, limit=ROWS_AT_ONCE
        )
        yield from (gap_row(view) for view in _dressed(session, scope, rows))
        if after is None:
            return


def _marker(after: After) -> str:
    return f"{after.user_id}.{after.sort_key}"


def _after(raw: str) -> After | None:
    """Return where a page begins, from its address; nonsense begins at the beginning."""
    number, _dot, sort_key = raw[:400].partition(".")
    if not (number.isascii() and number.isdigit()) or len(number) > 15 or "\0" in sort_key:
        return None
    return After(sort_key, int(number))
