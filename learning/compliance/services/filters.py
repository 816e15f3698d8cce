"""Saving filters of the grid and choosing its columns."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from learning.compliance.models import GridColumns, KeptFilter
from learning.compliance.queries.filters import MOST_FILTERS, own_organisations
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.queries.units import storable
from learning.organisations.rules.names import clean_text

MAX_NAME = 60
MOST_COLUMNS = 40


def save_filter(
    session: Session,
    actor: Actor,
    name: str,
    criteria: Mapping[str, str],
    *,
    is_shared: bool,
    now: datetime,
) -> str:
    """Keep criteria under a name, in place of one's own filter of that name; return its public id.

    Raises Invalid for a name that is empty or longer than 60 characters, Conflict for somebody
    without an organisation ("no_organisation") or with 100 filters ("too_many").
    """
    clean = clean_text(name)
    if not 0 < len(clean) <= MAX_NAME:
        raise Invalid([Problem("", None, "name", "filter_name", "filter_name")])
    organisations = own_organisations(session, actor, now)
    if not organisations:
        raise Conflict("no_organisation")
    session.execute(
        delete(KeptFilter).where(KeptFilter.user_id == actor.user_id, KeptFilter.name == clean)
    )
    own = select(func.count()).where(KeptFilter.user_id == actor.user_id)
    if (session.scalar(own) or 0) >= MOST_FILTERS:
        raise Conflict("too_many")
    public_id = new_public_id()
    session.execute(
        insert(KeptFilter).values(
            public_id=public_id,
            user_id=actor.user_id,
            organisation_id=organisations[0],
            name=clean,
            criteria=json.dumps(dict(criteria), ensure_ascii=False, sort_keys=True),
            is_shared=is_shared,
            created_at=now,
        )
    )
    return public_id


def drop_filter(session: Session, actor: Actor, raw_public_id: str) -> None:
    """Take away one's own filter; NotFound for anybody else's."""
    gone = session.scalar(
        delete(KeptFilter)
        .where(KeptFilter.public_id == storable(raw_public_id), KeptFilter.user_id == actor.user_id)
        .returning(KeptFilter.id)
    )
    if gone is None:
        raise NotFound("filter")


def choose_columns(
    session: Session, actor: Actor, raw_schemes: Sequence[str], now: datetime
) -> None:
    """Remember the schemes shown as columns, at most 40 in the order given; none: the first few.

    What a person may not see is left out when the columns are read. Raises Conflict("too_many").
    """
    kept = list(dict.fromkeys(storable(raw) for raw in raw_schemes if raw))
    if len(kept) > MOST_COLUMNS:
        raise Conflict("too_many")
    session.execute(delete(GridColumns).where(GridColumns.user_id == actor.user_id))
    if kept:
        values = {"user_id": actor.user_id, "schemes": json.dumps(kept), "changed_at": now}
        session.execute(insert(GridColumns).values(**values))
