"""The same work over many things by several processes: for commands, never for what serves people.

The processes are copies of this one (fork), so that they need neither start nor be told what the
work knows; only the things and what comes of them go between. The caller must have no other threads
and no open connection that the work would use.
"""

import gc
import multiprocessing
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Thing = TypeVar("Thing")
Result = TypeVar("Result")

_works: list[Callable[[Any], Any]] = []  # one, in a copy


def map_in_processes(
    work: Callable[[Thing], Result], things: Sequence[Thing], processes: int
) -> list[Result]:
    """Return the result of each thing, in their order; in this process where one is enough.

    What `work` changes outside its result is lost with the copy. An exception of it is raised here.
    """
    if processes < 2 or len(things) < 2 or "fork" not in multiprocessing.get_all_start_methods():
        return [work(thing) for thing in things]
    with multiprocessing.get_context("fork").Pool(processes, _begin, (work,)) as pool:
        return pool.map(_do, things, chunksize=1)


def _begin(work: Callable[[Any], Any]) -> None:
    gc.freeze()  # what is shared with the parent would be copied only to be looked through
    _works.append(work)


def _do(thing: Any) -> Any:
    return _works[0](thing)
