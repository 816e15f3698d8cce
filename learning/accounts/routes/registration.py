"""Making one's own account with an invitation; for adults, others are told who makes theirs."""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from learning.accounts.forms import RegistrationForm
from learning.accounts.models import User
from learning.accounts.password_hashing import hash_password
from learning.accounts.queries import find_delay_s
from learning.accounts.routes.blueprint import (
    bp,
    claim_of,
    new_login,
    password_words,
    wait_words,
)
from learning.accounts.routes.line import (
    Errand,
    InLine,
    Work,
    do_in_line,
    finish_errand,
    waiting_page,
)
from learning.accounts.rules import CURRENT_NOTICE, Claim, LoginNameKind
from learning.accounts.rules.registration import Registration, check_registration
from learning.accounts.services.registration import Invitation, InvitationSource, register_person
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Problem, Throttled
from learning.web.guards import public
from learning.web.transaction import db_session, reading

INVITATIONS = "invitations"  # key of the InvitationSource in the application's extensions


@bp.get("/register/minors")
@public
def register_minor() -> ResponseReturnValue:
    """Say how people under 18 get an account."""
    return render_template("accounts/register_minor.html")


@bp.route("/register/<raw_code>", methods=["GET", "POST"])
@public
def register(raw_code: str) -> ResponseReturnValue:
    """Make one's account and accept the invitation; nothing is kept of anybody under 18."""
    now = utc_now()
    with reading() as short:
        invitation = _invitations().find(short, raw_code, now)
    if invitation is None:
        return render_template("accounts/register_gone.html"), 404
    if current_user.is_authenticated:
        return redirect(_landing(invitation))
    form = RegistrationForm(data={"notice_version": CURRENT_NOTICE})
    form.offer(with_staff_number=bool(invitation.organisation_code))
    if request.method == "GET":
        return _page(form, invitation, "", 200)
    return _posted(form, invitation)


def _posted(form: RegistrationForm, invitation: Invitation) -> ResponseReturnValue:
    if not form.is_adult.data:
        return render_template("accounts/register_minor.html", invitation=invitation), 403
    if not form.validate():
        return _page(form, invitation, "", 400)
    try:
        return _registered(form, invitation)
    except Throttled as error:
        page, status = _page(form, invitation, wait_words(error.retry_after_s), 429)
        return page, status, {"Retry-After": str(error.retry_after_s)}


def _invitations() -> InvitationSource:
    return cast("InvitationSource", current_app.extensions[INVITATIONS])


def _landing(invitation: Invitation) -> str:
    return invitation.landing or url_for(_invitations().landing)


def _page(
    form: RegistrationForm, invitation: Invitation, refused: str, status: int
) -> tuple[str, int]:
    html = render_template(
        "accounts/register.html", form=form, invitation=invitation, refused=refused
    )
    return html, status


def _registered(form: RegistrationForm, invitation: Invitation) -> ResponseReturnValue:
    password = form.new_password.data or ""
    checked, problems = check_registration(
        Registration(
            name=form.display_name.data or "",
            kind=LoginNameKind(form.kind.data),
            login_name=form.login_name.data or "",
            staff_no=form.staff_no.data or "",
        ),
        organisation_code=invitation.organisation_code,
        password=password,
    )
    if checked is None:
        form.show((_place(p), _field_words(p)) for p in problems)
        return _page(form, invitation, "", 400)
    claim = claim_of(checked.login_name, purpose="register")
    _check_delay(claim)
    login, notice = new_login(), form.notice_version.data
    errand = Errand("register", _landing(invitation), login.token)
    accept = _acceptance(invitation)
    work = Work(
        compute=lambda: hash_password(password),
        apply=lambda store, password_hash, now: register_person(
            store,
            claim,
            checked,
            password_hash=password_hash,
            notice_version=notice,
            login=login,
            accept=accept,
            now=now,
        ),
        claim=claim,
        source=claim.network,
    )
    return _answered(form, invitation, work, errand)


def _answered(
    form: RegistrationForm, invitation: Invitation, work: Work[str], errand: Errand
) -> ResponseReturnValue:
    try:
        outcome = do_in_line(work, errand)
    except Conflict as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        outcome = error.code
    if isinstance(outcome, InLine):
        return waiting_page(outcome)
    if outcome != "ok":
        return _refused(form, invitation, outcome)
    response = finish_errand(errand)
    flash(
        _("账号已建好，您已登录。")
        if invitation.contest
        else _("账号已建好，您已登录。加入单位的申请等单位确认。"),
        "success",
    )
    return response


def _acceptance(invitation: Invitation) -> Callable[[Session, User, str, datetime], None]:
    """Return what accepts the invitation; taken now, since the work may outlive the request."""
    accept = _invitations().accept
    return lambda store, user, staff_no, now: accept(store, user, invitation.code, staff_no, now)


def _check_delay(claim: Claim) -> None:
    with reading() as short:
        delay_s = find_delay_s(short, claim, claim.network, utc_now())
    if delay_s:
        raise Throttled("wait", retry_after_s=delay_s)


def _refused(form: RegistrationForm, invitation: Invitation, outcome: str) -> ResponseReturnValue:
    if outcome == "name_taken":
        return _page(form, invitation, outcome, 409)
    if outcome == "join_code":
        return render_template("accounts/register_gone.html"), 404
    if outcome == "notice_version":
        return _page(form, invitation, _("隐私说明有了新版本，请看过再提交。"), 409)
    return _page(form, invitation, _("没有等到结果，请再试一次。"), 409)


def _place(problem: Problem) -> str:
    return "display_name" if problem.place == "name" else problem.place


def _field_words(problem: Problem) -> str:
    words = {
        "name": _("请填写姓名，最多 200 个字。"),
        "staff_no": _("工号最多 40 个字，用字母、数字、汉字和 - _ . /。"),
        "phone": _("手机号格式不对：填 11 位手机号；境外号码以 + 和国家码开头。"),
        "email": _("邮箱格式不对，例如 name@example.com。"),
    }
    return words.get(problem.code) or password_words(problem.code)
