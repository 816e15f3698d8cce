"""Teams that form while others answer: each person moves until their own start, nobody after it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from learning.attempts.events import SCORED
from learning.competitions import services
from learning.competitions.jobs import TEAMS
from learning.competitions.rules.teams import TeamFormula
from learning.competitions.services import teams
from learning.kernel.errors import Conflict
from learning.kernel.events import Event
from tests.competitions.test_teams import (
    ANYBODY,
    decide,
    found,
    make_teamed,
    members_of,
    standing,
)
from tests.factories.competitions import add_scored_attempt, make_participant
from tests.factories.people import make_actor, make_user


def start(session, now, stage, *people) -> None:
    for person in people:
        services.start_round(session, person, stage.public_id, device_token="d" * 32, now=now)


def test_teams_form_while_others_answer_each_until_their_own_start(session, now) -> None:
    """Rule of law: one picks a team before starting; enrolment goes on for months."""
    stage = make_teamed(session, now, replace(ANYBODY, until_start=True))
    captain, quick, slow, late = (make_participant(session, now, stage, n) for n in "甲乙丙丁")
    token = found(session, now, stage, captain)
    begun = now + timedelta(hours=2)
    for person in (quick, slow):
        teams.ask_team(session, person, token, now=begun)
    decide(session, begun, stage, captain, "丙")
    start(session, begun, stage, quick, slow)

    with pytest.raises(Conflict, match="team_member_started"):
        decide(session, begun, stage, captain, "乙")  # asked, then began: not by the result
    with pytest.raises(Conflict, match="team_member_started"):
        decide(session, begun, stage, captain, "丙", approves=False)
    for act in (
        lambda: teams.leave_team(session, slow, stage.public_id, now=begun),
        lambda: teams.leave_team(session, captain, stage.public_id, now=begun),
    ):
        with pytest.raises(Conflict, match="team_started"):
            act()
    decide(session, begun, stage, captain, "乙", approves=False)
    with pytest.raises(Conflict, match="team_started"):
        teams.ask_team(session, quick, token, now=begun)
    with pytest.raises(Conflict, match="team_started"):
        found(session, begun, stage, quick, "二队")
    teams.ask_team(session, late, token, now=begun)
    decide(session, begun, stage, captain, "丁")

    over = now + timedelta(hours=8)
    states = {m.name: m.state for m in members_of(session, stage, captain, now)}
    assert states == {"甲": "member", "丙": "member", "丁": "member"}
    with pytest.raises(Conflict, match="team_locked"):
        decide(session, over, stage, captain, "丁", approves=False)


def test_the_board_follows_who_comes_and_goes_while_others_answer(session, now) -> None:
    rules = replace(ANYBODY, formula=TeamFormula.MEAN, until_start=True)
    stage = make_teamed(session, now, rules)
    captain, other, third = (make_participant(session, now, stage, n) for n in "甲乙丙")
    token = found(session, now, stage, captain)
    view, begun = stage.view(session, now), now + timedelta(hours=1)
    scored = add_scored_attempt(
        session, view.assessment_id, captain.user_id, points_milli=9_000, started_at=begun
    )
    TEAMS.handle(session, Event(1, "1", SCORED, now, scored.payload()), now)
    assert standing(session, stage, now) == []  # one alone is too few

    for person, shown in ((other, 4_500), (third, 3_000)):
        teams.ask_team(session, person, token, now=begun)
        decide(session, begun, stage, captain, person.display_name)
        assert standing(session, stage, now) == [("一队", 1, shown)]
    teams.leave_team(session, other, stage.public_id, now=begun)
    decide(session, begun, stage, captain, "丙", approves=False)

    assert standing(session, stage, now) == []
    assert len(teams.compare_teams(session, view)) == 0


def test_the_page_offers_nothing_about_who_has_begun(open_browser, database, now) -> None:
    with database.transaction() as session:
        stage = make_teamed(session, now, replace(ANYBODY, until_start=True))
        users = [make_user(session, now, name) for name in ("队长甲", "队员乙", "队员丙")]
        for user in users:
            services.enter_competition(session, make_actor(user), stage.public_id, now=now)
        actors = [make_actor(user) for user in users]
        token = found(session, now, stage, actors[0])
        for actor in actors[1:]:
            teams.ask_team(session, actor, token, now=now)
        decide(session, now, stage, actors[0], "队员乙")
        start(session, now + timedelta(hours=2), stage, *actors[1:])
    captain, member, asker = (open_browser(user) for user in users)
    page = f"/competitions/{stage.public_id}/team"

    seen = captain.get(page).text
    assert "已开始答题，不能加入" in seen
    assert "同意 队员丙 加入" not in seen
    assert "移出 队员乙" not in seen
    assert "已有队员开始答题" in seen
    assert "不能再退出团队" in member.get(page).text
    assert asker.post(f"{page}/leave").status_code == 303
    assert "您已经开始答题" in asker.get(page).text
    assert "您已经开始答题" in asker.get(f"/competitions/teams/{token}").text


def test_who_waits_for_a_captain_is_told_before_starting(
    open_browser, database, now, clock
) -> None:
    with database.transaction() as session:
        stage = make_teamed(session, now, replace(ANYBODY, until_start=True))
        users = [make_user(session, now, name) for name in ("队长甲", "队员乙", "队员丙")]
        for user in users:
            services.enter_competition(session, make_actor(user), stage.public_id, now=now)
        token = found(session, now, stage, make_actor(users[0]))
        teams.ask_team(session, make_actor(users[1]), token, now=now)
    clock.move_to(now + timedelta(hours=2), tick=False)
    warning = "队长同意以前就开始答题的"
    page = f"/competitions/{stage.public_id}"

    captain, asked, alone = (open_browser(user).get(page).text for user in users)

    assert warning in asked
    assert "开始答题" in alone
    assert warning not in alone + captain
