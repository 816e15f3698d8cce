"""Writing, changing, opening and closing sittings."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from learning.attempts.jobs import sweep_due
from learning.attempts.models import Assessment
from learning.exams import queries, services
from learning.exams.jobs import close_due
from learning.exams.models import Sitting
from learning.exams.rules import SETTLING, Phase, SectionPlan, State
from learning.exams.words import source_words
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.events import EventRow
from learning.question_bank.rules import ItemKind, Pool
from tests.factories.exams import make_candidate, make_examiner, make_hall, make_plan
from tests.factories.items import make_bank, make_item

WINDOW = timedelta(hours=8)
AFTER = WINDOW + SETTLING + timedelta(seconds=1)


def start(session, hall, actor, now) -> str:
    return services.start_sitting(session, actor, hall.public_id, device_token="d", now=now)


def test_a_sitting_is_written_as_a_draft_with_its_plan(session, now) -> None:
    hall = make_hall(session, now, is_open=False)

    view = hall.view(session, now)

    assert (view.state, view.organiser, view.plan) == (
        State.DRAFT,
        "示例质量协会",
        make_plan(now),
    )
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject == hall.public_id))
    assert list(acts) == ["sitting.created"]


def test_a_pool_that_cannot_fill_the_paper_is_named_by_section(session, now) -> None:
    hall = make_hall(session, now, is_open=False)
    sections = (
        SectionPlan(ItemKind.SINGLE, 21, Decimal(1)),
        SectionPlan(ItemKind.BLANK, 1, Decimal(5)),
    )
    plan = make_plan(now, sections=sections)

    with pytest.raises(Invalid) as refused:
        services.edit_sitting(session, hall.actor, hall.public_id, plan=plan, now=now)

    assert [(p.code, p.place) for p in refused.value.problems] == [
        ("shortage", "单项选择题"),
        ("shortage", "填空题"),
    ]


def test_wrong_rules_and_foreign_organisers_are_refused(session, now) -> None:
    hall = make_hall(session, now)
    other, _, stranger = make_examiner(session, now, "另一协会")

    with pytest.raises(Invalid):
        services.create_sitting(
            session,
            hall.actor,
            raw_organiser_id=hall.association.public_id,
            plan=make_plan(now, cut_points=Decimal(21)),
            now=now,
        )
    with pytest.raises(NotFound):
        services.create_sitting(
            session, hall.actor, raw_organiser_id=other.public_id, plan=make_plan(now), now=now
        )
    for act in (services.open_sitting,):
        with pytest.raises(NotFound):
            act(session, stranger, hall.public_id, now=now)


def test_an_open_sitting_changes_its_rules_until_the_first_start(session, now) -> None:
    hall = make_hall(session, now)
    candidate = make_candidate(session, now, hall)
    plan = make_plan(now, cut_points=Decimal(16), max_attempts=2)

    services.edit_sitting(session, hall.actor, hall.public_id, plan=plan, now=now)
    start(session, hall, candidate, now)

    assert hall.view(session, now).plan == plan
    with pytest.raises(Conflict, match="sitting_rules_locked"):
        services.edit_sitting(session, hall.actor, hall.public_id, plan=make_plan(now), now=now)
    services.edit_sitting(
        session, hall.actor, hall.public_id, plan=replace(plan, description="补充"), now=now
    )
    assert hall.view(session, now).description == "补充"


def test_the_window_locks_when_the_sitting_opens(session, now) -> None:
    hall = make_hall(session, now)

    with pytest.raises(Conflict, match="sitting_window_locked"):
        services.edit_sitting(
            session,
            hall.actor,
            hall.public_id,
            plan=make_plan(now, closes_at=now + timedelta(hours=9)),
            now=now,
        )


def test_one_opens_once_and_not_after_the_window(session, now) -> None:
    hall = make_hall(session, now, is_open=False)

    with pytest.raises(Conflict, match="window_over"):
        services.open_sitting(session, hall.actor, hall.public_id, now=now + WINDOW)
    services.open_sitting(session, hall.actor, hall.public_id, now=now)
    with pytest.raises(Conflict, match="sitting_not_draft"):
        services.open_sitting(session, hall.actor, hall.public_id, now=now)

    assert "sitting.opened" in session.scalars(select(EventRow.kind)).all()


def test_closing_by_hand_ends_the_window_and_starts_nothing_more(session, now) -> None:
    hall = make_hall(session, now)
    candidate = make_candidate(session, now, hall)

    services.close_sitting(session, hall.view(session, now), actor=hall.actor, now=now)

    view = hall.view(session, now)
    assert (view.state, view.closes_at) == (State.CLOSED, now)
    with pytest.raises(Conflict, match="closed"):
        start(session, hall, candidate, now)
    with pytest.raises(Conflict, match="sitting_not_running"):
        services.close_sitting(session, view, actor=hall.actor, now=now)
    assert "sitting.closed" in session.scalars(select(EventRow.kind)).all()


def test_closed_before_its_window_a_sitting_is_cancelled_and_keeps_its_window(session, now) -> None:
    opens_at = now + timedelta(hours=1)
    hall = make_hall(session, now, opens_at=opens_at)

    services.close_sitting(session, hall.view(session, now), actor=hall.actor, now=now)

    assert hall.view(session, now).phase(now) is Phase.CANCELLED
    assert session.scalars(select(Assessment.opens_at)).all() == [opens_at]


def test_nobody_closes_while_somebody_is_answering_or_out_of_reach(session, now) -> None:
    hall = make_hall(session, now)
    start(session, hall, make_candidate(session, now, hall), now)
    stranger = make_examiner(session, now, "另一协会")[2]

    with pytest.raises(Conflict, match="attempts_open"):
        services.close_sitting(session, hall.view(session, now), actor=hall.actor, now=now)
    with pytest.raises(NotFound):
        services.close_sitting(session, hall.view(session, now), actor=stranger, now=now)


def test_the_worker_closes_after_window_and_grace_once_the_sweep_has_run(database, now) -> None:
    with database.transaction() as session:
        hall, other = make_hall(session, now), make_hall(session, now)
        start(session, hall, make_candidate(session, now, hall), now)

    assert close_due(database, now + WINDOW + SETTLING) == 0
    assert close_due(database, now + AFTER) == 1  # the other: here an attempt awaits the sweep
    assert sweep_due(database, now + AFTER) == 1
    assert close_due(database, now + AFTER) == 1
    assert close_due(database, now + AFTER) == 0
    with database.session(write=False) as session:
        states = session.scalars(select(Sitting.state)).all()
        assert (states, other.view(session, now).state) == (["closed", "closed"], State.CLOSED)


def test_examiners_see_their_own_sittings_newest_first(session, now) -> None:
    hall = make_hall(session, now)
    make_hall(session, now)
    make_candidate(session, now, hall)

    lines, total = queries.list_managed(session, hall.actor, now, page=1)

    assert [(line.public_id, line.admitted, line.organiser) for line in lines] == [
        (hall.public_id, 1, "示例质量协会")
    ]
    assert (total, lines[0].phase(now)) == (1, Phase.RUNNING)
    assert queries.list_organisers(session, hall.actor, now)[0][1] == "示例质量协会"


def test_sources_are_the_pools_in_use_with_their_counts(session, now) -> None:
    hall = make_hall(session, now)

    sources = queries.list_sources(session, hall.actor, now)

    assert [(s.code, s.pool, s.counts) for s in sources] == [
        ("sample:contest", Pool.CONTEST, {ItemKind.SINGLE: 20, ItemKind.MULTIPLE: 5})
    ]


def test_cases_that_a_person_marks_are_not_counted_and_are_named(app, session, now) -> None:
    hall = make_hall(session, now)
    by_machine = make_item("c-1", ItemKind.CASE)
    by_machine = replace(
        by_machine,
        document=replace(by_machine.document, parts=by_machine.document.parts[:2]),
        key=replace(by_machine.key, parts=by_machine.key.parts[:2]),
    )
    make_bank(session, now, bank="cases", extra=[by_machine, make_item("c-2", ItemKind.CASE)])

    [source] = [s for s in queries.list_sources(session, hall.actor, now) if s.bank == "cases"]

    assert source.counts[ItemKind.CASE] == 1
    with app.test_request_context():
        assert "另有 1 道案例题要由人评分，选“由人阅卷”才能抽" in source_words(source)
