"""Telling people: a notice in the product always, a message where there is an address for it."""

import json
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.accounts.models import PersonalNotice
from learning.accounts.queries import find_contact
from learning.accounts.rules.letters import Letter, Link
from learning.kernel import audit, mail
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor

NOTICES_KEPT = timedelta(days=365)
PRUNED = 1000


def tell(
    session: Session,
    user_id: int,
    letter: Letter,
    now: datetime,
    *,
    link: Link | None = None,
    key: str = "",
    by_mail: bool = True,
) -> bool:
    """Tell a person something; return whether it was new to them.

    `key` names what is told (an event's public id, say): the same key is told a person once, by
    notice and message alike. Without one every call tells.
    """
    if not put_notice(session, user_id, letter, now, link=link, key=key):
        return False
    contact = find_contact(session, user_id) if by_mail else None
    if contact is not None:
        mail.enqueue(
            session, contact.channel, contact.recipient, letter.subject, letter.body, now=now
        )
    return True


def put_notice(
    session: Session,
    user_id: int,
    letter: Letter,
    now: datetime,
    *,
    link: Link | None = None,
    key: str = "",
) -> bool:
    """Put a notice before a person, once for a key; tell whether this call did it."""
    public_id = new_public_id()
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    made = session.scalar(
        dialect.insert(PersonalNotice)
        .values(
            public_id=public_id,
            user_id=user_id,
            source=key or public_id,
            title=letter.title[:200],
            title_en=letter.title_en[:200],
            text=letter.text[:1000],
            text_en=letter.text_en[:1000],
            endpoint=link.endpoint if link else "",
            args=json.dumps(dict(link.args), sort_keys=True) if link else "{}",
            made_at=now,
        )
        .on_conflict_do_nothing(index_elements=["user_id", "source"])
        .returning(PersonalNotice.id)
    )
    return made is not None


def read_notices(session: Session, actor: Actor, *, raw_public_id: str, now: datetime) -> int:
    """Note that a person read a notice of theirs and all older ones; return how many are new to it.

    A notice that is not theirs changes nothing.
    """
    newest = (
        select(PersonalNotice.id)
        .where(PersonalNotice.public_id == raw_public_id, PersonalNotice.user_id == actor.user_id)
        .scalar_subquery()
    )
    read = session.scalars(
        update(PersonalNotice)
        .where(
            PersonalNotice.user_id == actor.user_id,
            PersonalNotice.id <= newest,
            PersonalNotice.read_at.is_(None),
        )
        .values(read_at=now)
        .returning(PersonalNotice.id)
        .execution_options(synchronize_session=False)
    )
    return len(read.all())


def prune_notices(session: Session, now: datetime) -> int:
    """Remove notices of more than a year ago, read or not; return how many, at most 1,000 a call.

    Their ids grow with their instants, so the oldest are looked at and no others. Nothing is told
    again because its notice went: who tells notes so in a row of its own, or follows an event once.
    """
    oldest = select(PersonalNotice.id, PersonalNotice.made_at).order_by(PersonalNotice.id)
    before = now - NOTICES_KEPT
    old = [row.id for row in session.execute(oldest.limit(PRUNED)) if row.made_at < before]
    if old:
        session.execute(
            delete(PersonalNotice)
            .where(PersonalNotice.id.in_(old))
            .execution_options(synchronize_session=False)
        )
        details = {"notices": len(old), "before": before.isoformat()}
        audit.log(session, "notices.pruned", "", actor_id=None, now=now, details=details)
    return len(old)
