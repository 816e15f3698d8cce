"""What each web process makes ready before people come: done again and again, beside requests.

The worker cannot do it: what is kept in memory is a process's own. One thread a process asks the
domains each half minute; it holds nothing and writes nothing, and a fault in it is logged and
tried again, never in anybody's way.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import cast

from flask import Flask
from flask_babel import force_locale
from sqlalchemy.orm import Session

from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.settings import Settings
from learning.web.templating import LOCALES

EVERY_S = 30.0

log = logging.getLogger(__name__)
Preparation = Callable[[Session, datetime], int]


def init_app(app: Flask, preparations: Sequence[Preparation]) -> None:
    """Give the application what the domains make ready; nothing is done yet."""
    app.extensions["preparations"] = tuple(preparations)


def prepare(app: Flask, now: datetime) -> int:
    """Make everything ready, in the language of the installation; return how much was done."""
    settings = cast("Settings", app.extensions["settings"])
    store = cast("Database", app.extensions["database"])
    preparations = cast("tuple[Preparation, ...]", app.extensions["preparations"])
    with app.app_context(), force_locale(LOCALES[settings.default_locale]):
        done = 0
        for preparation in preparations:
            with store.session(write=False) as session:
                done += preparation(session, now)
    return done


def keep_ready(app: Flask) -> threading.Thread:
    """Begin to make ready in a thread of its own, for as long as the process lives."""
    thread = threading.Thread(target=_run, args=(app,), name="readiness", daemon=True)
    thread.start()
    return thread


def _run(app: Flask) -> None:
    while True:
        try:
            prepare(app, utc_now())
        except Exception:
            log.exception("nothing is made ready beforehand")
        time.sleep(EVERY_S)
