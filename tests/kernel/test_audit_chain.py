"""Whatever is done to the audit trail behind the product's back is found, and the entry named."""

import json
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from learning.kernel import audit, audit_chain
from learning.kernel.audit import AuditEntry, AuditSeal
from learning.kernel.audit_chain import Anchor, Finding
from learning.kernel.db import Database
from learning.kernel.jobs import Job
from learning.settings import AUDIT_ANCHORS_FILE, Settings
from learning.worker import standard_jobs

GUIDE = Path(__file__).parents[2] / "docs" / "operations.md"
COUNT = 9


@pytest.fixture
def ids(session: Session, now: datetime) -> list[int]:
    """Nine sealed entries."""
    for number in range(COUNT):
        audit.log(
            session, "unit.renamed", f"单位{number}", actor_id=number, now=now, details={"名": "甲"}
        )
    assert audit.seal(session) == COUNT
    return list(session.scalars(select(AuditSeal.entry_id).order_by(AuditSeal.number)))


def findings(session: Session, now: datetime, *anchors: Anchor) -> list[Finding]:
    return audit_chain.verify(session, now, anchors=anchors).findings


def cut_tail(session: Session, ids: list[int]) -> None:
    session.execute(delete(AuditSeal).where(AuditSeal.entry_id.in_(ids)))
    session.execute(delete(AuditEntry).where(AuditEntry.id.in_(ids)))


def reseal(session: Session) -> None:
    """Make all seals anew, as whoever may write to the database could."""
    session.execute(delete(AuditSeal))
    audit.seal(session, thorough=True)


def test_a_chain_that_nobody_touched_is_whole(
    session: Session, ids: list[int], now: datetime
) -> None:
    anchor = audit_chain.newest_anchor(session, now)

    assert anchor
    verdict = audit_chain.verify(session, now + timedelta(days=9), anchors=[anchor])

    assert (verdict.entries, verdict.found, verdict.late) == (COUNT, 0, [])


@pytest.mark.parametrize("slice_size", [2, 3, 5000])
def test_slices_change_nothing(
    session: Session,
    ids: list[int],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    slice_size: int,
) -> None:
    monkeypatch.setattr(audit_chain, "SLICE", slice_size)

    assert audit_chain.verify(session, now).entries == COUNT
    assert len(list(audit_chain.iterate_exported(session))) == COUNT


@pytest.mark.parametrize(
    "change",
    [
        {"details": '{"名": "乙"}'},
        {"actor_id": None},
        {"act": "unit.moved"},
        {"subject": "别的"},
        {"at": datetime.fromisoformat("2026-11-22T02:00:00.000001+00:00")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_edit_of_any_column_is_found(
    session: Session, ids: list[int], now: datetime, change: dict[str, object]
) -> None:
    session.execute(update(AuditEntry).where(AuditEntry.id == ids[4]).values(**change))

    assert findings(session, now) == [Finding("changed", 5, ids[4])]


def test_a_deletion_with_its_seal_is_found(session: Session, ids: list[int], now: datetime) -> None:
    cut_tail(session, [ids[4]])

    assert findings(session, now) == [Finding("gap", 5, None)]


def test_a_deletion_with_later_seals_moved_up_is_found(
    session: Session, ids: list[int], now: datetime
) -> None:
    cut_tail(session, [ids[4]])
    for number in range(6, COUNT + 1):
        session.execute(
            update(AuditSeal).where(AuditSeal.number == number).values(number=number - 1)
        )

    assert findings(session, now) == [Finding("changed", 5, ids[5])]


@pytest.mark.parametrize("columns", [("entry_id",), ("entry_id", "chain_hash")])
def test_two_entries_that_changed_places_are_found(
    session: Session, ids: list[int], now: datetime, columns: tuple[str, ...]
) -> None:
    seals = {
        row.number: row._asdict()
        for row in session.execute(
            select(AuditSeal.number, AuditSeal.entry_id, AuditSeal.chain_hash)
        )
    }
    session.execute(delete(AuditSeal).where(AuditSeal.number.in_([4, 7])))
    for number, other in ((4, 7), (7, 4)):
        given = seals[number] | {name: seals[other][name] for name in columns}
        session.execute(insert(AuditSeal).values(**given))

    named = {finding.number for finding in findings(session, now)}

    assert {4, 7} <= named


def test_an_entry_put_in_between_with_a_seal_of_its_own_is_found(
    session: Session, ids: list[int], now: datetime
) -> None:
    audit.log(session, "unit.closed", "假", actor_id=None, now=now)
    added = session.scalars(select(AuditEntry.id).order_by(AuditEntry.id.desc())).first()
    for number in range(COUNT, 4, -1):
        session.execute(
            update(AuditSeal).where(AuditSeal.number == number).values(number=number + 1)
        )
    before = session.get_one(AuditSeal, 4).chain_hash
    entry = session.get_one(AuditEntry, added)
    session.execute(
        insert(AuditSeal).values(number=5, entry_id=added, chain_hash=audit.link(before, entry))
    )

    assert findings(session, now) == [Finding("changed", 6, ids[4])]


def test_an_old_entry_left_to_the_sealer_is_told_to_be_late(
    session: Session, ids: list[int], now: datetime
) -> None:
    audit.log(session, "unit.closed", "假", actor_id=None, now=now - timedelta(days=30))
    audit.seal(session)

    verdict = audit_chain.verify(session, now)

    assert verdict.found == 0
    assert len(verdict.late) == 1


def test_an_entry_without_a_seal_is_found_once_it_is_old(
    session: Session, ids: list[int], now: datetime
) -> None:
    audit.log(session, "unit.closed", "甲", actor_id=None, now=now)
    session.flush()

    assert not findings(session, now + timedelta(hours=2))
    assert [one.kind for one in findings(session, now + timedelta(hours=3))] == ["unsealed"]


def test_only_an_anchor_tells_that_the_end_was_cut_off(
    session: Session, ids: list[int], now: datetime
) -> None:
    anchor = audit_chain.newest_anchor(session, now)
    assert anchor
    cut_tail(session, ids[-2:])

    assert not findings(session, now)
    assert findings(session, now, anchor) == [Finding("cut", COUNT, None)]


def test_only_an_anchor_tells_that_all_was_sealed_anew(
    session: Session, ids: list[int], now: datetime
) -> None:
    anchor = audit_chain.newest_anchor(session, now)
    assert anchor
    session.execute(update(AuditEntry).where(AuditEntry.id == ids[4]).values(subject="别的"))
    reseal(session)

    assert not findings(session, now)
    assert findings(session, now, anchor) == [Finding("rewritten", COUNT, ids[-1])]


def test_a_later_anchor_of_the_same_link_does_not_hide_an_earlier_one(
    session: Session, ids: list[int], now: datetime
) -> None:
    before = audit_chain.newest_anchor(session, now)
    session.execute(update(AuditEntry).where(AuditEntry.id == ids[4]).values(subject="别的"))
    reseal(session)
    after = audit_chain.newest_anchor(session, now + timedelta(days=1))
    assert before
    assert after

    for anchors in ((before, after), (after, before)):
        assert findings(session, now, *anchors) == [Finding("rewritten", COUNT, ids[-1])]


@pytest.fixture
def anchoring(settings: Settings) -> Job:
    return next(job for job in standard_jobs(settings, []) if job.name == "anchor audit")


def test_an_end_can_be_cut_off_unseen_for_minutes_and_no_longer(
    database: Database, settings: Settings, anchoring: Job, now: datetime
) -> None:
    path, minute = settings.data_dir / AUDIT_ANCHORS_FILE, timedelta(minutes=1)
    for at in (now, now + minute, now + 11 * minute, now + 60 * minute):
        with database.transaction() as session:
            if at < now + 60 * minute:  # nothing happens in the last hour
                audit.log(session, "unit.renamed", "单位", actor_id=1, now=at)
                audit.seal(session)
        anchoring.run(database, at)

    anchors = audit_chain.read_anchors(path)
    assert [(one.number, one.at) for one in anchors] == [(1, now), (3, now + 11 * minute)]
    with database.transaction() as session:
        cut_tail(session, [session.scalars(select(func.max(AuditEntry.id))).one()])
        assert findings(session, now, *anchors) == [Finding("cut", 3, None)]


def test_a_line_that_was_torn_off_stops_no_later_anchor(
    database: Database, settings: Settings, anchoring: Job, now: datetime
) -> None:
    path = settings.data_dir / AUDIT_ANCHORS_FILE
    path.write_text("x" * 5000 + '\n{"number": 3, "ha')
    with database.transaction() as session:
        audit.log(session, "unit.renamed", "单位", actor_id=1, now=now)
        audit.seal(session)

    anchoring.run(database, now)

    last = audit_chain.last_anchor(path)
    assert last
    assert (last.number, last.at) == (1, now)


def test_a_number_far_beyond_the_others_is_counted_and_not_walked_to(
    session: Session, ids: list[int], now: datetime
) -> None:
    last = AuditSeal.number == COUNT
    session.execute(update(AuditSeal).where(last).values(number=2**62))

    verdict = audit_chain.verify(session, now)

    assert verdict.found == 2**62 - COUNT
    assert verdict.findings[0] == Finding("gap", COUNT, None)
    assert len(verdict.findings) == audit_chain.MOST_FINDINGS


def test_anchors_come_back_from_their_file(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "anchors.jsonl"
    given = [Anchor(3, "a" * 64, now), Anchor(9, "b" * 64, now + timedelta(days=1))]

    for anchor in given:
        audit_chain.append_anchor(path, anchor)

    assert audit_chain.read_anchors(path) == given
    assert audit_chain.read_anchors(tmp_path / "none") == []
    path.write_text('{"number": 3}\n')
    with pytest.raises(ValueError, match=r"anchors\.jsonl:1"):
        audit_chain.read_anchors(path)


class TestTheGuidesProgram:
    """What the guide gives outsiders says whole and wrong as the product does."""

    def run(self, tmp_path: Path, entries: list[dict[str, object]], anchor: str) -> int:
        (script,) = re.findall(r"```python\n(import hashlib.*?)```", GUIDE.read_text(), re.DOTALL)
        (tmp_path / "check.py").write_text(script)
        (tmp_path / "trail").write_text("".join(json.dumps(one) + "\n" for one in entries))
        (tmp_path / "anchors").write_text(anchor + "\n")
        files = ["check.py", "trail", "anchors"]
        command = [sys.executable, *(str(tmp_path / name) for name in files)]
        return subprocess.run(command, check=False, capture_output=True).returncode

    def test_it_judges_an_export(
        self, tmp_path: Path, session: Session, ids: list[int], now: datetime
    ) -> None:
        entries = [dict(one) for one in audit_chain.iterate_exported(session)]
        newest = audit_chain.newest_anchor(session, now)
        assert newest
        anchor = audit_chain.anchor_line(newest)
        edited = [*entries[:4], entries[4] | {"subject": "别的"}, *entries[5:]]
        moved = [*entries[:4], entries[5] | {"number": 5}, *entries[6:]]

        assert self.run(tmp_path, entries, anchor) == 0
        assert self.run(tmp_path, edited, anchor) == 1
        assert self.run(tmp_path, moved, anchor) == 1
        assert self.run(tmp_path, entries[:-1], anchor) == 1
