"""`make run`: web and worker under one command, each started again when it dies.

Knows neither Flask nor the database, so that it starts at once and outlives both. A child that
cannot stay up ends everything with an error; a service manager then decides. In production
systemd may run web and worker apart instead.
"""

import contextlib
import ctypes
import hashlib
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from learning.settings import PREPARED_FILE, SECRET_FILE

ROOT = Path(__file__).parent.parent
CONTENT = ("question_bank", "courses", "tracks")
POLL_S = 0.1
STABLE_S = 10.0  # a child that lives so long has started
MAX_FAILED_STARTS = 3
MAX_PAUSE_S = 30.0
STOP_S = 30.0
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Child:
    """A process to keep running."""

    name: str
    command: tuple[str, ...]


class _Kept:
    """One child through its lives."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.due_at = 0.0
        self.failed_starts = 0

    def start(self, at: float) -> None:
        # A session of its own: Ctrl-C reaches the supervisor alone, which then stops in order.
        self.process = subprocess.Popen(
            self.child.command,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - one thread
        )
        self.started_at = at

    def note_end(self, at: float) -> float:
        """Note that the child ended; return the pause before its next start, seconds."""
        self.process = None
        if at - self.started_at >= STABLE_S:
            self.failed_starts = 0
        self.failed_starts += 1
        pause = float(min(2 ** (self.failed_starts - 1), MAX_PAUSE_S))
        self.due_at = at + pause
        return pause


class Supervisor:
    """Keeps children running until told to stop; returns the exit code of the whole."""

    def __init__(
        self, children: Sequence[Child], *, say: Callable[[str], None] = lambda _line: None
    ) -> None:
        self._kept = [_Kept(child) for child in children]
        self._say = say
        self._stopping = False

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Ask for an orderly end."""
        self._stopping = True

    def run(self, each_turn: Callable[[], None] = lambda: None) -> int:
        """Run until stopped (0) or until a child cannot stay up (1)."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.stop)
        code = 0
        while not self._stopping and code == 0:
            for kept in self._kept:
                code = code or self._tend(kept, time.monotonic())
            each_turn()
            time.sleep(POLL_S)
        self._stop_all()
        return code

    def _tend(self, kept: _Kept, at: float) -> int:
        if kept.process is None:
            if at >= kept.due_at:
                try:
                    kept.start(at)
                except OSError as error:
                    self._say(f"{kept.child.name} cannot start: {error}")
                    return 1
            return 0
        ended = kept.process.poll()
        if ended is None:
            return 0
        pause = kept.note_end(at)
        if kept.failed_starts >= MAX_FAILED_STARTS:
            self._say(f"{kept.child.name} does not stay up (exit {ended}): stopping")
            return 1
        self._say(f"{kept.child.name} ended (exit {ended}): again in {pause:.0f} s")
        return 0

    def _stop_all(self) -> None:
        running = [kept.process for kept in self._kept if kept.process is not None]
        for process in running:
            process.terminate()
        until = time.monotonic() + STOP_S
        for process in running:
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _die_with_parent() -> None:
    """Have the kernel end the child when the supervisor is killed; only Linux knows how."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def set_defaults(environ: MutableMapping[str, str]) -> Path:
    """Fill in what a first start needs and make the secret; return the data folder."""
    folder = Path(environ.setdefault("DATA_DIR", "var")).absolute()
    environ["DATA_DIR"] = str(folder)
    environ.setdefault("PORT", "8000")
    environ.setdefault("ENVIRONMENT", "development")
    environ.setdefault("EXTERNAL_URL", f"http://127.0.0.1:{environ['PORT']}")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not environ.get("SECRET_KEY"):
        make_secret(folder / SECRET_FILE)
    return folder


def make_secret(path: Path) -> None:
    """Write a new secret key, mode 0600, unless there is one."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(secrets.token_urlsafe(48) + "\n")


def prepare(environ: Mapping[str, str], flask: Sequence[str]) -> int:
    """Bring schema, content and demo up to date; return the exit code.

    Skipped, which saves half of a start, when nothing it reads has changed since the last time:
    only for the SQLite file of our own folder, since anybody may change a server's database.
    """
    stamp = Path(environ["DATA_DIR"]) / PREPARED_FILE
    if not environ.get("DATABASE_URL") and _read(stamp) == fingerprint(stamp.parent):
        return 0
    demo = "--no-demo" if environ["ENVIRONMENT"] == "production" else "--demo"
    code = subprocess.run([*flask, "prepare", demo], check=False).returncode
    if code == 0:
        stamp.write_text(fingerprint(stamp.parent), encoding="utf-8")
    return code


def fingerprint(data_dir: Path) -> str:
    """Return a hash of what `flask prepare` depends on: program, content, which database file.

    The whole program: what is stored of a lesson or item (its index, its HTML) is its work.
    """
    found = hashlib.sha256()
    files = [
        *(ROOT / "learning").rglob("*.py"),
        *(path for folder in CONTENT for path in (ROOT / folder).rglob("*")),
    ]
    for path in sorted(files):
        state = path.stat()
        found.update(f"{path}:{state.st_size}:{state.st_mtime_ns}\n".encode())
    database = data_dir / "academy.db"
    found.update(str(database.stat().st_ino if database.exists() else 0).encode())
    return found.hexdigest()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def main() -> int:
    """Prepare schema, content and (outside production, the first time) the demo; then serve."""
    set_defaults(os.environ)
    flask = (sys.executable, "-m", "flask", "--app", "wsgi")
    code = prepare(os.environ, flask)
    if code:
        return code
    web = Child("web", (sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"))
    supervisor = Supervisor([web, Child("worker", (*flask, "worker"))], say=_say)
    return supervisor.run(_Announcement(os.environ))


class _Announcement:
    """Says once, when it is true, that the product is served."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        host = environ.get("HOST", "127.0.0.1").replace("0.0.0.0", "127.0.0.1")  # noqa: S104
        self._probe = f"http://{host}:{environ['PORT']}/healthz"
        self._url = environ["EXTERNAL_URL"]
        self._done = False

    def __call__(self) -> None:
        """Probe, and say it when the answer comes."""
        if self._done:
            return
        with contextlib.suppress(OSError), urllib.request.urlopen(self._probe, timeout=1):  # noqa: S310
            self._done = True
            _say(f"质量学堂 · Quality Academy: {self._url}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
