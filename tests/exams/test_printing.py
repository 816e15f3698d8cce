"""Tickets, seat plans and sign-in lists: every name whole, nothing of it taken as source."""

import re
import unicodedata

import pytest

from learning.accounts.models import User
from learning.exams import presentation, queries, services
from learning.exams.presentation import Paper, Printed
from learning.exams.presentation.halls import TEMPLATE
from learning.exams.rules import Accommodation, PlaceChange, RoomPlan, SeatOrder
from learning.kernel.printing import FONTS, printable
from tests.certification.test_printing import (
    HOSTILE,
    needs_glyph,
    printed_text,
    rare_characters,
    torture_names,
)
from tests.exams.halls import hall_of
from tests.factories.exams import make_candidate
from tests.factories.pictures import make_png
from tests.world.people import PNG

PAPER = Paper("认证考试", "示例质量协会", "2026-11-29 09:00 至 12:00", "90 分钟", "第一考场", "301")
BROKEN = PNG[:60]


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def person(name: str = "张伟", **changes) -> Printed:
    return Printed(name, "2600007000123", **{"unit": "示例集团", "seat": 1, **changes})


def folded(text: str) -> str:
    """One glyph stands for both points in the middle, and one document maps it back to one."""
    return unicodedata.normalize("NFKC", text).replace("\u2027", "·")


def missing(pdf: bytes, text: str) -> set[str]:
    drawn = folded("".join(printed_text(pdf)))
    wanted = folded(printable(text))
    return {c for c in wanted if needs_glyph(c) and c not in drawn}


@pytest.mark.parametrize("kind", ["tickets", "seats", "sign_in"])
def test_every_character_of_every_torture_name_is_text_in_the_pdf(kind) -> None:
    names = [*torture_names(), "".join(rare_characters())[:200]]
    people = [person(name, seat=n, unit=name) for n, name in enumerate(names, start=1)]
    made = {
        "tickets": lambda: presentation.tickets_pdf(PAPER, people),
        "seats": lambda: presentation.seats_pdf(PAPER, len(people), people),
        "sign_in": lambda: presentation.sign_in_pdf(PAPER, people),
    }

    assert missing(made[kind](), "".join(names)) == set()


def test_typst_source_in_any_text_is_printed_as_it_stands() -> None:
    text = "".join(HOSTILE)
    paper = Paper(text, text, text, text, text, text)
    hostile = person(text, unit=text, staff_no=text, room=text, accommodation=text)

    for pdf in (
        presentation.tickets_pdf(paper, [hostile]),
        presentation.seats_pdf(paper, 2, [hostile]),
        presentation.sign_in_pdf(paper, [hostile]),
    ):
        assert {c for c in text if not c.isspace()} <= printed_text(pdf)


def test_a_ticket_is_one_page_and_so_is_each_of_many() -> None:
    people = [person("长" * 20, unit="单" * 60, accommodation="便" * 60, seat=n) for n in (1, 2, 3)]

    assert pages(presentation.tickets_pdf(PAPER, people)) == 3


def test_a_photograph_is_printed_and_a_broken_one_keeps_no_ticket_back() -> None:
    whole = person(photo=("image/png", make_png(30, 40)))
    broken = person("李娜", photo=("image/png", BROKEN))

    plain = presentation.tickets_pdf(PAPER, [person()])
    with_photo = presentation.tickets_pdf(PAPER, [whole])
    both = presentation.tickets_pdf(PAPER, [whole, broken])

    assert re.search(rb"/Subtype\s*/Image", with_photo)
    assert not re.search(rb"/Subtype\s*/Image", plain)
    assert pages(both) == 2
    assert presentation.is_printable(("image/png", make_png(30, 40)))
    assert not presentation.is_printable(("image/png", BROKEN))


def test_the_plan_shows_empty_seats_and_the_list_does_not() -> None:
    people = [person(seat=2)]

    assert "空" in printed_text(presentation.seats_pdf(PAPER, 3, people))
    assert "空" not in printed_text(presentation.sign_in_pdf(PAPER, people))


def test_each_font_of_the_template_is_installed() -> None:
    wanted = set(re.findall(r'"(Noto [A-Za-z ]+)"', TEMPLATE.read_text(encoding="utf-8")))

    for name in wanted:
        folder = FONTS / f"noto-{name[5:].lower().replace(' ', '-')}"
        assert list(folder.glob("*.ttf")), name


def test_examiner_and_candidate_take_their_papers(database, now, open_browser) -> None:
    hall = hall_of(database, now)
    with database.transaction() as session:
        actor = make_candidate(session, now, hall, "考生甲")
        other = make_candidate(session, now, hall, "考生乙")
        room = services.add_room(
            session, hall.actor, hall.public_id, room=RoomPlan("一", "301", 30), now=now
        )
        services.seat_all(
            session,
            hall.actor,
            hall.public_id,
            order=SeatOrder.TICKET,
            seed="",
            anew=False,
            now=now,
        )
        placed = queries.get_placed(session, hall.view(session, now), actor.public_id)
        services.place_candidate(
            session,
            hall.actor,
            hall.public_id,
            raw_person_id=actor.public_id,
            change=PlaceChange(placed.version, room, 7, Accommodation(50, 0, "读屏软件")),
            now=now,
        )
    examiner = open_browser(hall.examiner)
    with database.session(write=False) as session:
        candidate = open_browser(session.get_one(User, actor.user_id))
    address = f"/sittings/{hall.public_id}"

    own = candidate.get(f"{address}/ticket.pdf")
    one = examiner.get(f"{address}/candidates/{other.public_id}/ticket.pdf")
    room_papers = [
        examiner.get(f"{address}/rooms/{room}/{name}.pdf")
        for name in ("tickets", "seats", "sign-in")
    ]
    beyond = examiner.get(f"{address}/rooms/{room}/tickets.pdf?page=2")
    foreign = candidate.get(f"{address}/rooms/{room}/tickets.pdf")

    assert own.mimetype == one.mimetype == "application/pdf"
    assert {"考", "生", "甲", "7"} <= printed_text(own.data)
    assert missing(own.data, "加时 30 分钟（限时的 50%）：读屏软件") == set()
    assert own.headers["Cache-Control"] == "private, no-store"
    assert [reply.status_code for reply in room_papers] == [200, 200, 200]
    assert pages(room_papers[0].data) == 2
    assert (beyond.status_code, foreign.status_code) == (404, 403)
