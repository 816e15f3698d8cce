"""The access log says which request and person; it keeps no name, no answer and no token."""

import json

import pytest

from learning.accounts.models import User
from tests.attempts.conftest import Device

ANSWER = "抽样检验的回答"


@pytest.mark.sqlite
def test_the_log_names_request_and_person_and_keeps_no_name_answer_or_token(
    device: Device, database, capfd: pytest.CaptureFixture[str]
) -> None:
    device.open_room()
    saved = device.save(21, 1, [ANSWER])
    asked = device.client.get(
        f"{device.base}?q={ANSWER}", headers={"X-Request-ID": "from-the-proxy-1"}
    )
    device.submit(**{"21": 1})

    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines() if line]
    with database.session(write=False) as session:
        user = session.get_one(User, device.seat.user_id)
        person, name = user.public_id, user.display_name
    ids = [line["request_id"] for line in lines]
    assert len(lines) >= 4
    assert len(set(ids)) == len(ids)
    assert {saved.headers["X-Request-ID"], "from-the-proxy-1"} <= set(ids)
    assert asked.headers["X-Request-ID"] == "from-the-proxy-1"
    assert person in {line["person"] for line in lines}
    assert {line["endpoint"] for line in lines} >= {"attempts.room"}
    kept = json.dumps(lines, ensure_ascii=False)
    for secret in (name, ANSWER, device.seat.token, device.csrf, device.seat.attempt):
        assert secret not in kept
