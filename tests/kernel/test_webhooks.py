"""A typed address is no way into the own network, and a post goes where it was looked at."""

import http.server
import json
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from learning.kernel import webhooks
from learning.kernel.webhooks import RefusedAddress, check_address, post_json


class Sink(http.server.BaseHTTPRequestHandler):
    """Takes what is posted and answers as it was told to."""

    got: list[tuple[str, dict[str, Any]]] = []  # noqa: RUF012 - one server, one list
    status = 200
    headers_given: dict[str, str] = {}  # noqa: RUF012

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Sink.got.append((self.path, json.loads(body)))
        self.send_response(Sink.status)
        for name, value in Sink.headers_given.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b'{"errcode": 0}')

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem"
    )
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def sink(certificate: Path) -> Iterator[str]:
    """A server with TLS on the own machine."""
    Sink.got, Sink.status, Sink.headers_given = [], 200, {}
    server = http.server.HTTPServer(("127.0.0.1", 0), Sink)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate / "cert.pem")


def test_a_post_arrives_with_its_path_and_query(sink: str, trusting: ssl.SSLContext) -> None:
    answer = post_json(f"{sink}/robot?key=1", b'{"a": 1}', allow_private=True, context=trusting)

    assert json.loads(answer) == {"errcode": 0}
    assert Sink.got == [("/robot?key=1", {"a": 1})]


def test_a_private_address_is_refused_before_anything_is_sent(
    sink: str, trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "HTTPS_PORT", int(sink.rpartition(":")[2]))

    with pytest.raises(RefusedAddress, match="not a public address"):
        post_json(sink, b"{}", allow_private=False, context=trusting)

    assert Sink.got == []


def test_a_redirection_is_not_followed(sink: str, trusting: ssl.SSLContext) -> None:
    Sink.status, Sink.headers_given = 302, {"Location": "https://localhost/else"}

    with pytest.raises(OSError, match="status 302"):
        post_json(sink, b"{}", allow_private=True, context=trusting)


def test_an_untrusted_certificate_stops_the_post(sink: str) -> None:
    with pytest.raises(OSError, match="CERTIFICATE"):
        post_json(sink, b"{}", allow_private=True)

    assert Sink.got == []


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
