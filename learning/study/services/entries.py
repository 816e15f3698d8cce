"""Entry conditions of tracks: declared by learners, confirmed or refused by HR, declared anew."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.accounts.rules.letters import Letter, Link
from learning.accounts.services.telling import tell
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.queries.units import storable
from learning.organisations.rules.names import clean_text
from learning.study.models import Track, TrackDeclaration, TrackEnrolment
from learning.study.queries.entries import is_in_reach
from learning.study.queries.tracks import get_track
from learning.study.rules.entry import (
    MAX_DECLARATIONS,
    WORD_LENGTH,
    Background,
    DeclarationState,
)
from learning.study.rules.letters import entry_confirmed, entry_refused
from learning.study.rules.tracks import Condition, ConfirmedBy, TrackDocument
from learning.study.services.tracks import SELF, enrol

MOST_AT_ONCE = 50  # a page of HR's list
_OPEN = DeclarationState.DECLARED.value


def enrol_self(
    session: Session,
    actor: Actor,
    raw_code: str,
    *,
    has_declared: bool,
    told: Background | None = None,
    raw_word: str = "",
    now: datetime,
) -> tuple[Condition, ...]:
    """Enrol oneself and keep what one declares; the same again changes nothing.

    Who is enrolled declares anew by it: what HR has not looked at is replaced, and who was refused
    waits again, with a word to HR. Returns the conditions that `told` does not reach: HR looks at
    them, and may know of another way in. Raises NotFound, and Conflict: `not_declared` when entry
    conditions were not declared, `not_told` when a background is asked for, `not_met` (with
    `conditions`) where nobody but the learner would look at what is not reached, `word_missing`
    after a refusal, `word_long`, `declaration_limit`.
    """
    track = get_track(session, raw_code)
    if track.conditions and not has_declared:
        raise Conflict("not_declared")
    if track.asks_background and told is None:
        raise Conflict("not_told")
    word = clean_text(raw_word)
    if len(word) > WORD_LENGTH:
        raise Conflict("word_long")
    asked = told if track.asks_background else None
    unmet = track.unmet_by(asked) if asked else ()
    lacking = [condition for condition in unmet if condition.by is ConfirmedBy.SELF]
    if lacking:
        raise Conflict("not_met", conditions=lacking)
    enrol(session, [actor.user_id], track.code, SELF, actor, now)
    if track.conditions:
        _declare(session, actor, track, asked, word, now)
    return unmet


def _declare(
    session: Session,
    actor: Actor,
    track: TrackDocument,
    told: Background | None,
    word: str,
    now: datetime,
) -> None:
    row = session.scalars(
        select(TrackEnrolment)
        .where(TrackEnrolment.user_id == actor.user_id, TrackEnrolment.track_code == track.code)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    last = _last(session, row)
    is_settled = row.confirmed_at is not None or (last is not None and not track.needs_hr)
    if is_settled or (last is not None and last.state == _OPEN and _says(last, told, word)):
        return
    if row.refused_at is not None and not word:
        raise Conflict("word_missing")
    rounds = select(func.count()).where(TrackDeclaration.enrolment_id == row.id)
    if (session.scalar(rounds) or 0) >= MAX_DECLARATIONS:
        raise Conflict("declaration_limit")
    if last is not None and last.state == _OPEN:
        last.state = DeclarationState.REPLACED.value
        session.flush()  # one at a time stands: the row before the new one
    made = TrackDeclaration(
        public_id=new_public_id(),
        enrolment_id=row.id,
        version_id=_version_of(session, track.code),
        education=told.education.value if told else None,
        years=told.years if told else None,
        word=word,
        declared_at=now,
        state=_OPEN,
        answer="",
    )
    session.add(made)
    row.refused_at = row.refused_by = None
    _log(session, "track.declared", row, made, actor, now)


def confirm_entry(
    session: Session, actor: Actor, raw_person: str, raw_code: str, *, seen: str, now: datetime
) -> None:
    """Confirm that a person in reach meets the entry conditions, also after a refusal.

    `seen` is the public id of the declaration that was looked at, "" for none. Again changes
    nothing. Raises NotFound when the person is not enrolled, out of reach, or nothing is HR's to
    confirm, Conflict("own_entry"), and Conflict("changed") when something else was declared or
    decided since.
    """
    track = get_track(session, raw_code)
    row = _hold(session, actor, raw_person, track, now)
    if row.confirmed_at is not None:
        return
    decided = _decide(session, actor, row, DeclarationState.CONFIRMED, seen, "", now)
    row.confirmed_at, row.confirmed_by = now, actor.user_id
    row.refused_at = row.refused_by = None
    _log(session, "track.confirmed", row, decided, actor, now)
    _tell(session, row, decided, entry_confirmed(track.title, track.title_en), now)


def confirm_entries(
    session: Session, actor: Actor, chosen: Iterable[tuple[str, str, str]], *, now: datetime
) -> tuple[int, int]:
    """Confirm entries that were looked at: person, track and what was seen of each.

    Returns how many are confirmed, and how many were left as they are: out of reach, one's own, or
    changed since. Raises Invalid for more than a page of them.
    """
    wanted = sorted(set(chosen))  # one order for all who do so at once
    if len(wanted) > MOST_AT_ONCE:
        raise Invalid([Problem("", None, "chosen", "chosen", "chosen")])
    done = 0
    for raw_person, raw_code, seen in wanted:
        try:
            confirm_entry(session, actor, raw_person, raw_code, seen=seen, now=now)
        except (Conflict, NotFound):
            continue
        done += 1
    return done, len(wanted) - done


def refuse_entry(
    session: Session,
    actor: Actor,
    raw_person: str,
    raw_code: str,
    *,
    seen: str,
    raw_answer: str,
    now: datetime,
) -> None:
    """Refuse the entry of a person in reach with a reason; takes a confirmation back.

    The person reads why, stays enrolled and may declare anew. Raises what `confirm_entry` raises,
    Invalid without a reason, Conflict("refused_already").
    """
    track = get_track(session, raw_code)
    row = _hold(session, actor, raw_person, track, now)
    answer = clean_text(raw_answer)
    if not answer or len(answer) > WORD_LENGTH:
        raise Invalid([Problem("", None, "answer", "answer", "answer")])
    if row.refused_at is not None:
        raise Conflict("refused_already")
    decided = _decide(session, actor, row, DeclarationState.REFUSED, seen, answer, now)
    row.confirmed_at = row.confirmed_by = None
    row.refused_at, row.refused_by = now, actor.user_id
    _log(session, "track.refused", row, decided, actor, now)
    _tell(session, row, decided, entry_refused(track.title, track.title_en, answer), now)


def forget_declarations(session: Session, user_id: int) -> None:
    """Forget what a person who closed the account declared of themselves.

    When it was declared and what was decided stays: that is a record.
    """
    own = select(TrackEnrolment.id).where(TrackEnrolment.user_id == user_id)
    theirs = TrackDeclaration.enrolment_id.in_(own)
    for condition, values in (
        (theirs, {"education": None, "years": None, "word": "", "answer": ""}),
        (theirs & (TrackDeclaration.state == _OPEN), {"state": DeclarationState.WITHDRAWN.value}),
    ):
        session.execute(
            update(TrackDeclaration)
            .where(condition)
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def _hold(
    session: Session, actor: Actor, raw_person: str, track: TrackDocument, now: datetime
) -> TrackEnrolment:
    """Return the enrolment of a person in reach, held; what the person declares waits for this."""
    row = session.scalar(
        select(TrackEnrolment)
        .join(User, User.id == TrackEnrolment.user_id)
        .where(
            User.public_id == storable(raw_person),
            TrackEnrolment.track_code == track.code,
            is_in_reach(session, actor, now),
        )
        .with_for_update(of=TrackEnrolment)
        .execution_options(populate_existing=True)
    )
    if row is None or not track.needs_hr:
        raise NotFound("enrolment")
    if row.user_id == actor.user_id:
        raise Conflict("own_entry")
    return row


def _decide(
    session: Session,
    actor: Actor,
    row: TrackEnrolment,
    state: DeclarationState,
    seen: str,
    answer: str,
    now: datetime,
) -> TrackDeclaration:
    """Note a decision on what was declared, or by itself where nothing new was; return the row."""
    last = _last(session, row)
    if seen != (last.public_id if last else ""):
        raise Conflict("changed")
    if last is None or last.state != _OPEN:
        last = TrackDeclaration(
            public_id=new_public_id(),
            enrolment_id=row.id,
            version_id=_version_of(session, row.track_code),
            word="",
        )
        session.add(last)
    last.state, last.answer = state.value, answer
    last.decided_by, last.decided_at = actor.user_id, now
    return last


def _last(session: Session, row: TrackEnrolment) -> TrackDeclaration | None:
    return session.scalar(
        select(TrackDeclaration)
        .where(TrackDeclaration.enrolment_id == row.id)
        .order_by(TrackDeclaration.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def _version_of(session: Session, code: str) -> int:
    return session.scalars(select(Track.current_version_id).where(Track.code == code)).one() or 0


def _says(row: TrackDeclaration, told: Background | None, word: str) -> bool:
    said = (row.education, row.years, row.word)
    return said == (told.education.value if told else None, told.years if told else None, word)


def _log(
    session: Session,
    action: str,
    row: TrackEnrolment,
    declaration: TrackDeclaration,
    actor: Actor,
    now: datetime,
) -> None:
    details = {"user": row.user_id, "declaration": declaration.public_id}
    audit.log(session, action, row.track_code, actor_id=actor.user_id, now=now, details=details)


def _tell(
    session: Session, row: TrackEnrolment, decided: TrackDeclaration, letter: Letter, now: datetime
) -> None:
    link = Link("tracks.detail", {"raw_track": row.track_code})
    tell(session, row.user_id, letter, now, link=link, key=f"entry:{decided.public_id}")
