"""Who may not decide on a certificate, and what a decision must say. Pure."""

from dataclasses import dataclass
from enum import StrEnum

MAX_DECISION_REASON = 500  # twin of AwardDecision.reason
MAX_AT_ONCE = 100


class Outcome(StrEnum):
    """What is decided. Twin: the CHECK of `award_decisions`."""

    GRANTED = "granted"
    REFUSED = "refused"


class Part(StrEnum):
    """What somebody had to do with a candidate, and therefore does not decide on them."""

    SELF = "self"
    TRAINER = "trainer"
    EXAMINER = "examiner"
    ASSESSOR = "assessor"
    DECIDED = "decided"  # what is appealed against


@dataclass(frozen=True, slots=True)
class Involved:
    """Who had a part in what a file rests on: row ids of people."""

    candidate: int
    trainers: frozenset[int] = frozenset()
    examiners: frozenset[int] = frozenset()
    assessors: frozenset[int] = frozenset()
    deciders: frozenset[int] = frozenset()


def parts_of(selves: frozenset[int], involved: Involved) -> tuple[Part, ...]:
    """Return what the decider had to do with the candidate; `selves`: all records of the decider.

    Whoever taught, examined or assessed a person does not certify them: ISO/IEC 17024:2012, 5.2.2
    and 9.4.3, asks that the decision be made by who took no part in examination and training.
    """
    checks = {
        Part.SELF: {involved.candidate},
        Part.TRAINER: involved.trainers,
        Part.EXAMINER: involved.examiners,
        Part.ASSESSOR: involved.assessors,
        Part.DECIDED: involved.deciders,
    }
    return tuple(part for part, people in checks.items() if selves & people)
