"""Imports at their edges: pictures, tags beyond measure, banks of files, uploads for the worker."""

import pytest
from sqlalchemy import func, select

from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Invalid
from learning.question_bank.drafts import ItemDraft, draft_from_json
from learning.question_bank.formats import Asset, Parsed, Upload
from learning.question_bank.formats.contract import Entry
from learning.question_bank.formats.reading import Reading, judge
from learning.question_bank.models import ItemDraftRow, ItemRow, MediaFile
from learning.question_bank.rules import ItemKind
from learning.question_bank.services import has_written, importing, sync_bank
from learning.question_bank.services.import_applying import Plan, apply_import, plan_of
from learning.question_bank.services.import_undoing import undo_import
from learning.question_bank.services.records import defaults_of
from tests.factories.banks import make_desk
from tests.factories.people import make_actor, make_user
from tests.question_bank.importing import item_file, make_import, make_web_bank, upload_of
from tests.question_bank.samples import make


@pytest.fixture
def bank(session, now):
    return make_web_bank(session, now)


@pytest.fixture
def actor(session, now):
    return make_actor(make_user(session, now))


def test_pictures_are_kept_by_their_hash_and_texts_refer_to_them(session, now, bank):
    asset = Asset("1.png", "image/png", b"\x89PNG and so on")
    entry = Entry(1, "", ItemDraft(kind="true_false", stem="![图](asset:1.png)", answers=("对",)))
    judged = judge(entry, defaults_of(bank, "x"))
    found = Reading(Parsed("docx", (entry,), (), (asset,)), (judged,))
    kept = importing.keep_reading(
        session, None, bank.code, defaults_of(bank, ""), Upload("a.docx", b"PK"), found, now=now
    )

    apply_import(session, None, kept, bank, Plan(), now=now)

    media = session.scalars(select(MediaFile)).one()
    stem = draft_from_json(session.scalars(select(ItemDraftRow.content)).one()).stem
    assert stem == f"![图](/media/{media.sha256}.png)"
    assert media.content == asset.content


@pytest.mark.parametrize("tags", [["x" * 41], [str(n) for n in range(21)]])
def test_tags_beyond_measure_are_refused(tags):
    with pytest.raises(Invalid):
        plan_of(submits=False, tags=tags)


def test_items_of_files_are_not_touched(session, now, bank):
    sync_bank(session, "files", [make(ItemKind.SINGLE)], now)
    kept = make_import(session, now, item_file(1, without_key=0), bank)
    apply_import(session, None, kept, bank, Plan(), now=now)
    session.refresh(kept)

    undo_import(session, None, kept, now=now)

    assert session.scalar(select(func.count()).where(ItemRow.bank == "files")) == 1


def test_an_upload_for_the_worker_is_kept_as_it_came(session, now, bank, actor):
    upload = upload_of(item_file(1))

    kept = importing.accept_upload(
        session, actor, bank.code, defaults_of(bank, ""), upload, "auto", now=now
    )

    assert (kept.state, kept.content, kept.name) == ("reading", upload.content, "试题.md")


def test_nobody_signs_off_a_question_that_they_corrected_in_an_import(session, now):
    desk = make_desk(session, now)
    kept = make_import(session, now, item_file(2, without_key=0), desk.bank, desk.author)
    mended = draft_from_json('{"kind":"true_false","stem":"改过的题干","answers":["对"]}')
    defaults = defaults_of(desk.bank, "")
    for _ in range(2):  # correcting twice is written down once
        importing.correct_row(session, desk.manager, kept, 1, mended, defaults, now=now)

    apply_import(session, desk.author, kept, desk.bank, Plan(submits=True), now=now)

    corrected, left = session.scalars(select(ItemRow).order_by(ItemRow.id))
    assert has_written(session, desk.manager, corrected)
    assert not has_written(session, desk.manager, left)
    acts = session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
    assert acts.count("item.import_corrected") == 2
