"""Visits of halls: rooms, people appointed, applications, the door."""

from tests.crawl.visits import EXAMINERS, Visit

SITTING = {"raw_public_id": "@sitting"}

HALLS = (
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
