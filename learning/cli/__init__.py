"""The command line of operators, on `flask`: set up, work, schema, content, audit, data, demo.

Commands read the clock, open transactions and commit, as jobs do; what they do is in services. The
composition root hands in what only it knows.
"""

from flask import Flask

from learning.cli import audit, boards, content, data, demo, items, people, schema, work
from learning.cli.context import CliSource

__all__ = ["CliSource", "init_cli"]


def init_cli(app: Flask, source: CliSource) -> None:
    """Register all commands on `flask`."""
    app.extensions["cli_source"] = source
    for command in (
        people.init,
        work.worker,
        work.prepare,
        schema.db,
        content.content,
        items.items,
        boards.boards,
        audit.audit,
        data.backup,
        data.restore,
        demo.demo,
    ):
        app.cli.add_command(command)
