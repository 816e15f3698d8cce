"""A real site under test: gunicorn with the product's own configuration, and candidates' cookies."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
from itsdangerous import URLSafeTimedSerializer

from learning.app import create_app
from learning.kernel.db import Database
from learning.settings import Settings
from tests.faults.nursery import nursery
from tests.postgres import free_port

ROOT = Path(__file__).parent.parent.parent
SECRET = "fault-run-secret-fault-run-secret"


class Site:
    """gunicorn serving the product on a loopback port."""

    WORKERS = 2

    def __init__(self, url: str, folder: Path, **extra: str) -> None:
        self.url, self.folder, self.port = url, folder, free_port()
        self.extra = extra
        self.pid = 0  # not running

    @property
    def command(self) -> list[str]:
        """The arguments of gunicorn."""
        configuration = ["-c", str(ROOT / "gunicorn.conf.py")]
        return ["wsgi:app", *configuration, "-b", f"127.0.0.1:{self.port}", "-w", str(self.WORKERS)]

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "SECRET_KEY": SECRET,
            "DATABASE_URL": self.url,
            "DATA_DIR": str(self.folder),
            "ENVIRONMENT": "production",
            "EXTERNAL_URL": f"http://127.0.0.1:{self.port}",
            "PORT": str(self.port),
            **self.extra,
        }

    def start(self) -> None:
        log = (self.folder / "site.log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", *self.command],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        self.pid = self._process.pid
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2).close()
                return
            time.sleep(0.05)
        raise RuntimeError((self.folder / "site.log").read_text()[-3000:])

    def workers(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(self.pid).children()
        return []

    def kill_a_worker(self, number: int) -> bool:
        """kill -9 one worker process; gunicorn starts another."""
        workers = self.workers()
        if not workers:
            return False
        with contextlib.suppress(psutil.NoSuchProcess):
            workers[number % len(workers)].send_signal(signal.SIGKILL)
            return True
        return False

    def stop(self) -> None:
        if self.pid:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
            self.pid = 0


class NursedSite(Site):
    """The same started by the nursery, in a fifth of the time: for what a browser looks at."""

    WORKERS = 1

    def start(self) -> None:
        log = self.folder / "site.log"
        self.pid = nursery().start("gunicorn", self.command, self.environment, log)
        self._wait()

    def stop(self) -> None:
        if self.pid:
            nursery().stop(self.pid)
            self.pid = 0


@contextlib.contextmanager
def running_site(
    url: str, folder: Path, kind: type[Site] = NursedSite, **extra: str
) -> Iterator[Site]:
    site = kind(url, folder, **extra)
    site.start()
    try:
        yield site
    finally:
        site.stop()


class Cookies:
    """Makes the cookie and CSRF header that a log-in would have set."""

    def __init__(self, url: str, folder: Path) -> None:
        database = Database(url)
        app = create_app(Settings(secret_key=SECRET, data_dir=folder, database_url=url), database)
        self._name = app.config["SESSION_COOKIE_NAME"]
        self._serializer = app.session_interface.get_signing_serializer(app)
        self._csrf = URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token")
        database.dispose()

    def headers(self, token: str) -> dict[str, str]:
        raw = secrets.token_hex(20)
        cookie = self._serializer.dumps({"_user_id": token, "csrf_token": raw, "_fresh": True})
        return {"Cookie": f"{self._name}={cookie}", "X-CSRFToken": self._csrf.dumps(raw)}
