"""Regrades of rounds: whose they are, and what they do to the lists."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from learning.attempts.queries import RegradeView
from learning.competitions.models import Entry, ItemAppeal, RankEffect, Round, RoundRegrade
from learning.competitions.rules.reranking import ListChanges, RankEffectKind
from learning.kernel.errors import NotFound

EFFECTS_PAGE = 50


@dataclass(frozen=True, slots=True)
class RankLine:
    """What a regrade does to one entry; points in thousandths, None without a result."""

    name: str
    unit_name: str
    division: str
    province: str
    before_milli: int | None
    after_milli: int | None
    before_standing: int | None
    after_standing: int | None
    before_group: int | None
    after_group: int | None
    before_area: int | None
    after_area: int | None


@dataclass(frozen=True, slots=True)
class RoundRegradeView:
    """What belongs to a regrade of a round: its appeal ("" for none) and the lists it changes."""

    appeal: str
    appeal_number: str
    version_id: int | None
    lists: ListChanges


def round_of(session: Session, assessment_id: int) -> int:
    """Return the round that owns an assessment; NotFound for an assessment of no round."""
    found = session.scalar(select(Round.id).where(Round.assessment_id == assessment_id))
    if found is None:
        raise NotFound("round")
    return found


def select_assessments() -> Select[int]:
    """Return the query of the assessments that rounds own."""
    return select(Round.assessment_id)


def get_lists(session: Session, plan_id: int) -> RoundRegradeView:
    """Return what belongs to a regrade of a round."""
    row = session.execute(
        select(ItemAppeal.public_id, ItemAppeal.number, ItemAppeal.version_id, RoundRegrade.lists)
        .select_from(RoundRegrade)
        .outerjoin(ItemAppeal, ItemAppeal.id == RoundRegrade.appeal_id)
        .where(RoundRegrade.plan_id == plan_id)
    ).one()
    return RoundRegradeView(
        row.public_id or "", row.number or "", row.version_id, ListChanges.from_json(row.lists)
    )


def list_rank_effects(
    session: Session, regrade: RegradeView, kind: RankEffectKind, *, page: int
) -> list[RankLine]:
    """Return a page of the entries that a regrade places differently, best first afterwards."""
    rows = session.execute(
        select(
            Entry.participant_name.label("name"),
            Entry.unit_name,
            Entry.division,
            Entry.province,
            RankEffect.before_milli,
            RankEffect.after_milli,
            RankEffect.before_standing,
            RankEffect.after_standing,
            RankEffect.before_group,
            RankEffect.after_group,
            RankEffect.before_area,
            RankEffect.after_area,
        )
        .join(Entry, Entry.id == RankEffect.entry_id)
        .where(RankEffect.plan_id == regrade.id, RankEffect.kind == kind.value)
        .order_by(RankEffect.id)
        .offset((page - 1) * EFFECTS_PAGE)
        .limit(EFFECTS_PAGE)
    )
    return [RankLine(**row._mapping) for row in rows]  # noqa: SLF001 - its public face


def list_names_of(session: Session, subjects: set[str]) -> dict[str, str]:
    """Return the names of entries by their public ids, as they entered."""
    rows = session.execute(
        select(Entry.public_id, Entry.participant_name).where(Entry.public_id.in_(subjects))
    )
    return dict(rows.all())
