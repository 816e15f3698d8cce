"""The grid of people and schemes: who is on which page, what is found, and who sees it."""

import random
from dataclasses import replace

import pytest
from sqlalchemy import event

from learning.compliance.queries import filters
from learning.compliance.queries import grid as queries
from learning.compliance.queries.grid import GridFilter, Turn
from learning.compliance.routes.grid_file import file_rows
from learning.compliance.rules.grid import CellState, Lacks
from learning.compliance.services import filters as services
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Role
from tests.compliance.staffed import Firm, happen, make_firm
from tests.factories.people import make_actor, make_unit, make_user, unit_grant

HELD = (CellState.VALID, CellState.EXPIRING)


def rows_of(firm: Firm, wanted: GridFilter | None = None) -> list[queries.GridRow]:
    schemes = [scheme.id for scheme in firm.schemes]
    found = queries.iterate_rows(
        firm.session, firm.actor, wanted or GridFilter(), schemes, firm.now
    )
    return list(found)


def names(rows: list[queries.GridRow]) -> list[str]:
    return [row.name for row in rows]


def fits(row: queries.GridRow, lacks: Lacks, scheme: int | None) -> bool:
    """Tell from a row's cells what the filter finds by SQL."""
    if scheme is None and lacks is Lacks.MISSING:
        return row.gaps > 0
    cells = row.cells if scheme is None else (row.cells[scheme],)
    over = (CellState.EXPIRED, CellState.OVERDUE, CellState.ENDED)
    return {
        Lacks.MISSING: any(cell.is_gap for cell in cells),
        Lacks.EXPIRING: any(cell.state is CellState.EXPIRING for cell in cells),
        Lacks.EXPIRED: any(cell.state in over for cell in cells),
        Lacks.HELD: any(cell.state in HELD for cell in cells),
        Lacks.NOT_HELD: not any(cell.state in HELD for cell in cells),
    }[lacks]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("unit", [0, 1])
def test_a_filter_finds_exactly_those_whose_cells_say_so(session, now, seed, unit) -> None:
    firm = make_firm(session, now)
    happen(firm, random.Random(seed), 40)
    place = GridFilter(unit=firm.units[unit].public_id)
    everybody = rows_of(firm, place)
    assert len(everybody) > 15

    for lacks in set(Lacks) - {Lacks.ANY}:
        for number in (None, 0, 1, 2):
            scheme = "" if number is None else firm.schemes[number].public_id
            found = rows_of(firm, replace(place, lacks=lacks, scheme=scheme))
            expected = [row.user_id for row in everybody if fits(row, lacks, number)]
            if lacks is Lacks.EXPIRED:  # an exemption hides in its cell what ran out before
                assert set(expected) <= {row.user_id for row in found}
            elif lacks is Lacks.MISSING and unit:
                # Posts outside the chosen units are asked in the cells of those who stand in them.
                assert {row.user_id for row in found} <= set(expected)
            else:
                assert [row.user_id for row in found] == expected


def test_pages_follow_each_other_by_name_in_both_directions(session, now, monkeypatch) -> None:
    firm = make_firm(session, now)
    for number in range(7):
        firm.hire(f"员工{number}")
    everybody = names(rows_of(firm))

    def page(turn: Turn) -> queries.GridPage:
        return queries.read_page(session, firm.actor, GridFilter(), [], now, turn=turn, size=3)

    first = page(Turn())
    second = page(Turn(after=first.rows[-1].public_id))
    third = page(Turn(after=second.rows[-1].public_id))
    back = page(Turn(before=third.rows[0].public_id))

    assert names(first.rows) + names(second.rows) + names(third.rows) == everybody
    assert names(back.rows) == names(second.rows)
    assert [p.has_before for p in (first, second, third, back)] == [False, True, True, True]
    assert [p.has_after for p in (first, second, third, back)] == [True, True, False, True]


def test_people_of_one_name_are_all_shown_once(session, now) -> None:
    firm = make_firm(session, now)
    for _ in range(5):
        firm.hire("王伟").sort_key = "wang wei 王伟"
    session.flush()
    seen: list[str] = []
    turn = Turn()
    while True:
        page = queries.read_page(session, firm.actor, GridFilter(), [], now, turn=turn, size=2)
        seen += [row.public_id for row in page.rows]
        if not page.has_after:
            break
        turn = Turn(after=page.rows[-1].public_id)

    assert len(seen) == len(set(seen)) == 5


def test_who_is_out_of_reach_is_neither_listed_nor_a_place_to_turn_from(session, now) -> None:
    firm, other = make_firm(session, now), make_firm(session, now)
    firm.hire("自己人")
    foreign = other.hire("别人", staff_no="F1")

    page = queries.read_page(
        session, firm.actor, GridFilter(), [], now, turn=Turn(after=foreign.public_id)
    )

    assert names(page.rows) == ["自己人"]
    assert not page.has_before
    for wanted in (
        GridFilter(unit=other.units[0].public_id),
        GridFilter(search="别人"),
        GridFilter(search="F1"),
        GridFilter(post=other.posts[0].public_id),
    ):
        assert rows_of(firm, wanted) == []
        assert queries.count_people(session, firm.actor, wanted, now) == 0


def test_people_are_found_by_name_pinyin_number_unit_and_post(session, now) -> None:
    firm = make_firm(session, now)
    firm.hire("单小平", 2, 1, staff_no="SF-007").sort_key = "shan xiao ping 单小平"
    firm.hire("王伟", 0, 0).sort_key = "wang wei 王伟"
    session.flush()

    for wanted in (
        GridFilter(search="小平"),
        GridFilter(search="Shan"),
        GridFilter(search="sf-00"),
        GridFilter(unit=firm.units[1].public_id),
        GridFilter(post=firm.posts[1].public_id),
    ):
        assert names(rows_of(firm, wanted)) == ["单小平"]
        assert queries.count_people(session, firm.actor, wanted, now) == 1


def test_a_long_list_is_only_said_to_be_longer(session, now, monkeypatch) -> None:
    firm = make_firm(session, now)
    for number in range(4):
        firm.hire(f"员工{number}")
    monkeypatch.setattr(queries, "COUNT_CAP", 2)

    assert queries.count_people(session, firm.actor, GridFilter(), now) == 3


def test_a_page_takes_as_many_reads_for_many_people_as_for_few(session, now) -> None:
    firm = make_firm(session, now)
    happen(firm, random.Random(1), 3)
    schemes = [scheme.id for scheme in firm.schemes]

    def read() -> int:
        seen: list[str] = []

        def note(_connection, _cursor, statement, *_rest) -> None:
            seen.append(statement)

        event.listen(session.connection(), "before_cursor_execute", note)
        queries.read_page(session, firm.actor, GridFilter(), schemes, now)
        event.remove(session.connection(), "before_cursor_execute", note)
        return len(seen)

    few = read()
    happen_more = random.Random(2)
    for number in range(25):
        firm.hire(f"后来{number}", happen_more.randrange(3), happen_more.randrange(2))

    assert read() == few


class TestSavedFilters:
    def test_a_shared_one_is_seen_in_the_organisation_and_nowhere_else(self, session, now) -> None:
        firm, other = make_firm(session, now), make_firm(session, now)
        team_hr = make_user(session, now, "班组人力")
        colleague = make_actor(team_hr, unit_grant(Role.HR_MANAGER, firm.units[2]))
        services.save_filter(
            session, firm.actor, "缺证", {"lacks": "missing"}, is_shared=True, now=now
        )
        services.save_filter(session, firm.actor, "自用", {"q": "王"}, is_shared=False, now=now)

        def seen(actor) -> list[tuple[str, bool]]:
            return [(one.name, one.is_own) for one in filters.list_filters(session, actor, now)]

        assert sorted(seen(firm.actor)) == [("缺证", True), ("自用", True)]
        assert seen(colleague) == [("缺证", False)]
        assert seen(other.actor) == []

    def test_the_same_name_again_takes_its_place(self, session, now) -> None:
        firm = make_firm(session, now)
        for words in ("王", "李"):
            services.save_filter(
                session, firm.actor, "我的", {"q": words}, is_shared=False, now=now
            )

        (one,) = filters.list_filters(session, firm.actor, now)
        assert one.criteria == {"q": "李"}

    def test_only_its_owner_takes_it_away(self, session, now) -> None:
        firm = make_firm(session, now)
        colleague = make_actor(make_user(session, now), unit_grant(Role.HR_MANAGER, firm.units[0]))
        kept = services.save_filter(session, firm.actor, "缺证", {}, is_shared=True, now=now)

        with pytest.raises(NotFound):
            services.drop_filter(session, colleague, kept)
        services.drop_filter(session, firm.actor, kept)

        assert filters.list_filters(session, firm.actor, now) == []

    def test_it_has_a_name_and_an_organisation(self, session, now) -> None:
        firm = make_firm(session, now)
        nowhere = make_actor(make_user(session, now))

        for name in ("", "  ", "长" * 61):
            with pytest.raises(Invalid):
                services.save_filter(session, firm.actor, name, {}, is_shared=False, now=now)
        with pytest.raises(Conflict):
            services.save_filter(session, nowhere, "名称", {}, is_shared=False, now=now)


class TestColumns:
    def test_those_most_asked_stand_first_and_what_is_chosen_is_remembered(
        self, session, now
    ) -> None:
        firm = make_firm(session, now)
        firm.require(0, 2)
        firm.require(1, 2)
        firm.require(0, 1, unit=2)
        choices = filters.list_schemes(session, firm.actor, now)
        own = [one for one in choices if one.id in {scheme.id for scheme in firm.schemes}]
        assert [one.title for one in own] == ["证书2", "证书1", "证书0"]

        services.choose_columns(session, firm.actor, [own[2].public_id, own[0].public_id], now)

        chosen = filters.chosen_schemes(session, firm.actor, choices)
        assert [one.title for one in chosen] == ["证书0", "证书2"]

    def test_what_an_organisation_out_of_reach_keeps_on_its_list_is_no_column(
        self, session, now
    ) -> None:
        firm, other = make_firm(session, now), make_firm(session, now)
        other.schemes[0].kind = "external"
        session.flush()
        services.choose_columns(session, firm.actor, [other.schemes[0].public_id], now)

        choices = filters.list_schemes(session, firm.actor, now)

        assert other.schemes[0].id not in {one.id for one in choices}
        assert other.schemes[0].id not in {
            one.id for one in filters.chosen_schemes(session, firm.actor, choices)
        }


def test_the_file_has_in_each_row_the_cells_of_the_page_in_the_order_of_its_columns(
    session, now
) -> None:
    firm = make_firm(session, now)
    happen(firm, random.Random(7), 30)
    columns = [scheme.id for scheme in reversed(firm.schemes)][:2]

    def people():
        return queries.iterate_rows(session, firm.actor, GridFilter(), columns, now)

    def write(cell) -> str:
        return "" if cell.state is CellState.NOT_ASKED else f"{cell.state} {cell.until}"

    found = list(file_rows(people(), columns, write, ("休假", "外协", "、")))

    rows = list(people())
    assert [row[6:] for row in found] == [tuple(map(write, row.cells)) for row in rows]
    assert len({text.split()[0] for row in found for text in row[6:] if text}) > 3
    assert [row[5] for row in found] == [row.gaps for row in rows]
    assert [row[1] for row in found] == names(rows)


def test_a_file_read_in_small_slices_is_the_same(session, now, monkeypatch) -> None:
    firm = make_firm(session, now)
    happen(firm, random.Random(3), 17)
    at_once = rows_of(firm)

    monkeypatch.setattr(queries, "SLICE", 4)

    assert rows_of(firm) == at_once


def test_hr_of_a_department_sees_that_department_alone(session, now) -> None:
    firm = make_firm(session, now)
    firm.hire("上面的人", 0)
    firm.hire("班里的人", 2)
    make_unit(session, now, name="别处")
    reader = make_actor(make_user(session, now), unit_grant(Role.HR_MANAGER, firm.units[2]))

    found = queries.iterate_rows(session, reader, GridFilter(), [], now)

    assert [row.name for row in found] == ["班里的人"]
