"""The house's rules about sources hold, and each checker finds what it is there to find."""

import re
import subprocess
from pathlib import Path

import pytest

from learning.settings import reference_table
from tests.architecture.source_rules import ROOT, RULES, breaches

MAX_LINES = 400
GENERATED = ("learning/migrations/versions/", "package-lock.json", "/vendor/")
# Assembled here, so that this file does not name what it forbids.
REGISTRIES = tuple(
    "".join(words)
    for words in (
        ("python", "hosted", ".org"),
        ("py", "pi.org"),
        ("registry.", "npmjs"),
        ("deb.", "debian.org"),
    )
)
MACHINE_PATHS = tuple("/" + name + "/" for name in ("work", "farm", "root", "home"))

FAULTS = {
    "only the edges commit": ("learning/x/services.py", "def f(session):\n    session.commit()\n"),
    "only the edges read the clock": (
        "learning/x/queries.py",
        "from learning.kernel.clock import utc_now\nNOW = utc_now()\n",
    ),
    "only routes and web know the request": (
        "learning/x/services.py",
        "from flask import request\n",
    ),
    "points are exact: no floats": ("learning/x/scoring/y.py", "HALF = float('0.5')\n"),
    "no instant without a zone": (
        "learning/x/rules.py",
        "from datetime import datetime\nSTART = datetime(2026, 1, 1)\n",
    ),
}


def tracked(*suffixes: str) -> list[str]:
    """Return the files in git and the new ones not ignored, by suffix."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [
        path for path in listed.splitlines() if path.endswith(suffixes) and (ROOT / path).is_file()
    ]


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_application_keeps_the_rule(rule) -> None:
    sources = [p for p in tracked(".py") if p.startswith("learning/")]

    found = [line for path in sources for line in breaches(rule, path, read(path))]

    assert len(sources) > 50
    assert found == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_checker_finds_a_breach(rule) -> None:
    path, source = FAULTS[rule.name]

    assert breaches(rule, path, source)


def test_files_are_short_enough_to_read() -> None:
    long = [
        f"{path}: {lines} lines"
        for path in tracked(".py", ".html", ".js", ".css")
        if not any(part in path for part in GENERATED)
        and (lines := len(read(path).splitlines())) > MAX_LINES
    ]

    assert long == []


def test_no_template_trusts_text_by_itself() -> None:
    found = [
        f"{path}:{number}"
        for path in tracked(".html")
        for number, line in enumerate(read(path).splitlines(), 1)
        if re.search(r"\|\s*safe\b|autoescape\s+false", line)
    ]

    assert found == []


def test_nothing_names_a_machine_or_a_registry() -> None:
    words = re.compile("|".join(re.escape(word) for word in REGISTRIES + MACHINE_PATHS))
    found = []
    for path in tracked(""):
        try:
            text = read(path)
        except UnicodeDecodeError:
            continue
        found += [
            f"{path}:{number}"
            for number, line in enumerate(text.splitlines(), 1)
            if (match := words.search(line)) and not is_part_of_url(line, match)
        ]

    assert found == []


def is_part_of_url(line: str, match: re.Match[str]) -> bool:
    """Tell whether the words stand within an address of our own site or a relative path."""
    before = line[: match.start()]
    return match.group().startswith("/") and bool(re.search(r"[A-Za-z0-9_.}]$", before))


def test_the_settings_in_the_guide_are_the_settings() -> None:
    guide = ROOT / "docs" / "operations.md"

    assert reference_table() in guide.read_text(encoding="utf-8"), (
        "docs/operations.md does not hold learning.settings.reference_table()"
    )


def test_every_test_file_asserts_something() -> None:
    silent = [
        path
        for path in tracked(".py")
        if Path(path).name.startswith("test_")
        and not re.search(r"\bassert\b|pytest\.raises|expect\(|check_", read(path))
    ]

    assert silent == []
