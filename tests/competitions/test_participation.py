"""Entering once and starting."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from learning.accounts.models import User
from learning.attempts.models import Attempt
from learning.competitions import queries, services
from learning.competitions.models import Entry
from learning.competitions.services import Wish
from learning.kernel.errors import Conflict, NotFound
from tests.factories.competitions import make_contest, make_participant, make_stage
from tests.factories.people import make_actor, make_membership, make_unit, make_user


def test_an_entry_freezes_name_organisation_and_region(session, now) -> None:
    stage = make_stage(session, now)
    user = make_user(session, now, "王小明")
    company = make_unit(session, now, name="示例机械集团", region="370100")
    workshop = make_unit(session, now, kind="department", name="一车间", parent=company)
    make_membership(session, now, user, workshop, organisation=company)

    services.enter_competition(session, make_actor(user), stage.public_id, now=now)
    session.get_one(User, user.id).display_name = "改名"
    session.flush()

    entry = session.scalars(select(Entry)).one()
    assert (entry.participant_name, entry.unit_id, entry.unit_name, entry.region) == (
        "王小明",
        company.id,
        "示例机械集团",
        "370100",
    )


def test_a_person_without_organisation_enters_for_themselves(session, now) -> None:
    stage = make_stage(session, now)

    actor = make_participant(session, now, stage)

    entry = session.scalars(select(Entry)).one()
    assert (entry.user_id, entry.unit_id, entry.unit_name) == (actor.user_id, None, "")


def test_two_memberships_give_one_entry_for_the_one_chosen(session, now) -> None:
    stage = make_stage(session, now)
    user = make_user(session, now)
    first, second = (make_unit(session, now, name=name) for name in ("甲公司", "乙公司"))
    for unit in (first, second):
        make_membership(session, now, user, unit)
    actor = make_actor(user)

    with pytest.raises(Conflict, match="choose_place"):
        services.enter_competition(session, actor, stage.public_id, now=now)
    outcomes = [
        services.enter_competition(
            session, actor, stage.public_id, wish=Wish(place=f"{unit.public_id}:-"), now=now
        )
        for unit in (second, first)
    ]

    assert outcomes == [True, False]
    assert session.scalars(select(Entry.unit_name)).all() == ["乙公司"]


def test_fifty_parallel_tries_give_one_entry(database, now) -> None:
    with database.transaction() as session:
        stage = make_stage(session, now)
        actor = make_actor(make_user(session, now))

    def enter(_: int) -> bool:
        with database.transaction() as session:
            return services.enter_competition(session, actor, stage.public_id, now=now)

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(enter, range(50)))

    assert outcomes.count(True) == 1
    with database.session(write=False) as session:
        assert session.scalar(select(func.count()).select_from(Entry)) == 1


def test_one_enters_before_the_window_and_not_after_it(session, now) -> None:
    stage = make_stage(session, now, opens_at=now + timedelta(hours=1))
    actor, late = (make_actor(make_user(session, now)) for _ in range(2))

    assert services.enter_competition(session, actor, stage.public_id, now=now)
    with pytest.raises(Conflict, match="closed"):
        services.enter_competition(session, late, stage.public_id, now=now + timedelta(hours=8))


def test_a_draft_cannot_be_entered_or_started_and_looks_missing(session, now) -> None:
    stage = make_stage(session, now, is_open=False)
    actor = make_actor(make_user(session, now))

    with pytest.raises(NotFound):
        services.enter_competition(session, actor, stage.public_id, now=now)
    with pytest.raises(NotFound):
        services.start_round(session, actor, stage.public_id, device_token="d", now=now)


def test_a_start_needs_the_entry(session, now) -> None:
    stage = make_stage(session, now)
    actor = make_actor(make_user(session, now))

    with pytest.raises(Conflict, match="not_entered"):
        services.start_round(session, actor, stage.public_id, device_token="d", now=now)


def test_a_start_gives_a_paper_and_a_second_one_goes_on_with_it(session, now) -> None:
    stage = make_stage(session, now)
    actor = make_participant(session, now, stage)

    first = services.start_round(session, actor, stage.public_id, device_token="d", now=now)
    again = services.start_round(session, actor, stage.public_id, device_token="d", now=now)

    assert first == again
    attempt = session.scalars(select(Attempt)).one()
    assert (attempt.public_id, attempt.item_count, attempt.user_id) == (first, 5, actor.user_id)
    view = stage.view(session, now)
    assert attempt.assessment_id == view.assessment_id
    own = queries.list_own_attempts(session, view.assessment_id, actor.user_id)
    assert [(a.public_id, a.is_open) for a in own] == [(first, True)]


def test_fifty_parallel_starts_give_one_attempt(database, now) -> None:
    with database.transaction() as session:
        stage = make_stage(session, now)
        actor = make_participant(session, now, stage)

    def start(_: int) -> str:
        with database.transaction() as session:
            return services.start_round(session, actor, stage.public_id, device_token="d", now=now)

    with ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(start, range(50)))) == 1


@pytest.mark.parametrize("hours", [-2, 8])
def test_outside_the_window_nothing_starts(session, now, hours) -> None:
    stage = make_stage(session, now)
    actor = make_participant(session, now, stage)

    with pytest.raises(Conflict):
        services.start_round(
            session, actor, stage.public_id, device_token="d", now=now + timedelta(hours=hours)
        )


def test_a_closed_competition_starts_nothing_even_within_its_window(session, now) -> None:
    stage = make_stage(session, now)
    actor = make_participant(session, now, stage)
    plan = services.plan_close(session, stage.view(session, now))
    services.close_competition(session, plan, actor=stage.actor, now=now)

    with pytest.raises(Conflict, match="closed"):
        services.start_round(session, actor, stage.public_id, device_token="d", now=now)


def test_the_rules_in_force_at_the_first_entry_are_those_of_the_paper(database, now) -> None:
    """An edit and a first entry at once: either the edit is refused or the entry came after it."""
    outcomes = []
    for round_number in range(8):
        with database.transaction() as session:
            stage = make_stage(session, now)
            actor = replace(make_actor(make_user(session, now)), session_expires_at_ms=2**52)

        def edit(stage=stage) -> str:
            try:
                with database.transaction() as session:
                    contest = make_contest(now, single_count=1)
                    services.edit_competition(
                        session, stage.actor, stage.public_id, contest=contest, now=now
                    )
            except Conflict as conflict:
                return conflict.code
            return "edited"

        def enter(stage=stage, actor=actor) -> int:
            with database.transaction() as session:
                services.enter_competition(session, actor, stage.public_id, now=now)
            with database.session(write=False) as session:
                return stage.view(session, now).rules.single_count

        with ThreadPoolExecutor(2) as pool:
            jobs = [pool.submit(enter), pool.submit(edit)]
            if round_number % 2:
                jobs.reverse()
            seen = {job.result() for job in jobs}
        outcomes.append(seen)

    assert all(seen in ({"edited", 1}, {"rules_locked", 3}) for seen in outcomes)
