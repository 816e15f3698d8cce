"""Looking for runs of phone numbers among who entered: read a slice at a time, writes nothing."""

import json
from array import array
from dataclasses import dataclass

from sqlalchemy.orm import Session

from learning.competitions.queries import CompetitionView
from learning.competitions.queries.phones import Caller, list_callers, list_numbers
from learning.competitions.rules.fairness import FlagKind
from learning.competitions.rules.phones import Run, evidence_of, number_of
from learning.organisations.rules.persons import masked_login_name

PEOPLE_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class PhoneSuspect:
    """An attempt of somebody in a run, as flags are kept; `together` is the run's first entry."""

    attempt_id: int
    entry_id: int
    together: str


def read_numbers(
    session: Session, competition_id: int, numbers: "array[int]", *, after: int
) -> int | None:
    """Put the next people's numbers with the others; return the last one's row id, None at the end.

    Eight bytes a number is all that is kept of them.
    """
    found = list_numbers(session, competition_id, after=after, limit=PEOPLE_AT_ONCE)
    read = (number_of(name) for _user_id, name in found)
    numbers.extend(number for number in read if number is not None)
    return found[-1][0] if found else None


def find_phone_flags(
    session: Session, competition: CompetitionView, run: Run, least: int
) -> list[tuple[PhoneSuspect, str, str]]:
    """Return what to flag of a run: the attempt, the kind, the evidence; writes nothing.

    Who has begun no attempt is counted and not flagged: there is nothing yet that could be void.
    Several numbers of one person are one person.
    """
    callers = list_callers(session, competition, run)
    people = {caller.entry_id: caller for caller in callers}
    if len(people) < least:
        return []
    ends = (_masked(callers[0]), _masked(callers[-1]))
    holders = [caller.holder for caller in people.values()]
    return [
        (
            PhoneSuspect(caller.attempt_id, caller.entry_id, callers[0].holder.entry),
            FlagKind.PHONES.value,
            json.dumps(evidence_of(holders, caller.holder, ends), sort_keys=True),
        )
        for caller in people.values()
        if caller.attempt_id is not None and caller.waits
    ]


def _masked(caller: Caller) -> str:
    return masked_login_name("phone", caller.number_name)
