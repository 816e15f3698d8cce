"""The worker's look at what seems unfair in a competition, in slices that hold nobody up."""

from array import array
from datetime import datetime

from learning.competitions.formats import FIRST
from learning.competitions.queries import get_by_round
from learning.competitions.queries.fairness import find_fairness, list_unexamined
from learning.competitions.queries.views import CompetitionView
from learning.competitions.rules.phones import runs_of
from learning.competitions.rules.sharing import Compared
from learning.competitions.services import find_slice
from learning.competitions.services.fairness import find_findings, keep_findings, note_examined
from learning.competitions.services.phones import find_phone_flags, read_numbers
from learning.competitions.services.sharing import find_sharing, plan_look
from learning.kernel.db import Database
from learning.kernel.jobs import Job

SUSPECTS = 300  # participants looked at in one read
FLAGS = 500  # written in one transaction


def look_for_flags(database: Database, now: datetime) -> int:
    """Look at the attempts of one competition's rounds that are due; return how many flags."""
    with database.session(write=False) as session:
        rounds = [get_by_round(session, round_id) for round_id in list_unexamined(session, now)]
    if not rounds:
        return 0
    count, compared = 0, Compared()
    for competition in rounds:
        count += _look_at_attempts(database, competition, now)
        shared, part = _look_for_sharing(database, competition, now)
        count, compared = count + shared, compared + part
        count += _look_for_phones(database, competition, now)
    with database.transaction() as session:
        note_examined(session, rounds[0].id, compared, now)
    return count


def _look_at_attempts(database: Database, competition: CompetitionView, now: datetime) -> int:
    """Look at the attempts of a round one by one; return how many flags.

    Reads and writes in slices of participants, so that nobody is held up.
    """
    after, count = 0, 0
    while True:
        with database.session(write=False) as session:
            part = find_slice(session, competition, after=after, size=SUSPECTS)
            findings = find_findings(session, competition, (part.first, part.last)) if part else []
        if part is None:
            break
        if findings:
            with database.transaction() as session:
                count += keep_findings(session, competition.id, findings, now)
        after = part.last
    return count


def _look_for_sharing(
    database: Database, competition: CompetitionView, now: datetime
) -> tuple[int, Compared]:
    """Flag answers that were shared, a block of papers at a time; return how many, and how far."""
    with database.session(write=False) as session:
        look = plan_look(session, competition, f"{competition.public_id} {now:%Y-%m-%d}")
    count = 0
    for block in look.blocks:
        with database.session(write=False) as session:
            findings = find_sharing(session, competition, look, block)
        if findings:
            with database.transaction() as session:
                count += keep_findings(session, competition.id, findings, now)
    return count, look.compared


def _look_for_phones(database: Database, competition: CompetitionView, now: datetime) -> int:
    """Flag runs of phone numbers among who entered; return how many flags.

    Entering is the competition's, not a round's: it is looked at with the first round.
    """
    with database.session(write=False) as session:
        least = find_fairness(session, competition.id).phones
    if not least or competition.number != FIRST:
        return 0
    numbers, after, count = array("q"), 0, 0
    while True:
        with database.session(write=False) as session:
            last = read_numbers(session, competition.id, numbers, after=after)
        if last is None:
            break
        after = last
    for run in runs_of(numbers, least):
        with database.session(write=False) as session:
            findings = find_phone_flags(session, competition, run, least)
        for start in range(0, len(findings), FLAGS):
            part = findings[start : start + FLAGS]
            with database.transaction() as session:
                count += keep_findings(session, competition.id, part, now)
    return count


FAIRNESS = Job("competitions.fairness", look_for_flags, every_s=60.0, alone=True, lane="upkeep")
