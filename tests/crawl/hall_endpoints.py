"""Visits of halls: rooms, people appointed, applications, the door."""

from tests.crawl.visits import EXAMINERS, HR, HR_AND_OPERATOR, LEARNERS, REACHED, Visit

SITTING = {"raw_public_id": "@sitting"}
TAKEN = {"raw_public_id": "@taken_sitting"}
HELD = {**TAKEN, "raw_marking_id": "@held_mark"}
CANDIDATE = {**SITTING, "raw_person_id": "@colleague"}
ROOM = {**SITTING, "raw_room_id": "@room"}
OFFERED = {"raw_public_id": "@offered_sitting"}
APPLICATION = {**OFFERED, "raw_application_id": "@application"}

MARKING = (
    Visit("exams.marking_desk", TAKEN, owners=HR),
    Visit("exams.give_mark", HELD, owners=HR, form={"step1": "2.5", "comment": "好"}),
    Visit("exams.take_answer", TAKEN, owners=HR),
    Visit("exams.step_aside", HELD, owners=HR),
    Visit("exams.marking_progress", TAKEN, may=EXAMINERS, owners=EXAMINERS),
    Visit(
        "exams.declare_conflict",
        TAKEN,
        may=EXAMINERS,
        owners=EXAMINERS,
        form={"judge": "nobody", "candidate": "nobody", "reason": "师徒"},
    ),
    Visit("exams.undo_mark", TAKEN, owners=HR),
    Visit("exams.end_marking", TAKEN, may=EXAMINERS, owners=EXAMINERS),
    Visit(
        "exams.reopen_mark",
        {**TAKEN, "raw_marking_id": "@given_mark"},
        may=EXAMINERS,
        owners=EXAMINERS,
        form={"reason": "漏看一段"},
        last=True,
    ),
)

SHEET = {**SITTING, "raw_sheet_id": "@answer_sheet"}
SCAN = {**SITTING, "raw_scan_id": "@sheet_scan"}
SHEETS = (
    Visit("exams.keying_desk", SITTING, owners=HR),
    Visit(
        "exams.keyed_sheet",
        SITTING,
        owners=HR,
        own=frozenset({400}),
        why="without candidate and code there is no sheet: the desk says what is missing",
    ),
    Visit(
        "exams.key_sheet",
        SITTING,
        owners=HR,
        form={"candidate": "nobody", "code": "A-B", "date": "2026-11-22", "line-1": "A"},
    ),
    Visit("exams.key_file", SITTING, owners=HR),
    Visit("exams.settle_sheet", SHEET, owners=HR),
    Visit("exams.keyed_scan", SCAN, owners=HR),
    Visit("exams.sheets", SITTING, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.sheet", SHEET, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.sheet_scan", SCAN, may=EXAMINERS, owners=EXAMINERS),
    Visit(
        "exams.correct_sheet",
        SHEET,
        may=EXAMINERS,
        owners=EXAMINERS,
        form={"reason": "漏看一题"},
    ),
)

HALLS = (
    Visit("exams.offers", public=True),
    Visit("exams.application", OFFERED, public=True),  # whoever is logged in may apply
    Visit("exams.apply_batch", OFFERED, may=HR_AND_OPERATOR, public=True, form={"roll": "nobody"}),
    Visit("exams.applications", OFFERED, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.review", APPLICATION, may=EXAMINERS, owners=EXAMINERS),
    Visit(
        "exams.application_file",
        {**APPLICATION, "raw_file_id": "@application_file"},
        may=EXAMINERS,
        owners=EXAMINERS,
    ),
    Visit(
        "exams.decide",
        APPLICATION,
        may=EXAMINERS,
        owners=EXAMINERS,
        form={"decision": "returned", "answer": "请补照片。", "percent": "0", "minutes": "0"},
    ),
    Visit(
        "exams.withdraw_application",
        OFFERED,
        public=True,
        posted=REACHED | {404},
        last=True,
    ),
    Visit("exams.hall", SITTING, may=EXAMINERS, owners=EXAMINERS),
    Visit(
        "exams.add_room",
        SITTING,
        may=EXAMINERS,
        owners=EXAMINERS,
        form={"name": "第二考场", "seats": "20"},
    ),
    Visit(
        "exams.appoint",
        SITTING,
        may=EXAMINERS,
        owners=EXAMINERS,
        form={"roll": "nobody", "duty": "marker", "room": ""},
    ),
    Visit("exams.seat", SITTING, may=EXAMINERS, owners=EXAMINERS, form={"order": "ticket"}),
    Visit("exams.settings", SITTING, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.papers", SITTING, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.draw_forms", SITTING, may=EXAMINERS, owners=EXAMINERS, form={"count": "1"}),
    Visit("exams.preview_paper", SITTING, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.booklet_pdf", SITTING, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.answer_sheet_pdf", SITTING, may=EXAMINERS, owners=EXAMINERS),
    Visit(  # an examiner prints papers; their keys are another right
        "exams.paper_key_pdf",
        SITTING,
        may=EXAMINERS,
        owners=EXAMINERS,
        posted=frozenset({403}),
    ),
    Visit("exams.begin", SITTING, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.place", CANDIDATE, may=EXAMINERS, owners=EXAMINERS),
    Visit(
        "exams.allow_resit",
        CANDIDATE,
        may=EXAMINERS,
        owners=EXAMINERS,
        form={"reason": "住院，有证明"},
    ),
    Visit("exams.ticket_pdf", SITTING, owners=LEARNERS),
    Visit("exams.candidate_ticket_pdf", CANDIDATE, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.tickets_pdf", ROOM, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.seats_pdf", ROOM, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.sign_in_pdf", ROOM, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.lobby", SITTING, owners=LEARNERS),
    Visit("exams.door", SITTING, owners=HR),
    Visit("exams.door_photo", CANDIDATE, owners=HR),
    Visit("exams.presence", CANDIDATE, owners=HR, form={"presence": "present", "identity": "y"}),
    Visit("exams.incident", CANDIDATE, owners=HR, form={"reason": "late", "note": "迟到"}),
    Visit("exams.console", SITTING, owners=HR | EXAMINERS),
    Visit("exams.console_rows", SITTING, owners=HR | EXAMINERS),
    Visit(
        "exams.console_act",
        SITTING,
        owners=HR | EXAMINERS,
        form={
            "kind": "message",
            "reason": "order",
            "note": "请保持安静",
            "act_id": "crawl",
            "scope": "everybody",
        },
    ),
    Visit(
        "exams.console_person",
        CANDIDATE,
        owners=HR | EXAMINERS,
        form={"reason": "late", "note": "迟到"},
    ),
    Visit("exams.outage", SITTING, may=EXAMINERS, owners=EXAMINERS),
    Visit(
        "exams.remove_room",
        {**SITTING, "raw_room_id": "@room"},
        may=EXAMINERS,
        owners=EXAMINERS,
        last=True,
    ),
    Visit(
        "exams.dismiss",
        {**SITTING, "raw_staff_id": "@appointment"},
        may=EXAMINERS,
        owners=EXAMINERS,
        last=True,
    ),
)

STANDARD = {**OFFERED, "raw_setting_id": "@standard"}
JUDGED = {**STANDARD, "position": "1"}

STANDARDS = (
    Visit("exams.standard_settings", OFFERED, may=EXAMINERS, owners=EXAMINERS, form={"form": "0"}),
    Visit("exams.standard", STANDARD, may=EXAMINERS, owners=EXAMINERS),
    Visit(
        "exams.appoint_judges", STANDARD, may=EXAMINERS, owners=EXAMINERS, form={"roll": "nobody"}
    ),
    Visit("exams.judging", STANDARD, owners=HR),
    Visit("exams.judged_item", JUDGED, owners=HR, form={"percent": "60", "round": "1"}),
    Visit("exams.judged_key", JUDGED, owners=HR),
    Visit("exams.standard_xlsx", STANDARD, may=EXAMINERS, owners=EXAMINERS),
    Visit(
        "exams.adopt_standard",
        STANDARD,
        may=EXAMINERS,
        owners=EXAMINERS,
        form={"adjustment": "none", "reason": "评议一致"},
    ),
    Visit(
        "exams.standard_step",
        STANDARD,
        may=EXAMINERS,
        owners=EXAMINERS,
        form={"step": "close"},
        last=True,
    ),
    Visit(
        "exams.dismiss_judge",
        {**STANDARD, "raw_person_id": "@judge"},
        may=EXAMINERS,
        owners=EXAMINERS,
        last=True,
    ),
)
