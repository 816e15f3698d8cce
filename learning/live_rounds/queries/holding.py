"""Which item versions rooms hold in reserve: those of an evening that is not over."""

from datetime import datetime, timedelta

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased

from learning.live_rounds.models import LiveEntry, LiveItem, LiveRoom
from learning.live_rounds.rules import Act

GIVEN_UP = timedelta(days=30)  # a room that nobody finished: its items come back some time


def select_held(since: datetime) -> Select[int]:
    """Return the query of the versions that open rooms held at or after an instant.

    A room holds what it drew from its opening until its host finishes it; one that went back on
    finishing holds it again. After 30 days without an end the evening is taken for given up.
    """
    finish, undo = aliased(LiveEntry), aliased(LiveEntry)
    gone_back = exists().where(
        undo.room_id == finish.room_id, undo.act == Act.UNDO, undo.seq > finish.seq
    )
    over = exists().where(
        finish.room_id == LiveRoom.id,
        finish.act == Act.FINISH,
        finish.received_at <= since,
        ~gone_back,
    )
    return (
        select(LiveItem.version_id)
        .join(LiveRoom, LiveRoom.id == LiveItem.room_id)
        .where(LiveRoom.opened_at > since - GIVEN_UP, ~over)
    )
