"""The blueprint of accounts and what all its views share."""

from datetime import timedelta
from typing import cast

from flask import Blueprint, abort, current_app, g, request, session
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _

from learning.accounts.password_pool import PasswordPool
from learning.accounts.rules import Claim, device_label, make_claim, network_of
from learning.accounts.services import NewLogin
from learning.kernel.ids import new_token
from learning.settings import Settings
from learning.web.devices import device_token
from learning.web.forms import refuse_repeated
from learning.web.metrics import set_password_queue

POOL = "password_pool"
MAX_BODY_BYTES = 64 * 1024

bp = Blueprint("accounts", __name__)


@bp.record_once
def _make_pool(state: BlueprintSetupState) -> None:
    settings = state.app.extensions["settings"]
    state.app.extensions[POOL] = PasswordPool(
        settings.password_workers, set_password_queue, pace_s=1 / settings.password_rate
    )


@bp.before_request
def _bound_the_input() -> None:
    """Refuse huge bodies and fields sent twice: which would count is an attacker's choice."""
    request.max_content_length = MAX_BODY_BYTES
    if (request.content_length or 0) > MAX_BODY_BYTES:
        abort(413)  # at once, whether or not the CSRF check has read the body already
    refuse_repeated(request.form)


def app_settings() -> Settings:
    """Return the settings of the running application."""
    return cast("Settings", current_app.extensions["settings"])


def password_pool() -> PasswordPool:
    """Return this process's line before password work."""
    return cast("PasswordPool", current_app.extensions[POOL])


def claim_of(raw_name: str, organisation_code: str = "", purpose: str = "login") -> Claim:
    """Return the claim that this request makes; `purpose` keeps kinds of tries apart."""
    return make_claim(
        raw_name,
        organisation_code=organisation_code,
        network=network_of(request.remote_addr),
        device_token=device_token(),
        secret=app_settings().secret_key,
        purpose=purpose,
    )


def new_login(*, is_remembered: bool = False) -> NewLogin:
    """Return the log-in session that this request is to open, with a fresh token.

    A remembered one lives for days and outlives the browser's closing.
    """
    settings = app_settings()
    hours = timedelta(hours=settings.login_session_hours)
    days = timedelta(days=settings.remembered_login_days)
    return NewLogin(
        token=new_token(),
        device=device_label(request.headers.get("User-Agent", "")),
        lifetime=max(days, hours) if is_remembered else hours,
        replaced_token=cookie_token(),
    )


def cookie_token() -> str:
    """Return the log-in session token that the browser's cookie carries, "" for none."""
    token = session.get("_user_id", "")
    return token if isinstance(token, str) else ""


def establish(token: str, *, is_remembered: bool = False) -> None:
    """Make the browser's cookie carry a log-in session and nothing of what was before it.

    The CSRF token changes with it; only the language chosen on this device stays. A remembered
    log-in's cookie stays when the browser is closed. It outlasts the row, which decides: an exam
    may extend the row, and a cookie that ended first would cut the exam off.
    """
    language = session.get("lang")
    clear_cookie()
    if is_remembered:
        session.permanent = True
    if language:
        session["lang"] = language
    session["_user_id"] = token  # the name under which Flask-Login looks for it
    session["_fresh"] = True


def is_remembered() -> bool:
    """Tell whether the log-in of this browser was to outlive the browser's closing."""
    return bool(session.permanent)


def clear_cookie() -> None:
    """Empty the browser's cookie; the next form gets a new CSRF token."""
    session.clear()
    g.pop("csrf_token", None)  # Flask-WTF keeps it for the request, beside the session


def password_words(problem: str) -> str:
    """Return why a new password is refused, translated."""
    words = {
        "too_short": _("密码至少 8 个字符。"),
        "too_long": _("密码最多 128 个字符。"),
        "characters": _("密码里有无法输入的控制字符。"),
        "common": _("这个密码太常见，容易被猜到，请换一个。"),
        "is_login_name": _("密码不能和登录名一样。"),
    }
    return str(words[problem])


def outcome_words(outcome: str) -> str:
    """Return what went wrong with a try, translated; the same for unknown name and wrong secret."""
    words = {
        "credentials": _("登录名或密码不正确。"),
        "code": _("登录名或一次性代码不正确，或者代码已经用过、过期。"),
        "link": _("这个链接已经用过或过期，请重新申请。"),
        "name_taken": _("不能用这个登录名新建账号。已有账号请登录；单位发过激活码的请先激活。"),
        "join_code": _("这个加入码不能用，账号没有建立。请向单位要新的加入码。"),
    }
    return str(words.get(outcome, _("没有等到结果，请再试一次。")))


def device_words(label: str) -> str:
    """Return the label of a device, translated; `label` is what `device_label` gave."""
    return " · ".join(_(part) for part in label.split(" · ") if part) or _("未知设备")


def wait_words(seconds: int) -> str:
    """Return that a try is not heard yet, translated."""
    return str(_("尝试过于频繁，请等 %(seconds)s 秒再试。", seconds=seconds))
