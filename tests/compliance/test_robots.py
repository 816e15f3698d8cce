"""What each kind of robot is posted, and what its answers mean."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from learning.compliance.models import ReminderSettings
from learning.compliance.rules.robots import RobotKind, refusal_of, robot_request
from learning.compliance.services.reminders import SettingsPlan, change_settings
from learning.compliance.services.robots import RobotChannel
from learning.compliance.services.team_reminders import ROBOT
from learning.kernel import mail
from learning.kernel.db import Database
from learning.kernel.mail import OutboxMessage
from tests.factories.compliance import make_works
from tests.factories.sink import Sink, running_sink

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SECRET = "geheim"


def signed(key: str, text: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha256)).decode()


def test_wecom_takes_a_text() -> None:
    request = robot_request(RobotKind.WECOM, "https://q.example/?key=1", "", "三项逾期", NOW)

    assert request.url == "https://q.example/?key=1"
    assert json.loads(request.body) == {"msgtype": "text", "text": {"content": "三项逾期"}}


def test_dingtalk_is_signed_in_the_address() -> None:
    request = robot_request(RobotKind.DINGTALK, "https://d.example/r?a=1", SECRET, "x", NOW)

    given = parse_qs(urlsplit(request.url).query)
    at = "1795399200000"
    assert given == {"a": ["1"], "timestamp": [at], "sign": [signed(SECRET, f"{at}\n{SECRET}")]}


def test_feishu_is_signed_in_the_message() -> None:
    request = robot_request(RobotKind.FEISHU, "https://f.example/r", SECRET, "x", NOW)

    at = "1795399200"
    assert json.loads(request.body) == {
        "timestamp": at,
        "sign": signed(f"{at}\n{SECRET}", ""),
        "msg_type": "text",
        "content": {"text": "x"},
    }


def test_a_long_text_is_cut_between_characters() -> None:
    request = robot_request(RobotKind.WECOM, "https://q.example/", "", "长" * 3000, NOW)

    assert json.loads(request.body)["text"]["content"] == "长" * 666


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        (b'{"errcode": 0, "errmsg": "ok"}', False),
        (b'{"code": 0}', False),
        (b'{"StatusCode": 0}', False),
        (b'{"errcode": 310000, "errmsg": "sign not match"}', True),
        (b'{"code": 19021}', True),
        (b"<html>", True),
        (b"[]", True),
    ],
)
def test_an_answer_with_another_code_is_a_refusal(answer: bytes, refused: bool) -> None:
    assert bool(refusal_of(answer)) is refused


class TestOnTheWay:
    """From the outbox to the group, over TLS, on the own machine."""

    @pytest.fixture
    def sink(self, tmp_path: Path) -> Iterator[Sink]:
        with running_sink(tmp_path) as running:
            yield running

    def send(self, database: Database, sink: Sink, *, allow_private: bool = True) -> OutboxMessage:
        with database.transaction() as session:
            works = make_works(session, NOW)
            plan = SettingsPlan(
                (30,), True, 8, 20, "dingtalk", f"{sink.url}/robot", SECRET, "counts"
            )
            change_settings(session, works.hr, works.firm.public_id, plan, now=NOW)
            public_id = session.scalars(select(ReminderSettings.public_id)).one()
            mail.enqueue(session, ROBOT, public_id, "提醒", "三项逾期", now=NOW)
        channel = RobotChannel(
            database, lambda: NOW, allow_private=allow_private, context=sink.trusting
        )
        mail.send_pending(database, {ROBOT: channel}, NOW)
        with database.session(write=False) as session:
            return session.scalars(select(OutboxMessage)).one()

    def test_a_message_reaches_the_group_signed(self, database: Database, sink: Sink) -> None:
        assert self.send(database, sink).sent_at == NOW

        ((path, message),) = sink.got
        assert path.startswith("/robot?timestamp=1795399200000&sign=")
        assert message["text"]["content"] == "提醒\n三项逾期"

    @pytest.mark.parametrize(
        ("status", "answer"), [(500, b"{}"), (200, b'{"errcode": 310000, "errmsg": "sign"}')]
    )
    def test_what_the_robot_refuses_is_tried_again(
        self, database: Database, sink: Sink, status: int, answer: bytes
    ) -> None:
        sink.status, sink.answer = status, answer

        row = self.send(database, sink)

        assert row.sent_at is None
        assert row.next_try_at > NOW
        assert SECRET not in row.last_error

    def test_a_private_address_is_not_posted_to(self, database: Database, sink: Sink) -> None:
        row = self.send(database, sink, allow_private=False)

        assert "443" in row.last_error
        assert sink.got == []
