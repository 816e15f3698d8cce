"""Keeping large files of courses in pieces, letting them go, and drawing the pages of a PDF."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.courses.loader import Asset
from learning.courses.models import CourseMedia, CourseMediaPage, CourseMediaPart
from learning.courses.queries.media import not_held, pieces_of
from learning.courses.rules.media import PART_BYTES

PAGES_A_TURN = 2
Read = Callable[[], bytes | None]
Turn = Callable[[], AbstractContextManager[Session]]
"""Gives a writing transaction of its own, committed at its end."""


def keep_ahead(turn: Turn, asset: Asset, read: Read, now: datetime) -> None:
    """Store a file that was judged, each piece in a turn of its own, before anything refers to it.

    On SQLite who writes keeps all others waiting: 64 MB at once hold a candidate's save for
    seconds. Nobody sees the file until `keep_media` is called where it is referred to; what does
    not come so far the worker forgets (`forget_some`).
    """
    with turn() as session:
        missing = _begin(session, asset, now)
    content = (read() if missing else None) or b""
    for position in missing:
        with turn() as session:
            _keep_piece(session, asset.sha256, position, content)


def keep_media(session: Session, asset: Asset, read: Read, now: datetime) -> None:
    """Store a file that was judged, or what is missing of it: nothing after `keep_ahead`.

    It is held until the transaction ends, so that nobody forgets it meanwhile.
    """
    missing = _begin(session, asset, now)
    content = (read() if missing else None) or b""
    for position in missing:
        _keep_piece(session, asset.sha256, position, content)


def _begin(session: Session, asset: Asset, now: datetime) -> list[int]:
    """Note that a file is wanted now; return which of its pieces are missing."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(CourseMedia).values(
        sha256=asset.sha256,
        media_type=asset.media_type,
        size=asset.size,
        duration_ms=asset.duration_ms,
        pages=asset.pages,
        created_at=now,
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["sha256"], set_={"created_at": statement.excluded.created_at}
        )
    )
    parts = CourseMediaPart
    there = set(session.scalars(select(parts.position).where(parts.sha256 == asset.sha256)))
    return [n for n, _ in enumerate(pieces_of(asset.size)) if n not in there]


def _keep_piece(session: Session, sha256: str, position: int, content: bytes) -> None:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    start = position * PART_BYTES
    session.execute(
        dialect.insert(CourseMediaPart)
        .values(sha256=sha256, position=position, content=content[start : start + PART_BYTES])
        .on_conflict_do_nothing(index_elements=["sha256", "position"])
    )


def forget_some(session: Session, sha256: str, before: datetime) -> None:
    """Delete half a megabyte or so of a file that nothing holds, at last its row.

    A file that is held, or was wanted at `before` or later, is left alone: whoever brings it first
    notes that it is wanted, which waits here and is seen here.
    """
    row = session.scalar(
        select(CourseMedia.sha256)
        .where(CourseMedia.sha256 == sha256, CourseMedia.created_at < before, *not_held())
        .with_for_update()
    )
    if row is None:
        return
    parts, pages = CourseMediaPart, CourseMediaPage
    for table, number, most in ((parts, parts.position, 1), (pages, pages.number, PAGES_A_TURN)):
        query = select(number).where(table.sha256 == sha256).order_by(number.desc()).limit(most)
        numbers = session.scalars(query).all()
        if numbers:
            session.execute(
                delete(table)
                .where(table.sha256 == sha256, number.in_(numbers))
                .execution_options(synchronize_session=False)
            )
            return
    session.execute(delete(CourseMedia).where(CourseMedia.sha256 == sha256))


def keep_page(session: Session, sha256: str, number: int, drawn: bytes) -> None:
    """Store a page that was drawn; whoever drew it at the same time changes nothing."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(
        dialect.insert(CourseMediaPage)
        .values(sha256=sha256, number=number, content=drawn)
        .on_conflict_do_nothing(index_elements=["sha256", "number"])
    )
