"""The grid of people and schemes: a page at a time, its count, its columns, saved filters."""

from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from learning.compliance import queries
from learning.compliance.queries import filters
from learning.compliance.queries.grid import GridFilter, Turn, count_people, read_page
from learning.compliance.routes import grid_words as words
from learning.compliance.routes.blueprint import bp, zone
from learning.compliance.routes.staff import CHOICES
from learning.compliance.services import filters as services
from learning.compliance.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid, Problem
from learning.kernel.permissions import Permission
from learning.web.guards import current_actor, requires
from learning.web.responses import json_reply
from learning.web.transaction import db_session


@bp.get("/grid")
@requires(Permission.COMPLIANCE_READ)
def grid() -> ResponseReturnValue:
    """Show a page of people by name with their cells; the count comes afterwards."""
    session, now, actor = db_session(), utc_now(), current_actor()
    wanted = words.grid_filter(request.args)
    turn = Turn(request.args.get("after", ""), request.args.get("before", ""))
    choices = filters.list_schemes(session, actor, now)
    columns = _columns(wanted, choices, filters.chosen_schemes(session, actor, choices))
    page = read_page(session, actor, wanted, [c.id for c in columns], now, turn=turn)
    kept, local, language = words.kept_of(wanted), ZoneInfo(zone()), str(get_locale())
    return render_template(
        "compliance/grid.html",
        rows=[
            (row, words.row_state(row), [words.cell_view(cell, local) for cell in row.cells])
            for row in page.rows
        ],
        page=page,
        columns=[(c, words.scheme_title(c, language)) for c in columns],
        choices=[(c, words.scheme_title(c, language)) for c in choices],
        wanted=wanted,
        kept=kept,
        units=queries.list_units(session, actor, now, limit=CHOICES),
        posts=queries.list_posts(session, actor, now, limit=CHOICES),
        lacks=words.lacks_choices(),
        days=words.DAYS,
        saved=filters.list_filters(session, actor, now),
        grid_url=_grid_url,
    )


@bp.get("/grid/count")
@requires(Permission.COMPLIANCE_READ)
def grid_count() -> ResponseReturnValue:
    """Say how many fit, in words; asked for after the page, which does not wait for it."""
    wanted = words.grid_filter(request.args)
    count = count_people(db_session(), current_actor(), wanted, utc_now())
    return json_reply({"words": words.count_words(count)})


@bp.post("/grid/columns")
@requires(Permission.COMPLIANCE_READ)
def grid_columns() -> ResponseReturnValue:
    """Remember the columns chosen."""
    services.choose_columns(
        db_session(), current_actor(), request.form.getlist("scheme_column"), utc_now()
    )
    return redirect(_back(), 303)


@bp.post("/grid/filters")
@requires(Permission.COMPLIANCE_READ)
def save_filter() -> ResponseReturnValue:
    """Keep the filter in force under a name."""
    name = request.form.get("name", "")
    if "\0" in name:
        raise Invalid([Problem("", None, "name", "filter_name", "filter_name")])
    services.save_filter(
        db_session(),
        current_actor(),
        name,
        words.kept_of(words.grid_filter(request.form)),
        is_shared=request.form.get("shared") == "y",
        now=utc_now(),
    )
    flash(_("筛选已保存。"), "success")
    return redirect(_back(), 303)


@bp.post("/grid/filters/<raw_filter>/drop")
@requires(Permission.COMPLIANCE_READ)
def drop_filter(raw_filter: str) -> ResponseReturnValue:
    """Take away one's own filter."""
    services.drop_filter(db_session(), current_actor(), raw_filter)
    flash(_("筛选已删除。"), "success")
    return redirect(url_for("compliance.grid"), 303)


def _columns(
    wanted: GridFilter,
    choices: list[filters.SchemeChoice],
    chosen: list[filters.SchemeChoice],
) -> list[filters.SchemeChoice]:
    """Return the columns, with the scheme that is looked for where it is not among them."""
    asked = [one for one in choices if one.public_id == wanted.scheme and one not in chosen]
    return [*asked, *chosen]


def _grid_url(**given: str) -> str:
    return (
        f"{url_for('compliance.grid')}?{urlencode(given)}" if given else url_for("compliance.grid")
    )


def _back() -> str:
    """Return the address of the grid with the filter that a form carried."""
    given = {name: request.form.get(name, "") for name in ("unit", "post", "scheme")}
    given |= {name: request.form.get(name, "") for name in ("lacks", "days", "q")}
    return _grid_url(**{name: value for name, value in given.items() if value})
