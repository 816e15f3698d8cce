"""Splitting a unit: what the new ones are, and which of them each unit below joins."""

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Permission
from learning.organisations import queries, services, words
from learning.organisations.forms import SPLIT_PARTS, DatedForm, split_form
from learning.organisations.queries import UnitView
from learning.organisations.routes.blueprint import bp, trail_of, unit_url
from learning.organisations.rules.units import UnitDraft, UnitKind
from learning.organisations.services import SplitPart
from learning.organisations.words import _
from learning.web import transaction
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.ORG_UNIT_MANAGE


@bp.route("/<raw_public_id>/manage/split", methods=["GET", "POST"])
@requires(MANAGE)
def split(raw_public_id: str) -> ResponseReturnValue:
    """Split a unit into new ones; its direct members go to the first."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        unit = queries.get_unit_in_reach(session, actor, MANAGE, raw_public_id, now)
        children = queries.list_children(session, unit.id, now)
    form = split_form(children)()
    if form.validate_on_submit():
        session = db_session()
        try:
            made = services.split_unit(
                session,
                actor,
                unit.id,
                parts=_parts(form, unit, children),
                now=now,
                effective_at=form.effective_at(unit, now),
            )
        except Invalid as error:
            session.rollback()  # the page answers, so what was begun must not be committed
            form.show(error.problems)
        except Conflict as error:
            session.rollback()  # as above
            form.refuse(words.conflict_words(error))
        else:
            flash(_("已拆分。"), "success")
            return redirect(unit_url(queries.get_unit(session, made[0].id, now)), 303)
    with transaction.reading() as session:
        page = render_template(
            "organisations/split.html",
            unit=unit,
            form=form,
            parts=range(SPLIT_PARTS),
            children=children,
            trail=trail_of(session, actor, unit, now, (_("拆分"), None)),
        )
    return page, 400 if request.method == "POST" else 200


def _parts(form: DatedForm, unit: UnitView, children: list[UnitView]) -> list[SplitPart]:
    """Return the parts that were named; a child sent to an unnamed one goes to the first."""
    named = [n for n in range(SPLIT_PARTS) if (form[f"parts-{n}-name"].data or "").strip()]
    return [
        SplitPart(
            UnitDraft(
                UnitKind(unit.kind),
                form[f"parts-{n}-name"].data,
                code=form[f"parts-{n}-code"].data or "",
                uscc=form[f"parts-{n}-uscc"].data or "",
                region=unit.region,
                industry=unit.industry,
            ),
            child_ids=frozenset(
                child.id for child in children if form[f"child-{child.public_id}"].data == str(n)
            ),
        )
        for n in named
    ]
