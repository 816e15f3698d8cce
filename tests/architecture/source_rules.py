"""Rules about the source that no linter knows, each a function of its nodes that yields line numbers."""

import ast
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

# Where time enters and work is committed: rules 13 and 14 of the house.
EDGES = ("routes", "pages", "jobs", "cli", "worker", "web")
COMMITS = ("jobs", "cli", "worker", "migrations")
COMMITTING_FILES = (
    "learning/web/transaction.py",
    "learning/kernel/db.py",
    # What the worker calls with a whole database, one short transaction a piece.
    "learning/kernel/events.py",
    "learning/kernel/mail.py",
    # A password check ends in a thread of its own, after its request has been answered.
    "learning/accounts/routes/line.py",
)
ZONELESS_FILES = ("learning/kernel/documents/workbooks.py",)  # workbooks know no zones
CLOCK_FILES = ("learning/kernel/clock.py", "learning/worker.py")
WALL_CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
}
REQUEST_NAMES = {"current_user", "request", "session", "g", "current_app"}


@dataclass(frozen=True)
class Rule:
    """A rule, the files it is about, and what breaks it."""

    name: str
    applies: Callable[[str], bool]
    breaches: Callable[[Sequence[ast.AST]], Iterator[int]]


def parts_of(path: str) -> tuple[str, ...]:
    """Return the names of folders and module of a path, without `.py`."""
    return tuple(Path(path).with_suffix("").parts)


def is_under(path: str, names: tuple[str, ...]) -> bool:
    return any(part in names for part in parts_of(path))


def commits(nodes: Sequence[ast.AST]) -> Iterator[int]:
    """Yield `….commit()` and `….transaction()`: the two ways to make work last."""
    for node in nodes:
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"commit", "transaction"}
        ):
            yield node.lineno


def clock_readings(nodes: Sequence[ast.AST]) -> Iterator[int]:
    """Yield readings of the wall clock, `utc_now` included; durations by a timer are free."""
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id == "utc_now":
            yield node.lineno
        if (
            isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and (node.func.value.id, node.func.attr) in WALL_CLOCKS
        ):
            yield node.lineno


def request_readings(nodes: Sequence[ast.AST]) -> Iterator[int]:
    """Yield imports of what belongs to a request from Flask and Flask-Login."""
    for node in nodes:
        if (
            isinstance(node, ast.ImportFrom)
            and node.module in {"flask", "flask_login"}
            and any(alias.name in REQUEST_NAMES for alias in node.names)
        ):
            yield node.lineno


def floats(nodes: Sequence[ast.AST]) -> Iterator[int]:
    """Yield `float(…)` and float literals."""
    for node in nodes:
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "float"
        ):
            yield node.lineno
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield node.lineno


def naive_instants(nodes: Sequence[ast.AST]) -> Iterator[int]:
    """Yield `datetime(…)`, `now()` and `fromtimestamp()` without a zone, and `utcnow()`."""
    for node in nodes:
        if isinstance(node, ast.Call) and is_naive(node):
            yield node.lineno


def is_naive(call: ast.Call) -> bool:
    owner = getattr(getattr(call.func, "value", None), "id", "")
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in {"utcnow", "utcfromtimestamp"}:
        return True
    if any(keyword.arg in {"tzinfo", "tz"} for keyword in call.keywords):
        return False
    zone_at = {"datetime": 7, "fromtimestamp": 1, "now": 0}.get(name)
    if zone_at is None or (name == "now" and owner != "datetime"):
        return False
    return len(call.args) <= zone_at


def may_not_commit(path: str) -> bool:
    return not is_under(path, COMMITS) and path not in COMMITTING_FILES


def may_not_read_the_clock(path: str) -> bool:
    return not is_under(path, EDGES) and path not in CLOCK_FILES


# The frame around every page is drawn for a request, by templates of all domains.
REQUEST_FILES = ("learning/app.py", "learning/home/frame.py")


def knows_no_request(path: str) -> bool:
    return not is_under(path, ("routes", "pages", "web", "cli")) and path not in REQUEST_FILES


def counts_points(path: str) -> bool:
    return "scoring" in path


RULES = (
    Rule("only the edges commit", may_not_commit, commits),
    Rule("only the edges read the clock", may_not_read_the_clock, clock_readings),
    Rule("only routes and web know the request", knows_no_request, request_readings),
    Rule("points are exact: no floats", counts_points, floats),
    Rule("no instant without a zone", lambda path: path not in ZONELESS_FILES, naive_instants),
)


def breaches(rule: Rule, path: str, source: str) -> list[str]:
    """Return `path:line` of each breach of the rule in a source."""
    return [f"{path}:{line}" for line in _lines(path, source).get(rule.name, ())]


@functools.cache
def _lines(path: str, source: str) -> dict[str, list[int]]:
    """Return the lines that break a rule, by its name: a source is parsed once for all rules."""
    rules = [rule for rule in RULES if rule.applies(path)]
    nodes = list(ast.walk(ast.parse(source))) if rules else []
    found = {rule.name: sorted(set(rule.breaches(nodes))) for rule in rules}
    return {name: lines for name, lines in found.items() if lines}
