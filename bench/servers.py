"""Starting servers for benchmarks and adding up what they cost."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import psutil

ROOT = Path(__file__).parent.parent
WORKERS, THREADS = 2, 4


def cpu_seconds(pids: list[int]) -> float:
    """Return user + system time of processes and all their living descendants."""
    total = 0.0
    for pid in pids:
        parent = psutil.Process(pid)
        for process in [parent, *parent.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system
    return total


@contextlib.contextmanager
def gunicorn(module: str, port: int, env: dict[str, str]) -> Iterator[int]:
    """Run gunicorn with the benchmark's one set of settings; give its process id."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gunicorn",
                module,
                *("-b", f"127.0.0.1:{port}", "-w", str(WORKERS), "-k", "gthread"),
                *("--threads", str(THREADS), "--no-control-socket", "--keep-alive", "75"),
                *("--worker-connections", "1000", "-c", "/dev/null"),
            ],
            cwd=ROOT,
            env={**os.environ, **env},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(port, process, log)
            yield process.pid
        finally:
            process.terminate()
            process.wait(30)


def wait_for(port: int, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    """Wait until the server answers at all; what it logged is the error if it ends."""
    for _ in range(300):
        if process.poll() is not None:
            log.seek(0)
            raise RuntimeError(log.read().decode()[-3000:])
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("server did not answer")


def drive(plan: dict[str, Any]) -> dict[str, Any]:
    """Run the load generator with a plan; return what it printed."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(plan, file)
        file.flush()
        done = subprocess.run(
            [sys.executable, "-m", "bench.load", file.name],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
    outcome: dict[str, Any] = json.loads(done.stdout)
    return outcome
