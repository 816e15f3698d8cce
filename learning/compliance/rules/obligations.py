"""Obligations of a whole tree at once, in columns: a hundred thousand people in a moment. Pure.

An obligation is a person in a post of a unit and a scheme that this unit's nearest requirement asks
of the post. Obligations add up: over units, posts and schemes alike, so that every figure is the
sum of figures below it.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from learning.compliance.rules.coverage import REQUIRED, Figures, Requirements, Sum

Ids = NDArray[np.int64]
Flags = NDArray[np.bool_]
NOBODY: Ids = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Staff:
    """Who is in which post of which unit, in columns."""

    user_id: Ids
    unit_id: Ids
    post_id: Ids


@dataclass(frozen=True, slots=True)
class Facts:
    """What is so of people on an instant. Pairs are person and organisation, triples a scheme too.

    `members` are by organisation and `holders` by scheme; the others are few.
    """

    members: Mapping[int, Ids]
    holders: Mapping[int, Ids]
    away: set[tuple[int, int]]
    contractors: set[tuple[int, int]]
    exempt: set[tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Places:
    """Units, posts and schemes where something is required, in columns.

    `needed` holders should stand ready (at least one), `people` are asked, `ready` hold: both 0 in
    a place that is vacant.
    """

    unit_id: Ids
    post_id: Ids
    scheme_id: Ids
    needed: Ids
    people: Ids
    ready: Ids


@dataclass(frozen=True, slots=True)
class Vacancies:
    """Places without an obligation that need holders, in columns as those of `Obligations`."""

    unit: Ids
    pair: Ids
    needed: Ids

    def keys(self, pairs: int) -> Ids:
        """Return the numbers of the places, as `Obligations.keys` has them, of so many pairs."""
        return self.unit * pairs + self.pair


NO_VACANCIES = Vacancies(NOBODY, NOBODY, NOBODY)


@dataclass(frozen=True, slots=True)
class Obligations:
    """One row an obligation: positions in `unit_ids`, and in the posts and schemes of `pairs`."""

    unit_ids: Ids
    pair_posts: Ids
    pair_schemes: Ids
    unit: Ids
    pair: Ids
    user_id: Ids
    needed: Ids
    is_contractor: Flags
    is_held: Flags

    def sum_by(self, key: str) -> dict[int, Sum]:
        """Return what is required by "unit_id", "post_id" or "scheme_id"; nothing is left out."""
        ids, at = {
            "unit_id": (self.unit_ids, self.unit),
            "post_id": (self.pair_posts, self.pair),
            "scheme_id": (self.pair_schemes, self.pair),
        }[key]
        of_staff = ~self.is_contractor
        of_others = self.is_contractor
        wanted = (of_staff, of_staff & self.is_held, of_others, of_others & self.is_held)
        counts = [np.bincount(at[rows], minlength=len(ids)).tolist() for rows in wanted]
        found: dict[int, Sum] = {}
        for row_id, required, held, required_too, held_too in zip(
            ids.tolist(), *counts, strict=True
        ):
            if required or required_too:
                own = Sum(Figures(required, held), Figures(required_too, held_too))
                found[row_id] = found[row_id] + own if row_id in found else own
        return found

    def places(self, vacant: Vacancies = NO_VACANCIES) -> tuple[Places, Ids]:
        """Return the places in the order of their units, and which of them each row is at.

        Those that are vacant are among them, with nobody.
        """
        unit = np.concatenate((self.unit, vacant.unit))
        pair = np.concatenate((self.pair, vacant.pair))
        keys = np.concatenate((self.keys, vacant.keys(len(self.pair_posts))))
        _, first, at = np.unique(keys, return_index=True, return_inverse=True)
        at, pair = at[: len(self.unit)], pair[first]
        found = Places(
            self.unit_ids[unit[first]],
            self.pair_posts[pair],
            self.pair_schemes[pair],
            np.concatenate((self.needed, vacant.needed))[first],
            np.bincount(at, minlength=len(first)),
            np.bincount(at[self.is_held], minlength=len(first)),
        )
        return found, at

    @property
    def keys(self) -> Ids:
        """Return a number for the place of each row, in the order of places."""
        return self.unit * len(self.pair_posts) + self.pair

    def lacking(self, scheme_id: int | None = None) -> "Obligations":
        """Return what is not met; of one scheme alone when it is given."""
        lacks = ~self.is_held
        if scheme_id is not None:
            lacks &= self.pair_schemes[self.pair] == scheme_id
        return self.only(lacks)

    def rows(self) -> Iterator[tuple[int, int, int, int, bool]]:
        """Yield each person, unit, post and scheme, and whether a contractor is asked."""
        columns = (
            self.user_id,
            self.unit_ids[self.unit],
            self.pair_posts[self.pair],
            self.pair_schemes[self.pair],
            self.is_contractor,
        )
        return zip(*(column.tolist() for column in columns), strict=True)

    def only(self, rows: Flags) -> "Obligations":
        """Return the rows that are flagged."""
        columns = ("unit", "pair", "user_id", "needed", "is_contractor", "is_held")
        return replace(self, **{name: getattr(self, name)[rows] for name in columns})


@dataclass(frozen=True, slots=True)
class Words:
    """What was set for the units of a tree: the word that holds in each, by post and scheme.

    `by_unit` has numbers of words, 0 where none was spoken. Of each word: how many holders it
    needs, 0 for nothing required, one where it says no number; whether it says one; of which
    pair in their order it is; and which of `unit_ids` it was set at, -1 above the tree.
    """

    unit_ids: Ids
    by_unit: dict[tuple[int, int], NDArray[np.int32]]
    needed: Ids
    has_number: Flags
    pair: Ids
    unit: Ids


def obligations_of(
    requirements: Requirements,
    parents: Mapping[int, int | None],
    staff: Staff,
    facts: Facts,
    *,
    words: Words | None = None,
) -> Obligations:
    """Return what is required of the staff of a tree; what is optional is no obligation.

    Of those on leave, of whom a scheme is not asked, or who do not belong to the post's
    organisation, nothing is required, so that nothing is met. `parents` holds the tree alone;
    `words` are those of the requirements in it, when they are known already.
    """
    words = words or words_of(requirements, parents)
    units = words.unit_ids
    staff, organisation_id = _at_work(staff, units, requirements.organisations, facts)
    unit = positions_of(staff.unit_id, units)
    posts, begins, numbers_of = np.unique(staff.post_id, return_index=True, return_counts=True)
    spans = zip(begins.tolist(), (begins + numbers_of).tolist(), strict=True)  # sorted by post
    span_of = dict(zip(posts.tolist(), spans, strict=True))
    pairs: list[tuple[int, int]] = []
    rows, numbers, needed = [NOBODY], [NOBODY], [NOBODY]
    for (post_id, scheme_id), by_unit in words.by_unit.items():
        begin, end = span_of.get(post_id, (0, 0))
        asked = words.needed[by_unit[unit[begin:end]]]
        found = np.flatnonzero(asked)
        rows.append(found + begin)
        numbers.append(np.full(len(found), len(pairs)))
        needed.append(asked[found])
        pairs.append((post_id, scheme_id))
    row, pair = np.concatenate(rows), np.concatenate(numbers)
    pair_posts, pair_schemes = np.array(pairs, np.int64).reshape(-1, 2).T
    user_id, organisation_id = staff.user_id[row], organisation_id[row]
    scheme_id_of = pair_schemes[pair]
    return Obligations(
        units,
        pair_posts,
        pair_schemes,
        unit[row],
        pair,
        user_id,
        np.concatenate(needed),
        _among(facts.contractors, user_id, organisation_id),
        _held(user_id, scheme_id_of, facts.holders),
    ).only(~_among(facts.exempt, user_id, organisation_id, scheme_id_of))


def is_in(ids: Ids, those: Ids) -> Flags:
    """Tell which row ids are among those: one flag for each there may be, as ids are counted up."""
    flags = np.zeros(max(ids.max(initial=0), those.max(initial=0)) + 1, np.bool_)
    flags[those] = True
    return flags[ids]


def _arranged(parents: Mapping[int, int | None]) -> tuple[Ids, dict[int, int]]:
    """Return units with all that is below each right behind it, and where what is below it ends."""
    below: dict[int | None, list[int]] = {}
    for unit_id, parent in parents.items():
        below.setdefault(parent, []).append(unit_id)
    units: list[int] = []
    waiting = list(below.get(None, ()))
    while waiting:
        unit_id = waiting.pop()
        units.append(unit_id)
        waiting += below.get(unit_id, ())
    ends: dict[int, int] = {}
    for place in reversed(range(len(units))):
        last = below.get(units[place], [])
        ends[units[place]] = ends[last[0]] if last else place + 1  # the first was taken last
    return np.array(units, np.int64), ends


def positions_of(ids: Ids, among: Ids) -> Ids:
    """Return where each of the ids stands among others, which hold it."""
    order = np.argsort(among)
    return order[np.searchsorted(among, ids, sorter=order)]


def _at_work(
    staff: Staff, units: Ids, organisations: Mapping[int, int], facts: Facts
) -> tuple[Staff, Ids]:
    """Return each once, by post, with its organisation: its members who are not on leave."""
    user_id = staff.user_id
    posts, post = np.unique(staff.post_id, return_inverse=True)
    of_post = [organisations.get(post_id, 0) for post_id in posts.tolist()]  # 0: nothing is asked
    organisation_id = np.array(of_post, np.int64)[post]
    counts = np.zeros(len(user_id), np.bool_)
    for one, ids in facts.members.items():
        here = organisation_id == one
        counts[here] = is_in(user_id[here], ids)
    counts &= ~_among(facts.away, user_id, organisation_id)
    counts &= is_in(staff.unit_id, units)
    order = np.lexsort((user_id, staff.unit_id, post))
    order = order[counts[order]]
    keys = np.stack((user_id[order], staff.unit_id[order], post[order]))
    is_new = np.ones(len(order), np.bool_)
    is_new[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    order = order[is_new]
    found = Staff(user_id[order], staff.unit_id[order], staff.post_id[order])
    return found, organisation_id[order]


def _among(few: Collection[tuple[int, ...]], *columns: Ids) -> Flags:
    """Tell which rows are among a few; only those whose person is named are looked at closely."""
    found = is_in(columns[0], np.array(list({one[0] for one in few}), np.int64))
    for row in np.flatnonzero(found):
        found[row] = tuple(int(column[row]) for column in columns) in few
    return found


def _held(user_id: Ids, scheme_id: Ids, holders: Mapping[int, Ids]) -> Flags:
    held = np.zeros(len(user_id), np.bool_)
    for scheme, ids in holders.items():
        here = np.flatnonzero(scheme_id == scheme)
        held[here] = is_in(user_id[here], ids)
    return held


def words_of(requirements: Requirements, parents: Mapping[int, int | None]) -> Words:
    """Return what holds in each unit of a tree.

    Units set it for all below, from the top: the nearest has the last word.
    """
    units, ends = _arranged(parents)
    begins = {unit_id: place for place, unit_id in enumerate(units.tolist())}
    for steps, unit_id in enumerate(requirements.path_above(units.tolist()[0])):
        begins[unit_id] = -1 - steps
    by_unit: dict[tuple[int, int], NDArray[np.int32]] = {}
    pairs: dict[tuple[int, int], int] = {}
    words = [(0, False, -1, -1)]
    set_here = [
        (begins[at[0]], at, asked) for at, asked in requirements.set_here.items() if at[0] in begins
    ]
    for begin, (unit_id, post_id), asked_here in sorted(set_here, key=lambda one: one[0]):
        for scheme_id, asked in asked_here.items():
            pair = (post_id, scheme_id)
            holds = by_unit.setdefault(pair, np.zeros(len(units), np.int32))
            holds[max(0, begin) : ends.get(unit_id, len(units))] = len(words)
            is_asked = asked.level == REQUIRED
            needed = (asked.holders_needed or 1) if is_asked else 0
            has_number = is_asked and bool(asked.holders_needed)
            words.append((needed, has_number, pairs.setdefault(pair, len(pairs)), max(-1, begin)))
    columns = list(zip(*words, strict=True))
    return Words(
        units,
        by_unit,
        np.array(columns[0], np.int64),
        np.array(columns[1], np.bool_),
        np.array(columns[2], np.int64),
        np.array(columns[3], np.int64),
    )
