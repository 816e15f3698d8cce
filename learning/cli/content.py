"""`flask content`: the items that live in files."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from learning.cli.context import cli_database
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.question_bank.loader import LoadedBank, load_bank
from learning.question_bank.services import SyncReport, sync_bank

FOLDER = Path(__file__).parent.parent.parent / "question_bank"


@click.group()
def content() -> None:
    """Check the content files, and bring them into the database."""


@content.command()
@click.argument(
    "folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=FOLDER
)
@click.option("--remarks", is_flag=True, help="Also print what is worth a look but not wrong.")
def check(folder: Path, remarks: bool) -> None:  # noqa: FBT001 - click's way of a flag
    """Name every problem of the item files in FOLDER (a bank, or a folder of banks)."""
    banks = [load_bank(bank) for bank in list_banks(folder)]
    if not banks:
        raise click.ClickException(f"{folder}: no bank.toml found")
    if remarks:
        for remark in (remark for bank in banks for remark in bank.remarks):
            click.echo(f"remark: {remark}")
    problems = [problem for bank in banks for problem in bank.problems]
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        raise click.ClickException(f"{len(problems)} problems")
    items = sum(len(bank.items) for bank in banks)
    click.echo(f"content: {items} items in {len(banks)} banks, no problems")


@content.command()
@with_appcontext
def sync() -> None:
    """Bring the item files into the database; new content becomes a new version."""
    for name, report in sync_all(cli_database()).items():
        click.echo(
            f"{name}: {report.added} added, {report.changed} changed, "
            f"{report.unchanged} unchanged, {report.retired} retired"
        )


def list_banks(folder: Path) -> list[Path]:
    """Return the bank folders at or right below a folder, in order of name."""
    if (folder / "bank.toml").exists():
        return [folder]
    return sorted(path.parent for path in folder.glob("*/bank.toml"))


def sync_all(database: Database, folder: Path = FOLDER) -> dict[str, SyncReport]:
    """Write all banks, each in one transaction, read beforehand; refuse banks with problems."""
    reports = {}
    for path in list_banks(folder):
        loaded = load_bank(path)
        _refuse_problems(loaded)
        with database.transaction() as session:
            reports[loaded.bank.id] = sync_bank(session, loaded.bank.id, loaded.items, utc_now())
    return reports


def _refuse_problems(loaded: LoadedBank) -> None:
    if loaded.problems:
        listed = "\n".join(str(problem) for problem in loaded.problems)
        raise click.ClickException(f"not synced, nothing changed:\n{listed}")
