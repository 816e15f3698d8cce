"""One's own account: names, language, password, log-ins."""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from learning.accounts import services
from learning.accounts.forms import LanguageForm, PasswordForm
from learning.accounts.password_hashing import Verdict, hash_password, verify_password
from learning.accounts.queries import (
    find_delay_s,
    find_password_hash,
    get_account,
    list_name_keys,
)
from learning.accounts.routes.blueprint import (
    bp,
    claim_of,
    clear_cookie,
    device_words,
    outcome_words,
    password_words,
    wait_words,
)
from learning.accounts.routes.line import Errand, InLine, Work, do_in_line, waiting_page
from learning.accounts.rules import password_problem
from learning.kernel.clock import utc_now
from learning.kernel.errors import Throttled
from learning.kernel.permissions import Permission
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session, reading


@bp.route("/account", methods=["GET", "POST"])
@requires(Permission.SELF_ACCOUNT)
def account() -> ResponseReturnValue:
    """Show one's account; set the language."""
    actor = current_actor()
    form = LanguageForm()
    if request.method == "POST" and form.validate():
        services.set_locale(db_session(), actor, form.locale.data)
        session.pop("lang", None)  # the choice of the moment gives way to the lasting one
        flash(_("语言已保存。"), "success")
        return redirect(url_for("accounts.account"))
    view = get_account(db_session(), actor, utc_now())
    if request.method == "GET":
        form.locale.data = view.locale
    status = 200 if request.method == "GET" else 400
    page = render_template(
        "accounts/account.html", account=view, form=form, device_words=device_words
    )
    return page, status


@bp.route("/account/password", methods=["GET", "POST"])
@requires(Permission.SELF_ACCOUNT)
def change_password() -> ResponseReturnValue:
    """Change one's password; all other log-ins end."""
    form = PasswordForm()
    if request.method == "GET":
        return _password_page(form, "", 200)
    if not form.validate() or _is_refused(form):
        return _password_page(form, "", 400)
    try:
        outcome = _change(form.current_password.data or "", form.new_password.data or "")
    except Throttled as error:
        page, status = _password_page(form, wait_words(error.retry_after_s), 429)
        return page, status, {"Retry-After": str(error.retry_after_s)}
    if isinstance(outcome, InLine):
        return waiting_page(outcome)
    if outcome != "ok":
        return _password_page(form, outcome_words("credentials"), 401)
    flash(_("密码已修改，其他设备上的登录已全部退出。"), "success")
    return redirect(url_for("accounts.account"))


def _password_page(form: PasswordForm, message: str, status: int) -> tuple[str, int]:
    return render_template("accounts/password.html", form=form, message=message), status


def _is_refused(form: PasswordForm) -> bool:
    with reading() as short:
        name_keys = list_name_keys(short, current_actor().user_id)
    problem = password_problem(form.new_password.data or "", name_keys)
    if problem is not None:
        form.new_password.errors = [password_words(problem)]
    return problem is not None


def _change(current: str, new: str) -> str | InLine:
    actor = current_actor()
    claim = claim_of(actor.public_id, purpose="self")
    with reading() as short:
        delay_s = find_delay_s(short, claim, claim.network, utc_now())
        old_hash = find_password_hash(short, actor.user_id)
    if delay_s:
        raise Throttled("wait", retry_after_s=delay_s)

    def compute() -> tuple[Verdict, str]:
        verdict = verify_password(current, old_hash)
        return verdict, hash_password(new) if verdict.is_right else ""

    work = Work(
        compute=compute,
        apply=lambda store, result, now: services.change_password(
            store, actor, claim, result[0], new_hash=result[1], now=now
        ),
        claim=claim,
        source=claim.network,
        is_known_device=True,
    )
    return do_in_line(work, Errand("password", url_for("accounts.account")))


@bp.post("/logout/everywhere")
@requires(Permission.SELF_ACCOUNT)
def logout_everywhere() -> ResponseReturnValue:
    """End all one's log-ins on all devices, this one included."""
    services.revoke_all_sessions(db_session(), current_actor(), now=utc_now())
    clear_cookie()
    flash(_("所有设备上的登录都已退出。"), "success")
    return redirect(url_for("accounts.login"))
