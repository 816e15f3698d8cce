"""Many people at once, as a roster brings them: what is slow is done before the transaction.

`draft_person` computes pinyin and ids while nothing is held; `insert_people` and
`insert_login_names` then write in a few statements.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, cast

from sqlalchemy import Table, insert, update
from sqlalchemy.orm import Session

from learning.accounts.models import LoginName, User
from learning.accounts.rules import pinyin_sort_key
from learning.kernel.ids import new_public_id

CHUNK = 2_000
Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """A person about to be made."""

    public_id: str
    display_name: str
    sort_key: str


@dataclass(frozen=True, slots=True)
class LoginNameDraft:
    """A log-in name about to be given; `name` as kept, `key` as compared (`rules.names`)."""

    user_id: int
    kind: str
    name: str
    key: str


def draft_person(display_name: str) -> PersonDraft:
    """Return a new person with public id and sort key; the name is taken as it is."""
    return PersonDraft(new_public_id(), display_name, pinyin_sort_key(display_name))


def insert_people(
    session: Session, drafts: Sequence[PersonDraft], *, now: datetime
) -> dict[str, int]:
    """Write people without password; return their row ids by public id."""
    ids: dict[str, int] = {}
    for part in _chunks(drafts):
        rows = [
            {
                "public_id": draft.public_id,
                "display_name": draft.display_name,
                "sort_key": draft.sort_key,
                "locale": "",
                "created_at": now,
            }
            for draft in part
        ]
        table = cast("Table", User.__table__)  # past the mapper: 20,000 rows are common
        inserted = session.execute(insert(table).returning(table.c.public_id, table.c.id), rows)
        ids |= dict(inserted.all())
    return ids


def insert_login_names(
    session: Session, drafts: Sequence[LoginNameDraft], *, now: datetime
) -> None:
    """Write log-in names; IntegrityError when one is taken, and then nothing is written."""
    for part in _chunks(drafts):
        rows = [
            {
                "user_id": draft.user_id,
                "kind": draft.kind,
                "name": draft.name,
                "name_key": draft.key,
                "created_at": now,
            }
            for draft in part
        ]
        session.execute(insert(cast("Table", LoginName.__table__)), rows)


def rename_person(session: Session, user_id: int, *, old: str, new: str, sort_key: str) -> bool:
    """Correct a person's name; False, and nothing changes, when it is no longer the old one."""
    found = session.scalars(
        update(User)
        .where(User.id == user_id, User.display_name == old)
        .values(display_name=new, sort_key=sort_key)
        .returning(User.id)
        .execution_options(synchronize_session=False)
    ).first()
    return found is not None


def _chunks(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    for start in range(0, len(entries), CHUNK):
        yield entries[start : start + CHUNK]
