"""Runs of phone numbers: how they are found, what the flag says, and that a person decides."""

from array import array
from dataclasses import replace

import pytest
from sqlalchemy import select

from learning.accounts.models import LoginName
from learning.competitions import services
from learning.competitions.formats import PRESETS
from learning.competitions.jobs.fairness import look_for_flags
from learning.competitions.models import Entry, FairnessFlag
from learning.competitions.queries.fairness import find_fairness, list_flags
from learning.competitions.rules.fairness import FairnessRules, problem_places
from learning.competitions.rules.phones import LONGEST, Run, number_of, runs_of
from learning.competitions.services import fairness
from learning.competitions.words.fairness import evidence_words
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from tests.competitions.test_enterprises import make_company
from tests.factories.competitions import add_scored_attempt, make_association, make_stage
from tests.factories.people import make_actor, make_membership, make_user
from tests.factories.rounds import HOUR

BASE = 8613800000000


def runs(numbers, least) -> list[tuple[int, int]]:
    return [(run.first, run.last) for run in runs_of(array("q", numbers), least)]


class TestRules:
    @pytest.mark.parametrize(
        ("numbers", "least", "found"),
        [
            ([5, 3, 1, 2, 4, 8, 7, 12, 10, 11], 3, [(1, 5), (10, 12)]),
            ([5, 3, 1, 2, 4, 8, 7, 12, 10, 11], 2, [(1, 5), (7, 8), (10, 12)]),
            ([1, 2, 3], 3, [(1, 3)]),
            ([1, 2, 4, 5], 3, []),
            ([1, 1, 2], 3, []),  # a number twice is one number
            ([1, 2, 3], 0, []),
            ([], 2, []),
        ],
    )
    def test_hand_computed_runs(self, numbers, least, found) -> None:
        assert runs(numbers, least) == found

    def test_an_endless_block_is_cut_into_parts_none_of_them_too_short(self) -> None:
        assert runs(range(LONGEST + 3), 4) == [(0, LONGEST + 2)]
        assert runs(range(LONGEST + 4), 4) == [(0, LONGEST - 1), (LONGEST, LONGEST + 3)]
        assert Run(0, LONGEST - 1).length == LONGEST

    def test_a_phone_is_read_as_it_is_kept(self) -> None:
        assert number_of("+8613800000000") == BASE
        assert number_of("") is None

    def test_two_to_a_thousand_or_off(self) -> None:
        assert [
            n for n in (-1, 0, 1, 2, 1000, 1001) if problem_places(FairnessRules(phones=n))
        ] == [
            -1,
            1,
            1001,
        ]


def enter(session, now, stage, last: int, *, company=None, begins=True):
    """Somebody with the phone of these last digits enters, and hands in."""
    user = make_user(session, now, f"号{last}")
    name = f"+{BASE + last}"
    key = f"phone:{name}"
    session.add(LoginName(user_id=user.id, kind="phone", name=name, name_key=key, created_at=now))
    if company is not None:
        make_membership(session, now, user, company, organisation=company, staff_no=f"0{last}")
    services.enter_competition(session, make_actor(user), stage.public_id, now=now)
    if begins:
        assessment_id = stage.view(session, now).assessment_id
        add_scored_attempt(session, assessment_id, user.id, started_at=now)
    return user


def look_from(session, now, stage, phones=3) -> None:
    rules = FairnessRules(item_seconds=0.001, phones=phones)
    fairness.set_fairness(session, stage.actor, stage.public_id, rules=rules, now=now)


@pytest.fixture
def entered(database, now):
    """Five in a row (two of a company, one not begun), two others in a row, one alone."""
    with database.transaction() as session:
        stage = make_stage(session, now)
        company, _user, _hr = make_company(session, now)
        look_from(session, now, stage)
        users = {n: enter(session, now, stage, n) for n in (1, 2, 9, 20, 21)}
        users |= {n: enter(session, now, stage, n, company=company) for n in (3, 4)}
        users[5] = enter(session, now, stage, 5, begins=False)
    return stage, users


def flags_of(session, state="open") -> dict[int, FairnessFlag]:
    """The flags by row of the person."""
    rows = session.execute(
        select(Entry.user_id, FairnessFlag)
        .join(FairnessFlag, FairnessFlag.entry_id == Entry.id)
        .where(FairnessFlag.state == state)
    )
    return {row.user_id: row.FairnessFlag for row in rows}


class TestLooking:
    def test_a_run_is_flagged_once_with_masked_evidence(self, database, now, entered) -> None:
        stage, users = entered
        assert look_for_flags(database, now) == 4
        assert look_for_flags(database, now + 25 * HOUR / 5) == 0  # not due
        assert look_for_flags(database, now + 8 * HOUR) == 0

        with database.session(write=False) as session:
            assert set(flags_of(session)) == {users[n].id for n in (1, 2, 3, 4)}
            lines, _n = list_flags(session, stage.view(session, now).id, state="open", page=1)
            evidence = {line.name: line.evidence for line in lines}
            run = {"people": 5, "first": "138****0001", "last": "138****0005"}
            assert evidence["号1"] == {**run, "same_unit": 0}
            assert evidence["号3"] == {**run, "same_unit": 2}
            assert "1380000000" not in str([flag.evidence for flag in flags_of(session).values()])

    def test_nothing_is_looked_for_where_it_is_off(self, database, now, entered) -> None:
        stage, _users = entered
        with database.transaction() as session:
            look_from(session, now, stage, phones=0)
        assert look_for_flags(database, now) == 0

    def test_several_numbers_of_one_person_are_one_person(self, database, now) -> None:
        with database.transaction() as session:
            stage = make_stage(session, now)
            look_from(session, now, stage)
            for n in (1, 2):
                user = enter(session, now, stage, n)
            name = f"+{BASE + 3}"
            more = LoginName(user_id=user.id, kind="phone", name=name, name_key=f"phone:{name}")
            more.created_at = now
            session.add(more)
        assert look_for_flags(database, now) == 0

    def test_who_enters_later_is_flagged_with_who_was_void_already(
        self, database, now, entered
    ) -> None:
        stage, users = entered
        look_for_flags(database, now)
        with database.transaction() as session:
            flag = flags_of(session)[users[4].id].public_id
            decide(session, now, stage, flag, upholds=True)
            enter(session, now, stage, 6)
            look_from(session, now, stage)  # anew
        assert look_for_flags(database, now) == 1

    def test_each_run_is_read_at_once_however_many_it_has(
        self, database, now, entered, monkeypatch
    ) -> None:
        monkeypatch.setattr("learning.competitions.queries.phones.AT_ONCE", 2)
        monkeypatch.setattr("learning.competitions.services.phones.PEOPLE_AT_ONCE", 2)
        assert look_for_flags(database, now) == 4


def decide(session, now, stage, flag: str, *, upholds) -> None:
    fairness.decide_flag(
        session,
        stage.actor,
        stage.public_id,
        raw_flag_id=flag,
        upholds=upholds,
        raw_reason="核实",
        now=now,
    )


class TestDeciding:
    def test_a_whole_run_is_dismissed_but_for_ones_own(self, database, now, entered) -> None:
        stage, users = entered
        look_for_flags(database, now)
        with database.transaction() as session:
            flag = flags_of(session)[users[1].id].public_id
            given = {"raw_flag_id": flag, "now": now}
            _, _, stranger = make_association(session, now, name="另一协会")
            with pytest.raises(NotFound):
                fairness.dismiss_run(
                    session, stranger, stage.public_id, raw_reason="单位号段", **given
                )
            with pytest.raises(Invalid):
                fairness.dismiss_run(session, stage.actor, stage.public_id, raw_reason=" ", **given)
            own = replace(stage.actor, user_id=users[2].id)
            count = fairness.dismiss_run(
                session, own, stage.public_id, raw_reason="单位号段", **given
            )
            assert count == 3
            assert set(flags_of(session)) == {users[2].id}
            assert len(flags_of(session, "dismissed")) == 3
            with pytest.raises(Conflict, match="flag_decided"):
                fairness.dismiss_run(session, own, stage.public_id, raw_reason="又", **given)
            assert "competition.flags_dismissed" in set(session.scalars(select(AuditEntry.act)))
            assert session.scalars(select(Entry.voided_at)).all() == [None] * 8

    def test_what_is_no_run_is_not_dismissed_as_one(self, database, now) -> None:
        with database.transaction() as session:
            stage = make_stage(session, now)
            rules = FairnessRules(item_seconds=60, share=0.9)
            fairness.set_fairness(session, stage.actor, stage.public_id, rules=rules, now=now)
            enter(session, now, stage, 1)
        look_for_flags(database, now)
        with database.transaction() as session:
            [flag] = flags_of(session).values()
            with pytest.raises(Conflict, match="flag_no_run"):
                fairness.dismiss_run(
                    session,
                    stage.actor,
                    stage.public_id,
                    raw_flag_id=flag.public_id,
                    raw_reason="查",
                    now=now,
                )


class TestPages:
    def test_the_rules_say_it_and_the_organiser_dismisses_the_run(
        self, open_browser, database, now, entered
    ) -> None:
        stage, users = entered
        look_for_flags(database, now)
        assert (
            "3 个或更多连续" in open_browser(users[9]).get(f"/competitions/{stage.public_id}").text
        )
        browser = open_browser(stage.manager)
        page = f"/competitions/{stage.public_id}/fairness"
        text = browser.get(page).text
        assert (
            "有 5 人报名所用的手机号连号（138****0001 至 138****0005），本人报名时没有单位。"
            in text
        )
        assert "其中 2 人属于这个单位，可能是单位统一办理的号段。" in text
        with database.session(write=False) as session:
            flag = flags_of(session)[users[1].id].public_id
        sent = {"decision": "dismiss_run", "reason": "单位号段"}
        assert browser.post(f"{page}/{flag}/decide", sent).status_code == 303
        assert "已排除 4 条疑点。" in browser.get(page).text

    def test_a_shape_brings_its_threshold(self, session, now) -> None:
        stage = make_stage(session, now, is_open=False)
        services.add_preset_rounds(session, stage.actor, stage.public_id, PRESETS["once"], now=now)
        assert find_fairness(session, stage.view(session, now).id).phones == 5


def test_a_block_of_one_unit_is_said_as_such(app) -> None:
    run = {"people": 3, "first": "138****0001", "last": "138****0003"}
    with app.test_request_context():
        told = [evidence_words("phones", run | {"same_unit": n}, {}) for n in (3, 1)]
    assert "都属于这个单位，可能是单位统一办理的号段。" in told[0]
    assert "其中属于这个单位的只有本人。" in told[1]
