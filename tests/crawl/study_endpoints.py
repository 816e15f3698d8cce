"""The rows of the table of visits for study hours."""

from tests.crawl.visits import EVERYONE, HR, LEARNERS, OPERATOR, REACHED, Visit

LESSON = {"raw_course": "@course", "raw_lesson": "@lesson"}
TRACK = {"raw_track": "@track"}
RULE = {
    "minutes_per_hour": "45",
    "lesson_min_percent": "50",
    "lesson_max_percent": "100",
    "daily_max_minutes": "480",
    "idle_minutes": "5",
    "gap_s": "90",
    "year_hours": "90",
    "professional_hours": "60",
    "common_courses": "",
}

STUDY = (
    Visit("courses.glossary", may=EVERYONE, public=True),
    Visit("courses.notes", public=True),
    Visit("courses.export_notes", public=True),
    Visit("courses.lesson_notes", LESSON, public=True),
    Visit("courses.add_note", LESSON, public=True, json={"text": "笔记"}),
    Visit(
        "courses.change_note",
        {"raw_public_id": "0" * 26},
        public=True,
        json={"text": "x"},
        posted=frozenset({404}),
    ),
    Visit(
        "courses.remove_note",
        {"raw_public_id": "0" * 26},
        public=True,
        json={},
        posted=frozenset({404}),
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
    Visit("tracks.index", may=EVERYONE, public=True),
    Visit("tracks.detail", TRACK, may=EVERYONE, public=True),
    Visit("tracks.enrol", TRACK, public=True),
    Visit("compliance.assign_track", may=HR, public=True, form={"track": "@track"}),
    Visit(
        "compliance.confirm_track",
        {"raw_public_id": "@person", **TRACK},
        may=HR,
        owners=HR,
        private=frozenset({"raw_public_id"}),
        own=frozenset({303, 404}),
        posted=REACHED | {404},
    ),
    Visit("compliance.hours_xlsx", may=HR, public=True),
)
