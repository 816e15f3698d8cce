"""What each kind of robot is posted, and what its answers mean."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from learning.compliance.rules.robots import RobotKind, refusal_of, robot_request

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
