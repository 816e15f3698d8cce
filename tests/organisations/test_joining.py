"""Joining a unit: uses of a code, one waiting request, all or nothing."""

import contextlib
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from learning.accounts.models import LoginName, User
from learning.accounts.services import add_login_name
from learning.kernel.db import Database
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Grant, Role, ScopeKind
from learning.organisations.models import JoinCode, JoinRequest, Membership, UnitRequest
from learning.organisations.queries import get_unit, organisation_of, pending_request_of
from learning.organisations.queries.join_requests import (
    count_waiting_requests,
    list_waiting_requests,
    select_waiting,
)
from learning.organisations.queries.joining import find_open_code, list_own
from learning.organisations.rules.joining import UnitWish
from learning.organisations.services.joining import (
    Asker,
    confirm_requests,
    join_by_code,
    join_unit,
    refuse_requests,
    revoke_join_code,
    withdraw_request,
)
from learning.organisations.services.leaving import end_places
from learning.organisations.services.unit_requests import (
    request_unit,
)
from tests.factories.people import (
    grant_role,
    make_actor,
    make_membership,
    make_unit,
    make_user,
    unit_grant,
)
from tests.organisations.joiners import Firm, actor_of

USCC = "91110000600037341L"
OPERATOR = Grant(Role.OPERATOR, ScopeKind.PLATFORM, "")


def test_asking_twice_waits_once_and_uses_the_code_once(session, now) -> None:
    firm = Firm(session, now)
    asker, first = firm.ask()

    again = join_by_code(session, asker, firm.code, staff_no="7", now=now)

    assert again == first
    assert firm.uses() == 1


def test_until_confirmed_the_person_has_no_unit(session, now) -> None:
    firm = Firm(session, now)

    asker, public_id = firm.ask()

    assert organisation_of(session, asker.user_id, now) is None
    pending = pending_request_of(session, asker.user_id)
    assert pending is not None
    assert (pending.public_id, pending.unit_name) == (public_id, "生产部")


def test_confirming_opens_the_membership_with_its_number(session, now) -> None:
    firm = Firm(session, now)
    asker, public_id = firm.ask(staff_no="0012")

    confirm_requests(session, firm.hr, [public_id], now=now)

    row = session.scalars(select(Membership).where(Membership.user_id == asker.user_id)).one()
    assert (row.unit_id, row.organisation_id, row.staff_no) == (firm.part.id, firm.unit.id, "0012")
    assert pending_request_of(session, asker.user_id) is None
    assert [line.state for line in list_own(session, asker.user_id, now)] == ["confirmed"]


def test_one_taken_number_leaves_all_as_they_are(session, now) -> None:
    firm = Firm(session, now)
    make_membership(session, now, make_user(session, now, "王芳"), firm.unit, staff_no="0012")
    _asker, good = firm.ask(staff_no="0013")
    _other, bad = firm.ask(staff_no="００１２")

    with pytest.raises(Invalid) as caught:
        confirm_requests(session, firm.hr, [good, bad], now=now)

    assert [(p.place, p.code) for p in caught.value.problems] == [(bad, "staff_no_taken")]
    assert session.scalar(select(func.count()).select_from(Membership)) == 1


def test_another_units_request_is_not_found(session, now) -> None:
    firm = Firm(session, now)
    stranger = make_actor(
        make_user(session, now), unit_grant(Role.HR_MANAGER, make_unit(session, now, name="别家"))
    )
    _asker, public_id = firm.ask()

    for act in (confirm_requests, lambda *a, **k: refuse_requests(*a, reason="不认识", **k)):
        with pytest.raises(NotFound):
            act(session, stranger, [public_id], now=now)
        with pytest.raises(NotFound):
            act(session, firm.hr, [public_id, "nothing"], now=now)


def test_a_decided_request_is_not_decided_again(session, now) -> None:
    firm = Firm(session, now)
    _asker, public_id = firm.ask()
    refuse_requests(session, firm.hr, [public_id], reason="不是本单位员工", now=now)

    with pytest.raises(Invalid) as caught:
        confirm_requests(session, firm.hr, [public_id], now=now)

    assert [p.code for p in caught.value.problems] == ["not_pending"]


def test_nobody_chosen_and_a_missing_reason_are_told(session, now) -> None:
    firm = Firm(session, now)
    _asker, public_id = firm.ask()

    with pytest.raises(Invalid, match="nobody_chosen"):
        confirm_requests(session, firm.hr, [], now=now)
    with pytest.raises(Invalid, match="reason_missing"):
        refuse_requests(session, firm.hr, [public_id], reason=" ", now=now)


def test_ended_codes_and_codes_of_closed_units_open_nothing(session, now) -> None:
    firm = Firm(session, now, max_uses=1)
    view = get_unit(session, firm.part.id, now)
    day = timedelta(days=1)

    assert find_open_code(session, firm.code, now) is not None
    assert find_open_code(session, firm.code, now + 31 * day) is None
    firm.ask()
    firm.session.expire_all()
    assert find_open_code(session, firm.code, now) is None
    with pytest.raises(Conflict, match="join_code"):
        firm.ask()
    revoked = Firm(session, now, code="SM")
    revoke_join_code(
        session, revoked.hr, get_unit(session, revoked.part.id, now), revoked.code_id, now=now
    )
    session.expire_all()
    assert find_open_code(session, revoked.code, now) is None
    with pytest.raises(NotFound):
        revoke_join_code(session, firm.hr, view, revoked.code_id, now=now)


def test_a_code_of_a_closed_unit_opens_nothing(session, now) -> None:
    firm = Firm(session, now)
    firm.part.closed_at = now
    session.flush()

    assert find_open_code(session, firm.code, now) is None
    assert find_open_code(session, "0000000000", now) is None


def test_a_member_does_not_join_again(session, now) -> None:
    firm = Firm(session, now)
    asker, public_id = firm.ask()
    confirm_requests(session, firm.hr, [public_id], now=now)

    with pytest.raises(Conflict, match="already_member"):
        join_by_code(session, asker, firm.code, staff_no="", now=now)


def test_five_waiting_requests_are_enough(session, now) -> None:
    user = make_user(session, now)
    asker = Asker(user.id, user.public_id)
    for number in range(5):
        unit = make_unit(session, now, name=f"企业{number}")
        join_unit(session, asker, unit.id, staff_no="", now=now)

    with pytest.raises(Conflict, match="too_many_pending"):
        join_unit(session, asker, make_unit(session, now, name="企业六").id, staff_no="", now=now)


def test_withdrawing_is_for_oneself_and_for_what_waits(session, now) -> None:
    firm = Firm(session, now)
    asker, public_id = firm.ask()
    other, _id = firm.ask()

    with pytest.raises(NotFound):
        withdraw_request(session, actor_of(session, other), public_id, now=now)
    withdraw_request(session, actor_of(session, asker), public_id, now=now)
    with pytest.raises(Conflict, match="not_pending"):
        withdraw_request(session, actor_of(session, asker), public_id, now=now)
    assert pending_request_of(session, asker.user_id) is None


def test_refusing_frees_the_log_in_by_staff_number(session, now) -> None:
    firm = Firm(session, now)
    asker, public_id = firm.ask(staff_no="0012")
    user = session.get_one(User, asker.user_id)
    add_login_name(session, user, "staff", "0012", organisation_code="SL", now=now)

    with pytest.raises(Conflict, match="last_login_name"), session.begin_nested():
        withdraw_request(session, actor_of(session, asker), public_id, now=now)
    refuse_requests(session, firm.hr, [public_id], reason="不是本单位员工", now=now)

    assert session.scalars(select(LoginName)).all() == []


def test_a_members_log_in_stays_when_another_request_is_refused(session, now) -> None:
    firm = Firm(session, now)
    asker, public_id = firm.ask(staff_no="0012")
    user = session.get_one(User, asker.user_id)
    add_login_name(session, user, "staff", "0012", organisation_code="SL", now=now)
    make_membership(session, now, user, firm.unit, staff_no="0012")

    refuse_requests(session, firm.hr, [public_id], reason="已在册", now=now)

    assert len(session.scalars(select(LoginName)).all()) == 1


def test_hr_sees_only_what_waits_in_reach_searched_and_with_its_clash(session, now) -> None:
    firm, other = Firm(session, now), Firm(session, now, code="SM")
    make_membership(session, now, make_user(session, now, "王芳"), firm.unit, staff_no="0012")
    firm.ask("𠮷野·买买提", "0012")
    other.ask("别家人")

    lines = list_waiting_requests(
        session, select_waiting(session, firm.hr, now), now, offset=0, limit=50
    )

    assert [(line.name, line.number_owner) for line in lines] == [("𠮷野·买买提", "王芳")]
    for search, count in (("0012", 1), ("买买提", 0), ("shili", 1), ("%", 0), ("_", 0)):
        waiting = select_waiting(session, firm.hr, now, search=search)
        assert count_waiting_requests(session, waiting) == count, search
    with pytest.raises(NotFound):
        select_waiting(session, firm.hr, now, raw_unit=other.unit.public_id)


def test_the_operator_finds_requests_of_units_without_hr(session, now) -> None:
    firm = Firm(session, now)
    firm.ask()
    operator = make_actor(make_user(session, now), OPERATOR)

    def count() -> int:
        return count_waiting_requests(
            session, select_waiting(session, operator, now, unattended=True)
        )

    assert count() == 1
    grant_role(session, now, make_user(session, now), Role.HR_MANAGER, firm.unit)
    assert count() == 0


def test_fifty_at_once_with_ten_uses_are_ten(database: Database, now) -> None:
    with database.transaction() as session:
        firm = Firm(session, now, max_uses=10)
        code = firm.code
        askers = [Asker(u.id, u.public_id) for u in (make_user(session, now) for _ in range(50))]
    outcomes: list[str] = []
    gate = threading.Barrier(10)

    def ask(mine: list[Asker]) -> None:
        gate.wait(20)
        for asker in mine:
            try:
                with database.transaction() as own:
                    join_by_code(own, asker, code, staff_no="", now=now)
                outcomes.append("ok")
            except Conflict as error:
                outcomes.append(error.code)

    threads = [threading.Thread(target=ask, args=(askers[n::10],)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    with database.session(write=False) as session:
        assert session.scalar(select(func.count()).select_from(JoinRequest)) == 10
        assert session.scalar(select(JoinCode.uses)) == 10
    assert (outcomes.count("ok"), outcomes.count("join_code")) == (10, 40)


def test_requests_of_a_closed_account_are_withdrawn(session, now) -> None:
    firm = Firm(session, now)
    asker, _id = firm.ask()
    request_unit(session, actor_of(session, asker), UnitWish("企业"), now=now)

    end_places(session, asker.user_id, now=now)

    session.expire_all()
    assert session.scalars(select(JoinRequest.state)).all() == ["withdrawn"]
    assert session.scalars(select(UnitRequest.state)).all() == ["withdrawn"]


def test_one_person_clicking_ten_times_waits_once(database: Database, now) -> None:
    with database.transaction() as session:
        firm = Firm(session, now)
        code, user = firm.code, make_user(session, now)
        asker = Asker(user.id, user.public_id)
    gate = threading.Barrier(5)

    def ask() -> None:
        gate.wait(20)
        with contextlib.suppress(Conflict), database.transaction() as own:
            join_by_code(own, asker, code, staff_no="", now=now)

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    with database.session(write=False) as session:
        assert session.scalar(select(func.count()).select_from(JoinRequest)) == 1
        assert session.scalar(select(JoinCode.uses)) == 1
