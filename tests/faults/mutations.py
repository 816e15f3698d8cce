"""Seeded faults: each patch is applied to a copy of the tree and must be caught by a named test.

`make test-mutations`. A patch file begins with lines `# test: <pytest node>` and `# says: <text>`,
the text that the failing run must print; then follows an ordinary patch. A patch that no longer
applies, a test that passes, or one that fails for another reason, fails the run.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PATCHES = Path(__file__).parent / "patches"
TIMEOUT_S = 300
PYTEST = (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:randomly")


@dataclass(frozen=True)
class Mutation:
    """One seeded fault and the assertion that must catch it."""

    path: Path
    test: str
    says: str

    @classmethod
    def read(cls, path: Path) -> "Mutation":
        """Read the head of a patch file."""
        head = dict(
            line[2:].split(": ", 1)
            for line in path.read_text().splitlines()
            if line.startswith(("# test: ", "# says: "))
        )
        return cls(path, head["test"], head["says"])


def copy_tree(target: Path) -> None:
    """Copy what git knows, and link what was installed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    vendor = ROOT / "learning" / "static" / "vendor"
    if vendor.exists():
        shutil.copytree(vendor, target / "learning" / "static" / "vendor", dirs_exist_ok=True)


def run_test(tree: Path, test: str) -> tuple[int, str]:
    """Run one test in the tree; return the exit status and what it printed."""
    # Compiled once for all faults of a tree: a patch gives its file another time.
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONPYCACHEPREFIX": f"{tree}.compiled"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [*PYTEST, test],
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        env=environment,
    )
    return done.returncode, done.stdout + done.stderr


def verdict(tree: Path, mutation: Mutation) -> str:
    """Return "" when the fault is caught as promised, else what went wrong."""
    applied = subprocess.run(
        ["patch", "-p1", "--fuzz=0", "--forward", "-i", str(mutation.path)],
        cwd=tree,
        capture_output=True,
        text=True,
    )
    if applied.returncode != 0:
        return f"the patch does not apply:\n{applied.stdout}"
    try:
        status, output = run_test(tree, mutation.test)
    except subprocess.TimeoutExpired:
        return f"not caught: the test did not end within {TIMEOUT_S} s"
    finally:
        subprocess.run(
            ["patch", "-p1", "-R", "-i", str(mutation.path)],
            cwd=tree,
            check=True,
            capture_output=True,
        )
    if status == 0:
        return "not caught: the test passes"
    if status != 1 or mutation.says not in output:
        return f"caught for another reason (exit {status}):\n{output[-1500:]}"
    return ""


def main() -> int:
    """Try every patch, one a core at a time; print a line each; return 1 when one was not caught."""
    wanted = sys.argv[1:]
    mutations = [Mutation.read(path) for path in sorted(PATCHES.glob("*.patch"))]
    mutations = [m for m in mutations if not wanted or m.path.stem in wanted]
    own = threading.local()
    with tempfile.TemporaryDirectory() as name:

        def attempt(mutation: Mutation) -> str:
            if not hasattr(own, "tree"):
                own.tree = Path(name) / str(threading.get_ident())
                copy_tree(own.tree)
            return verdict(own.tree, mutation)

        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            failures = sum(map(tell, mutations, pool.map(attempt, mutations)))
    print(f"{len(mutations) - failures} passed, {failures} failed")
    return int(failures > 0 or not mutations)


def tell(mutation: Mutation, fault: str) -> bool:
    """Print the line of a mutation; tell whether it failed."""
    print(
        f"{'FAILED' if fault else 'caught'}  {mutation.path.stem}  by {mutation.test}", flush=True
    )
    if fault:
        print(f"    {fault}", flush=True)
    return bool(fault)


if __name__ == "__main__":
    sys.exit(main())
