"""Pictures of items on a stage: for everybody in the room, without a log-in, once they are shown.

Everywhere else a picture asks for a log-in; here the room's address is the right to see what the
screen has shown, and nothing else of the bank.
"""

import re

from flask import Response

from learning.kernel.errors import NotFound
from learning.live_rounds import queries
from learning.live_rounds.routes.blueprint import bp
from learning.question_bank.queries import get_documents, get_picture
from learning.question_bank.rules import document_to_json
from learning.question_bank.rules.pictures import SUFFIXES
from learning.web.guards import public
from learning.web.transaction import db_session

POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
KEPT = "private, max-age=86400"
TYPES = {suffix: media_type for media_type, suffix in SUFFIXES.items()}
_SHA256 = re.compile(r"[0-9a-f]{64}")


@bp.get("/<raw_public_id>/media/<raw_sha256>.<suffix>")
@public
def picture(raw_public_id: str, raw_sha256: str, suffix: str) -> Response:
    """Serve a picture of an item that the room has been shown."""
    if not _SHA256.fullmatch(raw_sha256) or suffix not in TYPES:
        raise NotFound("picture")
    session = db_session()
    frame = queries.find_frame(session, queries.checked_id(raw_public_id))
    shown = [frame.versions[number] for number in queries.get_state(session, frame).used]
    documents = get_documents(session, shown).values()
    if not any(f"/media/{raw_sha256}." in document_to_json(each) for each in documents):
        raise NotFound("picture")
    found = get_picture(session, raw_sha256, frozenset({TYPES[suffix]}))
    response = Response(found.content, content_type=found.media_type)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = KEPT
    response.headers["Content-Disposition"] = "inline"
    return response
