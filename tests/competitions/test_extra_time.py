"""Extra time that the organiser grants a participant: the whole, each item, and what it earns."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.accounts.models import User
from learning.accounts.services import add_login_name
from learning.attempts.queries import get_attempt
from learning.attempts.services import commit_position, reveal_position
from learning.competitions import services
from learning.competitions.queries.extra_time import list_extended
from learning.competitions.rules import Format
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from tests.competitions.browser import Browser
from tests.competitions.test_board import handle_all
from tests.competitions.test_playing import QUICK, answer, hand_in, row, stage_with, start
from tests.factories.competitions import entry_of, make_association, make_participant, make_stage

PHONE = "13900000077"


def grant(session, stage, now, percent=50, person=PHONE, actor=None) -> str:
    return services.grant_extra_time(
        session,
        actor or stage.actor,
        stage.public_id,
        raw_person=person,
        percent=percent,
        now=now,
    )


def participant(session, now, stage, phone=PHONE):
    actor = make_participant(session, now, stage)
    add_login_name(session, session.get_one(User, actor.user_id), "phone", phone, now=now)
    return actor


def minutes_of(session, actor, attempt) -> float:
    held = get_attempt(session, actor.user_id, attempt)
    return (held.deadline_at - held.started_at) / timedelta(minutes=1)


def test_the_whole_paper_of_who_gets_extra_time_is_longer_and_nobody_elses(session, now) -> None:
    stage = stage_with(session, now, Format())
    one, other = participant(session, now, stage), make_participant(session, now, stage, "参赛者乙")

    name = grant(session, stage, now)

    limit = stage.view(session, now).rules.limit_minutes
    longer = minutes_of(session, one, start(session, stage, one, now))
    plain = minutes_of(session, other, start(session, stage, other, now))
    assert name == "参赛者甲"
    assert (longer, plain) == (limit * 1.5, limit)


@pytest.mark.parametrize(
    ("percent", "seconds", "points", "spent_s"),
    [
        (0, 21, 0, 20.0),  # too late, and closed at its end
        (50, 15, 400, 10.0),  # half of one's own 30 s: 100 + (20 − 10) × 30
        (50, 21, 280, 14.0),  # 100 + (20 − 14) × 30
        (50, 31, 100, 20.0),  # chosen in time, closed at its end
        (100, 39, 130, 19.5),  # of 40 s
    ],
)
def test_seconds_of_items_grow_with_it_and_count_in_proportion(
    session, now, percent, seconds, points, spent_s
) -> None:
    stage = stage_with(session, now, QUICK)
    actor = participant(session, now, stage)
    if percent:
        grant(session, stage, now, percent)
    attempt = start(session, stage, actor, now)

    reveal_position(session, actor, attempt, 1, now=now)
    at = now + timedelta(seconds=seconds)
    if percent:
        answer(session, actor, attempt, 1, now + timedelta(seconds=3))
    commit_position(session, actor, attempt, 1, now=at)
    hand_in(session, actor, attempt, at)
    handle_all(session, now, [])

    found = row(session, stage.view(session, now), actor)
    spent = (found.points_milli, found.duration_us)
    assert spent == (points * 1000, int(spent_s * 1_000_000))
    assert len(services.recompute_board(session, stage.view(session, now).round_id)) == 0


def test_an_attempt_begun_before_keeps_its_time_and_so_does_one_when_it_is_taken_back(
    session, now
) -> None:
    stage = stage_with(session, now, Format())
    actor = participant(session, now, stage)
    limit = stage.view(session, now).rules.limit_minutes
    before = start(session, stage, actor, now)
    grant(session, stage, now, 100)
    kept = minutes_of(session, actor, before)
    hand_in(session, actor, before, now)
    during = start(session, stage, actor, now)

    services.take_extra_time(
        session, stage.actor, stage.public_id, raw_entry_id=entry_of(session, actor), now=now
    )

    longer = minutes_of(session, actor, during)
    hand_in(session, actor, during, now)
    after = minutes_of(session, actor, start(session, stage, actor, now))
    assert (kept, longer, after) == (limit, 2 * limit, limit)


def test_only_who_entered_gets_it_and_only_as_listed(session, now) -> None:
    stage = stage_with(session, now, Format())
    participant(session, now, stage)

    for person, percent, places in (
        ("13900000078", 50, ["person"]),
        ("", 50, ["person"]),
        (PHONE, 500, ["percent"]),
    ):
        with pytest.raises(Invalid) as refused:
            grant(session, stage, now, percent, person)
        assert [p.place for p in refused.value.problems] == places
    assert list_extended(session, stage.view(session, now).id, page=1) == ([], 0)


def test_it_is_the_organisers_act_and_is_on_record_without_a_reason(session, now) -> None:
    stage, foreign = stage_with(session, now, Format()), make_stage(session, now)
    actor = participant(session, now, stage)
    _unit, _user, other = make_association(session, now, "另一家协会")
    entry = entry_of(session, actor)

    for who in (other, foreign.actor):
        with pytest.raises(NotFound):
            grant(session, stage, now, actor=who)
    grant(session, stage, now)
    with pytest.raises(NotFound):
        services.take_extra_time(
            session, foreign.actor, foreign.public_id, raw_entry_id=entry, now=now
        )

    [line], total = list_extended(session, stage.view(session, now).id, page=1)
    [told] = session.scalars(
        select(AuditEntry.details).where(AuditEntry.act == "competition.extra_time")
    )
    assert (line.public_id, line.percent, total) == (entry, 50, 1)
    assert entry in str(told)
    assert "50" in str(told)


def test_so_many_at_most_get_it(session, now, monkeypatch) -> None:
    monkeypatch.setattr("learning.competitions.services.extra_time.MAX_EXTENDED", 1)
    stage = stage_with(session, now, Format())
    participant(session, now, stage)
    participant(session, now, stage, "13900000079")
    grant(session, stage, now)

    grant(session, stage, now, 25)  # who has it may have another share
    with pytest.raises(Conflict, match="too_many"):
        grant(session, stage, now, person="13900000079")


def test_the_page_grants_lists_and_takes_back(app, database, now, clock) -> None:
    clock.move_to(now)
    with database.transaction() as session:
        stage = make_stage(session, now)
        participant(session, now, stage)
        manager = session.get_one(User, stage.actor.user_id)
    browser = Browser(app, database, now, manager)
    path = f"/competitions/{stage.public_id}/extra-time"

    wrong = browser.post(path, {"person": "13900000078", "percent": "50"})
    done = browser.post(path, {"person": PHONE, "percent": "50"})
    page = browser.get(path).text
    with database.session(write=False) as session:
        [line], _total = list_extended(session, stage.view(session, now).id, page=1)
    gone = browser.post(f"{path}/{line.public_id}/end")
    again = browser.post(f"{path}/{line.public_id}/end")

    assert (wrong.status_code, done.status_code, gone.status_code) == (400, 303, 303)
    assert "没有这个登录名的参赛者" in wrong.text
    assert "参赛者甲" in page
    assert "50%" in page
    assert "参赛者甲" not in browser.get(path).text.partition("<table")[2]
    assert again.status_code == 404
