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
)


@dataclass(frozen=True, slots=True)
class Former:
    """Posts that somebody was in before, and in which unit, in columns."""

    unit_id: Ids
    post_id: Ids


def vacancies_of(
    words: Words, staff: Staff, former: Former, *, taken: Obligations, resting: Obligations
) -> Vacancies:
    """Return the places of a tree that need holders and are not among the obligations taken there.

    `staff` is in posts of the tree, at work or not; of `resting`, who are on leave, nothing is
    asked meanwhile.
    """
    width = len(words.by_unit)
    if not width:
        return NO_VACANCIES
    word = np.array(list(words.by_unit.values()))
    unit, pair = _places_with_number(words, word, staff, former)
    is_vacant = np.zeros(len(words.unit_ids) * width, np.bool_)  # a flag each: nothing is sorted
    is_vacant[unit * width + pair] = True
    is_vacant[resting.keys] = True
    is_vacant[taken.keys] = False
    unit, pair = np.divmod(np.flatnonzero(is_vacant), width)
    return Vacancies(unit, pair, words.needed[word[pair, unit]])


def resting_of(
    requirements: Requirements,
    parents: Mapping[int, int | None],
    staff: Staff,
    facts: Facts,
    words: Words,
) -> Obligations:
    """Return what would be required of those who are on leave, were they at work."""
    away: Flags = is_in(staff.user_id, np.array(list({one[0] for one in facts.away}), np.int64))
    found = Staff(staff.user_id[away], staff.unit_id[away], staff.post_id[away])
    return obligations_of(requirements, parents, found, replace(facts, away=set()), words=words)


def _places_with_number(words: Words, word: Ids, staff: Staff, former: Former) -> tuple[Ids, Ids]:
    """Return the places with a number of holders: those that have the post, or where it was set.

    `word` has the word that holds by pair and unit.
    """
    pair_post = np.array([post_id for post_id, _scheme_id in words.by_unit], np.int64)
    posts, post_of_pair = np.unique(pair_post, return_inverse=True)
    first, unit = _units_with(posts, words.unit_ids, staff, former)
    numbers = np.diff(first)[post_of_pair]
    pair = np.repeat(np.arange(len(pair_post)), numbers)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(numbers) - numbers, numbers)
    unit = unit[first[post_of_pair[pair]] + within]
    said = word[pair, unit]
    needs = words.has_number[said]
    is_silent = words.has_number & (words.unit >= 0)
    is_silent[said] = False  # somebody below is in the post, or was
    return (
        np.concatenate((unit[needs], words.unit[is_silent])),
        np.concatenate((pair[needs], words.pair[is_silent])),
    )


def _units_with(posts: Ids, unit_ids: Ids, staff: Staff, former: Former) -> tuple[Ids, Ids]:
    """Return where the units begin that have each of the posts, with an end, and those units."""
    post_id = np.concatenate((staff.post_id, former.post_id))
    unit_id = np.concatenate((staff.unit_id, former.unit_id))
    known = is_in(post_id, posts) & is_in(unit_id, unit_ids)
    post = np.searchsorted(posts, post_id[known])
    has = np.zeros((len(posts), len(unit_ids)), np.bool_)
    has[post, positions_of(unit_id[known], unit_ids)] = True
    first = np.append(0, np.cumsum(np.count_nonzero(has, axis=1)))
    return first, np.nonzero(has)[1]
