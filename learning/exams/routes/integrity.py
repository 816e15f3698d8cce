"""Answers that agree too well and times that are too short, for the examiner alone.

Names are given by POST, since each look is in the audit. Nothing here is a proof, and the pages say
so.
"""

from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.exams import queries
from learning.exams.queries import SittingView
from learning.exams.queries.analyses import (
    Person,
    find_comparison,
    list_people_of_attempts,
)
from learning.exams.routes.blueprint import bp
from learning.exams.words import analysis
from learning.kernel import audit
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.SITTING_MANAGE
UNLIKELY = 0.05
NEAR_SEATS = 1


@bp.get("/<raw_public_id>/integrity")
@requires(MANAGE)
def integrity(raw_public_id: str) -> ResponseReturnValue:
    """Say how many pairs and candidates there are to look at; no names."""
    session = db_session()
    sitting = queries.get_managed(session, current_actor(), raw_public_id, utc_now())
    found = find_comparison(session, sitting.id)
    report = found.report
    return render_template(
        "exams/integrity.html",
        sitting=sitting,
        found=found,
        pairs=len(_striking(report)) if report else 0,
        fast=len(report["fast"]) if report else 0,
        named=None,
    )


@bp.post("/<raw_public_id>/integrity")
@requires(MANAGE)
def integrity_names(raw_public_id: str) -> ResponseReturnValue:
    """Show the pairs and candidates by name; who looked is written down first."""
    session, actor, now = db_session(), current_actor(), utc_now()
    sitting = queries.get_managed(session, actor, raw_public_id, now)
    found = find_comparison(session, sitting.id)
    report = found.report
    if report is None:
        return redirect(url_for("exams.integrity", raw_public_id=sitting.public_id), 303)
    pairs = _striking(report)
    audit.log(
        session,
        "sitting.integrity_shown",
        sitting.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"pairs": len(pairs), "fast": len(report["fast"])},
    )
    return render_template(
        "exams/integrity.html",
        sitting=sitting,
        found=found,
        pairs=len(pairs),
        fast=len(report["fast"]),
        named=_named(session, sitting, pairs, report["fast"]),
        figure=analysis.figure,
    )


def _striking(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the pairs that chance does not explain among all that were compared."""
    pairs: list[dict[str, Any]] = report["pairs"]
    return [pair for pair in pairs if pair["adjusted"] < UNLIKELY]


def _named(
    session: Session,
    sitting: SittingView,
    pairs: list[dict[str, Any]],
    fast: list[dict[str, Any]],
) -> dict[str, Any]:
    """Put people in the place of attempts; who is no longer admitted is passed over."""
    attempts = {pair[end] for pair in pairs for end in ("first", "second")}
    attempts |= {line["attempt"] for line in fast}
    people = list_people_of_attempts(session, sitting, sorted(attempts))
    return {
        "pairs": [
            (people[pair["first"]], people[pair["second"]], pair, _sat(people, pair))
            for pair in pairs
            if pair["first"] in people and pair["second"] in people
        ],
        "fast": [(people[line["attempt"]], line) for line in fast if line["attempt"] in people],
    }


def _sat(people: dict[int, Person], pair: dict[str, Any]) -> str:
    """Tell how two sat: "near", "room" (the same), "apart", "" where a seat is not known."""
    one, other = people[pair["first"]], people[pair["second"]]
    if not one.room or not other.room:
        return ""
    if one.room != other.room:
        return "apart"
    if one.seat is None or other.seat is None:
        return "room"
    return "near" if abs(one.seat - other.seat) <= NEAR_SEATS else "room"
