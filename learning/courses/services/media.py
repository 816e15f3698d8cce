"""Keeping large files of courses in pieces, letting them go, and drawing the pages of a PDF."""

import contextlib
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning.courses.loader import Asset
from learning.courses.models import (
    CourseFile,
    CourseMedia,
    CourseMediaPage,
    CourseMediaPart,
    LessonFileRow,
    MediaWatching,
)
from learning.courses.queries.media import pieces_of


def keep_media(session: Session, asset: Asset, content: bytes, now: datetime) -> None:
    """Store a file that was judged, in pieces; one that is there already is left alone.

    It is held until the transaction ends, so that nobody forgets it meanwhile.
    """
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(CourseMedia).values(
        sha256=asset.sha256,
        media_type=asset.media_type,
        size=len(content),
        duration_ms=asset.duration_ms,
        pages=asset.pages,
        created_at=now,
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["sha256"], set_={"created_at": CourseMedia.created_at}
        )
    )
    parts = CourseMediaPart
    if session.scalar(select(parts.position).where(parts.sha256 == asset.sha256).limit(1)) is None:
        for position, (start, end) in enumerate(pieces_of(len(content))):
            piece = content[start:end]
            session.execute(
                insert(parts).values(sha256=asset.sha256, position=position, content=piece)
            )


def forget_media(session: Session, hashes: Collection[str]) -> None:
    """Delete files that no draft, no release, no lesson and nobody's watching holds any more.

    What somebody else takes up at this instant stays.
    """
    held = [
        select(table.sha256).where(table.sha256 == CourseMedia.sha256).exists()
        for table in (CourseFile, LessonFileRow, MediaWatching)
    ]
    query = select(CourseMedia.sha256).where(
        CourseMedia.sha256.in_(list(hashes)), *(~each for each in held)
    )
    with contextlib.suppress(IntegrityError), session.begin_nested():
        unused = session.scalars(query).all()
        for table in (CourseMediaPage, CourseMediaPart, CourseMedia):
            session.execute(
                delete(table)
                .where(table.sha256.in_(unused))
                .execution_options(synchronize_session=False)
            )


def keep_page(session: Session, sha256: str, number: int, drawn: bytes) -> None:
    """Store a page that was drawn; whoever drew it at the same time changes nothing."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(
        dialect.insert(CourseMediaPage)
        .values(sha256=sha256, number=number, content=drawn)
        .on_conflict_do_nothing(index_elements=["sha256", "number"])
    )
