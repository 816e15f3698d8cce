"""Enemies never share a form: drawn, by cells, named or parallel; what that makes short is named."""

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.attempts.models import Assessment
from learning.attempts.queries import get_attempt, parse_blueprint
from learning.attempts.rules import (
    Blueprint,
    Candidate,
    Cell,
    Demand,
    Section,
    assemble_forms,
    draw_form,
    enemies_of,
    fill,
    list_crowded_cells,
    list_mixed_cells,
    pair_up,
    parallel_form,
)
from learning.attempts.services import start_attempt
from learning.kernel.errors import Invalid
from learning.question_bank.rules import ItemKind, Pool
from tests.factories.items import ALL_OR_NOTHING, make_assessment, make_bank, make_item
from tests.factories.people import make_actor, make_user

EASY = dict.fromkeys(range(5000), 500)
pairs = st.sets(
    st.tuples(st.integers(0, 9), st.integers(0, 9))
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: (min(pair), max(pair))),
    max_size=12,
).map(lambda found: tuple(sorted(found)))
demands = st.lists(
    st.builds(
        lambda count, fits: Demand(count, tuple(sorted(fits))),
        st.integers(0, 3),
        st.sets(st.integers(0, 9)),
    ),
    max_size=4,
)


def section_of(count: int, pool: int, *, items: tuple[str, ...] = (), cells=(), first=0) -> Section:
    candidates = tuple(Candidate(first + n, ("a", "b", "c", "d")) for n in range(pool))
    return Section(
        "单选", ItemKind.SINGLE, count, Decimal(1), ALL_OR_NOTHING, (), candidates, items, cells
    )


def blueprint_of(*sections: Section, enemies, parallel: int = 0) -> Blueprint:
    return Blueprint("b", Pool.SECURE, sections, 0, parallel, (), tuple(enemies))


def clashes(items, enemies) -> list[tuple[int, int]]:
    return [pair for pair in enemies if set(pair) <= set(items)]


def choices(asked: list[Demand]) -> Iterator[set[int]]:
    """Every way of filling all demands, as the items it takes."""
    if not asked:
        yield set()
        return
    for rest in choices(asked[1:]):
        free = [item for item in asked[0].fits if item not in rest]
        for taken in combinations(free, asked[0].count):
            yield rest | set(taken)


class TestDrawing:
    @pytest.mark.parametrize("seed", range(60))
    def test_a_form_is_full_and_holds_no_two_enemies(self, seed) -> None:
        enemies = [(n, n + 1) for n in range(0, 30, 2)]
        blueprint = blueprint_of(section_of(14, 30), enemies=enemies)

        drawn = draw_form(blueprint, str(seed), shuffle_options=True).version_ids

        assert len(set(drawn)) == 14
        assert clashes(drawn, enemies) == []

    @pytest.mark.parametrize("seed", range(60))
    def test_enemies_of_two_sections_and_of_cells_are_apart_too(self, seed) -> None:
        cells = (Cell(3, fits=tuple(range(8))), Cell(4, fits=tuple(range(4, 12))))
        enemies = [(n, 20 + n) for n in range(12)] + [(0, 1), (4, 8)]
        blueprint = blueprint_of(
            section_of(7, 12, cells=cells), section_of(5, 12, first=20), enemies=enemies
        )

        drawn = draw_form(blueprint, str(seed), shuffle_options=True).version_ids

        assert len(set(drawn)) == 12
        assert clashes(drawn, enemies) == []

    @pytest.mark.parametrize("seed", range(20))
    def test_an_item_that_is_everybodys_enemy_stays_out_where_it_must(self, seed) -> None:
        blueprint = blueprint_of(section_of(10, 11), enemies=[(0, n) for n in range(1, 11)])

        drawn = draw_form(blueprint, str(seed), shuffle_options=True).version_ids

        assert sorted(drawn) == list(range(1, 11))

    @pytest.mark.parametrize("seed", range(20))
    def test_an_enemy_of_a_named_item_is_not_drawn_before_it(self, seed) -> None:
        named = section_of(1, 1, items=("x",), first=50)
        blueprint = blueprint_of(section_of(3, 4), named, enemies=[(0, 50)])

        drawn = draw_form(blueprint, str(seed), shuffle_options=True).version_ids

        assert drawn[-1] == 50
        assert sorted(drawn[:3]) == [1, 2, 3]

    def test_without_enemies_a_seed_draws_what_it_always_drew(self) -> None:
        blueprint = blueprint_of(section_of(5, 40), enemies=())

        drawn = draw_form(blueprint, "seed", shuffle_options=False).version_ids

        assert drawn == random.Random("seed").sample(range(40), 5)

    def test_either_enemy_comes_as_often_as_the_other(self) -> None:
        blueprint = blueprint_of(section_of(5, 20), enemies=[(0, 1)])

        papers = [
            draw_form(blueprint, str(seed), shuffle_options=False).version_ids
            for seed in range(2000)
        ]

        first, second = (sum(n in paper for paper in papers) for n in (0, 1))
        assert abs(first - second) < 120  # σ of the difference about 30

    def test_a_paper_of_120_from_4000_with_600_pairs_is_drawn_at_once(self) -> None:
        rng = random.Random(3)
        enemies = {tuple(sorted(rng.sample(range(4000), 2))) for _ in range(600)}
        cells = (Cell(60, fits=tuple(range(2500))), Cell(60, fits=tuple(range(1500, 4000))))
        plain = blueprint_of(section_of(120, 4000), enemies=enemies)
        celled = blueprint_of(section_of(120, 4000, cells=cells), enemies=enemies)

        began = time.process_time()
        for seed in range(10):
            draw_form(plain, str(seed), shuffle_options=True)
            draw_form(celled, str(seed), shuffle_options=True)
        assert (time.process_time() - began) / 20 < 0.05


class TestFilling:
    @settings(deadline=None)
    @given(demands, pairs, st.integers())
    def test_all_is_filled_wherever_some_choice_fills_all(self, asked, hostile, seed) -> None:
        filled = fill(asked, random.Random(seed), enemies_of(hostile))

        items = [item for cell in filled for item in cell]
        is_full = all(len(c) == d.count for c, d in zip(filled, asked, strict=True))
        assert clashes(items, hostile) == []
        assert len(set(items)) == len(items)
        assert is_full == any(not clashes(way, hostile) for way in choices(asked))


class TestParallel:
    @settings(deadline=None)
    @given(
        st.lists(st.integers(0, 1000), min_size=60, max_size=60),
        st.integers(2, 4),
        pairs,
        st.integers(),
    )
    def test_no_parallel_form_holds_two_enemies(self, hard, forms, hostile, seed) -> None:
        enemies = (*hostile, *((n, n + 30) for n in range(30)))
        cells = (Cell(6, fits=tuple(range(40))), Cell(4, fits=tuple(range(30, 60))))
        blueprint = blueprint_of(section_of(10, 60, cells=cells), enemies=enemies, parallel=forms)

        made = assemble_forms(blueprint, dict(enumerate(hard)), random.Random(seed))

        drawn = [parallel_form(made, n, shuffle_options=True).version_ids for n in range(forms)]
        assert all(len(set(versions)) == 10 for versions in drawn)
        assert len({v for versions in drawn for v in versions}) == 10 * forms
        assert [clashes(versions, enemies) for versions in drawn] == [[]] * forms

    def test_a_pool_that_is_used_up_deals_enemies_to_different_forms(self) -> None:
        enemies = [(n, n + 1) for n in range(0, 20, 2)]
        blueprint = blueprint_of(section_of(10, 20), enemies=enemies, parallel=2)

        for seed in range(30):
            made = assemble_forms(blueprint, EASY, random.Random(seed))
            assert all(clashes(form[0], enemies) == [] for form in made.forms)

    def test_three_enemies_for_two_forms_that_need_them_all_are_named(self) -> None:
        blueprint = blueprint_of(section_of(10, 20), enemies=[(0, 1), (0, 2), (1, 2)], parallel=2)

        [(number, shortage)] = list_mixed_cells(blueprint, EASY)

        assert (number, shortage.needed, shortage.found) == (1, 20, 19)
        assert list_crowded_cells(blueprint) == []  # one form alone is no matter

    def test_an_enemy_of_what_every_form_has_is_on_none(self) -> None:
        named = section_of(1, 1, items=("x",), first=50)
        blueprint = blueprint_of(section_of(5, 12), named, enemies=[(0, 50)], parallel=2)

        made = assemble_forms(blueprint, EASY, random.Random(1))

        assert all(0 not in form[0] for form in made.forms)


class TestMaking:
    def hostile(self, code: str, *excludes: str, **more):
        item = make_item(code, **more)
        return replace(item, document=replace(item.document, excludes=excludes))

    def make(self, session, now, count: int, *extra, singles: int = 2, **more) -> Assessment:
        make_bank(session, now, singles=singles, extra=extra)
        section = Section("单选", ItemKind.SINGLE, count, Decimal(1), ALL_OR_NOTHING, **more)
        return make_assessment(
            session, now, blueprint=Blueprint("sample", Pool.CONTEST, (section,))
        )

    def test_one_of_two_enemies_that_says_so_is_enough(self, session, now) -> None:
        made = self.make(session, now, 3, self.hostile("x-1", "x-2"), self.hostile("x-2"))

        for _ in range(8):
            user = make_user(session, now)
            actor = replace(make_actor(user), session_expires_at_ms=2**52)
            attempt = start_attempt(session, actor, made.id, device_token="d", now=now)
            drawn = get_attempt(session, user.id, attempt).form.version_ids
            enemies = parse_blueprint(made.blueprint).enemies
            assert clashes(drawn, enemies) == []
            assert len(enemies) == 1

    def test_a_pool_that_enemies_make_too_small_is_named_with_its_numbers(
        self, session, now
    ) -> None:
        with pytest.raises(Invalid) as refused:
            self.make(session, now, 4, self.hostile("x-1", "x-2"), self.hostile("x-2", "x-1"))

        [problem] = refused.value.problems
        assert (problem.code, problem.place, problem.message) == (
            "enemy_shortage",
            "单选",
            "4 > 3",
        )

    def test_two_enemies_are_not_named_on_one_paper(self, session, now) -> None:
        with pytest.raises(Invalid) as refused:
            self.make(
                session,
                now,
                2,
                self.hostile("x-1", "x-2"),
                self.hostile("x-2"),
                items=("x-1", "x-2"),
            )

        assert [problem.code for problem in refused.value.problems] == ["enemy_shortage"]

    def test_an_enemy_that_may_not_be_drawn_is_no_matter(self, session, now) -> None:
        retired = self.hostile("x-2", pool=Pool.PRACTICE)

        made = self.make(session, now, 3, self.hostile("x-1", "x-2"), retired)

        assert parse_blueprint(made.blueprint).enemies == ()


def test_enemies_survive_the_json_and_are_not_written_where_there_are_none() -> None:
    hostile = blueprint_of(section_of(2, 4), enemies=[(0, 1), (2, 3)])
    plain = blueprint_of(section_of(2, 4), enemies=())

    assert parse_blueprint(hostile.to_json()) == hostile
    assert "enemies" not in plain.to_json()


def test_versions_are_paired_from_either_side_once() -> None:
    codes = {7: "a", 3: "b", 9: "c"}

    found = pair_up(codes, {7: ("b", "gone"), 3: ("a",), 9: ("c",)})

    assert found == ((3, 7),)
    assert enemies_of(found) == {3: frozenset({7}), 7: frozenset({3})}
