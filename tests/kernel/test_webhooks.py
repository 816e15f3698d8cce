"""A typed address is no way into the own network, and a post goes where it was looked at."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from learning.kernel import webhooks
from learning.kernel.webhooks import RefusedAddress, check_address, post_json
from tests.factories.sink import Sink, running_sink


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[Sink]:
    with running_sink(tmp_path) as running:
        yield running


def test_a_post_arrives_with_its_path_and_query(sink: Sink) -> None:
    answer = post_json(
        f"{sink.url}/robot?key=1", b'{"a": 1}', allow_private=True, context=sink.trusting
    )

    assert json.loads(answer) == {"errcode": 0}
    assert sink.got == [("/robot?key=1", {"a": 1})]


def test_a_private_address_is_refused_before_anything_is_sent(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "HTTPS_PORT", int(sink.url.rpartition(":")[2]))

    with pytest.raises(RefusedAddress, match="not a public address"):
        post_json(sink.url, b"{}", allow_private=False, context=sink.trusting)

    assert sink.got == []


def test_a_redirection_is_not_followed(sink: Sink) -> None:
    sink.status, sink.headers = 302, {"Location": "https://localhost/else"}

    with pytest.raises(OSError, match="status 302"):
        post_json(sink.url, b"{}", allow_private=True, context=sink.trusting)


def test_an_untrusted_certificate_stops_the_post(sink: Sink) -> None:
    with pytest.raises(OSError, match="CERTIFICATE"):
        post_json(sink.url, b"{}", allow_private=True)

    assert sink.got == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "https://user:pass@example.com/",
        "https://example.com:8443/",
        "https:///nothing",
        "https://例子.测试/",
        "https://example.com/\nHost: x",
        "https://[::1",
        "https://a..b/",
        f"https://{'a' * 64}.example.com/",
    ],
)
def test_an_address_that_is_not_plain_https_is_refused(url: str) -> None:
    with pytest.raises(RefusedAddress):
        check_address(url, allow_private=False)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.8",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",  # noqa: S104 - to be refused
        "100.64.0.1",
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "224.0.0.1",
    ],
)
def test_what_is_not_public_is_not_posted_to(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443)),
             (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]  # fmt: skip
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: found)

    with pytest.raises(RefusedAddress):
        post_json("https://example.com/", b"{}", allow_private=False)
