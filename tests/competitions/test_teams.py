"""Teams: the formula, who may do what until answering begins, and the board of teams."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.attempts.events import SCORED
from learning.competitions import services
from learning.competitions.jobs import BOARD, TEAMS
from learning.competitions.models import Team
from learning.competitions.queries import teams as team_queries
from learning.competitions.rules.teams import (
    TeamFormula,
    TeamRules,
    check_team_name,
    problem_places,
    team_result,
)
from learning.competitions.services import teams
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.events import Event
from learning.leaderboards import queries as boards
from learning.leaderboards.rules import SCORE_THEN_DURATION, Result
from tests.competitions.test_enterprises import close, make_company
from tests.factories.competitions import (
    add_scored_attempt,
    make_association,
    make_participant,
    make_stage,
)
from tests.factories.people import make_actor, make_membership, make_user

ANYBODY = TeamRules(least=2, most=3, same_unit=False)


def result(subject, points, seconds, at) -> Result:
    micro = None if seconds is None else seconds * 1_000_000
    return Result(subject, 1, int(points * 1000), micro, at)


class TestFormula:
    @pytest.mark.parametrize(
        ("formula", "best", "members", "expected"),
        [
            (TeamFormula.SUM, 2, 3, (175_500, 1_100_000_000)),
            (TeamFormula.MEAN, 2, 3, (87_750, 1_100_000_000)),
            (TeamFormula.SUM, 0, 3, (255_500, 1_800_000_000)),
            (TeamFormula.MEAN, 0, 3, (85_167, 1_800_000_000)),  # 85 166.67 rounded half up
            (TeamFormula.MEAN, 0, 4, (63_875, 1_800_000_000)),  # who handed nothing in counts 0
        ],
    )
    def test_hand_computed_results(self, now, formula, best, members, expected) -> None:
        rules = TeamRules(least=2, most=5, formula=formula, best=best)
        results = [
            result("a", 90, 600, now),
            result("b", 80, 700, now),
            result("c", 85.5, 500, now),
        ]

        found = team_result(
            rules, SCORE_THEN_DURATION, team="t", unit="", members=members, results=results
        )

        assert found is not None
        assert (found.points_milli, found.duration_us) == expected

    def test_fewer_results_than_count_are_not_made_up_for(self, now) -> None:
        rules = TeamRules(least=2, formula=TeamFormula.MEAN, best=2)
        found = team_result(
            rules,
            SCORE_THEN_DURATION,
            team="t",
            unit="",
            members=2,
            results=[result("a", 90, 600, now)],
        )
        assert found is not None
        assert found.points_milli == 45_000

    def test_paper_among_those_who_count_leaves_no_duration(self, now) -> None:
        rules = TeamRules(least=2, best=2)
        parts = [result("a", 90, 600, now), result("b", 80, None, now)]
        found = team_result(rules, SCORE_THEN_DURATION, team="t", unit="", members=2, results=parts)
        assert found is not None
        assert found.duration_us is None

    def test_a_team_too_small_or_without_results_stands_nowhere(self, now) -> None:
        rules = TeamRules(least=3)
        parts = [result("a", 90, 600, now)]
        for members, results in ((2, parts), (3, [])):
            assert (
                team_result(
                    rules, SCORE_THEN_DURATION, team="t", unit="", members=members, results=results
                )
                is None
            )

    @pytest.mark.parametrize(
        ("change", "places"),
        [
            ({"least": 0}, ["least"]),
            ({"most": 2}, ["most"]),
            ({"most": 51}, ["most"]),
            ({"best": 6}, ["best"]),
            ({"best": -1}, ["best"]),
            ({}, []),
        ],
    )
    def test_what_is_wrong_with_rules_is_named(self, change, places) -> None:
        assert problem_places(replace(TeamRules(), **change)) == places

    @pytest.mark.parametrize("raw", ["", " \u200b", "甲" * 41])
    def test_a_name_needs_something_to_read(self, raw) -> None:
        with pytest.raises(ValueError, match="team name"):
            check_team_name(raw)


def make_teamed(session, now, rules=ANYBODY, **changes):
    window = {"opens_at": now + timedelta(hours=1), "closes_at": now + timedelta(hours=8)}
    stage = make_stage(session, now, **{**window, **changes})
    teams.set_team_rules(session, stage.actor, stage.public_id, rules=rules, now=now)
    return stage


def found(session, now, stage, captain, name="一队") -> str:
    """The token of a new team's invitation."""
    team = teams.found_team(session, captain, stage.public_id, raw_name=name, now=now)
    return session.scalars(select(Team.token).where(Team.public_id == team)).one()


def members_of(session, stage, captain, now):
    view = stage.view(session, now)
    team = team_queries.find_own_team(session, view.id, captain.user_id)
    return team_queries.list_members(session, team)


def decide(session, now, stage, captain, name, *, approves=True) -> None:
    line = next(m for m in members_of(session, stage, captain, now) if m.name == name)
    teams.decide_member(
        session,
        captain,
        stage.public_id,
        raw_member_id=line.public_id,
        approves=approves,
        now=now,
    )


class TestForming:
    def test_the_captain_approves_who_asked_up_to_the_limit(self, session, now) -> None:
        stage = make_teamed(session, now)
        captain, *others = (make_participant(session, now, stage, n) for n in "甲乙丙丁")
        token = found(session, now, stage, captain)
        for person in others:
            teams.ask_team(session, person, token, now=now)
            teams.ask_team(session, person, token, now=now)  # a second time changes nothing

        decide(session, now, stage, captain, "乙")
        decide(session, now, stage, captain, "丙")
        with pytest.raises(Conflict, match="team_full"):
            decide(session, now, stage, captain, "丁")
        decide(session, now, stage, captain, "乙", approves=False)
        decide(session, now, stage, captain, "丁")

        states = {m.name: m.state for m in members_of(session, stage, captain, now)}
        assert states == {"甲": "member", "丙": "member", "丁": "member"}

    def test_nobody_is_in_two_teams_and_names_are_unique(self, session, now) -> None:
        stage = make_teamed(session, now)
        one, two, three = (make_participant(session, now, stage, n) for n in "甲乙丙")
        token = found(session, now, stage, one, "Ａ队")
        with pytest.raises(Conflict, match="team_name"):
            found(session, now, stage, two, " a队 ")
        found(session, now, stage, two, "二队")
        teams.ask_team(session, three, token, now=now)
        for person in (two, three):
            with pytest.raises(Conflict, match="team_other"):
                found(session, now, stage, person, "三队")
        with pytest.raises(Conflict, match="team_other"):
            teams.ask_team(session, two, token, now=now)

    def test_only_the_captain_decides_and_only_on_the_own_team(self, session, now) -> None:
        stage = make_teamed(session, now)
        one, two, three = (make_participant(session, now, stage, n) for n in "甲乙丙")
        token = found(session, now, stage, one)
        found(session, now, stage, two, "二队")
        teams.ask_team(session, three, token, now=now)
        asked = next(m for m in members_of(session, stage, one, now) if m.state == "asked")
        for actor in (two, three):
            with pytest.raises(NotFound):
                teams.decide_member(
                    session,
                    actor,
                    stage.public_id,
                    raw_member_id=asked.public_id,
                    approves=True,
                    now=now,
                )
        with pytest.raises(Conflict, match="team_captain"):
            decide(session, now, stage, one, "甲", approves=False)

    def test_members_are_of_the_captains_unit_where_the_rules_say_so(self, session, now) -> None:
        stage = make_teamed(session, now, replace(ANYBODY, same_unit=True))
        company, _hr, _actor = make_company(session, now)
        people = []
        for name in ("甲", "乙"):
            user = make_user(session, now, name)
            make_membership(session, now, user, company, staff_no=name)
            services.enter_competition(session, make_actor(user), stage.public_id, now=now)
            people.append(make_actor(user))
        stranger = make_participant(session, now, stage, "丙")
        token = found(session, now, stage, people[0])

        teams.ask_team(session, people[1], token, now=now)
        with pytest.raises(Conflict, match="team_unit"):
            teams.ask_team(session, stranger, token, now=now)

    def test_everything_locks_when_answering_begins(self, session, now) -> None:
        stage = make_teamed(session, now)
        captain, other, late = (make_participant(session, now, stage, n) for n in "甲乙丙")
        token = found(session, now, stage, captain)
        teams.ask_team(session, other, token, now=now)
        begun = now + timedelta(hours=1)

        for act in (
            lambda: teams.ask_team(session, late, token, now=begun),
            lambda: decide(session, begun, stage, captain, "乙"),
            lambda: teams.leave_team(session, captain, stage.public_id, now=begun),
            lambda: found(session, begun, stage, late, "新队"),
            lambda: teams.renew_invitation(session, captain, stage.public_id, now=begun),
            lambda: teams.set_team_rules(
                session, stage.actor, stage.public_id, rules=ANYBODY, now=begun
            ),
        ):
            with pytest.raises(Conflict, match="team_locked"):
                act()

    def test_rules_lock_with_the_first_team_and_belong_to_the_organiser(self, session, now) -> None:
        stage = make_teamed(session, now)
        captain = make_participant(session, now, stage, "甲")
        _, _, stranger = make_association(session, now, name="另一协会")
        with pytest.raises(NotFound):
            teams.set_team_rules(session, stranger, stage.public_id, rules=ANYBODY, now=now)
        with pytest.raises(Invalid):
            teams.set_team_rules(
                session, stage.actor, stage.public_id, rules=replace(ANYBODY, most=99), now=now
            )
        found(session, now, stage, captain)
        with pytest.raises(Conflict, match="teams_founded"):
            teams.set_team_rules(session, stage.actor, stage.public_id, rules=ANYBODY, now=now)

    def test_a_disbanded_team_and_an_old_invitation_lead_nowhere(self, session, now) -> None:
        stage = make_teamed(session, now)
        captain, other = (make_participant(session, now, stage, n) for n in "甲乙")
        old = found(session, now, stage, captain)
        teams.renew_invitation(session, captain, stage.public_id, now=now)
        with pytest.raises(NotFound):
            teams.ask_team(session, other, old, now=now)
        token = session.scalars(select(Team.token)).one()
        teams.ask_team(session, other, token, now=now)

        teams.leave_team(session, captain, stage.public_id, now=now)

        with pytest.raises(NotFound):
            teams.ask_team(session, other, token, now=now)
        assert found(session, now, stage, other, "一队")  # free again, the name too

    def test_parallel_approvals_never_make_a_team_too_large(self, database, now) -> None:
        with database.transaction() as session:
            stage = make_teamed(session, now)
            captain, *others = (make_participant(session, now, stage, n) for n in "甲乙丙丁戊己")
            token = found(session, now, stage, captain)
            for person in others:
                teams.ask_team(session, person, token, now=now)

        def approve(name) -> bool:
            try:
                with database.transaction() as session:
                    decide(session, now, stage, captain, name)
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(5) as pool:
            assert list(pool.map(approve, "乙丙丁戊己")).count(True) == 2


def standing(session, stage, now) -> list[tuple[str, int, int]]:
    view = stage.view(session, now)
    page = boards.get_page(session, view.team_board_id, page=1, size=50)
    names = team_queries.names_of_teams(session, [row.subject for row in page.rows])
    return [(names[r.subject].name, r.standing, r.points_milli) for r in page.rows]


class TestBoard:
    def test_the_board_follows_results_and_equals_the_recomputation(self, session, now) -> None:
        stage = make_teamed(session, now)
        people = [make_participant(session, now, stage, n) for n in "甲乙丙丁"]
        for captain, other, name in (
            (people[0], people[1], "一队"),
            (people[2], people[3], "二队"),
        ):
            token = found(session, now, stage, captain, name)
            teams.ask_team(session, other, token, now=now)
            decide(session, now, stage, captain, other.display_name)
        view = stage.view(session, now)
        for number, (person, points) in enumerate(zip(people, (9, 7, 8, 5), strict=True), 1):
            scored = add_scored_attempt(
                session,
                view.assessment_id,
                person.user_id,
                points_milli=points * 1000,
                started_at=now + timedelta(hours=1),
            )
            for consumer in (BOARD, TEAMS):
                consumer.handle(
                    session, Event(number, str(number), SCORED, now, scored.payload()), now
                )

        assert standing(session, stage, now) == [("一队", 1, 16_000), ("二队", 2, 13_000)]
        assert len(teams.compare_teams(session, view)) == 0
        late = now + timedelta(hours=9)
        close(session, stage, late)
        assert len(teams.rebuild_teams(session, stage.view(session, late))) == 0


class TestPages:
    def test_two_people_form_a_team_through_the_pages(self, open_browser, database, now) -> None:
        with database.transaction() as session:
            stage = make_teamed(session, now)
            users = [make_user(session, now, name) for name in ("队长甲", "队员乙")]
            for user in users:
                services.enter_competition(session, make_actor(user), stage.public_id, now=now)
        captain, other = (open_browser(user) for user in users)
        base = f"/competitions/{stage.public_id}"

        assert "建队" in captain.get(f"{base}/team").text
        assert captain.post(f"{base}/team", {"name": " "}).status_code == 400
        assert captain.post(f"{base}/team", {"name": "示例一队"}).status_code == 303
        with database.session(write=False) as session:
            token = session.scalars(select(Team.token)).one()
        assert "申请加入" in other.get(f"/competitions/teams/{token}").text
        assert other.post(f"/competitions/teams/{token}").status_code == 303
        assert "等队长同意" in other.get(f"{base}/team").text
        with database.session(write=False) as session:
            lines = members_of(session, stage, make_actor(users[0]), now)
        line = next(m for m in lines if m.state == "asked")
        sent = {"decision": "approve"}
        assert captain.post(f"{base}/team/members/{line.public_id}", sent).status_code == 303
        assert "退出团队" in other.get(f"{base}/team").text
        assert "团队榜" in open_browser().get(f"{base}/standings/teams").text
