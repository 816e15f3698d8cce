"""Items taken home: keys by their own right, every time written down, what is left out named."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from learning.kernel.audit import AuditEntry
from learning.kernel.permissions import Role
from learning.question_bank.models import BankRow
from learning.question_bank.routes import exports as routes
from tests.factories.items import make_bank
from tests.factories.people import grant_role, log_in, make_user

pytestmark = pytest.mark.pages


@pytest.fixture
def now():
    """The routes read the clock: what they meet must be of today."""
    return datetime.now(UTC)


@pytest.fixture
def enter(client, database, now):
    """Log somebody of a role in."""

    def log_in_as(role):
        with database.transaction() as session:
            user = make_user(session, now)
            grant_role(session, now, user, role)
            make_bank(session, now, bank="files", explanation="CANARY")
        log_in(client, database, user, now)
        return client

    return log_in_as


def export(client, **fields):
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/account").text)
    data = {"csrf_token": token.group(1), "bank": "files", "format": "markdown", **fields}
    return client.post("/items/export", data=data)


def exports(database):
    with database.session(write=False) as session:
        query = select(AuditEntry.act).where(AuditEntry.act.like("item.%exported"))
        return session.scalars(query).all()


def test_a_manager_takes_keys_home_and_that_is_written_down(enter, database):
    manager = enter(Role.ITEM_MANAGER)
    assert "连同答案" in manager.get("/items/export?bank=files").text

    answer = export(manager, keys="1")

    assert answer.status_code == 200
    assert "CANARY" in answer.text
    assert 'filename="files.md"' in answer.headers["Content-Disposition"]
    assert exports(database) == ["item.keys_exported"]


def test_an_author_takes_items_home_without_their_keys(enter, database):
    author = enter(Role.AUTHOR)
    assert "连同答案" not in author.get("/items/export?bank=files").text

    assert export(author, keys="1").status_code == 403
    answer = export(author)

    assert "的题干" in answer.text
    assert "CANARY" not in answer.text
    assert exports(database) == ["item.exported"]


def test_a_selection_is_exported_alone(enter):
    answer = export(enter(Role.AUTHOR), codes="s-001 s-002")

    assert "s-001 的题干" in answer.text
    assert "s-003 的题干" not in answer.text


def test_what_a_format_cannot_carry_is_shown_before_anything_leaves_the_house(enter, database):
    manager = enter(Role.ITEM_MANAGER)

    shown = export(manager, keys="1", format="aiken")
    assert "这种格式装不下" in shown.text
    assert exports(database) == []

    assert export(manager, keys="1", format="aiken", anyway="1").status_code == 200
    assert exports(database) == ["item.keys_exported"]


def test_a_format_that_cannot_leave_keys_out_is_refused_without_them(enter):
    assert export(enter(Role.AUTHOR), format="gift").status_code in {404, 409}


def test_nobody_who_writes_waits_while_items_are_put_into_a_file(enter, database, monkeypatch):
    manager = enter(Role.ITEM_MANAGER)
    pack = routes.pack_items

    def packing(*arguments, **more):
        with database.transaction() as session:  # SQLite has one writer at a time
            session.execute(update(BankRow).values(description="改过的说明"))
        return pack(*arguments, **more)

    monkeypatch.setattr(routes, "pack_items", packing)

    assert export(manager, keys="1").status_code == 200
    assert exports(database) == ["item.keys_exported"]
