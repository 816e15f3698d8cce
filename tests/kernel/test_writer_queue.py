"""SQLite's writers wait in line: one at a time, across connections."""

import threading
import time
from pathlib import Path

import pytest

from learning.kernel.db import Database, WriterQueue


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    inside, most, lock = [0], [0], threading.Lock()

    def write() -> None:
        for _ in range(20):
            with WriterQueue(tmp_path / "lock").held():
                with lock:
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                time.sleep(0.001)
                with lock:
                    inside[0] -= 1

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == [1]


def test_of_the_sessions_of_a_process_one_stands_in_line_before_an_answer(tmp_path: Path) -> None:
    queue, order = WriterQueue(tmp_path / "lock"), []
    first = queue.acquire_for_session()

    def session() -> None:
        turn = queue.acquire_for_session()
        order.append("session")
        time.sleep(0.05)
        queue.release_of_session(turn)

    def answer() -> None:
        with queue.held():
            order.append("answer")

    sessions = [threading.Thread(target=session) for _ in range(4)]
    for thread in sessions:
        thread.start()
    time.sleep(0.1)
    answers = threading.Thread(target=answer)
    answers.start()
    time.sleep(0.1)
    queue.release_of_session(first)
    for thread in (*sessions, answers):
        thread.join()

    assert order.count("session") == 4
    assert order.index("answer") <= 1


def test_a_session_that_cannot_wait_leaves_the_line(tmp_path: Path) -> None:
    queue = WriterQueue(tmp_path / "nowhere" / "lock")
    with pytest.raises(OSError):
        queue.acquire_for_session()

    (tmp_path / "nowhere").mkdir()

    queue.release_of_session(queue.acquire_for_session())


def test_a_writer_that_fails_gives_the_turn_away(tmp_path: Path) -> None:
    queue = WriterQueue(tmp_path / "lock")
    try:
        with queue.held():
            raise RuntimeError
    except RuntimeError:
        pass

    with queue.held():
        assert (tmp_path / "lock").exists()


@pytest.mark.sqlite
def test_a_connection_that_begins_again_does_not_wait_for_itself(database: Database) -> None:
    with database.engine.connect().execution_options(access="write") as connection:
        for _ in range(2):
            with connection.begin():
                connection.exec_driver_sql("DELETE FROM boards")
