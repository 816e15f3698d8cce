"""What HR's grid costs: pages of 100,000 people under 30 schemes, turned and filtered; its file."""

import gc
import statistics
import time
from zoneinfo import ZoneInfo

import psutil

from bench.hr_population import Population
from learning.compliance.queries.grid import (
    GridFilter,
    Turn,
    count_people,
    iterate_rows,
    read_page,
)
from learning.compliance.routes.grid_file import file_rows
from learning.compliance.rules.grid import Cell, CellState, Lacks
from learning.kernel.db import Database
from learning.kernel.documents import Column, stream_workbook

SCHEMES = tuple(range(1, 31))
TEAM, PLANT, POST = f"o{900:025d}", f"o{3:025d}", f"p{17:025d}"
FILTERS = {
    "all": GridFilter(),
    "plant": GridFilter(unit=PLANT),
    "team": GridFilter(unit=TEAM),
    "post": GridFilter(post=POST),
    "missing": GridFilter(lacks=Lacks.MISSING),
    "missing of a scheme in a post": GridFilter(
        post=POST, scheme=f"s{9:025d}", lacks=Lacks.MISSING
    ),
    "missing of a scheme": GridFilter(scheme=f"s{9:025d}", lacks=Lacks.MISSING),
    "missing of a scheme in a plant": GridFilter(
        unit=PLANT, scheme=f"s{9:025d}", lacks=Lacks.MISSING
    ),
    "expiring": GridFilter(lacks=Lacks.EXPIRING),
    "expiring in a day": GridFilter(lacks=Lacks.EXPIRING, scheme=f"s{4:025d}", days=1),
    "expired in a team": GridFilter(unit=TEAM, lacks=Lacks.EXPIRED),
    "expired in a plant": GridFilter(unit=PLANT, lacks=Lacks.EXPIRED),
    "nothing held": GridFilter(lacks=Lacks.NOT_HELD),
    "nothing held in a plant": GridFilter(unit=PLANT, lacks=Lacks.NOT_HELD),
    "a scheme not held": GridFilter(lacks=Lacks.NOT_HELD, scheme=f"s{9:025d}"),
    "number": GridFilter(search="SF0999"),
    "pinyin": GridFilter(search="zheng hai"),
    "name": GridFilter(search="建国"),
    "nobody": GridFilter(search="没有这个人"),
}
ROUNDS = 3
ZONE = ZoneInfo("Asia/Shanghai")


def measure(database: Database, population: Population) -> dict[str, float]:
    """Return the slowest median of a page in milliseconds as `grid_ms`; print all."""
    slowest = 0.0
    for name, wanted in FILTERS.items():
        taken, count = _page(database, population, wanted)
        slowest = max(slowest, taken)
        print(f"  {name:<32}{taken:8.1f} ms   count {count:8.1f} ms", flush=True)
    took, cpu, grown_mb, size_mb = _export(database, population)
    print(
        f"  a file of everybody: {took:.1f} s, {cpu:.1f} s of them computing, {size_mb:.1f} MB; "
        f"memory grew by {grown_mb:.0f} MB at most"
    )
    return {"grid_ms": round(slowest, 1), "export_s": round(took, 1)}


def _export(database: Database, population: Population) -> tuple[float, float, float, float]:
    """Return what a file of everybody takes: seconds, those of this process's processor, MB.

    The first of the MB are what memory grew by at most, the last are the file's. What was there
    before is spared the collector, as `gunicorn.conf.py` does.
    """
    gc.collect()
    gc.freeze()
    said = ("工号", "姓名", "部门", "岗位", "状态", "缺口", *map(str, SCHEMES))
    columns = [Column(title, is_text=title != "缺口") for title in said]
    process = psutil.Process()
    before = most = process.memory_info().rss
    began, spent, size = time.perf_counter(), time.process_time(), 0
    with database.session(write=False) as session:
        people = iterate_rows(session, population.actor, GridFilter(), SCHEMES, population.now)
        rows = file_rows(people, SCHEMES, _written, ("休假", "外协", "、"))
        for part in stream_workbook(columns, rows):
            size += len(part)
            most = max(most, process.memory_info().rss)
    gc.unfreeze()
    took, cpu = time.perf_counter() - began, time.process_time() - spent
    return took, cpu, (most - before) / 1024**2, size / 1024**2


def _written(cell: Cell) -> str:
    if cell.state is CellState.NOT_ASKED:
        return ""
    day = "" if cell.until is None else cell.until.astimezone(ZONE).date().isoformat()
    return f"{cell.state.value} {day}"


def _page(database: Database, population: Population, wanted: GridFilter) -> tuple[float, float]:
    pages, counts = [], []
    for _ in range(ROUNDS):
        with database.session(write=False) as session:
            began = time.perf_counter()
            first = read_page(session, population.actor, wanted, SCHEMES, population.now)
            if first.has_after:
                turn = Turn(after=first.rows[-1].public_id)
                began = time.perf_counter()
                read_page(session, population.actor, wanted, SCHEMES, population.now, turn=turn)
            pages.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            count_people(session, population.actor, wanted, population.now)
            counts.append((time.perf_counter() - began) * 1000)
    return statistics.median(pages), statistics.median(counts)
