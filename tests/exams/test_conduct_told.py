"""What a candidate is told of conduct before the room does, and whose number is over the paper."""

from sqlalchemy import update

from learning.attempts.rules import Integrity
from learning.exams.models import Admission
from tests.exams.halls import candidate_of, hall_of
from tests.statements import StatementLog, work_of

STRICT = Integrity(warn_at=2, end_at=4, closed_book=True, log_out=True)


def test_the_page_of_a_strict_sitting_says_what_follows_before_the_start(
    database, now, open_browser
) -> None:
    hall = hall_of(database, now, integrity=STRICT, calculator=False)
    candidate = open_browser(candidate_of(database, now, hall))

    page = candidate.get(f"/sittings/{hall.public_id}").text
    desk = open_browser(hall.examiner).get(f"/sittings/{hall.public_id}/manage").text

    for told in (
        "第 2 次起提醒",
        "满 4 次自动交卷",
        "退出全屏",
        "不能打开本站其他页面",
        "自动退出登录",
        "不提供计算器",
    ):
        assert told in page
        assert told in desk


def test_a_page_that_waits_in_line_is_answered_with_the_room(database, now, open_browser) -> None:
    hall = hall_of(database, now)
    candidate = open_browser(candidate_of(database, now, hall))
    page = f"/sittings/{hall.public_id}"
    form = {"confirm": "y", "csrf_token": candidate.token(page)}

    replies = [
        candidate.client.post(f"{page}/start", data=form, headers={"Accept": "application/json"})
        for _ in range(2)
    ]

    assert replies[0].json == replies[1].json
    assert candidate.get(replies[0].json["room"]).status_code == 200


def test_a_sitting_that_only_records_says_so(database, now, open_browser) -> None:
    hall = hall_of(database, now)

    page = open_browser(candidate_of(database, now, hall)).get(f"/sittings/{hall.public_id}").text

    assert "记录本身不影响成绩" in page
    assert "自动交卷。" not in page.replace("到时系统自动交卷。", "")
    assert "不能打开本站其他页面" not in page


def test_the_ticket_number_is_over_the_paper_within_four_statements(
    database, backend, request, now, open_browser
) -> None:
    server = request.getfixturevalue("postgres_server") if backend == "postgresql" else None
    hall = hall_of(database, now)
    candidate = open_browser(candidate_of(database, now, hall))
    with database.transaction() as session:
        session.execute(update(Admission).values(ticket_no="2026110001234"))
    room = candidate.post(f"/sittings/{hall.public_id}/start", {"confirm": "y"}).headers["Location"]
    page = candidate.get(room).text

    with StatementLog(database, server).watching() as statements:
        candidate.get(room)

    assert 'data-text="考生甲 · 2026110001234"' in page
    assert len(work_of(statements)) <= 4, statements
