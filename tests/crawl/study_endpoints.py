"""The rows of the table of visits for study hours."""

from tests.crawl.visits import EVERYONE, HR, LEARNERS, OPERATOR, Visit

LESSON = {"raw_course": "@course", "raw_lesson": "@lesson"}
CLIP = {**LESSON, "raw_sha256": "@lesson_clip"}
TRACK = {"raw_track": "@track"}
ENTRY = {"raw_public_id": "@person", "raw_track": "@entry_track"}
CLAIM = {"raw_public_id": "@study_claim"}
CONTEST = {"raw_contest": "@closed_competition"}
CREDIT = {"raw_public_id": "@study_credit"}
CLASS = {"raw_public_id": "@study_class"}
MEETING = {**CLASS, "raw_session": "@study_session"}
LIST = {**MEETING, "raw_list": "@study_list"}
MARK = {**MEETING, "raw_person": "@person"}
SCANNED = {"raw_session": "@study_session"}
MOVED = {"day": "2026-12-01", "starts": "09:00", "ends": "11:00", "minutes": ""}
RULE = {
    "minutes_per_hour": "45",
    "lesson_min_percent": "50",
    "lesson_max_percent": "100",
    "daily_max_minutes": "480",
    "idle_minutes": "5",
    "gap_s": "90",
    "year_hours": "90",
    "professional_hours": "60",
    "external_max_percent": "100",
    "watched_percent": "80",
    "prerequisites": "enforced",
    "common_courses": "",
}

STUDY = (
    Visit("courses.lesson_file", CLIP, may=EVERYONE, public=True),
    Visit("courses.deck_page", {**CLIP, "number": "1"}, may=EVERYONE, public=True),
    Visit(
        "courses.watched",
        LESSON,
        public=True,
        json={"file": "c11b" * 16, "played": [], "position_ms": 0},
    ),
    Visit("courses.glossary", may=EVERYONE, public=True),
    Visit("courses.notes", public=True),
    Visit("courses.export_notes", public=True),
    Visit("courses.lesson_notes", LESSON, public=True),
    Visit("courses.add_note", LESSON, public=True, json={"text": "笔记"}),
    Visit(
        "courses.change_note",
        {"raw_public_id": "@lesson_note"},
        owners=LEARNERS,
        json={"text": "x"},
    ),
    Visit(
        "courses.remove_note",
        {"raw_public_id": "@lesson_note"},
        owners=LEARNERS,
        json={},
        last=True,
    ),
    Visit("study.index", public=True),
    Visit(
        "study.beat",
        LESSON,
        public=True,
        json={"tab": "abcd-1234", "kind": "start", "idle_ms": 0},
    ),
    Visit("study.issue", public=True, form={"first": "2026-01-01", "last": "2026-12-31"}),
    Visit("study.statement_pdf", {"raw_public_id": "@study_statement"}, owners=LEARNERS),
    Visit("study.verify", {"raw_code": "@study_statement_code"}, may=EVERYONE, public=True),
    Visit("study.rules", may=OPERATOR, public=True, form=RULE),
    Visit("study.claims", public=True),
    Visit("study.new_claim", public=True),
    Visit("study.contest", CONTEST, public=True),
    Visit("study.make_contest_proof", CONTEST, public=True),
    Visit("study.contest_pdf", CONTEST, owners=LEARNERS),
    Visit("study.hand_in_contest_proof", CONTEST, public=True, last=True),
    Visit(
        "study.withdraw_claim", {"raw_public_id": "@withdrawn_claim"}, owners=LEARNERS, last=True
    ),
    Visit("study.own_evidence", CLAIM, owners=LEARNERS, posted=frozenset({200})),
    Visit("study.claim_evidence", CLAIM, may=HR, owners=HR, posted=frozenset({200})),
    Visit("study.desk", may=HR, public=True),
    Visit("study.claim", CLAIM, may=HR, owners=HR),
    Visit(
        "study.decide_claim",
        CLAIM,
        may=HR,
        owners=HR,
        form={"decision": "refuse", "answer": "看不清印章。"},
        last=True,
    ),
    Visit("study.classes", may=HR, public=True),
    Visit("study.new_class", may=HR, public=True),
    Visit("study.class_", CLASS, may=HR, owners=HR),
    Visit("study.add_session", CLASS, may=HR, owners=HR),
    Visit("study.cancel_class", {"raw_public_id": "@spare_class"}, may=HR, owners=HR, last=True),
    Visit("study.session_", MEETING, may=HR, owners=HR),
    Visit("study.move_session", MEETING, may=HR, owners=HR, form=MOVED),
    Visit("study.drop_session", MEETING, may=HR, owners=HR),
    Visit("study.screen", MEETING, may=HR, owners=HR),
    Visit("study.screen_code", MEETING, may=HR, owners=HR),
    Visit("study.confirm_session", MEETING, may=HR, owners=HR),
    Visit("study.check_list", MEETING, may=HR, owners=HR),
    Visit("study.list_", LIST, may=HR, owners=HR),
    Visit("study.apply_list", LIST, may=HR, owners=HR),
    Visit("study.undo_list", LIST, may=HR, owners=HR),
    Visit("study.remove_mark", MARK, may=HR, owners=HR, last=True),
    Visit(
        "study.scan",
        SCANNED,
        owners=LEARNERS | HR,
        own=frozenset({409}),
        why="without the code of the screen nobody signs in, whoever it is",
    ),
    Visit("study.sign", SCANNED, owners=LEARNERS | HR),
    Visit("study.credit", CREDIT, may=HR, owners=HR),
    Visit("study.take_back", CREDIT, may=HR, owners=HR, form={"t-reason": "签到有误。"}, last=True),
    Visit(
        "study.correct_credit",
        CREDIT,
        may=HR,
        owners=HR,
        form={"c-hours": "0.50", "c-field": "common", "c-reason": "科目有误。"},
        last=True,
    ),
    Visit("tracks.index", may=EVERYONE, public=True),
    Visit("tracks.detail", TRACK, may=EVERYONE, public=True),
    Visit("tracks.enrol", TRACK, public=True),
    Visit(
        "tracks.mock",
        TRACK,
        public=True,
        own=frozenset({404}),
        why="nobody is on the track, and no exam is at its end",
    ),
    Visit("tracks.start_mock_exam", TRACK, public=True, posted=frozenset({404})),
    Visit("compliance.waiting", may=HR, public=True),
    Visit("compliance.confirm_chosen", may=HR, public=True),
    Visit("compliance.assign_track", may=HR, public=True, form={"track": "@track"}),
    Visit("compliance.entry", ENTRY, may=HR, owners=HR, private=frozenset({"raw_public_id"})),
    Visit(
        "compliance.decide_entry",
        ENTRY,
        may=HR,
        owners=HR,
        private=frozenset({"raw_public_id"}),
        form={"decision": "refuse", "seen": "@entry_declaration", "answer": "年限不足。"},
        last=True,
    ),
    Visit(
        "compliance.end_post_rule", {"raw_public_id": "@post_rule"}, may=HR, owners=HR, last=True
    ),
    Visit("compliance.hours_xlsx", may=HR, public=True),
)
