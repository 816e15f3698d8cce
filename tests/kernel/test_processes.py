"""Work spread over processes comes back in order, and its exceptions with it."""

import os

import pytest

from learning.kernel.processes import map_in_processes


@pytest.mark.parametrize("processes", [1, 3])
def test_results_stand_in_the_order_of_the_things(processes: int) -> None:
    known = {number: number * number for number in range(40)}  # not told, but known to the copies

    found = map_in_processes(lambda number: (known[number], os.getpid()), range(40), processes)

    assert [square for square, _ in found] == list(known.values())
    assert (os.getpid() in {pid for _, pid in found}) is (processes == 1)


@pytest.mark.parametrize("processes", [1, 2])
def test_an_exception_of_the_work_is_raised(processes: int) -> None:
    with pytest.raises(ZeroDivisionError):
        map_in_processes(lambda number: 1 // number, [2, 1, 0], processes)
