"""The banks: which there are, making one, changing what is said of it."""

import json

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Forbidden, Invalid, Problem
from learning.kernel.permissions import Permission, ScopeKind
from learning.kernel.translation import N_
from learning.organisations.queries import list_units, units_in_reach
from learning.question_bank import queries, services, words
from learning.question_bank.forms.banks import PLATFORM, BankForm
from learning.question_bank.models import BankRow
from learning.question_bank.routes.blueprint import bp
from learning.question_bank.words import _
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session, reading

MAX_UNITS = 200
MAX_BANKS = 500
REFUSALS = {
    "bank_code_taken": ("code", N_("这个代码已有题库使用")),
    "bank_not_empty": ("pool", N_("题库里已有试题，保密用途不能再改")),
}


@bp.get("/banks")
@requires(Permission.ITEM_READ)
def banks() -> ResponseReturnValue:
    """List the banks whose items the reader may see."""
    session, actor, now = db_session(), current_actor(), utc_now()
    managed, writable = (
        {code for code, _title in queries.list_banks(session, actor, permission, now)}
        for permission in (Permission.BANK_MANAGE, Permission.ITEM_WRITE)
    )
    return render_template(
        "question_bank/banks.html",
        lines=queries.list_bank_lines(session, actor, now, limit=MAX_BANKS),
        managed=managed,
        writable=writable,
        may_create=actor.holds(Permission.BANK_MANAGE),
        words=words,
    )


@bp.route("/banks/new", methods=["GET", "POST"])
@requires(Permission.BANK_MANAGE)
def new_bank() -> ResponseReturnValue:
    """Make a bank."""
    actor, now = current_actor(), utc_now()
    form = BankForm(data={"pool": "contest"})
    form.offer(_owners())
    if not form.validate_on_submit():
        return _form_page(form, None)
    try:
        bank = services.create_bank(
            db_session(),
            actor,
            form.code.data.strip(),
            form.settings(),
            raw_unit_id=form.unit.data,
            now=now,
        )
    except (Invalid, Conflict) as error:
        return _refused(form, None, error)
    flash(_("题库已建立。"), "success")
    return redirect(url_for("question_bank.index", bank=bank.code))


@bp.route("/banks/<bank>/settings", methods=["GET", "POST"])
@requires(Permission.BANK_MANAGE)
def bank_settings(bank: str) -> ResponseReturnValue:
    """Change what is said of a bank."""
    actor, now = current_actor(), utc_now()
    session = db_session()
    found = queries.get_bank_for(session, actor, Permission.BANK_MANAGE, bank, now)
    form = BankForm(
        data={
            "title": found.title,
            "title_en": found.title_en,
            "description": found.description,
            "pool": found.pool,
            "tracks": _("、").join(json.loads(found.tracks)),
        }
    )
    form.offer(None)
    if not form.validate_on_submit():
        return _form_page(form, found)
    try:
        services.change_settings(session, actor, found, form.settings(), now)
    except (Invalid, Conflict) as error:
        return _refused(form, found, error)
    flash(_("已保存。"), "success")
    return redirect(url_for("question_bank.banks"))


def _owners() -> list[tuple[str, str]]:
    """Return (public id, name) of who may own a new bank; the platform for who acts for all."""
    actor, now = current_actor(), utc_now()
    with reading() as session:
        reach = units_in_reach(session, actor, Permission.BANK_MANAGE, now)
        units = list_units(session, reach, now, limit=MAX_UNITS)
    owners = [(unit.public_id, unit.name) for unit in units]
    grants = actor.grants_for(Permission.BANK_MANAGE)
    if any(grant.scope_kind is ScopeKind.PLATFORM for grant in grants):
        owners.insert(0, (PLATFORM, _("整个平台")))
    if not owners:
        raise Forbidden("permission")
    return owners


def _refused(
    form: BankForm, bank: BankRow | None, error: Invalid | Conflict
) -> ResponseReturnValue:
    db_session().rollback()  # the page answers, so what was begun must not be committed
    if isinstance(error, Invalid):
        form.show(error.problems)
    else:
        place, message = REFUSALS[error.code]
        form.show([Problem("", None, place, error.code, _(message))])
    return _form_page(form, bank)


def _form_page(form: BankForm, bank: BankRow | None) -> ResponseReturnValue:
    return render_template("question_bank/bank_form.html", form=form, bank=bank)
