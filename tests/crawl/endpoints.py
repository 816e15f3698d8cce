"""The table of visits: one row or more for every endpoint of the URL map.

A new endpoint fails the tests of this package until it has a row that says what it is called with,
who may, and whose its objects are (or that they are nobody's: `public`).
"""

from tests.crawl.analysis_endpoints import ANALYSES
from tests.crawl.appeal_endpoints import APPEALS
from tests.crawl.authoring_endpoints import AUTHORING
from tests.crawl.award_endpoints import AWARDS
from tests.crawl.deciding_endpoints import DECIDING
from tests.crawl.desk_endpoints import DESKS
from tests.crawl.external_endpoints import EXTERNAL
from tests.crawl.grid_endpoints import GRID
from tests.crawl.hall_endpoints import HALLS, MARKING, SHEETS, STANDARDS
from tests.crawl.item_endpoints import ITEM_LIFE
from tests.crawl.live_endpoints import LIVE
from tests.crawl.paper_endpoints import PAPERS
from tests.crawl.people_endpoints import PEOPLE
from tests.crawl.practice_endpoints import PRACTICE
from tests.crawl.print_endpoints import PRINTS
from tests.crawl.progress_endpoints import PROGRESS
from tests.crawl.regrade_endpoints import REGRADES
from tests.crawl.round_endpoints import ROUNDS
from tests.crawl.series_endpoints import SERIES
from tests.crawl.study_endpoints import STUDY
from tests.crawl.task_endpoints import TASKS
from tests.crawl.visits import (
    AUTHORS,
    EVERYONE,
    EXAMINERS,
    HR,
    ITEM_READERS,
    LEARNERS,
    MANAGERS,
    REACHED,
    SCHEMERS,
    Visit,
)

COMPETITION = {"raw_public_id": "@competition"}
DRAFT = {"raw_public_id": "@draft_competition"}
CLOSED = {"raw_public_id": "@closed_competition"}
OPEN_ATTEMPT = {"raw_public_id": "@open_attempt"}
STEPWISE = {"raw_public_id": "@stepwise_attempt"}
SITTING = {"raw_public_id": "@sitting"}
SCHEME = {"raw_public_id": "@scheme"}
CERTIFICATE = {"raw_public_id": "@certificate"}
COURSE = {"raw_course": "@course"}
LESSON = {**COURSE, "raw_lesson": "@lesson"}
ITEM = {"bank": "@item_bank", "code": "@item"}
WEB_BANK = {"bank": "@web_bank"}
DRAFT_ITEM = {**WEB_BANK, "code": "@draft_item"}
TYPED = {"kind": "essay", "shape": "essay", "stem": "试述。", "act": "save", "revision": "1"}
NO_RESPONSES = {"epoch": 1, "responses": [], "last_seq": {}}
HOLDERS = LEARNERS | SCHEMERS
OK_OR_GONE = frozenset({200, 302})

ATTEMPTS = (
    # Another device holds the attempt: the room asks whether to take it over.
    Visit("attempts.room", OPEN_ATTEMPT, owners=LEARNERS, own=OK_OR_GONE),
    Visit("attempts.room", STEPWISE, owners=LEARNERS, own=OK_OR_GONE),
    Visit("attempts.state", OPEN_ATTEMPT, owners=LEARNERS, own=frozenset({200, 409})),
    Visit("attempts.result", {"raw_public_id": "@done_attempt"}, owners=LEARNERS),
    Visit("attempts.result", OPEN_ATTEMPT, owners=LEARNERS, own=OK_OR_GONE),
    Visit(  # nothing to save: refused before it matters whose attempt it is
        "attempts.save",
        OPEN_ATTEMPT,
        owners=LEARNERS,
        json={"epoch": 1, "responses": []},
        unfound=400,
    ),
    Visit(
        "attempts.save",
        OPEN_ATTEMPT,
        owners=LEARNERS,
        json={"epoch": 1, "responses": [{"position": 1, "seq": 1, "response": "b"}]},
    ),
    Visit("attempts.pulse", OPEN_ATTEMPT, owners=LEARNERS),
    Visit(
        "attempts.tell",
        OPEN_ATTEMPT,
        owners=LEARNERS,
        json={"page": "abcd1234", "events": [{"seq": 1, "kind": "copy"}]},
    ),
    Visit("attempts.receipt", {"raw_public_id": "@done_attempt"}, owners=LEARNERS),
    Visit("attempts.reveal", STEPWISE, owners=LEARNERS, json={"position": 1}),
    Visit("attempts.commit", STEPWISE, owners=LEARNERS, json={"position": 1, "seq": 0}),
    Visit(
        "attempts.leave",
        OPEN_ATTEMPT,
        owners=LEARNERS,
        json={"section": 1, "epoch": 1, "last_seq": {}},
    ),
    Visit("attempts.take_over_here", STEPWISE, owners=LEARNERS, last=True),
    Visit("attempts.submit", OPEN_ATTEMPT, owners=LEARNERS, json=NO_RESPONSES, last=True),
    Visit("attempts.service_worker", may=EVERYONE, public=True),
)

COMPETITIONS = (
    Visit("competitions.index", may=EVERYONE, public=True),
    Visit("competitions.detail", COMPETITION, may=EVERYONE, public=True),
    Visit("competitions.detail", CLOSED, may=EVERYONE, public=True),
    Visit("competitions.detail", DRAFT, may=EVERYONE, owners=MANAGERS),
    Visit("competitions.standings", COMPETITION, may=EVERYONE, public=True, own=OK_OR_GONE),
    Visit("competitions.standings", CLOSED, may=EVERYONE, public=True),
    Visit("competitions.standings", DRAFT, may=EVERYONE, owners=MANAGERS, own=OK_OR_GONE),
    Visit("competitions.wall", COMPETITION, may=EVERYONE, public=True),
    Visit("competitions.wall", CLOSED, may=EVERYONE, public=True),
    Visit("competitions.wall", DRAFT, may=EVERYONE, owners=MANAGERS),
    Visit("competitions.standings_rules", CLOSED, may=EVERYONE, public=True),
    Visit("competitions.standings_rules", DRAFT, may=EVERYONE, owners=MANAGERS),
    Visit("competitions.standings_history", COMPETITION, may=EVERYONE, public=True),
    Visit("competitions.standings_history", CLOSED, may=EVERYONE, public=True),
    Visit("competitions.standings_history", DRAFT, may=EVERYONE, owners=MANAGERS),
    Visit("competitions.province_standings", COMPETITION, may=EVERYONE, public=True),
    Visit("competitions.province_standings", CLOSED, may=EVERYONE, public=True),
    Visit("competitions.province_standings", DRAFT, may=EVERYONE, owners=MANAGERS),
    Visit("competitions.enterprise_standings", COMPETITION, may=EVERYONE, public=True),
    Visit("competitions.enterprise_standings", CLOSED, may=EVERYONE, public=True),
    Visit("competitions.enterprise_standings", DRAFT, may=EVERYONE, owners=MANAGERS),
    Visit("competitions.own_results_xlsx", CLOSED, may=HR, public=True),
    Visit("competitions.own_results_xlsx", DRAFT, may=HR),
    Visit("competitions.enterprise_console", COMPETITION, may=HR, public=True),
    Visit("competitions.enterprise_console", CLOSED, may=HR, public=True),
    Visit("competitions.enterprise_console", DRAFT, may=HR),
    Visit("competitions.absent_xlsx", COMPETITION, may=HR, public=True),
    Visit("competitions.absent_xlsx", DRAFT, may=HR),
    Visit("competitions.enterprise_report", CLOSED, may=HR, public=True),
    Visit("competitions.enterprise_report", DRAFT, may=HR),
    Visit(
        "competitions.remind_absent",
        COMPETITION,
        may=HR,
        owners=HR,
        form={"unit": "@enterprise"},
        private=frozenset({"unit"}),
    ),
    Visit("competitions.standings_xlsx", CLOSED, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.enter", COMPETITION, public=True),
    Visit("competitions.enter", DRAFT),
    Visit("competitions.name", COMPETITION, public=True),
    Visit("competitions.name", DRAFT),
    Visit("competitions.bonus", {**COMPETITION, "raw_act": "share"}, public=True),
    Visit("competitions.bonus", {**DRAFT, "raw_act": "share"}),
    Visit("competitions.start", COMPETITION, public=True),
    Visit("competitions.start", DRAFT),
    Visit(
        "competitions.enrol",
        COMPETITION,
        may=HR,
        owners=HR,
        form={"unit": "@enterprise"},
        private=frozenset({"unit"}),
    ),
    Visit("competitions.new", may=MANAGERS, public=True),
    Visit("competitions.edit", DRAFT, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.manage", COMPETITION, may=MANAGERS, owners=MANAGERS),
    Visit(
        "competitions.correct_headcount",
        {**COMPETITION, "raw_unit_id": "@enterprise"},
        may=MANAGERS,
        owners=MANAGERS,
        form={"headcount": "25"},
        private=frozenset({"raw_public_id", "raw_unit_id"}),
    ),
    Visit(
        "competitions.open_",
        {"raw_public_id": "@spare_competition"},
        may=MANAGERS,
        owners=MANAGERS,
    ),
    Visit("competitions.close", COMPETITION, may=MANAGERS, owners=MANAGERS, last=True),
)

COURSES = (
    Visit("courses.index", may=EVERYONE, public=True),
    Visit("courses.search", may=EVERYONE, public=True, query={"q": "PDCA"}),
    Visit("courses.detail", COURSE, may=EVERYONE, public=True),
    Visit("courses.lesson", LESSON, may=EVERYONE, public=True),
    Visit("courses.asset", {"raw_sha256": "@asset"}, may=EVERYONE, public=True),
    Visit("courses.enrol", COURSE, public=True),
    Visit("courses.progress", LESSON, public=True, json={"percent": 50, "anchor": ""}),
    Visit("courses.revision", LESSON, public=True, query={"version": "1"}),
    Visit("courses.start_check", LESSON, public=True),
    Visit("question_bank.index", may=ITEM_READERS, public=True),
    Visit("question_bank.detail", ITEM, may=ITEM_READERS, public=True),
    Visit("question_bank.key", ITEM, may=ITEM_READERS, public=True),
    Visit("question_bank.bulk", may=ITEM_READERS, public=True, form={"act": "tag", "tag": "示例"}),
    Visit("question_bank.save_filter", may=ITEM_READERS, public=True, form={"name": "示例"}),
    Visit(
        "question_bank.delete_filter",
        may=ITEM_READERS,
        public=True,
        form={"name": "示例"},
        posted=REACHED | {404},
    ),
    Visit("question_bank.list_twins", WEB_BANK, may=ITEM_READERS, public=True),
    Visit("question_bank.search_twins", WEB_BANK, may=ITEM_READERS, public=True),
    Visit(
        "question_bank.dismiss_twins",
        WEB_BANK,
        may=AUTHORS,
        public=True,
        form={"first": "a-1", "second": "a-2"},
        posted=frozenset({404}),
    ),
    Visit("question_bank.choose_bank", may=AUTHORS, public=True, own=OK_OR_GONE),
    Visit("question_bank.new_item", WEB_BANK, may=AUTHORS, public=True),
    Visit("question_bank.create_item", WEB_BANK, may=AUTHORS, public=True, form=TYPED),
    Visit("question_bank.edit_item", DRAFT_ITEM, may=AUTHORS, public=True),
    Visit("question_bank.save_item", DRAFT_ITEM, may=AUTHORS, public=True, form=TYPED),
    Visit("question_bank.preview", WEB_BANK, may=AUTHORS, public=True, form=TYPED),
    Visit("question_bank.add_picture", WEB_BANK, may=AUTHORS, public=True),
    Visit("question_bank.draw_fields", WEB_BANK, may=AUTHORS, public=True, form=TYPED),
    *ITEM_LIFE,
    *AUTHORING,
)

IMPORT = {"raw_import_id": "@import"}
MADE = {"raw_import_id": "@applied_import"}
ONE_OF = {"raw_import_id": "@import", "number": "1"}
IMPORTS = (
    Visit("question_bank.imports", may=AUTHORS, public=True),
    Visit("question_bank.import_new", may=AUTHORS, public=True),
    Visit("question_bank.import_template", may=AUTHORS, public=True),
    Visit("question_bank.import_count", may=AUTHORS, public=True, form={"text": "1. 对（√）"}),
    Visit("question_bank.import_", IMPORT, may=AUTHORS, owners=AUTHORS),
    Visit("question_bank.import_", MADE, may=AUTHORS, owners=AUTHORS),
    Visit(
        "question_bank.import_", {"raw_import_id": "@waiting_import"}, may=AUTHORS, owners=AUTHORS
    ),
    Visit(
        "question_bank.import_picture",
        {"raw_import_id": "@import", "name": "1.png"},
        may=AUTHORS,
        owners=AUTHORS,
        own=frozenset({404}),
        why="no picture came with it",
    ),
    Visit("question_bank.import_row", ONE_OF, may=AUTHORS, owners=AUTHORS, form={"act": "add:o"}),
    Visit("question_bank.import_confirm", ONE_OF, may=AUTHORS, owners=AUTHORS),
    Visit(
        "question_bank.import_decide",
        IMPORT,
        may=AUTHORS,
        owners=AUTHORS,
        form={"scope": "good", "decision": "take"},
    ),
    Visit("question_bank.import_fields", IMPORT, may=AUTHORS, owners=AUTHORS, form={"area": "甲"}),
    Visit("question_bank.import_apply", MADE, may=AUTHORS, owners=AUTHORS),
    Visit("question_bank.import_discard", IMPORT, may=AUTHORS, owners=AUTHORS, last=True),
    Visit("question_bank.import_undo", MADE, may=AUTHORS, owners=AUTHORS, last=True),
    Visit("question_bank.export", may=ITEM_READERS, public=True),
    Visit(
        "question_bank.export_file",
        may=ITEM_READERS,
        form={"bank": "@item_bank", "format": "markdown"},
        public=True,
    ),
)

SITTINGS = (
    Visit("exams.index", public=True),
    Visit("exams.detail", SITTING, owners=LEARNERS),
    Visit("exams.detail", {"raw_public_id": "@taken_sitting"}, owners=LEARNERS),
    Visit("exams.detail", {"raw_public_id": "@closed_sitting"}, owners=LEARNERS),
    Visit("exams.detail", {"raw_public_id": "@draft_sitting"}),
    Visit("exams.mock", SITTING, owners=LEARNERS),
    Visit("exams.start_mock_exam", SITTING, owners=LEARNERS),
    Visit("exams.start", SITTING, owners=LEARNERS, form={"confirm": "y"}),
    Visit("exams.manage", may=EXAMINERS, public=True),
    Visit("exams.new", may=EXAMINERS, public=True),
    Visit(
        "exams.items",
        may=EXAMINERS,
        public=True,
        form={"q": "s-00"},
    ),
    Visit(
        "exams.pool",
        may=EXAMINERS,
        public=True,
        form={
            "source": "sample:contest",
            "unseen_days": "0",
            "forms": "0",
            "rows-0-kind": "single",
            "rows-0-count": "1",
            "rows-0-points": "1",
        },
    ),
    Visit("exams.desk", SITTING, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.edit", SITTING, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.edit", {"raw_public_id": "@draft_sitting"}, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.admissions", SITTING, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.admit", SITTING, may=EXAMINERS, owners=EXAMINERS, form={"kind": "unit"}),
    Visit(
        "exams.withdraw",
        {"raw_public_id": "@draft_sitting", "raw_person_id": "@colleague"},
        may=EXAMINERS,
        owners=EXAMINERS,
    ),
    Visit("exams.results", {"raw_public_id": "@taken_sitting"}, may=EXAMINERS, owners=EXAMINERS),
    Visit(
        "exams.results_xlsx",
        {"raw_public_id": "@closed_sitting"},
        may=EXAMINERS,
        owners=EXAMINERS,
    ),
    Visit("exams.open_", {"raw_public_id": "@spare_sitting"}, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.close", SITTING, may=EXAMINERS, owners=EXAMINERS, last=True),
)

CERTIFICATES = (
    Visit("certificates.index", public=True),
    Visit("certificates.detail", CERTIFICATE, owners=HOLDERS),
    Visit("certificates.detail", {"raw_public_id": "@revoked_certificate"}, owners=SCHEMERS),
    Visit("certificates.pdf", CERTIFICATE, owners=HOLDERS),
    Visit("certificates.png", CERTIFICATE, owners=HOLDERS),
    Visit("certificates.revoke", CERTIFICATE, may=SCHEMERS, owners=SCHEMERS),
    Visit("verification.index", may=EVERYONE, public=True),
    Visit(
        "verification.look_up",
        may=EVERYONE,
        public=True,
        form={"typed": "@certificate_code"},
    ),
    Visit(
        "verification.look_up",
        may=EVERYONE,
        public=True,
        form={"typed": "QA-A-TQM-2020-000001", "name": "某人"},
        posted=frozenset({404}),
    ),
    Visit("verification.by_code", {"raw_code": "@certificate_code"}, may=EVERYONE, public=True),
    Visit("schemes.index", may=SCHEMERS, public=True),
    Visit("schemes.new", may=SCHEMERS, public=True),
    Visit("schemes.detail", SCHEME, may=SCHEMERS, owners=SCHEMERS),
    Visit("schemes.edit", SCHEME, may=SCHEMERS, owners=SCHEMERS),
    Visit("schemes.certificates_xlsx", SCHEME, may=SCHEMERS, owners=SCHEMERS),
    Visit(
        "schemes.attach",
        {"raw_public_id": "@spare_scheme"},
        may=SCHEMERS,
        owners=SCHEMERS,
        form={"sitting": "@sitting"},
        private=frozenset({"raw_public_id", "sitting"}),
    ),
    Visit(
        "schemes.detach",
        {**SCHEME, "raw_rule_id": "@award_rule"},
        may=SCHEMERS,
        owners=SCHEMERS,
        last=True,
    ),
)

REST = (
    Visit("home.index", may=EVERYONE, public=True),
    Visit("health.healthz", may=EVERYONE, public=True),
    # No worker runs beside these tests; what the page of readiness says of that is its own test's.
    Visit("health.readyz", may=EVERYONE, public=True, own=frozenset({200, 503})),
    Visit("metrics.metrics", may=EVERYONE, public=True, own=frozenset({200, 403, 404})),
    Visit("static", {"filename": "css/no-such-file.css"}, may=EVERYONE, public=True,
          own=frozenset({404}), why="the files of others are copied in when the product is built"),
)  # fmt: skip

ROWS = (
    *PEOPLE,
    *ATTEMPTS,
    *COMPETITIONS,
    *COURSES,
    *PRACTICE,
    *IMPORTS,
    *SITTINGS,
    *DECIDING,
    *HALLS,
    *ANALYSES,
    *APPEALS,
    *AWARDS,
    *DESKS,
    *PAPERS,
    *ROUNDS,
    *REGRADES,
    *SERIES,
    *PROGRESS,
    *LIVE,
    *MARKING,
    *STANDARDS,
    *SHEETS,
    *CERTIFICATES,
    *EXTERNAL,
    *PRINTS,
    *STUDY,
    *TASKS,
    *GRID,
    *REST,
)
