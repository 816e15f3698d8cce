"""The present that rows of certificates are compared with: people, kinds, numbers on file."""

from collections.abc import Iterable, Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import LoginName, User
from learning.accounts.rules import LoginNameKind
from learning.certification.models import ExternalCertificate, Scheme
from learning.certification.rules.register import Kind, Known, RegisterRow, RegisterState
from learning.organisations.models import Membership
from learning.organisations.rules.names import name_key, staff_key

CHUNK = 5_000  # bound parameters in one statement
MAX_KINDS = 500


def list_offered(session: Session, organisation_id: int) -> list[Scheme]:
    """Return the kinds that may be registered: the organisation's external ones, and own schemes.

    Of own schemes old certificates may be on paper, issued before there was this platform.
    """
    return list(
        session.scalars(
            select(Scheme)
            .where(
                or_(
                    and_(Scheme.kind == "external", Scheme.issuer_id == organisation_id),
                    Scheme.kind == "own",
                )
            )
            .order_by(Scheme.kind, Scheme.title, Scheme.id)
            .limit(MAX_KINDS)
        )
    )


def kind_of(scheme: Scheme) -> Kind:
    """Return a scheme as certificates of it are registered."""
    return Kind(
        scheme.id, scheme.title, scheme.authority, scheme.validity_months, scheme.review_months
    )


def load_state(
    session: Session, organisation_id: int, rows: Sequence[RegisterRow]
) -> RegisterState:
    """Return the present as far as rows can touch it, in a few statements however many they are."""
    kinds: dict[str, Kind | None] = {}
    for scheme in list_offered(session, organisation_id):
        kind = kind_of(scheme)
        for text in {name_key(scheme.title), name_key(scheme.title_en), name_key(scheme.code)}:
            if text:
                kinds[text] = None if kinds.get(text, kind) != kind else kind
    return RegisterState(
        staff=_staff(session, organisation_id, rows),
        phones=_phones(session, organisation_id, rows),
        kinds=kinds,
        taken=_taken(session, organisation_id, rows),
    )


def _staff(session: Session, organisation_id: int, rows: Sequence[RegisterRow]) -> dict[str, Known]:
    found: dict[str, Known] = {}
    for part in _parts(staff_key(row.staff_no) for row in rows if row.staff_no):
        for key, user_id, name in session.execute(
            select(Membership.staff_no_key, User.id, User.display_name)
            .join(User, User.id == Membership.user_id)
            .where(
                Membership.organisation_id == organisation_id,
                Membership.staff_no_key.in_(part),
                Membership.valid_to.is_(None),
            )
        ):
            found[key] = Known(user_id, name)
    return found


def _phones(
    session: Session, organisation_id: int, rows: Sequence[RegisterRow]
) -> dict[str, Known]:
    """Return members by phone: of strangers nobody learns whose number it is."""
    members = select(Membership.user_id).where(
        Membership.organisation_id == organisation_id, Membership.valid_to.is_(None)
    )
    prefix, found = f"{LoginNameKind.PHONE.value}:", {}
    for part in _parts(row.phone for row in rows if row.phone and not row.staff_no):
        for key, user_id, name in session.execute(
            select(LoginName.name_key, User.id, User.display_name)
            .join(User, User.id == LoginName.user_id)
            .where(LoginName.name_key.in_([prefix + phone for phone in part]), User.id.in_(members))
        ):
            found[key.removeprefix(prefix)] = Known(user_id, name)
    return found


def _taken(
    session: Session, organisation_id: int, rows: Sequence[RegisterRow]
) -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = {}
    table = ExternalCertificate
    for part in _parts(name_key(row.number) for row in rows if row.number):
        for scheme_id, key, user_id in session.execute(
            select(table.scheme_id, table.number_key, table.user_id).where(
                table.organisation_id == organisation_id,
                table.number_key.in_(part),
                table.withdrawn_at.is_(None),
            )
        ):
            found[scheme_id, key] = user_id
    return found


def _parts(values: Iterable[str]) -> list[list[str]]:
    found = sorted(set(values))
    return [found[start : start + CHUNK] for start in range(0, len(found), CHUNK)]
