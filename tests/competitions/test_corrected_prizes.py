"""Prizes and a list that is corrected: taken back, drawn anew, or left to the organiser's own act."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.accounts.models import PersonalNotice as Notice
from learning.competitions import services
from learning.competitions.jobs import NOTICES
from learning.competitions.models import Entry
from learning.competitions.queries import awards as award_queries
from learning.competitions.queries import regrades as queries
from learning.competitions.rules.awards import AwardRules, AwardState, AwardStatus, sha256
from learning.competitions.services import fairness
from learning.kernel import events
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from tests.competitions.test_award_rules import GUIDE, NUMBER
from tests.competitions.test_regrading import TOP, apply, look, prepare, through
from tests.factories.competitions import make_association
from tests.factories.regrading import close, make_regraded


def replay(plan, first, corrected):
    """Return the order of the prize by rank, as the script of the guide finds it."""
    code = re.search(r"```python\n(.+?)```", GUIDE.read_text(), re.DOTALL)
    assert code is not None
    names: dict = {}
    exec(code.group(1), names)  # noqa: S102 - our own guide
    args = (first, plan.list_hash, plan.commitment, plan.seed, plan.number, "top")
    return names["replay"](*args, lambda _row: True, by_rank=True, corrected=corrected)


@pytest.fixture
def contest(session, now):
    made = make_regraded(session, now)
    close(session, made.stage, now)
    return made


class Draws:
    """What both classes do with the prizes of a contest."""

    def announced(self, session, made, now, rules=None):
        rules = rules or AwardRules((TOP,), "某指数", now + timedelta(days=14), 7, 30)
        by = (session, made.stage.actor, made.stage.public_id)
        services.write_awards(*by, rules=rules, now=now)
        services.announce_awards(*by, now=now)
        return now + timedelta(days=14)

    def drawn(self, session, made, now, rules=None):
        later = self.announced(session, made, now, rules)
        services.draw_awards(
            session, made.stage.actor, made.stage.public_id, number=NUMBER, now=later
        )
        return later

    def plan(self, session, made, now):
        return award_queries.find_plan(session, made.stage.view(session, now).id)

    def winners(self, session, made, now):
        lines, _n = award_queries.list_awards(session, self.plan(session, made, now))
        return [made.names[line.entry] for line in lines]

    def void(self, session, contest, name, now, reason="代答"):
        entry = session.scalars(select(Entry).where(Entry.public_id == contest.entries[name])).one()
        view = contest.stage.view(session, now)
        fairness.void_entry(session, contest.stage.actor, view, entry, reason=reason, now=now)


class TestPrizes(Draws):
    def test_a_frozen_list_is_taken_back_to_be_announced_anew(self, session, now, contest) -> None:
        self.announced(session, contest, now)
        through(session, contest, now, contest.rekey("c"))

        plan = self.plan(session, contest, now)
        assert (plan.state, plan.list_hash, plan.commitment) == (AwardState.DRAFT, "", "")

    def test_a_prize_open_to_objections_goes_to_who_deserves_it(
        self, session, now, contest
    ) -> None:
        rules = AwardRules((replace(TOP, reserve=2),), "某指数", now + timedelta(days=14), 7, 30)
        later = self.drawn(session, contest, now, rules=rules)
        assert self.winners(session, contest, now) == ["甲"]
        regrade = prepare(session, contest, later, contest.rekey("c"))
        found = look(session, contest, regrade, later)
        told = queries.get_lists(session, found.id).lists
        assert [(contest.names[each.entry], each.gains) for each in told.prizes] == [
            ("甲", False),
            ("乙", True),
        ]

        apply(session, contest, regrade, later)

        assert self.winners(session, contest, now) == ["乙"]
        order = award_queries.list_waiting(session, self.plan(session, contest, now).id, "top")
        assert {contest.names[row.entry]: row.status for row in order} == {
            "甲": AwardStatus.RESERVE,
            "丙": AwardStatus.RESERVE,
        }

    def test_who_is_in_the_order_no_more_is_struck_on_the_record(
        self, session, now, contest
    ) -> None:
        rules = AwardRules((replace(TOP, reserve=0),), "某指数", now + timedelta(days=14), 7, 30)
        later = self.drawn(session, contest, now, rules=rules)
        through(session, contest, later, contest.rekey("c"))

        struck = award_queries.list_struck(session, self.plan(session, contest, now))
        assert self.winners(session, contest, now) == ["乙"]
        assert [(contest.names[line.entry], line.reason) for line in struck] == [("甲", "答案有误")]

    def test_anybody_can_replay_the_draw_on_the_corrected_list(self, session, now, contest) -> None:
        later = self.drawn(session, contest, now)
        through(session, contest, later, contest.rekey("c"))

        plan = self.plan(session, contest, now)
        first = award_queries.read_entry_list(session, plan.id)
        corrected = award_queries.read_corrected_list(session, plan.id)
        assert (sha256(first), sha256(corrected)) == (plan.list_hash, plan.corrected_hash)
        order = replay(plan, first, corrected)
        assert contest.names[order[0]] == "乙"
        listed = award_queries.list_awards(session, plan)[0]
        listed += award_queries.list_waiting(session, plan.id, "top")
        assert [row.entry for row in sorted(listed, key=lambda row: row.place)] == order[:2]

    def test_other_winners_are_open_to_objections_as_long_as_the_first(
        self, session, now, contest
    ) -> None:
        later = self.drawn(session, contest, now) + timedelta(days=6)
        through(session, contest, later, contest.rekey("c"))

        plan = self.plan(session, contest, now)
        assert plan.objections_until == later + timedelta(days=7)
        assert plan.claims_until == later + timedelta(days=37)

    def test_what_a_correction_took_another_one_brings_back(self, session, now, contest) -> None:
        """Whom a person struck stays struck; whom a list struck was never judged."""
        rules = AwardRules((replace(TOP, reserve=0),), "某指数", now + timedelta(days=14), 7, 30)
        later = self.drawn(session, contest, now, rules=rules)
        through(session, contest, later, contest.rekey("c"))
        assert self.winners(session, contest, now) == ["乙"]
        through(session, contest, later, contest.rekey("b"))

        assert self.winners(session, contest, now) == ["甲"]
        struck = award_queries.list_struck(session, self.plan(session, contest, now))
        assert [contest.names[line.entry] for line in struck] == ["乙"]

    def notices(self, session, contest, now):
        """Let the worker tell; return who was told what of prizes, in the order it was told."""
        for event in events.find_pending(session, NOTICES, 100):
            NOTICES.handle(session, event, now)
        names = {actor.user_id: name for name, actor in contest.people.items()}
        rows = session.execute(
            select(Notice.user_id, Notice.text)
            .where(Notice.title.contains("获奖名单有更正"))
            .order_by(Notice.id)
        )
        return [(names[user_id], text) for user_id, text in rows]

    def test_whose_prize_moved_is_told_once_and_until_when_to_object(
        self, session, now, contest
    ) -> None:
        rules = AwardRules((replace(TOP, reserve=2),), "某指数", now + timedelta(days=14), 7, 30)
        later = self.drawn(session, contest, now, rules=rules)
        through(session, contest, later, contest.rekey("c"))

        told = dict(self.notices(session, contest, later))

        assert set(told) == {"甲", "乙"}
        title = rules.title_of("top")
        assert f"您现在列入获奖名单：{title}。" in told["乙"]
        assert f"您不再列入获奖名单：{title}。您列入递补：{title}。" in told["甲"]
        assert all("有异议请在此前提出" in text for text in told.values())
        assert len(self.notices(session, contest, later)) == 2

    def test_a_correction_that_moves_no_prize_tells_nobody_of_prizes(
        self, session, now, contest
    ) -> None:
        later = self.drawn(session, contest, now)
        through(session, contest, later, contest.rekey("b"))

        assert self.winners(session, contest, now) == ["甲"]
        assert self.notices(session, contest, later) == []

    def test_who_is_void_while_objections_are_open_loses_the_prize_to_who_follows(
        self, session, now, contest
    ) -> None:
        later = self.drawn(session, contest, now) + timedelta(days=3)
        assert self.winners(session, contest, now) == ["甲"]

        self.void(session, contest, "甲", later)

        plan = self.plan(session, contest, now)
        assert self.winners(session, contest, now) == ["乙"]
        assert plan.corrected_hash == sha256(award_queries.read_corrected_list(session, plan.id))
        assert contest.entries["甲"] not in award_queries.read_corrected_list(session, plan.id)
        assert plan.objections_until == later + timedelta(days=7)
        assert set(dict(self.notices(session, contest, later))) == {"甲", "乙"}

    def test_who_is_void_before_the_draw_has_the_frozen_list_taken_back(
        self, session, now, contest
    ) -> None:
        self.announced(session, contest, now)

        self.void(session, contest, "丙", now)

        assert self.plan(session, contest, now).state is AwardState.DRAFT

    def test_a_final_prize_stays_and_is_named(self, session, now, contest) -> None:
        later = self.drawn(session, contest, now) + timedelta(days=8)
        services.finalise_awards(session, contest.stage.actor, contest.stage.public_id, now=later)
        regrade = prepare(session, contest, later, contest.rekey("c"))
        found = look(session, contest, regrade, later)
        apply(session, contest, regrade, later)

        told = queries.get_lists(session, found.id).lists
        assert (told.prizes_state, len(told.prizes)) == ("final", 2)
        assert self.winners(session, contest, now) == ["甲"]


class TestGranting(Draws):
    """Final prizes after a correction: the organiser's own acts, for whom the list speaks."""

    @pytest.fixture
    def corrected(self, session, now, contest):
        later = self.drawn(session, contest, now) + timedelta(days=8)
        by = (session, contest.stage.actor, contest.stage.public_id)
        services.finalise_awards(*by, now=later)
        through(session, contest, later, contest.rekey("c"))
        session.flush()
        return later

    def grant(self, session, made, now, name, reason="名次更正"):
        by = (session, made.stage.actor, made.stage.public_id)
        entry = made.entries[name]
        return services.grant_award(*by, prize="top", raw_entry_id=entry, reason=reason, now=now)

    def changes(self, session, made, now):
        view = made.stage.view(session, now)
        found = services.list_prize_changes(session, view, self.plan(session, made, now))
        return [(made.names[each.entry], each.gains) for each in found]

    def test_whom_the_corrected_list_gives_it_gets_it_with_a_reason(
        self, session, now, contest, corrected
    ) -> None:
        assert self.changes(session, contest, now) == [("甲", False), ("乙", True)]

        self.grant(session, contest, corrected, "乙")

        assert self.winners(session, contest, now) == ["甲", "乙"]
        assert self.changes(session, contest, now) == [("甲", False)]
        [line] = [
            line
            for line in award_queries.list_awards(session, self.plan(session, contest, now))[0]
            if line.reason
        ]
        assert (contest.names[line.entry], line.reason) == ("乙", "名次更正")
        acts = session.scalars(select(AuditEntry.act)).all()
        assert acts.count("competition.award_granted") == 1
        told = session.scalars(select(Notice.user_id).where(Notice.title.contains("补发"))).all()
        assert told == [contest.people["乙"].user_id]

    def test_nobody_else_does_and_nobody_twice(self, session, now, contest, corrected) -> None:
        for name in ("甲", "丁"):
            with pytest.raises(Conflict, match="award_not_due"):
                self.grant(session, contest, corrected, name)
        with pytest.raises(Invalid):
            self.grant(session, contest, corrected, "乙", reason=" ")
        self.grant(session, contest, corrected, "乙")
        with pytest.raises(Conflict, match="award_not_due"):
            self.grant(session, contest, corrected, "乙")

    def test_who_is_struck_for_it_is_not_followed_by_the_old_reserve(
        self, session, now, contest, corrected
    ) -> None:
        [line] = award_queries.list_awards(session, self.plan(session, contest, now))[0]
        by = (session, contest.stage.actor, contest.stage.public_id)
        follower = services.strike_award(
            *by, line.public_id, reason="名次更正", follows=False, now=corrected
        )
        self.grant(session, contest, corrected, "乙")

        assert follower is None
        assert self.winners(session, contest, now) == ["乙"]
        assert self.changes(session, contest, now) == []

    def test_whose_lesser_prize_is_struck_for_a_better_one_is_granted_that(
        self, session, now, contest
    ) -> None:
        """A person strikes only what the corrected list takes: the other prize is still due."""
        second = replace(TOP, code="second", title="二等奖", reserve=0)
        rules = AwardRules(
            (replace(TOP, reserve=0), second), "某指数", now + timedelta(days=14), 7, 30
        )
        later = self.drawn(session, contest, now, rules) + timedelta(days=8)
        by = (session, contest.stage.actor, contest.stage.public_id)
        services.finalise_awards(*by, now=later)
        through(session, contest, later, contest.rekey("c"))
        session.flush()
        lines, _n = award_queries.list_awards(session, self.plan(session, contest, now))
        [lesser] = [line for line in lines if contest.names[line.entry] == "乙"]
        assert lesser.prize == "second"
        with pytest.raises(Conflict, match="award_held"):
            self.grant(session, contest, later, "乙")

        services.strike_award(*by, lesser.public_id, reason="名次更正", follows=False, now=later)
        self.grant(session, contest, later, "乙")

        assert sorted(self.winners(session, contest, now)) == ["乙", "甲"]

    def test_who_is_struck_for_a_fault_is_due_no_other_prize(
        self, session, now, contest, corrected
    ) -> None:
        self.grant(session, contest, corrected, "乙")
        lines, _n = award_queries.list_awards(session, self.plan(session, contest, now))
        [own] = [line for line in lines if contest.names[line.entry] == "乙"]
        by = (session, contest.stage.actor, contest.stage.public_id)
        services.strike_award(*by, own.public_id, reason="冒名答题", follows=False, now=corrected)

        with pytest.raises(Conflict, match="award_not_due"):
            self.grant(session, contest, corrected, "乙")

    def test_a_claim_that_lapses_goes_to_whom_the_corrected_list_names(
        self, session, now, contest, corrected
    ) -> None:
        """By the first list 乙 waits in reserve behind 甲, by the corrected one 丙 does behind 乙."""
        self.grant(session, contest, corrected, "乙")
        services.tell_winners(session, corrected)
        over = corrected + timedelta(days=31)

        assert [services.lapse_next(session, over) for _ in range(2)] == [1, 1]

        assert self.winners(session, contest, now) == ["丙"]

    def test_who_is_void_after_the_prizes_are_final_leaves_theirs_to_be_given(
        self, session, now, contest
    ) -> None:
        later = self.drawn(session, contest, now) + timedelta(days=8)
        services.finalise_awards(session, contest.stage.actor, contest.stage.public_id, now=later)
        assert self.changes(session, contest, now) == []
        entry = session.scalars(select(Entry).where(Entry.public_id == contest.entries["甲"])).one()
        view = contest.stage.view(session, now)
        fairness.void_entry(session, contest.stage.actor, view, entry, reason="代答", now=later)

        assert self.changes(session, contest, now) == [("甲", False), ("乙", True)]
        self.grant(session, contest, later, "乙")
        assert self.changes(session, contest, now) == [("甲", False)]

    def test_before_they_are_final_and_without_a_correction_there_is_nothing_to_grant(
        self, session, now, contest
    ) -> None:
        later = self.drawn(session, contest, now)
        with pytest.raises(Conflict, match="awards_state"):
            self.grant(session, contest, later, "乙")
        later += timedelta(days=8)
        services.finalise_awards(session, contest.stage.actor, contest.stage.public_id, now=later)
        with pytest.raises(Conflict, match="award_not_due"):
            self.grant(session, contest, later, "乙")

    def test_a_foreign_organiser_finds_nothing(self, session, now, contest, corrected) -> None:
        _unit, _user, stranger = make_association(session, now, "别的协会")
        with pytest.raises(NotFound):
            services.grant_award(
                session,
                stranger,
                contest.stage.public_id,
                prize="top",
                raw_entry_id=contest.entries["乙"],
                reason="名次更正",
                now=corrected,
            )

    def test_the_organiser_grants_it_on_the_page_that_names_it(
        self, database, now, open_browser
    ) -> None:
        with database.transaction() as session:
            made = make_regraded(session, now)
            close(session, made.stage, now)
            later = self.drawn(session, made, now) + timedelta(days=8)
            services.finalise_awards(session, made.stage.actor, made.stage.public_id, now=later)
            through(session, made, later, made.rekey("c"))
        organiser = open_browser(made.stage.manager)
        home = f"/competitions/{made.stage.public_id}/awards"
        page = organiser.get(f"{home}/manage").text
        assert ("补发的原因" in page, "更正后不应得" in page) == (True, True)

        sent = {"prize": "top", "entry": made.entries["乙"], "reason": "名次更正"}
        assert organiser.post(f"{home}/grant", {**sent, "reason": ""}).status_code == 400
        assert organiser.post(f"{home}/grant", sent).status_code == 303

        assert "补发：名次更正" in organiser.get(home).text
        assert "补发的原因" not in organiser.get(f"{home}/manage").text
