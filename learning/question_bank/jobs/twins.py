"""Looking through banks for items that are alike."""

from datetime import datetime

from learning.kernel.db import Database
from learning.kernel.jobs import Job
from learning.question_bank.services import twins


def look_for_twins(database: Database, now: datetime) -> int:
    """Look through the bank that has waited longest; return how many banks that was.

    Between reading and writing no transaction is open: the comparison takes seconds.
    """
    with database.session(write=False) as session:
        bank = twins.next_wanted(session)
        if bank is None:
            return 0
        ids, texts = twins.read_texts(session, bank)
    found = twins.compare(texts)
    with database.transaction() as session:
        twins.keep_twins(session, bank, ids, found, now=now)
    return 1


TWINS = Job("question_bank.twins", look_for_twins, 2.0, alone=True, lane="upkeep")
