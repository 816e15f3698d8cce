"""What a lesson's page costs against a bare Flask route of a template, alternately in one run.

Both are called in this process, as a server calls them, with the collector's work put aside as in
production and the access log sent nowhere. They take turns call by call: what runs by itself two
hundred times finds its work in the processor's caches, which no page of a server does. The floor is a bare Flask route and the drawing of the product's own template with all
that it shows at hand: no log-in, no statement, no navigation to make, no rules to ask. `inserted_us`
beside it is a bare route whose template only inserts the finished page. Prints one JSON object;
exit 1 above the limit of cost or of statements.
"""

import gc
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask, render_template, template_rendered
from flask.testing import FlaskClient
from jinja2 import DictLoader, Template

import learning.models as all_models
from learning.app import create_app
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.settings import Settings
from learning.web import observability
from tests.factories.courses import CODE, make_course
from tests.factories.people import log_in, make_user
from tests.statements import StatementLog, work_of

LIMIT, STATEMENTS = 2.0, 6
WARM, CALLS = 100, 2_000  # calls of each kind, in turn; the first are not counted
PATH = f"/courses/{CODE}/lessons/les-01"


def furnished(folder: Path) -> tuple[Flask, Database, FlaskClient]:
    """Return the application with a course, its database, and a learner's browser."""
    url = f"sqlite:///{folder / 'pages.db'}"
    database, now = Database(url), utc_now()
    all_models.metadata.create_all(database.engine)
    with database.transaction() as session:
        make_course(session, now, folder)
        learner = make_user(session, now)
    settings = Settings.from_env(
        {"SECRET_KEY": "b" * 40, "DATA_DIR": str(folder), "DATABASE_URL": url}
    )
    app = create_app(settings, database)
    client = app.test_client()
    log_in(client, database, learner, now)
    return app, database, client


def captured(app: Flask, client: FlaskClient) -> tuple[Template, dict[str, Any], str]:
    """Return the template of the page, what the product handed it, and the page."""
    drawn: list[tuple[Template, dict[str, Any]]] = []

    def note(_sender: Flask, template: Template, context: dict[str, Any]) -> None:
        # The navigation is made where a layout asks for it: made now, it is that of this reader.
        viewer = {**context["viewer"], "links": list(context["viewer"]["links"])}
        drawn.append(
            (template, {**context, "viewer": viewer, "nav_items": list(context["nav_items"])})
        )

    with template_rendered.connected_to(note, app):
        page = client.get(PATH).text
    return *drawn[-1], page


def bare(page: str) -> Flask:
    """Return Flask with one route whose template inserts the page."""
    app = Flask("floor")
    app.jinja_env.loader = DictLoader({"lesson.html": "{{ page|safe }}"})

    @app.get("/lesson")
    def lesson() -> str:
        return render_template("lesson.html", page=page)

    return app


def call(app: Flask, path: str, cookie: str = "") -> bytes:
    """Call an application once; return the body."""
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
        "HTTP_COOKIE": cookie,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    told: list[str] = []

    def start(
        status: str, _headers: list[tuple[str, str]], _error: Any = None, /
    ) -> Callable[[bytes], object]:
        told.append(status)
        return io.BytesIO().write

    body = b"".join(app.wsgi_app(environ, start))
    assert told[0].startswith("200"), told[0]
    return body


def cost(work: Callable[[], object]) -> float:
    """Return the CPU of a call in microseconds."""
    begin = time.thread_time_ns()
    work()
    return (time.thread_time_ns() - begin) / 1000


def main() -> int:
    observability.STDOUT = os.open(os.devnull, os.O_WRONLY)
    with tempfile.TemporaryDirectory() as name:
        app, database, client = furnished(Path(name))
        log = StatementLog(database, None)
        template, context, page = captured(app, client)
        kept = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
        assert kept is not None
        cookie = f"{kept.key}={kept.value}"
        with log.watching() as statements:
            call(app, PATH, cookie)
        floor = bare(page)
        with app.test_request_context(PATH):
            assert template.render(context).count("<a ") == page.count("<a "), "another page"
        gc.collect()
        gc.freeze()
        costs: list[tuple[float, float, float]] = []
        for _ in range(WARM + CALLS):
            inserted = cost(lambda: call(floor, "/lesson"))
            with app.test_request_context(PATH):
                drawn = cost(lambda: template.render(context))
            costs.append((inserted, inserted + drawn, cost(lambda: call(app, PATH, cookie))))
        del costs[:WARM]
        database.dispose()
    inserted_us, floor_us, lesson_us = (median(each) for each in zip(*costs, strict=True))
    result = {
        "ratio": round(lesson_us / floor_us, 2),
        "statements": len(work_of(statements)),
        "lesson_us": round(lesson_us),
        "floor_us": round(floor_us),
        "inserted_us": round(inserted_us),
        "limit": LIMIT,
    }
    print(json.dumps(result))
    return 0 if result["ratio"] <= LIMIT and result["statements"] <= STATEMENTS else 1


if __name__ == "__main__":
    sys.exit(main())
