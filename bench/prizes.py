"""What certificates of prizes cost in bulk: 10,000 PDFs by the worker's own job, and their zip.

A contest of as many people is closed and its prizes are announced, drawn and made final as an
organiser does it; then the job makes part after part until none is due, each kept in the database
with how far it goes, and the parts are joined for the download. Prints, as its last line, one JSON
object: `certificates`, `seconds` until the last one is made, `cpu_ms` each, `join_s`, `zip_mb` and
`peak_mb` of memory; exit 1 when 10,000 would take longer than 120 s.
"""

import argparse
import json
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import bindparam, select, update

from bench.boards import NOW, seed
from learning.competitions import services
from learning.competitions.jobs import make_certificates_due
from learning.competitions.models import Entry
from learning.competitions.queries import get_by_round, list_board_rounds
from learning.competitions.queries.awards import get_announced
from learning.competitions.queries.printing import PrintingView, find_due_printing, find_printing
from learning.competitions.rules.awards import AwardRules, Prize
from learning.competitions.rules.prize_lists import PrizeKind
from learning.competitions.services.printing import PART
from learning.kernel.db import Database
from tests.factories.competitions import Stage
from tests.postgres import DURABLE, running_postgres

CERTIFICATES, LIMIT_S = 10_000, 120
ADDRESS = "https://academy.example/competitions/{competition}/awards/{award}/check"
DRAWN, ENDED = NOW + timedelta(days=14), NOW + timedelta(days=22)


def prepare(database: Database, count: int) -> Stage:
    """Bring a contest to final prizes for everybody, each with a name of their own."""
    stage = seed(database, count)
    with database.transaction() as session:
        ids = session.scalars(select(Entry.id).order_by(Entry.id)).all()
        names = [{"row": row, **_names(n)} for n, row in enumerate(ids)]
        statement = update(Entry).where(Entry.id == bindparam("row"))
        session.connection().execute(statement, names)
    with database.session(write=False) as session:
        plan = services.plan_close(session, get_by_round(session, list_board_rounds(session)[0]))
    by = (stage.actor, stage.public_id)
    third = count - count // 10
    prizes = (
        Prize("first", "一等奖", PrizeKind.RANK, count // 10),
        Prize("third", "优秀奖", PrizeKind.RANK, third),
    )
    rules = AwardRules(prizes, "某指数收盘点位", DRAWN, 7, 30)
    with database.transaction() as session:
        services.close_competition(session, plan, actor=stage.actor, now=NOW)
        services.write_awards(session, *by, rules=rules, now=NOW)
        services.announce_awards(session, *by, now=NOW)
        services.draw_awards(session, *by, number="3456.78", now=DRAWN)
        services.finalise_awards(session, *by, now=ENDED)
    return stage


def _names(number: int) -> dict[str, str]:
    letters = (0x4E00 + number % 5_000, 0x5E00 + number * 7 % 5_000, 0x6C00 + number % 900)
    return {
        "participant_name": "".join(map(chr, letters)),
        "unit_name": f"示例精密制造股份有限公司第{number % 4_000}分公司",
    }


def make(database: Database, stage: Stage) -> dict[str, float]:
    """Ask for the certificates, let the job make them, join them; return the figures."""
    with database.transaction() as session:
        address = ADDRESS.replace("{competition}", stage.public_id)
        services.ask_for_certificates(
            session, stage.actor, stage.public_id, address=address, now=ENDED
        )
    Path("/proc/self/clear_refs").write_text("5")  # the peak from here on: preparing takes memory
    begun, spent, done = time.perf_counter(), time.process_time(), 0
    while (printing := _due(database)) is not None:
        assert printing.done >= done
        done = printing.done
        if done % 1_000 < PART and done:
            print(f"{done:,} of {printing.total:,}", flush=True)
        make_certificates_due(database, ENDED)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - spent
    begun = time.perf_counter()
    with database.session(write=False) as session:
        view = get_by_round(session, list_board_rounds(session)[0])
        printing = find_printing(session, get_announced(session, view.id).id)
        assert printing is not None
        assert not printing.error
        with services.join_parts(session, printing) as file, zipfile.ZipFile(file) as archive:
            made = len(set(archive.namelist()))
            size = file.seek(0, 2)
    assert made == printing.total == printing.done
    return {
        "certificates": made,
        "seconds": round(seconds, 1),
        "cpu_ms": round(cpu * 1_000 / made, 1),
        "join_s": round(time.perf_counter() - begun, 1),
        "zip_mb": round(size / 1e6),
        "peak_mb": round(_peak_kb() / 1024),
    }


def _due(database: Database) -> PrintingView | None:
    with database.session(write=False) as session:
        return find_due_printing(session)


def _peak_kb() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


@contextmanager
def place(kind: str) -> Iterator[str]:
    """Give the address of an empty database that goes afterwards."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        if kind == "sqlite":
            yield f"sqlite:///{folder / 'bench.db'}"
            return
        with running_postgres(folder / "pg", DURABLE) as server:
            server.execute("CREATE DATABASE bench")
            yield server.url("bench")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--certificates", type=int, default=CERTIFICATES)
    parser.add_argument("--database", choices=["postgresql", "sqlite"], default="sqlite")
    args = parser.parse_args()
    with place(args.database) as url:
        database = Database(url)
        found = make(database, prepare(database, args.certificates))
        database.dispose()
    print(json.dumps(found))
    return int(found["seconds"] * CERTIFICATES / args.certificates > LIMIT_S)


if __name__ == "__main__":
    raise SystemExit(main())
