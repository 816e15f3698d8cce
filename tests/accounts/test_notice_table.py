"""The table of the notice tells of all that is kept of people, and promises what the jobs do."""

import hashlib
import json
from dataclasses import astuple
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import LargeBinary

from learning.accounts.routes.privacy import NOTICES
from learning.accounts.rules import CURRENT_NOTICE, KEPT_FIELDS, kept_fields
from learning.accounts.services.telling import NOTICES_KEPT
from learning.attempts.services.forgetting import ANSWERS_KEPT
from learning.certification.rules.papers import PAPERS_KEPT
from learning.competitions.rules.claims import KEPT as DELIVERY_KEPT
from learning.exams.rules import APPLICATION_KEPT
from learning.kernel.audit import AUDIT_KEPT
from learning.kernel.db import Base
from learning.kernel.merging import find_stakes
from learning.models import metadata
from learning.organisations.rules.corrections import EVIDENCE_KEPT
from learning.organisations.services.roster_emptying import ROWS_KEPT
from learning.settings import Settings
from learning.worker import SENT_MAIL_KEPT
from tests.factories.people import log_in, make_user

# Tables that keep files or pictures, and which row of the notice tells of them.
OF_PEOPLE = {
    "sitting_application_files": "application",
    "holder_photos": "photo",
    "certificate_photos": "photo",
    "sitting_appeals": "appeals",
    "award_papers": "award_papers",
    "external_scans": "external",
    "correction_requests": "correction",
    "study_claims": "study_proof",
    "sheet_scans": "answers",
    # Made of what other rows tell of: results, certificates, coverage.
    "award_plans": "answers",
    "award_printing_parts": "name",
    "board_day_blocks": "answers",
    "certificate_bundle_parts": "name",
    "coverage_reports": "place",
}
OF_NOBODY = {
    "contest_pictures",
    "course_assets",
    "course_files",
    "course_media_pages",
    "course_media_parts",
    "headcount_declarations",  # how many people a unit has
    "item_imports",
    "media_files",
    "scheme_seals",
}

# Tables whose rows belong to people (`user_id`), by the row of the notice that tells of them.
ROWS_OF = {
    "answers": """answer_sheets attempts contest_proofs enrolments entries lesson_progress
        lesson_reopenings media_watchings notebook_entries practice_challenges practice_days practice_intakes
        practice_misses practice_sessions regrade_effects sitting_results study_clocks
        study_credits study_days study_marks study_statements track_enrolments""",
    "appeals": "certificate_appeals item_appeals item_reports sitting_appeals",
    "application": "sitting_admissions sitting_applications",
    "award_papers": "award_declarations award_files award_projects fulfilments",
    "conduct": "sitting_incidents",
    "correction": "correction_requests",
    "device": "login_sessions trusted_devices",
    "external": "external_certificates",
    "leave": "assignment_pauses exemptions staff_statuses",
    "consent": "consents",
    "login": "login_names one_time_codes",
    "notice": "personal_notices reminder_digests reminders",
    "name": "award_decisions certificates",
    "notes": "lesson_notes",
    "photo": "holder_photos",
    "place": "assignment_tasks authorisations holdings join_requests memberships post_holdings",
    "study_proof": "study_claims",
}
# What somebody does in an office, and how they like their lists there.
OFFICES = """competition_offices course_writers declared_conflicts grid_columns grid_filters
    item_import_writers item_writers role_assignments saved_filters scheme_assessors sitting_staff
    standard_judgements standard_judges"""
# What each version says, rows and texts, as SHA-256: people agreed to it as it was.
AGREED = {
    1: "6c31beb06819ff93dd5fe7d224bdfafa07acc192b6376567667cf79d0a612fc6",
    2: "29783c6613e147346bc156572fca434f0d84573c92926566a06329bae9573b89",
    3: "153639970f0097e2a328f053d96b8b150136ea94f33ca4d8512460d73d176bd1",
    4: "e5c54970181643a93330df654dd1c9f34b1ea822daa6c0d5f1c1c34112261174",
}


@pytest.fixture
def now() -> datetime:
    """The routes read the clock: what they meet must be of today."""
    return datetime.now(UTC)


def told() -> dict[str, str]:
    return {field.code: field.kept for field in kept_fields(CURRENT_NOTICE)}


def test_every_table_that_keeps_files_of_people_is_told_of() -> None:
    holding = {
        table.name
        for table in Base.metadata.tables.values()
        if any(isinstance(column.type, LargeBinary) for column in table.columns)
    }

    assert holding == OF_PEOPLE.keys() | OF_NOBODY
    assert set(OF_PEOPLE.values()) <= told().keys()


def test_every_table_with_rows_of_people_is_told_of() -> None:
    told_of = [table for tables in ROWS_OF.values() for table in tables.split()]
    belonging = sorted(stake.table.name for stake in find_stakes(metadata))

    assert sorted([*told_of, *OFFICES.split()]) == belonging
    assert ROWS_OF.keys() <= told().keys()


@pytest.mark.parametrize(
    ("code", "words", "kept"),
    [
        ("application", "满九十天", APPLICATION_KEPT),
        ("award_papers", "满九十天", PAPERS_KEPT),
        ("correction", "满九十天", EVIDENCE_KEPT),
        ("delivery", "满九十天", DELIVERY_KEPT),
        ("mail", "满九十天", SENT_MAIL_KEPT),
        ("roster", "满九十天", ROWS_KEPT),
    ],
)
def test_the_days_of_the_notice_are_those_of_the_jobs(code, words, kept) -> None:
    assert words in told()[code]
    assert kept == timedelta(days=90)


@pytest.mark.parametrize(("code", "kept"), [("log", AUDIT_KEPT), ("answers", ANSWERS_KEPT)])
def test_answers_and_the_log_stay_three_years(code, kept) -> None:
    assert "满三年后删除" in told()[code]
    assert timedelta(days=3 * 365) < kept < timedelta(days=3 * 365 + 7)


def test_a_notice_in_the_product_stays_a_year() -> None:
    assert "满一年后删除" in told()["notice"]
    assert timedelta(days=365) == NOTICES_KEPT


@pytest.mark.parametrize(
    ("code", "setting"),
    [("conduct", "room_event_months"), ("study_proof", "study_proof_months")],
)
def test_the_months_of_the_notice_are_those_that_hold_by_default(code, setting) -> None:
    assert "满十二个月（运行方可以另定月数）" in told()[code]
    assert Settings.__dataclass_fields__[setting].default == 12


@pytest.mark.parametrize("version", range(1, CURRENT_NOTICE + 1))
def test_a_version_shows_its_own_rows_and_no_others(client, version) -> None:
    page = client.get(f"/privacy/{version}").text
    names = {field.name for field in kept_fields(version)}

    for field in KEPT_FIELDS:
        heading = f'<th scope="row">{field.name}</th>'
        assert (heading in page) == (field.name in names)


@pytest.mark.parametrize("version", range(1, CURRENT_NOTICE + 1))
def test_a_version_tells_of_each_kind_of_data_once(version) -> None:
    codes = [field.code for field in kept_fields(version)]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(("version", "digest"), AGREED.items())
def test_what_people_agreed_to_is_never_changed(version, digest) -> None:
    rows = [astuple(field)[:5] for field in kept_fields(version)]
    texts = [
        (NOTICES / f"{version}.{language}.md").read_text(encoding="utf-8")
        for language in ("zh_CN", "en")
    ]
    held = json.dumps([rows, texts], ensure_ascii=False)

    assert hashlib.sha256(held.encode()).hexdigest() == digest, "make a new version instead"


def test_every_version_in_force_is_held() -> None:
    assert list(AGREED) == list(range(1, CURRENT_NOTICE + 1))


def test_the_first_version_told_of_six_kinds() -> None:
    assert [field.code for field in kept_fields(1)] == [
        "name",
        "login",
        "place",
        "answers",
        "device",
        "log",
    ]


def test_who_agreed_to_an_earlier_version_is_asked_anew(client, database, now) -> None:
    with database.transaction() as session:
        user = make_user(session, now, notice_version=CURRENT_NOTICE - 1)
    log_in(client, database, user, now)

    assert client.get("/").location == "/privacy/consent?next=/"


def test_every_version_has_its_text_in_both_languages_with_the_same_headings() -> None:
    for version in range(1, CURRENT_NOTICE + 1):
        headings = [
            (NOTICES / f"{version}.{language}.md").read_text(encoding="utf-8").count("\n## ")
            for language in ("zh_CN", "en")
        ]
        assert headings[0] == headings[1] > 0
