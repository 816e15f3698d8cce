"""Authorisations 授权上岗: HR's list, giving them with a preview, one's own, the public check."""

from datetime import date, datetime
from typing import cast
from urllib.parse import urlencode

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.certification.rules import local_date, normalised_code
from learning.compliance.queries.asked import find_way, read_asked
from learning.compliance.queries.authorisations import (
    PAGE,
    PERMISSION,
    AuthorisationFilter,
    AuthorisationView,
    find_by_code,
    get_authorisation,
    get_revocable,
    list_authorisations,
    list_own,
    list_post_choices,
    list_posts_in_use,
    list_unit_choices,
    scheme_titles,
)
from learning.compliance.queries.authorising import list_candidates, list_schemes_in_reach
from learning.compliance.queries.grounds import list_grounds
from learning.compliance.routes import authorisation_words as words
from learning.compliance.routes.blueprint import zone
from learning.compliance.routes.grid_words import asked_rows
from learning.compliance.rules.authorisations import MAX_PEOPLE, Act, AuthorisationState
from learning.compliance.rules.grid import Cell, CellState
from learning.compliance.services.authorisations import Wish, authorise, resolve
from learning.compliance.services.authorisations import revoke as revoke_authorisation
from learning.compliance.services.photos import put_photo, redrawn_photo
from learning.compliance.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid, NotFound, Problem
from learning.kernel.permissions import Actor, Permission
from learning.organisations.models import Unit
from learning.settings import Settings
from learning.web import transaction
from learning.web.guards import current_actor, public, requires, with_grants
from learning.web.templating import in_language
from learning.web.transaction import db_session

MAX_TEXT = 200
MAX_REASON_TYPED = 1000
CHOICES = 500

bp = Blueprint("authorisations", __name__, url_prefix="/authorisations")


def typed(name: str, limit: int = MAX_TEXT) -> str:
    """Return one value of the request, cut to what anything here may be long.

    What was sent is never taken from the address, which may still carry an older choice.
    """
    given = request.form if request.method == "POST" else request.args
    return given.get(name, "")[:limit].strip()


def reader() -> Actor:
    """Return who reads, with the roles: HR reads what is not their own."""
    actor = current_actor()
    return actor if actor.grants else with_grants(actor)


def address_of(code: str) -> str:
    """Return the public address behind a card's QR code."""
    base = cast("Settings", current_app.extensions["settings"]).external_url.rstrip("/")
    return base + url_for("authorisations.check", raw_code=code)


def wanted_filter() -> AuthorisationFilter:
    """Return the filter of the request."""
    return AuthorisationFilter(typed("q"), typed("unit"), typed("post"), typed("state"))


def kept_of(wanted: AuthorisationFilter) -> dict[str, str]:
    """Return a filter as the address has it, without what is empty."""
    values = {"q": wanted.search, "unit": wanted.unit, "post": wanted.post, "state": wanted.state}
    return {name: value for name, value in values.items() if value}


@bp.get("")
@requires(Permission.POST_AUTHORISE)
def index() -> ResponseReturnValue:
    """List the authorisations in reach, newest first."""
    session, now, actor = db_session(), utc_now(), current_actor()
    wanted, before = wanted_filter(), typed("before")
    found = list_authorisations(session, actor, wanted, now, before=before, limit=PAGE + 1)
    kept = kept_of(wanted)
    more = len(found) > PAGE
    return render_template(
        "compliance/authorisations.html",
        lines=[line_of(one) for one in found[:PAGE]],
        wanted=wanted,
        kept=kept,
        units=list_unit_choices(session, actor, now, limit=CHOICES),
        posts=list_post_choices(session, actor, now, limit=CHOICES),
        states=words.state_choices(),
        is_first=not before,
        next_url=_index_url({**kept, "before": found[PAGE - 1].public_id}) if more else None,
    )


def _index_url(values: dict[str, str]) -> str:
    return f"{url_for('authorisations.index')}?{urlencode(values)}"


def line_of(one: AuthorisationView) -> dict[str, object]:
    """Return an authorisation as a list shows it."""
    return {
        "one": one,
        "state": words.state_words(one.state),
        "first": words.from_words(one),
        "last": words.until_words(one),
    }


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.POST_AUTHORISE)
def new() -> ResponseReturnValue:
    """Choose post and unit, see who could be authorised and what is missing, authorise."""
    actor, now = current_actor(), utc_now()
    if request.method == "GET":
        return _new_page(actor, now, [])
    wish = _wish()
    try:
        act = _act()
        given = authorise(
            db_session(), actor, wish, act, people=request.form.getlist("person"), now=now
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        return _new_page(actor, now, [words.problem_words(one) for one in error.problems]), 400
    flash(_("已授权 %(n)s 人，本人已收到通知。", n=len(given)), "success")
    kept = kept_of(AuthorisationFilter(unit=wish.raw_unit, post=wish.raw_post))
    return redirect(_index_url(kept), 303)


def _wish() -> Wish:
    return Wish(
        typed("unit"), typed("post"), typed("scheme"), typed("equipment"), typed("equipment_no")
    )


def _day(name: str) -> date | None:
    raw = typed(name, 10)
    if not raw:
        return None
    try:
        return date.fromisoformat(raw)
    except ValueError as error:
        raise Invalid([Problem("", None, name, name, name)]) from error


def _act() -> Act:
    first = _day("first")
    if first is None:
        raise Invalid([Problem("", None, "first", "first", "first")])
    return Act(
        first,
        _day("last"),
        typed("equipment"),
        typed("equipment_no"),
        typed("override_reason", MAX_REASON_TYPED),
    )


def _new_page(actor: Actor, now: datetime, problems: list[str]) -> str:
    with transaction.reading() as session:
        schemes = list_schemes_in_reach(session, actor, now, limit=CHOICES)
        page = {
            "units": list_unit_choices(session, actor, now, limit=CHOICES),
            "posts": list_posts_in_use(session, actor, now, limit=CHOICES),
            "schemes": [(raw, in_language(title, en)) for _id, raw, title, en in schemes],
            "given": {name: typed(name, MAX_REASON_TYPED) for name in _NAMES},
            "chosen": set(request.form.getlist("person")),
            "problems": problems,
            **_preview(session, actor, now),
        }
    return render_template("compliance/authorise.html", **page)


_NAMES = (
    "unit",
    "post",
    "scheme",
    "equipment",
    "equipment_no",
    "first",
    "last",
    "override_reason",
)


def _preview(session: Session, actor: Actor, now: datetime) -> dict[str, object]:
    """Return who could be authorised for what the request names, nobody before it names a unit."""
    wish = _wish()
    if not wish.raw_unit or not (wish.raw_post or wish.equipment):
        return {"people": None, "today": ""}
    asked, _post, organisation = resolve(session, actor, wish, now)
    today = local_date(now, organisation.timezone)
    try:
        first = max(_day("first") or today, today)
    except Invalid:
        first = today
    on = max(now, Act(first, None, "", "", "").starts_at(organisation.timezone))
    found = list_candidates(session, asked, on, now, limit=MAX_PEOPLE)
    schemes = scheme_titles(session, {i for one in found for i in (*one.held, *one.missing)})
    titles = {row: in_language(title, title_en) for row, (title, title_en) in schemes.items()}
    people = [
        {
            "one": one,
            "held": [titles[i] for i in one.held],
            "missing": [titles[i] for i in one.missing],
        }
        for one in found
    ]
    ready = sum(not one.missing and not one.has_one for one in found)
    return {
        "people": people,
        "ready": ready,
        "today": today.isoformat(),
        "is_cut": len(found) == MAX_PEOPLE,
    }


@bp.get("/mine")
@requires(Permission.SELF_CERTIFICATE)
def mine() -> ResponseReturnValue:
    """Show what one's own posts ask, how to come to it, and one's authorisations."""
    session, now, user_id = db_session(), utc_now(), current_actor().user_id
    asked = read_asked(session, select(Unit.id), user_id, now)
    return render_template(
        "compliance/own_authorisations.html",
        asked=asked,
        asked_rows=[
            (*row, find_way(session, row[0], now).value if _is_wanted(row[0].cell) else "")
            for row in asked_rows(asked, zone())
        ],
        lines=[line_of(one) for one in list_own(session, user_id, now)],
    )


def _is_wanted(cell: Cell) -> bool:
    """Tell whether the person has something to do: a gap, or a required one that ends soon."""
    return cell.is_gap or (cell.is_required and cell.state is CellState.EXPIRING)


@bp.get("/<raw_public_id>")
@requires(Permission.SELF_CERTIFICATE)
def detail(raw_public_id: str) -> ResponseReturnValue:
    """Show one authorisation to its person and to HR."""
    return _detail_page(raw_public_id, "")


def _detail_page(raw_public_id: str, error: str) -> str:
    actor, now, session = reader(), utc_now(), db_session()
    one = get_authorisation(session, actor, raw_public_id, now)
    managed = _may_manage(session, actor, raw_public_id, now)
    return render_template(
        "compliance/authorisation.html",
        **line_of(one),
        cause=words.cause_words(one.cause),
        grounds=list_grounds(session, one.id, now),
        is_own=one.user_id == actor.user_id,
        may_manage=managed,
        may_revoke=managed and not one.cause and one.state is not AuthorisationState.OVER,
        address=address_of(one.code),
        error=error,
    )


def _may_manage(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> bool:
    if not actor.holds(PERMISSION):
        return False
    try:
        get_revocable(session, actor, raw_public_id, now)
    except NotFound:
        return False
    return True


@bp.post("/<raw_public_id>/revoke")
@requires(Permission.POST_AUTHORISE)
def revoke(raw_public_id: str) -> ResponseReturnValue:
    """Revoke an authorisation, with a reason."""
    try:
        revoke_authorisation(
            db_session(),
            current_actor(),
            raw_public_id,
            reason=typed("reason", MAX_REASON_TYPED),
            now=utc_now(),
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        return _detail_page(raw_public_id, words.problem_words(error.problems[0])), 400
    flash(_("授权已撤销，本人已收到通知，查验页立即显示。"), "success")
    return redirect(url_for("authorisations.detail", raw_public_id=raw_public_id), 303)


@bp.post("/<raw_public_id>/photo")
@requires(Permission.POST_AUTHORISE)
def photo(raw_public_id: str) -> ResponseReturnValue:
    """Put in the person's photograph, which the card prints."""
    given = request.files.get("photo")
    try:
        drawn = redrawn_photo(given.read() if given else b"")
        put_photo(db_session(), current_actor(), raw_public_id, drawn, utc_now())
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        return _detail_page(raw_public_id, words.problem_words(error.problems[0])), 400
    flash(_("照片已保存，上岗证按新照片打印。"), "success")
    return redirect(url_for("authorisations.detail", raw_public_id=raw_public_id), 303)


@bp.get("/check/<raw_code>")
@public
def check(raw_code: str) -> ResponseReturnValue:
    """Say to whoever holds a card whether it is worth anything; nothing about the person."""
    code, now = normalised_code(raw_code), utc_now()
    found = find_by_code(db_session(), code, now) if code else None
    page = render_template(
        "compliance/authorisation_check.html",
        one=found,
        state=words.state_words(found.state) if found else None,
        last=words.until_words(found) if found else "",
        checked_at=now,
    )
    reply = Response(page, 200 if found else 404)
    reply.headers["X-Robots-Tag"] = "noindex, nofollow"
    return reply
