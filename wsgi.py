"""The WSGI entry point: gunicorn loads `wsgi:app`."""

from learning.app import create_app

app = create_app()
