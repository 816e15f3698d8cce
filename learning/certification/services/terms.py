"""Writing what a scheme asks: each change is the next version, and none is ever changed."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from learning.certification.events import FILE_OPENED, TERMS_CHANGED, FileOpened, TermsChanged
from learning.certification.models import AwardFile, Scheme, SchemeVersion
from learning.certification.queries import find_terms, get_managed, list_open_of_scheme
from learning.certification.rules.terms import Terms, plain_terms, terms_problems, with_validity
from learning.certification.services.files import settle
from learning.kernel import audit, events
from learning.kernel.errors import Invalid, NotFound
from learning.kernel.events import Event
from learning.kernel.permissions import Actor, Permission

FILES_A_TURN = 100


def write_first_version(
    session: Session, actor: Actor, public_id: str, validity_months: int | None, now: datetime
) -> None:
    """Let a new scheme ask for a pass at one of its sittings."""
    scheme_id = session.scalar(select(Scheme.id).where(Scheme.public_id == public_id))
    _write(session, actor, scheme_id or 0, 1, plain_terms(validity_months), now)


def change_validity(
    session: Session, actor: Actor, scheme_id: int, months: int | None, now: datetime
) -> None:
    """Write the next version with another validity, all else as it is.

    Raises Invalid where the scheme has a renewal and would be for life.
    """
    terms = with_validity(find_terms(session, scheme_id, now).terms, months)
    problems = terms_problems(terms)
    if problems:
        raise Invalid(problems)
    _write(session, actor, scheme_id, _next_number(session, scheme_id), terms, now)


def publish_terms(
    session: Session, actor: Actor, raw_public_id: str, *, terms: Terms, now: datetime
) -> int:
    """Let the scheme ask something else from now on; return the version's number.

    The same terms again change nothing. Open files are looked at anew by the worker; what was
    decided stays. Raises NotFound, Invalid naming every part that is wrong.
    """
    scheme = get_managed(session, actor, Permission.SCHEME_MANAGE, raw_public_id, now)
    problems = terms_problems(terms)
    if problems:
        raise Invalid(problems)
    number = _next_number(session, scheme.id)
    known = find_terms(session, scheme.id, now)
    if known.terms == terms and known.version_id is not None:
        return known.number
    _write(session, actor, scheme.id, number, terms, now)
    session.execute(
        update(Scheme)
        .where(Scheme.id == scheme.id)
        .values(validity_months=terms.validity_months)
        .execution_options(synchronize_session=False)
    )
    audit.log(
        session,
        "scheme.terms_published",
        scheme.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"version": number},
    )
    events.record(session, TERMS_CHANGED, TermsChanged(scheme.id).payload(), now)
    return number


def _next_number(session: Session, scheme_id: int) -> int:
    """Return the number of the next version; the scheme is held, so that two writers take turns."""
    held = session.scalar(select(Scheme.id).where(Scheme.id == scheme_id).with_for_update())
    if held is None:
        raise NotFound("scheme")
    last = session.scalar(
        select(func.max(SchemeVersion.number)).where(SchemeVersion.scheme_id == scheme_id)
    )
    return (last or 0) + 1


def _write(
    session: Session, actor: Actor, scheme_id: int, number: int, terms: Terms, now: datetime
) -> None:
    session.add(
        SchemeVersion(
            scheme_id=scheme_id,
            number=number,
            document=terms.to_json(),
            in_force_from=now,
            written_by=actor.user_id,
            written_at=now,
        )
    )
    session.flush()  # what is decided in this transaction names it


def take_terms(session: Session, event: Event, now: datetime) -> int:
    """Look at a scheme's open files by its new terms, a hundred at a time; return how many."""
    told = TermsChanged(**event.payload)
    files = list_open_of_scheme(session, told.scheme_id, told.after_file_id, FILES_A_TURN)
    for _file_id, user_id in files:
        settle(session, told.scheme_id, user_id, now)
    # hours are counted for them by who counts hours
    rows = session.execute(
        select(AwardFile.public_id, AwardFile.user_id).where(
            AwardFile.id.in_([file_id for file_id, _user in files]), AwardFile.closed_at.is_(None)
        )
    )
    for public_id, user_id in rows:
        events.record(session, FILE_OPENED, FileOpened(public_id, user_id).payload(), now)
    if len(files) == FILES_A_TURN:
        following = TermsChanged(told.scheme_id, files[-1][0])
        events.record(session, TERMS_CHANGED, following.payload(), now)
    return len(files)
