"""Larger bodies for the few views that take a file: set before anything reads the form."""

from collections.abc import Mapping

from flask import Flask

from learning.web.context import this_request

_FORM_BYTES = 256 * 1024  # what else a form may hold beside its file


def init_app(app: Flask, most: Mapping[str, int]) -> None:
    """Let views take bodies of so many bytes, by endpoint; call it before the check of forms."""

    @app.before_request
    def _allow() -> None:
        current = this_request()
        allowed = most.get(current.endpoint or "")
        if allowed is not None:
            current.max_content_length = allowed + _FORM_BYTES
