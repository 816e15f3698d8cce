"""`flask audit`: verify the trail of acts, anchor it, hand it out."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import click
from flask.cli import with_appcontext

from learning.cli.context import cli_database, cli_settings
from learning.kernel import audit_chain
from learning.kernel.clock import utc_now
from learning.settings import AUDIT_ANCHORS_FILE

BROKEN = 1
UNREADABLE = 2
WORDS = {
    "changed": "is not what was sealed, or stands elsewhere",
    "gone": "was deleted",
    "gap": "was deleted with its seal",
    "cut": "was deleted: an anchor knows the chain to be longer",
    "rewritten": "was sealed anew: an anchor knows another link",
    "unsealed": "was never sealed",
    "left": "stands before what was removed for its age",
    "unproved": "was removed with all before it: no anchor of three years ago proves their age",
    "undeclared": "was removed with all before it: the trail does not tell of it",
}
LATE_SHOWN = 20


@click.group()
def audit() -> None:
    """Verify, anchor and export the audit trail."""


@audit.command()
@click.option(
    "--anchors",
    "anchors_paths",
    type=click.Path(path_type=Path),
    multiple=True,
    help="File of anchors; may be given several times.",
)
@click.option("--unsealed-after", default=120, show_default=True, help="Minutes.", type=int)
@with_appcontext
def verify(anchors_paths: tuple[Path, ...], unsealed_after: int) -> None:
    """Walk the whole chain; exit 1 and name each entry that is wrong, 0 when all is whole.

    Anchors are those of DATA_DIR unless another file is named: take the copy that was kept
    elsewhere, all of it: what was removed for its age is proved by the old ones.
    """
    for path in anchors_paths:
        if not path.exists():
            raise click.ClickException(f"no such file: {path}")
    paths = anchors_paths or (_own_anchors(),)
    try:
        anchors = [each for path in paths for each in audit_chain.read_anchors(path)]
    except ValueError as error:
        click.echo(str(error), err=True)
        sys.exit(UNREADABLE)
    with cli_database().session(write=False) as session:
        verdict = audit_chain.verify(
            session,
            utc_now(),
            anchors=anchors,
            sealed_within=timedelta(minutes=unsealed_after),
        )
    for finding in verdict.findings:
        place = "" if finding.number is None else f"link {finding.number}: "
        entry = "entry" if finding.entry_id is None else f"entry {finding.entry_id}"
        click.echo(f"{place}{entry} {WORDS[finding.kind]}")
    if verdict.found > len(verdict.findings):
        click.echo(f"and {verdict.found - len(verdict.findings)} more")
    if verdict.late:
        named = ", ".join(str(entry_id) for entry_id in verdict.late[:LATE_SHOWN])
        click.echo(f"look at: {len(verdict.late)} sealed long after later ones: {named}")
    click.echo(
        f"{verdict.entries} entries, {verdict.removed} removed for their age, "
        f"{len(anchors)} anchors, last link {verdict.last_hash}: "
        + (f"{verdict.found} faults" if verdict.found else "whole")
    )
    sys.exit(BROKEN if verdict.found else 0)


@audit.command()
@with_appcontext
def anchor() -> None:
    """Print the newest link and add it to the anchors of DATA_DIR: to be kept elsewhere."""
    with cli_database().session(write=False) as session:
        newest = audit_chain.newest_anchor(session, utc_now())
    if newest is None:
        raise click.ClickException("nothing is sealed yet")
    audit_chain.append_anchor(_own_anchors(), newest)
    click.echo(audit_chain.anchor_line(newest))


@audit.command()
@click.argument("target", type=click.File("w", encoding="utf-8", lazy=False))
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="First day, UTC.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Day after the last, UTC.")
@with_appcontext
def export(target: IO[str], since: datetime | None, until: datetime | None) -> None:
    """Write the sealed entries as lines of JSON with their links; `-` is standard output."""
    count = 0
    with cli_database().session(write=False) as session:
        for entry in audit_chain.iterate_exported(session, since=_utc(since), until=_utc(until)):
            target.write(json.dumps(entry, ensure_ascii=False) + "\n")
            count += 1
    click.echo(f"{count} entries", err=True)


def _utc(day: datetime | None) -> datetime | None:
    return None if day is None else day.replace(tzinfo=UTC)


def _own_anchors() -> Path:
    return cli_settings().data_dir / AUDIT_ANCHORS_FILE
