"""Item analysis of a sitting: asked for in a request, computed by the worker, kept as one row."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from learning.attempts.queries import iterate_frozen, list_rulings
from learning.attempts.rules.batch import canonical
from learning.exams import queries
from learning.exams.models import Sitting, SittingAnalysis
from learning.exams.queries import SittingView, analyses
from learning.exams.rules import State
from learning.exams.rules.analysing import ALGORITHM, Earlier, report_of
from learning.exams.rules.comparing import (
    FEWEST_COMPARED,
    MOST_COMPARED,
    Clockwork,
    comparison_of,
)
from learning.exams.rules.gathering import Gathered, Gathering
from learning.kernel import audit
from learning.kernel.permissions import Actor
from learning.question_bank.queries import get_documents, get_keys
from learning.question_bank.rules import Item
from learning.question_bank.services import VersionFigures, record_statistics


@dataclass(frozen=True, slots=True)
class Analysed:
    """What was computed; `integrity` is None where too few or too many were to be compared."""

    attempts: int
    report: dict[str, Any]
    integrity: dict[str, Any] | None


def request_analysis(session: Session, actor: Actor, raw_public_id: str, *, now: datetime) -> None:
    """Ask the worker to analyse a sitting anew; asking again changes nothing. Raises NotFound."""
    sitting = queries.get_managed(session, actor, raw_public_id, now)
    _put(session, sitting.id, {"requested_at": now})
    audit.log(
        session, "sitting.analysis_requested", sitting.public_id, actor_id=actor.user_id, now=now
    )


def note_late_score(session: Session, assessment_id: int, now: datetime) -> None:
    """Let a closed sitting be analysed anew that was analysed before a score came or fell.

    Marks of essays, papers keyed by hand and voids come after the close. Before the close nothing
    is due: it will be analysed then.
    """
    closed = select(Sitting.id).where(
        Sitting.assessment_id == assessment_id, Sitting.state == State.CLOSED.value
    )
    session.execute(
        update(SittingAnalysis)
        .where(SittingAnalysis.sitting_id.in_(closed), SittingAnalysis.computed_at.is_not(None))
        .values(requested_at=now)
        .execution_options(synchronize_session=False)
    )


def analyse(session: Session, sitting: SittingView) -> Analysed:
    """Read the attempts that count, in pages, and compute; nothing is written."""
    gathered, attempts = gather(session, sitting)
    integrity = None
    if FEWEST_COMPARED <= len(attempts) <= MOST_COMPARED:
        integrity = _compare(session, sitting, gathered, attempts)
    earlier = _earlier(session, sitting, {column.version_id for column in gathered.columns})
    return Analysed(len(attempts), report_of(gathered, earlier), integrity)


def gather(session: Session, sitting: SittingView) -> tuple[Gathered, list[int]]:
    """Return the matrices and the attempts (row ids) that their rows are."""
    rulings = list_rulings(session, sitting.assessment_id)

    def item_of(version_id: int) -> Item:
        ruling = rulings.get(version_id)
        key = ruling.key if ruling is not None and ruling.key is not None else None
        document = get_documents(session, [version_id])[version_id]
        return Item(document, key or get_keys(session, [version_id])[version_id])

    counting = analyses.list_counting_attempts(session, sitting)
    gathering, attempts = Gathering(item_of), []
    for page in iterate_frozen(session, sitting.assessment_id):
        for attempt in page:
            if attempt.id in counting and not attempt.is_total:
                gathering.add(attempt.answers, attempt.items)
                attempts.append(attempt.id)
    return gathering.finish(), attempts


def _compare(
    session: Session, sitting: SittingView, gathered: Gathered, attempts: list[int]
) -> dict[str, Any]:
    began = analyses.list_counting_attempts(session, sitting)
    rows = {attempt: row for row, attempt in enumerate(attempts)}
    papers, clockwork = analyses.list_papers_among(session, sitting), Clockwork.of(gathered)
    timed = [attempt for attempt in attempts if attempt not in papers]
    for attempt, saves in analyses.iterate_saves(session, timed):
        clockwork.take(rows[attempt], began[attempt], saves)
    return comparison_of(gathered, clockwork, attempts)


def _earlier(session: Session, sitting: SittingView, versions: set[int]) -> Earlier | None:
    """Return the organiser's earlier sitting that has most item versions in common, the newest."""
    best: Earlier | None = None
    for title, report in analyses.list_earlier_reports(session, sitting):
        items = {item["version"]: item for item in report["items"] if item["version"] in versions}
        if items and (best is None or len(items) > len(best.facilities)):
            best = Earlier(
                title,
                {n: (item["difficulty"], item["difficulty_se"]) for n, item in items.items()},
                {n: item["facility"] for n, item in items.items()},
            )
    return best


def keep(session: Session, sitting_id: int, analysed: Analysed, now: datetime) -> None:
    """Put an analysis in the place of the one before; tell the bank what its items showed."""
    _put(
        session,
        sitting_id,
        {
            "computed_at": now,
            "attempts": analysed.attempts,
            "algorithm": ALGORITHM,
            "report": canonical(analysed.report),
            "integrity": "" if analysed.integrity is None else canonical(analysed.integrity),
        },
    )
    figures = [
        VersionFigures(item["version"], item["given"], item["facility"], item["item_rest"])
        for item in analysed.report["items"]
        if item["facility"] is not None
    ]
    record_statistics(session, figures, now)


def note_failure(session: Session, sitting_id: int, now: datetime) -> None:
    """Note that a sitting could not be analysed, so that the others have their turn."""
    told = {"computed_at": now, "algorithm": ALGORITHM, "report": "", "integrity": ""}
    _put(session, sitting_id, told)


def _put(session: Session, sitting_id: int, values: dict[str, Any]) -> None:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite_insert if is_sqlite else postgresql_insert
    defaults = {"attempts": 0, "algorithm": 0, "report": "", "integrity": ""}
    session.execute(
        insert(SittingAnalysis)
        .values(sitting_id=sitting_id, **{**defaults, **values})
        .on_conflict_do_update(index_elements=["sitting_id"], set_=values)
    )
