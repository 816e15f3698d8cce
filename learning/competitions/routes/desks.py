"""The units of a competition for who looks after them: HR, offices, the organiser."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.competitions import queries, services, words
from learning.competitions.formats import FIRST
from learning.competitions.forms.desks import HeadcountForm
from learning.competitions.queries import desks
from learning.competitions.queries.individuals import list_individuals
from learning.competitions.queries.paper_rules import list_paper_rules
from learning.competitions.routes.blueprint import bp, desk_actor
from learning.competitions.rules import State
from learning.competitions.rules.desks import DeskRole, code_of
from learning.competitions.words import _
from learning.competitions.words.desks import declaration_words, role_words
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid, Problem
from learning.kernel.permissions import Permission
from learning.organisations.rules.corrections import EVIDENCE_TYPES
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import requires
from learning.web.transaction import db_session

DESK = Permission.SELF_CONTEST_DESK
FILE_POLICY = "sandbox; default-src 'none'"
MAX_SEARCH = 60


@bp.get("/<raw_public_id>/units")
@requires(DESK)
def units(raw_public_id: str) -> ResponseReturnValue:
    """Show the organiser or an office the units in reach, and what waits for a decision."""
    session, now, actor = db_session(), utc_now(), desk_actor()
    oversight = desks.get_oversight(session, actor, raw_public_id, now)
    page, search = page_number(request.args), request.args.get("q", "").strip()[:MAX_SEARCH]
    rows, total = queries.list_unit_figures(
        session, oversight.competition, page=page, search=search, among=oversight.units
    )
    waiting, waiting_total = desks.list_waiting(session, oversight, page=1)
    return render_template(
        "competitions/units.html",
        competition=oversight.competition,
        is_closed=oversight.competition.state is State.CLOSED,
        is_organiser=oversight.role is DeskRole.ORGANISER,
        role=role_words(oversight.role),
        waiting=waiting,
        waiting_total=waiting_total,
        units=[(unit, code_of(unit.enrolment) if unit.enrolment else "") for unit in rows],
        paper_rounds=paper_rounds(session, oversight.competition.id),
        search=search,
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        total=total,
        page_url=lambda n: url_for(
            "competitions.units",
            raw_public_id=oversight.competition.public_id,
            page=n,
            q=search or None,
        ),
    )


@bp.get("/<raw_public_id>/individuals")
@requires(DESK)
def individuals(raw_public_id: str) -> ResponseReturnValue:
    """Show the organiser, or the office of a province, who takes part for no unit."""
    page, search = page_number(request.args), request.args.get("q", "").strip()[:MAX_SEARCH]
    actor = desk_actor()
    with transaction.reading() as session:
        oversight = desks.get_oversight(session, actor, raw_public_id, utc_now())
        rows, total = list_individuals(session, actor, oversight, page=page, search=search)
    competition = oversight.competition
    return render_template(
        "competitions/individuals.html",
        competition=competition,
        is_organiser=oversight.role is DeskRole.ORGANISER,
        role=role_words(oversight.role),
        people=[
            (
                row,
                words.province_words(row.province),
                words.division_title(competition.entry, row.division),
            )
            for row in rows
        ],
        search=search,
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        total=total,
        page_url=lambda n: url_for(
            "competitions.individuals",
            raw_public_id=competition.public_id,
            page=n,
            q=search or None,
        ),
    )


@bp.get("/<raw_public_id>/units/<raw_unit_id>")
@requires(DESK)
def unit(raw_public_id: str, raw_unit_id: str) -> ResponseReturnValue:
    """Show one enrolled unit: its headcount with history, and who entered for it."""
    return _page(raw_public_id, raw_unit_id, HeadcountForm(formdata=None))


@bp.post("/<raw_public_id>/units/<raw_unit_id>/headcount")
@requires(DESK)
def declare_headcount(raw_public_id: str, raw_unit_id: str) -> ResponseReturnValue:
    """Declare a headcount with its evidence."""
    form = HeadcountForm()
    if not form.validate():
        return _page(raw_public_id, raw_unit_id, form)
    try:
        services.declare_headcount(
            db_session(),
            desk_actor(),
            raw_public_id,
            raw_unit_id=raw_unit_id,
            typed=form.typed(),
            now=utc_now(),
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _page(raw_public_id, raw_unit_id, form)
    flash(_("已申报，核实后计入参赛率。"), "success")
    return to_unit(raw_public_id, raw_unit_id)


@bp.post("/<raw_public_id>/units/<raw_unit_id>/headcount/<raw_declaration_id>/decide")
@requires(DESK)
def decide_headcount(
    raw_public_id: str, raw_unit_id: str, raw_declaration_id: str
) -> ResponseReturnValue:
    """Confirm or refuse a declaration; form: `decision` = confirm or refuse, `reason`."""
    decision = request.form.get("decision", "")
    if decision not in {"confirm", "refuse"}:
        raise Invalid([Problem("", None, "decision", "decision", "decision")])
    reason = request.form.get("reason", "")
    if decision == "refuse" and not reason.strip():
        raise Invalid([Problem("", None, "reason", "reason", _("请写明理由。"))])
    services.decide_headcount(
        db_session(),
        desk_actor(),
        raw_public_id,
        raw_unit_id=raw_unit_id,
        raw_declaration_id=raw_declaration_id,
        confirms=decision == "confirm",
        raw_reason=reason,
        now=utc_now(),
    )
    flash(_("已核实。") if decision == "confirm" else _("已退回。"), "success")
    return to_unit(raw_public_id, raw_unit_id)


@bp.post("/<raw_public_id>/units/<raw_unit_id>/headcount/<raw_declaration_id>/evidence")
@requires(DESK)
def headcount_evidence(
    raw_public_id: str, raw_unit_id: str, raw_declaration_id: str
) -> ResponseReturnValue:
    """Hand out the evidence as a file, never as a page of ours."""
    file = services.open_declaration(
        db_session(),
        desk_actor(),
        raw_public_id,
        raw_unit_id=raw_unit_id,
        raw_declaration_id=raw_declaration_id,
        now=utc_now(),
    )
    # The sender's name of the file stays out of the headers.
    name = f"headcount.{EVIDENCE_TYPES[file.media_type]}"
    return Response(
        file.content,
        content_type=file.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": FILE_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


def _page(raw_public_id: str, raw_unit_id: str, form: HeadcountForm) -> ResponseReturnValue:
    now, actor = utc_now(), desk_actor()
    page, search = page_number(request.args), request.args.get("q", "").strip()[:MAX_SEARCH]
    with transaction.reading() as session:
        desk = desks.get_desk(session, actor, raw_public_id, raw_unit_id, now)
        declarations = desks.list_declarations(session, desk)
        entries, total = desks.list_unit_entries(session, desk, page=page, search=search)
        on_paper = paper_rounds(session, desk.competition.id)
    html = render_template(
        "competitions/unit.html",
        competition=desk.competition,
        desk=desk,
        code=code_of(desk.enrolment),
        role=role_words(desk.role),
        is_closed=desk.competition.state is State.CLOSED,
        declarations=[(row, *declaration_words(row.state)) for row in declarations],
        entries=[(e, words.division_title(desk.competition.entry, e.division)) for e in entries],
        form=form,
        paper_rounds=on_paper,
        search=search,
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        total=total,
        page_url=lambda n: url_for(
            "competitions.unit",
            raw_public_id=desk.competition.public_id,
            raw_unit_id=desk.unit_public_id,
            page=n,
            q=search or None,
        ),
    )
    return html, 400 if form.errors else 200


def paper_rounds(session: Session, competition_id: int) -> list[tuple[int, str]]:
    """Return number and name of the rounds that take paper."""
    taken = list_paper_rules(session, competition_id)
    if not taken:
        return []
    lines = queries.list_rounds(session, competition_id)
    is_followed = lines[-1].number > FIRST
    return [
        (line.number, words.round_title(line.number, line.title, is_followed=is_followed))
        for line in lines
        if line.number in taken
    ]


def to_unit(raw_public_id: str, raw_unit_id: str) -> ResponseReturnValue:
    """Send the browser to the unit's page after a POST."""
    address = url_for("competitions.unit", raw_public_id=raw_public_id, raw_unit_id=raw_unit_id)
    return redirect(address, 303)
