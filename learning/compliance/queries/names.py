"""What the units, posts and schemes of compliance pages are called."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from learning.certification.models import Scheme
from learning.organisations.models import FormerPostName, Post, Unit, UnitName
from learning.organisations.queries import valid_at

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Named:
    """A row's public id and name; a scheme has an English one beside, or ""."""

    public_id: str
    name: str
    name_en: str = ""


def name_units(session: Session, ids: Iterable[int], at: datetime) -> dict[int, Named]:
    """Return units by row id, each as it was called at the instant."""
    found: dict[int, Named] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), CHUNK):
        rows = session.execute(
            select(Unit.id, Unit.public_id, UnitName.name)
            .join(UnitName, UnitName.unit_id == Unit.id)
            .where(Unit.id.in_(wanted[start : start + CHUNK]), valid_at(UnitName, at))
        )
        found |= {row.id: Named(row.public_id, row.name) for row in rows}
    return found


def name_posts(session: Session, ids: Iterable[int], at: datetime) -> dict[int, Named]:
    """Return posts by row id, each as it was called at the instant."""
    found: dict[int, Named] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), CHUNK):
        rows = session.execute(
            select(Post.id, Post.public_id, Post.name).where(
                Post.id.in_(wanted[start : start + CHUNK])
            )
        )
        found |= {row.id: Named(row.public_id, row.name) for row in rows}
        renamed = session.execute(
            select(FormerPostName.post_id, FormerPostName.name)
            .where(
                FormerPostName.post_id.in_(wanted[start : start + CHUNK]),
                FormerPostName.renamed_at > at,
            )
            .order_by(FormerPostName.id.desc())  # of several, the first after the instant is last
        )
        for post_id, name in renamed:
            found[post_id] = Named(found[post_id].public_id, name)
    return found


def name_schemes(session: Session, ids: Iterable[int]) -> dict[int, Named]:
    """Return schemes by row id."""
    rows = session.execute(
        select(Scheme.id, Scheme.public_id, Scheme.title, Scheme.title_en).where(
            Scheme.id.in_(sorted(set(ids)))
        )
    )
    return {row.id: Named(row.public_id, row.title, row.title_en) for row in rows}


def list_schemes(session: Session, path: Iterable[int]) -> list[tuple[int, Named]]:
    """Return the schemes that a unit with this path may ask for, by title, at most 300."""
    rows = session.execute(
        select(Scheme.id, Scheme.public_id, Scheme.title, Scheme.title_en)
        .where(or_(Scheme.kind == "own", Scheme.issuer_id.in_(list(path))))
        .order_by(Scheme.title, Scheme.id)
        .limit(300)
    )
    return [(row.id, Named(row.public_id, row.title, row.title_en)) for row in rows]
