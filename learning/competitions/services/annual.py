"""Writing the words of a competition's annual report; its figures are read when it is printed."""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.competitions.models import AnnualReport
from learning.competitions.rules.annual import AnnualText
from learning.competitions.services.holding import hold
from learning.kernel import audit
from learning.kernel.errors import Invalid, Problem
from learning.kernel.permissions import Actor

MAX_TEXT = 5_000
PARTS = ("plan", "done", "problems", "outlook")


def write_annual(
    session: Session, actor: Actor, raw_public_id: str, *, text: AnnualText, now: datetime
) -> None:
    """Write the words of the report, also of an archived edition: they change no result.

    Raises NotFound, Invalid (places as the fields of `AnnualText`).
    """
    competition = hold(session, actor, raw_public_id, now, corrects=True)
    said = {name: getattr(text, name).strip() for name in PARTS}
    wrong = [name for name, words in said.items() if not _is_printable(words)]
    if wrong:
        raise Invalid([Problem("", None, name, name, name) for name in wrong])
    row = session.get(AnnualReport, competition.id)
    if row is None:
        row = AnnualReport(competition_id=competition.id)
        session.add(row)
    row.plan, row.done, row.problems, row.outlook = (said[name] for name in PARTS)
    row.written_by, row.written_at = actor.user_id, now
    session.flush()
    audit.log(
        session,
        "competition.annual_written",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details={name: len(words) for name, words in said.items()},
    )


def _is_printable(words: str) -> bool:
    return len(words) <= MAX_TEXT and not any(ord(c) < 32 and c not in "\r\n\t" for c in words)
