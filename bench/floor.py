"""The floor of a save: Flask, one route, one UPSERT by the driver, nothing else."""

import json
import os
import threading
from typing import Any

from flask import Flask, request

app = Flask(__name__)
local = threading.local()
URL = os.environ["FLOOR_URL"]


def connection() -> Any:
    if not hasattr(local, "connection"):
        if URL.startswith("postgresql"):
            import psycopg

            local.connection = psycopg.connect(URL, autocommit=True, prepare_threshold=0)
            local.mark = "%s"
        else:
            import sqlite3

            local.connection = sqlite3.connect(URL, isolation_level=None, timeout=30)
            local.connection.execute("PRAGMA synchronous=FULL")
            local.mark = "?"
        local.statement = (
            "INSERT INTO floor (attempt_id, position, answer) VALUES (%s, %s, %s) "
            "ON CONFLICT (attempt_id, position) DO UPDATE SET answer = excluded.answer"
        ).replace("%s", local.mark)
    return local.connection


@app.post("/save/<int:attempt_id>")
def save(attempt_id: int) -> tuple[bytes, int, dict[str, str]]:
    body = json.loads(request.get_data())
    connection().execute(local.statement, (attempt_id, body["position"], body["response"]))
    return b'{"saved":true}', 200, {"Content-Type": "application/json"}
