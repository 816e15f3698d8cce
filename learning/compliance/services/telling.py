"""What every digest comes to: one row a person and day, a notice, a letter."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.compliance.models import ReminderDigest
from learning.compliance.rules.reminders import DigestText
from learning.kernel.bulk import among
from learning.kernel.hours import Hours
from learning.kernel.ids import new_public_id
from learning.kernel.mail import BULK


def claim(
    session: Session, given: Sequence[tuple[int, date]], kind: str, now: datetime
) -> set[int]:
    """Return whose digest of the day this transaction is the first to make: a statement a day."""
    insert = dialect_of(session).insert(ReminderDigest)
    row, claimed = ReminderDigest.__table__.c, set()
    for day in sorted({day for _user_id, day in given}):
        people = (
            select(
                User.id,
                literal(kind, row.kind.type),
                literal(day, row.day.type),
                literal(now, row.told_at.type),
            )
            .where(among(User.id, [user_id for user_id, its in given if its == day]))
            .order_by(User.id)  # two workers take their locks in one order
        )
        claimed |= set(
            session.scalars(
                insert.from_select(["user_id", "kind", "day", "told_at"], people)
                .on_conflict_do_nothing(index_elements=["user_id", "kind", "day"])
                .returning(row.user_id)
            )
        )
    return claimed


def dialect_of(session: Session) -> Any:
    """Return the dialect whose INSERT knows ON CONFLICT."""
    return sqlite if session.get_bind().dialect.name == "sqlite" else postgresql


def notice_row(
    user_id: int,
    source: str,
    text: DigestText,
    endpoint: str,
    now: datetime,
    *,
    args: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the row of a notice that leads to a page, with `args` in its address."""
    return {
        "public_id": new_public_id(),
        "user_id": user_id,
        "source": source,
        "title": text.title,
        "title_en": text.title_en,
        "text": text.text,
        "text_en": text.text_en,
        "endpoint": endpoint,
        "args": json.dumps(dict(args or {})),
        "made_at": now,
        "read_at": None,
    }


def letter_row(
    address: str, text: DigestText, locale: str, hours: Hours, now: datetime
) -> dict[str, Any]:
    """Return the row of a letter in the person's language, which leaves within the hours alone."""
    is_english = locale == "en"
    return {
        "public_id": new_public_id(),
        "channel": BULK,
        "recipient": address,
        "subject": text.title_en if is_english else text.title,
        "body": (text.text_en if is_english else text.text) + "\n",
        "created_at": now,
        "next_try_at": now,
        "tries": 0,
        "sent_at": None,
        "last_error": "",
        "hours": str(hours),
    }
