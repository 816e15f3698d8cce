"""Pages of units and people: who sees what, paged, searched, and nothing of others."""

import pytest
from flask.testing import FlaskClient

from learning.kernel.db import Database
from learning.kernel.permissions import Role
from learning.organisations import queries
from tests.factories.people import make_membership, make_unit, make_user
from tests.organisations.web import Browser, make_browser, present

PAGES = [
    "",
    "/people",
    "/roster",
    "/roster/template.xlsx",
    "/manage",
    "/manage/new",
    "/manage/split",
]
HR_PAGES = PAGES[:4]


@pytest.fixture
def firm(database: Database):
    with database.transaction() as session:
        now = present()
        firm = make_unit(session, now, name="示例企业", code="SL")
        part = make_unit(session, now, kind="department", name="生产部", parent=firm)
        for number, name in enumerate(["张伟", "<b>王芳</b>", "𠮷野·买买提", "{{7*7}}"]):
            person = make_user(session, now, name)
            make_membership(session, now, person, part, organisation=firm, staff_no=f"A{number}")
    return firm


def test_hr_sees_units_and_people_and_what_may_be_done(
    client: FlaskClient, database: Database, firm
) -> None:
    hr = make_browser(client, database, Role.HR_MANAGER, firm)

    index, detail, people = (
        hr.page("/units"), hr.page(f"/units/{firm.public_id}"), hr.page(f"/units/{firm.public_id}/people"),
    )  # fmt: skip

    assert "示例企业" in index
    assert "生产部" in index
    assert "生产部" in detail
    assert "导入花名册" in detail
    assert "管理单位" not in detail
    assert "𠮷野·买买提" in people
    assert "&lt;b&gt;王芳&lt;/b&gt;" in people
    assert "{{7*7}}" in people
    assert 'href="/units"' in people


def test_people_are_searched_and_paged(client: FlaskClient, database: Database, firm) -> None:
    with database.transaction() as session:
        for number in range(60):
            make_membership(
                session, present(), make_user(session, present(), f"员工{number:02d}"), firm
            )
    hr = make_browser(client, database, Role.HR_MANAGER, firm)
    path = f"/units/{firm.public_id}/people"

    assert hr.page(path).count('name="person"') == 50
    assert hr.page(path, page="2").count('name="person"') == 14
    assert hr.page(path, q="a1").count('name="person"') == 1
    assert "没有找到人员" in hr.page(path, q="%")
    assert "q=%E5%91%98" in hr.page(path, q="员")
    assert hr.get(path, page="0").status_code == 400
    assert hr.get(path, page="999999999").status_code == 200
    assert hr.get(path, q="x" * 5000).status_code == 200


def test_foreign_missing_and_closed_units_are_not_found(
    client: FlaskClient, database: Database, firm
) -> None:
    with database.transaction() as session:
        other = make_unit(session, present(), name="外部企业")
        closed = make_unit(session, present(), name="撤销", parent=firm)
        closed.closed_at = present()
    hr = make_browser(client, database, Role.HR_MANAGER, firm)

    for public_id in (other.public_id, closed.public_id, "0" * 26, "%00", "𠮷", "x" * 300):
        for page in HR_PAGES:
            assert hr.get(f"/units/{public_id}{page}").status_code == 404
        assert hr.post(f"/units/{public_id}/codes", {"who": "waiting"}).status_code == 404


def test_who_holds_no_role_may_not_come_in(client: FlaskClient, database: Database, firm) -> None:
    nobody = make_browser(client, database)

    statuses = {page: nobody.get(f"/units/{firm.public_id}{page}").status_code for page in PAGES}

    assert statuses == dict.fromkeys(PAGES, 403)


def test_who_is_not_logged_in_is_asked_to(client: FlaskClient, firm) -> None:
    for page in PAGES:
        response = client.get(f"/units/{firm.public_id}{page}")
        assert response.status_code == 302
        assert "/login" in response.headers["Location"]


def test_hr_may_not_manage_units(client: FlaskClient, database: Database, firm) -> None:
    hr = make_browser(client, database, Role.HR_MANAGER, firm)

    assert hr.get(f"/units/{firm.public_id}/manage").status_code == 403
    assert hr.post(f"/units/{firm.public_id}/manage/rename", {"name": "x"}).status_code == 403
    assert hr.get("/units/new").status_code == 403


class Operator:
    """The forms of managing, by name."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    def act(self, unit, name: str, /, **data: str):
        return self.browser.post(f"/units/{unit.public_id}/manage/{name}", data)


@pytest.fixture
def operator(client: FlaskClient, database: Database) -> Operator:
    return Operator(make_browser(client, database, Role.OPERATOR))


def test_an_operator_creates_units_and_sees_what_is_wrong(
    database: Database, operator: Operator, firm
) -> None:
    browser = operator.browser
    wrong = browser.post("/units/new", {"kind": "enterprise", "name": "新企业", "uscc": "123"})
    made = browser.post(
        "/units/new",
        {"kind": "enterprise", "name": "新企业", "uscc": "91110000600037341L", "code": "xq"},
    )
    page = browser.page(made.headers["Location"])
    child = operator.act(firm, "new", kind="department", name="质量部")
    twice = operator.act(firm, "new", kind="department", name="质量部")

    assert wrong.status_code == 400
    assert "校验位" in wrong.get_data(as_text=True)
    assert made.status_code == child.status_code == 303
    assert "已新建" in page
    assert twice.status_code == 400
    assert "同一上级下已有这个名称的单位" in twice.get_data(as_text=True)


def test_an_operator_changes_the_tree_by_plain_forms(
    database: Database, operator: Operator, firm
) -> None:
    with database.transaction() as session:
        group = make_unit(session, present(), name="集团", code="JT")
        twin = make_unit(session, present(), kind="department", name="生产部", parent=group)
        part = queries.list_children(session, firm.id, present())[0]

    def name(unit) -> str:
        with database.session(write=False) as session:
            return " / ".join(u.name for u in queries.list_path(session, unit.id, present()))

    assert operator.act(firm, "rename", name="示例股份").status_code == 303
    assert operator.act(firm, "move", target="jt").status_code == 303
    assert name(part) == "集团 / 示例股份 / 生产部"
    assert (
        operator.act(firm, "details", code="GF", region="370200", aliases="股份\n示例").status_code
        == 400
    )
    assert operator.act(firm, "details", code="GF", uscc="91110000600037341L").status_code == 303
    ambiguous = operator.act(part, "merge", target="生产部")
    assert ambiguous.status_code == 400
    assert "请写上级" in ambiguous.get_data(as_text=True)
    assert operator.act(part, "merge", target="集团/生产部").status_code == 303
    with database.session(write=False) as session:
        assert queries.count_members(session, queries.subtree([twin.id], present()), present()) == 4
    assert operator.act(twin, "close").status_code == 400
    assert operator.act(firm, "close").status_code == 303


def test_an_operator_splits_a_unit(database: Database, operator: Operator, firm) -> None:
    browser = operator.browser
    with database.session(write=False) as session:
        part = queries.list_children(session, firm.id, present())[0]
    form = browser.page(f"/units/{part.public_id}/manage/split")

    refused = operator.act(part, "split", **{"parts-0-name": "一部"})
    done = operator.act(part, "split", **{"parts-0-name": "一部", "parts-1-name": "二部"})

    assert "新单位 4" in form
    assert refused.status_code == 400
    assert done.status_code == 303
    assert "由 生产部 拆分而来" in browser.page(done.headers["Location"])


WRONG: list[tuple[str, dict[str, str]]] = [
    ("rename", {"name": ""}),
    ("rename", {"name": "x" * 201}),
    ("rename", {"name": "新", "effective_on": "2999-01-01"}),
    ("rename", {"name": "新", "effective_on": "0001-01-01"}),
    ("rename", {"name": "新", "effective_on": "昨天"}),
    ("move", {"target": "没有"}),
    ("move", {"target": "/"}),
    ("move", {"target": "生产部"}),
    ("merge", {"target": "示例企业"}),
    ("details", {"headcount": "-1"}),
    ("details", {"headcount": "9" * 40}),
    ("details", {"aliases": "\n".join(str(n) for n in range(30))}),
    ("close", {"effective_on": "x"}),
    ("new", {"kind": "nothing", "name": "x"}),
    ("split", {"parts-0-name": "\x00", "parts-1-name": "\u202e"}),
]


def test_wrong_input_is_answered_by_the_form(operator: Operator, firm) -> None:
    statuses = [(name, data, operator.act(firm, name, **data).status_code) for name, data in WRONG]

    assert [entry for entry in statuses if entry[2] != 400] == []


def test_a_form_without_its_token_or_with_a_field_twice_is_refused(
    operator: Operator, firm
) -> None:
    path = f"/units/{firm.public_id}/manage/rename"

    assert operator.browser.client.post(path, data={"name": "x"}).status_code == 403
    assert operator.browser.post(path, {"name": ["x", "y"]}).status_code == 400


def test_a_list_of_ten_thousand_people_takes_few_queries(
    client: FlaskClient, database: Database, firm, request: pytest.FixtureRequest
) -> None:
    from sqlalchemy import event

    hr = make_browser(client, database, Role.HR_MANAGER, firm)
    hr.page(f"/units/{firm.public_id}/people")
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    request.addfinalizer(lambda: event.remove(database.engine, "before_cursor_execute", note))
    hr.page(f"/units/{firm.public_id}/people")

    assert len([s for s in statements if s.startswith(("SELECT", "WITH"))]) <= 15
