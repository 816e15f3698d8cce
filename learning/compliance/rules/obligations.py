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
class _AtWork:
    """Those of whom something may be asked, by post: `unit` is a position among the units."""

    user_id: Ids
    unit: Ids
    post_id: Ids
    organisation_id: Ids


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
    at = _at_work(staff, units, requirements.organisations, facts)
    posts, begins, numbers_of = np.unique(at.post_id, return_index=True, return_counts=True)
    spans = zip(begins.tolist(), (begins + numbers_of).tolist(), strict=True)  # sorted by post
    span_of = dict(zip(posts.tolist(), spans, strict=True))
    most = at.user_id.max(initial=0)
    holders = {scheme: flags_of(ids, most) for scheme, ids in facts.holders.items()}
    pairs: list[tuple[int, int]] = []
    rows, needed, held = [NOBODY], [NOBODY], [np.empty(0, np.bool_)]
    for (post_id, scheme_id), by_unit in words.by_unit.items():
        begin, end = span_of.get(post_id, (0, 0))
        asked = words.needed[by_unit[at.unit[begin:end]]]
        found = np.flatnonzero(asked)
        row = found + begin
        rows.append(row)
        needed.append(asked[found])
        flags = holders.get(scheme_id)
        held.append(np.zeros(len(row), np.bool_) if flags is None else flags[at.user_id[row]])
        pairs.append((post_id, scheme_id))
    pair = np.repeat(np.arange(len(pairs)), [len(row) for row in rows[1:]])
    row = np.concatenate(rows)
    pair_posts, pair_schemes = np.array(pairs, np.int64).reshape(-1, 2).T
    user_id, organisation_id = at.user_id[row], at.organisation_id[row]
    return Obligations(
        units,
        pair_posts,
        pair_schemes,
        at.unit[row],
        pair,
        user_id,
        np.concatenate(needed),
        _among(facts.contractors, user_id, organisation_id),
        np.concatenate(held),
    ).only(~_among(facts.exempt, user_id, organisation_id, pair_schemes[pair]))


def is_in(ids: Ids, those: Ids) -> Flags:
    """Tell which row ids are among those: one flag for each there may be, as ids are counted up."""
    return flags_of(those, ids.max(initial=0))[ids]


def flags_of(ids: Ids, most: int) -> Flags:
    """Return a flag for each id up to the highest of them or `most`: whether it is one of them."""
    flags = np.zeros(max(most, ids.max(initial=0)) + 1, np.bool_)
    flags[ids] = True
    return flags


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


def _at_work(staff: Staff, units: Ids, organisations: Mapping[int, int], facts: Facts) -> _AtWork:
    """Return each once, by post, with its organisation: its members who are not on leave."""
    posts, post = np.unique(staff.post_id, return_inverse=True)
    of_post = np.array([organisations.get(post_id, 0) for post_id in posts.tolist()], np.int64)
    organisation_id = of_post[post]  # 0: nothing is asked
    counts = np.zeros(len(post), np.bool_)
    for one, ids in facts.members.items():
        here = organisation_id == one
        counts[here] = is_in(staff.user_id[here], ids)
    counts &= ~_among(facts.away, staff.user_id, organisation_id)
    counts &= is_in(staff.unit_id, units)
    unit = positions_of(staff.unit_id[counts], units)
    # One number each: it sorts in a tenth of the time of three columns.
    people = staff.user_id.max(initial=0) + 1
    keys = np.sort((post[counts] * len(units) + unit) * people + staff.user_id[counts])
    keys = keys[np.diff(keys, prepend=-1) > 0]
    places, user_id = np.divmod(keys, people)
    post, unit = np.divmod(places, len(units))
    return _AtWork(user_id, unit, posts[post], of_post[post])


def _among(few: Collection[tuple[int, ...]], *columns: Ids) -> Flags:
    """Tell which rows are among a few; only those whose person is named are looked at closely."""
    found = is_in(columns[0], np.array(list({one[0] for one in few}), np.int64))
    rows = np.flatnonzero(found)
    named = zip(*(column[rows].tolist() for column in columns), strict=True)
    found[rows] = np.fromiter((one in few for one in named), np.bool_, len(rows))
    return found


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
