"""From the written test over the semi-final to the stage, and prizes by where the teams stood.

The shape is that of a real contest (`field.md` 1.3, 卓越杯 and 3.4 of the written heats): the best of
the written test go on, ties by the shorter time; the final is played by teams of enterprises with a
base of 100; first, second and third prizes go by the final, one of merit to all who reached the
semi-final and won none. Winners below were worked out by hand.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.competitions import services
from learning.competitions.formats import Promotion
from learning.competitions.models import Entry
from learning.competitions.queries import awards as award_queries
from learning.competitions.queries.finals import find_final, list_links
from learning.competitions.queries.unit_awards import list_unit_awards
from learning.competitions.rules.awards import AwardRules, AwardState, Prize
from learning.competitions.rules.prize_lists import PrizeKind
from learning.competitions.rules.unit_prizes import PrizeOf, UnitPrize
from learning.competitions.services import fairness
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.live_rounds.queries import get_managed
from learning.live_rounds.rules import Act, Kind, RoomRules, StageRules
from learning.live_rounds.services import RoomPlan, edit_room, open_room
from tests.competitions.test_award_rules import NUMBER
from tests.factories.competitions import BANK, entry_of, make_stage
from tests.factories.live_rounds import do
from tests.factories.people import make_actor, make_membership, make_unit, make_user
from tests.factories.rounds import add_later, close_round, go_on, play, rule, view_of

TWO_WEEKS = timedelta(days=14)
EVENING = timedelta(hours=13)  # both rounds are over

# Person, enterprise, points and seconds of the written test, the same of the semi-final.
PEOPLE = (
    ("王一", "甲公司", (20, 60), (18, 60)),
    ("王二", "甲公司", (19, 60), (17, 60)),
    ("李一", "乙公司", (18, 60), (20, 60)),
    ("李二", "乙公司", (18, 90), (10, 60)),
    ("赵一", "丙公司", (17, 60), (16, 60)),
    ("赵二", "丙公司", (16, 60), (9, 60)),
    ("孙一", "丁公司", (8, 60), None),  # does not go on
)
SEMIFINALISTS, FINALISTS = 6, 4  # 李一, 王一, 王二, 赵一 go on to the stage
SCORES = {"甲公司": 0, "乙公司": -20, "丙公司": 30}  # on top of the base of 100

PRIZES = (
    Prize("one", "一等奖", PrizeKind.RANK, 1, by="stage"),
    Prize("two", "二等奖", PrizeKind.RANK, 1, by="stage"),
    Prize("three", "三等奖", PrizeKind.RANK, 1, by="stage"),
    Prize("merit", "优秀奖", PrizeKind.ALL, 0, by="reached-2"),
)
UNIT_PRIZES = (
    UnitPrize("cup", "冠军单位", count=1, of=PrizeOf.STAGE),
    UnitPrize("org", "优秀组织奖", count=1, of=PrizeOf.UNITS),
)
WINNERS = {
    "one": {"赵一"},
    "two": {"王一", "王二"},
    "three": {"李一"},
    "merit": {"李二", "赵二"},
}


class Final:
    """A contest up to its stage, its people by name."""

    def __init__(self, session, now):
        self.session, self.now = session, now
        self.stage = make_stage(session, now)
        rule(session, now, self.stage, Promotion(top=SEMIFINALISTS))
        add_later(session, now, self.stage)
        rule(session, now, self.stage, Promotion(top=FINALISTS), number=2)
        self.people = {}
        companies = {}
        for name, company, _written, _semi in PEOPLE:
            unit = companies.get(company) or make_unit(session, now, name=company)
            companies[company] = unit
            user = make_user(session, now, name)
            make_membership(session, now, user, unit)
            self.people[name] = make_actor(user)
            services.enter_competition(session, self.people[name], self.stage.public_id, now=now)
        self.entries = {name: entry_of(session, actor) for name, actor in self.people.items()}
        for number, column in ((1, 2), (2, 3)):
            results = {row[0]: row[column] for row in PEOPLE if row[column]}
            play(session, now, self.stage, results, people=self.people, number=number)
            close_round(session, now, self.stage, number)
            go_on(session, now + EVENING if number == 2 else now, self.stage, number)
        self.room = services.create_final(
            *self.by,
            preset="cement",
            places=0,
            title="现场决赛",
            now=self.later,
            teams=services.Teams.UNITS,
        )

    @property
    def by(self):
        return self.session, self.stage.actor, self.stage.public_id

    @property
    def later(self):
        return self.now + EVENING

    @property
    def view(self):
        return view_of(self.session, self.later, self.stage)

    def links(self):
        room = get_managed(self.session, self.stage.actor, self.room, self.later)
        return list_links(self.session, room)

    def act(self, act, **raw):
        return do(self.session, self.stage.actor, self.room, self.later, act, **raw)

    def evening(self):
        """Open the room with items enough for the bank, and give the points."""
        room = get_managed(self.session, self.stage.actor, self.room, self.later)
        names = tuple(team.name for team in room.teams)
        rules = RoomRules(base=100, stages=(StageRules(Kind.TURNS, "必答", 1, (10,), 30),))
        plan = RoomPlan(room.title, BANK, rules, names)
        edit_room(self.session, self.stage.actor, self.room, plan=plan, now=self.later)
        open_room(self.session, self.stage.actor, self.room, now=self.later)
        for link in self.links():
            if SCORES[link.name]:
                self.adjust(link.number, SCORES[link.name])
        self.act(Act.FINISH)

    def adjust(self, number, points):
        self.act(Act.ADJUST, team=number, points=points, reason="现场计分")

    def confirm(self):
        return services.confirm_final(*self.by, self.room, now=self.later)

    def announce(self):
        rules = AwardRules(PRIZES, "某指数", self.now + TWO_WEEKS, 7, 30, UNIT_PRIZES)
        services.write_awards(*self.by, rules=rules, now=self.now)
        services.announce_awards(*self.by, now=self.later)

    def draw(self):
        self.evening()
        self.confirm()
        self.announce()
        services.draw_awards(*self.by, number=NUMBER, now=self.now + TWO_WEEKS)

    @property
    def plan(self):
        return award_queries.find_plan(self.session, self.view.id)

    def winners(self):
        names = {entry: name for name, entry in self.entries.items()}
        won: dict[str, set[str]] = {}
        for line in award_queries.list_awards(self.session, self.plan)[0]:
            won.setdefault(line.prize, set()).add(names[line.entry])
        return won

    def unit_winners(self):
        return [(line.prize, line.name) for line in list_unit_awards(self.session, self.plan)[0]]

    def set_team(self, number, *, unit="", members=""):
        services.set_team(*self.by, self.room, number, unit=unit, members=members, now=self.later)


@pytest.fixture
def final(session, now):
    return Final(session, now)


def test_a_team_made_of_who_went_on_is_linked_to_them_and_their_enterprise(final) -> None:
    assert [
        (link.name, link.unit_name, {m.name for m in link.members}) for link in final.links()
    ] == [
        ("乙公司", "乙公司", {"李一"}),
        ("甲公司", "甲公司", {"王一", "王二"}),
        ("丙公司", "丙公司", {"赵一"}),
    ]


def test_prizes_go_by_the_final_and_merit_to_who_reached_the_semifinal(final) -> None:
    final.draw()

    assert final.winners() == WINNERS
    # 甲公司 leads the board of enterprises; the cup is 丙公司's, by the stage.
    assert final.unit_winners() == [("cup", "丙公司"), ("org", "甲公司")]


def test_no_prize_goes_by_a_final_that_is_not_over_and_confirmed(final) -> None:
    with pytest.raises(Conflict, match="final_running"):
        final.confirm()
    with pytest.raises(Conflict, match="final_unconfirmed"):
        final.announce()
    final.evening()
    with pytest.raises(Conflict, match="final_unconfirmed"):
        final.announce()


def test_links_outlive_a_draft_that_is_written_anew(final) -> None:
    final.evening()  # writes the teams anew and opens the room

    assert all(link.members for link in final.links())


def test_a_judge_who_changes_the_end_moves_the_prizes_once_it_is_confirmed_again(final) -> None:
    final.draw()
    number = {link.name: link.number for link in final.links()}["乙公司"]
    final.adjust(number, 100)
    assert final.winners() == WINNERS

    final.confirm()

    assert final.winners() == {
        **WINNERS,
        "one": {"李一"},
        "two": {"赵一"},
        "three": {"王一", "王二"},
    }
    assert final.unit_winners() == [("cup", "乙公司"), ("org", "甲公司")]
    assert final.plan.corrected_hash
    assert final.plan.corrected_unit_hash


def test_a_void_member_wins_nothing_and_the_team_keeps_its_place(final) -> None:
    final.draw()
    entry = final.session.scalars(
        select(Entry).where(Entry.public_id == final.entries["王二"])
    ).one()

    fairness.void_entry(
        final.session,
        final.stage.actor,
        final.view,
        entry,
        reason="替考",
        now=final.now + TWO_WEEKS,
    )

    assert final.winners() == {**WINNERS, "two": {"王一"}}


def test_who_stands_in_for_a_member_is_said_by_hand_and_counts_once_confirmed(final) -> None:
    final.evening()
    team = {link.name: link for link in final.links()}["丙公司"]
    final.confirm()
    final.set_team(team.number, unit="丙公司", members=f"赵二 {final.entries['赵二']}\n")
    before = find_final(final.session, final.view.id)
    assert before.teams[0].entries == (final.entries["赵一"],)

    final.confirm()
    final.announce()

    after = find_final(final.session, final.view.id)
    assert after.teams[0].entries == (final.entries["赵二"],)
    assert final.plan.state is AwardState.ANNOUNCED


@pytest.mark.parametrize(
    ("typed", "place", "code"),
    [
        ({"unit": "没有的公司"}, "unit", "none"),
        ({"members": "没有的人"}, "members", "none"),
        ({"members": "王一"}, "members", "elsewhere"),
        ({"members": "\n".join(f"人{n}" for n in range(21))}, "members", "many"),
    ],
)
def test_what_is_typed_for_a_team_and_means_nobody_is_named(final, typed, place, code) -> None:
    with pytest.raises(Invalid) as refused:
        final.set_team(1, **typed)

    [problem] = refused.value.problems
    assert (problem.place, problem.code) == (place, code)
    assert len(final.links()[0].members) == 1  # as before


def test_a_room_of_another_contest_is_none_of_this_one(final, session, now) -> None:
    other = make_stage(session, now)

    with pytest.raises(NotFound):
        services.confirm_final(session, other.actor, other.public_id, final.room, now=now)
    with pytest.raises(NotFound):
        services.set_team(
            session, other.actor, other.public_id, final.room, 1, unit="", members="", now=now
        )
