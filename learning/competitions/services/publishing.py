"""Writing the published document of a board: by the worker alone, never by who reads it."""

import hashlib
import json
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.competitions.models import BoardDocument
from learning.competitions.queries import CompetitionView
from learning.competitions.queries.documents import basis_of, draw_document


def publish_document(session: Session, competition: CompetitionView, now: datetime) -> bool:
    """Write the document of a round as its lists may be shown now; tell whether it changed."""
    document = draw_document(session, competition, now)
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    values = {
        "round_id": competition.round_id,
        "etag": f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"',
        "body": body,
        "basis": basis_of(competition, now),
        "made_at": now,
    }
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(BoardDocument.__table__).values(values)
    written = session.execute(
        statement.on_conflict_do_update(
            index_elements=["round_id"],
            set_={name: statement.excluded[name] for name in values if name != "round_id"},
            where=(BoardDocument.etag != statement.excluded.etag)
            | (BoardDocument.basis != statement.excluded.basis),
        ).execution_options(preserve_rowcount=True)
    )
    return int(written.rowcount) > 0  # type: ignore[attr-defined]
