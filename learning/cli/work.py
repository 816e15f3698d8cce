"""`flask worker`, and what `make run` does before it starts web and worker."""

import contextlib
import os
import signal
import sys

import click
from flask.cli import with_appcontext

from learning import migrations
from learning.cli.content import sync_all
from learning.cli.context import cli_database, cli_settings, cli_source
from learning.cli.demo import has_people, make_demo
from learning.worker import Worker, standard_jobs

MODESTY = 5  # by how much the worker leaves the cores to web and database


@click.command()
@with_appcontext
def worker() -> None:
    """Deliver events, sweep attempts, send mail, until told to stop."""
    source = cli_source()
    if not cli_settings().is_sqlite:
        # Effects may lag behind hand-ins, answers may not. On SQLite the worker's own turn at
        # writing is what answers wait for: it must be short rather than modest.
        with contextlib.suppress(OSError):
            os.nice(MODESTY)
    jobs = [*source.jobs, *standard_jobs(cli_settings(), source.consumers)]
    running = Worker(cli_settings(), cli_database(), jobs)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: running.stop())
    sys.exit(running.run())


@click.command()
@click.option("--demo/--no-demo", "with_demo", default=False, help="Make the demo the first time.")
@with_appcontext
def prepare(with_demo: bool) -> None:  # noqa: FBT001 - click's way of a flag
    """Bring schema and content up to date, as a start needs it; nothing when nothing changed."""
    migrations.upgrade(cli_database())
    sync_all(cli_database())
    if with_demo and not has_people(cli_database()):
        make_demo(cli_database())
