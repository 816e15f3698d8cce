"""A server for the exam room's journeys: the attempt engine's HTTP contract, in memory.

It renders the product's own templates and serves its own static files, so what the browser runs is
what candidates run; only the engine behind the contract is this file. Switches make it fail as
networks and servers do. It must never be imported by the product.
"""

import json
import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from flask import Flask, Response, g, make_response, redirect, render_template, request
from flask_babel import Babel
from werkzeug.serving import BaseWSGIServer, make_server

from learning.web.security import content_security_policy
from learning.web.templating import draw_once
from tests.journeys.exam_room.attempt import Attempt, Switches
from tests.journeys.exam_room.paper import ITEMS, PERSON
from tests.journeys.exam_room.sections import add_sections, store, timed
from tests.journeys.exam_room.specimen import NAV, attempt_words, drawn, result_values, viewer
from tests.journeys.exam_room.stepping import add_stepwise, stepped
from tests.journeys.exam_room.watching import add_watching

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "learning" / "static"


class Stub:
    """The server: start() and stop() keep the port, so that it can be away and come back."""

    def __init__(self) -> None:
        self.now_offset_ms = 0.0
        self.switch = Switches()
        self.csrf = token_urlsafe(8)
        self.attempts = {
            "att-paper": Attempt("att-paper"),
            "att-steps": Attempt("att-steps", "stepwise"),
        }
        for attempt in self.attempts.values():
            self.set_deadline(attempt, 3600)
        self.saves: list[list[tuple[int, int]]] = []
        self.requests: list[tuple[float, str]] = []
        self.app = _make_app(self)
        self.port = 0
        self._server: BaseWSGIServer | None = None

    @property
    def paper(self) -> Attempt:
        return self.attempts["att-paper"]

    @property
    def steps(self) -> Attempt:
        return self.attempts["att-steps"]

    def now_ms(self) -> float:
        return time.time() * 1000 + self.now_offset_ms

    def set_deadline(self, attempt: Attempt, seconds: float) -> None:
        attempt.deadline_ms = self.now_ms() + seconds * 1000

    def start(self) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = make_server("127.0.0.1", self.port, self.app, threaded=True)
        self.port = self._server.server_port
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def url(self, pid: str = "att-paper", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}/attempts/{pid}"


def _make_app(stub: Stub) -> Flask:
    app = Flask(
        "exam-room-stub",
        template_folder=str(ROOT / "templates"),
        static_folder=str(STATIC),
        static_url_path="/static",
    )
    app.secret_key = "stub"
    translations = ROOT / "learning" / "translations"
    Babel(
        app,
        default_locale="zh_Hans_CN",
        default_translation_directories=str(translations),
        locale_selector=lambda: stub.switch.locale,
    )
    app.jinja_env.globals.update(
        csp_nonce=_nonce,
        drawn_once=draw_once(app),
        csrf_token=lambda: stub.csrf,
        html_lang=lambda: "en" if stub.switch.locale == "en" else "zh-CN",
        current_locale=lambda: "en" if stub.switch.locale == "en" else "zh_CN",
        lang_url=lambda code: f"?lang={code}",
    )

    @app.after_request
    def _headers(response: Response) -> Response:
        if response.mimetype != "application/json":
            response.headers["Content-Security-Policy"] = content_security_policy(_nonce())
        if not request.path.startswith("/static/"):
            response.headers["Cache-Control"] = "private, no-store"
        return response

    _pages(app, stub)
    _engine(app, stub)
    add_stepwise(
        app,
        partial(_guarded, stub),
        partial(_reply, stub),
        stub.now_ms,
        partial(_mismatch, stub),
    )
    return app


def _nonce() -> str:
    if "nonce" not in g:
        g.nonce = token_urlsafe(12)
    return str(g.nonce)


def _state(stub: Stub, attempt: Attempt) -> dict[str, Any]:
    base = f"/attempts/{attempt.pid}"
    urls = {
        name: f"{base}/{name}"
        for name in (
            "responses",
            "submit",
            "state",
            "result",
            "reveal",
            "commit",
            "events",
            "pulse",
            "leave",
        )
    }
    current = attempt.current()
    responses = {
        str(p): {"epoch": e, "seq": s, "response": attempt.rows[p, e, s]}
        for p, (e, s) in current.items()
    }
    return {
        "attempt": attempt.pid,
        "person": PERSON,
        "epoch": attempt.epoch,
        "delivery": attempt.delivery,
        "now_ms": stub.now_ms(),
        "deadline_ms": attempt.deadline_ms,
        "deadline_words": "11 月 22 日 12:00 截止",
        "item_count": len(ITEMS),
        "paused_ms": attempt.paused_ms,
        "submitted": attempt.submitted,
        "finish_kind": attempt.finish_kind,
        "responses": responses,
        "urls": {**urls, "renew": "/login/renew"},
        "csrf": stub.csrf,
        "open_position": attempt.open_position,
        "committed": attempt.committed,
        **timed(attempt, stub.now_ms()),
        **stepped(attempt),
    }


def _pages(app: Flask, stub: Stub) -> None:
    @app.get("/")
    def home() -> str:
        return render_template("errors/404.html", nav_items=NAV, viewer=viewer(), reference="a1b2")

    @app.get("/specimen/<name>")
    def specimen(name: str) -> str:
        return render_template(
            f"{name.replace('-', '/')}.html",
            nav_items=NAV,
            viewer=viewer(),
            attempt=attempt_words(),
            takeover_url="/",
            back_url="/",
            last_seen_words="另一台设备 2 分钟前保存过回答",
        )

    @app.post("/logout")
    def logout() -> Any:
        stub.switch.logged_in = None
        return redirect("/")

    @app.get("/attempts/sw.js")
    def worker() -> Response:
        text = (STATIC / "js" / "exam_room" / "sw.js").read_text(encoding="utf-8")
        return Response(text, content_type="text/javascript; charset=utf-8")

    @app.get("/attempts/<pid>")
    def room(pid: str) -> Any:
        attempt = stub.attempts[pid]
        if stub.switch.logged_in != PERSON:
            return "log in", 401
        device = request.cookies.get("device") or token_urlsafe(6)
        attempt.device = attempt.device or device
        response = make_response(_render_room(stub, attempt, device))
        response.set_cookie("device", device, max_age=86400)
        return response

    @app.post("/attempts/<pid>/takeover")
    def takeover(pid: str) -> Any:
        attempt = stub.attempts[pid]
        attempt.epoch += 1
        attempt.device = request.cookies["device"]
        return redirect(f"/attempts/{pid}", 303)

    @app.get("/attempts/<pid>/result")
    def result(pid: str) -> str:
        shown = result_values(
            len(stub.attempts[pid].answers()),
            released=request.args.get("hidden") is None,
            by_clock=request.args.get("auto") is not None,
        )
        return render_template(
            "attempts/result.html",
            nav_items=NAV,
            viewer=viewer(),
            attempt=attempt_words(),
            result=shown,
        )


def _render_room(stub: Stub, attempt: Attempt, device: str) -> str:
    shared: dict[str, Any] = {
        "attempt": attempt_words(),
        "viewer": viewer(),
        "takeover_url": f"/attempts/{attempt.pid}/takeover",
    }
    if attempt.device != device:
        return render_template("attempts/takeover.html", **shared)
    page = "attempts/room.html" if attempt.delivery == "paper" else "attempts/stepwise.html"
    seen = {attempt.open_position, *(int(n) for n in attempt.committed)}
    times = timed(attempt, stub.now_ms())
    asked = times["sections"][times["section"]] if times else {"first": 1, "last": len(ITEMS)}
    items = [
        drawn(i)
        for i in ITEMS
        if (attempt.delivery == "paper" or i.position in seen)
        and asked["first"] <= i.position <= asked["last"]
    ]
    return render_template(
        page,
        **shared,
        items=[] if attempt.submitted else items,
        state=_state(stub, attempt),
        result_url=f"/attempts/{attempt.pid}/result",
        logout_url="/logout",
        login_url="/login",
        watermark="学员甲 · 0417",
        integrity=attempt.integrity,
    )


def _reply(stub: Stub, status: int, **body: Any) -> Response:
    return Response(
        json.dumps({**body, "now_ms": stub.now_ms()}), status, content_type="application/json"
    )


def _guard(stub: Stub) -> Response | None:
    """Answer as the switches say, or as a missing log-in or a stale token would have it."""
    stub.requests.append((time.monotonic(), request.path))
    if stub.switch.slow_s:
        time.sleep(stub.switch.slow_s)
    if stub.switch.portal:
        return Response("<html>Wi-Fi 登录</html>", 200, content_type="text/html")
    if request.path.endswith("/responses") and stub.switch.fail:
        status = stub.switch.fail.pop(0)
        response = _reply(stub, status or 599, error="unavailable")
        if stub.switch.retry_after_s:
            response.headers["Retry-After"] = str(stub.switch.retry_after_s)
        return response
    if stub.switch.logged_in is None:
        return _reply(stub, 401, error="login")
    if request.method == "POST" and request.headers.get("X-CSRFToken") != stub.csrf:
        return _reply(stub, 403, error="csrf")
    if stub.switch.logged_in != PERSON:
        return _reply(stub, 404, error="not_found")
    return None


def _guarded(stub: Stub, view: Callable[[Attempt, Any], Response]) -> Callable[[str], Response]:
    def run(pid: str) -> Response:
        return _guard(stub) or view(stub.attempts[pid], request.get_json(silent=True))

    return run


def _mismatch(stub: Stub, attempt: Attempt, error: str) -> Response:
    state = {str(p): list(es) for p, es in attempt.current().items()}
    return _reply(stub, 409, error=error, epoch=attempt.epoch, state=state)


def _engine(app: Flask, stub: Stub) -> None:
    def save(attempt: Attempt, body: Any) -> Response:
        stub.saves.append([(e["position"], e["seq"]) for e in body["responses"]])
        if body["epoch"] != attempt.epoch:
            return _mismatch(stub, attempt, "epoch")
        done = store(attempt, body["responses"], stub.now_ms())
        if done is None:
            return _mismatch(stub, attempt, "conflict")
        if done["rejected"] and not done["saved"]:
            return _reply(stub, 400, error="invalid", rejected=done["rejected"])
        return _reply(stub, 200, **done)

    def submit(attempt: Attempt, body: Any) -> Response:
        if body["epoch"] != attempt.epoch:
            return _mismatch(stub, attempt, "epoch")
        if not attempt.submitted:
            for position in stub.switch.forget:
                for key in [k for k in attempt.rows if k[0] == position]:
                    del attempt.rows[key]
            stub.switch.forget = set()
            store(attempt, body["responses"], stub.now_ms())
            top = attempt.current()
            missing = [
                int(p) for p, seq in body["last_seq"].items() if top.get(int(p), (0, 0))[1] < seq
            ]
            if missing:
                return _reply(stub, 409, error="missing", missing=missing)
            attempt.submitted = True
        logs_out = attempt.integrity.log_out
        if logs_out:
            stub.switch.logged_in = None
        answered = sum(value is not None for value in attempt.answers().values())
        receipt = {"sha256": "0f1e2d3c " * 8, "answered": answered, "finished": "10:42:07"}
        result_url = f"/attempts/{attempt.pid}/result"
        return _reply(stub, 200, result_url=result_url, receipt=receipt, logged_out=logs_out)

    def state(attempt: Attempt, _body: Any) -> Response:
        return _reply(stub, 200, **_state(stub, attempt))

    add_sections(app, partial(_guarded, stub), partial(_reply, stub), stub.now_ms)
    add_watching(app, partial(_guarded, stub), partial(_reply, stub))
    app.add_url_rule("/attempts/<pid>/responses", "save", _guarded(stub, save), methods=["POST"])
    app.add_url_rule("/attempts/<pid>/submit", "submit", _guarded(stub, submit), methods=["POST"])
    app.add_url_rule("/attempts/<pid>/state", "state", _guarded(stub, state))

    @app.post("/login/renew")
    def renew() -> Response:
        given = request.get_json()
        if stub.switch.queue_place > 0:
            stub.switch.queue_place -= 1
            return _reply(stub, 202, queue={"place": stub.switch.queue_place + 1, "ticket": "t1"})
        if given["password"] != "right":
            return _reply(stub, 401, error="credentials")
        stub.csrf = token_urlsafe(8)
        stub.switch.logged_in = PERSON if given["login_name"] == "one" else "person-two"
        return _reply(stub, 200, person=stub.switch.logged_in, csrf=stub.csrf)
