"""What a group's robot is sent: the request of each kind, with its signature. Pure.

企业微信 carries its key in the address and knows no signature. 钉钉: HMAC-SHA-256 with the secret
as key over timestamp in milliseconds, line feed, secret, in Base64, as query parameters. 飞书: with
timestamp in seconds, line feed, secret as key over nothing, as members of the message.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

TEXT_BYTES = 2000  # 企业微信 takes 2048 in a text


class RobotKind(StrEnum):
    """Whose robot it is."""

    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"


@dataclass(frozen=True, slots=True)
class RobotRequest:
    """Where to post what."""

    url: str
    body: bytes


def robot_request(kind: RobotKind, url: str, secret: str, text: str, now: datetime) -> RobotRequest:
    """Return the request that lets a robot say a text; without a secret it is not signed."""
    said = text.encode()[:TEXT_BYTES].decode(errors="ignore")
    message: dict[str, Any] = {"msgtype": "text", "text": {"content": said}}
    if kind is RobotKind.FEISHU:
        message = {"msg_type": "text", "content": {"text": said}}
        if secret:
            seconds = str(int(now.timestamp()))
            sign = _hmac(f"{seconds}\n{secret}", "")
            message = {"timestamp": seconds, "sign": sign, **message}
    if kind is RobotKind.DINGTALK and secret:
        milliseconds = str(int(now.timestamp() * 1000))
        sign = _hmac(secret, f"{milliseconds}\n{secret}")
        given = urlencode({"timestamp": milliseconds, "sign": sign})
        url = f"{url}{'&' if '?' in url else '?'}{given}"
    return RobotRequest(url, json.dumps(message, ensure_ascii=False).encode())


def _hmac(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def refusal_of(answer: bytes) -> str:
    """Return why a robot refused what came with status 200, "" when it took it."""
    try:
        given = json.loads(answer)
    except ValueError:
        return "no JSON"
    if not isinstance(given, dict):
        return "no object"
    code = given.get("errcode", given.get("code", given.get("StatusCode", 0)))
    return "" if code == 0 else f"{code} {str(given.get('errmsg', given.get('msg', '')))[:100]}"
