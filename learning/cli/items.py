"""`flask items`: files into a bank and out of it, what the banks hold, whether the files are right.

The pipeline is that of the web pages. Exit codes of `import`: 0 if every question became an item,
1 with problems, 2 if nothing could be read; of `export`: 1 when items were left out, by name.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from learning.cli.content import FOLDER, list_banks
from learning.cli.context import cli_database
from learning.cli.wording import judge_wording
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid, Problem
from learning.question_bank.drafts import Defaults
from learning.question_bank.formats import Unreadable, Upload, reading, registry
from learning.question_bank.formats.reading import Reading
from learning.question_bank.formats.summary import PARAMETRIC, summarise
from learning.question_bank.linting import judge
from learning.question_bank.linting.sources import has_clause
from learning.question_bank.loader import LoadedBank, load_bank
from learning.question_bank.models import BankRow
from learning.question_bank.queries import find_bank
from learning.question_bank.queries.exports import list_kinds, list_sources
from learning.question_bank.services import BankSettings, create_bank, defaults_of
from learning.question_bank.services.exporting import Wanted, export_items
from learning.question_bank.services.import_applying import Plan, apply_import
from learning.question_bank.services.importing import decide_rows, keep_reading

FORMATS = (registry.AUTO, *(importer.NAME for importer in registry.list_importers()))
EXPORTS = tuple(exporter.NAME for exporter in registry.list_exporters())
PROBLEMS, NOTHING = 1, 2
WITH_CLAUSE = "with_clause"
_REASONS: dict[type[OSError], str] = {
    FileNotFoundError: "没有这个文件。",
    IsADirectoryError: "这是文件夹，不是文件。",
    PermissionError: "没有读取它的权限。",
}
OF_NO_QUESTION = {"stray_text"}
"""What is named but stands beside all questions, such as a paper's title: each became an item."""


@click.group()
def items() -> None:
    """Bring items into a bank, take them out, count them, check the files."""


@items.command("import")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--bank", "code", required=True, help="The code of the bank.")
@click.option("--format", "wanted", type=click.Choice(FORMATS), default=registry.AUTO)
@click.option("--dry-run", is_flag=True, help="Read and judge only; needs no bank, no database.")
@click.option("--json", "as_json", is_flag=True, help="Print what was read as JSON.")
@click.option("--create-bank", is_flag=True, help="Make the bank if there is none.")
@with_appcontext
def import_(
    *, file: Path, code: str, wanted: str, dry_run: bool, as_json: bool, create_bank: bool
) -> None:
    """Read FILE (- is the standard input) into a bank as drafts."""
    upload = _upload(file, wanted, as_json=as_json)
    found = _read(upload, code, wanted, as_json=as_json)
    summary = summarise(found)
    if not dry_run:
        summary["imported"] = _bring_in(upload, found, code, creates=create_bank)
    if as_json:
        click.echo(json.dumps(summary, ensure_ascii=False, indent=2))
    else:
        _tell(summary)
    told = {problem["code"] for problem in summary["problems"]}
    sys.exit(PROBLEMS if told - OF_NO_QUESTION else 0)


@items.command()
@click.option("--bank", "code", required=True, help="The code of the bank.")
@click.option("--format", "name", type=click.Choice(EXPORTS), required=True)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--without-keys", is_flag=True, help="Leave keys out, where the format can.")
@with_appcontext
def export(*, code: str, name: str, output: Path, without_keys: bool) -> None:
    """Write the approved items of a bank into a file; what is left out is named."""
    with cli_database().transaction() as session:
        bank = find_bank(session, code)
        if bank is None:
            raise click.ClickException(f"没有题库 {code}")
        wanted = Wanted(bank.code, with_keys=not without_keys)
        carried = export_items(session, None, bank, name, wanted, now=utc_now())
    output.write_bytes(carried.content)
    for problem in carried.left_out:
        click.echo(f"{problem.where}：{problem.message}", err=True)
    sys.exit(PROBLEMS if carried.left_out else 0)


@items.command()
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def stats(*, as_json: bool) -> None:
    """Count the items in use by bank and kind; once more the parametric, and those with a clause.

    `with_clause` counts those whose source names a document and a numbered place in it.
    """
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    with cli_database().session(write=False) as session:
        for bank, kind, is_parametric, number in list_kinds(session):
            counts[bank][kind] = counts[bank].get(kind, 0) + number
            if is_parametric:
                counts[bank][PARAMETRIC] = counts[bank].get(PARAMETRIC, 0) + number
        for bank, source in list_sources(session):
            counts[bank][WITH_CLAUSE] = counts[bank].get(WITH_CLAUSE, 0) + has_clause(source)
    if as_json:
        click.echo(json.dumps(counts, ensure_ascii=False, indent=2))
        return
    for bank, kinds in counts.items():
        click.echo(f"{bank}: " + ", ".join(f"{kind} {n}" for kind, n in kinds.items()))


@items.command()
@click.argument("folders", type=click.Path(path_type=Path, exists=True, file_okay=False), nargs=-1)
def lint(folders: tuple[Path, ...]) -> None:
    """Name every problem of the item files: of form, writing, style; nothing to name is exit 0.

    FOLDERS are banks or folders of banks; without them, the banks shipped.
    """
    banks = [bank for folder in folders or (FOLDER,) for bank in list_banks(folder)]
    problems = [problem for folder in banks for problem in _judged(load_bank(folder))]
    problems += judge_wording(banks, [])
    for problem in problems:
        click.echo(str(problem), err=True)
    sys.exit(PROBLEMS if problems else 0)


def _judged(loaded: LoadedBank) -> Iterator[Problem]:
    """Yield what is wrong with a bank: what the loader says, then what its writing lacks."""
    yield from loaded.problems
    places = {
        line.split(" ")[1]: (file.path, number)
        for file in loaded.files
        for number, line in enumerate(Path(file.path).read_text("utf-8").splitlines(), 1)
        if line.startswith("## ")
    }
    for code, message in judge(loaded.items, loaded.bank.harmless, loaded.bank.unplaced):
        path, number = places.get(code, (loaded.bank.id, None))
        yield Problem(path, number, code, "writing", message)


def _upload(file: Path, wanted: str, *, as_json: bool) -> Upload:
    try:
        if str(file) == "-":
            return Upload("", sys.stdin.buffer.read())
        return Upload(file.name, file.read_bytes())
    except OSError as error:
        reason = _REASONS.get(type(error), f"不能读取（{error.strerror}）")
        _give_up(wanted, "unreadable", f"{file}：{reason}", as_json=as_json)


def _read(upload: Upload, code: str, wanted: str, *, as_json: bool) -> Reading:
    try:
        found = reading.read(upload, wanted, Defaults(code=f"{code}-0"), lambda *_: None)
    except Unreadable as error:
        _give_up(wanted, error.code, error.message, as_json=as_json)
    if found.others:
        names = "、".join(found.others)
        click.echo(f"按 {found.parsed.format} 读取；也可能是 {names}，用 --format 指定。", err=True)
    if not found.judged:
        message = next((p.message for p in found.parsed.problems), "没有找到试题。")
        _give_up(found.parsed.format, "unreadable", message, as_json=as_json)
    return found


def _bring_in(upload: Upload, found: Reading, code: str, *, creates: bool) -> int:
    """Import as the system itself: all questions as drafts, good ones ready for review."""
    now = utc_now()
    with cli_database().transaction() as session:
        bank: BankRow | None = find_bank(session, code)
        if bank is None and creates:
            bank = _new_bank(session, code, now)
        if bank is None or bank.origin != "web":
            raise click.ClickException(
                f"没有可以导入的题库 {code}；用 --create-bank 新建，或用 --dry-run 只检查。"
            )
        kept = keep_reading(session, None, code, defaults_of(bank, ""), upload, found, now=now)
        decide_rows(session, kept, "take", scope="open")
        decide_rows(session, kept, "skip", scope="duplicate")
        return apply_import(session, None, kept, bank, Plan(), now=now)


def _new_bank(session: Session, code: str, now: datetime) -> BankRow:
    try:
        return create_bank(session, None, code, BankSettings(title=code), now=now)
    except Invalid as error:
        raise click.ClickException(str(error)) from error


def _give_up(wanted: str, code: str, message: str, *, as_json: bool) -> NoReturn:
    if as_json:
        problem = {"where": "", "code": code, "message": message}
        empty = {"format": wanted, "items": [], "problems": [problem]}
        click.echo(json.dumps(empty, ensure_ascii=False, indent=2))
    click.echo(message, err=True)
    sys.exit(NOTHING)


def _tell(summary: dict[str, Any]) -> None:
    for problem in summary["problems"]:
        click.echo(f"{problem['where']}：{problem['message']}", err=True)
    whole = sum("case" not in item for item in summary["items"])
    click.echo(f"{summary['format']}：{whole} 题，{len(summary['problems'])} 处问题")
    if "imported" in summary:
        click.echo(f"存为草稿 {summary['imported']} 题")
