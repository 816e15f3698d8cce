"""gunicorn's configuration: threads, since a save waits for the disk; figures met in one folder."""

import gc
import multiprocessing
import os
import resource
import shutil
import sys
from pathlib import Path
from typing import Any

from learning.settings import Settings

settings = Settings.from_env()
_figures = settings.data_dir.absolute() / "metrics"
# Named before the application, and with it the metrics library, is imported.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_figures)

bind = f"{settings.host}:{settings.port}"
workers = settings.web_workers or multiprocessing.cpu_count()
worker_class = "learning.web.lanes.LanedWorker"  # threads, and answers never wait behind pages
threads = settings.web_threads
# An exam room keeps its connection; beyond this they wait, and each answer would open a new one.
worker_connections = 4000
backlog = 4096  # the kernel cuts it to net.core.somaxconn
preload_app = False  # connections and locks are made after the fork
timeout = 60
graceful_timeout = 25
keepalive = 20  # an exam room saves every few seconds: no new connection each time
max_requests = 0
accesslog = None  # the application writes its own line, without names or answers
loglevel = "warning"
control_socket_disable = True  # two installations of one person would share it
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - heartbeat files


def on_starting(_server: object) -> None:
    """Begin with an empty folder of figures: old processes' counters would be added up."""
    shutil.rmtree(_figures, ignore_errors=True)
    _figures.mkdir(parents=True, mode=0o700)
    _load_once()


def _load_once() -> None:
    """Load the program before the fork: a worker starts, or starts again, in a second.

    Only modules: what connects or locks is made by each worker for itself, since the application is
    not preloaded. A new release therefore needs a restart; a HUP would go on with the old one.
    """
    gc.disable()  # all of it stays: a third of the time went into looking what may go
    import learning.app  # noqa: F401 - for the workers, who find it loaded

    gc.freeze()
    gc.enable()


def post_worker_init(worker: Any) -> None:
    """Load what would else be loaded while somebody hands in; spare the collector what stays.

    Threads take turns each half millisecond: a save asks for its turn some six times, each time
    behind the pages that compute.
    """
    import huey  # noqa: F401

    from learning.web.readiness import keep_ready

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:  # two files a connection at most, and what else is open
        wanted = 3 * worker_connections
        resource.setrlimit(
            resource.RLIMIT_NOFILE,
            (max(soft, wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)), hard),
        )
    sys.setswitchinterval(0.0005)
    gc.collect()
    gc.freeze()
    keep_ready(worker.wsgi)


def child_exit(_server: object, worker: object) -> None:
    """Drop the gauges of a process that has ended."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[attr-defined, no-untyped-call]
