"""What a poll of a public board costs against a bare Flask route, alternately in one run.

Both are called in this process, as a server calls them, so that nothing but the application is
measured: the floor is Flask with one route that answers 304, nothing else; the poll asks for the
published document with the tag of the newest one. Rounds alternate; a round lasts longer than a
process answers from memory, so that the reads of the row are in it. Prints one JSON object; exit 1
above the limit.
"""

import io
import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask, Response, request

import learning.models as all_models
from learning.app import create_app
from learning.competitions import services
from learning.competitions.queries import get_by_round, list_board_rounds
from learning.competitions.rules import Showing
from learning.kernel.db import Database
from learning.settings import Settings
from learning.web.documents import FRESH_S
from tests.factories.competitions import make_stage

LIMIT, PAIRS = 1.2, 7
NOW = datetime.now(tz=UTC)


def bare() -> Flask:
    """Return Flask with one route that knows one tag."""
    app = Flask(__name__)

    @app.get("/board/<public_id>")
    def board(public_id: str) -> Response:
        if request.headers.get("If-None-Match") == public_id:
            return Response(status=304)
        return Response(public_id)

    return app


def published(folder: Path) -> tuple[Flask, str]:
    """Return the application with a live contest whose document is published, and its address."""
    url = f"sqlite:///{folder / 'polls.db'}"
    database = Database(url)
    all_models.metadata.create_all(database.engine)
    with database.transaction() as session:
        stage = make_stage(session, NOW)
        live = Showing(is_live=True)
        services.set_showing(session, stage.actor, stage.public_id, showing=live, now=NOW)
    with database.transaction() as session:
        view = get_by_round(session, list_board_rounds(session)[0])
        services.publish_document(session, view, NOW)
    settings = Settings.from_env(
        {"SECRET_KEY": "b" * 40, "DATA_DIR": str(folder), "DATABASE_URL": url}
    )
    return create_app(settings, database), f"/competitions/{stage.public_id}/board.json"


def ask(app: Flask, path: str, tag: str) -> tuple[str, dict[str, str]]:
    """Call an application once; return the status and the headers."""
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "HTTP_IF_NONE_MATCH": tag,
    }
    told: list[Any] = []

    def start(
        status: str, headers: list[tuple[str, str]], _error: Any = None, /
    ) -> Callable[[bytes], object]:
        told.extend((status, headers))
        return io.BytesIO().write

    body = app.wsgi_app(environ, start)
    for _ in body:
        pass
    return told[0], dict(told[1])


def cost(app: Flask, path: str, tag: str) -> float:
    """Return the CPU of a request in microseconds, over a round of calls."""
    until, calls, spent = time.monotonic() + 2 * FRESH_S, 0, time.process_time()
    while time.monotonic() < until:
        for _ in range(50):
            status, _headers = ask(app, path, tag)
        assert status.startswith("304"), status
        calls += 50
    return (time.process_time() - spent) / calls * 1e6


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        floor, (app, path) = bare(), published(Path(name))
        status, headers = ask(app, path, "")
        assert status.startswith("200"), status
        pairs = [
            (cost(floor, "/board/x", "x"), cost(app, path, headers["ETag"])) for _ in range(PAIRS)
        ]
    ratios = sorted(poll / bare_cost for bare_cost, poll in pairs)
    result = {
        "bare_us": round(median(pair[0] for pair in pairs), 1),
        "poll_us": round(median(pair[1] for pair in pairs), 1),
        "ratio": round(median(ratios), 2),
        "worst_ratio": round(ratios[-1], 2),
        "limit": LIMIT,
    }
    print(json.dumps(result))
    return 0 if result["ratio"] <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
