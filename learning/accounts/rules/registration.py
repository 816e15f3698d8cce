"""Making one's own account: what is asked, and what is wrong with it.

Only adults do so; an account for somebody under 18 is made by the school or enterprise, until a
guardian's consent can be given here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from learning.accounts.rules.names import (
    LoginNameKind,
    clean,
    display_login_name,
    login_name_key,
)
from learning.accounts.rules.passwords import password_problem
from learning.kernel.errors import Invalid, Problem

NAME_LENGTH = 200  # twin of User.display_name
STAFF_NO_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Registration:
    """What somebody says who makes an account; `staff_no` is asked for beside the log-in name."""

    name: str
    kind: LoginNameKind
    login_name: str
    staff_no: str = ""


@dataclass(frozen=True, slots=True)
class RegistrationChecked:
    """A registration ready to be kept: the log-in name as shown and its key."""

    name: str
    kind: LoginNameKind
    login_name: str
    name_key: str
    staff_no: str


def check_registration(
    said: Registration, *, organisation_code: str, password: str
) -> tuple[RegistrationChecked | None, Sequence[Problem]]:
    """Return the registration to be kept, or None and the problems by field.

    A log-in by staff number needs the organisation's code; its number is the person's staff number.
    """
    problems = []
    if not clean(said.name) or len(said.name) > NAME_LENGTH:
        problems.append(_problem("name", "name"))
    if len(clean(said.staff_no)) > STAFF_NO_LENGTH:
        problems.append(_problem("staff_no", "staff_no"))
    code = organisation_code if said.kind is LoginNameKind.STAFF else None
    try:
        shown = display_login_name(said.kind, said.login_name, code)
        key = login_name_key(said.kind, said.login_name, code)
    except Invalid:
        problems.append(_problem("login_name", said.kind.value))
        shown = key = ""
    fault = password_problem(password, (key,) if key else ())
    if fault:
        problems.append(_problem("new_password", fault))
    if problems:
        return None, problems
    is_staff = said.kind is LoginNameKind.STAFF
    staff_no = shown.partition("/")[2] if is_staff else clean(said.staff_no)
    return RegistrationChecked(said.name, said.kind, shown, key, staff_no), ()


def _problem(place: str, code: str) -> Problem:
    return Problem("", None, place, code, code)
