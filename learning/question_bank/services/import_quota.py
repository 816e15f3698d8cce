"""How much a person may leave waiting: what is neither applied nor dropped is kept whole."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor
from learning.question_bank.formats import Upload
from learning.question_bank.models import ItemImport
from learning.question_bank.services.importing import APPLYING, PREVIEW, READING

MEGABYTE = 1024 * 1024
_WAITING = (READING, PREVIEW, APPLYING)


@dataclass(frozen=True, slots=True)
class Quota:
    """The most uploads of one person that may wait, and the most megabytes of them together."""

    uploads: int
    megabytes: int


def check_quota(session: Session, actor: Actor, upload: Upload, quota: Quota) -> None:
    """Raise Conflict("imports_waiting", count, megabytes) when one more upload would be too much.

    A soft limit: two uploads at the same moment may both come in.
    """
    size = func.coalesce(func.sum(func.length(ItemImport.content)), 0)
    count, held = session.execute(
        select(func.count(), size).where(
            ItemImport.created_by == actor.user_id, ItemImport.state.in_(_WAITING)
        )
    ).one()
    too_large = held + len(upload.content) > quota.megabytes * MEGABYTE
    if count >= quota.uploads or (too_large and count):
        raise Conflict("imports_waiting", count=count, megabytes=round(held / MEGABYTE))
