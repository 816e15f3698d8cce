"""A learner's own notes and highlights: made, changed, taken away. They are nobody else's."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from learning.courses.models import LessonNote
from learning.courses.queries import count_notes, get_note, get_place
from learning.courses.rules.notes import MOST, MOST_IN_LESSON, NoteDraft
from learning.kernel.errors import Conflict
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor


def add_note(
    session: Session,
    actor: Actor,
    raw_course: str,
    raw_lesson: str,
    draft: NoteDraft,
    *,
    now: datetime,
) -> LessonNote:
    """Make a note in a lesson as it stands now.

    Raises NotFound for a lesson that is not there, Conflict("notes_full") at 200 in a lesson or
    5,000 in all.
    """
    place = get_place(session, raw_course, raw_lesson, reader=actor.user_id)
    in_lesson = count_notes(
        session, actor.user_id, course_id=place.course_id, lesson=place.lesson_code
    )
    if in_lesson >= MOST_IN_LESSON or count_notes(session, actor.user_id) >= MOST:
        raise Conflict("notes_full")
    note = LessonNote(
        public_id=new_public_id(),
        user_id=actor.user_id,
        course_id=place.course_id,
        lesson_code=place.lesson_code,
        lesson_version_id=place.version_id,
        quote=draft.quote,
        prefix=draft.prefix,
        suffix=draft.suffix,
        heading=draft.heading,
        text=draft.text,
        made_at=now,
        changed_at=now,
    )
    session.add(note)
    session.flush()  # the page is told its id
    return note


def change_note(
    session: Session, actor: Actor, raw_public_id: str, text: str, *, now: datetime
) -> LessonNote:
    """Give a note another text; "" leaves its highlight. Raises NotFound.

    Raises Conflict("note_empty") where nothing would be left.
    """
    note = get_note(session, actor.user_id, raw_public_id)
    if not text and not note.quote:
        raise Conflict("note_empty")
    note.text, note.changed_at = text, now
    return note


def remove_note(session: Session, actor: Actor, raw_public_id: str) -> None:
    """Take a note away for good. Raises NotFound."""
    session.delete(get_note(session, actor.user_id, raw_public_id))


def forget_notes(session: Session, user_id: int) -> None:
    """Remove the notes and highlights of a person who closed the account: 5,000 at most."""
    session.execute(
        delete(LessonNote)
        .where(LessonNote.user_id == user_id)
        .execution_options(synchronize_session=False)
    )
