"""Who takes part for no unit: seen by the organiser, and by the office of the province they said."""

import pytest
from sqlalchemy import update

from learning.competitions import services
from learning.competitions.models import Entry
from learning.competitions.queries.desks import get_oversight
from learning.competitions.queries.individuals import list_individuals
from learning.competitions.services import Wish
from learning.kernel.errors import NotFound
from learning.kernel.permissions import ScopeKind
from tests.competitions.test_desks import make_office
from tests.competitions.test_enterprises import enrol, make_company, play
from tests.factories.competitions import make_stage
from tests.factories.people import make_actor, make_user


@pytest.fixture
def stage(session, now):
    """Two individuals of Shandong, one of nowhere, and one of a unit in Shandong."""
    stage = make_stage(session, now)
    for name, province in (("散户甲", "37"), ("散户乙", "37"), ("散户丙", "")):
        actor = make_actor(make_user(session, now, name))
        wish = Wish(province=province)
        services.enter_competition(session, actor, stage.public_id, wish=wish, now=now)
    company, _user, hr = make_company(session, now)
    enrol(session, now, stage, hr, company)
    play(session, now, stage, company, ["职工"], handed_in=1)
    return stage


def seen(session, now, stage, actor, **asked) -> list[str]:
    oversight = get_oversight(session, actor, stage.public_id, now)
    rows, total = list_individuals(session, actor, oversight, page=1, **asked)
    assert total == len(rows)
    return [row.name for row in rows]


def test_the_organiser_sees_all_of_them_and_nobody_of_a_unit(session, now, stage) -> None:
    assert seen(session, now, stage, stage.actor) == ["散户丙", "散户乙", "散户甲"]
    assert seen(session, now, stage, stage.actor, search="乙") == ["散户乙"]


def test_an_office_sees_those_of_its_province_alone(session, now, stage) -> None:
    shandong = make_office(session, now, stage, ScopeKind.REGION, "370000")
    beijing = make_office(session, now, stage, ScopeKind.REGION, "110000", phone="13900000002")
    qingdao = make_office(session, now, stage, ScopeKind.REGION, "370200", phone="13900000003")
    trade = make_office(session, now, stage, ScopeKind.INDUSTRY, "C34", phone="13900000004")

    assert seen(session, now, stage, shandong) == ["散户乙", "散户甲"]
    assert [seen(session, now, stage, each) for each in (beijing, qingdao, trade)] == [[], [], []]


def test_who_holds_no_office_sees_nobody(session, now, stage) -> None:
    with pytest.raises(NotFound):
        seen(session, now, stage, make_actor(make_user(session, now, "路人")))


def test_a_void_entry_is_named_as_such(session, now, stage) -> None:
    session.execute(update(Entry).where(Entry.participant_name == "散户甲").values(voided_at=now))
    oversight = get_oversight(session, stage.actor, stage.public_id, now)
    rows, _total = list_individuals(session, stage.actor, oversight, page=1)

    assert {row.name: row.is_void for row in rows} == {
        "散户甲": True,
        "散户乙": False,
        "散户丙": False,
    }
