"""Starts servers and commands of the product from a process that has it imported already.

Importing takes two thirds of what a site costs a test, and each of its processes does it again. The
nursery imports once a test process and forks; what runs is the same gunicorn with the same
configuration, each worker with an application of its own. Runs that kill and storm start without it.

Protocol: one JSON object a line, `{"do": "start"|"run"|"stop", …}`, each answered by one.
"""

import contextlib
import functools
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
STOP_S = 20.0
Request = dict[str, Any]


class Nursery:
    """The near end: asks, and reads the answer."""

    def __init__(self) -> None:
        self._far = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _ask(self, **request: Any) -> int:
        assert self._far.stdin is not None
        assert self._far.stdout is not None
        self._far.stdin.write(json.dumps(request) + "\n")
        self._far.stdin.flush()
        return int(json.loads(self._far.stdout.readline()))

    def start(
        self, module: str, arguments: list[str], environment: dict[str, str], log: Path
    ) -> int:
        """Start `python -m module arguments`; return its process id."""
        return self._ask(do="start", argv=[module, *arguments], env=environment, log=str(log))

    def run(self, module: str, arguments: list[str], environment: dict[str, str], log: Path) -> int:
        """Run `python -m module arguments` to its end; return the exit code."""
        return self._ask(do="run", argv=[module, *arguments], env=environment, log=str(log))

    def stop(self, pid: int) -> None:
        """Ask a started process to end, make it end after a while, and wait for it."""
        self._ask(do="stop", pid=pid)


@functools.cache
def nursery() -> Nursery:
    """Return the nursery of this test process; it ends with it."""
    return Nursery()


def _import_the_product() -> None:
    # The metrics library chooses at its import how to count; a child's own folder is read later.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="academy-nursery-")
    import gunicorn.app.wsgiapp  # noqa: F401
    import huey  # noqa: F401

    import learning.app
    import learning.web.lanes
    import learning.worker  # noqa: F401


def _become(request: Request) -> None:
    """Turn a forked process into what was asked for; never returns."""
    code = 1
    try:
        os.environ.clear()
        os.environ.update(request["env"])
        log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for target in (1, 2):
            os.dup2(log, target)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.argv = list(request["argv"])
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _serve(request: Request) -> int:
    if request["do"] == "stop":
        return _stop(request["pid"])
    pid = os.fork()
    if pid == 0:
        _become(request)
    if request["do"] == "start":
        return pid
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _stop(pid: int) -> int:
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_S
    while time.monotonic() < deadline:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main() -> None:
    """Serve until the test process closes its end."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what an import prints is no answer
    _import_the_product()
    started: set[int] = set()
    for line in sys.stdin:
        request = json.loads(line)
        answer = _serve(request)
        if request["do"] == "start":
            started.add(answer)
        started.discard(request.get("pid", 0))
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    for pid in started:  # the test process died before it stopped them
        _stop(pid)


if __name__ == "__main__":
    main()
