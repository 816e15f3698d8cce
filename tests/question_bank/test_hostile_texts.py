"""Texts that no database holds: refused in words or kept harmless, never a failure of the house."""

import contextlib
from dataclasses import replace

import pytest
from sqlalchemy import select

from learning.kernel.errors import DomainError
from learning.question_bank.services import comment_on, create_draft, filters, importing
from learning.question_bank.services.banks import allot_codes
from learning.question_bank.services.exporting import Wanted, export_items
from learning.question_bank.services.import_applying import Plan, apply_import, plan_of
from learning.question_bank.services.records import defaults_of
from tests.factories.banks import make_desk, make_draft
from tests.question_bank.importing import item_file, make_import

NUL = "a\x00b"


def draft_texts(session, now, desk):
    every = dict.fromkeys("kind stem area level pool difficulty source".split(), NUL)
    create_draft(session, desk.author, desk.bank, replace(make_draft(), **every), now=now)


def area_alone(session, now, desk):
    create_draft(session, desk.author, desk.bank, replace(make_draft(), area=NUL), now=now)


def comment(session, now, desk):
    item = create_draft(session, desk.author, desk.bank, make_draft(), now=now)
    comment_on(session, desk.author, item, NUL, now)


def code_in_a_file(session, now, desk):
    del now
    allot_codes(session, desk.bank, [NUL])


def code_to_export(session, now, desk):
    wanted = Wanted(desk.bank.code, (NUL,))
    export_items(session, desk.manager, desk.bank, "markdown", wanted, now=now)


def name_of_a_filter(session, now, desk):
    del now
    filters.delete_filter(session, desk.author, NUL)


def tag_of_an_import(session, now, desk):
    kept = make_import(session, now, item_file(1), desk.bank, desk.author)
    plan = plan_of(submits=False, tags=[NUL])
    apply_import(session, desk.author, kept, desk.bank, plan, now=now)


def field_of_an_import(session, now, desk):
    kept = make_import(session, now, item_file(1), desk.bank, desk.author)
    said, defaults = dict.fromkeys(importing.FIELDS, NUL), defaults_of(desk.bank, "")
    importing.set_fields(session, kept, said, defaults, overwrites=True)
    importing.decide_rows(session, kept, "take")
    apply_import(session, desk.author, kept, desk.bank, Plan(), now=now)


@pytest.mark.parametrize(
    "act",
    [
        draft_texts,
        area_alone,
        comment,
        code_in_a_file,
        code_to_export,
        name_of_a_filter,
        tag_of_an_import,
        field_of_an_import,
    ],
)
def test_a_text_that_no_database_holds_fails_nothing(session, now, act):
    desk = make_desk(session, now)

    with contextlib.suppress(DomainError):
        act(session, now, desk)
        session.flush()

    assert session.scalar(select(1)) == 1  # the transaction is still of use
