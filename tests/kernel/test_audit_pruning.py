"""What the trail kept for its time goes by a declared act, which hides no fresh deletion."""

import json
import logging
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from learning.certification.jobs import trail_job
from learning.kernel import audit, audit_chain, audit_pruning
from learning.kernel.audit import AUDIT_KEPT, PRUNED, AuditCheckpoint, AuditEntry, AuditSeal
from learning.kernel.audit_chain import Anchor, Finding
from learning.kernel.audit_pruning import BrokenTrailError, prune
from learning.kernel.db import Database

OLD = 6  # entries of before the term
FRESH = 3
SECOND = timedelta(seconds=1)


class Trail:
    """Six entries whose term is over, three fresh ones, and an anchor after each two."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.anchors: list[Anchor] = []
        for number in range(OLD):
            self.act(now - AUDIT_KEPT - timedelta(days=OLD - number), anchored=number % 2 == 1)
        for number in range(FRESH):
            self.act(now - timedelta(days=FRESH - number), anchored=number == FRESH - 1)

    def act(self, at: datetime, *, anchored: bool) -> None:
        audit.log(self.session, "unit.renamed", "单位", actor_id=1, now=at)
        audit.seal(self.session)
        anchor = audit_chain.newest_anchor(self.session, at)
        if anchored and anchor:
            self.anchors.append(anchor)

    def prune(self, waits_since: datetime | None = None) -> int:
        return prune(self.session, self.anchors, self.now, waits_since=waits_since)

    def findings(self, *anchors: Anchor) -> list[Finding]:
        audit.seal(self.session)
        return audit_chain.verify(self.session, self.now, anchors=anchors or self.anchors).findings

    def numbers(self) -> list[int]:
        return list(self.session.scalars(select(AuditSeal.number).order_by(AuditSeal.number)))


@pytest.fixture
def trail(session: Session, now: datetime) -> Trail:
    return Trail(session, now)


def forge(trail: Trail, number: int) -> None:
    """Delete up to a link as pruning does, declared and all, with what the database gives."""
    session = trail.session
    chain = session.get_one(AuditSeal, number).chain_hash
    old = select(AuditSeal.entry_id).where(AuditSeal.number <= number)
    ids = list(session.scalars(old))
    session.execute(delete(AuditSeal).where(AuditSeal.number <= number))
    session.execute(delete(AuditEntry).where(AuditEntry.id.in_(ids)))
    session.add(
        AuditCheckpoint(number=number, chain_hash=chain, entries=len(ids), pruned_at=trail.now)
    )
    audit.log(session, PRUNED, str(number), actor_id=None, now=trail.now, details={"hash": chain})


def test_what_is_older_than_the_term_goes_and_the_chain_stays_whole(trail: Trail) -> None:
    assert [trail.prune(), trail.prune()] == [OLD, 0]

    assert trail.findings() == []
    assert trail.numbers() == [7, 8, 9, 10]
    assert trail.session.scalar(select(func.min(AuditEntry.at))) == trail.now - timedelta(days=3)
    told = trail.session.scalars(select(AuditEntry.details).where(AuditEntry.act == PRUNED)).one()
    assert json.loads(told)["entries"] == OLD
    verdict = audit_chain.verify(trail.session, trail.now, anchors=trail.anchors)
    assert (verdict.removed, verdict.entries) == (OLD, FRESH + 1)


def test_slices_end_at_anchors_and_leave_the_same(
    trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_pruning, "SLICE", 3)

    assert [trail.prune() for _ in range(4)] == [2, 2, 2, 0]
    assert trail.findings() == []


def test_a_day_before_the_term_nothing_goes(session: Session, trail: Trail) -> None:
    early = trail.now - timedelta(days=OLD - 1) - SECOND

    assert prune(session, trail.anchors, early, waits_since=None) == 0


def test_what_was_there_when_an_unanswered_appeal_was_lodged_stays(trail: Trail) -> None:
    lodged = trail.now - timedelta(days=3)

    assert trail.prune(waits_since=lodged) == 4
    assert trail.numbers()[0] == 5
    assert trail.prune() == 2  # answered


def test_without_an_anchor_of_before_the_term_nothing_goes(trail: Trail) -> None:
    trail.anchors = trail.anchors[-1:]

    assert trail.prune() == 0


def test_the_newest_link_stays_for_the_sealer_to_go_on_from(
    session: Session, now: datetime
) -> None:
    trail = Trail(session, now)
    later = now + AUDIT_KEPT + timedelta(days=9)

    assert prune(session, trail.anchors, later, waits_since=None) == OLD
    assert trail.numbers() == [7, 8, 9]


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("edited", "link 3 is not"),
        ("deleted", "link 3 is missing"),
        ("unlinked", "link 3 is missing"),
        ("resealed", "link 6 is not what its anchor"),
    ],
)
def test_what_is_broken_stays_as_evidence(trail: Trail, what: str, told: str) -> None:
    session = trail.session
    third = session.get_one(AuditSeal, 3).entry_id
    if what in {"edited", "resealed"}:
        session.execute(update(AuditEntry).where(AuditEntry.id == third).values(subject="别的"))
    if what in {"deleted", "unlinked"}:
        session.execute(delete(AuditSeal).where(AuditSeal.number == 3))
    if what == "deleted":
        session.execute(delete(AuditEntry).where(AuditEntry.id == third))
    if what == "resealed":
        session.execute(delete(AuditSeal))
        audit.seal(session, thorough=True)
    before = trail.numbers()

    with pytest.raises(BrokenTrailError, match=told):
        trail.prune()

    assert trail.numbers() == before


@pytest.mark.parametrize("number", [7, 8, 9])
def test_a_fresh_deletion_declared_as_pruning_is_found(trail: Trail, number: int) -> None:
    if number == 9:
        trail.act(trail.now, anchored=False)
    forge(trail, number)

    assert Finding("unproved", number, None) in trail.findings()


def test_a_fresh_deletion_after_an_honest_one_is_found(trail: Trail) -> None:
    trail.prune()
    audit.seal(trail.session)
    forge(trail, 8)

    assert Finding("unproved", 8, None) in trail.findings()


def test_a_later_date_on_an_anchor_of_the_link_proves_nothing(trail: Trail) -> None:
    forge(trail, 9 - 2)
    chain = trail.session.get_one(AuditCheckpoint, 7).chain_hash
    fresh = Anchor(7, chain, trail.now - AUDIT_KEPT + SECOND)

    assert Finding("unproved", 7, None) in trail.findings(*trail.anchors, fresh)
    assert trail.findings(Anchor(7, chain, trail.now - AUDIT_KEPT)) == []


def test_what_is_removed_in_silence_is_found(trail: Trail) -> None:
    forge(trail, OLD)
    audit.seal(trail.session)
    declared = select(AuditEntry.id).where(AuditEntry.act == PRUNED)
    (entry_id,) = trail.session.scalars(declared)
    trail.session.execute(delete(AuditSeal).where(AuditSeal.entry_id == entry_id))
    trail.session.execute(delete(AuditEntry).where(AuditEntry.id == entry_id))

    assert Finding("undeclared", OLD, None) in trail.findings()


def test_another_beginning_than_the_anchor_knows_is_found(trail: Trail) -> None:
    trail.prune()
    trail.session.execute(update(AuditCheckpoint).values(chain_hash="0" * 64))

    kinds = {finding.kind for finding in trail.findings()}

    assert {"rewritten", "unproved", "undeclared", "changed"} <= kinds


def test_a_checkpoint_before_which_entries_stand_is_found(trail: Trail) -> None:
    chain = trail.session.get_one(AuditSeal, OLD).chain_hash
    trail.session.add(
        AuditCheckpoint(number=OLD, chain_hash=chain, entries=OLD, pruned_at=trail.now)
    )

    assert "left" in {finding.kind for finding in trail.findings()}


def test_a_checkpoint_taken_away_leaves_a_gap(trail: Trail) -> None:
    trail.prune()
    trail.session.execute(delete(AuditCheckpoint))

    assert [finding.kind for finding in trail.findings()] == ["gap"] * OLD


def test_an_export_goes_on_from_the_checkpoint(trail: Trail) -> None:
    before = list(audit_chain.iterate_exported(trail.session))
    trail.prune()

    after = list(audit_chain.iterate_exported(trail.session))

    assert after[:FRESH] == before[OLD:]


class TestTheJob:
    @pytest.fixture
    def anchors(self, database: Database, tmp_path: Path, now: datetime) -> Path:
        path = tmp_path / "anchors.jsonl"
        with database.transaction() as session:
            for anchor in Trail(session, now).anchors:
                audit_chain.append_anchor(path, anchor)
        return path

    def test_it_is_done_once_and_verifies(
        self, database: Database, anchors: Path, now: datetime
    ) -> None:
        job = trail_job(anchors, is_held=False)

        assert [job.run(database, now), job.run(database, now)] == [OLD, 0]

        with database.session(write=False) as session:
            known = audit_chain.read_anchors(anchors)
            assert audit_chain.verify(session, now, anchors=known).found == 0

    def test_a_hold_and_a_broken_trail_keep_everything(
        self, database: Database, anchors: Path, now: datetime, caplog: pytest.LogCaptureFixture
    ) -> None:
        held = trail_job(anchors, is_held=True)
        free = trail_job(anchors, is_held=False)

        assert held.run(database, now) == 0
        with database.transaction() as session:
            session.execute(update(AuditEntry).where(AuditEntry.id == 2).values(subject="别的"))
        with caplog.at_level(logging.CRITICAL):
            assert free.run(database, now) == 0

        assert "nothing was removed" in caplog.text
        with database.session(write=False) as session:
            assert session.scalar(select(func.count()).select_from(AuditEntry)) == OLD + FRESH
