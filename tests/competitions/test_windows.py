"""Announcing another window: dated, with a reason, never less than what was published."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.attempts.jobs import WINDOWS
from learning.attempts.models import Attempt
from learning.competitions import services
from learning.competitions.formats import LEAD, window_refusal
from learning.competitions.queries import list_window_changes
from learning.kernel import events
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from tests.factories.competitions import make_association, make_participant, make_stage
from tests.factories.rounds import HOUR, add_later, close_round, view_of

MINUTE = timedelta(minutes=1)
END = 8 * HOUR  # of the first round; the later one runs from 10 to 12


def move(session, stage, now, *, opens=None, closes, number=1, actor=None, reason="多地网络中断"):
    view = view_of(session, now, stage, number)
    services.move_round_window(
        session,
        actor or stage.actor,
        stage.public_id,
        number,
        opens_at=view.opens_at if opens is None else opens,
        closes_at=closes,
        reason=reason,
        now=now,
    )


def test_who_is_answering_and_who_comes_later_both_get_the_new_end(database, now) -> None:
    late = now + END - 20 * MINUTE
    with database.transaction() as session:
        stage = make_stage(session, now)
        before = make_participant(session, now, stage)
        after = make_participant(session, now, stage)
        services.start_round(session, before, stage.public_id, device_token="d", now=late)
    with database.transaction() as session:
        move(session, stage, late + MINUTE, closes=now + END + 30 * MINUTE)
    while events.deliver(database, WINDOWS, late + MINUTE):
        pass
    with database.transaction() as session:
        at = now + END + 10 * MINUTE
        services.start_round(session, after, stage.public_id, device_token="d", now=at)

    with database.session(write=False) as session:
        ends = session.scalars(select(Attempt.deadline_at).order_by(Attempt.id)).all()
    assert ends == [now + END + 30 * MINUTE] * 2


def test_an_announcement_keeps_its_date_reason_and_both_windows(session, now) -> None:
    stage = make_stage(session, now)

    move(session, stage, now, closes=now + END + HOUR)
    move(session, stage, now + MINUTE, closes=now + END + 2 * HOUR, reason="再延一小时")

    latest, first = list_window_changes(session, view_of(session, now, stage).id)
    assert (first.old_closes_at, first.new_closes_at) == (now + END, now + END + HOUR)
    assert (first.made_at, first.reason) == (now, "多地网络中断")
    assert (latest.old_closes_at, latest.reason) == (now + END + HOUR, "再延一小时")
    assert view_of(session, now, stage).closes_at == now + END + 2 * HOUR
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject == stage.public_id))
    assert acts.all().count("competition.window_moved") == 2


def test_a_later_round_is_postponed_before_the_first_one_reaches_into_it(session, now) -> None:
    stage = make_stage(session, now)
    add_later(session, now, stage)

    with pytest.raises(Conflict, match="rounds_order"):
        move(session, stage, now, closes=now + 11 * HOUR)
    session.rollback()


def test_postponing_the_later_round_first_makes_room(session, now) -> None:
    stage = make_stage(session, now)
    add_later(session, now, stage)

    move(session, stage, now, number=2, opens=now + 20 * HOUR, closes=now + 22 * HOUR)
    move(session, stage, now, closes=now + 11 * HOUR)

    assert view_of(session, now, stage).closes_at == now + 11 * HOUR


@pytest.mark.parametrize(
    ("opens", "closes", "at", "has_attempts", "code"),
    [
        (0, 8, 1, True, "window_same"),
        (0, 7, 1, False, "window_shortened"),
        (1, 8, -1, False, "window_shortened"),  # the same end, less time
        (1, 10, 0.5, False, "window_begun"),
        (-2, 10, -1, False, "window_begun"),  # a begin that lies behind
        (1, 10, -1, False, None),
        (-0.5, 8, -1, False, None),
        (0, 9, 7.9, True, None),
        (0, 9, 8, True, "window_late"),
        (0, 12, 9, False, None),  # nobody could answer: nothing was released
        (0, 10**6, 1, False, "window_shortened"),
    ],
)
def test_what_may_become_of_a_published_window(now, opens, closes, at, has_attempts, code) -> None:
    old, new = (now, now + END), (now + opens * HOUR, now + closes * HOUR)

    assert window_refusal(old, new, now + at * HOUR, has_attempts=has_attempts) == code


def test_the_last_minutes_are_too_late_for_who_is_answering(now) -> None:
    old, new = (now, now + END), (now, now + END + HOUR)

    assert window_refusal(old, new, now + END - LEAD, has_attempts=True) is None
    late = now + END - LEAD + timedelta(microseconds=1)
    assert window_refusal(old, new, late, has_attempts=True) == "window_late"


def test_drafts_published_lists_and_foreign_competitions_do_not_move(session, now) -> None:
    draft, stage = make_stage(session, now, is_open=False), make_stage(session, now)
    _, _, foreign = make_association(session, now, name="另一协会")
    later = now + END + HOUR

    with pytest.raises(Conflict, match="not_running"):
        move(session, draft, now, closes=later)
    with pytest.raises(NotFound):
        move(session, stage, now, closes=later, actor=foreign)
    for reason in ("", "x" * 501, "a\x00b"):
        with pytest.raises(Invalid):
            move(session, stage, now, closes=later, reason=reason)
    close_round(session, now, stage)
    with pytest.raises(Conflict, match="not_running"):
        move(session, stage, now, closes=later)
