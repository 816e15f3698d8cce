"""A participant corrects the own entry once, and every list follows."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.accounts.models import User
from learning.competitions import services
from learning.competitions.jobs import BOARD
from learning.competitions.models import Entry, EntryLink, PaperEntry
from learning.competitions.rules import Belonging, Division, EntryRules
from learning.competitions.rules.entry import correction_refusal
from learning.competitions.rules.teams import TeamRules
from learning.competitions.services import Wish, feeding, teams
from learning.kernel import events
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict
from learning.leaderboards.models import BoardEntry, BoardTally
from tests.competitions.test_desks import make_hr
from tests.competitions.test_enterprises import enrol
from tests.competitions.test_links import enter, make_link
from tests.factories.competitions import add_scored_attempt, make_stage
from tests.factories.people import make_actor, make_membership, make_unit, make_user

TEN = EntryRules(correction_days=10)


class TestRule:
    @pytest.mark.parametrize(
        ("days", "after", "is_corrected", "expected"),
        [
            (0, timedelta(0), False, "no_correction"),
            (10, timedelta(days=10) - timedelta(microseconds=1), False, None),
            (10, timedelta(days=10), False, "correction_over"),
            (10, timedelta(days=1), True, "corrected"),
        ],
    )
    def test_once_within_the_days(self, now, days, after, is_corrected, expected) -> None:
        found = correction_refusal(
            days, entered_at=now, corrected_at=now if is_corrected else None, now=now + after
        )
        assert found == expected


def furnish(session, now, entry=TEN, **changes):
    """Somebody of two organisations who entered for the wrong one, with a wrong name."""
    stage = make_stage(session, now, entry=entry, **changes)
    wrong = make_unit(session, now, kind="enterprise", name="错的公司")
    right = make_unit(session, now, kind="enterprise", name="对的公司")
    user = make_user(session, now, "王小名")
    for unit in (wrong, right):
        make_membership(session, now, user, unit)
    services.enter_competition(
        session, make_actor(user), stage.public_id, wish=Wish(key(wrong)), now=now
    )
    return stage, replace(make_actor(user), display_name="王小明"), wrong, right


def key(unit, division: str = "-") -> str:
    return f"{unit.public_id}:{division}"


def correct(session, stage, actor, unit, now, division: str = "-") -> bool:
    wish = Wish(key(unit, division))
    return services.correct_entry(session, actor, stage.public_id, wish=wish, now=now)


class TestCorrecting:
    def test_name_and_unit_are_put_right_and_the_old_ones_are_kept_in_the_audit(
        self, session, now
    ) -> None:
        stage, actor, _wrong, right = furnish(session, now)

        assert correct(session, stage, actor, right, now + timedelta(hours=1))

        entry = session.scalars(select(Entry)).one()
        act = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        assert (entry.participant_name, entry.unit_name) == ("王小明", "对的公司")
        assert entry.public_name == "王*明"
        assert entry.unit_id == right.id
        assert act.act == "competition.entry_corrected"
        assert "错的公司" in str(act.details)
        assert "王小名" in str(act.details)

    def test_a_second_time_is_refused_and_what_is_as_it_was_uses_nothing_up(
        self, session, now
    ) -> None:
        stage, actor, wrong, right = furnish(session, now)
        same = replace(actor, display_name="王小名")

        assert not correct(session, stage, same, wrong, now)
        assert correct(session, stage, actor, right, now)
        with pytest.raises(Conflict, match="corrected"):
            correct(session, stage, actor, wrong, now)

    def test_without_the_rule_nothing_is_corrected(self, session, now) -> None:
        stage, actor, _wrong, right = furnish(session, now, EntryRules())

        with pytest.raises(Conflict, match="no_correction"):
            correct(session, stage, actor, right, now)

    def test_after_the_window_it_is_too_late(self, session, now) -> None:
        stage, actor, _wrong, right = furnish(session, now)

        with pytest.raises(Conflict, match="closed"):
            correct(session, stage, actor, right, now + timedelta(hours=9))

    def test_nobody_takes_a_place_that_is_not_theirs(self, session, now) -> None:
        stage, actor, _wrong, _right = furnish(session, now)
        foreign = make_unit(session, now, kind="enterprise", name="别的公司")

        with pytest.raises(Conflict, match="choose_place"):
            correct(session, stage, actor, foreign, now)

    def test_who_is_in_a_team_leaves_it_first(self, session, now) -> None:
        later = now + timedelta(hours=1)
        stage, actor, _wrong, right = furnish(session, now, opens_at=later)
        rules = TeamRules(least=2, most=3, same_unit=False)
        teams.set_team_rules(session, stage.actor, stage.public_id, rules=rules, now=now)
        teams.found_team(session, actor, stage.public_id, raw_name="先锋队", now=now)

        with pytest.raises(Conflict, match="correction_team"):
            correct(session, stage, actor, right, now)

    def test_who_is_down_for_paper_is_taken_off_the_list_first(self, session, now) -> None:
        stage, actor, wrong, right = furnish(session, now)
        session.add(
            PaperEntry(
                round_id=stage.view(session, now).round_id,
                entry_id=session.scalars(select(Entry.id)).one(),
                unit_id=wrong.id,
                added_by=actor.user_id,
                added_at=now,
            )
        )
        session.flush()

        with pytest.raises(Conflict, match="correction_paper"):
            correct(session, stage, actor, right, now)


class TestBoards:
    def test_the_row_moves_to_the_other_unit_and_division_behind_earlier_events(
        self, database, now
    ) -> None:
        divisions = (
            Division("a", "甲组", Belonging.ENTERPRISE),
            Division("b", "乙组", Belonging.ENTERPRISE),
        )
        with database.transaction() as session:
            stage = make_stage(session, now, entry=replace(TEN, divisions=divisions))
            units = [make_unit(session, now, kind="enterprise", name=n) for n in ("甲", "乙")]
            user = make_user(session, now, "王小明")
            for unit in units:
                make_membership(session, now, user, unit)
            actor = make_actor(user)
            wish = Wish(key(units[0], "a"))
            services.enter_competition(session, actor, stage.public_id, wish=wish, now=now)
            view = stage.view(session, now)
            add_scored_attempt(session, view.assessment_id, user.id, started_at=now)
            feeding.recompute_board(session, view.round_id)

        with database.transaction() as session:
            correct(session, stage, actor, units[1], now, "b")
        events.deliver(database, BOARD, now)

        with database.transaction() as session:
            row = session.scalars(select(BoardEntry)).one()
            assert (row.group_code, row.unit_code) == ("b", str(units[1].id))
            tallies = session.execute(
                select(BoardTally.kind, BoardTally.code, BoardTally.participants)
            )
            assert {tuple(tally) for tally in tallies if tally.participants} == {
                ("group", "b", 1),
                ("unit", str(units[1].id), 1),
            }
            assert len(feeding.recompute_board(session, view.round_id)) == 0

    def test_of_parallel_corrections_one_gets_through(self, database, now) -> None:
        with database.transaction() as session:
            stage, actor, _wrong, right = furnish(session, now)

        def one(_n: int) -> bool:
            with database.transaction() as session:
                return correct(session, stage, actor, right, now)

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(one, range(4))) == [False, False, False, True]


class TestByLink:
    def test_the_link_of_the_right_unit_corrects_an_entry_for_the_wrong_one(
        self, session, now
    ) -> None:
        stage = make_stage(session, now, entry=TEN)
        companies = [make_hr(session, now, name) for name in ("错的公司", "对的公司")]
        person = make_actor(make_user(session, now, "王小明"))
        for company, hr in companies:
            enrol(session, now, stage, hr, company)
        tokens = [make_link(session, now, stage, hr, company) for company, hr in companies]

        outcomes = [enter(session, now, person, token) for token in (*tokens, tokens[1])]

        entry = session.scalars(select(Entry)).one()
        used = session.scalars(select(EntryLink.uses).order_by(EntryLink.id)).all()
        assert outcomes == [True, True, False]
        assert entry.unit_name == "对的公司"
        assert used == [1, 1]


class TestPages:
    def test_who_follows_the_right_link_is_told_for_whom_they_had_entered(
        self, open_browser, database, now
    ) -> None:
        with database.transaction() as session:
            stage, actor, _wrong, _right = furnish(session, now)
            company, hr = make_hr(session, now, "第三家公司")
            enrol(session, now, stage, hr, company)
            token = make_link(session, now, stage, hr, company)
        with database.session(write=False) as session:
            browser = open_browser(session.get_one(User, actor.user_id))

        page = browser.get(f"/competitions/join/{token}").text

        assert "您已代表“错的公司”报名" in page
        assert "<b>王小名</b>" in page
        assert "更正为本单位" in page

    def test_the_page_offers_it_once_and_says_so_in_the_rules(
        self, open_browser, database, now
    ) -> None:
        with database.transaction() as session:
            stage, actor, _wrong, right = furnish(session, now)
        with database.session(write=False) as session:
            browser = open_browser(session.get_one(User, actor.user_id))
        path = f"/competitions/{stage.public_id}"

        before = browser.get(path).text
        reply = browser.post(f"{path}/correct", {"place": key(right)})
        after = browser.get(path).text

        assert "更正报名信息" in before
        assert "本人可以更正一次" in before
        assert reply.status_code in {302, 303}
        assert "对的公司" in after
        assert "更正过" in after
        assert f"{path}/correct" not in after
        assert browser.post(f"{path}/correct", {"place": key(right)}).status_code in {302, 303}
