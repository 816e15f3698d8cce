"""Reads of attempts; whose they are is part of every query that serves a person."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import Session

from learning.attempts.models import (
    Assessment,
    AssessmentItem,
    Attempt,
    ResponseRow,
    StepwiseEntry,
)
from learning.attempts.rules import (
    AttemptRules,
    Blueprint,
    Due,
    Form,
    FormPosition,
    Part,
    Release,
    Ruling,
    Sections,
    StoredResponse,
    clock_at,
    explained,
)
from learning.kernel.errors import NotFound
from learning.question_bank.queries import get_documents, get_keys
from learning.question_bank.rules import Item, ItemDocument
from learning.question_bank.variants import realised, realised_key

MAX_PAPERS = 50


@dataclass(frozen=True, slots=True)
class AttemptView:
    """An attempt with what is needed of its assessment; forms and rules are parsed on demand."""

    id: int
    public_id: str
    user_id: int
    number: int
    epoch: int
    open_position: int | None
    open_until: datetime | None
    sections_json: str | None
    item_count: int
    device_hash: str
    started_at: datetime
    deadline_at: datetime
    extra_s: int
    submitted_at: datetime | None
    finished_at: datetime | None
    finish_kind: str | None
    paused_at: datetime | None
    voided_at: datetime | None
    form_json: str
    assessment_id: int
    title: str
    closes_at: datetime
    ruled_at: datetime | None
    blueprint_json: str
    rules_json: str

    @property
    def form(self) -> Form:
        """Return the pinned form."""
        return Form.from_json(self.form_json)

    @property
    def blueprint(self) -> Blueprint:
        """Return the assessment's blueprint."""
        return parse_blueprint(self.blueprint_json)

    @property
    def sections(self) -> Sections | None:
        """Return the times of its sections, None where the whole alone is limited."""
        return Sections.from_json(self.sections_json) if self.sections_json else None

    def section_at(self, now: datetime) -> int | None:
        """Return the index of the section that runs, None where the whole alone is limited."""
        sections = self.sections
        return None if sections is None else sections.at(clock_at(now, self.paused_at))

    @property
    def due(self) -> Due:
        """Return until when its answers count."""
        return Due(self.deadline_at, self.sections)

    @property
    def rules(self) -> AttemptRules:
        """Return the assessment's rules."""
        return AttemptRules.from_json(self.rules_json)


@lru_cache(maxsize=256)
def parse_blueprint(text: str) -> Blueprint:
    """Return a blueprint; kept by its text, which never changes for an assessment."""
    return Blueprint.from_json(text)


_VIEW = (
    Attempt.id,
    Attempt.public_id,
    Attempt.user_id,
    Attempt.number,
    Attempt.epoch,
    Attempt.open_position,
    Attempt.open_until,
    Attempt.sections.label("sections_json"),
    Attempt.item_count,
    Attempt.device_hash,
    Attempt.started_at,
    Attempt.deadline_at,
    Attempt.extra_s,
    Attempt.submitted_at,
    Attempt.finished_at,
    Attempt.finish_kind,
    Attempt.paused_at,
    Attempt.voided_at,
    Attempt.form.label("form_json"),
    Assessment.id.label("assessment_id"),
    Assessment.title,
    Assessment.closes_at,
    Assessment.ruled_at,
    Assessment.blueprint.label("blueprint_json"),
    Assessment.rules.label("rules_json"),
)


_ALL = select(*_VIEW).join(Assessment, Assessment.id == Attempt.assessment_id)
# Made once: thousands open a paper or hand one in within a minute.
_OWN = _ALL.where(
    Attempt.public_id == bindparam("public_id"), Attempt.user_id == bindparam("user_id")
)
_BY_ID = _ALL.where(Attempt.id == bindparam("attempt_id"))
_FOR_SCORING = _BY_ID.with_for_update(read=True, of=Assessment)
_LOG = (
    select(
        ResponseRow.position,
        ResponseRow.epoch,
        ResponseRow.seq,
        ResponseRow.answer,
        ResponseRow.after_submit,
        ResponseRow.saved_at,
    )
    .where(ResponseRow.attempt_id == bindparam("attempt_id"))
    .order_by(ResponseRow.position, ResponseRow.epoch, ResponseRow.seq)
)


def get_attempt(session: Session, user_id: int, raw_public_id: str) -> AttemptView:
    """Return a person's own attempt; NotFound when missing or somebody else's."""
    return _view(session.execute(_OWN, {"public_id": raw_public_id, "user_id": user_id}).first())


def get_attempt_by_id(session: Session, attempt_id: int) -> AttemptView:
    """Return an attempt by its row id, whosever it is; NotFound when there is none."""
    return _view(session.execute(_BY_ID, {"attempt_id": attempt_id}).one_or_none())


def hold_for_scoring(session: Session, attempt_id: int) -> AttemptView:
    """Return an attempt whose score is about to be written, and hold off a regrade until it is.

    The assessment's row is shared with other scores and refused to rulings, or waited for behind
    them: a ruling is seen by every score that it does not see. NotFound when there is none.
    """
    return _view(session.execute(_FOR_SCORING, {"attempt_id": attempt_id}).one_or_none())


def _view(row: Any) -> AttemptView:
    if row is None:
        raise NotFound("attempt")
    return AttemptView(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it


def list_responses(session: Session, attempt_id: int) -> list[StoredResponse]:
    """Return the whole log of an attempt in order of position, epoch, seq."""
    return [_stored(row) for row in session.execute(_LOG, {"attempt_id": attempt_id})]


def _stored(row: Row[int, int, int, str, bool, datetime]) -> StoredResponse:
    position, epoch, seq, answer, after_submit, saved_at = row
    return StoredResponse(position, epoch, seq, answer, after_submit, saved_at)


def list_documents(session: Session, places: Sequence[FormPosition]) -> list[ItemDocument]:
    """Return what is asked at each of these places of a form, variants drawn; nothing of a key."""
    documents = get_documents(session, [place.version_id for place in places])
    return [realised(documents[place.version_id], place.variant) for place in places]


def list_items(
    session: Session, places: Sequence[FormPosition], rulings: Mapping[int, Ruling] | None = None
) -> list[Item]:
    """Return what is asked at each of these places with its key, variants drawn.

    A key that `rulings` put in place of the item's own is the one, and so is an explanation. For
    scoring and released results alone.
    """
    wanted = [place.version_id for place in places]
    documents, own = get_documents(session, wanted), get_keys(session, wanted)
    items = []
    for place in places:
        document, key = documents[place.version_id], own[place.version_id]
        ruling = (rulings or {}).get(place.version_id)
        held = ruling.key if ruling is not None and ruling.key is not None else key
        drawn = realised_key(document, held, place.variant)
        if ruling is not None:
            drawn = explained(drawn, key, ruling)
        items.append(Item(realised(document, place.variant), drawn))
    return items


def has_open_attempts(session: Session, assessment_id: int) -> bool:
    """Tell whether anybody is still answering the assessment."""
    return (
        session.scalar(
            select(Attempt.id)
            .where(Attempt.assessment_id == assessment_id, Attempt.submitted_at.is_(None))
            .limit(1)
        )
        is not None
    )


def closing_obstacle(session: Session, user_id: int, now: datetime) -> str | None:  # noqa: ARG001
    """Return "open_attempt" while the person is answering something, else None."""
    is_open = select(Attempt.id).where(Attempt.user_id == user_id, Attempt.submitted_at.is_(None))
    return "open_attempt" if session.scalar(is_open.limit(1)) is not None else None


def list_stepwise_entries(session: Session, attempt_id: int) -> dict[int, StepwiseEntry]:
    """Return what was revealed and committed, by position."""
    rows = session.scalars(select(StepwiseEntry).where(StepwiseEntry.attempt_id == attempt_id))
    return {row.position: row for row in rows}


def find_form(session: Session, public_id: str) -> Form | None:
    """Return the form of an attempt, whosever it is; None where there is none."""
    text = session.scalar(select(Attempt.form).where(Attempt.public_id == public_id))
    return None if text is None else Form.from_json(text)


def list_using(
    session: Session, version_ids: Collection[int], *, limit: int
) -> tuple[list[tuple[str, datetime, datetime]], int]:
    """Return what may draw one of the versions, and how many assessments do.

    The newest come first, each as title and window.
    """
    using = select(AssessmentItem.assessment_id).where(AssessmentItem.version_id.in_(version_ids))
    rows = session.execute(
        select(Assessment.title, Assessment.opens_at, Assessment.closes_at)
        .where(Assessment.id.in_(using))
        .order_by(Assessment.id.desc())
        .limit(limit)
    )
    total = session.scalar(select(func.count()).select_from(using.distinct().subquery()))
    return [(title, opens, closes) for title, opens, closes in rows], total or 0


def list_shown(
    session: Session, user_id: int, now: datetime
) -> tuple[frozenset[int], frozenset[int]]:
    """Return the versions on a person's papers: those to be seen, and those with their keys.

    A running paper shows its items, and their keys where it tells them step by step; a finished one
    shows as much as its rules let be reviewed, from the instants that they set. What it shows is
    named on its result page alone, which waits for the others too. The newest papers count.
    """
    rows = session.execute(
        select(Attempt.form, Attempt.finished_at, Assessment.delivery, Assessment.rules)
        .join(Assessment, Assessment.id == Attempt.assessment_id)
        .where(Attempt.user_id == user_id)
        .order_by(Attempt.started_at.desc(), Attempt.id.desc())
        .limit(MAX_PAPERS)
    )
    stems, keys = set[int](), set[int]()
    for form, finished_at, delivery, rules in rows:
        is_open, told = finished_at is None, AttemptRules.from_json(rules)
        if not is_open and not _has_come(told, Part.RESPONSES, now):
            continue
        versions = {place.version_id for place in Form.from_json(form).positions}
        stems |= versions
        is_explained = _has_come(told, Part.EXPLANATIONS, now)
        if is_explained if not is_open else (delivery == "stepwise" and told.tells_key):
            keys |= versions
    return frozenset(stems), frozenset(keys)


def _has_come(rules: AttemptRules, part: Part, now: datetime) -> bool:
    since = rules.disclosure.since(part)
    return rules.release_of(part) is not Release.NEVER and (since is None or now >= since)


def list_due(session: Session, before: datetime, limit: int) -> list[int]:
    """Return the ids of running attempts whose deadline passed before the instant, oldest first.

    A paused one has its time still before it, and so may one whose window has just moved.
    """
    moving = select(Assessment.id).where(Assessment.moved_at.is_not(None))
    return list(
        session.scalars(
            select(Attempt.id)
            .where(
                Attempt.submitted_at.is_(None),
                Attempt.paused_at.is_(None),
                Attempt.deadline_at < before,
                Attempt.assessment_id.not_in(moving),
            )
            .order_by(Attempt.deadline_at, Attempt.id)
            .limit(limit)
        )
    )
