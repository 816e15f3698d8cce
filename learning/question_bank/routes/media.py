"""Pictures of items, served by the hash of their bytes to whoever is logged in.

They are part of papers, so candidates in an exam get them; 256 bits of a hash are found in the text
of an item alone.
"""

import re

from flask import Blueprint, Response

from learning.kernel.errors import NotFound
from learning.kernel.permissions import Permission
from learning.question_bank import queries
from learning.web.guards import requires
from learning.web.transaction import db_session

POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
CACHE = "private, max-age=31536000, immutable"
TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "svg": "image/svg+xml",
}
_SHA256 = re.compile(r"[0-9a-f]{64}")

media_bp = Blueprint("media", __name__, url_prefix="/media")


@media_bp.get("/<raw_sha256>.<suffix>")
@requires(Permission.SELF_ATTEMPT)
def picture(raw_sha256: str, suffix: str) -> Response:
    """Serve a picture: it never changes, and it can do nothing."""
    if not _SHA256.fullmatch(raw_sha256) or suffix not in TYPES:
        raise NotFound("picture")
    found = queries.get_picture(db_session(), raw_sha256, frozenset({TYPES[suffix]}))
    response = Response(found.content, content_type=found.media_type)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = CACHE
    response.headers["Content-Disposition"] = "inline"
    return response
