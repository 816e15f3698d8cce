"""What every process of a run needs and nobody changes: the first makes it, the others read it."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

SHARED_FOLDER = "ACADEMY_SHARED_FOLDER"  # of all commands of one `tests.run_groups`


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the processes of this run have in common, cleared with the run's own."""
    if folder := os.environ.get(SHARED_FOLDER):
        return Path(folder)
    own = factory.getbasetemp()
    return own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own


def made_once(folder: Path, name: str, make: Callable[[], bytes]) -> bytes:
    """Return what `make` gives; while it is being made elsewhere, wait for it."""
    path = folder / name
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            fresh = path.with_suffix(".fresh")
            fresh.write_bytes(make())
            fresh.replace(path)
    return path.read_bytes()
