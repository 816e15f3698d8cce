"""Boards and their rows: made, fed with results, compared with a recomputation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from learning.kernel.errors import Conflict
from learning.kernel.ids import new_public_id
from learning.leaderboards import queries
from learning.leaderboards.models import Board
from learning.leaderboards.queries import BoardView
from learning.leaderboards.rules import TIE_RULES, Counts, Result, counting, preference, sort_key
from learning.leaderboards.services.writing import write, write_rows


@dataclass(frozen=True, slots=True)
class Corrections:
    """What makes a board equal to a recomputation; empty when it already is."""

    put: tuple[Result, ...]
    remove: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.put) + len(self.remove)


def create_board(session: Session, *, owner: str, tie_rule: str, now: datetime) -> BoardView:
    """Make an empty board; `owner` names who feeds it and is unique; the tie rule must be known."""
    board = Board(
        public_id=new_public_id(), owner=owner, tie_rule=TIE_RULES[tie_rule].code, created_at=now
    )
    session.add(board)
    session.flush()  # the caller needs the row id
    return BoardView(board.id, board.tie_rule)


def set_tie_rule(session: Session, board_id: int, tie_rule: str) -> None:
    """Change the tie rule of an empty board; raise Conflict("board_in_use") once it has rows."""
    if queries.count_entries(session, board_id):
        raise Conflict("board_in_use")
    code = TIE_RULES[tie_rule].code
    session.execute(update(Board).where(Board.id == board_id).values(tie_rule=code))


_HELD = select(Board.id).where(Board.id == bindparam("of_board")).with_for_update()


def lock_board(session: Session, board_id: int) -> None:
    """Make other writers of the board wait for the end of the transaction.

    What stands on it is read only after this: counts and tallies are kept by differences.
    """
    session.execute(_HELD, {"of_board": board_id})


def put_entry(session: Session, board: BoardView, result: Result, *, counts: Counts) -> bool:
    """Put a result on the board unless the subject's standing one counts before it.

    Under the board's lock, so that parallel calls and repetitions in any order end in the same
    row. The same result (by `number`) given again with other points replaces itself. Returns True
    when it went down by that: another result may then count, and the caller recomputes.
    """
    lock_board(session, board.id)
    return put_held_entry(session, board, result, counts=counts)


def put_held_entry(session: Session, board: BoardView, result: Result, *, counts: Counts) -> bool:
    """Put a result on a board whose lock the caller has, as `put_entry` does."""
    found = queries.find_result(session, board.id, result.subject)
    held = found[0] if found else None
    rule = TIE_RULES[board.tie_rule]
    if held is None or held.number == result.number:
        wins = held != result
    else:
        wins = preference(rule, result, counts) > preference(rule, held, counts)
    if wins:
        write(session, board, put=[result], held={held.subject: held} if held else {})
    is_same = found is not None and found[0].number == result.number
    return found is not None and is_same and sort_key(rule, result) < found[1]


def corrections(
    session: Session, board: BoardView, results: Sequence[Result], *, counts: Counts
) -> Corrections:
    """Compare the board with a recomputation from all results; writes nothing.

    Reads the whole board: 10⁵ rows take about a second. Order of the answer is that of `results`.
    """
    due = counting(TIE_RULES[board.tie_rule], results, counts)
    return _corrections(board, due, queries.list_results(session, board.id))


def corrections_of(
    session: Session, board: BoardView, subjects: Sequence[str], due: dict[str, Result]
) -> Corrections:
    """Compare the rows of some subjects with the results due to them; writes nothing."""
    return _corrections(board, due, queries.list_results_of(session, board.id, subjects))


def _corrections(
    board: BoardView, due: dict[str, Result], standing: dict[str, tuple[Result, int]]
) -> Corrections:
    rule = TIE_RULES[board.tie_rule]
    put = tuple(r for s, r in due.items() if standing.get(s) != (r, sort_key(rule, r)))
    return Corrections(put=put, remove=tuple(s for s in standing if s not in due))


def apply(session: Session, board: BoardView, changes: Corrections) -> None:
    """Write corrections; what they do not name is left untouched."""
    lock_board(session, board.id)
    write(session, board, put=changes.put, remove=changes.remove)


def apply_uncounted(session: Session, board: BoardView, changes: Corrections) -> None:
    """Write the rows of corrections alone, for many of them: `recount` must follow."""
    lock_board(session, board.id)
    write_rows(session, board, changes.put, changes.remove)


def recompute(
    session: Session, board: BoardView, results: Sequence[Result], *, counts: Counts
) -> Corrections:
    """Make the board equal to what all the results give; return what had to be corrected."""
    lock_board(session, board.id)
    changes = corrections(session, board, results, counts=counts)
    if len(changes):
        apply(session, board, changes)
    return changes
