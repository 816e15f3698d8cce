"""An imported list of who was at a session: checked, applied as one act, undone as one.

Everybody in it must be found among the people of the class's units; a row that means nobody, or
somebody else than it says, is named by its cell and nothing is applied.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from learning.accounts.models import LoginName, User
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.loader import ParsedRoster
from learning.organisations.models import Membership
from learning.organisations.queries import subtree, valid_at
from learning.organisations.queries.units import storable
from learning.organisations.rules.names import clean_text, person_key, staff_key
from learning.organisations.rules.roster import RosterProblem, RosterRow
from learning.study.models import StudyClassUnit, StudyList
from learning.study.models import StudyMark as Mark
from learning.study.queries.classes import SessionView, get_session
from learning.study.services.attendance import mark_people
from learning.study.services.classes import hold_class, log

MAX_PEOPLE = 2_000
FILE_NAME_LENGTH = 200  # twin of StudyList.file_name
CHECKED, APPLIED, UNDONE = "checked", "applied", "undone"
_READ = frozenset({"name", "staff_no", "phone"})  # other columns of the file do not matter here
_SLICE = 500


@dataclass(frozen=True, slots=True)
class Found:
    """A row of the list and whom it means."""

    line: int
    user_id: int
    name: str
    staff_no: str


def check_list(
    session: Session,
    actor: Actor,
    raw_class: str,
    raw_session: str,
    parsed: ParsedRoster,
    *,
    file_name: str,
    now: datetime,
) -> str:
    """Find whom a list means and keep what was found; return its public id. Nothing else changes.

    Raises NotFound, Conflict("cancelled"), Conflict("too_many_people").
    """
    view = hold_class(session, actor, raw_class, now)
    meeting = get_session(session, view.id, raw_session)
    if len(parsed.rows) > MAX_PEOPLE:
        raise Conflict("too_many_people")
    problems = [p for p in parsed.problems if p.severity == "error" and _matters(p)]
    broken = {problem.line for problem in problems}
    rows = [row for row in parsed.rows if row.line not in broken]
    found, unknown = _match(session, view.id, rows, parsed.columns, now)
    kept = StudyList(
        public_id=new_public_id(),
        session_id=meeting.id,
        file_name=clean_text(file_name)[-FILE_NAME_LENGTH:],
        rows=json.dumps([asdict(one) for one in found], ensure_ascii=False),
        problems=json.dumps(
            [asdict(replace(p, holder_id=0)) for p in (*problems, *unknown)], ensure_ascii=False
        ),
        people=len({one.user_id for one in found}),
        state=CHECKED,
        created_by=actor.user_id,
        created_at=now,
    )
    session.add(kept)
    log(session, "study.list_checked", kept.public_id, actor, now, {"people": kept.people})
    session.flush()  # what is shown next must be there
    return kept.public_id


def get_list(session: Session, meeting: SessionView, raw_public_id: str) -> StudyList:
    """Return a list of a session; NotFound otherwise."""
    row = session.scalar(
        select(StudyList).where(
            StudyList.public_id == storable(raw_public_id), StudyList.session_id == meeting.id
        )
    )
    if row is None:
        raise NotFound("list")
    return row


def list_lists(session: Session, meeting: SessionView) -> list[StudyList]:
    """Return the lists of a session, newest first, at most 20."""
    rows = session.scalars(
        select(StudyList)
        .where(StudyList.session_id == meeting.id)
        .order_by(StudyList.created_at.desc(), StudyList.id.desc())
        .limit(20)
    )
    return list(rows)


def rows_of(kept: StudyList) -> list[Found]:
    """Return whom a checked list means."""
    return [Found(**one) for one in json.loads(kept.rows)]


def problems_of(kept: StudyList) -> list[RosterProblem]:
    """Return what is wrong with a checked list, by line."""
    found = [
        RosterProblem(**{**one, "offers": tuple(one["offers"])})
        for one in json.loads(kept.problems)
    ]
    return sorted(found, key=lambda problem: problem.line)


def apply_list(
    session: Session,
    actor: Actor,
    raw_class: str,
    raw_session: str,
    raw_list: str,
    *,
    now: datetime,
) -> tuple[int, int]:
    """Write everybody on a list down as having been there; return (new, vouched for).

    Who had signed in and did not sign out where that is needed was there all the same: the list
    vouches for them. Again changes nothing. Raises NotFound, Conflict("list_problems"),
    Conflict("list_undone"), Conflict("cancelled").
    """
    kept = _hold(session, actor, raw_class, raw_session, raw_list, now)
    if kept.state == APPLIED:
        return 0, 0
    if kept.state == UNDONE:
        raise Conflict("list_undone")
    if json.loads(kept.problems) or not kept.people:
        raise Conflict("list_problems")
    people = list(dict.fromkeys(one.user_id for one in rows_of(kept)))
    needs_sign_out = hold_class(session, actor, raw_class, now).needs_sign_out
    made = vouched = 0
    for start in range(0, len(people), _SLICE):
        part = people[start : start + _SLICE]
        if needs_sign_out:
            vouched += _vouch(session, kept, part)
        made += mark_people(session, kept.session_id, part, "list", kept.id, now)
    kept.state, kept.applied_at, kept.rows = APPLIED, now, "[]"
    details = {"people": made, "vouched": vouched}
    log(session, "study.list_applied", kept.public_id, actor, now, details)
    return made, vouched


def _vouch(session: Session, kept: StudyList, user_ids: Sequence[int]) -> int:
    """Note that a list names people who signed in by the code and not out; return how many."""
    vouched = session.scalars(
        update(Mark)
        .where(
            Mark.session_id == kept.session_id,
            Mark.user_id.in_(user_ids),
            Mark.out_at.is_(None),
            Mark.list_id.is_(None),
        )
        .values(list_id=kept.id)
        .returning(Mark.id)
        .execution_options(synchronize_session=False)
    )
    return len(vouched.all())


def undo_list(
    session: Session,
    actor: Actor,
    raw_class: str,
    raw_session: str,
    raw_list: str,
    *,
    now: datetime,
) -> int:
    """Take back who came by a list, while nobody confirmed the session after; return how many.

    Who had signed in by the code stays, without its word. Twice changes nothing. Raises NotFound,
    Conflict("confirmed"), Conflict("list_not_applied"), Conflict("cancelled").
    """
    kept = _hold(session, actor, raw_class, raw_session, raw_list, now)
    if kept.state == UNDONE:
        return 0
    if kept.state != APPLIED or kept.applied_at is None:
        raise Conflict("list_not_applied")
    view = hold_class(session, actor, raw_class, now)
    meeting = get_session(session, view.id, raw_session)
    if meeting.confirmed_at is not None and meeting.confirmed_at >= kept.applied_at:
        raise Conflict("confirmed")
    ours = Mark.list_id == kept.id
    gone = session.scalars(delete(Mark).where(ours, Mark.origin == "list").returning(Mark.id)).all()
    session.execute(
        update(Mark).where(ours).values(list_id=None).execution_options(synchronize_session=False)
    )
    kept.state = UNDONE
    log(session, "study.list_undone", kept.public_id, actor, now, {"people": len(gone)})
    return len(gone)


def _hold(
    session: Session, actor: Actor, raw_class: str, raw_session: str, raw_list: str, now: datetime
) -> StudyList:
    """Return a list, its class held: two of these acts on one class go one after the other."""
    view = hold_class(session, actor, raw_class, now)
    kept = get_list(session, get_session(session, view.id, raw_session), raw_list)
    session.refresh(kept, with_for_update=True)
    return kept


def _matters(problem: RosterProblem) -> bool:
    is_read = problem.place in _READ or not problem.place
    return is_read and problem.code not in {"no_way_in", "column_twice", "columns_unread"}


def _match(
    session: Session,
    class_id: int,
    rows: Sequence[RosterRow],
    columns: dict[str, str],
    now: datetime,
) -> tuple[list[Found], list[RosterProblem]]:
    """Return whom rows mean: by staff number, else by phone, else by a name that one person has."""
    people = _People(session, class_id, rows, now)
    found: list[Found] = []
    problems: list[RosterProblem] = []
    for row in rows:
        place = "staff_no" if row.staff_no else "phone" if row.phone else "name"
        value = str(getattr(row, place))
        meant = people.of(place, value)
        code = ""
        if not meant:
            code = "not_of_class"
        elif len(meant) > 1:
            code = "several_people"
        elif place != "name" and person_key(row.name) != person_key(people.names[meant[0]]):
            code, place, value = "other_name", "name", row.name
        if code:
            cell = f"{columns.get(place, columns['name'])}{row.line}"
            problems.append(RosterProblem(row.line, cell, value, code, place=place))
        else:
            found.append(Found(row.line, meant[0], people.names[meant[0]], row.staff_no))
    return found, problems


class _People:
    """The people of a class's units that rows may mean, read in few statements."""

    def __init__(
        self, session: Session, class_id: int, rows: Iterable[RosterRow], now: datetime
    ) -> None:
        rows = list(rows)
        invited = session.scalars(
            select(StudyClassUnit.unit_id).where(StudyClassUnit.class_id == class_id)
        ).all()
        self._members = (
            select(Membership.user_id)
            .where(Membership.unit_id.in_(subtree(invited, now)), valid_at(Membership, now))
            .distinct()
        )
        self.names: dict[int, str] = {}
        self._found: dict[tuple[str, str], set[int]] = {}
        numbers = {staff_key(row.staff_no) for row in rows if row.staff_no}
        phones = {f"phone:{row.phone}" for row in rows if row.phone and not row.staff_no}
        names = {row.name for row in rows if not row.staff_no and not row.phone}
        for part in _parts(numbers):
            self._add(
                session,
                "staff_no",
                select(Membership.staff_no_key, User.id, User.display_name)
                .join(User, User.id == Membership.user_id)
                .where(
                    Membership.staff_no_key.in_(part),
                    valid_at(Membership, now),
                    Membership.unit_id.in_(subtree(invited, now)),
                ),
            )
        for part in _parts(phones):
            self._add(
                session,
                "phone",
                select(LoginName.name_key, User.id, User.display_name)
                .join(User, User.id == LoginName.user_id)
                .where(LoginName.name_key.in_(part), User.id.in_(self._members)),
            )
        for part in _parts(names):
            self._add(
                session,
                "name",
                select(func.trim(User.display_name), User.id, User.display_name).where(
                    User.display_name.in_(part), User.id.in_(self._members)
                ),
            )

    def of(self, place: str, value: str) -> list[int]:
        """Return whom a value means, in order."""
        keys = {"staff_no": staff_key(value), "phone": f"phone:{value}"}
        return sorted(self._found.get((place, keys.get(place, value)), ()))

    def _add(self, session: Session, place: str, query: object) -> None:
        for key, user_id, name in session.execute(query):  # type: ignore[call-overload]
            self._found.setdefault((place, key), set()).add(user_id)
            self.names[user_id] = name


def _parts(values: Iterable[str]) -> list[list[str]]:
    ordered = sorted(values)
    return [ordered[i : i + _SLICE] for i in range(0, len(ordered), _SLICE)]
