"""`flask demo`: a made-up world to look around in, built by the services that the pages use.

`make_demo` makes the world for newcomers: an association, three enterprises, some 300 staff, a
contest that runs and one that is over, sittings, certificates of which some end soon, a bank whose
items are written, waited for and signed off. `--scale`
fills the database in bulk (`scale`), for benchmarks and for looking at full pages.
"""

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from learning.accounts.models import User
from learning.cli.content import sync_all
from learning.cli.context import cli_database, cli_settings, cli_source
from learning.cli.demo.items import make_items
from learning.cli.demo.people import STAFF, Persona, make_people
from learning.cli.demo.scale import SIZES, fill
from learning.cli.demo.story import make_story
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.kernel.errors import Conflict

__all__ = ["STAFF", "Persona", "demo", "has_people", "make_demo"]


@click.command()
@click.option("--yes", is_flag=True, help="Also in production.")
@click.option("--scale", type=click.Choice(sorted(SIZES)), help="Add so many people in bulk.")
@with_appcontext
def demo(yes: bool, scale: str | None) -> None:  # noqa: FBT001 - click's way of a flag
    """Make the demo world; with --scale add people, entries and certificates in bulk."""
    if cli_settings().is_production and not yes:
        raise click.ClickException("this is a production installation; --yes makes it all the same")
    sync_all(cli_database())
    try:
        make_demo(cli_database())
    except Conflict as conflict:
        if scale is None:
            raise click.ClickException(f"the demo is there already ({conflict.code})") from conflict
    if scale is not None:
        fill(cli_database(), SIZES[scale], utc_now(), tell=click.echo)


def has_people(database: Database) -> bool:
    """Tell whether anybody has an account: then it is no first start."""
    with database.session(write=False) as session:
        return session.scalar(select(User.id).limit(1)) is not None


def make_demo(database: Database) -> list[Persona]:
    """Build the demo and print who to log in as. Raises Conflict("demo_exists")."""
    now = utc_now()
    cast = make_people(database, now)
    make_items(database, cast, now)
    make_story(database, cast, cli_source().consumers, now)
    click.echo("演示数据（仅供试用） · demo, made-up people and organisations:")
    click.echo(f"  {cli_settings().external_url}")
    for persona in cast.personas:
        click.echo(f"  {persona.role:<10}\t{persona.login_name:<28}\t{persona.password}")
    return list(cast.personas)
