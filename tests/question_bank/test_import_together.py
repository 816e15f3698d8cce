"""Imports among several people: who changes the same question, and how much may wait."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from learning.kernel.permissions import Role
from learning.question_bank.models import ItemImport, ItemImportRow
from learning.question_bank.services import import_quota
from tests.factories.people import grant_role, log_in, make_user
from tests.question_bank.importing import item_file, make_web_bank
from tests.question_bank.test_import_routes import count, paste, post, read_in, seen

pytestmark = pytest.mark.pages

TRUE = {"act": "save", "kind": "true_false", "shape": "true_false", "verdict": "t"}


@pytest.fixture
def now():
    """The routes read the clock: what they meet must be of today."""
    return datetime.now(UTC)


@pytest.fixture
def author(client, database, now):
    """An author of the whole platform, with a bank on the web."""
    with database.transaction() as session:
        user = make_user(session, now, "示例命题人")
        grant_role(session, now, user, Role.AUTHOR)
        make_web_bank(session, now)
    log_in(client, database, user, now)
    return client


@pytest.fixture
def colleague(app, database, now):
    """Another author of the whole platform."""
    other = app.test_client()
    with database.transaction() as session:
        user = make_user(session, now, "同组的命题人")
        grant_role(session, now, user, Role.AUTHOR)
    log_in(other, database, user, now)
    return other


def test_who_corrects_a_question_that_somebody_else_changed_is_told_and_loses_nothing(
    author, colleague, database
):
    path = read_in(author)
    shown = seen(author, path, 3)
    post(colleague, f"{path}/rows/3", **TRUE, seen=shown, stem="同事先改好的")

    answer = post(author, f"{path}/rows/3", **TRUE, seen=shown, stem="我后改的")

    assert answer.status_code == 409
    assert "同组的命题人在您改这道题时也改了它" in answer.text
    assert "同事先改好的" in answer.text
    assert ">\n我后改的</textarea>" in answer.text
    with database.session(write=False) as session:
        assert "同事先改好的" in session.get(ItemImportRow, (1, 3)).draft
    newest = re.findall(r'name="seen" value="([0-9a-f]+)"', answer.text)[-1]
    assert newest != shown
    again = post(author, f"{path}/rows/3", **TRUE, seen=newest, stem="我后改的")
    assert again.status_code == 303


def test_a_question_that_changed_meanwhile_is_not_confirmed_unseen(author, colleague, database):
    path = read_in(author)
    shown = seen(author, path, 3)
    post(colleague, f"{path}/rows/3", **{**TRUE, "verdict": ""}, seen=shown, stem="还没有答案")

    answer = post(author, f"{path}/rows/3/confirm", seen=shown)

    assert "刚刚被别人改过" in author.get(answer.headers["Location"]).text
    with database.session(write=False) as session:
        assert session.get(ItemImportRow, (1, 3)).decision == "skip"


def test_more_uploads_than_may_wait_are_refused_until_some_are_dropped(
    author, app, database, monkeypatch
):
    few = replace(app.extensions["settings"], waiting_imports=2)
    monkeypatch.setitem(app.extensions, "settings", few)
    first = read_in(author)
    read_in(author)

    refused = paste(author, item_file(2))

    assert refused.status_code == 409
    assert "您还有 2 次导入没有处理" in refused.text
    assert "检验水平" in refused.text  # what was pasted is still there
    assert count(database, ItemImport) == 2
    post(author, f"{first}/discard")
    assert paste(author, item_file(2)).status_code == 303


def test_uploads_that_wait_may_not_take_more_room_than_allowed(author, app, database, monkeypatch):
    monkeypatch.setattr(import_quota, "MEGABYTE", 400)
    small = replace(app.extensions["settings"], waiting_imports_mb=2)
    monkeypatch.setitem(app.extensions, "settings", small)
    read_in(author)

    assert "已到上限" in paste(author, item_file(8)).text
    assert count(database, ItemImport) == 1
