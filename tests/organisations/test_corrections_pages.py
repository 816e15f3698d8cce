"""The pages of requests for correction: upload, list, decision, the file handed out."""

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from learning.accounts.events import CLOSED, AccountClosed
from learning.accounts.models import User
from learning.kernel import events
from learning.kernel.audit import AuditEntry
from learning.kernel.db import Database
from learning.kernel.events import deliver
from learning.kernel.permissions import Role
from learning.organisations.jobs import LEAVING, prune_corrections
from learning.organisations.models import CorrectionRequest, Unit
from learning.organisations.rules.corrections import EVIDENCE_BYTES
from learning.web.transaction import TransactionalFlask
from tests.factories.people import make_membership, make_unit, make_user

from .test_corrections import JPEG, PDF, PNG
from .web import Browser, make_browser, present

NEW = "/account/corrections/new"


@pytest.fixture
def firm(database: Database) -> Unit:
    with database.transaction() as session:
        return make_unit(session, present(), name="示例企业", code="SL")


@pytest.fixture
def me(app: TransactionalFlask, database: Database, firm: Unit) -> Browser:
    with database.transaction() as session:
        user = make_user(session, present(), "示小名")
        make_membership(session, present(), user, firm, staff_no="0012")
    return Browser(app.test_client(), database, user)


@pytest.fixture
def hr(client: FlaskClient, database: Database, firm: Unit) -> Browser:
    return make_browser(client, database, Role.HR_MANAGER, firm)


@pytest.fixture
def foreign(app: TransactionalFlask, database: Database) -> Browser:
    with database.transaction() as session:
        other = make_unit(session, present(), name="别的企业", code="BIE")
    return make_browser(app.test_client(), database, Role.HR_MANAGER, other)


def wish(content: bytes | None = PDF, name: str = "证件.pdf", **more: str) -> dict[str, object]:
    fields: dict[str, object] = {"field": "name", "wanted": "示小明", "reason": "写错了字", **more}
    return fields if content is None else {**fields, "evidence": (io.BytesIO(content), name)}


def file_one(me: Browser, database: Database, **more) -> str:
    assert me.post(NEW, wish(**more)).status_code == 303
    with database.session(write=False) as session:
        newest = select(CorrectionRequest.public_id).order_by(CorrectionRequest.id.desc())
        return str(session.scalars(newest).first())


def test_the_way_of_a_name_from_request_to_new_name(
    me: Browser, hr: Browser, database: Database
) -> None:
    public_id = file_one(me, database)
    assert "等待处理" in me.page("/account/corrections")
    assert "示小名" in hr.page("/corrections")
    assert "采纳并改名" in hr.page(f"/corrections/{public_id}")

    done = hr.post(f"/corrections/{public_id}/decide", {"decision": "accept", "answer": "已核对"})

    assert done.status_code == 303
    assert "已更正" in hr.page(done.location)
    own = me.page("/account/corrections")
    assert "已更正" in own
    assert "已核对" in own
    with database.session(write=False) as session:
        assert session.get_one(User, me.user.id).display_name == "示小明"


def test_what_only_hr_can_change_leads_to_the_tools(
    me: Browser, hr: Browser, firm: Unit, database: Database
) -> None:
    public_id = file_one(me, database, content=None, field="post", wanted="检验员")

    page = hr.page(f"/corrections/{public_id}")

    assert f'href="/units/{firm.public_id}/roster"' in page
    assert "采纳不会自动修改" in page
    assert "采纳并改名" not in page


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (None, "", "更正姓名须附证明材料"),
        (b"", "a.pdf", "文件是空的"),
        (b"MZ\x90\0" + b"\0" * 60, "a.pdf", "只收 PDF、PNG、JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "a.png", "只收 PDF、PNG、JPEG"),
    ],
)
def test_a_bad_file_is_refused_in_words(
    me: Browser, database: Database, content: bytes | None, name: str, words: str
) -> None:
    response = me.post(NEW, wish(content, name))

    assert response.status_code == 400
    page = response.get_data(as_text=True)
    assert page.count(words) == 2  # beside the field and in the summary
    assert "示小明" in page
    with database.session(write=False) as session:
        assert session.scalars(select(CorrectionRequest)).all() == []


def test_a_file_over_2_mb_is_refused_in_words(me: Browser) -> None:
    page = me.client.post(NEW, **multipart(me, PDF.ljust(EVIDENCE_BYTES + 1, b"\0")))

    assert page.status_code == 400
    assert "超过 2 MB" in page.get_data(as_text=True)


def multipart(me: Browser, content: bytes) -> dict[str, Any]:
    """Return a body encoded here: the test client's own encoder leaves a temporary file open."""
    fields = {"csrf_token": me.token, "field": "name", "wanted": "示小明", "reason": "写错了字"}
    parts = [
        f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = '--cut\r\nContent-Disposition: form-data; name="evidence"; filename="a.pdf"\r\n\r\n'
    body = b"".join([*parts, head.encode(), content, b"\r\n--cut--\r\n"])
    return {"data": body, "content_type": "multipart/form-data; boundary=cut"}


def test_hostile_input_is_answered_and_never_a_crash(me: Browser, hr: Browser) -> None:
    bodies: list[dict[str, object]] = [
        {},
        {"field": "x"},
        wish(field="password"),
        wish(wanted="长" * 10_000, reason="长" * 10_000),
        wish(wanted="\ud7ff\U0010ffff\u202e", reason="\u200b"),
        wish(content=PNG, name="<script>alert(1)</script>" * 40),
        {"field": "name", "wanted": "示", "reason": "因", "evidence": "no file"},
    ]
    for body in bodies:
        assert me.post(NEW, body).status_code in {303, 400}
    assert "&lt;script&gt;" in me.page("/account/corrections")
    assert "<script>alert" not in me.page("/account/corrections")
    for query in ({"page": "0"}, {"page": "x"}, {"page": "9" * 40}):
        assert hr.get("/corrections", **query).status_code == 400
    assert hr.get("/corrections", page="999999999").status_code == 200
    assert hr.get("/corrections", state="x' OR 1", q="%_\\" * 60).status_code == 200
    assert hr.post("/corrections/" + "0" * 26 + "/decide", {"decision": "x"}).status_code == 400


def test_a_second_request_for_the_same_field_is_told_to_wait(
    me: Browser, database: Database
) -> None:
    file_one(me, database)

    response = me.post(NEW, wish())

    assert response.status_code == 409
    assert "已有一份申请在等待处理" in response.get_data(as_text=True)


def test_a_refusal_without_an_answer_comes_back_with_the_reason(
    me: Browser, hr: Browser, database: Database
) -> None:
    public_id = file_one(me, database)

    response = hr.post(f"/corrections/{public_id}/decide", {"decision": "refuse", "answer": " "})

    assert response.status_code == 400
    assert "请填写这一项" in response.get_data(as_text=True)
    again = hr.post(f"/corrections/{public_id}/decide", {"decision": "refuse", "answer": "看不清"})
    assert again.status_code == 303
    own = me.page("/account/corrections")
    assert "未采纳" in own
    assert "看不清" in own
    late = hr.post(f"/corrections/{public_id}/decide", {"decision": "accept"})
    assert "已经处理过" in hr.page(late.location)


@pytest.mark.parametrize(
    ("content", "media_type", "extension"),
    [(PDF, "application/pdf", "pdf"), (PNG, "image/png", "png"), (JPEG, "image/jpeg", "jpg")],
    ids=["pdf", "png", "jpeg"],
)
def test_the_file_is_handed_out_so_that_nothing_in_it_can_run(
    me: Browser,
    hr: Browser,
    database: Database,
    content: bytes,
    media_type: str,
    extension: str,
) -> None:
    public_id = file_one(me, database, content=content, name='x.html"; filename=evil.html')

    response = hr.post(f"/corrections/{public_id}/evidence")

    assert response.data == content
    headers = response.headers
    assert headers["Content-Type"] == media_type
    assert headers["Content-Disposition"] == f'attachment; filename="evidence.{extension}"'
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    with database.session(write=False) as session:
        opened = select(AuditEntry).where(AuditEntry.act == "correction.evidence_opened")
        assert session.scalars(opened).one().actor_id == hr.user.id
    assert hr.get(f"/corrections/{public_id}/evidence").status_code == 405


def test_foreign_requests_answer_like_missing_ones(
    me: Browser, foreign: Browser, database: Database
) -> None:
    public_id = file_one(me, database)

    def answers(raw: str) -> list[int]:
        return [
            foreign.get(f"/corrections/{raw}").status_code,
            foreign.post(f"/corrections/{raw}/evidence").status_code,
            foreign.post(f"/corrections/{raw}/decide", {"decision": "accept"}).status_code,
            foreign.post(f"/account/corrections/{raw}/withdraw").status_code,
        ]

    assert answers(public_id) == answers("0" * 26) == [404] * 4
    assert "示小名" not in foreign.page("/corrections")


def test_who_may_not_decide_comes_to_no_list(me: Browser, database: Database) -> None:
    public_id = file_one(me, database)

    assert me.get("/corrections").status_code == 403
    assert me.get(f"/corrections/{public_id}").status_code == 403
    assert me.post(f"/corrections/{public_id}/evidence").status_code == 403


def test_withdrawing_on_the_page(me: Browser, database: Database) -> None:
    public_id = file_one(me, database)

    done = me.post(f"/account/corrections/{public_id}/withdraw")

    page = me.page(done.location)
    assert "已撤回" in page
    with database.session(write=False) as session:
        assert session.scalars(select(CorrectionRequest.evidence)).one() is None


def test_the_list_pages_by_fifty_with_the_total(
    hr: Browser, firm: Unit, database: Database
) -> None:
    with database.transaction() as session:
        for number in range(60):
            user = make_user(session, present(), f"示例{number:02}")
            make_membership(session, present(), user, firm)
            session.add(
                CorrectionRequest(
                    public_id=f"{number:026}",
                    user_id=user.id,
                    field="post",
                    current_text="",
                    wanted_text="检验员",
                    reason="换岗",
                    state="pending",
                    requested_at=present(),
                )
            )

    first, second = hr.page("/corrections"), hr.page("/corrections", page="2")

    assert (first.count("<tr>"), second.count("<tr>")) == (51, 11)
    assert "共 60" in first


def test_a_closed_account_takes_its_requests_along(
    me: Browser, hr: Browser, database: Database
) -> None:
    public_id = file_one(me, database)
    with database.transaction() as session:
        event = AccountClosed(me.user.id, me.user.public_id).payload()
        events.record(session, CLOSED, event, present())

    deliver(database, LEAVING, present())

    with database.session(write=False) as session:
        row = session.scalars(select(CorrectionRequest)).one()
        assert (row.public_id, row.state, row.wanted_text) == (public_id, "withdrawn", "")
    assert hr.get(f"/corrections/{public_id}").status_code == 404


def test_the_job_finds_nothing_on_an_ordinary_day(me: Browser, database: Database) -> None:
    file_one(me, database)

    assert prune_corrections(database, present()) == 0
