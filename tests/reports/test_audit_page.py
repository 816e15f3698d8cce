"""The audit trail is shown to who may see all of it, filtered, and leaves in files that verify."""

import hashlib
import io
import json
import re
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from learning.kernel import audit
from learning.kernel.audit import AuditEntry
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Grant, Role, ScopeKind
from learning.reports import queries, words
from learning.reports.queries import AuditFilter
from learning.web.transaction import TransactionalFlask
from tests.factories.people import grant_role, log_in, make_actor, make_unit, make_user, unit_grant

DAY = timedelta(days=1)


@pytest.fixture
def ids(session: Session, now: datetime) -> list[int]:
    """Five acts of 甲, 乙 and the system on five days; four are sealed."""
    first, second = make_user(session, now, "审计甲"), make_user(session, now, "审计乙")
    acts = [
        ("certificate.issued", first.id, "C1"),
        ("certificate.revoked", second.id, "C1"),
        ("unit.renamed", first.id, first.public_id),
        ("certificates.odd", None, "C2"),
        ("unit.closed", second.id, "U1"),
    ]
    for day, (act, actor_id, subject) in enumerate(acts):
        if day == 4:
            audit.seal(session)
        audit.log(session, act, subject, actor_id=actor_id, now=now + day * DAY)
    return list(session.scalars(select(AuditEntry.id).order_by(AuditEntry.id)))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (AuditFilter(), [4, 3, 2, 1, 0]),
        (AuditFilter(act="certificate.revoked"), [1]),
        (AuditFilter(act="certificate."), [1, 0]),
        (AuditFilter(person="审计甲"), [2, 0]),
        (AuditFilter(person="-"), [3]),
        (AuditFilter(person="没有"), []),
        (AuditFilter(subject="C1"), [1, 0]),
        (AuditFilter(subject="%"), []),
    ],
)
def test_what_fits_is_found_newest_first(
    session: Session, ids: list[int], wanted: AuditFilter, found: list[int]
) -> None:
    lines = queries.list_entries(session, wanted)

    assert [ids.index(line.entry["id"]) for line in lines] == found


def test_days_bound_the_search(session: Session, ids: list[int], now: datetime) -> None:
    lines = queries.list_entries(session, AuditFilter(since=now + DAY, before=now + 3 * DAY))

    assert [ids.index(line.entry["id"]) for line in lines] == [2, 1]


def test_pages_join_without_a_gap_and_name_the_people(session: Session, ids: list[int]) -> None:
    first = queries.list_entries(session, AuditFilter(), limit=2)
    rest = queries.list_entries(session, AuditFilter(), below=first[-1].entry["id"])

    assert [line.entry["id"] for line in [*first, *rest]] == ids[::-1]
    assert [line.actor for line in rest] == ["审计甲", "审计乙", "审计甲"]
    assert rest[0].subject_name == "审计甲"
    assert first[0].entry["number"] is None  # not sealed yet


def test_only_who_may_see_all_may_see_any(session: Session, now: datetime) -> None:
    user, unit = make_user(session, now), make_unit(session, now)

    queries.require_whole_reach(make_actor(user, Grant(Role.AUDITOR, ScopeKind.PLATFORM, "")))
    for grants in ((), (unit_grant(Role.AUDITOR, unit),)):
        with pytest.raises(NotFound):
            queries.require_whole_reach(make_actor(user, *grants))


def export(client: FlaskClient, kind: str, **wanted: str) -> TestResponse:
    token = client.get("/audit").text.split('name="csrf_token" value="')[1].split('"')[0]
    return client.post(f"/audit/audit.{kind}", data={"csrf_token": token, **wanted})


class TestPages:
    @pytest.fixture
    def auditor(
        self, app: TransactionalFlask, client: FlaskClient, database: Database
    ) -> FlaskClient:
        now = utc_now()
        with database.transaction() as session:
            user = make_user(session, now, "审计员")
            grant_role(session, now, user, Role.AUDITOR)
            for number in range(3):
                audit.log(session, "unit.renamed", f"<b>{number}", actor_id=user.id, now=now)
            audit.log(session, "odd.thing", "x", actor_id=None, now=now)
            audit.seal(session)
        log_in(client, database, user, now)
        return client

    def test_acts_are_shown_in_words_or_by_their_code(self, auditor: FlaskClient) -> None:
        page = auditor.get("/audit").text

        assert "单位：改名" in page
        assert "odd.thing" in page
        assert "<b>0" not in page

    def test_the_export_verifies_and_is_noted(
        self, auditor: FlaskClient, database: Database
    ) -> None:
        answer = export(auditor, "jsonl", act="unit.renamed")

        entries = [json.loads(line) for line in answer.text.splitlines()]
        assert [entry["number"] for entry in entries] == [1, 2, 3]
        for entry in entries:
            content = [entry[n] for n in ("id", "at_us", "actor_id", "act", "subject", "details")]
            text = entry["previous"] + json.dumps(
                content, ensure_ascii=False, separators=(",", ":")
            )
            assert entry["hash"] == hashlib.sha256(text.encode()).hexdigest()
        with database.session(write=False) as session:
            noted = session.scalars(
                select(AuditEntry.details).where(AuditEntry.act == "audit.exported")
            ).one()
        assert json.loads(noted) == {"act": "unit.renamed", "as": "jsonl", "entries": 3}

    def test_the_workbook_holds_a_row_an_entry(self, auditor: FlaskClient) -> None:
        answer = export(auditor, "xlsx")

        rows = list(load_workbook(io.BytesIO(answer.data)).worksheets[0].values)
        assert len(rows) == 5
        assert rows[1][3] == "odd.thing"

    @pytest.mark.parametrize("query", ["since=x", "until=9999-12-31&since=0001-01-01", "below=x"])
    def test_odd_addresses_are_no_error(self, auditor: FlaskClient, query: str) -> None:
        assert auditor.get(f"/audit?{query}").status_code == 200


@pytest.mark.parametrize(
    "code",
    [
        *(f"authorisation.{deed}" for deed in ("given", "lapsed", "revoked", "photo_put")),
        *(f"authorisation.{deed}" for deed in ("cards_downloaded", "form_written")),
        *("exemption.granted", "exemption.ended", "staff_status.set", "staff_status.ended"),
        *("staff_status.undone", "staff_status.downloaded", "exemption.downloaded"),
        *("requirements.changed", "requirements.downloaded", "coverage.printed"),
        *(f"{list_}.downloaded" for list_ in ("authorisation", "external", "forecast", "overdue")),
        *("gaps.downloaded", "grid.downloaded", "roster.undone"),
    ],
)
def test_what_hr_does_about_posts_is_said_in_words(app: TransactionalFlask, code: str) -> None:
    with app.test_request_context():
        said = words.act_words(code)

    assert not re.search("[a-z_.]", said), said
