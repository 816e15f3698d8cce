"""Tags and the day an item is kept back until, as fields of the editor."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from learning.kernel.permissions import Role
from learning.question_bank import queries, services
from learning.question_bank.models import ItemRow
from learning.question_bank.services import BankSettings
from tests.factories.people import grant_role, log_in, make_user
from tests.question_bank.editing import GOOD, Desk

pytestmark = pytest.mark.pages


@pytest.fixture
def now() -> datetime:
    """The routes read the clock: what they meet must be of today."""
    return datetime.now(UTC)


@pytest.fixture
def desk(client, database, now):
    with database.transaction() as session:
        user = make_user(session, now, "示例命题人")
        grant_role(session, now, user, Role.AUTHOR)
        services.create_bank(session, None, "qa", BankSettings("示例题库"), now=now)
    log_in(client, database, user, now)
    return Desk(client, database, user)


def _labels(desk, code):
    with desk.database.session(write=False) as session:
        item = session.scalar(select(ItemRow).where(ItemRow.code == code))
        return list(queries.tags_of(session, item)), item.not_before


def _manages(desk, database, now):
    with database.transaction() as session:
        grant_role(session, now, desk.user, Role.ITEM_MANAGER)


def test_tags_and_the_day_are_stored_with_the_draft_and_shown_again(desk, database, now):
    _manages(desk, database, now)

    code, _revision = desk.write(tags="过程  能力、SPC", not_before="2027-03-01")

    assert _labels(desk, code) == (["SPC", "过程 能力"], datetime(2027, 2, 28, 16, tzinfo=UTC))
    page = desk.client.get(f"/items/qa/{code}/edit").text
    assert 'name="tags" value="SPC、过程 能力"' in page
    assert 'name="not_before" type="date" value="2027-03-01"' in page


def test_a_save_changes_the_tags_its_writer_changed_and_none_of_anybody_elses(desk):
    code, revision = desk.write(tags="甲、乙")
    fields = {**GOOD, "act": "save", "revision": revision}

    desk.post(f"/{code}/edit", {**fields, "tags_were": "甲、乙", "tags": "甲、乙、丙"})
    reply = desk.post(f"/{code}/edit", {**fields, "tags_were": "甲、乙", "tags": "乙、丁"})

    assert _labels(desk, code)[0] == ["丁", "丙", "乙"]
    assert reply.json["labels"] == {"tags_were": "乙、丁", "not_before_was": ""}


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("tags", "长" * 41, "至多 40 字"),
        ("tags", "、".join(f"t{n}" for n in range(21)), "至多 20 个"),
        ("tags", "有\x07铃", "至多 40 字"),
        ("not_before", "下周一", "请填写日期"),
        ("not_before", "0202-01-01", "请填写日期"),
    ],
)
def test_a_label_that_cannot_be_kept_is_said_and_the_rest_is_saved(
    desk, database, now, field, text, says
):
    _manages(desk, database, now)
    code, revision = desk.write(tags="甲", not_before="2027-03-01")
    before = _labels(desk, code)
    were = {"tags": "甲", "tags_were": "甲"}
    were |= {"not_before": "2027-03-01", "not_before_was": "2027-03-01"}

    reply = desk.post(
        f"/{code}/edit",
        {**GOOD, **were, field: text, "stem": "改了（　）", "act": "save", "revision": revision},
    )

    [finding] = [each for each in reply.json["findings"] if each["name"] == field]
    assert says in finding["message"]
    assert not finding["is_remark"]
    assert desk.stored(code).stem == "改了（　）"
    assert _labels(desk, code) == before
    assert reply.json["labels"] == {"tags_were": "甲", "not_before_was": "2027-03-01"}


def test_the_day_is_set_by_who_manages_the_bank_alone(desk):
    code, _revision = desk.write(not_before="2027-03-01")

    assert _labels(desk, code)[1] is None
    assert 'name="not_before"' not in desk.client.get(f"/items/qa/{code}/edit").text


def test_a_tag_with_a_fault_keeps_the_item_from_review(desk):
    code, revision = desk.write()

    page = desk.post(
        f"/{code}/edit",
        {**GOOD, "tags": "长" * 41, "act": "submit", "revision": revision},
        headers={},
    ).text

    assert "改好下面各项" in page
    assert "长" * 41 in page
