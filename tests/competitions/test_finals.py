"""From the published list onto a stage: the best organisations become the teams of a room."""

import pytest
from sqlalchemy import select, update

from learning.competitions import services
from learning.competitions.formats import Promotion
from learning.competitions.models import FinalTeam
from learning.competitions.services.final_rooms import attach_room, detach_room
from learning.competitions.services.final_teams import owner_of, set_team
from learning.kernel.errors import Conflict, NotFound
from learning.live_rounds.models import LiveRoom
from learning.live_rounds.queries import get_managed, list_free, list_owned
from learning.live_rounds.rules import PRESETS
from learning.live_rounds.services import RoomPlan, create_room
from tests.factories.competitions import add_scored_attempt, make_association, make_stage
from tests.factories.people import make_actor, make_membership, make_unit, make_user
from tests.factories.rounds import close_round, go_on, play, rule

RESULTS = {"甲公司": 20_000, "乙公司": 18_000, "丙公司": 18_000, "丁公司": 9_000}


def furnish(session, now):
    """A competition of four organisations, two of them level."""
    stage = make_stage(session, now)
    view = stage.view(session, now)
    for name, points in RESULTS.items():
        company, user = make_unit(session, now, name=name), make_user(session, now, f"{name}的人")
        make_membership(session, now, user, company)
        services.enter_competition(session, make_actor(user), stage.public_id, now=now)
        add_scored_attempt(
            session, view.assessment_id, user.id, points_milli=points, started_at=now
        )
    return stage


@pytest.fixture
def stage(session, now):
    return furnish(session, now)


def close(session, stage, now):
    plan = services.plan_close(session, stage.view(session, now))
    services.close_competition(session, plan, actor=stage.actor, now=now)


def make(session, stage, now, *, places, actor=None, **more):
    return services.create_final(
        session,
        actor or stage.actor,
        stage.public_id,
        preset="county",
        places=places,
        title="现场决赛",
        now=now,
        **more,
    )


def test_the_best_organisations_go_on_and_who_is_level_with_the_last_too(
    session, now, stage
) -> None:
    with pytest.raises(Conflict, match="not_closed"):
        make(session, stage, now, places=2)
    close(session, stage, now)

    public_id = make(session, stage, now, places=2)

    room = get_managed(session, stage.actor, public_id, now)
    assert {team.name for team in room.teams} == {"甲公司", "乙公司", "丙公司"}
    assert room.teams[0].name == "甲公司"
    assert room.rules == PRESETS["county"].rules
    owned = list_owned(session, services.owner_of(stage.public_id))
    assert [(each["public_id"], each["is_open"]) for each in owned] == [(public_id, False)]


def test_one_team_alone_and_a_strangers_competition_make_no_final(session, now, stage) -> None:
    close(session, stage, now)
    _unit, _user, stranger = make_association(session, now, "别的协会")

    with pytest.raises(Conflict, match="room_teams"):
        make(session, stage, now, places=1)
    with pytest.raises(NotFound):
        make(session, stage, now, places=3, actor=stranger)


def test_who_went_on_from_the_last_round_becomes_the_teams(session, now) -> None:
    stage = make_stage(session, now)
    rule(session, now, stage, Promotion(top=3))
    company = make_unit(session, now, name="甲公司")
    for name, points in (("王一", 20), ("王二", 18), ("王二", 16), ("王三", 9)):
        user = make_user(session, now, name)
        make_membership(session, now, user, company)
        actor = make_actor(user)
        services.enter_competition(session, actor, stage.public_id, now=now)
        play(session, now, stage, {name: (points, 60)}, people={name: actor})
    close_round(session, now, stage)
    with pytest.raises(Conflict, match="room_teams"):  # nobody has gone on yet
        make(session, stage, now, places=0, teams=services.Teams.PEOPLE)
    go_on(session, now, stage)

    people = make(session, stage, now, places=0, teams=services.Teams.PEOPLE)

    room = get_managed(session, stage.actor, people, now)
    assert [team.name for team in room.teams] == ["王一", "王二（甲公司）", "王二 2"]
    with pytest.raises(Conflict, match="room_teams"):  # all of one company
        make(session, stage, now, places=0, teams=services.Teams.UNITS)


def test_a_room_is_named_after_its_contest(open_browser, database, now) -> None:
    with database.transaction() as session:
        stage = furnish(session, now)
        close(session, stage, now)
        title = stage.view(session, now).title
    desk = open_browser(stage.manager)

    made = desk.post(f"/competitions/{stage.public_id}/final", {"preset": "county", "places": "2"})

    assert made.status_code == 303
    assert f"{title} · 现场决赛" in desk.get("/live").text


def room_of_its_own(session, now, stage, actor=None, organiser=None):
    rules = PRESETS["county"].rules
    return create_room(
        session,
        actor or stage.actor,
        raw_organiser_id=(organiser or stage.association).public_id,
        plan=RoomPlan("彩排", stage.view(session, now).rules.bank, rules, ("甲队", "乙队")),
        now=now,
    )


class TestRoomsMadeElsewhere:
    def owned(self, session, stage):
        return [room["public_id"] for room in list_owned(session, owner_of(stage.public_id))]

    def test_one_becomes_a_room_of_the_final_whose_teams_are_said_then(
        self, session, now, stage
    ) -> None:
        room = room_of_its_own(session, now, stage)
        by = (session, stage.actor, stage.public_id)

        attach_room(*by, room, now=now)

        assert self.owned(session, stage) == [room]
        assert list_free(session, stage.actor, now) == []
        set_team(*by, room, 1, unit="", members="甲公司的人", now=now)
        with pytest.raises(Conflict, match="room_owned"):
            attach_room(*by, room, now=now)

    def test_before_it_began_it_is_let_go_with_what_was_said_of_its_teams(
        self, session, now, stage
    ) -> None:
        room = room_of_its_own(session, now, stage)
        by = (session, stage.actor, stage.public_id)
        attach_room(*by, room, now=now)
        set_team(*by, room, 1, unit="", members="甲公司的人", now=now)

        detach_room(*by, room, now=now)

        assert self.owned(session, stage) == []
        assert session.scalars(select(FinalTeam)).all() == []
        attach_room(*by, room, now=now)
        session.execute(update(LiveRoom).values(seq=1))
        with pytest.raises(Conflict, match="room_begun"):
            detach_room(*by, room, now=now)

    def test_only_who_manages_both_may(self, session, now, stage) -> None:
        association, _user, stranger = make_association(session, now, "别的协会")
        foreign = room_of_its_own(session, now, stage, stranger, association)
        own = room_of_its_own(session, now, stage)

        for actor, room in ((stage.actor, foreign), (stranger, foreign), (stranger, own)):
            with pytest.raises(NotFound):
                attach_room(session, actor, stage.public_id, room, now=now)
        assert self.owned(session, stage) == []
