"""`flask db`: the schema."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from learning import migrations
from learning.cli.context import cli_database


@click.group()
def db() -> None:
    """Bring the schema up to date, and check it."""


@db.command()
@with_appcontext
def upgrade() -> None:
    """Apply the migrations that are missing; safe beside running programs."""
    migrations.upgrade(cli_database())
    click.echo(f"schema: {migrations.current(cli_database())}")


@db.command()
@with_appcontext
def check() -> None:
    """Fail when the schema is not at head, or differs from the models."""
    found = migrations.current(cli_database())
    if found != migrations.head():
        raise click.ClickException(f"at {found or 'nothing'}, expected {migrations.head()}")
    differences = migrations.differences(cli_database())
    if differences:
        raise click.ClickException("differs from the models:\n" + "\n".join(differences))
    click.echo(f"schema: {found}, equal to the models")


@db.command()
@click.argument("message")
@with_appcontext
def revision(message: str) -> None:
    """Write a migration from the differences, to be reviewed by hand (development)."""
    number = f"{int(migrations.head() or 0) + 1:04d}"
    click.echo(str(migrations.make_revision(cli_database(), message, number)))


@db.command()
@click.argument("path", type=click.Path(path_type=Path))
def snapshot(path: Path) -> None:
    """Write the readable schema snapshot (development)."""
    from learning.migrations.snapshot import schema_text

    path.write_text(schema_text(), encoding="utf-8")
    click.echo(str(path))
