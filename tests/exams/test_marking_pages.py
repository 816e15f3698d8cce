"""The pages of marking: what a marker sees and what nobody else does, until results are told."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.accounts.models import User
from learning.attempts.rules import Release
from learning.exams import queries, services
from learning.exams.models import Marking, MarkingTask
from learning.exams.rules import CLAIM
from learning.question_bank.rules import Criterion, Item, ItemKind
from tests.attempts.test_secrecy import CANARY, forms_of
from tests.factories.items import make_item
from tests.factories.marking import ESSAY, hand_in, make_marked, tell


def canary_essay() -> Item:
    item = make_item("essay", ItemKind.ESSAY, explanation=f"参考{CANARY}")
    rubric = tuple(
        Criterion(each.points, f"{CANARY}{number}") for number, each in enumerate(item.key.rubric)
    )
    return Item(item.document, replace(item.key, rubric=rubric))


@pytest.fixture
def marked(database, now):
    with database.transaction() as session:
        made = make_marked(session, now, items=[canary_essay()], release=Release.AT_SUBMIT)
        hand_in(session, made, now, {1: "b", 2: ESSAY})
    tell(database, now)
    return made


@pytest.fixture
def person(database, open_browser):
    def opened(actor):
        with database.session(write=False) as session:
            return open_browser(session.get_one(User, actor.user_id))

    return opened


def leaks(text: str) -> bool:
    return any(shape in text.encode() for shape in forms_of(CANARY))


def address_of(page: str) -> str:
    return re.search(r'action="(/sittings/[^"]+/marking/[0-9a-z]{26})"', page)[1]


def test_a_marker_marks_by_rubric_and_the_result_follows_the_end(
    database, now, marked, person
) -> None:
    desk = f"/sittings/{marked.public_id}/marking"
    marker, examiner = person(marked.markers[0]), person(marked.hall.actor)
    candidate = person(marked.candidates[0])
    own = f"/attempts/{marked.papers[0]}/result"
    assert "领取一份" in marker.get(desk).text

    assert marker.post(f"{desk}/next").status_code == 303
    page = marker.get(desk).text
    assert leaks(page)
    assert ESSAY in page
    address = address_of(page)
    refused = marker.post(address, {"step1": "3", "step2": "9", "comment": ""})
    assert refused.status_code == 400
    assert "第 2 条" in refused.text
    words = marker.post(address, {"step1": "3", "step2": "很好", "comment": ""})
    assert words.status_code == 400
    given = marker.post(address, {"step1": "3", "step2": "0.5", "comment": "例子不当"})
    assert given.status_code == 303
    assert "待阅卷" in candidate.get(own).text
    assert "待阅卷" in candidate.get("/sittings").text
    assert "待阅卷" in examiner.get(f"/sittings/{marked.public_id}/results").text

    progress = examiner.get(f"{desk}/progress").text
    assert "阅卷1" in progress
    assert "例子不当" in progress
    assert examiner.post(f"{desk}/end").status_code == 303
    tell(database, now)
    shown = candidate.get(own).text
    assert "待阅卷" not in shown
    assert "11" in shown  # 4 and 3.5 of 5 rubric points of an essay worth 10
    assert "合格" in shown


def test_no_name_number_unit_or_time_of_a_candidate_is_on_the_desk(marked, person) -> None:
    desk = f"/sittings/{marked.public_id}/marking"
    marker = person(marked.markers[0])
    marker.post(f"{desk}/next")
    page = marker.get(desk).text
    progress = person(marked.hall.actor).get(f"{desk}/progress").text

    hidden = ["考生1", "示例机械集团", marked.papers[0], marked.candidates[0].public_id]
    for text in hidden:
        assert text not in page
        assert text not in progress


def test_rubric_and_model_answer_are_in_no_byte_that_others_receive(
    database, now, marked, person
) -> None:
    desk = f"/sittings/{marked.public_id}/marking"
    marker = person(marked.markers[0])
    marker.post(f"{desk}/next")
    held = address_of(marker.get(desk).text)
    candidate, examiner = person(marked.candidates[0]), person(marked.hall.actor)
    paper = f"/attempts/{marked.papers[0]}"
    replies = [
        candidate.get(path)
        for path in (
            paper,
            f"{paper}/result",
            f"{paper}/state",
            f"{paper}/receipt",
            "/sittings",
            f"/sittings/{marked.public_id}",
            desk,
            f"{desk}/progress",
        )
    ]
    replies += [candidate.post(held, {"step1": "1"}), candidate.post(f"{desk}/next")]
    replies += [examiner.get(f"{desk}/progress"), examiner.get(desk)]
    marker.post(held, {"step1": "3", "step2": "2", "comment": ""})
    examiner.post(f"{desk}/end")
    tell(database, now)
    replies += [candidate.get(f"{paper}/result"), examiner.get(f"{desk}/progress")]

    assert not any(leaks(reply.text + str(reply.headers)) for reply in replies)


def test_who_is_no_marker_any_more_finds_nothing(database, now, marked, person) -> None:
    desk = f"/sittings/{marked.public_id}/marking"
    marker = person(marked.markers[0])
    marker.post(f"{desk}/next")
    with database.transaction() as session:
        sitting = marked.hall.view(session, now)
        for line in queries.list_staff(session, sitting.id):
            services.dismiss(
                session, marked.hall.actor, marked.public_id, raw_staff_id=str(line.id), now=now
            )

    assert marker.get(desk).status_code == 404


def test_an_examiner_reopens_and_declares(database, now, marked, person) -> None:
    desk = f"/sittings/{marked.public_id}/marking"
    marker, examiner = person(marked.markers[0]), person(marked.hall.actor)
    marker.post(f"{desk}/next")
    held = address_of(marker.get(desk).text)
    marker.post(held, {"step1": "3", "step2": "2", "comment": ""})

    assert "撤回" in marker.get(desk).text
    assert examiner.post(f"{held}/reopen", {"reason": ""}).status_code == 303
    with database.session(write=False) as session:
        assert session.scalars(select(MarkingTask.state)).one() == "settled"
    examiner.post(f"{held}/reopen", {"reason": "漏看一段"})
    unknown = examiner.post(
        f"{desk}/conflicts", {"judge": "M1", "candidate": "nobody", "reason": "师徒"}
    )

    assert unknown.status_code == 400
    with database.session(write=False) as session:
        assert session.scalars(select(MarkingTask.state)).one() == "open"
        assert session.scalars(select(Marking.reason)).one() == "漏看一段"
    conflict = {"judge": "M1", "candidate": "M2", "reason": "师徒"}
    assert examiner.post(f"{desk}/conflicts", conflict).status_code == 303


def test_an_address_with_a_nul_is_nobody_s(marked, person) -> None:
    desk = f"/sittings/{marked.public_id}/marking"
    marker, examiner = person(marked.markers[0]), person(marked.hall.actor)

    assert marker.get("/attempts/%00").status_code == 404
    assert marker.post(f"{desk}/%00", {"step1": "1"}).status_code == 404
    assert examiner.get(f"{desk}/progress?marker=a%00").status_code == 400


def test_points_of_a_chinese_keyboard_are_points(database, marked, person) -> None:
    desk = f"/sittings/{marked.public_id}/marking"
    marker = person(marked.markers[0])
    marker.post(f"{desk}/next")

    given = {"step1": "３", "step2": "１。５", "comment": ""}
    assert marker.post(address_of(marker.get(desk).text), given).status_code == 303

    with database.session(write=False) as session:
        assert session.scalars(select(Marking.points_milli)).one() == 9_000


def test_a_mark_of_what_one_held_too_long_is_answered_by_the_desk(
    database, now, clock, marked, person
) -> None:
    desk = f"/sittings/{marked.public_id}/marking"
    slow, quick = person(marked.markers[0]), person(marked.markers[1])
    slow.post(f"{desk}/next")
    held = address_of(slow.get(desk).text)
    clock.move_to(now + CLAIM + timedelta(minutes=1))
    quick.post(f"{desk}/next")

    late = slow.post(held, {"step1": "3", "step2": "2", "comment": ""})

    assert late.status_code == 404
    assert "已不归您评" in late.text
    assert not leaks(late.text)
    with database.session(write=False) as session:
        assert session.scalars(select(Marking.given_at)).all() == [None]


def test_a_mark_sent_twice_leads_on(marked, person) -> None:
    desk = f"/sittings/{marked.public_id}/marking"
    marker = person(marked.markers[0])
    marker.post(f"{desk}/next")
    held = address_of(marker.get(desk).text)
    given = {"step1": "3", "step2": "2", "comment": ""}
    marker.post(held, given)

    again = marker.post(held, given)

    assert again.headers["Location"] == desk
    assert "已经评过" in marker.get(desk).text


def test_the_examiner_is_told_when_markers_lack(database, now, person) -> None:
    double = {"double_marking": True, "tolerance_milli": 1_000}
    with database.transaction() as session:
        made = make_marked(session, now, markers=1, settings=double)
        hand_in(session, made, now, {1: "b", 2: ESSAY})
    tell(database, now)

    page = person(made.hall.actor).get(f"/sittings/{made.public_id}/marking/progress").text

    assert "双评要两位阅卷人" in page


def test_a_last_mark_is_undone_on_the_page(database, marked, person) -> None:
    desk = f"/sittings/{marked.public_id}/marking"
    marker = person(marked.markers[0])
    marker.post(f"{desk}/next")
    marker.post(
        address_of(marker.get(desk).text), {"step1": "3", "step2": "1.5", "comment": "例少"}
    )

    marker.post(f"{desk}/undo")

    page = marker.get(desk).text
    assert 'value="1.5"' in page
    assert "例少" in page
