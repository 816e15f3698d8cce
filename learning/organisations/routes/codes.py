"""Printing codes: one page, made at this moment, never again."""

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.accounts.services import CodePurpose
from learning.accounts.services.codes import LIFETIME
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.permissions import Actor, Permission
from learning.organisations import words
from learning.organisations.queries import UnitView, get_unit_in_reach
from learning.organisations.queries.codes import (
    CodeCandidate,
    count_waiting,
    list_candidates,
    list_waiting,
)
from learning.organisations.routes.blueprint import app_settings, bp
from learning.organisations.services.codes import issue_slips
from learning.organisations.words import _
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

ISSUE = Permission.ORG_CODES_ISSUE


@bp.post("/<raw_public_id>/codes")
@requires(ISSUE)
def codes(raw_public_id: str) -> ResponseReturnValue:
    """Issue codes and show them on slips to be printed.

    Form: `who` = waiting (activation codes for members without one, at most 300), chosen
    (activation codes for each `person`) or reset (a reset code for one `person`).
    """
    now, actor = utc_now(), current_actor()
    who = request.form.get("who", "")
    with transaction.reading() as session:
        unit = get_unit_in_reach(session, actor, ISSUE, raw_public_id, now)
        candidates = _find(session, actor, unit, who, now)
    purpose = CodePurpose.RESET if who == "reset" else CodePurpose.ACTIVATION
    able, refused = _sort_out(candidates, purpose)
    try:
        slips = issue_slips(db_session(), actor, unit, able, purpose=purpose, now=now)
    except Conflict as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        flash(_refusals(refused) or words.conflict_words(error), "error")
        return redirect(url_for("organisations.people", raw_public_id=unit.public_id), 303)
    db_session().flush()  # what is counted next is what is left after these
    return render_template(
        "organisations/codes.html",
        unit=unit,
        slips=slips,
        refused=[(c.name, words.refusal_words(reason)) for c, reason in refused],
        is_reset=purpose is CodePurpose.RESET,
        expires_at=now + LIFETIME[purpose],
        left=count_waiting(db_session(), actor, unit, now) if who == "waiting" else 0,
        activation_url=app_settings().external_url.rstrip("/") + url_for("accounts.activate"),
        printed_words=_("%(name)s 打印", name=actor.display_name),
    )


def _find(
    session: Session, actor: Actor, unit: UnitView, who: str, now: datetime
) -> list[CodeCandidate]:
    if who == "waiting":
        return list_waiting(session, actor, unit, now)
    raw_people = request.form.getlist("person")
    if who not in {"chosen", "reset"} or (who == "reset" and len(raw_people) != 1):
        raise Invalid([Problem("", None, "who", "who", "who")])
    found = list_candidates(session, actor, unit, raw_people, now)
    if who == "reset" and not found:
        raise NotFound("person")
    return found


def _sort_out(
    candidates: list[CodeCandidate], purpose: CodePurpose
) -> tuple[list[CodeCandidate], list[tuple[CodeCandidate, str]]]:
    """Return who gets a code, and who not and why: an active account needs a reset code."""
    able, refused = [], []
    for candidate in candidates:
        reason = candidate.refusal
        if not reason and purpose is CodePurpose.ACTIVATION and candidate.is_activated:
            reason = "activated"
        if reason:
            refused.append((candidate, reason))
        else:
            able.append(candidate)
    return able, refused


def _refusals(refused: list[tuple[CodeCandidate, str]]) -> str:
    return _("；").join(
        _("%(name)s：%(why)s", name=c.name, why=words.refusal_words(reason))
        for c, reason in refused[:5]
    )
