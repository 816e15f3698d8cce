"""Paper in a round: what the organiser decides and sees by unit, and the list of one unit."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.attempts.queries import list_papers
from learning.competitions import queries, services, words
from learning.competitions.forms.papers import PaperListForm, PaperRulesForm, paper_values
from learning.competitions.queries import PAGE_SIZE
from learning.competitions.queries import papers as paper_queries
from learning.competitions.queries.desks import get_oversight
from learning.competitions.queries.paper_rules import find_paper
from learning.competitions.queries.papers import PaperDesk
from learning.competitions.routes.blueprint import bp, desk_actor
from learning.competitions.routes.stages import read_number, round_name
from learning.competitions.rules import State
from learning.competitions.rules.desks import DeskRole
from learning.competitions.rules.papers import (
    PaperState,
    keying_refusal,
    share_permille,
    takes_paper,
)
from learning.competitions.words import _
from learning.competitions.words.console import share_words
from learning.competitions.words.desks import role_words
from learning.competitions.words.papers import list_problem, paper_state_words, paper_words
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.errors import words_for
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

DESK = Permission.SELF_CONTEST_DESK
MANAGE = Permission.COMPETITION_MANAGE
MAX_SEARCH = 60


@bp.get("/<raw_public_id>/rounds/<raw_number>/paper/shares")
@requires(DESK)
def paper_shares(raw_public_id: str, raw_number: str) -> ResponseReturnValue:
    """Show the organiser or an office how much of each unit's result comes from paper."""
    now, number, page = utc_now(), read_number(raw_number), page_number(request.args)
    with transaction.reading() as session:
        oversight = get_oversight(session, desk_actor(), raw_public_id, now)
        view = queries.get_round(session, oversight.competition, number)
        rules = find_paper(session, view.round_id)
        shares, total = paper_queries.list_paper_shares(session, oversight, view, page=page)
        title = round_name(session, view)
    return render_template(
        "competitions/paper_shares.html",
        competition=view,
        round_title=title,
        is_organiser=oversight.role is DeskRole.ORGANISER,
        role=role_words(oversight.role),
        rules_words=paper_words(rules, view.zone) if rules else "",
        shares=[
            (share, share_words(share_permille(share.on_paper, share.finished))) for share in shares
        ],
        page=page,
        pages=max(1, -(-total // PAGE_SIZE)),
        total=total,
        page_url=lambda n: url_for(
            "competitions.paper_shares", raw_public_id=view.public_id, raw_number=number, page=n
        ),
    )


@bp.route("/<raw_public_id>/rounds/<raw_number>/paper", methods=["GET", "POST"])
@requires(MANAGE)
def paper_rules(raw_public_id: str, raw_number: str) -> ResponseReturnValue:
    """Decide whether and until when units may answer a round on paper."""
    now, actor, number = utc_now(), current_actor(), read_number(raw_number)
    with transaction.reading() as session:
        view = queries.get_managed(session, actor, raw_public_id, now, number=number)
        held = find_paper(session, view.round_id)
        printed = list_papers(session, view.assessment_id, limit=1)[1]
        title = round_name(session, view)
    form = PaperRulesForm(data=paper_values(held, view.closes_at, view.zone))
    if form.validate_on_submit():
        try:
            services.set_paper(
                db_session(), actor, raw_public_id, number, rules=form.rules(view.zone), now=now
            )
        except Invalid:
            db_session().rollback()  # the page answers, so what was begun must not be committed
            form.until.errors = [_("在答题结束之后，至多迟 60 天。")]
        else:
            flash(_("已保存。"), "success")
            return redirect(
                url_for("competitions.paper_rules", raw_public_id=raw_public_id, raw_number=number),
                303,
            )
    page = render_template(
        "competitions/paper_rules.html",
        competition=view,
        number=number,
        round_title=title,
        form=form,
        is_taken=held is not None,
        may_take=takes_paper(view.format),
        is_closed=view.state is State.CLOSED,
        printed=printed,
    )
    return page, 400 if form.errors else 200


@bp.get("/<raw_public_id>/units/<raw_unit_id>/paper/<raw_number>")
@requires(DESK)
def paper_list(raw_public_id: str, raw_unit_id: str, raw_number: str) -> ResponseReturnValue:
    """Show who of a unit answers on paper, and how far the papers are."""
    return _list_page(raw_public_id, raw_unit_id, raw_number, PaperListForm(formdata=None), [])


@bp.post("/<raw_public_id>/units/<raw_unit_id>/paper/<raw_number>")
@requires(DESK)
def put_on_paper(raw_public_id: str, raw_unit_id: str, raw_number: str) -> ResponseReturnValue:
    """Put members down for paper by their staff numbers, all of them or none."""
    form, session, now, actor = PaperListForm(), db_session(), utc_now(), desk_actor()
    form.division.choices = [(form.division.data or "", "")]
    if not form.validate():
        return _list_page(raw_public_id, raw_unit_id, raw_number, form, [])
    number = read_number(raw_number)
    try:
        done = services.put_down(
            session,
            actor,
            services.hold_paper(session, actor, raw_public_id, raw_unit_id, number, now),
            roll=form.roll.data or "",
            division=form.division.data or "",
            now=now,
        )
    except Invalid as error:
        session.rollback()  # the page answers, so what was begun must not be committed
        problems = [list_problem(problem) for problem in error.problems]
        return _list_page(raw_public_id, raw_unit_id, raw_number, form, problems)
    flash(
        _("已列入 %(n)s 人，其中新报名 %(m)s 人。", n=f"{done.added:,}", m=f"{done.entered:,}"),
        "success",
    )
    return _to_list(raw_public_id, raw_unit_id, raw_number)


def _list_page(
    raw_public_id: str,
    raw_unit_id: str,
    raw_number: str,
    form: PaperListForm,
    problems: list[str],
) -> ResponseReturnValue:
    now, actor = utc_now(), desk_actor()
    page, search = page_number(request.args), request.args.get("q", "").strip()[:MAX_SEARCH]
    raw_state = request.args.get("state", "")
    state = PaperState(raw_state) if raw_state in set(PaperState) else None
    with transaction.reading() as session:
        found = paper_queries.get_paper_desk(
            session, actor, raw_public_id, raw_unit_id, read_number(raw_number), now
        )
        counts = paper_queries.count_paper(session, found)
        lines, total = paper_queries.list_paper_people(
            session, found, now, state=state, search=search, page=page
        )
        places = services.places_of(session, found)
        title = round_name(session, found.round)
    divisions = [place.division for place in places if place.division]
    form.division.choices = [(each.code, each.title) for each in divisions]
    if not form.division.data and divisions:
        form.division.data = divisions[0].code
    view = found.round
    refusal = keying_refusal(found.rules, view.state, opens_at=view.opens_at, now=now)
    asked: dict[str, Any] = {"state": state.value if state else None, "q": search or None}
    html = render_template(
        "competitions/paper_list.html",
        **_shown(found),
        round_title=title,
        form=form,
        problems=problems,
        has_divisions=len(divisions) > 1,
        refusal=words_for(Conflict(refusal)) if refusal else "",
        counts=[(each.value, paper_state_words(each)[0], n) for each, n in counts.items()],
        listed=sum(counts.values()),
        lines=[
            (
                line,
                words.division_title(view.entry, line.division),
                *paper_state_words(line.state),
            )
            for line in lines
        ],
        state=state.value if state else "",
        search=search,
        page=page,
        pages=max(1, -(-total // PAGE_SIZE)),
        total=total,
        page_url=lambda n: url_for(
            "competitions.paper_list",
            raw_public_id=view.public_id,
            raw_unit_id=found.desk.unit_public_id,
            raw_number=view.number,
            page=n,
            **asked,
        ),
    )
    return html, 400 if form.errors or problems else 200


def _shown(found: PaperDesk) -> dict[str, Any]:
    """Return what the pages of a unit's paper share."""
    view = found.round
    return {
        "competition": view,
        "desk": found.desk,
        "number": view.number,
        "rules_words": paper_words(found.rules, view.zone) if found.rules else "",
    }


@bp.post("/<raw_public_id>/units/<raw_unit_id>/paper/<raw_number>/people/<raw_entry_id>/remove")
@requires(DESK)
def take_off_paper(
    raw_public_id: str, raw_unit_id: str, raw_number: str, raw_entry_id: str
) -> ResponseReturnValue:
    """Take somebody off the list while nothing of their sheet was keyed."""
    session, actor, now = db_session(), desk_actor(), utc_now()
    number = read_number(raw_number)
    services.take_off(
        session,
        actor,
        services.hold_paper(session, actor, raw_public_id, raw_unit_id, number, now),
        raw_entry_id=raw_entry_id,
        now=now,
    )
    flash(_("已移出名单，本人可以在线作答。"), "success")
    return _to_list(raw_public_id, raw_unit_id, raw_number)


def _to_list(raw_public_id: str, raw_unit_id: str, raw_number: str) -> ResponseReturnValue:
    return redirect(
        url_for(
            "competitions.paper_list",
            raw_public_id=raw_public_id,
            raw_unit_id=raw_unit_id,
            raw_number=raw_number,
        ),
        303,
    )
