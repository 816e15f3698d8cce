"""The rows of an import between what was read and the table: one place writes and reads them.

A row keeps what its source said and what the check found, so that a page shows fifty of ten
thousand without judging them again.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from learning.question_bank.drafts import (
    Defaults,
    DraftFinding,
    draft_from_json,
    draft_to_json,
)
from learning.question_bank.formats import Entry, SourceProblem
from learning.question_bank.formats.reading import Judged
from learning.question_bank.models import ItemImportRow
from learning.question_bank.services.records import pool_findings

TAKE, SKIP = "take", "skip"
DUPLICATE = "duplicate"
"""The code of the remark on a question that is already there, in the file or in the bank."""
MAX_PLACE = 200


def fitted(judged: Judged, defaults: Defaults) -> Judged:
    """Add what the bank says of a judgement: secure items go into secure banks, and no others."""
    misplaced = pool_findings(judged.entry.draft, defaults.pool.value)
    if not misplaced:
        return judged
    return Judged(judged.entry, None, (*judged.findings, *misplaced))


def values_of(judged: Judged, remarks: Sequence[DraftFinding] = ()) -> dict[str, Any]:
    """Return the columns that a judgement fills, but for the decision."""
    return {
        "place": judged.entry.where[:MAX_PLACE],
        "draft": draft_to_json(judged.entry.draft),
        "problems": _to_json(judged.entry.problems),
        "findings": _to_json([*judged.findings, *remarks]),
        "is_good": judged.is_good,
    }


def new_values(judged: Judged, remarks: Sequence[DraftFinding]) -> dict[str, Any]:
    """Return a whole row: what is good and not there yet is taken, the rest waits for a person."""
    decision = TAKE if judged.is_good and not remarks else SKIP
    return {"number": judged.entry.number, **values_of(judged, remarks), "decision": decision}


def seen_of(row: ItemImportRow) -> str:
    """Return what stands for a row as it is now, so that a page can say which one it showed.

    Of the question and of what was decided, not of what the check says: two see each other's work.
    """
    said = f"{row.decision} {row.problems} {row.draft}"
    return hashlib.sha256(said.encode()).hexdigest()[:20]


def entry_of(row: ItemImportRow) -> Entry:
    """Return the question of a row as its source gave it, or as it was corrected since."""
    return Entry(
        row.number, row.place, draft_from_json(row.draft), problems_from_json(row.problems)
    )


def findings_of(text: str) -> tuple[DraftFinding, ...]:
    """Return what the check found, and the remarks, from the column of a row."""
    return tuple(DraftFinding(**finding) for finding in json.loads(text))


def problems_to_json(problems: Iterable[SourceProblem]) -> str:
    """Write the problems of a file as its import keeps them."""
    return _to_json(problems)


def problems_from_json(text: str) -> tuple[SourceProblem, ...]:
    """Read what `problems_to_json` wrote."""
    return tuple(SourceProblem(**problem) for problem in json.loads(text))


def _to_json(things: Iterable[SourceProblem | DraftFinding]) -> str:
    lean: list[Mapping[str, Any]] = [
        {name: value for name, value in asdict(thing).items() if value or name == "code"}
        for thing in things
    ]
    return json.dumps(lean, ensure_ascii=False, separators=(",", ":"))
