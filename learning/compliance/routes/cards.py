"""Cards 上岗证: of one person, of many on sheets, onto a preprinted form; the form itself."""

import io
from collections.abc import Sequence

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.certification.queries.templates import list_holder_photos
from learning.compliance.presentation.cards import Card, calibration_pdf, cards_pdf, form_pdf
from learning.compliance.queries.authorisations import (
    PERMISSION,
    AuthorisationView,
    get_authorisation,
    list_authorisations,
)
from learning.compliance.routes import authorisation_words as words
from learning.compliance.routes.authorisations import (
    address_of,
    bp,
    kept_of,
    reader,
    typed,
    wanted_filter,
)
from learning.compliance.rules.card_forms import FIELDS, FormLayout, Spot
from learning.compliance.services.card_forms import find_form, write_form
from learning.compliance.words import _
from learning.kernel import audit
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid, NotFound, Problem
from learning.kernel.permissions import Permission
from learning.organisations.queries import UnitView, get_unit_in_reach
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MAX_CARDS = 500
MAX_NUMBER = 8


def _file(pdf: bytes, name: str) -> Response:
    """Return a file about people: for this reader alone, kept by no cache."""
    reply = send_file(
        io.BytesIO(pdf), mimetype="application/pdf", as_attachment=True, download_name=name
    )
    reply.headers["Cache-Control"] = "private, no-store"
    return reply


def cards_of(session: Session, found: Sequence[AuthorisationView]) -> list[Card]:
    """Return what the cards of some authorisations print."""
    photos = list_holder_photos(session, [one.user_id for one in found])
    return [Card(one, address_of(one.code), photos.get(one.user_id, b"")) for one in found]


@bp.get("/<raw_public_id>/card.pdf")
@requires(Permission.SELF_CERTIFICATE)
def card_pdf(raw_public_id: str) -> ResponseReturnValue:
    """Give one card to its person or to HR."""
    with transaction.reading() as session:
        one = get_authorisation(session, reader(), raw_public_id, utc_now())
        cards = cards_of(session, [one])
    pdf = cards_pdf(cards, on_sheets=False)
    return _file(pdf, f"{one.number}.pdf")


@bp.post("/cards.pdf")
@requires(Permission.POST_AUTHORISE)
def cards() -> ResponseReturnValue:
    """Give the cards of a list that are in force: on sheets, one a page, or for a form.

    The newest 500 of the filter; that they left is noted before they do.
    """
    actor, now, wanted = current_actor(), utc_now(), wanted_filter()
    kind = typed("kind")
    with transaction.reading() as session:
        found = [
            one
            for one in list_authorisations(session, actor, wanted, now, limit=MAX_CARDS)
            if one.state.value in {"in_force", "not_yet"}
        ]
        if not found:
            raise NotFound("authorisation")
        printed = cards_of(session, found)
        layout = find_form(session, found[0].organisation_id)
    if kind == "form":
        pdf = form_pdf(printed, layout)
    else:
        pdf = cards_pdf(printed, on_sheets=kind != "card")
    audit.log(
        db_session(),
        "authorisation.cards_downloaded",
        actor.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"rows": len(found), "kind": kind or "sheet", **kept_of(wanted)},
    )
    return _file(pdf, "cards.pdf")


@bp.route("/form/<raw_unit>", methods=["GET", "POST"])
@requires(Permission.POST_AUTHORISE)
def card_form(raw_unit: str) -> ResponseReturnValue:
    """Say where an organisation's preprinted form takes each fact."""
    actor, now = current_actor(), utc_now()
    with transaction.reading() as session:
        unit = get_unit_in_reach(session, actor, PERMISSION, raw_unit, now)
        held = find_form(session, unit.id)
    if request.method == "GET":
        return _form_page(unit, _as_typed(held), [])
    try:
        write_form(db_session(), actor, raw_unit, _layout(), now)
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        problems = [words.problem_words(one) for one in error.problems]
        return _form_page(unit, dict(request.form.items()), problems), 400
    flash(_("已保存。请先打印校准页，与卡片对着光比对后再套打。"), "success")
    return redirect(url_for("authorisations.card_form", raw_unit=raw_unit), 303)


@bp.get("/form/<raw_unit>/calibration.pdf")
@requires(Permission.POST_AUTHORISE)
def calibration(raw_unit: str) -> ResponseReturnValue:
    """Give the page to hold against a form."""
    with transaction.reading() as session:
        unit = get_unit_in_reach(session, current_actor(), PERMISSION, raw_unit, utc_now())
        layout = find_form(session, unit.id)
    pdf = calibration_pdf(layout)
    return _file(pdf, "calibration.pdf")


def _form_page(unit: UnitView, given: dict[str, str], problems: list[str]) -> str:
    return render_template(
        "compliance/card_form.html",
        unit=unit,
        given=given,
        problems=problems,
        fields=[(name, words.field_words(name)) for name in FIELDS],
    )


def _as_typed(layout: FormLayout) -> dict[str, str]:
    given = {name: f"{getattr(layout, name):g}" for name in ("width", "height", "dx", "dy")}
    for name, spot in layout.spots:
        for part in ("x", "y", "width", "size"):
            given[f"{name}_{part}"] = f"{getattr(spot, part):g}"
    return given


def _layout() -> FormLayout:
    """Return the form as typed; a fact without a place is not printed. Raises Invalid."""
    problems: list[Problem] = []

    def read(name: str, place: str) -> float:
        raw = typed(name, MAX_NUMBER)
        sign, digits = raw[:1] == "-", raw.lstrip("-").replace(".", "", 1)
        if not (digits.isascii() and digits.isdigit()):
            problems.append(Problem("", None, place, "number", place))
            return 0.0
        return -float(raw.lstrip("-")) if sign else float(raw)

    spots = tuple(
        (
            name,
            Spot(
                x=read(f"{name}_x", name),
                y=read(f"{name}_y", name),
                width=read(f"{name}_width", name),
                size=read(f"{name}_size", name),
            ),
        )
        for name in FIELDS
        if typed(f"{name}_x") or typed(f"{name}_y")
    )
    layout = FormLayout(
        width=read("width", "width"),
        height=read("height", "height"),
        dx=read("dx", "dx"),
        dy=read("dy", "dy"),
        spots=spots,
    )
    if problems:
        raise Invalid(problems)
    return layout
