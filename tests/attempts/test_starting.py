"""Starting: one attempt whatever happens at once, within the rules, at the cost of one insert."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from learning.attempts.models import Attempt
from learning.attempts.queries import get_attempt
from learning.attempts.rules import AttemptRules, Candidate, draw_form, parse_batch
from learning.attempts.services import start_attempt, submit_attempt
from learning.kernel.errors import Conflict, Invalid, NotFound
from tests.factories.items import make_assessment, make_bank, make_blueprint
from tests.factories.people import make_actor, make_user

EMPTY = parse_batch({"epoch": 1, "responses": []})


@pytest.fixture
def ready(session, now):
    make_bank(session, now)
    return make_actor_with_long_session(make_user(session, now)), make_assessment(session, now)


def make_actor_with_long_session(user):
    from dataclasses import replace

    return replace(make_actor(user), session_expires_at_ms=2**52)


def test_an_attempt_pins_its_form_and_one_deadline(session, now, ready) -> None:
    actor, assessment = ready

    public_id = start_attempt(session, actor, assessment.id, device_token="d", now=now)

    attempt = get_attempt(session, actor.user_id, public_id)
    assert attempt.deadline_at == now + timedelta(hours=1)
    assert len(attempt.form.positions) == attempt.item_count == 25
    assert len(set(attempt.form.version_ids)) == 25


def test_starting_again_goes_on_with_the_open_attempt(session, now, ready) -> None:
    actor, assessment = ready

    first = start_attempt(session, actor, assessment.id, device_token="d", now=now)
    again = start_attempt(session, actor, assessment.id, device_token="e", now=now)

    assert again == first


@pytest.mark.parametrize(
    ("offset", "code"), [(timedelta(hours=-2), "not_open"), (timedelta(hours=8), "closed")]
)
def test_outside_the_window_nothing_starts(session, now, ready, offset, code) -> None:
    actor, assessment = ready

    with pytest.raises(Conflict) as caught:
        start_attempt(session, actor, assessment.id, device_token="d", now=now + offset)

    assert caught.value.code == code


def test_used_up_attempts_are_refused_and_a_second_one_is_numbered(session, now, ready) -> None:
    actor, _ = ready
    assessment = make_assessment(session, now, rules=AttemptRules(limit_s=60, max_attempts=2))
    for _ in range(2):
        public_id = start_attempt(session, actor, assessment.id, device_token="d", now=now)
        submit_attempt(session, actor, public_id, batch=EMPTY, last_seq={}, now=now)

    with pytest.raises(Conflict) as caught:
        start_attempt(session, actor, assessment.id, device_token="d", now=now)

    assert caught.value.code == "attempts_used"
    assert session.scalars(
        select(Attempt.number)
        .where(Attempt.assessment_id == assessment.id)
        .order_by(Attempt.number)
    ).all() == [1, 2]


def test_an_unknown_assessment_is_not_found(session, now, ready) -> None:
    with pytest.raises(NotFound):
        start_attempt(session, ready[0], 10**9, device_token="d", now=now)


def test_a_pool_too_small_is_named_with_its_shortage(session, now) -> None:
    make_bank(session, now, bank="small", singles=3, multiples=1)

    with pytest.raises(Invalid) as caught:
        make_assessment(session, now, blueprint=make_blueprint(5, 2, bank="small"))

    assert [p.place for p in caught.value.problems] == ["single 题", "multiple 题"]
    assert "5 > 3" in str(caught.value)


def test_fifty_parallel_starts_give_one_attempt(database, now) -> None:
    with database.transaction() as session:
        make_bank(session, now)
        actor = make_actor_with_long_session(make_user(session, now))
        assessment_id = make_assessment(session, now).id

    def start(_: int) -> str:
        with database.transaction() as session:
            return start_attempt(session, actor, assessment_id, device_token="d", now=now)

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(start, range(50)))

    assert len(ids) == 1
    with database.session(write=False) as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 1


def blueprint_with_candidates():
    blueprint = make_blueprint(4, 2)
    return blueprint.with_candidates(
        {
            0: tuple(Candidate(n, ("a", "b", "c", "d")) for n in range(1, 30)),
            1: tuple(Candidate(n, ("a", "b", "c", "d")) for n in range(30, 60)),
        }
    )


def test_the_same_seed_draws_the_same_form_and_another_seed_another_one() -> None:
    blueprint = blueprint_with_candidates()

    first = draw_form(blueprint, "seed-1", shuffle_options=True)

    assert draw_form(blueprint, "seed-1", shuffle_options=True) == first
    assert draw_form(blueprint, "seed-2", shuffle_options=True) != first


def test_a_form_survives_its_json_and_no_item_comes_twice() -> None:
    for seed in range(200):
        form = draw_form(blueprint_with_candidates(), str(seed), shuffle_options=True)
        assert type(form).from_json(form.to_json()) == form
        assert len(set(form.version_ids)) == 6


def test_without_shuffling_options_stand_in_file_order() -> None:
    form = draw_form(blueprint_with_candidates(), "x", shuffle_options=False)

    assert {p.option_order for p in form.positions} == {("a", "b", "c", "d")}


def test_options_stand_in_every_place_equally_often() -> None:
    """Chi-square with 3 degrees of freedom, 0.999 quantile 16.27."""
    counts = [0, 0, 0, 0]
    for seed in range(500):
        for place in draw_form(
            blueprint_with_candidates(), str(seed), shuffle_options=True
        ).positions:
            counts[place.option_order.index("b")] += 1

    expected = sum(counts) / 4
    assert sum((c - expected) ** 2 / expected for c in counts) < 16.27
