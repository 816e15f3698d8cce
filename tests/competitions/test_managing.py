"""Writing, changing and opening a competition."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from learning.attempts.models import Assessment, Attempt
from learning.competitions import queries, services
from learning.competitions.models import Competition
from learning.competitions.rules import MultipleMarking, State
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Role
from learning.leaderboards.queries import get_board
from tests.factories.competitions import (
    BANK,
    make_association,
    make_contest,
    make_participant,
    make_stage,
)
from tests.factories.items import make_bank
from tests.factories.people import make_actor, make_unit, make_user, unit_grant


def test_a_new_competition_is_a_draft_that_strangers_cannot_find(session, now) -> None:
    stage = make_stage(session, now, is_open=False)

    with pytest.raises(NotFound):
        queries.get_published(session, stage.public_id)
    assert stage.view(session, now).state is State.DRAFT
    assert queries.list_open(session, now) == []


def test_what_was_written_comes_back(session, now) -> None:
    contest = make_contest(
        now,
        multiple_marking=MultipleMarking.HALF,
        single_points=Decimal("2.5"),
        tie_rule="score_only",
        max_attempts=3,
    )
    association, _, actor = make_association(session, now)
    make_bank(session, now, bank=BANK)

    public_id = services.create_competition(
        session, actor, raw_organiser_id=association.public_id, contest=contest, now=now
    )

    view = queries.get_managed(session, actor, public_id, now)
    assert view.contest == contest
    assert get_board(session, view.board_id).tie_rule == "score_only"


def test_a_manager_reaches_the_units_below_and_no_others(session, now) -> None:
    make_bank(session, now, bank=BANK)
    parent, _, above = make_association(session, now)
    branch = make_unit(session, now, kind="association", name="示例分会", parent=parent)
    _, _, stranger = make_association(session, now, name="另一协会")
    contest = make_contest(now)

    public_id = services.create_competition(
        session, above, raw_organiser_id=branch.public_id, contest=contest, now=now
    )

    assert queries.get_managed(session, above, public_id, now)
    for call in (
        lambda: queries.get_managed(session, stranger, public_id, now),
        lambda: services.open_competition(session, stranger, public_id, now=now),
        lambda: services.edit_competition(session, stranger, public_id, contest=contest, now=now),
        lambda: services.create_competition(
            session, stranger, raw_organiser_id=branch.public_id, contest=contest, now=now
        ),
    ):
        with pytest.raises(NotFound):
            call()
    assert [line.public_id for line in queries.list_managed(session, above, now)] == [public_id]
    assert queries.list_managed(session, stranger, now) == []
    assert [name for _, name in queries.list_organisers(session, above, now)] == [
        "示例分会",
        "示例质量协会",
    ]


def test_a_role_without_the_permission_reaches_nothing(session, now) -> None:
    stage = make_stage(session, now)
    hr = make_actor(make_user(session, now), unit_grant(Role.HR_MANAGER, stage.association))

    with pytest.raises(NotFound):
        queries.get_managed(session, hr, stage.public_id, now)


def test_a_bank_that_cannot_fill_the_paper_is_refused_and_nothing_is_written(session, now) -> None:
    association, _, actor = make_association(session, now)
    make_bank(session, now, bank=BANK, singles=2)
    before = session.scalar(select(func.count()).select_from(Competition))

    with pytest.raises(Invalid) as refusal:
        services.create_competition(
            session,
            actor,
            raw_organiser_id=association.public_id,
            contest=make_contest(now),
            now=now,
        )

    assert refusal.value.problems[0].code == "shortage"
    assert session.scalar(select(func.count()).select_from(Competition)) == before


def test_a_draft_may_change_wholly(session, now) -> None:
    stage = make_stage(session, now, is_open=False)
    new = make_contest(
        now,
        title="改过的名称",
        tie_rule="score_only",
        closes_at=now + timedelta(days=2),
        limit_minutes=7,
    )

    services.edit_competition(session, stage.actor, stage.public_id, contest=new, now=now)

    view = stage.view(session, now)
    assert view.contest == new
    assert get_board(session, view.board_id).tie_rule == "score_only"
    assert session.get_one(Assessment, view.assessment_id).title == "改过的名称"


def test_after_opening_the_window_stays_and_rules_may_change_until_the_first_entry(
    session, now
) -> None:
    stage = make_stage(session, now)
    with pytest.raises(Conflict, match="window_locked"):
        services.edit_competition(
            session,
            stage.actor,
            stage.public_id,
            contest=make_contest(now, closes_at=now + timedelta(days=9)),
            now=now,
        )

    services.edit_competition(
        session, stage.actor, stage.public_id, contest=make_contest(now, limit_minutes=9), now=now
    )

    assert stage.view(session, now).rules.limit_minutes == 9


def test_the_first_entry_locks_the_rules_but_not_the_description(session, now) -> None:
    stage = make_stage(session, now)
    make_participant(session, now, stage)
    locked = stage.view(session, now).assessment_id

    with pytest.raises(Conflict, match="rules_locked"):
        services.edit_competition(
            session,
            stage.actor,
            stage.public_id,
            contest=make_contest(now, limit_minutes=9),
            now=now,
        )
    services.edit_competition(
        session,
        stage.actor,
        stage.public_id,
        contest=make_contest(now, description="更正"),
        now=now,
    )

    view = stage.view(session, now)
    assert (view.description, view.assessment_id) == ("更正", locked)


def test_a_paper_without_multiple_items_can_be_edited_after_entries(session, now) -> None:
    contest = {"multiple_count": 0, "multiple_points": Decimal(9)}
    stage = make_stage(session, now, **contest)
    make_participant(session, now, stage)
    shown_again = stage.view(session, now).contest

    services.edit_competition(
        session,
        stage.actor,
        stage.public_id,
        contest=replace(shown_again, description="新"),
        now=now,
    )

    assert stage.view(session, now).description == "新"


def test_opening_is_for_drafts_whose_window_has_not_ended(session, now) -> None:
    stage = make_stage(session, now)
    late = make_stage(session, now, is_open=False)

    with pytest.raises(Conflict, match="not_draft"):
        services.open_competition(session, stage.actor, stage.public_id, now=now)
    with pytest.raises(Conflict, match="window_over"):
        services.open_competition(session, late.actor, late.public_id, now=now + timedelta(hours=8))


def test_every_act_of_weight_is_in_the_audit(session, now) -> None:
    stage = make_stage(session, now)
    services.edit_competition(
        session, stage.actor, stage.public_id, contest=make_contest(now, description="x"), now=now
    )

    acts = session.scalars(
        select(AuditEntry.act).where(AuditEntry.subject == stage.public_id).order_by(AuditEntry.id)
    ).all()

    assert acts == ["competition.created", "competition.opened", "competition.edited"]


@pytest.mark.parametrize("raw", ["", "x" * 500, "\x00", "ÿ", "' OR 1=1 --", "%", "../etc"])
def test_hostile_ids_are_not_found(session, now, raw) -> None:
    stage = make_stage(session, now)

    with pytest.raises(NotFound):
        queries.get_published(session, raw)
    with pytest.raises(NotFound):
        queries.get_managed(session, stage.actor, raw, now)
    with pytest.raises(NotFound):
        queries.get_ticket(session, stage.manager.id, raw)
    assert session.scalar(select(func.count()).select_from(Attempt)) == 0
