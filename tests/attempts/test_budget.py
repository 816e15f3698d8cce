"""How many statements each act of an attempt costs, counted by the databases themselves."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from learning.attempts.services import start_attempt
from learning.kernel.permissions import Actor
from tests.attempts.conftest import Device
from tests.factories.attempts import make_seat
from tests.factories.items import make_blueprint
from tests.factories.people import make_user
from tests.statements import StatementLog, work_of


@pytest.fixture
def log(database, backend, request) -> StatementLog:
    server = request.getfixturevalue("postgres_server") if backend == "postgresql" else None
    return StatementLog(database, server)


def test_a_save_is_one_statement_and_nothing_else(device: Device, log: StatementLog) -> None:
    device.save(1, 1)

    with log.watching() as statements:
        reply = device.save(2, 1)

    assert reply.status_code == 200
    assert len(statements) == 1, statements
    assert statements[0].lstrip().startswith("INSERT INTO responses")


def test_a_batch_is_one_statement_too(device: Device, log: StatementLog) -> None:
    device.save(1, 1)
    entries = [{"position": p, "seq": 2, "response": "c"} for p in range(1, 20)]

    with log.watching() as statements:
        reply = device.post("responses", {"epoch": 2, "responses": entries})

    assert len(reply.json["saved"]) == 19
    assert len(statements) == 1, statements


def test_a_duplicate_or_a_refusal_costs_one_read_more(device: Device, log: StatementLog) -> None:
    device.save(1, 1)

    for call, status in (
        (lambda: device.save(1, 1), 200),
        (lambda: device.save(1, 1, "c"), 409),
        (lambda: device.save(1, 2, epoch=1), 409),
        (lambda: device.save(26, 1), 400),
    ):
        with log.watching() as statements:
            assert call().status_code == status
        assert len(statements) == 2, statements


def test_a_pulse_is_one_read_and_nothing_around_it(device: Device, log: StatementLog) -> None:
    device.client.get(f"{device.base}/pulse")

    with log.watching() as statements:
        reply = device.client.get(f"{device.base}/pulse")

    assert reply.status_code == 200
    assert reply.json["again_ms"] >= 30_000
    assert len(statements) == 1, statements


def test_the_running_page_takes_at_most_four_statements(device: Device, log: StatementLog) -> None:
    device.save(1, 1)
    device.open_room()

    with log.watching() as statements:
        device.open_room()

    assert len(work_of(statements)) <= 4, statements


def test_submitting_25_items_takes_at_most_eight_statements(
    device: Device, log: StatementLog
) -> None:
    for position in range(1, 24):
        device.save(position, 1)
    unsent = [{"position": p, "seq": 1, "response": ["a", "c"]} for p in (24, 25)]
    body = {"epoch": 2, "responses": unsent, "last_seq": {str(p): 1 for p in range(1, 26)}}

    with log.watching() as statements:
        reply = device.post("submit", body)

    assert reply.status_code == 200, reply.text
    assert len(work_of(statements)) <= 8, json.dumps(statements, indent=1)


@pytest.fixture
def long_paper(app, database) -> Device:
    """A device with a paper of 120 items, 118 of them saved."""
    begun = datetime.now(UTC) - timedelta(minutes=1)
    seat = make_seat(
        database,
        begun,
        blueprint=make_blueprint(singles=100, multiples=20),
        bank={"singles": 100, "multiples": 20},
    )
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = seat.token
        cookie["_fresh"] = True
    device = Device(client, seat)
    device.open_room()
    entries = [{"position": p, "seq": 1, "response": "c"} for p in range(1, 119)]
    device.post("responses", {"epoch": 2, "responses": entries})
    return device


def test_submitting_120_items_takes_at_most_eight_statements(
    long_paper: Device, log: StatementLog
) -> None:
    unsent = [{"position": p, "seq": 1, "response": ["a", "c"]} for p in (119, 120)]
    body = {"epoch": 2, "responses": unsent, "last_seq": {str(p): 1 for p in range(1, 121)}}

    with log.watching() as statements:
        reply = long_paper.post("submit", body)

    assert reply.status_code == 200, reply.text
    assert len(work_of(statements)) <= 8, json.dumps(statements, indent=1)


def test_the_page_of_120_items_takes_at_most_four_statements(
    long_paper: Device, log: StatementLog
) -> None:
    with log.watching() as statements:
        long_paper.open_room()

    assert len(work_of(statements)) <= 4, statements


def test_starting_is_one_read_and_one_insert_below_the_log_in(
    device: Device, log, database, now
) -> None:
    with database.transaction() as session:
        user = make_user(session, now)
    actor = Actor(user.id, user.public_id, "", "0" * 64, "", 2**52)
    begun = device.seat.started_at

    with log.watching() as statements, database.transaction() as session:
        start_attempt(session, actor, device.seat.assessment_id, device_token="d", now=begun)

    assert len(work_of(statements)) == 2, statements
