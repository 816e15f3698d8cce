"""What checking and syncing content costs: 1,000 lessons of our own courses' length.

The courses of this repository are copied, each copy a course of its own with words of its own in
every paragraph, so that nothing is rendered once for two of them. `check_s` is the whole command,
start and all; `first_sync_s` and `sync_s` are the work of a sync in a fresh process, the second
with nothing changed. Prints one JSON object; exit 1 above a limit.
"""

import argparse
import json
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import learning.models as all_models
from bench.servers import ROOT
from learning.cli.content import COURSES, FOLDER, sync_all
from learning.courses.loader import list_courses
from learning.kernel.db import Database

CHECK_S, SYNC_S = 10.0, 2.0
_ID = re.compile(r'(?m)^(id = "[^"]+)')
_PARAGRAPH = re.compile(r"(?m)^(?=[\u4e00-\u9fff])")


def write_courses(folder: Path, lessons: int) -> int:
    """Copy our courses into a folder until it holds so many lessons; return how many it holds."""
    written, copy = 0, 0
    shutil.copy(COURSES / "terminology.toml", folder)
    while written < lessons:
        copy += 1
        for course in list_courses(COURSES):
            if written >= lessons:
                break
            written += _copy(course, folder / f"{course.name}-{copy:02d}", copy)
    return written


def _copy(course: Path, target: Path, copy: int) -> int:
    """Copy one course as the `copy`-th of its kind; return its lessons."""
    shutil.copytree(course, target)
    settings = target / "course.toml"
    text = settings.read_text()
    settings.write_text(text.replace(f'id = "{course.name}"', f'id = "{target.name}"', 1))
    lessons = sorted(target.glob("[0-9]*.md"))
    for lesson in lessons:
        head, mark, body = lesson.read_text().partition("\n+++\n")
        head = _ID.sub(rf"\1-{copy}", head, count=1)
        lesson.write_text(head + mark + _PARAGRAPH.sub(f"第 {copy} 份。", body))
    return len(lessons)


def check(courses: Path) -> float:
    """Run `flask content check` on a folder; return its seconds."""
    begin = time.perf_counter()
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "content", "check", str(courses)]
    env = {**os.environ, "SECRET_KEY": "benchmark-secret-benchmark-secret"}
    env["DATA_DIR"] = str(courses.parent)
    done = subprocess.run(command, check=False, cwd=ROOT, env=env, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return time.perf_counter() - begin


def sync(url: str, courses: Path) -> tuple[float, int]:
    """Sync all banks and the courses of a folder; return the seconds and what was not unchanged."""
    database = Database(url)
    all_models.metadata.create_all(database.engine)
    begin = time.perf_counter()
    reports = sync_all(database, FOLDER, courses).values()
    seconds = time.perf_counter() - begin
    database.dispose()
    return seconds, sum(report.added + report.changed for report in reports)


def in_a_fresh_process(url: str, courses: Path) -> tuple[float, int]:
    """Sync in a process that has rendered nothing yet."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(sync, url, courses).result()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lessons", type=int, default=1_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-content-") as name:
        courses = Path(name) / "courses"
        courses.mkdir()
        lessons = write_courses(courses, args.lessons)
        url = f"sqlite:///{Path(name) / 'academy.db'}"
        check_s = check(courses)
        first_s, _ = in_a_fresh_process(url, courses)
        sync_s, touched = in_a_fresh_process(url, courses)
        if touched:
            raise RuntimeError(f"{touched} changed though nothing did")
    figures = {"check_s": check_s, "first_sync_s": first_s, "sync_s": sync_s}
    print(json.dumps({"lessons": lessons} | {k: round(v, 2) for k, v in figures.items()}))
    return 0 if check_s < CHECK_S and sync_s < SYNC_S else 1


if __name__ == "__main__":
    sys.exit(main())
