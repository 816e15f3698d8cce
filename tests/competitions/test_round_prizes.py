"""Prizes by a later round and for who went on to it, from the plan to corrections after the end."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.attempts.queries import get_regrade
from learning.attempts.rules import KeyWish, RulingWish, Treatment
from learning.competitions import services
from learning.competitions.formats import Promotion
from learning.competitions.models import Entry
from learning.competitions.queries import awards as award_queries
from learning.competitions.queries.regrades import get_lists
from learning.competitions.rules.awards import AwardRules, AwardState, Prize, sha256
from learning.competitions.rules.prize_lists import PrizeKind
from learning.competitions.rules.reranking import PrizeChange
from learning.competitions.services import fairness
from learning.kernel.errors import Conflict, Invalid
from learning.leaderboards.models import BoardEntry
from learning.question_bank.models import ItemRow, ItemVersionRow
from tests.competitions.test_award_rules import NUMBER
from tests.factories.competitions import entry_of, make_stage
from tests.factories.regrading import DISPUTED, MULTIPLES, SINGLES
from tests.factories.regrading import play as answer
from tests.factories.rounds import add_later, close_round, go_on, play, rule, view_of

TWO_WEEKS = timedelta(days=14)
EVENING = timedelta(hours=13)  # both rounds are over

# Points of the written test; four go on. By hand: 丁 is last but one there, and first later.
WRITTEN = {"甲": (20, 60), "乙": (18, 60), "丙": (16, 60), "丁": (14, 60), "戊": (4, 60)}
SEMIFINAL = {"丁": (19, 60), "乙": (17, 60), "甲": (9, 60)}  # 丙 went on and did not come

FIRST = Prize("first", "一等奖", PrizeKind.RANK, 1, reserve=1, by="round-2")
SECOND = Prize("second", "二等奖", PrizeKind.RANK, 1, by="round-2")
GOOD = Prize("good", "优秀奖", PrizeKind.ALL, 0, by="reached-2")
LUCKY = Prize("lucky", "参与奖", PrizeKind.LOT, 5, by="round-1")
PRIZES = (FIRST, SECOND, GOOD, LUCKY)


class Contest:
    """A contest of two rounds, its people by name, and what happens to its prizes."""

    SHAPE = {}  # noqa: RUF012

    def __init__(self, session, now):
        self.session, self.now = session, now
        self.stage = make_stage(session, now)
        rule(session, now, self.stage, Promotion(top=4))
        add_later(session, now, self.stage, **self.SHAPE)

    @property
    def by(self):
        return self.session, self.stage.actor, self.stage.public_id

    def written(self):
        self.people = play(self.session, self.now, self.stage, WRITTEN)
        self.entries = {name: entry_of(self.session, actor) for name, actor in self.people.items()}
        close_round(self.session, self.now, self.stage)

    def semifinal(self):
        go_on(self.session, self.now, self.stage)
        play(self.session, self.now, self.stage, SEMIFINAL, people=self.people, number=2)

    def over(self):
        self.written()
        self.semifinal()
        close_round(self.session, self.now, self.stage, 2)
        return self

    def write(self, *prizes):
        rules = AwardRules(prizes or PRIZES, "某指数", self.now + TWO_WEEKS, 7, 30)
        services.write_awards(*self.by, rules=rules, now=self.now)

    def announce(self, *prizes):
        self.write(*prizes)
        services.announce_awards(*self.by, now=self.now + EVENING)

    def draw(self, *prizes):
        self.announce(*prizes)
        services.draw_awards(*self.by, number=NUMBER, now=self.now + TWO_WEEKS)

    def finalise(self, *prizes):
        self.draw(*prizes)
        assert services.finalise_awards(*self.by, now=self.now + TWO_WEEKS * 2)

    @property
    def plan(self):
        return award_queries.find_plan(self.session, self.stage.view(self.session, self.now).id)

    def winners(self):
        names = {entry: name for name, entry in self.entries.items()}
        won: dict[str, set[str]] = {}
        for line in award_queries.list_awards(self.session, self.plan)[0]:
            won.setdefault(line.prize, set()).add(names[line.entry])
        return won

    def void(self, name, now):
        entry = self.session.scalars(
            select(Entry).where(Entry.public_id == self.entries[name])
        ).one()
        view = view_of(self.session, now, self.stage)
        fairness.void_entry(self.session, self.stage.actor, view, entry, reason="替考", now=now)


class Disputed(Contest):
    """A contest in whose later round one item is disputed: 甲 leads by the key b, 乙 by c."""

    SHAPE = {"single_count": SINGLES, "multiple_count": MULTIPLES, "tie_rule": "score_only"}  # noqa: RUF012
    ANSWERS = (("甲", "b", 0), ("乙", "c", 0), ("丙", "b", 2), ("丁", "c", 3))

    def semifinal(self):
        go_on(self.session, self.now, self.stage)
        begun = view_of(self.session, self.now, self.stage, 2).opens_at
        for name, said, wrong in self.ANSWERS:
            answer(self.session, begun, self.stage, self.people[name], said, wrong, number=2)

    def rekey(self, now):
        """Look at another key of the item in the later round, then put it into force."""
        by, item = (*self.by, 2), ItemRow.code == DISPUTED
        version = self.session.scalars(select(ItemVersionRow.id).join(ItemRow).where(item)).one()
        wish = RulingWish(version, Treatment.REKEY, KeyWish(frozenset("c")))
        regrade = services.start_round_regrade(*by, raw_appeal_id="", now=now)
        services.rule_on_round(*by, regrade, wish=wish, now=now)
        found = services.ask_round_look(*by, regrade, now=now)
        if found is not None:
            look = services.look_at_round(self.session, found)
            services.keep_round_look(self.session, found, look, now)
        assessment_id = view_of(self.session, now, self.stage, 2).assessment_id
        told = get_lists(self.session, get_regrade(self.session, assessment_id, regrade).id).lists
        found = services.ask_round_force(*by, regrade, reason="答案有误", now=now)
        if found is not None:
            services.put_round_into_force(self.session, found, now)
        return told


@pytest.fixture
def contest(session, now):
    return Contest(session, now)


def test_each_prize_goes_by_its_own_list_and_nobody_wins_twice(contest) -> None:
    contest.over().draw()

    assert contest.winners() == {
        "first": {"丁"},
        "second": {"乙"},
        "good": {"甲", "丙"},
        "lucky": {"戊"},
    }
    text = award_queries.read_entry_list(contest.session, contest.plan.id)
    assert sha256(text) == contest.plan.list_hash
    assert text.startswith("list,entry,points,standing,division,part\n")
    assert contest.plan.entries == 5  # people, however many lists they are on


def test_prizes_wait_until_their_lists_are_published(contest) -> None:
    contest.written()
    with pytest.raises(Conflict, match="not_gone_on"):
        contest.announce(GOOD)
    contest.semifinal()
    with pytest.raises(Conflict, match="prize_round_open"):
        contest.announce(FIRST)
    contest.announce(GOOD)  # who went on is known before they answer

    assert contest.plan.entries == 4


def test_a_prize_goes_by_no_round_that_is_not_there(contest) -> None:
    with pytest.raises(Invalid):
        contest.write(Prize("third", "三等奖", PrizeKind.RANK, 1, by="round-3"))


def test_a_void_entry_moves_the_prizes_of_every_list_at_once(contest) -> None:
    contest.over().draw()

    contest.void("丁", contest.now + TWO_WEEKS)

    assert contest.winners() == {
        "first": {"乙"},
        "second": {"甲"},
        "good": {"丙"},
        "lucky": {"戊"},
    }
    corrected = award_queries.read_corrected_list(contest.session, contest.plan.id)
    assert sha256(corrected) == contest.plan.corrected_hash
    assert contest.entries["丁"] not in corrected


def test_a_void_entry_takes_a_frozen_list_back(contest) -> None:
    contest.over().announce(GOOD)

    contest.void("戊", contest.now + EVENING)  # is not on it
    assert contest.plan.state is AwardState.ANNOUNCED
    contest.void("丙", contest.now + EVENING)
    assert contest.plan.state is AwardState.DRAFT


def test_after_the_end_a_correction_of_the_later_round_says_who_is_due(contest) -> None:
    contest.over().finalise(FIRST, SECOND, GOOD)
    later = contest.now + TWO_WEEKS * 2 + timedelta(days=1)

    contest.void("丁", later)

    view = view_of(contest.session, later, contest.stage)
    changes = set(services.list_prize_changes(contest.session, view, contest.plan))
    who = contest.entries
    assert changes == {
        PrizeChange("first", who["丁"], gains=False),
        PrizeChange("second", who["乙"], gains=False),
        PrizeChange("good", who["甲"], gains=False),
        PrizeChange("first", who["乙"], gains=True),
        PrizeChange("second", who["甲"], gains=True),
    }


def test_nobody_follows_where_all_on_a_list_hold_the_prize(contest) -> None:
    contest.over().finalise(GOOD)
    later = contest.now + TWO_WEEKS * 2 + timedelta(days=1)
    lines = award_queries.list_awards(contest.session, contest.plan)[0]

    follower = services.strike_award(*contest.by, lines[0].public_id, reason="放弃", now=later)

    assert follower is None
    assert len(contest.winners()["good"]) == 3


def test_who_withdraws_before_the_stage_loses_what_went_to_who_went_on(session, now) -> None:
    contest = Contest(session, now)
    rule(session, now, contest.stage, Promotion(top=2), number=2)
    contest.over()
    go_on(session, now + EVENING, contest.stage, 2)
    contest.draw(Prize("on", "入围奖", PrizeKind.ALL, 0, by="reached-stage"))
    assert contest.winners() == {"on": {"丁", "乙"}}

    services.withdraw_promoted(
        *contest.by, 2, contest.entries["乙"], reason="不能到场", now=now + TWO_WEEKS
    )

    assert contest.winners() == {"on": {"丁", "甲"}}  # 甲 follows onto the stage


def test_of_each_day_so_many_are_drawn_by_the_day_of_the_finish(contest) -> None:
    """On the clock of the organiser: 16:30 in UTC is half past midnight of the next day there."""
    contest.over()
    rows = contest.session.scalars(
        select(BoardEntry).where(
            BoardEntry.board_id == view_of(contest.session, contest.now, contest.stage).board_id
        )
    )
    names = {entry: name for name, entry in contest.entries.items()}
    night = contest.now.replace(hour=16, minute=30)
    for row in rows:
        late = names[row.subject] in {"丁", "戊"}
        row.finished_at = night if late else night - timedelta(hours=1)
    contest.session.flush()

    contest.draw(Prize("daily", "每日奖", PrizeKind.LOT, 2, by="days"))

    won = contest.winners()["daily"]
    assert {"丁", "戊"} < won
    assert len(won) == 4
    text = award_queries.read_entry_list(contest.session, contest.plan.id)
    assert {line.rsplit(",", 1)[1] for line in text.splitlines()[1:]} == {
        str(night.date()),
        str(night.date() + timedelta(days=1)),
    }


def test_a_regrade_of_the_later_round_moves_its_prizes_as_it_was_said_to(session, now) -> None:
    contest = Disputed(session, now).over()
    contest.draw(FIRST, SECOND, GOOD)
    assert contest.winners() == {"first": {"甲"}, "second": {"乙"}, "good": {"丙", "丁"}}

    told = contest.rekey(now + TWO_WEEKS)

    assert contest.winners() == {"first": {"乙"}, "second": {"甲"}, "good": {"丙", "丁"}}
    assert told.prizes_state == "proposed"
    assert {(change.prize, contest.entries["甲"] == change.entry) for change in told.prizes} == {
        ("first", True),
        ("first", False),
        ("second", True),
        ("second", False),
    }


def test_a_regrade_of_a_round_by_which_no_prize_goes_moves_none(session, now) -> None:
    contest = Disputed(session, now).over()
    contest.draw(GOOD)

    told = contest.rekey(now + TWO_WEEKS)

    assert told.prizes_state == ""
    assert not contest.plan.corrected_hash
