"""Ways to a new password without the old one: printed codes and links."""

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from learning.accounts import services
from learning.accounts.forms import ActivationForm, ResetForm, ResetRequestForm
from learning.accounts.password_hashing import hash_password
from learning.accounts.queries import (
    CodeHolder,
    find_code_holder,
    find_delay_s,
    find_link_holder,
)
from learning.accounts.routes.blueprint import (
    app_settings,
    bp,
    claim_of,
    new_login,
    outcome_words,
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
from learning.accounts.rules import Claim, normalise_code, password_problem, safe_next
from learning.accounts.services import ResetLink
from learning.kernel import mail
from learning.kernel.clock import utc_now
from learning.kernel.errors import Throttled
from learning.web.guards import public
from learning.web.templating import LOCALES
from learning.web.transaction import db_session, reading

MAX_CODE_SHOWN = 40  # twin of the form's longest unit code
LINK_MINUTES = int(services.LINK_LIFETIME.total_seconds() // 60)


@bp.route("/activate", methods=["GET", "POST"])
@public
def activate() -> ResponseReturnValue:
    """Set a first or new password by a printed one-time code, and log in."""
    form = ActivationForm()
    if request.method == "GET":
        form.organisation_code.data = request.args.get("organisation", "")[:MAX_CODE_SHOWN]
        return _activation_page(form, "", 200)
    if not form.validate():
        return _activation_page(form, "", 400)
    claim = claim_of(form.login_name.data or "", form.organisation_code.data or "", "code")
    try:
        holder = _find_holder(claim, form.code.data or "")
        if holder is None:
            services.record_wrong_code(db_session(), claim, now=utc_now())
            return _activation_page(form, outcome_words("code"), 401)
        if _is_refused(form, holder):
            return _activation_page(form, "", 400)
        return _activated(form, claim)
    except Throttled as error:
        page, status = _activation_page(form, wait_words(error.retry_after_s), 429)
        return page, status, {"Retry-After": str(error.retry_after_s)}


def _activation_page(form: ActivationForm, message: str, status: int) -> tuple[str, int]:
    next_path = safe_next(request.args.get("next"))
    html = render_template(
        "accounts/activate.html", form=form, message=message, next_path=next_path
    )
    return html, status


def _find_holder(claim: Claim, raw_code: str) -> CodeHolder | None:
    """Return whose code it is. Raises Throttled; writes nothing."""
    now = utc_now()
    with reading() as short:
        delay_s = find_delay_s(short, claim, claim.network, now)
        if delay_s:
            raise Throttled("wait", retry_after_s=delay_s)
        return find_code_holder(short, claim.name_keys, normalise_code(raw_code), now)


def _is_refused(form: ActivationForm | ResetForm, holder: CodeHolder) -> bool:
    problem = password_problem(form.new_password.data or "", holder.name_keys)
    if problem is not None:
        form.new_password.errors = [password_words(problem)]
    return problem is not None


def _activated(form: ActivationForm, claim: Claim) -> ResponseReturnValue:
    password, raw_code, new = form.new_password.data or "", form.code.data or "", new_login()
    work = Work(
        compute=lambda: hash_password(password),
        apply=lambda store, password_hash, now: services.redeem_code(
            store, claim, raw_code=raw_code, password_hash=password_hash, login=new, now=now
        ),
        claim=claim,
        source=claim.network,
    )
    errand = Errand("activate", safe_next(request.args.get("next")), new.token)
    outcome = do_in_line(work, errand)
    if isinstance(outcome, InLine):
        return waiting_page(outcome)
    if outcome != "ok":
        return _activation_page(form, outcome_words(outcome), 401)
    response = finish_errand(errand)
    flash(_("密码已设好，您已登录。"), "success")
    return response


@bp.route("/reset", methods=["GET", "POST"])
@public
def reset_request() -> ResponseReturnValue:
    """Send a link to the person's own address; the same reply whether the name exists."""
    form = ResetRequestForm()
    if request.method == "GET" or not form.validate():
        status = 200 if request.method == "GET" else 400
        return render_template("accounts/reset_request.html", form=form), status
    claim = claim_of(form.login_name.data or "", form.organisation_code.data or "", "link")
    now = utc_now()
    link = services.request_reset_link(db_session(), claim, now=now)
    if link is not None:
        subject, text = _letter(link)
        mail.enqueue(db_session(), link.channel, link.recipient, subject, text, now=now)
    return render_template("accounts/reset_sent.html", minutes=LINK_MINUTES)


def _letter(link: ResetLink) -> tuple[str, str]:
    # The address in the request is the sender's claim; a link is built from the settings only.
    address = f"{app_settings().external_url.rstrip('/')}/reset/{link.token}"
    locale = link.locale or app_settings().default_locale
    with force_locale(LOCALES.get(locale, LOCALES["zh_CN"])):
        subject = _("质量学堂：重设密码")
        text = _(
            "%(name)s，您好：请在 %(minutes)s 分钟内打开下面的链接重设密码，链接只能用一次。"
            "如果不是您本人申请，请不要理会，密码不会改变。",
            name=link.display_name,
            minutes=LINK_MINUTES,
        )
    return subject, f"{text}\n\n{address}\n"


@bp.route("/reset/<token>", methods=["GET", "POST"])
@public
def reset(token: str) -> ResponseReturnValue:
    """Set a new password by a link, and log in. Opening the page uses nothing up."""
    form = ResetForm()
    with reading() as short:
        holder = find_link_holder(short, token, utc_now())
    if holder is None:
        return render_template("accounts/reset_gone.html"), 404
    if request.method == "GET":
        return _reset_page(form, token, 200)
    if not form.validate() or _is_refused(form, holder):
        return _reset_page(form, token, 400)
    return _reset_done(form, token)


def _reset_page(form: ResetForm, token: str, status: int) -> ResponseReturnValue:
    return render_template("accounts/reset.html", form=form, token=token), status


def _reset_done(form: ResetForm, token: str) -> ResponseReturnValue:
    password, new = form.new_password.data or "", new_login()
    claim = claim_of(token, purpose="link")
    work = Work(
        compute=lambda: hash_password(password),
        apply=lambda store, password_hash, now: services.redeem_link(
            store, claim, token=token, password_hash=password_hash, login=new, now=now
        ),
        claim=claim,
        source=claim.network,
    )
    errand = Errand("reset", "/", new.token)
    outcome = do_in_line(work, errand)
    if isinstance(outcome, InLine):
        return waiting_page(outcome)
    if outcome != "ok":
        return render_template("accounts/reset_gone.html"), 404
    response = finish_errand(errand)
    flash(_("密码已重设，其他设备上的登录已全部退出。"), "success")
    return response
