"""Each thread has its own connection for saves, whatever the size of the pool."""

import threading
from concurrent.futures import ThreadPoolExecutor

from learning.kernel.db import Database


def test_more_threads_than_the_pool_holds_all_get_a_connection(database) -> None:
    small = Database(
        database.url.render_as_string(hide_password=False), pool_size=1, pool_timeout_s=1
    )
    together = threading.Barrier(6, timeout=20)

    def work(connection) -> int:
        together.wait()
        return connection.cursor().execute("SELECT 1").fetchone()[0]

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(lambda _: small.single_statements.run(work), range(6)))
        assert results == [1] * 6
        small.dispose()


def test_a_lost_connection_is_replaced_and_the_work_done_again(database) -> None:
    lost = []

    def work(connection) -> int:
        if not lost:
            lost.append(connection)
            return 0
        if connection is lost[0]:
            connection.close()
        return connection.cursor().execute("SELECT 1").fetchone()[0]

    database.single_statements.run(work)

    assert database.single_statements.run(work) == 1
