"""`flask backup FILE` and `flask restore FILE`: all data in one archive, answers hashed."""

from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import inspect, select

from learning import migrations
from learning.accounts.models import User
from learning.attempts.models import Attempt, ResponseRow
from learning.cli import postgresql_archive, sqlite_archive
from learning.cli.archive import ArchiveError, Contents, Manifest, read_manifest
from learning.cli.context import cli_database, cli_settings
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.organisations.models import Unit
from learning.settings import PREPARED_FILE


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup(file: Path) -> None:
    """Write all data into FILE; the product goes on meanwhile."""
    database = cli_database()
    engine = sqlite_archive if database.is_sqlite else postgresql_archive
    try:
        contents = engine.backup(database, file.absolute(), utc_now())
    except ArchiveError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"saved {_summary(contents)}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace the data that is there.")
@with_appcontext
def restore(file: Path, force: bool) -> None:  # noqa: FBT001 - click's way of a flag
    """Replace all data by those of FILE, and prove that the answers are the same.

    Stop web and worker first: what they write meanwhile would be replaced.
    """
    database = cli_database()
    engine = sqlite_archive if database.is_sqlite else postgresql_archive
    try:
        manifest = read_manifest(file)
        _refuse(database, manifest, force=force)
        contents = engine.restore(database, file.absolute(), manifest)
    except ArchiveError as error:
        raise click.ClickException(str(error)) from error
    (cli_settings().data_dir / PREPARED_FILE).unlink(missing_ok=True)
    click.echo(f"restored and checked {_summary(contents)}")
    if contents.revision != migrations.head():
        click.echo("the schema is of an earlier release: run `flask db upgrade`")


def _refuse(database: Database, manifest: Manifest, *, force: bool) -> None:
    if manifest.database != database.dialect_name:
        raise ArchiveError(
            f"the archive is of {manifest.database}, this installation is {database.dialect_name}"
        )
    if not migrations.is_known(manifest.contents.revision):
        raise ArchiveError(
            f"the archive's schema {manifest.contents.revision!r} is newer than this program"
        )
    if not force and not is_empty(database):
        raise ArchiveError("the database holds data; --force replaces them")


def is_empty(database: Database) -> bool:
    """Tell whether nobody's data would be lost: no people, units, attempts or answers."""
    with database.session(write=False) as session:
        found = inspect(session.connection())
        return not any(
            found.has_table(model.__tablename__)
            and session.execute(select(1).select_from(model).limit(1)).first()
            for model in (User, Unit, Attempt, ResponseRow)
        )


def _summary(contents: Contents) -> str:
    counts = contents.counts
    return (
        f"{counts.get('users', 0)} people, {counts.get('attempts', 0)} attempts, "
        f"{counts.get('responses', 0)} answers, {counts.get('scores', 0)} scores; "
        f"answers sha256 {contents.answers_sha256}"
    )
