"""Making an assessment of items that are chosen already, by the caller or from a pool."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import insert
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment, AssessmentItem
from learning.attempts.rules import (
    AttemptRules,
    Blueprint,
    Candidate,
    Section,
    section_title,
)
from learning.kernel.errors import Invalid, Problem
from learning.kernel.ids import new_public_id
from learning.question_bank.item_types import get_type
from learning.question_bank.queries import PoolItem, list_pinnable
from learning.question_bank.rules import ItemKind, Pool
from learning.question_bank.scoring import MarkingKind, MarkingRule


def create_of_versions(
    session: Session,
    *,
    title: str,
    pool: Pool,
    version_ids: Sequence[int],
    rules: AttemptRules,
    closes_at: datetime,
    created_by: int | None,
    now: datetime,
) -> Assessment:
    """Make an assessment, open from now on, of exactly these item versions: a section a kind.

    A point each; within a kind they keep their order. Whether the person may be asked them is for
    the caller to know. Items that a person would have to mark are left out; raises Invalid when
    none is left.
    """
    sections = _sections(list_pinnable(session, list(dict.fromkeys(version_ids))))
    return create_of_pinned(
        session,
        title=title,
        blueprint=Blueprint("", pool, sections),
        rules=rules,
        opens_at=now,
        closes_at=closes_at,
        created_by=created_by,
        now=now,
    )


def create_of_pinned(
    session: Session,
    *,
    title: str,
    blueprint: Blueprint,
    rules: AttemptRules,
    opens_at: datetime,
    closes_at: datetime,
    created_by: int | None,
    now: datetime,
) -> Assessment:
    """Make an assessment of a blueprint whose candidates the caller has pinned.

    Nothing is checked against the bank. Raises Invalid when it has no section.
    """
    if not blueprint.sections:
        raise Invalid([Problem("", None, "items", "no_items", "items")], "shortage")
    assessment = Assessment(
        public_id=new_public_id(),
        title=title,
        delivery=rules.delivery.value,
        blueprint=blueprint.to_json(),
        rules=rules.to_json(),
        opens_at=opens_at,
        closes_at=closes_at,
        created_by=created_by,
        created_at=now,
    )
    session.add(assessment)
    session.flush()  # callers link to its id
    _link_items(session, assessment.id, blueprint)
    return assessment


def _link_items(session: Session, assessment_id: int, pinned: Blueprint) -> None:
    """Let it be found by the items that it may draw."""
    versions = {candidate.version_id for s in pinned.sections for candidate in s.candidates}
    session.execute(
        insert(AssessmentItem),
        [{"version_id": n, "assessment_id": assessment_id} for n in sorted(versions)],
    )


def _sections(items: Sequence[tuple[ItemKind, PoolItem]]) -> tuple[Section, ...]:
    by_kind: dict[ItemKind, list[PoolItem]] = {}
    for kind, item in items:
        if item.is_scored:
            by_kind.setdefault(kind, []).append(item)
    return tuple(
        Section(
            title=section_title(kind),
            kind=kind,
            count=len(held),
            points=Decimal(1),
            marking=MarkingRule(
                MarkingKind.PER_BLANK if get_type(kind).COUNTS_PARTS else MarkingKind.ALL_OR_NOTHING
            ),
            items=tuple(item.code for item in held),
            candidates=tuple(Candidate(i.version_id, i.options, i.refused) for i in held),
        )
        for kind, held in by_kind.items()
    )
