"""Places that need holders and have nobody of whom the scheme is asked. Pure.

A unit has a post where somebody is in it or was: the last one's going does not abolish it. Where a
requirement says how many must stand ready, such a place is short with nobody in it, with all on
leave, or with all exempted; a requirement that no unit below has people for, and none ever had, is
short where it was set. Where it says no number, only leave makes a place vacant: then somebody is
in the post whom the scheme will be asked of again. A unit that no longer has the post is told so by
a requirement of its own that is optional.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from learning.compliance.rules.coverage import Requirements
from learning.compliance.rules.obligations import (
    NO_VACANCIES,
    Facts,
    Flags,
    Ids,
    Obligations,
    Staff,
    Vacancies,
    Words,
    is_in,
    obligations_of,
    positions_of,
    words_of,
)


@dataclass(frozen=True, slots=True)
class Former:
    """Posts that somebody was in before, and in which unit, in columns."""

    unit_id: Ids
    post_id: Ids


def vacancies_of(
    requirements: Requirements,
    parents: Mapping[int, int | None],
    staff: Staff,
    facts: Facts,
    former: Former,
    *,
    taken: Obligations,
) -> Vacancies:
    """Return the places of a tree that need holders and are not among the obligations taken there.

    `staff` is in posts of the tree, at work or not.
    """
    words = words_of(requirements, parents)
    width = len(words.by_unit)
    if not width:
        return NO_VACANCIES
    unit, pair = _places_with_number(words, staff, former)
    resting = obligations_of(
        requirements, parents, _resting(staff, facts), replace(facts, away=set())
    )
    keys = np.concatenate((unit * width + pair, resting.unit * width + resting.pair))
    keys = np.setdiff1d(keys, taken.unit * width + taken.pair)
    unit, pair = keys // width, keys % width
    word = np.array(list(words.by_unit.values()), np.int32)[pair, unit]
    return Vacancies(unit, pair, words.needed[word])


def _places_with_number(words: Words, staff: Staff, former: Former) -> tuple[Ids, Ids]:
    """Return the places with a number of holders: those that have the post, or where it was set."""
    post_id = np.concatenate((staff.post_id, former.post_id))
    unit_id = np.concatenate((staff.unit_id, former.unit_id))
    inside = is_in(unit_id, words.unit_ids)
    width = len(words.unit_ids)
    posts, post = np.unique(post_id[inside], return_inverse=True)
    has = np.unique(post * width + positions_of(unit_id[inside], words.unit_ids))
    begins = np.searchsorted(has, np.arange(len(posts) + 1) * width).tolist()
    span_of = {
        post: has[begin:end] - at * width
        for at, (post, begin, end) in enumerate(
            zip(posts.tolist(), begins, begins[1:], strict=False)
        )
    }
    units, pairs = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for pair, ((post_id_of, _scheme), by_unit) in enumerate(words.by_unit.items()):
        found = _of_pair(words, by_unit, span_of.get(post_id_of, units[0]))
        units.append(found)
        pairs.append(np.full(len(found), pair))
    return np.concatenate(units), np.concatenate(pairs)


def _of_pair(words: Words, by_unit: Ids, has: Ids) -> Ids:
    """Return the units of one post and scheme that need a number of holders."""
    word = by_unit[has]
    spoken = np.unique(by_unit)
    silent = spoken[words.has_number[spoken] & (words.unit[spoken] >= 0)]
    silent = np.setdiff1d(silent, word)  # nobody below was ever in the post
    return np.concatenate((has[words.has_number[word]], words.unit[silent]))


def _resting(staff: Staff, facts: Facts) -> Staff:
    """Return those who are on leave from one organisation or another."""
    away: Flags = is_in(staff.user_id, np.array(list({one[0] for one in facts.away}), np.int64))
    return Staff(staff.user_id[away], staff.unit_id[away], staff.post_id[away])
