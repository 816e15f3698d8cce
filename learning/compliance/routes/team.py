"""A manager's page: my people on one phone screen, who may stand at the post and who is late."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from learning.compliance.queries.grid import GridFilter, GridRow, Turn
from learning.compliance.queries.team import NEXT_MONTH, SHOWN, TeamPage, read_team
from learning.compliance.routes import grid_words as words
from learning.compliance.routes.authorisation_words import state_words, until_words
from learning.compliance.routes.blueprint import bp, zone
from learning.compliance.rules.grid import SOON, WORST_FIRST, Cell, CellState, Lacks
from learning.compliance.words import Mark, _
from learning.compliance.words.assignments import day_text, late_text
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A person as the manager sees them: a verdict, the schemes asked of them, what is late."""

    row: GridRow
    verdict: Mark
    asked: list[tuple[str, words.CellView]]
    late: list[tuple[str, str, str]]  # title, for how long, and the day on which it was due
    authorised: list[tuple[str, Mark, str]]  # for what, how it stands, its last day
    is_unauthorised: bool  # a post asks certificates, and nobody authorised the person for any


@bp.get("/team")
@requires(Permission.TEAM_READ)
def team() -> ResponseReturnValue:
    """Show one's people, all of them or those who lack something or soon will."""
    session, now, actor = db_session(), utc_now(), current_actor()
    wanted = words.grid_filter(request.args)
    turn = Turn(request.args.get("after", ""), request.args.get("before", ""))
    page = read_team(session, actor, wanted, now, turn=turn)
    later = GridFilter().days
    labels = {
        Lacks.ANY: _("全部"),
        Lacks.MISSING: _("缺证"),
        Lacks.EXPIRING: _("%(n)s 天内到期", n=later),
    }
    tabs = [(one.value, later, labels[one], page.counts[one]) for one in SHOWN]
    tabs.insert(
        -1, (Lacks.EXPIRING.value, NEXT_MONTH, _("%(n)s 天内到期", n=NEXT_MONTH), page.soon)
    )
    return render_template(
        "compliance/team.html",
        page=page,
        cards=[_card(row, page, now) for row in page.rows],
        wanted=wanted,
        kept=words.kept_of(wanted),
        tabs=tabs,
        later=later,
    )


def _card(row: GridRow, page: TeamPage, now: datetime) -> PersonCard:
    local, language = ZoneInfo(zone()), str(get_locale())
    cells = sorted(row.asked.items(), key=lambda item: (WORST_FIRST.index(item[1].state), item[0]))
    asked = [
        (_title(page.titles[scheme], language), words.cell_view(cell, local))
        for scheme, cell in cells
        if cell.state is not CellState.NOT_ASKED
    ]
    late = [
        (one.title, late_text(one.due_at, one.zone, now), day_text(one.due_at, one.zone))
        for one in page.late.get(row.user_id, ())
    ]
    own = (page.authorised or {}).get(row.user_id, [])
    return PersonCard(
        row,
        _verdict(row, [cell for _scheme, cell in cells], local, now),
        asked,
        late,
        [(one.what, Mark(*state_words(one.state)), until_words(one)) for one in own],
        page.authorised is not None and not own and any(cell.is_required for _s, cell in cells),
    )


def _title(titles: tuple[str, str], language: str) -> str:
    return titles[1] if language == "en" and titles[1] else titles[0]


def _verdict(row: GridRow, cells: list[Cell], local: ZoneInfo, now: datetime) -> Mark:
    """Return whether a person may stand at the post, and until when if that ends soon.

    Leave goes before everything.
    """
    if row.place.on_leave and not row.place.asked:
        return Mark(_("休假"), "none")
    if row.gaps:
        return Mark(_("缺 %(n)s 证", n=row.gaps), "over")
    ending = [cell for cell in cells if _ends_soon(cell, now)]
    last = min((c.until for c in ending if c.until and _bears(c)), default=None)
    if last is not None:
        day = last.astimezone(local).date().isoformat()
        return Mark(_("证照齐全到 %(day)s", day=day), "due")
    if ending:
        return Mark(_("%(n)s 证将到期", n=len(ending)), "due")
    if not any(cell.is_required for cell in cells):
        return Mark(_("无应持证"), "none")
    return Mark(_("证照齐全"), "pass")


def _ends_soon(cell: Cell, now: datetime) -> bool:
    if cell.state is CellState.EXEMPT:
        return cell.until is not None and cell.until <= now + SOON
    return cell.state is CellState.EXPIRING


def _bears(cell: Cell) -> bool:
    """Tell whether the person stands at the post by this: required and held, or exempt."""
    return cell.is_required or cell.state is CellState.EXEMPT
