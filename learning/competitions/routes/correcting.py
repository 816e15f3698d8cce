"""A participant puts the own entry right, once, within the days that the contest allows."""

from dataclasses import dataclass
from datetime import datetime

from flask import flash, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.competitions import queries, services, words
from learning.competitions.queries import CompetitionView, EntryView
from learning.competitions.routes.blueprint import bp, to_detail
from learning.competitions.rules import entry_refusal
from learning.competitions.rules.entry import correction_refusal, corrects_until
from learning.competitions.words import _
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Actor, Permission
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session


@dataclass(frozen=True, slots=True)
class Correction:
    """What the own entry may be corrected to until an instant: places as (key, words, is now)."""

    until: datetime
    places: tuple[tuple[str, str, bool], ...]
    name: str
    is_individual: bool


def correction_of(
    session: Session,
    competition: CompetitionView,
    entry: EntryView | None,
    actor: Actor | None,
    now: datetime,
) -> Correction | None:
    """Return what somebody may correct, None where nothing can be."""
    if actor is None or entry is None or entry.voided_at is not None:
        return None
    days = competition.correction_days
    refusal = entry_refusal(competition.state, competition.closes_at, now) or correction_refusal(
        days, entered_at=entry.entered_at, corrected_at=entry.corrected_at, now=now
    )
    places = [] if refusal else queries.list_own_places(session, competition, actor.user_id, now)
    if not places:
        return None
    return Correction(
        min(corrects_until(days, entry.entered_at), competition.closes_at),
        tuple(
            (
                place.key,
                words.place_words(place),
                (place.organisation.id if place.organisation else None) == entry.unit_id
                and (place.division.code if place.division else "") == entry.division,
            )
            for place in places
        ),
        actor.display_name,
        any(place.organisation is None for place in places),
    )


@bp.post("/<raw_public_id>/correct")
@requires(Permission.SELF_COMPETITION_ENTER)
def correct(raw_public_id: str) -> ResponseReturnValue:
    """Correct the own entry; form: `place`, `province`."""
    wish = services.Wish(place=request.form.get("place"), province=request.form.get("province", ""))
    is_new = services.correct_entry(
        db_session(), current_actor(), raw_public_id, wish=wish, now=utc_now()
    )
    if is_new:
        flash(_("报名信息已更正。榜单稍后随之更新。"), "success")
    else:
        flash(_("与原来的一样，没有更正，次数没有用掉。"), "info")
    return to_detail(raw_public_id)
