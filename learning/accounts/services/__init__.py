"""The use cases of people and their ways in, one function each."""

from learning.accounts.services.codes import (
    CodePurpose,
    issue_code,
    record_wrong_code,
    redeem_code,
    redeem_link,
)
from learning.accounts.services.links import LINK_LIFETIME, ResetLink, request_reset_link
from learning.accounts.services.logins import (
    NewLogin,
    change_password,
    complete_login,
    extend_session,
    extend_sessions_of,
    revoke_all_sessions,
    revoke_session,
)
from learning.accounts.services.people import (
    add_login_name,
    close_room,
    create_first_operator,
    create_user,
    disable_user,
    enable_user,
    find_user_by_login_name,
    open_room,
    rename_user,
    set_locale,
)
from learning.accounts.services.privacy import close_account, give_consent
from learning.accounts.services.waiting import (
    finish_ticket,
    open_ticket,
    prune_failures,
    prune_login_sessions,
)

__all__ = [
    "LINK_LIFETIME",
    "CodePurpose",
    "NewLogin",
    "ResetLink",
    "add_login_name",
    "change_password",
    "close_account",
    "close_room",
    "complete_login",
    "create_first_operator",
    "create_user",
    "disable_user",
    "enable_user",
    "extend_session",
    "extend_sessions_of",
    "find_user_by_login_name",
    "finish_ticket",
    "give_consent",
    "issue_code",
    "open_room",
    "open_ticket",
    "prune_failures",
    "prune_login_sessions",
    "record_wrong_code",
    "redeem_code",
    "redeem_link",
    "rename_user",
    "request_reset_link",
    "revoke_all_sessions",
    "revoke_session",
    "set_locale",
]
