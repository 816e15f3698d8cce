"""Appeals over HTTP: the candidate's page, the handler's, the register; and what none of them says."""

from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from learning.accounts.models import User
from learning.attempts.rules import Release
from learning.exams import services
from learning.exams.models import SittingAppeal
from learning.exams.queries.involvement import get_involved
from learning.exams.rules import SectionPlan
from learning.kernel.audit import AuditEntry
from learning.kernel.mail import OutboxMessage
from learning.question_bank.rules import ItemKind
from tests.attempts.test_secrecy import CANARY, forms_of
from tests.factories.appeals import make_disputed
from tests.factories.items import make_item
from tests.factories.marking import tell
from tests.world.people import PNG

SECTIONS = (
    SectionPlan(ItemKind.TRUE_FALSE, 1, Decimal(4)),
    SectionPlan(ItemKind.SINGLE, 1, Decimal(4)),
)


def leaks(text: str) -> bool:
    return any(shape in text.encode() for shape in forms_of(CANARY))


@pytest.fixture
def make(database, now):
    def made(**changes):
        item = make_item("t-1", ItemKind.TRUE_FALSE, key=("t",), explanation=CANARY)
        with database.transaction() as session:
            disputed = make_disputed(
                session,
                now,
                sections=SECTIONS,
                bank_items=[item],
                answers=({1: "b", 2: "f"},),
                **changes,
            )
        tell(database, now)
        return disputed

    return made


@pytest.fixture
def person(database, open_browser):
    def opened(actor):
        with database.session(write=False) as session:
            return open_browser(session.get_one(User, actor.user_id))

    return opened


def appeal_id(database) -> str:
    with database.session(write=False) as session:
        return session.scalars(select(SittingAppeal.public_id)).one()


def test_a_candidate_appeals_from_the_result_and_reads_the_answer(
    database, now, make, person
) -> None:
    made = make()
    candidate, decider = person(made.candidates[0]), person(made.deciders[0])
    home = f"/sittings/{made.public_id}/appeals"

    result = candidate.get(f"/attempts/{made.papers[0]}/result").text
    link = f"{home}?about=result-{made.papers[0]}"
    form = {"subject": f"item-{made.papers[0]}", "position": "2", "text": "标准说的是错。"}
    assert link in result
    assert "selected" in candidate.get(link).text
    assert candidate.post(home, {**form, "position": ""}).status_code == 400
    odd = candidate.post(home, {**form, "evidence": (BytesIO(b"<html>"), "a.pdf")})
    sent = candidate.post(home, {**form, "evidence": (BytesIO(PNG), "页.png")})
    assert (odd.status_code, sent.status_code) == (400, 303)
    second = candidate.post(home, {**form, "text": "另一个窗口里写的长文。"})
    assert (second.status_code, "另一个窗口里写的长文。" in second.text) == (409, True)
    assert "您已就这件事提出过申诉" in second.text

    page = f"{home}/{appeal_id(database)}"
    assert "申诉处理" in decider.get("/sittings").text
    assert page in decider.get(f"{home}/register").text
    assert "标准说的是错" in decider.get(page).text
    assert not leaks(decider.get(page).text)
    assert decider.post(f"{page}/take").status_code == 303
    item = decider.post(f"{page}/item").text
    assert leaks(item), "the handler sees why the key is the key"
    file = decider.post(f"{page}/evidence")
    assert (file.data, "sandbox" in file.headers["Content-Security-Policy"]) == (PNG, True)
    assert decider.post(f"{page}/decide", {"verdict": "upheld", "answer": ""}).status_code == 400
    decider.post(f"{page}/decide", {"verdict": "partly", "answer": "题面有歧义。"})
    later = decider.post(f"{page}/decide", {"verdict": "rejected", "answer": "迟到的答复。"})
    assert (later.status_code, "迟到的答复。" in later.text) == (409, True)
    assert "这件申诉已经答复或撤回" in later.text

    shown = candidate.get(home).text
    assert ("部分成立" in shown, "题面有歧义。" in shown) == (True, True)
    with database.session(write=False) as session:
        acts = set(session.scalars(select(AuditEntry.act)))
    wanted = {"appeal.lodged", "appeal.assigned", "appeal.file_opened", "appeal.decided"}
    assert wanted | {"item.key_shown"} <= acts


def test_who_is_involved_sees_why_and_nothing_of_the_matter(database, now, make, person) -> None:
    made = make()
    candidate, decider = person(made.candidates[0]), person(made.deciders[0])
    home = f"/sittings/{made.public_id}/appeals"
    form = {"subject": f"item-{made.papers[0]}", "position": "2", "text": "标准说的是错。"}
    candidate.post(home, {**form, "evidence": (BytesIO(PNG), "页.png")})
    with database.transaction() as session:
        services.declare_conflict(
            session,
            made.hall.actor,
            made.public_id,
            judge_id=made.deciders[0].user_id,
            candidate_id=made.candidates[0].user_id,
            reason="师徒",
            now=now,
        )

    page = f"{home}/{appeal_id(database)}"
    told = decider.get(page).text
    desk = person(made.hall.actor).get(page).text

    assert ("您不能处理这件申诉" in told, "回避关系" in told) == (True, True)
    assert ("标准说的是错" in told, "页.png" in told) == (False, False)
    assert decider.post(f"{page}/evidence").status_code == 404
    assert decider.post(f"{page}/item").status_code == 409
    assert "处理1不能处理：与申诉人有已申报的回避关系。" in desk


def test_no_key_is_in_any_byte_that_a_candidate_or_a_mailbox_receives(
    database, now, make, person
) -> None:
    made = make(release=Release.AT_CLOSE)
    candidate, decider = person(made.candidates[0]), person(made.deciders[0])
    home = f"/sittings/{made.public_id}/appeals"
    early = candidate.post(
        home, {"subject": f"item-{made.papers[0]}", "position": "2", "text": "题有错"}
    )
    candidate.post(home, {"subject": "other", "text": "监考提醒太多"})
    page = f"{home}/{appeal_id(database)}"
    replies = [early, candidate.get(home), candidate.get(f"{home}?about=item-{made.papers[0]}")]
    replies += [
        candidate.get(page),
        candidate.get(f"{home}/register"),
        candidate.post(f"{page}/item"),
    ]
    decider.post(f"{page}/take")
    replies += [decider.get(page), decider.post(f"{page}/item")]  # it is about no item
    decider.post(f"{page}/decide", {"verdict": "rejected", "answer": "已核实。"})
    replies += [candidate.get(home), decider.get(page)]

    assert early.status_code == 400
    assert not any(leaks(reply.text + str(reply.headers)) for reply in replies)
    with database.session(write=False) as session:
        letters = session.scalars(select(OutboxMessage)).all()
        assert letters
        assert not any(leaks(each.subject + each.body) for each in letters)


def test_the_register_is_a_workbook_too(database, now, make, person) -> None:
    made = make()
    person(made.candidates[0]).post(
        f"/sittings/{made.public_id}/appeals", {"subject": "other", "text": "=1+1"}
    )
    examiner = person(made.hall.actor)

    everywhere = examiner.get("/sittings/appeals?show=all&q=26-").text
    book = examiner.post("/sittings/appeals.xlsx", {"sitting": made.public_id, "show": "open"})
    none = person(made.candidates[0]).post("/sittings/appeals.xlsx", {"sitting": ""})

    assert "考生1" in everywhere
    rows = list(load_workbook(BytesIO(book.data)).worksheets[0].values)
    assert (rows[0][0], rows[1][2], rows[1][3]) == ("编号", "考生1", "其他")
    assert none.status_code == 404


def test_who_had_a_part_is_read_once_however_many_may_handle_an_appeal(
    database, make, person, monkeypatch
) -> None:
    made = make()
    assert len(made.deciders) > 1
    candidate, decider = person(made.candidates[0]), person(made.deciders[0])
    home, read = f"/sittings/{made.public_id}/appeals", []
    candidate.post(home, {"subject": "other", "text": " "})
    candidate.post(home, {"subject": "other", "text": "监考提醒太多"})

    def count(*given):
        read.append(given)
        return get_involved(*given)

    monkeypatch.setattr("learning.exams.services.appeals.get_involved", count)

    assert decider.get(f"{home}/{appeal_id(database)}").status_code == 200  # blanks lodge nothing
    assert len(read) == 1
