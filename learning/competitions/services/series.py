"""Series and editions: a competition's place in one, its dates confirmed, its archiving."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from learning.competitions.models import Competition, Edition, Series
from learning.competitions.queries import CompetitionView
from learning.competitions.queries.series import get_managed_series, get_standing
from learning.competitions.rules.series import problems_of_place, seal_refusal
from learning.competitions.services.holding import hold
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.rules.names import clean_text


def place_in_series(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_series_id: str,
    title: str = "",
    year: int,
    now: datetime,
) -> str:
    """Make a competition a year's edition of a series; return the series' public id.

    `raw_series_id` "" begins a new series of the competition's organiser, called `title`. Raises
    NotFound (a series of another organiser too), Invalid (places title, year), Conflict("sealed" |
    "edition_taken").
    """
    title = clean_text(title)
    problems = problems_of_place(None if raw_series_id else title, year)
    if problems:
        raise Invalid(problems)
    competition = hold(session, actor, raw_public_id, now)
    if raw_series_id:
        series = get_managed_series(session, actor, raw_series_id, now)
        if series.organiser_id != competition.organiser_id:
            raise NotFound("series")
        series_id, public_id = series.id, series.public_id
    else:
        row = Series(
            public_id=new_public_id(),
            organiser_id=competition.organiser_id,
            title=title,
            created_by=actor.user_id,
            created_at=now,
        )
        session.add(row)
        session.flush()
        series_id, public_id = row.id, row.public_id
    take_year(session, series_id, year, competition.id)
    held = session.get(Edition, competition.id)
    if held is None:
        held = Edition(competition_id=competition.id)
        session.add(held)
    held.series_id, held.year = series_id, year
    held.placed_by, held.placed_at = actor.user_id, now
    session.flush()
    _log(
        session, actor, "competition.edition_placed", competition, now, series=public_id, year=year
    )
    return public_id


def take_year(session: Session, series_id: int, year: int, competition_id: int) -> None:
    """Hold a series and see that a year is free; raise Conflict("edition_taken") otherwise."""
    session.execute(select(Series.id).where(Series.id == series_id).with_for_update())
    taken = select(Edition.competition_id).where(
        Edition.series_id == series_id,
        Edition.year == year,
        Edition.competition_id != competition_id,
    )
    if session.scalar(taken) is not None:
        raise Conflict("edition_taken")


def confirm_dates(session: Session, actor: Actor, raw_public_id: str, *, now: datetime) -> None:
    """Say that the dates of a cloned edition were looked at. Raises NotFound, Conflict."""
    competition = hold(session, actor, raw_public_id, now)
    confirmed = session.scalar(
        update(Edition)
        .where(Edition.competition_id == competition.id, Edition.dates_due)
        .values(dates_due=False)
        .returning(Edition.competition_id)
        .execution_options(synchronize_session=False)
    )
    if confirmed is not None:
        dates = {"opens_at": competition.opens_at, "closes_at": competition.closes_at}
        said = {name: at.isoformat() for name, at in dates.items()}
        _log(session, actor, "competition.dates_confirmed", competition, now, **said)


def seal_edition(session: Session, actor: Actor, raw_public_id: str, *, now: datetime) -> None:
    """Archive an edition: from now on only appeals and regrades correct it.

    The competition's row is held, which every other act waits for or is waited for. Raises
    NotFound, Conflict("no_edition" | "sealed") and the codes of `rules.series.seal_refusal`.
    """
    competition = hold(session, actor, raw_public_id, now)
    if competition.year is None:
        raise Conflict("no_edition")
    refusal = seal_refusal(get_standing(session, competition, now))
    if refusal:
        raise Conflict(refusal)
    session.execute(
        update(Edition)
        .where(Edition.competition_id == competition.id)
        .values(sealed_by=actor.user_id, sealed_at=now)
        .execution_options(synchronize_session=False)
    )
    _log(session, actor, "competition.sealed", competition, now, year=competition.year)


def row_id_of(session: Session, public_id: str) -> int:
    """Return a competition's row id."""
    return session.scalars(select(Competition.id).where(Competition.public_id == public_id)).one()


def _log(
    session: Session,
    actor: Actor,
    act: str,
    competition: CompetitionView,
    now: datetime,
    **details: Any,
) -> None:
    audit.log(session, act, competition.public_id, actor_id=actor.user_id, now=now, details=details)
