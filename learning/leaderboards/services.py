"""Writes of boards. The caller says which of several results counts, and owns the transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import and_, delete, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.kernel.errors import Conflict
from learning.kernel.ids import new_public_id
from learning.leaderboards import queries
from learning.leaderboards.models import Board, BoardEntry
from learning.leaderboards.rules import TIE_RULES, Counts, Result, counting, sort_key

T = TypeVar("T")

SLICE = 500  # subjects in one IN: far below the limit of bound parameters


@dataclass(frozen=True, slots=True)
class Corrections:
    """What makes a board equal to a recomputation; empty when it already is."""

    put: tuple[Result, ...]
    remove: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.put) + len(self.remove)


def create_board(session: Session, *, owner: str, tie_rule: str, now: datetime) -> Board:
    """Make an empty board; `owner` names who feeds it and is unique; the tie rule must be known."""
    board = Board(
        public_id=new_public_id(), owner=owner, tie_rule=TIE_RULES[tie_rule].code, created_at=now
    )
    session.add(board)
    session.flush()  # the caller needs the row id
    return board


def set_tie_rule(session: Session, board_id: int, tie_rule: str) -> None:
    """Change the tie rule of an empty board; raise Conflict("board_in_use") once it has rows."""
    if queries.count_entries(session, board_id):
        raise Conflict("board_in_use")
    code = TIE_RULES[tie_rule].code
    session.execute(update(Board).where(Board.id == board_id).values(tie_rule=code))


def put_entry(session: Session, board: Board, result: Result, *, counts: Counts) -> None:
    """Put a result on the board unless the subject's standing one counts before it.

    One statement, so that parallel calls and repetitions in any order end in the same row. The
    same result (by `number`) given again with other points replaces itself; where BEST counts and
    the points went down, another result may then be the best: the caller recomputes. Twin of
    `rules.preference`.
    """
    statement = _insert(session)
    new, old = statement.excluded, BoardEntry
    if counts is Counts.BEST:
        wins = or_(
            new.sort_key > old.sort_key,
            and_(new.sort_key == old.sort_key, new.number < old.number),
            new.number == old.number,
        )
    elif counts is Counts.LAST:
        wins = new.number >= old.number
    else:
        wins = new.number <= old.number
    session.execute(_on_conflict(statement, wins), _values(board, result))


def corrections(
    session: Session, board: Board, results: Sequence[Result], *, counts: Counts
) -> Corrections:
    """Compare the board with a recomputation from all results; writes nothing.

    Reads the whole board: 10⁵ rows take about a second. Order of the answer is that of `results`.
    """
    rule = TIE_RULES[board.tie_rule]
    due = counting(rule, results, counts)
    standing = queries.list_results(session, board.id)
    put = tuple(r for s, r in due.items() if standing.get(s) != (r, sort_key(rule, r)))
    return Corrections(put=put, remove=tuple(s for s in standing if s not in due))


def apply(session: Session, board: Board, changes: Corrections) -> None:
    """Write corrections; what they do not name is left untouched."""
    if changes.put:
        statement = _on_conflict(_insert(session), None)
        session.execute(statement, [_values(board, result) for result in changes.put])
    for subjects in _sliced(changes.remove):
        session.execute(
            delete(BoardEntry).where(
                BoardEntry.board_id == board.id, BoardEntry.subject.in_(subjects)
            )
        )


def recompute(
    session: Session, board: Board, results: Sequence[Result], *, counts: Counts
) -> Corrections:
    """Make the board equal to what all the results give; return what had to be corrected."""
    changes = corrections(session, board, results, counts=counts)
    if len(changes):
        apply(session, board, changes)
    return changes


def remove(session: Session, board_id: int, subject: str) -> bool:
    """Take a subject off the board; tell whether it stood there."""
    gone = session.execute(
        delete(BoardEntry)
        .where(BoardEntry.board_id == board_id, BoardEntry.subject == subject)
        .returning(BoardEntry.id)
    )
    return gone.first() is not None


def _sliced(items: Sequence[T]) -> Iterable[Sequence[T]]:
    return (items[start : start + SLICE] for start in range(0, len(items), SLICE))


def _values(board: Board, result: Result) -> dict[str, Any]:
    return {
        "board_id": board.id,
        "subject": result.subject,
        "number": result.number,
        "points_milli": result.points_milli,
        "duration_us": result.duration_us,
        "finished_at": result.finished_at,
        "sort_key": sort_key(TIE_RULES[board.tie_rule], result),
        "group_code": result.group,
        "area_code": result.area,
    }


def _insert(session: Session) -> Any:
    """Return the dialect's INSERT: both databases speak ON CONFLICT, SQLAlchemy's core does not."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(BoardEntry.__table__)


def _on_conflict(statement: Any, wins: Any) -> Any:
    names = (
        "number",
        "points_milli",
        "duration_us",
        "finished_at",
        "sort_key",
        "group_code",
        "area_code",
    )
    return statement.on_conflict_do_update(
        index_elements=["board_id", "subject"],
        set_={name: statement.excluded[name] for name in names},
        where=wins,
    )
