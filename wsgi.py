"""The WSGI entry point: gunicorn loads `wsgi:app`."""

import gc

gc.disable()  # what is loaded stays: looking through it time and again is a fifth of the start

from learning.app import create_app  # noqa: E402 - after the line above, which is for it

app = create_app()
gc.freeze()
gc.enable()
