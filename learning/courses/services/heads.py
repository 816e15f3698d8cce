"""Changing the head of a lesson being written by its fields."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from learning.courses.drafts import LessonHead, head_of, with_head
from learning.courses.models import AuthoredCourse
from learning.courses.queries.authoring import get_contents, get_file
from learning.courses.services.editing import save_text
from learning.courses.services.working_files import hold
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor


def save_head(
    session: Session,
    actor: Actor,
    authored: AuthoredCourse,
    raw_path: str,
    head: LessonHead,
    revision: int,
    now: datetime,
) -> int:
    """Put a head above a lesson's text; return the file's new revision.

    The lesson keeps its id, by which progress knows it, its deck and every byte of its text. Raises
    NotFound, Conflict("file_changed") as `save_text` does, Conflict("head_unshown") where the
    stored head says more than a form can.
    """
    hold(session, authored)
    file = get_file(session, authored, raw_path)
    stored = get_contents(session, [file.sha256])[file.sha256]
    text = stored.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    before = head_of(text)
    if before is None:
        raise Conflict("head_unshown")
    written = with_head(text, replace(head, code=before.code, deck=before.deck))
    return save_text(session, actor, authored, raw_path, written, revision, now)
