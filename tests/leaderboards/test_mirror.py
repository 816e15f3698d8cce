"""The mirror of boards in a real Valkey: it says what the database says, or nothing."""

import random
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from redis import Redis as Client
from sqlalchemy import select, text, update

from learning.kernel.db import Database
from learning.kernel.redis_client import LEFT_ALONE_S, Redis
from learning.leaderboards import queries, services
from learning.leaderboards.models import Board, BoardEntry
from learning.leaderboards.queries.mirror import Mirror, find_mirror, names_of
from learning.leaderboards.rules import WHOLE, Counts, Result
from learning.leaderboards.services import Corrections, mirroring
from tests.leaderboards.lists import SCOPES, Counted, due_counts, stands_on


@pytest.fixture
def client(valkey_url) -> Iterator[Client]:
    with Client.from_url(valkey_url) as client:
        client.flushdb()
        yield client


@pytest.fixture
def mirrored(database, client, valkey_url) -> Iterator[Database]:
    """The database once more, with a mirror: as a process with REDIS_URL has it."""
    url = database.url.render_as_string(hide_password=False)
    again = Database(url)
    services.attach_mirror(again, valkey_url)
    yield again
    again.dispose()


@pytest.fixture
def board(database, now):
    with database.transaction() as session:
        return services.create_board(session, owner="t", tie_rule="score_then_duration", now=now)


def result(rng: random.Random, now, who: int | None = None) -> Result:
    return Result(
        f"s{rng.randrange(40) if who is None else who:02d}",
        rng.randrange(1, 9),
        rng.choice([0, 4_000, 96_000]),
        rng.choice([None, 60_000_000, 61_000_000]),
        now + timedelta(seconds=rng.randrange(5)),
        group=rng.choice(["", "soe", "school"]),
        area=rng.choice(["", "11", "44"]),
    )


def stand(database: Database, board, results: list[Result]) -> None:
    with database.transaction() as session:
        held = {r.subject: r for r in results}
        services.apply(session, board, Corrections(tuple(held.values()), ()))


def fill(database: Database, board) -> None:
    """Ask for the board as a page does, and let the worker fill it."""
    with database.session(write=False) as session:
        found = session.scalar(select(BoardEntry.subject).limit(1)) or ""
        queries.find_place(session, board.id, found)
    while services.fill_wanted(database):
        pass


def mirrored_counts(database: Database, board) -> Counted | None:
    """What the mirror says of every row on each of its lists; None where it says nothing."""
    with database.session(write=False) as session:
        mirror = find_mirror(session)
        version = session.scalar(select(Board.version).where(Board.id == board.id))
        rows = queries.list_results(session, board.id)
    assert mirror is not None
    found = {
        (scope, subject): mirror.count_above(board.id, version, key, subject, scope=scope)
        for subject, (found, key) in rows.items()
        for scope in SCOPES
        if stands_on(found, scope)
    }
    return None if None in found.values() else found


def check(mirrored: Database, board) -> None:
    assert mirrored_counts(mirrored, board) == due_counts(mirrored, board)


def test_every_write_of_any_kind_is_followed(mirrored, board, now) -> None:
    rng = random.Random(1)
    stand(mirrored, board, [result(rng, now, who) for who in range(20)])
    fill(mirrored, board)
    check(mirrored, board)

    for _ in range(60):
        with mirrored.transaction() as session:
            for _ in range(rng.choice([1, 1, 1, 3])):
                if rng.random() < 0.3:
                    gone = f"s{rng.randrange(40):02d}"
                    services.apply(session, board, Corrections((), (gone,)))
                else:
                    services.put_entry(session, board, result(rng, now), counts=Counts.LAST)
        check(mirrored, board)


def test_pages_give_the_same_places_with_and_without_it(mirrored, database, board, now) -> None:
    rng = random.Random(2)
    stand(mirrored, board, [result(rng, now, who) for who in range(40)])
    fill(mirrored, board)
    check(mirrored, board)

    for who in range(45):
        found = []
        for each in (mirrored, database):
            with each.session(write=False) as session:
                subject = f"s{who:02d}"
                found.append(
                    [
                        (
                            queries.find_place(session, board.id, subject, scope=scope),
                            queries.list_neighbours(
                                session, board.id, subject, around=2, scope=scope
                            ),
                        )
                        for scope in SCOPES
                    ]
                )
        assert found[0] == found[1]


def test_an_empty_mirror_is_filled_when_somebody_asked(mirrored, board, now) -> None:
    stand(mirrored, board, [result(random.Random(3), now, who) for who in range(9)])

    before = services.fill_wanted(mirrored)
    first = mirrored_counts(mirrored, board)
    fill(mirrored, board)

    assert (before, first) == (0, None)
    check(mirrored, board)


def test_what_another_process_without_redis_wrote_silences_it(
    mirrored, database, board, now
) -> None:
    rng = random.Random(4)
    stand(mirrored, board, [result(rng, now, who) for who in range(9)])
    fill(mirrored, board)

    stand(database, board, [Result("s00", 99, 96_000, 1, now)])

    assert mirrored_counts(mirrored, board) is None
    with mirrored.session(write=False) as session:
        assert queries.find_place(session, board.id, "s00").standing == 1
    fill(mirrored, board)
    check(mirrored, board)


def test_results_made_inside_the_database_silence_it(mirrored, board, now) -> None:
    stand(mirrored, board, [result(random.Random(5), now, who) for who in range(9)])
    fill(mirrored, board)

    with mirrored.transaction() as session:
        services.take_off(session, board, _nobody())

    assert mirrored_counts(mirrored, board) == {}
    with mirrored.session(write=False) as session:
        assert services.differing_members(session, board.id) is None


def _nobody():
    return select(BoardEntry.subject.label("subject")).where(BoardEntry.id == 0)


def test_a_savepoint_taken_back_never_makes_it_lie(mirrored, board, now) -> None:
    rng = random.Random(6)
    stand(mirrored, board, [result(rng, now, who) for who in range(9)])

    for kept_before, kept_after in ((False, False), (True, False), (False, True), (True, True)):
        fill(mirrored, board)
        check(mirrored, board)
        with mirrored.transaction() as session:
            if kept_before:
                services.put_entry(session, board, result(rng, now, 1), counts=Counts.LAST)
            inner = session.begin_nested()
            services.put_entry(session, board, Result("s02", 9, 50_000, 1, now), counts=Counts.LAST)
            services.put_entry(session, board, result(rng, now, 3), counts=Counts.LAST)
            inner.rollback()
            if kept_after:
                services.put_entry(session, board, result(rng, now, 4), counts=Counts.LAST)
        found = mirrored_counts(mirrored, board)
        assert found is None or found == due_counts(mirrored, board)


def test_what_is_rolled_back_is_not_pushed(mirrored, board, now) -> None:
    stand(mirrored, board, [result(random.Random(7), now, who) for who in range(9)])
    fill(mirrored, board)

    with mirrored.session(write=True) as session, session.begin() as transaction:
        stood = Corrections((Result("s00", 9, 50_000, 1, now),), ())
        services.apply(session, board, stood)
        transaction.rollback()

    check(mirrored, board)


def test_changes_that_arrive_in_any_order_end_in_the_same_list(
    mirrored, board, now, monkeypatch
) -> None:
    rng = random.Random(8)
    stand(mirrored, board, [result(rng, now, who) for who in range(20)])
    fill(mirrored, board)
    held: list[Callable[[], None]] = []
    send = mirroring._send

    def hold(client: object, change: mirroring.Change) -> None:
        held.append(lambda: send(client, change))

    monkeypatch.setattr(mirroring, "_send", hold)
    for _ in range(12):
        with mirrored.transaction() as session:
            services.put_entry(session, board, result(rng, now), counts=Counts.LAST)

    rng.shuffle(held)
    for act in held:
        found = mirrored_counts(mirrored, board)
        assert found is None or found == due_counts(mirrored, board)
        act()

    check(mirrored, board)


def test_writes_during_a_fill_are_taken_up_after_it(mirrored, board, now, monkeypatch) -> None:
    rng = random.Random(9)
    stand(mirrored, board, [result(rng, now, who) for who in range(20)])
    snapshot = mirroring._snapshot

    def slow(session, board_id):
        yield from list(snapshot(session, board_id))
        for _ in range(5):
            with mirrored.transaction() as other:
                services.put_entry(other, board, result(rng, now), counts=Counts.LAST)

    monkeypatch.setattr(mirroring, "_snapshot", slow)
    fill(mirrored, board)

    check(mirrored, board)


def test_many_writers_at_once_leave_it_right(mirrored, board, now) -> None:
    stand(mirrored, board, [result(random.Random(0), now, who) for who in range(20)])
    fill(mirrored, board)

    def write(seed: int) -> None:
        rng = random.Random(seed)
        for _ in range(25):
            with mirrored.transaction() as session:
                services.put_entry(session, board, result(rng, now), counts=Counts.LAST)

    threads = [threading.Thread(target=write, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    check(mirrored, board)


def test_a_mirror_that_moves_is_not_filled_again(mirrored, board, now, monkeypatch) -> None:
    rng = random.Random(10)
    stand(mirrored, board, [result(rng, now, who) for who in range(9)])
    fill(mirrored, board)
    with mirrored.session(write=False) as session:
        find_mirror(session).count_above(
            board.id, 1, 0, "", scope=WHOLE
        )  # a reader who saw an older state
    with mirrored.transaction() as session:
        services.put_entry(session, board, result(rng, now), counts=Counts.LAST)
    filled: list[int] = []
    monkeypatch.setattr(mirroring, "fill", lambda *_args: filled.append(1))

    services.fill_wanted(mirrored)

    assert filled == []


def test_an_older_state_of_the_database_never_matches(mirrored, client, board, now) -> None:
    rng = random.Random(11)
    stand(mirrored, board, [result(rng, now, who) for who in range(9)])
    with mirrored.session(write=False) as session:
        old = session.scalar(select(Board.version).where(Board.id == board.id))
    stand(mirrored, board, [result(rng, now, who) for who in range(9)])
    fill(mirrored, board)

    with mirrored.transaction() as session:  # as a backup brings it back
        session.execute(update(Board).where(Board.id == board.id).values(version=old))

    assert mirrored_counts(mirrored, board) is None
    assert client.get(names_of(board.id).version) != str(old).encode()


def test_a_member_that_is_wrong_is_found_and_made_anew(mirrored, client, board, now) -> None:
    stand(mirrored, board, [result(random.Random(12), now, who) for who in range(9)])
    fill(mirrored, board)
    members = names_of(board.id).members
    with mirrored.session(write=False) as session:
        right = services.differing_members(session, board.id)
    client.zrem(members, client.zrange(members, 0, 0)[0])
    client.zadd(members, {"0000000000000000nobody": 0})

    with mirrored.session(write=False) as session:
        wrong = services.differing_members(session, board.id)
        services.forget_mirror(session, board.id)
    fill(mirrored, board)

    assert (right, wrong) == (0, 2)
    check(mirrored, board)


def test_a_long_mirror_is_compared_in_slices(mirrored, client, board, now, monkeypatch) -> None:
    monkeypatch.setattr(mirroring, "READ_AT_ONCE", 4)
    stand(mirrored, board, [result(random.Random(15), now, who) for who in range(30)])
    fill(mirrored, board)
    members = names_of(board.id).members
    client.zrem(members, *client.zrange(members, 6, 7))
    client.zadd(members, {"~nobody": 0, b"\xff\xfe": 0})

    with mirrored.session(write=False) as session:
        assert services.differing_members(session, board.id) == 4
        shown = iter([client.get(names_of(board.id).version).decode(), "moved meanwhile"])
        monkeypatch.setattr(mirroring, "_shown", lambda *_: next(shown))
        assert services.differing_members(session, board.id) is None


def test_a_copy_made_in_an_older_layout_is_not_read(mirrored, client, board, now) -> None:
    stand(mirrored, board, [result(random.Random(14), now, who) for who in range(9)])
    with mirrored.session(write=False) as session:
        version = session.scalar(select(Board.version).where(Board.id == board.id))
        rows = queries.list_results(session, board.id)
    old = f"academy:board:{{{board.id}}}"
    client.set(f"{old}:version", version)
    client.zadd(f"{old}:members", {f"{key:016x}{who}": 0 for who, (_r, key) in rows.items()})

    assert mirrored_counts(mirrored, board) is None


def test_a_redis_that_is_away_costs_one_short_wait_and_nothing_else(database, board, now) -> None:
    moment = [0.0]
    asked: list[int] = []
    redis = Redis("redis://127.0.0.1:9/0", timer=lambda: moment[0])
    mirror = Mirror(redis)

    def ask(client) -> None:
        asked.append(1)
        client.ping()

    for _ in range(5):
        assert redis.ask(ask) is None
        assert mirror.count_above(board.id, 1, 0, "s", scope=WHOLE) is None
    moment[0] = LEFT_ALONE_S
    redis.ask(ask)
    assert len(asked) == 2
    url = database.url.render_as_string(hide_password=False)
    alone = Database(url)
    services.attach_mirror(alone, "redis://127.0.0.1:9/0")
    stand(alone, board, [Result("a", 1, 5_000, 1, now), Result("b", 1, 6_000, 1, now)])
    with alone.session(write=False) as session:
        assert queries.find_place(session, board.id, "a").standing == 2
        assert services.differing_members(session, board.id) is None
    assert services.fill_wanted(alone) == 0
    alone.dispose()


def test_an_answer_in_the_mirror_reads_no_count_in_the_database(mirrored, board, now) -> None:
    stand(mirrored, board, [result(random.Random(13), now, who) for who in range(20)])
    fill(mirrored, board)
    with mirrored.transaction() as session:  # a count that is wrong would show
        session.execute(text("UPDATE board_counts SET entries = 77"))

    with mirrored.session(write=False) as session:
        found = {
            (scope, f"s{who:02d}"): queries.find_place(
                session, board.id, f"s{who:02d}", scope=scope
            )
            for who in range(20)
            for scope in SCOPES
        }

    due = due_counts(mirrored, board)
    assert {of: place.standing for of, place in found.items() if place} == {
        of: above + 1 for of, (above, _before) in due.items()
    }
