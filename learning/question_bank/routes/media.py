"""Pictures of items, served by the hash of their bytes to whoever may see an item that shows them.

What an item of practice or contests shows is anybody's who is logged in, and stays in the browser.
What secure items alone show is for those who sit before them, who read their bank or who brought
the picture; no browser keeps it, since the next person at the machine may be another.
"""

import re
from typing import cast

from flask import Blueprint, Response, current_app
from sqlalchemy.orm import Session

from learning.kernel.clock import utc_now
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.question_bank import queries
from learning.question_bank.models import MediaFile
from learning.question_bank.rules import Pool
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session
from learning.web.where_used import find_shown

POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
KEPT = "private, max-age=31536000, immutable"
NOT_KEPT = "no-store"
TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "svg": "image/svg+xml",
}
MAX_REMEMBERED = 20_000
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PUBLIC = "public_pictures"

media_bp = Blueprint("media", __name__, url_prefix="/media")


@media_bp.get("/<raw_sha256>.<suffix>")
@requires(Permission.SELF_ATTEMPT)
def picture(raw_sha256: str, suffix: str) -> Response:
    """Serve a picture: it never changes, and it can do nothing."""
    if not _SHA256.fullmatch(raw_sha256) or suffix not in TYPES:
        raise NotFound("picture")
    session, actor = db_session(), current_actor()
    found = queries.get_picture(session, raw_sha256, frozenset({TYPES[suffix]}))
    is_public = _is_public(session, actor, raw_sha256)
    if is_public is None and not _is_own(session, actor, found):
        raise NotFound("picture")
    response = Response(found.content, content_type=found.media_type)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = KEPT if is_public else NOT_KEPT
    response.headers["Content-Disposition"] = "inline"
    return response


def _is_public(session: Session, actor: Actor, sha256: str) -> bool | None:
    """Tell whether anybody may see a picture; False: a secure one on the actor's own paper.

    None for one that neither makes known. What is public stays so, and is remembered, since finding
    out takes long; a candidate's paper is looked at first, which takes no time.
    """
    public = cast("set[str]", current_app.extensions.setdefault(_PUBLIC, set()))
    if sha256 in public:
        return True
    shown = find_shown(session, actor.user_id)
    pools = queries.list_pools_shown(session, sha256, stems=shown.stems, keys=shown.keys)
    if pools == {Pool.SECURE.value}:
        return False
    if not pools and not queries.is_shown_in_public(session, sha256):
        return None
    if len(public) >= MAX_REMEMBERED:
        public.clear()
    public.add(sha256)
    return True


def _is_own(session: Session, actor: Actor, found: MediaFile) -> bool:
    """Tell whether the actor brought the picture, or reads a bank whose items show it."""
    return found.created_by == actor.user_id or queries.is_shown_in_reach(
        session, actor, found.sha256, utc_now()
    )
