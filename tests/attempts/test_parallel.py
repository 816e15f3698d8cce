"""Parallel forms: complete, apart, equally hard; neighbours by seat get different ones."""

import random
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.attempts.models import Assessment
from learning.attempts.queries import get_attempt
from learning.attempts.rules import (
    AttemptRules,
    Blueprint,
    Candidate,
    Cell,
    Section,
    assemble_forms,
    choose_form,
    parallel_form,
)
from learning.attempts.services import start_attempt
from learning.kernel.errors import Invalid
from learning.question_bank.rules import ItemKind, Pool
from tests.factories.items import ALL_OR_NOTHING, make_assessment, make_bank, make_blueprint
from tests.factories.people import make_actor, make_user

difficulties = st.lists(st.integers(0, 1000), min_size=60, max_size=60)


def blueprint_of(forms: int) -> Blueprint:
    """Two cells of 6 and 4 items from 60 candidates: the first 40, the last 30."""
    candidates = tuple(Candidate(n, ("a", "b", "c", "d")) for n in range(60))
    cells = (Cell(6, fits=tuple(range(40))), Cell(4, fits=tuple(range(30, 60))))
    section = Section(
        "单选", ItemKind.SINGLE, 10, Decimal(1), ALL_OR_NOTHING, (), candidates, (), cells
    )
    return Blueprint("b", Pool.SECURE, (section,), 0, forms)


class TestAssembling:
    @given(difficulties, st.integers(1, 6), st.integers())
    def test_forms_are_complete_and_have_no_item_in_common(self, hard, forms, seed) -> None:
        made = assemble_forms(blueprint_of(forms), dict(enumerate(hard)), random.Random(seed))

        drawn = [parallel_form(made, n, shuffle_options=True).version_ids for n in range(forms)]
        assert [len(versions) for versions in drawn] == [10] * forms
        assert max(Counter(v for versions in drawn for v in versions).values()) == 1
        assert all(sum(v < 40 for v in versions) >= 6 for versions in drawn)

    @given(difficulties, st.integers(2, 6), st.integers())
    def test_forms_differ_by_less_than_the_widest_round(self, hard, forms, seed) -> None:
        made = assemble_forms(blueprint_of(forms), dict(enumerate(hard)), random.Random(seed))

        sums = [sum(hard[place] for place in form[0]) for form in made.forms]
        ranges = max(hard) - min(hard)
        assert max(sums) - min(sums) <= ranges  # of ten items: a tenth in the mean

    def test_forms_of_a_large_pool_are_equally_hard_to_a_hundredth(self) -> None:
        rng = random.Random(7)
        hard = {n: rng.randrange(200, 900) for n in range(60)}

        for seed in range(50):
            made = assemble_forms(blueprint_of(4), hard, random.Random(seed))
            means = [sum(hard[place] for place in form[0]) / 10_000 for form in made.forms]
            assert max(means) - min(means) < 0.01

    def test_the_same_form_is_the_same_paper_and_survives_the_json(self) -> None:
        made = assemble_forms(blueprint_of(3), dict.fromkeys(range(60), 500), random.Random(1))

        again = Blueprint.from_json(made.to_json())

        assert again == made
        first = parallel_form(made, 0, shuffle_options=True)
        assert parallel_form(again, 0, shuffle_options=True) == first
        assert first.seed == "A"
        assert parallel_form(made, 1, shuffle_options=True).seed == "B"


class TestChoosing:
    @given(st.integers(2, 8), st.integers(1, 500), st.integers(1, 9))
    def test_neighbours_by_seat_and_attempts_in_turn_differ(self, forms, seat, number) -> None:
        def chosen(at: int, attempt: int) -> int:
            return choose_form(forms, seat=at, assessment_id=1, user_id=at, number=attempt)

        assert chosen(seat, number) != chosen(seat + 1, number)
        assert chosen(seat, number) != chosen(seat, number + 1)
        assert 0 <= chosen(seat, number) < forms

    def test_without_seats_forms_are_given_evenly(self) -> None:
        given_out = Counter(
            choose_form(4, seat=None, assessment_id=7, user_id=user, number=1)
            for user in range(4000)
        )

        assert all(890 < count < 1110 for count in given_out.values())  # 1000, σ 27


class TestStarting:
    def assessment(self, session, now, forms: int, **rules) -> Assessment:
        make_bank(session, now)
        return make_assessment(
            session,
            now,
            blueprint=replace(make_blueprint(5, 2), parallel=forms),
            rules=AttemptRules(limit_s=3600, **rules),
        )

    def start(self, session, now, assessment, actor=None, **more):
        actor = actor or replace(make_actor(make_user(session, now)), session_expires_at_ms=2**52)
        public_id = start_attempt(session, actor, assessment.id, device_token="d", now=now, **more)
        return public_id, get_attempt(session, actor.user_id, public_id).form

    def test_one_paper_for_all_is_the_same_for_all(self, session, now) -> None:
        made = self.assessment(session, now, 1)

        assert self.start(session, now, made)[1] == self.start(session, now, made)[1]

    def test_neighbours_have_no_item_in_common(self, session, now) -> None:
        made = self.assessment(session, now, 2)

        one, two, three = (self.start(session, now, made, seat=n)[1] for n in (4, 5, 6))

        assert not set(one.version_ids) & set(two.version_ids)
        assert three == one

    def test_more_forms_than_the_pool_holds_apart_are_refused(self, session, now) -> None:
        with pytest.raises(Invalid) as refused:
            self.assessment(session, now, 3)  # 3 × 2 multiple-choice items of 5

        assert [p.message for p in refused.value.problems] == ["6 > 5"]
