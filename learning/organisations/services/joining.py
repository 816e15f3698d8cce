"""Join codes and requests to join: made, asked, withdrawn, confirmed or refused by HR.

A request changes nothing but itself; confirming it opens the membership. Whether the actor may
reach a unit is the caller's matter for codes; for decisions the queries check it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning.accounts.models import LoginName
from learning.accounts.rules import LoginNameKind, login_name_key
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.models import JoinCode, JoinRequest, Membership, Unit
from learning.organisations.queries import UnitView, organisation_of_unit
from learning.organisations.queries.join_requests import load_join_rows
from learning.organisations.queries.joining import (
    JoinCodeView,
    find_open_code,
    find_pending,
    get_code,
    is_member,
)
from learning.organisations.queries.units import storable
from learning.organisations.rules.joining import (
    CODE_ALPHABET,
    CODE_LENGTH,
    MAX_PENDING,
    JoinRow,
    RequestState,
    check_code_plan,
    check_reason,
    check_rows,
    clean_staff_no,
    staff_no_problems,
)
from learning.organisations.rules.units import problem
from learning.organisations.services.acts import Act, begin_act, load_open, log_act
from learning.organisations.services.memberships import add_membership

MAX_CHOSEN = 200  # requests decided in one act


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks to join: also somebody whose account is made in the same transaction."""

    user_id: int
    public_id: str


def create_join_code(
    session: Session,
    actor: Actor,
    unit: UnitView,
    *,
    valid_until: datetime,
    max_uses: int,
    now: datetime,
) -> str:
    """Make a join code for a unit; return its public id. Raises Invalid."""
    problems = check_code_plan(valid_until, max_uses, now)
    if problems:
        raise Invalid(problems)
    row = JoinCode(
        public_id=new_public_id(),
        unit_id=unit.id,
        code="".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH)),
        valid_until=valid_until,
        max_uses=max_uses,
        uses=0,
        created_by=actor.user_id,
        created_at=now,
    )
    session.add(row)
    session.flush()  # a clash of codes must fail here: 50 random bits, once in a lifetime
    details = {"max_uses": max_uses, "valid_until": valid_until.isoformat()}
    log_act(session, "join_code.created", unit, Act(actor.user_id, now, now), details)
    return row.public_id


def revoke_join_code(
    session: Session, actor: Actor, unit: UnitView, raw_public_id: str, *, now: datetime
) -> None:
    """End a join code of a unit at once; nothing changes when it had ended. Raises NotFound."""
    code = get_code(session, unit.id, raw_public_id, now)
    ended = session.scalar(
        update(JoinCode)
        .where(JoinCode.public_id == code.public_id, JoinCode.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(JoinCode.id)
    )
    if ended is not None:
        act = Act(actor.user_id, now, now)
        log_act(session, "join_code.revoked", unit, act, {"code": code.public_id})


def join_by_code(
    session: Session, asker: Asker, raw_code: str, *, staff_no: str, now: datetime
) -> str:
    """Ask to join the unit of a code; return the request's public id, the waiting one if any.

    A use is counted for a new request only. Raises Conflict("join_code") for a code that opens
    nothing (which of the reasons is not told), Conflict("already_member"), Invalid.
    """
    code = find_open_code(session, raw_code, now)
    if code is None:
        raise Conflict("join_code")
    waiting = find_pending(session, asker.user_id, code.unit_id)
    if waiting is not None:
        return waiting.public_id
    _check_asker(session, asker, code.unit_id, now)
    code_id = _count_use(session, code, now)
    return _insert_request(session, asker, code.unit_id, staff_no, now, code_id=code_id)


def join_unit(session: Session, asker: Asker, unit_id: int, *, staff_no: str, now: datetime) -> str:
    """Ask to join an open unit without a code; else as `join_by_code`."""
    waiting = find_pending(session, asker.user_id, unit_id)
    if waiting is not None:
        return waiting.public_id
    _check_asker(session, asker, unit_id, now)
    load_open(session, unit_id, Act(asker.user_id, now, now))
    return _insert_request(session, asker, unit_id, staff_no, now)


def _check_asker(session: Session, asker: Asker, unit_id: int, now: datetime) -> None:
    if is_member(session, asker.user_id, unit_id, now):
        raise Conflict("already_member", unit_id=unit_id)
    waiting = session.scalar(
        select(func.count())
        .select_from(JoinRequest)
        .where(
            JoinRequest.user_id == asker.user_id,
            JoinRequest.state == RequestState.PENDING.value,
        )
    )
    if (waiting or 0) >= MAX_PENDING:
        raise Conflict("too_many_pending")


def _count_use(session: Session, code: JoinCodeView, now: datetime) -> int:
    """Count one use while there is one; return the code's row id. Twin: `rules.code_state`.

    The statement holds the code's row, so that parallel joins come one after the other.
    """
    counted = session.scalar(
        update(JoinCode)
        .where(
            JoinCode.public_id == code.public_id,
            JoinCode.uses < JoinCode.max_uses,
            JoinCode.revoked_at.is_(None),
            JoinCode.valid_until > now,
        )
        .values(uses=JoinCode.uses + 1)
        .returning(JoinCode.id)
        .execution_options(synchronize_session=False)
    )
    if counted is None:
        raise Conflict("join_code")
    return counted


def _insert_request(
    session: Session,
    asker: Asker,
    unit_id: int,
    staff_no: str,
    now: datetime,
    *,
    code_id: int | None = None,
) -> str:
    number = clean_staff_no(staff_no)
    problems = staff_no_problems(number)
    if problems:
        raise Invalid(problems)
    row = JoinRequest(
        public_id=new_public_id(),
        unit_id=unit_id,
        user_id=asker.user_id,
        join_code_id=code_id,
        staff_no=number,
        state=RequestState.PENDING.value,
        requested_at=now,
    )
    session.add(row)
    try:
        session.flush()  # two clicks at once: the second meets the unique index here
    except IntegrityError as error:
        raise Conflict("already_requested") from error
    details = {"unit_id": unit_id, "request": row.public_id, "by_code": code_id is not None}
    audit.log(
        session,
        "join.requested",
        asker.public_id,
        actor_id=asker.user_id,
        now=now,
        details=details,
    )
    return row.public_id


def withdraw_request(session: Session, actor: Actor, raw_public_id: str, *, now: datetime) -> None:
    """Take back one's own waiting request.

    Raises NotFound, Conflict("not_pending"), Conflict("last_login_name") when the person could not
    log in any more: a log-in by staff number ends with the request for that unit.
    """
    row = session.scalars(
        select(JoinRequest)
        .where(
            JoinRequest.public_id == storable(raw_public_id),
            JoinRequest.user_id == actor.user_id,
        )
        .with_for_update()
    ).first()
    if row is None:
        raise NotFound("join_request")
    if row.state != RequestState.PENDING:
        raise Conflict("not_pending")
    _decide(row, RequestState.WITHDRAWN, actor, now)
    session.flush()  # the release below reads what still waits
    freed = release_staff_login(session, row, now)
    if freed and not _has_login(session, actor.user_id):
        raise Conflict("last_login_name")
    audit.log(
        session,
        "join.withdrawn",
        actor.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"request": row.public_id, "login_freed": freed},
    )


def _has_login(session: Session, user_id: int) -> bool:
    found = session.scalar(select(LoginName.id).where(LoginName.user_id == user_id).limit(1))
    return found is not None


def confirm_requests(
    session: Session, actor: Actor, raw_public_ids: Sequence[str], *, now: datetime
) -> int:
    """Make the people of the chosen requests members; all of them or none. Returns how many.

    Raises Invalid with one problem a row at its public id (see `rules.joining.check_rows`),
    NotFound when a request is missing or out of reach.
    """
    begin_act(session, actor, now)  # nobody else takes a staff number meanwhile
    rows = _load_chosen(session, actor, raw_public_ids, now)
    problems = check_rows([row for _request, row in rows])
    if problems:
        raise Invalid(problems)
    for request, row in rows:
        add_membership(
            session, actor, row.user_id, unit_id=row.unit_id, staff_no=row.staff_no, now=now
        )
        _decide(request, RequestState.CONFIRMED, actor, now)
        _log_decision(session, "join.confirmed", actor, request, now)
    session.flush()  # callers count what is left
    return len(rows)


def refuse_requests(
    session: Session,
    actor: Actor,
    raw_public_ids: Sequence[str],
    *,
    reason: str,
    now: datetime,
) -> int:
    """Refuse the chosen requests with a reason that the people read; all or none.

    A log-in by staff number that was made with the request is freed. Returns how many. Raises
    Invalid for a missing reason or a request that was decided meanwhile, NotFound.
    """
    text, problems = check_reason(reason)
    if problems:
        raise Invalid(problems)
    rows = _load_chosen(session, actor, raw_public_ids, now)
    gone = [problem(row.public_id, "not_pending") for _r, row in rows if not _is_pending(row)]
    if gone:
        raise Invalid(gone)
    for request, _row in rows:
        request.reason = text
        _decide(request, RequestState.REFUSED, actor, now)
        session.flush()  # the release reads what still waits
        release_staff_login(session, request, now)
        _log_decision(session, "join.refused", actor, request, now)
    return len(rows)


def _is_pending(row: JoinRow) -> bool:
    return row.state == RequestState.PENDING


def _load_chosen(
    session: Session, actor: Actor, raw_public_ids: Sequence[str], now: datetime
) -> list[tuple[JoinRequest, JoinRow]]:
    chosen = sorted(set(raw_public_ids))
    if not chosen:
        raise Invalid([problem("person", "nobody_chosen")])
    if len(chosen) > MAX_CHOSEN:
        raise Invalid([problem("person", "too_many_chosen")])
    return load_join_rows(session, actor, chosen, now)


def _decide(row: JoinRequest, state: RequestState, actor: Actor, now: datetime) -> None:
    row.state, row.decided_by, row.decided_at = state.value, actor.user_id, now


def _log_decision(
    session: Session, what: str, actor: Actor, request: JoinRequest, now: datetime
) -> None:
    unit = session.get_one(Unit, request.unit_id)
    details = {"user_id": request.user_id, "request": request.public_id, "reason": request.reason}
    log_act(session, what, unit, Act(actor.user_id, now, now), details)


def release_staff_login(session: Session, request: JoinRequest, now: datetime) -> bool:
    """Free the log-in by staff number that came with a request that led nowhere; tell whether.

    Else a stranger with a join code could keep the number's owner out for good. What a membership
    or another waiting request of the same organisation gave stays.
    """
    organisation = organisation_of_unit(session, request.unit_id, now)
    if not organisation.code or not request.staff_no or _still_claims(session, request, now):
        return False
    try:
        key = login_name_key(LoginNameKind.STAFF, request.staff_no, organisation.code)
    except Invalid:
        return False
    freed = session.scalar(
        delete(LoginName)
        .where(LoginName.user_id == request.user_id, LoginName.name_key == key)
        .returning(LoginName.id)
    )
    return freed is not None


def _still_claims(session: Session, request: JoinRequest, now: datetime) -> bool:
    """Tell whether the person belongs, belonged or still asks to belong to the organisation."""
    organisation_id = organisation_of_unit(session, request.unit_id, now).id
    belongs = session.scalar(
        select(Membership.id)
        .where(
            Membership.user_id == request.user_id,
            Membership.organisation_id == organisation_id,
        )
        .limit(1)
    )
    if belongs is not None:
        return True
    waiting = session.scalars(
        select(JoinRequest.unit_id).where(
            JoinRequest.user_id == request.user_id,
            JoinRequest.state == RequestState.PENDING.value,
            JoinRequest.staff_no == request.staff_no,
        )
    )
    return any(organisation_of_unit(session, unit, now).id == organisation_id for unit in waiting)
