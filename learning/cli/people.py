"""`flask init`: the first operator."""

import click
from flask.cli import with_appcontext

from learning.accounts.services import create_first_operator, find_user_by_login_name
from learning.cli.context import cli_database, cli_settings
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Role, ScopeKind
from learning.organisations.services import grant_role

_WORDS = {
    "operator_exists": "an operator exists already; roles are granted by operators",
    "login_name_taken": "this log-in name is taken",
}


@click.command()
@click.option("--login-name", prompt="Log-in name (phone number or e-mail)")
@click.option("--name", prompt="Name shown on pages", default="平台运维")
@with_appcontext
def init(login_name: str, name: str) -> None:
    """Make the first operator and print the activation code, once; there is no default password.

    Called again for the same log-in name before it was activated, it prints a new code.
    """
    now = utc_now()
    try:
        with cli_database().transaction() as session:
            code = create_first_operator(session, login_name, name, now)
            user = find_user_by_login_name(session, login_name)
            if user is None:
                raise click.ClickException("the account cannot be found")
            grant_role(
                session,
                None,
                user.id,
                role=Role.OPERATOR,
                scope_kind=ScopeKind.PLATFORM,
                now=now,
            )
    except Conflict as conflict:
        raise click.ClickException(_WORDS.get(conflict.code, conflict.code)) from conflict
    except Invalid as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"activation code: {code}")
    click.echo(f"choose a password at {cli_settings().external_url}/activate")
