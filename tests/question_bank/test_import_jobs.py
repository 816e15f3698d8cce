"""What the worker does with imports: reads large ones, gives up on bad ones, forgets old ones."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from learning.question_bank.formats import Upload, registry
from learning.question_bank.jobs import CLAIMS, OLD_IMPORTS, READ
from learning.question_bank.models import ItemImport, ItemImportRow, ItemRow
from learning.question_bank.queries import find_bank
from learning.question_bank.services.import_applying import Plan, apply_import, claim
from learning.question_bank.services.importing import accept_upload
from learning.question_bank.services.records import defaults_of
from tests.question_bank.importing import item_file, make_import, make_web_bank


@pytest.fixture
def bank(database, now):
    with database.transaction() as session:
        make_web_bank(session, now)


def send(database, now, content, wanted="auto"):
    """Leave an upload for the worker."""
    with database.transaction() as session:
        defaults = defaults_of(find_bank(session, "web"), "")
        upload = Upload("试题.md", content)
        accept_upload(session, None, "web", defaults, upload, wanted, now=now)


def the_import(database):
    with database.session(write=False) as session:
        return session.scalars(select(ItemImport)).one()


def rows(database):
    with database.session(write=False) as session:
        return session.scalar(select(func.count()).select_from(ItemImportRow))


@pytest.mark.usefixtures("bank")
def test_an_upload_becomes_a_preview_and_is_read_once(database, now):
    send(database, now, item_file(1200, without_key=1).encode())

    assert READ.run(database, now) == 1
    assert READ.run(database, now) == 0

    kept = the_import(database)
    assert (kept.state, kept.format, kept.done, kept.total) == ("preview", "markdown", 1201, 1201)
    assert rows(database) == 1201


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize("content", [b"\x00\x01" * 999, "没有题目".encode()])
def test_what_cannot_be_read_fails_in_words_and_what_came_is_forgotten(database, now, content):
    send(database, now, content, "markdown")

    READ.run(database, now)

    kept = the_import(database)
    assert (kept.state, kept.content) == ("failed", None)
    assert '"message"' in kept.problems


@pytest.mark.usefixtures("bank")
def test_a_fault_of_a_format_ends_in_words_too(database, now, monkeypatch):
    class Broken:
        NAME = "broken"

        def detect(self, upload):
            return 0

        def parse(self, upload, progress):
            raise ZeroDivisionError

    monkeypatch.setattr(registry, "_importers", {"broken": Broken()})
    send(database, now, b"1", "broken")

    assert READ.run(database, now) == 1

    assert the_import(database).state == "failed"


@pytest.mark.usefixtures("bank")
def test_what_was_not_read_within_an_hour_is_given_up(database, now):
    send(database, now, item_file(1).encode())

    READ.run(database, now + timedelta(minutes=61))

    assert the_import(database).state == "failed"


@pytest.mark.usefixtures("bank")
def test_after_a_worker_that_died_the_next_begins_again(database, now):
    send(database, now, item_file(2, without_key=0).encode())
    with database.transaction() as session:
        left = {"place": "", "draft": "{}", "problems": "[]", "findings": "[]"}
        session.add(ItemImportRow(import_id=1, number=1, is_good=False, decision="skip", **left))

    READ.run(database, now)

    assert (the_import(database).state, rows(database)) == ("preview", 2)


@pytest.mark.usefixtures("bank")
def test_old_previews_go_and_applied_ones_keep_their_line_alone(database, now):
    with database.transaction() as session:
        bank = find_bank(session, "web")
        make_import(session, now, item_file(2), bank)
        applied = make_import(session, now, item_file(1, without_key=0, offset=70), bank)
        apply_import(session, None, applied, bank, Plan(), now=now)

    assert OLD_IMPORTS.run(database, now + timedelta(days=14)) == 0
    while OLD_IMPORTS.run(database, now + timedelta(days=15)):
        pass

    kept = the_import(database)
    assert (kept.state, kept.content, rows(database)) == ("applied", None, 0)
    with database.session(write=False) as session:
        assert session.scalar(select(func.count()).select_from(ItemRow)) == 1


@pytest.mark.usefixtures("bank")
def test_claims_of_processes_that_are_gone_are_given_back(database, now):
    with database.transaction() as session:
        bank = find_bank(session, "web")
        claim(session, make_import(session, now, item_file(1), bank), bank, now=now)

    assert CLAIMS.run(database, now) == 0
    assert CLAIMS.run(database, now + timedelta(minutes=11)) == 1
    assert the_import(database).state == "preview"
