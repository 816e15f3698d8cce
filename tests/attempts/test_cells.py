"""Cells of a blueprint: filled exactly, no item twice, shortages named where they are real."""

import random
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.attempts.rules import (
    Blueprint,
    Candidate,
    Cell,
    Demand,
    Section,
    draw_form,
    fill,
    find_shortages,
    list_short_cells,
)
from learning.kernel.errors import Invalid
from learning.question_bank.models import ItemExposure
from learning.question_bank.queries import list_pool
from learning.question_bank.rules import Band, ItemKind, Level, Pool
from tests.factories.items import ALL_OR_NOTHING, make_assessment, make_bank, make_blueprint

demands = st.lists(
    st.builds(
        lambda count, fits: Demand(count, tuple(sorted(fits))),
        st.integers(0, 5),
        st.sets(st.integers(0, 9)),
    ),
    max_size=6,
)


def section_of(*cells: Cell, pool: int = 30, kind: ItemKind = ItemKind.SINGLE) -> Section:
    candidates = tuple(Candidate(n, ("a", "b", "c", "d")) for n in range(pool))
    count = sum(cell.count for cell in cells)
    return Section("大题", kind, count, Decimal(1), ALL_OR_NOTHING, (), candidates, (), cells)


class TestFilling:
    @given(demands, st.integers())
    def test_no_item_comes_twice_and_each_fits_its_cell(self, asked, seed) -> None:
        filled = fill(asked, random.Random(seed))

        items = [item for cell in filled for item in cell]
        assert len(items) == len(set(items))
        for demand, cell in zip(asked, filled, strict=True):
            assert set(cell) <= set(demand.fits)
            assert len(cell) <= demand.count

    @given(demands, st.integers())
    def test_cells_are_filled_exactly_when_nothing_is_named_short(self, asked, seed) -> None:
        filled = fill(asked, random.Random(seed))

        is_full = all(len(cell) == d.count for d, cell in zip(asked, filled, strict=True))
        assert is_full == (find_shortages(asked) == [])

    @given(demands)
    def test_a_shortage_is_proved_by_the_cells_it_names(self, asked) -> None:
        for shortage in find_shortages(asked):
            assert shortage.needed == sum(asked[n].count for n in shortage.cells)
            assert shortage.found == len({i for n in shortage.cells for i in asked[n].fits})
            assert shortage.needed > shortage.found

    def test_a_cell_gives_an_item_up_to_one_that_has_no_other(self) -> None:
        asked = [Demand(1, (1, 2)), Demand(1, (1, 3)), Demand(1, (2, 3)), Demand(1, (1, 2, 3, 4))]

        for seed in range(50):
            assert [len(cell) for cell in fill(asked, random.Random(seed))] == [1, 1, 1, 1]


class TestForms:
    def test_every_form_has_the_counts_of_its_cells(self) -> None:
        hard, area = Cell(3, band=Band.HARD, fits=tuple(range(6))), Cell(4, fits=tuple(range(8)))
        blueprint = Blueprint("b", Pool.SECURE, (section_of(area, hard),))

        for seed in range(200):
            form = draw_form(blueprint, str(seed), shuffle_options=True)
            assert len(set(form.version_ids)) == 7
            assert sum(version < 6 for version in form.version_ids) >= 3
            assert draw_form(blueprint, str(seed), shuffle_options=True) == form

    def test_where_cells_are_apart_each_item_is_drawn_equally_often(self) -> None:
        cells = (Cell(2, fits=tuple(range(10))), Cell(5, fits=tuple(range(10, 30))))
        blueprint = Blueprint("b", Pool.SECURE, (section_of(*cells),))

        drawn = Counter(
            version
            for seed in range(2000)
            for version in draw_form(blueprint, str(seed), shuffle_options=False).version_ids
        )

        assert all(320 < drawn[n] < 480 for n in range(10))  # 400 on average, σ 18
        assert all(410 < drawn[n] < 590 for n in range(10, 30))  # 500, σ 19

    def test_sections_of_one_kind_share_their_pool(self) -> None:
        whole = section_of(pool=5)
        blueprint = Blueprint(
            "b", Pool.SECURE, (replace(whole, count=3), section_of(Cell(2, fits=(0, 1)), pool=5))
        )

        for seed in range(100):
            form = draw_form(blueprint, str(seed), shuffle_options=False)
            assert sorted(form.version_ids) == [0, 1, 2, 3, 4]
            assert {place.version_id for place in form.positions if place.section == 1} == {0, 1}

    def test_a_named_item_is_left_to_the_section_that_names_it(self) -> None:
        named = replace(section_of(pool=1), count=1, items=("s-000",))
        blueprint = Blueprint("b", Pool.SECURE, (replace(section_of(pool=3), count=2), named))

        for seed in range(50):
            form = draw_form(blueprint, str(seed), shuffle_options=False)
            assert form.version_ids[2] == 0
            assert sorted(form.version_ids[:2]) == [1, 2]

    def test_a_large_paper_is_drawn_in_a_few_milliseconds(self) -> None:
        """120 items in 24 cells of 3,000 candidates: 20 ms leave room for a busy machine."""
        cells = [Cell(5, fits=tuple(range(n, 3000, 24))) for n in range(24)]
        blueprint = Blueprint("b", Pool.SECURE, (section_of(*cells, pool=3000),))

        taken = min(_timed(lambda: draw_form(blueprint, "s", shuffle_options=True)) for _ in "123")

        assert taken < 0.02

    def test_a_blueprint_without_cells_is_written_as_before(self) -> None:
        text = make_blueprint().to_json()

        assert not any(word in text for word in ("cells", "unseen_days", "level"))
        assert Blueprint.from_json(text) == make_blueprint()

    def test_cells_survive_the_json(self) -> None:
        cells = (Cell(2, "可靠性", Level.AWARE, Band.EASY, (1, 2)), Cell(1, fits=(3,)))
        blueprint = Blueprint("b", Pool.SECURE, (section_of(*cells),), unseen_days=90)

        assert Blueprint.from_json(blueprint.to_json()) == blueprint


def _timed(act) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


class TestAgainstTheBank:
    """The bank holds 20 single items: area 示例知识点, level 掌握, difficulty 0.4."""

    def blueprint(self, *cells: Cell, **changes) -> Blueprint:
        made = replace(section_of(*cells, pool=0), title="单选")
        return Blueprint("sample", Pool.CONTEST, (made,), **changes)

    def test_each_cell_pins_what_it_may_draw(self, session, now) -> None:
        make_bank(session, now)
        cells = (Cell(2, area="示例知识点"), Cell(3, level=Level.MASTER, band=Band.MIDDLE))

        made = make_assessment(session, now, blueprint=self.blueprint(*cells))

        pinned = Blueprint.from_json(made.blueprint).sections[0]
        assert [len(cell.fits) for cell in pinned.cells] == [20, 20]

    def test_the_cell_that_is_short_is_named_by_its_number(self, session, now) -> None:
        make_bank(session, now)
        cells = (Cell(2), Cell(3, band=Band.HARD), Cell(1, area="没有的"), Cell(1, level=None))

        with pytest.raises(Invalid) as refused:
            make_assessment(session, now, blueprint=self.blueprint(*cells))

        told = [(p.line, p.code, p.message) for p in refused.value.problems]
        assert told == [(2, "shortage", "3 > 0"), (3, "shortage", "1 > 0")]

    def test_cells_that_are_short_only_together_are_each_named(self, session, now) -> None:
        make_bank(session, now)
        cells = (Cell(15, area="示例知识点"), Cell(6, level=Level.MASTER))

        with pytest.raises(Invalid) as refused:
            make_assessment(session, now, blueprint=self.blueprint(*cells))

        told = [(p.line, p.code, p.message) for p in refused.value.problems]
        assert told == [(1, "shared_shortage", "21 > 20"), (2, "shared_shortage", "21 > 20")]

    def test_what_was_shown_lately_is_not_drawn(self, session, now) -> None:
        make_bank(session, now)
        first, second, *_ = list_pool(session, "sample", Pool.CONTEST, ItemKind.SINGLE)
        session.add(ItemExposure(version_id=first.version_id, forms=1, last_at=now))
        long_ago = now - timedelta(days=91)
        session.add(ItemExposure(version_id=second.version_id, forms=9, last_at=long_ago))
        session.flush()

        made = make_assessment(session, now, blueprint=self.blueprint(Cell(19), unseen_days=90))

        [pinned] = Blueprint.from_json(made.blueprint).sections
        drawn = {candidate.version_id for candidate in pinned.candidates}
        assert first.version_id not in drawn
        assert second.version_id in drawn
        with pytest.raises(Invalid, match="20 > 19"):
            make_assessment(session, now, blueprint=self.blueprint(Cell(20), unseen_days=90))


def test_short_cells_are_found_without_a_bank() -> None:
    section = section_of(Cell(2, fits=(0,)), Cell(1, fits=(0,)), pool=1)

    found = list_short_cells(Blueprint("b", Pool.SECURE, (section,)))

    assert [(number, is_shared) for number, _, is_shared in found] == [(1, False), (2, True)]
