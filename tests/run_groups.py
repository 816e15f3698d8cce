"""Run the checks in groups, each with a time budget: it is printed, and twice of it is a failure.

Usage: python -m tests.run_groups all|fast|wide|whole|deep|<group>. The budgets are for a warm run on two
cores; a group that grows shows here before it hurts. The last line counts the tests of all groups.
WIDTH=whole makes `all` the look and the wide run in one: each test is collected once.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.made_once import SHARED_FOLDER

ROOT = Path(__file__).parent.parent
CLOSING = re.compile(r"(\d+) (passed|failed|skipped|errors?|xfailed|xpassed)\b")
MOST_AGAIN = 5  # more than that is no accident
PYTEST = (sys.executable, "-m", "pytest", "-q")
# Each core begins with one half and takes from the other's rest: a long test at the end waits for none.
PARALLEL = (*PYTEST, "-n", "2", "--dist", "worksteal")
# Of the time of a test on PostgreSQL a third is the server's: a third process fills it.
CROWDED = (*PYTEST, "-n", "3", "--dist", "worksteal")
BROWSER = ("tests/crawl", "tests/journeys")
# A page that waits for ever fails its test, by name, instead of holding the whole run: what is
# evaluated in a page has no time limit. The slowest walk takes a minute and a half.
BOUNDED = ("-o", "faulthandler_timeout=400", "-o", "faulthandler_exit_on_timeout=true")


@dataclass(frozen=True, slots=True)
class Group:
    """Commands that belong together, and the seconds they may take."""

    name: str
    budget_s: float
    commands: tuple[tuple[str, ...], ...]


GROUPS = {
    group.name: group
    for group in (
        Group(
            "lint",
            20,
            (
                ("ruff", "check", "-q"),
                ("ruff", "format", "--check", "-q"),
                ("lint-imports", "--no-logo"),
                ("djlint", "templates", "--lint", "--quiet"),
            ),
        ),
        Group("types", 60, (("mypy",),)),
        Group("content", 30, (("flask", "content", "check"),)),
        Group(
            "quick",
            150,
            ((*PARALLEL, "-m", "not browser and not deep", "-k", "not postgresql"),),
        ),
        Group("tests", 300, ((*CROWDED, "-m", "not browser and not deep and not wide"),)),
        # Where they are is named: collecting all the others first would take each core a while.
        Group(
            "browser",
            190,
            ((*PARALLEL, *BOUNDED, "-m", "browser and not deep and not wide", *BROWSER),),
        ),
        Group(
            "wide",
            450,
            (
                (*CROWDED, "-m", "wide and not browser and not deep"),
                (*PARALLEL, *BOUNDED, "-m", "wide and browser and not deep", *BROWSER),
            ),
        ),
        # Look and wide run together: collected once, and what the run makes once is made once.
        Group("whole", 700, ((*CROWDED, "-m", "not browser and not deep"),)),
        Group("journeys", 540, ((*PARALLEL, *BOUNDED, "-m", "browser and not deep", *BROWSER),)),
        Group(
            "deep",
            2700,
            (
                (*PARALLEL, "-m", "deep and pages"),
                # What measures, or breaks things on purpose, has the machine for itself.
                (*PYTEST, "-m", "deep and not pages"),
            ),
        ),
    )
}
PLANS = {
    "all": ("lint", "types", "content", "tests", "browser"),
    "fast": ("lint", "quick"),
    "whole": ("lint", "types", "content", "whole", "journeys"),
}


def main(arguments: list[str]) -> int:
    """Run a plan or a group; return 0 only when all passed within twice their budgets."""
    name = arguments[0] if arguments else "all"
    if name == "all" and os.environ.get("WIDTH") == "whole":
        name = "whole"
    failed, counts = [], {"passed": 0, "failed": 0, "skipped": 0}
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="academy-run-") as folder:
        os.environ[SHARED_FOLDER] = folder
        for group in (GROUPS[key] for key in PLANS.get(name, (name,))):
            if not run(group, counts):
                failed.append(group.name)
    sys.stdout.write(f"\n{time.monotonic() - begin:.0f} s in all\n")
    if failed:
        sys.stdout.write(f"failed: {', '.join(failed)}\n")
    if any(counts.values()):
        sys.stdout.write(", ".join(f"{number} {word}" for word, number in counts.items()) + "\n")
    return 1 if failed else 0


def run(group: Group, counts: dict[str, int]) -> bool:
    """Run a group's commands, all of them; tell whether all passed in time."""
    sys.stdout.write(f"\n== {group.name}: budget {group.budget_s:.0f} s\n")
    sys.stdout.flush()
    begin = time.monotonic()
    results = [attempt(command, counts) for command in group.commands]  # all, whatever fails
    took = time.monotonic() - begin
    late = took > 2 * group.budget_s
    passed = all(results)
    verdict = "failed" if not passed else "too slow" if late else "passed"
    sys.stdout.write(f"== {group.name}: {verdict}, {took:.0f} s of {group.budget_s:.0f} s\n")
    sys.stdout.flush()
    return passed and not late


def attempt(command: tuple[str, ...], counts: dict[str, int]) -> bool:
    """Run a command; tests that failed are run once more by themselves, and that is said aloud.

    Browsers and races share two cores with everything else: what passes alone was a matter of time,
    what fails twice is a fault. The names stand in the output, so that none goes unnoticed.
    """
    if execute(command, counts):
        return True
    if "pytest" not in command or not 0 < counts["failed"] <= MOST_AGAIN:
        return False
    failed = counts["failed"]
    sys.stdout.write(f"== once more, by themselves: the {failed} that failed above\n")
    again = {"passed": 0, "failed": 0, "skipped": 0}
    passed = execute((*command, "--last-failed", "-n", "0"), again)
    if passed and again["passed"] >= failed:
        counts["failed"] -= failed
        counts["passed"] += failed
        return True
    return False


def execute(command: tuple[str, ...], counts: dict[str, int]) -> bool:
    """Run one command, its output shown as it comes; add up what pytest counts."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "SECRET_KEY": "only-for-checks-only-for-checks-0000",
    }
    # Every process of the run, servers of journeys included, would compile the whole program anew.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        last = ""
        for line in process.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            last = line if CLOSING.search(line) else last
    if "pytest" in command:
        add_counts(last, counts)
    return process.returncode == 0


def add_counts(closing: str, counts: dict[str, int]) -> None:
    """Add the numbers of pytest's closing line; an error counts as a failure."""
    for number, word in CLOSING.findall(closing):
        key = "failed" if word.startswith("error") else word
        if key in counts:
            counts[key] += int(number)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
