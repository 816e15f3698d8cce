"""A server with TLS on the own machine that takes what is posted: for webhooks."""

import contextlib
import http.server
import json
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REQUEST = (
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
    "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem"
)


@dataclass
class Sink:
    """What came, and how the server answers; `trusting` is a context that knows its certificate."""

    url: str
    trusting: ssl.SSLContext
    got: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    answer: bytes = b'{"errcode": 0}'


@contextlib.contextmanager
def running_sink(folder: Path) -> Iterator[Sink]:
    """Run a sink with a certificate of its own, made in the folder."""
    subprocess.run(REQUEST.split(), cwd=folder, check=True, capture_output=True)
    trusting = ssl.create_default_context(cafile=folder / "cert.pem")
    sink = Sink("", trusting)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sink.got.append((self.path, json.loads(body)))
            self.send_response(sink.status)
            for name, value in sink.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sink.answer)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sink.url = f"https://localhost:{server.server_port}"
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()
