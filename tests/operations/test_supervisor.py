"""`make run` keeps web and worker up, stops both in order, and says when one cannot stay up."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import pytest

from learning import supervisor
from learning.settings import PREPARED_FILE, SECRET_FILE, Settings
from tests.operations.test_worker import wait_until

RUNNER = """
import sys
from learning import supervisor
supervisor.STABLE_S = float(sys.argv[1])
children = [supervisor.Child(*part.split("=", 1)) for part in sys.argv[2:]]
children = [supervisor.Child(c.name, (sys.executable, "-c", c.command)) for c in children]
sys.exit(supervisor.Supervisor(children, say=lambda line: print(line, flush=True)).run())
"""
STAYS = (
    "import time; open({path!r}, 'a').write(str(__import__('os').getpid()) + '\\n'); time.sleep(60)"
)


class Running:
    def __init__(self, stable_s: float, **children: str) -> None:
        parts = [f"{name}={source}" for name, source in children.items()]
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUNNER, str(stable_s), *parts],
            stdout=subprocess.PIPE,
            text=True,
        )

    def end(self) -> tuple[int, str]:
        output, _ = self.process.communicate(timeout=20)
        return self.process.returncode, output

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.kill()
        self.process.communicate()


def pids(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_both_in_order(tmp_path: Path, number: int) -> None:
    notes = tmp_path / "pids"
    stays = STAYS.format(path=str(notes))
    with Running(0, web=stays, worker=stays) as running:
        wait_until(lambda: len(pids(notes)) == 2)

        running.process.send_signal(number)

        assert running.end()[0] == 0
    assert not any(is_alive(pid) for pid in pids(notes))


def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    with Running(0, worker=STAYS.format(path=str(notes))) as running:
        wait_until(lambda: len(pids(notes)) == 1)

        os.kill(pids(notes)[0], signal.SIGKILL)

        wait_until(lambda: len(pids(notes)) == 2)
        running.process.terminate()
        code, output = running.end()
    assert code == 0
    assert "worker ended (exit -9): again in 1 s" in output


def test_a_child_that_cannot_stay_up_ends_everything_with_an_error(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    broken = "import sys; sys.exit(3)"
    with Running(10, web=STAYS.format(path=str(notes)), worker=broken) as running:
        code, output = running.end()

    assert code == 1
    assert "worker does not stay up (exit 3)" in output
    assert not any(is_alive(pid) for pid in pids(notes))


def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    with Running(0, web=STAYS.format(path=str(notes))) as running:
        wait_until(lambda: len(pids(notes)) == 1)

        running.process.kill()

        wait_until(lambda: not is_alive(pids(notes)[0]))


def test_the_first_start_makes_a_secret_for_its_owner_and_keeps_it(tmp_path: Path) -> None:
    environ = {"DATA_DIR": str(tmp_path / "data"), "PORT": "8123"}

    supervisor.set_defaults(environ)
    first = (tmp_path / "data" / SECRET_FILE).read_text()
    supervisor.set_defaults(environ)

    path = tmp_path / "data" / SECRET_FILE
    assert path.read_text() == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert environ["EXTERNAL_URL"] == "http://127.0.0.1:8123"
    assert Settings.from_env(environ).secret_key == first.strip()


def test_a_given_secret_is_not_written_down(tmp_path: Path) -> None:
    supervisor.set_defaults({"DATA_DIR": str(tmp_path), "SECRET_KEY": "x" * 40})

    assert not (tmp_path / SECRET_FILE).exists()


def test_preparing_is_skipped_only_while_nothing_has_changed(tmp_path: Path) -> None:
    environ = {"DATA_DIR": str(tmp_path), "ENVIRONMENT": "production"}
    database = tmp_path / "academy.db"
    database.write_text("")
    notes = tmp_path / "calls"
    flask = (sys.executable, "-c", f"open({str(notes)!r}, 'a').write('x')")

    for _ in range(2):
        assert supervisor.prepare(environ, flask) == 0
    assert notes.read_text() == "x"

    database.rename(tmp_path / "old.db")
    database.write_text("")
    supervisor.prepare(environ, flask)
    assert notes.read_text() == "xx"

    supervisor.prepare({**environ, "DATABASE_URL": "postgresql://…"}, flask)
    assert notes.read_text() == "xxx"


@pytest.mark.parametrize(
    "changed",
    ["question_bank/b/items.md", "courses/c/1.md", "tracks/t.toml", "learning/kernel/search.py"],
)
def test_whatever_is_prepared_is_prepared_anew_when_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    monkeypatch.setattr(supervisor, "ROOT", tmp_path)
    (tmp_path / changed).parent.mkdir(parents=True)
    (tmp_path / changed).write_text("一")
    before = supervisor.fingerprint(tmp_path)

    assert supervisor.fingerprint(tmp_path) == before
    (tmp_path / changed).write_text("一二")
    assert supervisor.fingerprint(tmp_path) != before


def test_preparing_that_fails_leaves_no_stamp_and_its_code(tmp_path: Path) -> None:
    environ = {"DATA_DIR": str(tmp_path), "ENVIRONMENT": "production"}

    code = supervisor.prepare(environ, (sys.executable, "-c", "raise SystemExit(4)"))

    assert code == 4
    assert not (tmp_path / PREPARED_FILE).exists()


def test_starting_is_quick() -> None:
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import learning.supervisor"], check=True)
    assert time.perf_counter() - begin < 1.0
