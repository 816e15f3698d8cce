"""Making an assessment: the blueprint is checked against the bank and its candidates pinned."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment, AssessmentItem
from learning.attempts.rules import AttemptRules, Blueprint, ByHand, Candidate, Section
from learning.kernel.errors import Invalid, Problem
from learning.kernel.ids import new_public_id
from learning.question_bank.queries import PoolItem, get_documents, list_pool


def create_assessment(
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
    """Make an assessment that can be attempted between `opens_at` and `closes_at`.

    Raises Invalid naming each section that its pool cannot fill; what another section of the same
    kind may take is counted against it. Items that a person would have to mark are no candidates
    unless the rules say so: a section that falls short without them has the problem "by_hand".
    """
    pinned = _pin_candidates(session, blueprint, opens_at, rules.by_hand)
    assessment = Assessment(
        public_id=new_public_id(),
        title=title,
        delivery=rules.delivery.value,
        blueprint=pinned.to_json(),
        rules=rules.to_json(),
        opens_at=opens_at,
        closes_at=closes_at,
        created_by=created_by,
        created_at=now,
    )
    session.add(assessment)
    session.flush()  # callers link to its id
    _link_items(session, assessment.id, pinned)
    return assessment


def _link_items(session: Session, assessment_id: int, pinned: Blueprint) -> None:
    """Let it be found by the items that it may draw."""
    versions = {candidate.version_id for s in pinned.sections for candidate in s.candidates}
    session.execute(
        insert(AssessmentItem),
        [{"version_id": n, "assessment_id": assessment_id} for n in sorted(versions)],
    )


def _pin_candidates(
    session: Session, blueprint: Blueprint, opens_at: datetime, by_hand: ByHand
) -> Blueprint:
    candidates: dict[int, tuple[Candidate, ...]] = {}
    problems: list[Problem] = []
    for index, section in enumerate(blueprint.sections):
        fitting = _list_fitting(session, blueprint, section, opens_at)
        found = [item for item in fitting if item.is_scored or by_hand is not ByHand.REFUSED]
        candidates[index] = tuple(
            Candidate(item.version_id, item.options, item.refused) for item in found
        )
        earlier = {
            c.version_id
            for i in range(index)
            for c in candidates[i]
            if blueprint.sections[i].kind is section.kind
        }
        overlap = any(item.version_id in earlier for item in found)
        taken = _demand_before(blueprint, index) if overlap else 0
        if len(found) - taken < section.count:
            problems.append(
                Problem(
                    blueprint.bank,
                    None,
                    section.title,
                    "shortage" if len(fitting) - taken < section.count else "by_hand",
                    f"{section.count} > {len(found) - taken}",
                )
            )
    if problems:
        raise Invalid(problems, "shortage")
    return blueprint.with_candidates(candidates)


def _list_fitting(
    session: Session, blueprint: Blueprint, section: Section, opens_at: datetime
) -> list[PoolItem]:
    """Return what a section may draw; where it names its items those alone, in its order."""
    found = list_pool(
        session,
        blueprint.bank,
        blueprint.pool,
        section.kind,
        section.areas,
        opens_at=opens_at,
    )
    if not section.items:
        return found
    documents = get_documents(session, [item.version_id for item in found])
    by_code = {documents[item.version_id].code: item for item in found}
    return [by_code[code] for code in section.items if code in by_code]


def _demand_before(blueprint: Blueprint, index: int) -> int:
    """Return how many items earlier sections of the same kind may take from a shared pool."""
    kind = blueprint.sections[index].kind
    return sum(s.count for s in blueprint.sections[:index] if s.kind is kind)
