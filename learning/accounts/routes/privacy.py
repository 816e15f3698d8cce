"""The privacy notice, consent to it, and closing one's account."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import cast

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from learning.accounts import services
from learning.accounts.forms import ClosingForm, ConsentForm
from learning.accounts.password_hashing import verify_password
from learning.accounts.queries import find_delay_s, find_password_hash
from learning.accounts.routes.blueprint import (
    bp,
    claim_of,
    clear_cookie,
    outcome_words,
    wait_words,
)
from learning.accounts.routes.line import Errand, InLine, Work, do_in_line, waiting_page
from learning.accounts.rules import CURRENT_NOTICE, kept_fields, safe_next
from learning.kernel.clock import utc_now
from learning.kernel.errors import NotFound, Throttled
from learning.kernel.markdown import render
from learning.kernel.permissions import Permission
from learning.web.guards import current_actor, public, requires
from learning.web.transaction import db_session, reading

NOTICES = Path(__file__).parents[1] / "notices"
CLOSING_OBSTACLES = "closing_obstacles"


@bp.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    """Show the notice in force."""
    return _notice_page(CURRENT_NOTICE)


@bp.get("/privacy/<int:version>")
@public
def privacy_version(version: int) -> ResponseReturnValue:
    """Show a version of the notice, in force or earlier."""
    if not 1 <= version <= CURRENT_NOTICE:
        raise NotFound("notice")
    return _notice_page(version)


@bp.route("/privacy/consent", methods=["GET", "POST"])
@requires(Permission.SELF_PRIVACY)
def consent() -> ResponseReturnValue:
    """Ask for consent to the notice in force; note it."""
    # What a reply does not say was not shown: the version in force goes into a new form alone.
    form = ConsentForm(data={"version": CURRENT_NOTICE} if request.method == "GET" else None)
    next_path = safe_next(request.args.get("next"))
    if request.method == "POST" and form.validate_on_submit():
        actor = current_actor()
        services.give_consent(db_session(), actor.user_id, form.version.data or 0, now=utc_now())
        return redirect(next_path)
    page = render_template(
        "accounts/consent.html",
        form=form,
        next_path=next_path,
        notice_html=_notice_html(CURRENT_NOTICE, str(get_locale())),
        fields=kept_fields(CURRENT_NOTICE),
    )
    return page, 200 if request.method == "GET" else 400


@bp.route("/account/close", methods=["GET", "POST"])
@requires(Permission.SELF_PRIVACY)
def close() -> ResponseReturnValue:
    """Say what closing means; close one's account after the password was given."""
    form = ClosingForm()
    with reading() as short:
        obstacles = _obstacles(short, current_actor().user_id, utc_now())
    if request.method == "GET" or obstacles:
        return _closing_page(form, obstacles, "", 200 if request.method == "GET" else 409)
    if not form.validate():
        return _closing_page(form, (), "", 400)
    try:
        outcome = _close(form.current_password.data or "")
    except Throttled as error:
        page, status = _closing_page(form, (), wait_words(error.retry_after_s), 429)
        return page, status, {"Retry-After": str(error.retry_after_s)}
    if isinstance(outcome, InLine):
        return waiting_page(outcome)
    if outcome != "ok":
        return _closing_page(form, (), outcome_words("credentials"), 401)
    clear_cookie()
    flash(_("账号已注销。"), "success")
    return redirect(url_for("accounts.login"))


def _close(password: str) -> str | InLine:
    actor = current_actor()
    claim = claim_of(actor.public_id, purpose="self")
    with reading() as short:
        delay_s = find_delay_s(short, claim, claim.network, utc_now())
        held = find_password_hash(short, actor.user_id)
    if delay_s:
        raise Throttled("wait", retry_after_s=delay_s)
    work = Work(
        compute=lambda: verify_password(password, held),
        apply=lambda store, verdict, now: services.close_account(
            store, actor, claim, verdict, now=now
        ),
        claim=claim,
        source=claim.network,
        is_known_device=True,
    )
    return do_in_line(work, Errand("close", "/login"))


def _obstacles(session: Session, user_id: int, now: datetime) -> tuple[str, ...]:
    """Ask the domains above what stands in the way: they are wired by the composition root."""
    checks = cast(
        "tuple[Callable[[Session, int, datetime], str | None], ...]",
        current_app.extensions[CLOSING_OBSTACLES],
    )
    codes = [check(session, user_id, now) for check in checks]
    return tuple(_obstacle_words(code) for code in codes if code)


def _obstacle_words(code: str) -> str:
    return {
        "open_attempt": _("还有没交卷的作答：先交卷，或等它到时结束。"),
        "roles": _("您还担任管理角色：请先由运维交接给别人。"),
    }[code]


def _closing_page(
    form: ClosingForm, obstacles: tuple[str, ...], message: str, status: int
) -> tuple[str, int]:
    html = render_template("accounts/close.html", form=form, obstacles=obstacles, message=message)
    return html, status


def _notice_page(version: int) -> ResponseReturnValue:
    return render_template(
        "accounts/privacy.html",
        notice_html=_notice_html(version, str(get_locale())),
        version=version,
        current=CURRENT_NOTICE,
        fields=kept_fields(version),
    )


@lru_cache(maxsize=16)
def _notice_html(version: int, locale: str) -> str:
    language = "en" if locale == "en" else "zh_CN"
    return render((NOTICES / f"{version}.{language}.md").read_text(encoding="utf-8"))
