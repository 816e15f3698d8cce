"""Applications as their people, HR and the examiner see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from learning.accounts.models import User
from learning.attempts.models import Assessment
from learning.exams.models import (
    Admission,
    ApplicationFile,
    Sitting,
    SittingApplication,
)
from learning.exams.queries.people import PersonFacts, places_of
from learning.exams.queries.views import SittingView, as_view, checked_id, view_query
from learning.exams.rules import ApplicationState, FileKind, State
from learning.kernel.errors import NotFound
from learning.organisations.rules.names import clean_text

MAX_OFFERED = 200


@dataclass(frozen=True, slots=True)
class OfferLine:
    """A sitting one can apply to, and how one's own application stands (None: not yet)."""

    public_id: str
    title: str
    organiser: str
    opens_at: datetime
    closes_at: datetime
    state: ApplicationState | None
    is_signed: bool


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file of an application, without its content."""

    public_id: str
    kind: FileKind
    name: str
    media_type: str
    bytes: int


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """An application in full, but for the content of its files."""

    id: int
    public_id: str
    user_id: int
    person: str
    name: str
    state: ApplicationState
    applied_by: str
    applied_at: datetime
    statement: str
    wants: str
    wants_consent: int
    wants_agreed_at: datetime | None
    agreement: str
    agreement_sha256: str
    agreed_at: datetime | None
    fee_note: str
    decided_by: str
    decided_at: datetime | None
    answer: str
    files: tuple[FileLine, ...]

    @property
    def version(self) -> str:
        """Return what names this content: sent again, an application is another one."""
        return sent_version(self.applied_at)


@dataclass(frozen=True, slots=True)
class ApplicationLine:
    """An application in the examiner's list."""

    public_id: str
    name: str
    state: ApplicationState
    applied_at: datetime
    is_signed: bool
    files: int
    wants: str


def sent_version(applied_at: datetime) -> str:
    """Return what names the content of an application that was sent at the instant."""
    return applied_at.isoformat()


def is_offered(sitting: SittingView, now: datetime) -> bool:
    """Tell whether one can apply to the sitting now: open, before its window. Twin: `_offered`."""
    takes = sitting.settings.takes_applications
    return takes and sitting.state is State.OPEN and now < sitting.opens_at


def list_offers(session: Session, user_id: int, now: datetime) -> list[OfferLine]:
    """Return the sittings one can apply to, and those one has applied to, by their opening."""
    own = and_(SittingApplication.sitting_id == Sitting.id, SittingApplication.user_id == user_id)
    rows = session.execute(
        view_query()
        .add_columns(SittingApplication.state.label("own_state"), SittingApplication.agreed_at)
        .outerjoin(SittingApplication, own)
        .where(
            Sitting.state == State.OPEN.value,
            or_(
                SittingApplication.id.is_not(None),
                and_(
                    Assessment.opens_at > now,
                    Sitting.settings.contains('"takes_applications":true', autoescape=True),
                ),
            ),
        )
        .order_by(Assessment.opens_at, Sitting.id)
        .limit(MAX_OFFERED)
    ).mappings()
    return [
        OfferLine(
            public_id=row["public_id"],
            title=row["title"],
            organiser=row["organiser"],
            opens_at=row["opens_at"],
            closes_at=row["closes_at"],
            state=ApplicationState(row["own_state"]) if row["own_state"] else None,
            is_signed=row["agreed_at"] is not None,
        )
        for row in rows
    ]


def get_offered(session: Session, user_id: int, raw_public_id: str, now: datetime) -> SittingView:
    """Return a sitting that one can apply to or has applied to; NotFound for all others."""
    row = (
        session.execute(
            view_query()
            .add_columns(
                exists()
                .where(
                    SittingApplication.sitting_id == Sitting.id,
                    SittingApplication.user_id == user_id,
                )
                .label("has_applied")
            )
            .where(
                Sitting.public_id == checked_id(raw_public_id), Sitting.state != State.DRAFT.value
            )
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NotFound("sitting")
    sitting = as_view(row)
    if not (row["has_applied"] or is_offered(sitting, now)):
        raise NotFound("sitting")
    return sitting


def find_own_application(session: Session, user_id: int, sitting_id: int) -> ApplicationView | None:
    """Return a person's own application to a sitting, None when there is none."""
    return _one(
        session,
        _view_query().where(
            SittingApplication.sitting_id == sitting_id, SittingApplication.user_id == user_id
        ),
    )


def get_application(session: Session, sitting_id: int, raw_application_id: str) -> ApplicationView:
    """Return an application to a sitting; NotFound for any other."""
    found = _one(
        session,
        _view_query().where(
            SittingApplication.sitting_id == sitting_id,
            SittingApplication.public_id == checked_id(raw_application_id),
        ),
    )
    if found is None:
        raise NotFound("application")
    return found


def _view_query() -> Select[*tuple[Any, ...]]:
    applier, decider = aliased(User), aliased(User)
    return (
        select(
            SittingApplication.id,
            SittingApplication.public_id,
            SittingApplication.user_id,
            User.public_id.label("person"),
            User.display_name.label("name"),
            SittingApplication.state,
            applier.display_name.label("applied_by"),
            SittingApplication.applied_at,
            SittingApplication.statement,
            SittingApplication.wants,
            SittingApplication.wants_consent,
            SittingApplication.wants_agreed_at,
            SittingApplication.agreement,
            SittingApplication.agreement_sha256,
            SittingApplication.agreed_at,
            SittingApplication.fee_note,
            func.coalesce(decider.display_name, "").label("decided_by"),
            SittingApplication.decided_at,
            SittingApplication.answer,
        )
        .join(User, User.id == SittingApplication.user_id)
        .join(applier, applier.id == SittingApplication.applied_by)
        .outerjoin(decider, decider.id == SittingApplication.decided_by)
    )


def _one(session: Session, query: Select[*tuple[Any, ...]]) -> ApplicationView | None:
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        return None
    files = session.execute(
        select(
            ApplicationFile.public_id,
            ApplicationFile.kind,
            ApplicationFile.name,
            ApplicationFile.media_type,
            func.length(ApplicationFile.content),
        )
        .where(ApplicationFile.application_id == row["id"])
        .order_by(ApplicationFile.id)
    )
    lines = tuple(FileLine(f[0], FileKind(f[1]), *f[2:]) for f in files)
    return ApplicationView(**{**row, "state": ApplicationState(row["state"])}, files=lines)


def list_applications(
    session: Session,
    sitting_id: int,
    *,
    state: ApplicationState | None,
    search: str,
    offset: int,
    limit: int,
) -> list[ApplicationLine]:
    """Return a page of a sitting's applications, the oldest sent first."""
    files = (
        select(func.count())
        .select_from(ApplicationFile)
        .where(ApplicationFile.application_id == SittingApplication.id)
        .correlate(SittingApplication)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            SittingApplication.public_id,
            User.display_name,
            SittingApplication.state,
            SittingApplication.applied_at,
            SittingApplication.agreed_at.is_not(None),
            files,
            SittingApplication.wants,
        )
        .join(User, User.id == SittingApplication.user_id)
        .where(*_conditions(sitting_id, state, search))
        .order_by(SittingApplication.applied_at, SittingApplication.id)
        .offset(offset)
        .limit(limit)
    )
    return [
        ApplicationLine(public_id, name, ApplicationState(raw), at, is_signed, count, wants)
        for public_id, name, raw, at, is_signed, count, wants in rows
    ]


def count_applications(
    session: Session, sitting_id: int, *, state: ApplicationState | None, search: str = ""
) -> int:
    """Return how many applications `list_applications` would give without pages."""
    query = (
        select(func.count())
        .select_from(SittingApplication)
        .join(User, User.id == SittingApplication.user_id)
        .where(*_conditions(sitting_id, state, search))
    )
    return session.scalar(query) or 0


def _conditions(
    sitting_id: int, state: ApplicationState | None, search: str
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [SittingApplication.sitting_id == sitting_id]
    if state is not None:
        conditions.append(SittingApplication.state == state.value)
    text = clean_text(search)
    if text:
        conditions.append(
            or_(
                User.display_name.icontains(text, autoescape=True),
                User.sort_key.startswith(text.casefold(), autoescape=True),
            )
        )
    return conditions


def list_photos(
    session: Session, sitting_id: int, people: Sequence[str]
) -> dict[str, tuple[str, bytes]]:
    """Return (media type, content) of the photographs by person (public id).

    Only what an examiner accepted: nobody identifies themselves with a picture no one looked at.
    """
    rows = session.execute(
        select(User.public_id, ApplicationFile.media_type, ApplicationFile.content)
        .join(SittingApplication, SittingApplication.id == ApplicationFile.application_id)
        .join(User, User.id == SittingApplication.user_id)
        .where(*_photographed(sitting_id, people))
        .order_by(ApplicationFile.id)
    )
    return {person: (media_type, content) for person, media_type, content in rows}


def find_admission_photo(
    session: Session, sitting_ids: Sequence[int], user_id: int
) -> tuple[str, bytes] | None:
    """Return (media type, content) of the latest photograph an examiner accepted of the person.

    Of the sittings given; None where there is none, or none any more.
    """
    row = session.execute(
        select(ApplicationFile.media_type, ApplicationFile.content)
        .join(SittingApplication, SittingApplication.id == ApplicationFile.application_id)
        .where(
            SittingApplication.sitting_id.in_(sitting_ids),
            SittingApplication.user_id == user_id,
            SittingApplication.state == ApplicationState.ACCEPTED.value,
            ApplicationFile.kind == FileKind.PHOTO.value,
        )
        .order_by(ApplicationFile.id.desc())
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else None


def list_photographed(session: Session, sitting_id: int, people: Sequence[str]) -> set[str]:
    """Return which of the people (public ids) `list_photos` has a photograph of."""
    rows = session.scalars(
        select(User.public_id)
        .join(SittingApplication, SittingApplication.user_id == User.id)
        .join(ApplicationFile, ApplicationFile.application_id == SittingApplication.id)
        .where(*_photographed(sitting_id, people))
    )
    return set(rows)


def _photographed(sitting_id: int, people: Sequence[str]) -> list[ColumnElement[bool]]:
    return [
        SittingApplication.sitting_id == sitting_id,
        SittingApplication.state == ApplicationState.ACCEPTED.value,
        User.public_id.in_(people),
        ApplicationFile.kind == FileKind.PHOTO.value,
    ]


def facts_of_applicant(session: Session, user_id: int, now: datetime) -> PersonFacts:
    """Return what an admission freezes of somebody who applied, within reach or not."""
    row = session.execute(
        select(User.id, User.public_id, User.display_name).where(
            User.id == user_id, User.disabled_at.is_(None)
        )
    ).one_or_none()
    if row is None:
        raise NotFound("person")
    unit_name, staff_no = places_of(session, [user_id], None, now).get(user_id, ("", ""))
    return PersonFacts(row[0], row[1], row[2], unit_name, staff_no)


def list_applied_ids(session: Session, sitting_id: int, user_ids: Sequence[int]) -> set[int]:
    """Return which of the people have applied or are admitted already."""
    applied = select(SittingApplication.user_id).where(
        SittingApplication.sitting_id == sitting_id, SittingApplication.user_id.in_(user_ids)
    )
    admitted = select(Admission.user_id).where(
        Admission.sitting_id == sitting_id, Admission.user_id.in_(user_ids)
    )
    return set(session.scalars(applied)) | set(session.scalars(admitted))
