"""Finding one's unit, and asking for one that is missing."""

import pytest
from sqlalchemy import select

from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Grant, Role, ScopeKind
from learning.organisations.models import JoinRequest, Unit, UnitRequest
from learning.organisations.queries import get_unit, pending_request_of
from learning.organisations.queries.picking import (
    count_organisations,
    find_organisations,
    get_open_organisation,
    list_places,
)
from learning.organisations.rules.joining import UnitWish
from learning.organisations.rules.units import UnitDraft, UnitKind
from learning.organisations.services.unit_requests import (
    create_requested_unit,
    point_to_unit,
    refuse_unit_request,
    request_unit,
    withdraw_unit_request,
)
from tests.factories.people import (
    make_actor,
    make_unit,
    make_user,
)
from tests.organisations.joiners import Firm

USCC = "91110000600037341L"
OPERATOR = Grant(Role.OPERATOR, ScopeKind.PLATFORM, "")


def test_units_are_found_by_name_alias_initials_and_whole_code(session, now) -> None:
    unit = make_unit(session, now, name="青岛示例精密", region="370200")
    unit.uscc = USCC
    make_unit(session, now, kind="department", name="示例精密部", parent=unit)
    make_unit(session, now, name="北京示例精密", region="110000")

    def found(search: str, **more: str) -> list[str]:
        return [u.name for u in find_organisations(session, search, now, **more)]

    assert found("示例精密") == ["北京示例精密", "青岛示例精密"]
    assert found("qdsl") == ["青岛示例精密"]
    assert found(USCC.lower()) == ["青岛示例精密"]
    assert found(USCC[:10]) == []
    assert found("示例", region="370000") == ["青岛示例精密"]
    for nothing in ("", " ", "%", "_", "\u200b", "😀" * 300, "<script>"):
        assert found(nothing) == []
        assert count_organisations(session, nothing, now) == 0


def test_the_departments_of_an_organisation_stand_below_their_parents(session, now) -> None:
    firm = Firm(session, now)
    make_unit(session, now, kind="department", name="一班", parent=firm.part)
    make_unit(session, now, name="子公司", parent=firm.unit)

    view = get_open_organisation(session, firm.unit.public_id, now)

    places = [(place.name, place.depth) for place in list_places(session, view, now)]
    assert places == [("示例企业", 0), ("生产部", 1), ("一班", 2)]
    with pytest.raises(NotFound):
        get_open_organisation(session, firm.part.public_id, now)


def test_a_missing_unit_is_made_and_all_who_asked_for_it_wait_there(session, now) -> None:
    operator = make_actor(make_user(session, now), OPERATOR)
    people = [make_user(session, now, name) for name in ("张伟", "李娜")]
    first, second = (
        request_unit(session, make_actor(p), UnitWish("新企业", USCC, staff_no="1"), now=now)
        for p in people
    )

    unit = create_requested_unit(
        session, operator, first, UnitDraft(UnitKind.ENTERPRISE, "新企业", uscc=USCC), now=now
    )

    states = dict(session.execute(select(UnitRequest.public_id, UnitRequest.state)).all())
    assert states == {first: "created", second: "existing"}
    requests = session.scalars(select(JoinRequest)).all()
    assert {(r.user_id, r.unit_id, r.state) for r in requests} == {
        (person.id, unit.id, "pending") for person in people
    }
    with pytest.raises(Conflict, match="not_pending"):
        point_to_unit(session, operator, first, get_unit(session, unit.id, now), now=now)


def test_a_registered_code_is_not_asked_for_again(session, now) -> None:
    make_unit(session, now).uscc = USCC
    session.flush()

    with pytest.raises(Conflict, match="unit_exists"):
        request_unit(session, make_actor(make_user(session, now)), UnitWish("企业", USCC), now=now)


def test_a_request_for_a_unit_is_answered_with_an_existing_one_or_refused(session, now) -> None:
    operator = make_actor(make_user(session, now), OPERATOR)
    person = make_actor(make_user(session, now))
    unit = make_unit(session, now)
    one, two, three = (
        request_unit(session, person, UnitWish(name), now=now) for name in ("甲", "乙", "丙")
    )

    point_to_unit(session, operator, one, get_unit(session, unit.id, now), now=now)
    refuse_unit_request(session, operator, two, reason="查无此单位", now=now)
    withdraw_unit_request(session, person, three, now=now)

    states = dict(session.execute(select(UnitRequest.name, UnitRequest.state)).all())
    assert states == {"甲": "existing", "乙": "refused", "丙": "withdrawn"}
    assert pending_request_of(session, person.user_id) is not None
    with pytest.raises(NotFound):
        withdraw_unit_request(session, operator, one, now=now)


def test_a_unit_made_for_a_request_is_at_the_top(session, now) -> None:
    operator = make_actor(make_user(session, now), OPERATOR)
    asked = request_unit(session, operator, UnitWish("<b>新</b>协会"), now=now)

    unit = create_requested_unit(
        session, operator, asked, UnitDraft(UnitKind.ASSOCIATION, "<b>新</b>协会"), now=now
    )

    assert session.get_one(Unit, unit.id).kind == "association"
