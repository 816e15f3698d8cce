"""Pictures by hash, how often items were shown, where they may be drawn, and until when not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from learning.attempts.queries import list_using
from learning.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from learning.kernel.permissions import Permission
from learning.question_bank.models import ItemExposure
from learning.question_bank.queries import compare_texts, get_bank_for, list_pool
from learning.question_bank.rules import ItemKind, Pool
from learning.question_bank.services import (
    count_exposure,
    create_draft,
    judge_draft,
    open_draft,
    save_draft,
    set_not_before,
    store_picture,
)
from tests.factories.banks import make_approved, make_desk, make_draft
from tests.factories.items import make_assessment, make_bank
from tests.factories.pictures import PNG


@pytest.mark.parametrize("content", [b"<svg/>", b"<html>", b"", PNG[:20], b"GIF89a"])
def test_what_is_no_picture_is_not_kept(session, now, content) -> None:
    with pytest.raises(Invalid):
        store_picture(session, None, content, now=now)


def test_a_form_counts_once_for_each_version_and_remembers_the_last(session, now) -> None:
    item = make_approved(session, now, make_desk(session, now))
    version = item.current_version_id

    count_exposure(session, [version, version], now)
    count_exposure(session, [version], now - timedelta(days=1))

    row = session.get_one(ItemExposure, version, populate_existing=True)
    assert (row.forms, row.last_at) == (2, now)


def test_an_assessment_is_found_by_the_items_it_may_draw(session, now) -> None:
    make_bank(session, now)
    made = make_assessment(session, now)
    [first, *_] = list_pool(session, "sample", Pool.CONTEST, ItemKind.SINGLE)

    found, total = list_using(session, [first.version_id], limit=5)

    assert ([title for title, _opens, _closes in found], total) == ([made.title], 1)


def test_an_item_kept_back_is_drawn_only_by_what_opens_later(session, now) -> None:
    desk = make_desk(session, now)
    item = make_approved(session, now, desk)
    set_not_before(session, desk.manager, item, now + timedelta(days=2), now)

    def drawn(opens_at):
        of_bank = (desk.bank.code, Pool.CONTEST, ItemKind.SINGLE)
        return len(list_pool(session, *of_bank, opens_at=opens_at))

    assert [drawn(None), drawn(now), drawn(now + timedelta(days=2))] == [0, 0, 1]


def test_secure_items_stay_in_secure_banks(session, now) -> None:
    secure = make_desk(session, now, code="sealed", pool=Pool.SECURE)
    item = make_approved(session, now, secure)

    assert item.pool == "secure"
    assert list_pool(session, "sealed", Pool.PRACTICE, ItemKind.SINGLE) == []
    judged = judge_draft(session, make_desk(session, now).bank, _pooled("secure"), "x-1")
    assert (judged.item, judged.findings[-1].code) == (None, "pool_secure")
    assert judge_draft(session, secure.bank, _pooled("practice"), "x-1").item is None


def _pooled(pool):
    return replace(make_draft(), pool=pool)


def test_two_editors_of_one_draft_notice_each_other(session, now) -> None:
    desk = make_desk(session, now)
    item = create_draft(session, desk.author, desk.bank, make_draft(), now=now)
    save_draft(session, desk.author, item, make_draft("甲（　）。"), 1, now)

    with pytest.raises(Conflict, match="draft_changed"):
        save_draft(session, desk.manager, item, make_draft("乙（　）。"), 1, now)

    assert open_draft(session, desk.manager, item, now).draft.stem == "甲（　）。"


def test_a_bank_of_another_unit_is_nowhere_and_ones_own_not_everybodys(session, now) -> None:
    desk, other = make_desk(session, now), make_desk(session, now, code="other")

    with pytest.raises(NotFound):
        get_bank_for(session, desk.manager, Permission.ITEM_READ, other.bank.code, now)
    with pytest.raises(Forbidden):
        get_bank_for(session, desk.author, Permission.BANK_MANAGE, desk.bank.code, now)


def test_banks_of_files_are_changed_in_files(session, now) -> None:
    make_bank(session, now)
    desk = make_desk(session, now)

    assert get_bank_for(session, desk.author, Permission.ITEM_READ, "sample", now).code == "sample"
    with pytest.raises(Forbidden, match="bank_file"):
        create_draft(
            session,
            desk.author,
            get_bank_for(session, desk.author, Permission.ITEM_READ, "sample", now),
            make_draft(),
            now=now,
        )


def test_chinese_is_compared_by_characters_and_numbers_whole() -> None:
    pieces = [(p.how, p.text) for p in compare_texts("寿命为 49 小时", "平均寿命为 42 小时")]

    assert pieces == [
        ("new", "平均"),
        ("same", "寿命为 "),
        ("gone", "49"),
        ("new", "42"),
        ("same", " 小时"),
    ]
