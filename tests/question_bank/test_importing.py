"""Imports from preview to items and back: what is kept, corrected, applied, undone."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Forbidden, NotFound
from learning.question_bank.drafts import draft_from_json, draft_of
from learning.question_bank.formats import Parsed, Upload
from learning.question_bank.formats.contract import Entry, SourceProblem
from learning.question_bank.formats.reading import Reading, judge
from learning.question_bank.models import (
    ItemDraftRow,
    ItemImport,
    ItemImportRow,
    ItemKeyRow,
    ItemReview,
    ItemRow,
    ItemTag,
    ItemVersionRow,
    ItemWriter,
)
from learning.question_bank.queries.imports import get_figures, list_rows
from learning.question_bank.rules import ItemKind, Pool
from learning.question_bank.services import approve, has_written, importing
from learning.question_bank.services.import_applying import (
    Plan,
    apply_import,
    claim,
    prepare,
    release_stuck,
    write,
)
from learning.question_bank.services.import_rows import entry_of
from learning.question_bank.services.import_undoing import undo_import
from learning.question_bank.services.records import defaults_of
from tests.factories.banks import make_desk
from tests.factories.people import make_actor, make_user
from tests.question_bank.importing import item_file, make_import, make_web_bank
from tests.question_bank.samples import make


@pytest.fixture
def bank(session, now):
    return make_web_bank(session, now)


@pytest.fixture
def actor(session, now):
    return make_actor(make_user(session, now))


def count(session, table, *where):
    return session.scalar(select(func.count()).select_from(table).where(*where))


def rows_of(session, kept):
    return session.scalars(
        select(ItemImportRow)
        .where(ItemImportRow.import_id == kept.id)
        .order_by(ItemImportRow.number)
        .execution_options(populate_existing=True)
    ).all()


def acts(session):
    return session.scalars(
        select(AuditEntry.act).where(AuditEntry.act.like("item.import%")).order_by(AuditEntry.id)
    ).all()


def test_a_reading_is_kept_as_a_preview_and_makes_no_item(session, now, bank):
    kept = make_import(session, now, item_file(2, without_key=1), bank)

    assert (kept.state, kept.format, kept.total) == ("preview", "markdown", 3)
    assert [(row.is_good, row.decision) for row in rows_of(session, kept)] == [
        (True, "take"),
        (True, "take"),
        (False, "skip"),
    ]
    assert count(session, ItemRow) == 0


def test_the_same_words_in_the_file_and_in_the_bank_are_remarked_and_skipped(session, now, bank):
    first = make_import(session, now, item_file(1, without_key=0), bank)
    apply_import(session, None, first, bank, Plan(), now=now)
    text = item_file(2, without_key=0)
    twice = text + text.replace("qa-0000", "qa-0001").removeprefix("# 抽样检验\n")

    kept = make_import(session, now, twice.replace("样本量", " 样本量 "), bank)

    figures = get_figures(session, kept.id)
    assert (figures.total, figures.good, figures.duplicates, figures.taken) == (4, 4, 3, 1)
    said = [row.findings for row in list_rows(session, kept.id, "duplicate", page=1)[0]]
    assert "qa-00001" in said[0]
    assert "与第 2 题相同" in said[2]


def test_a_corrected_question_is_checked_again_and_taken(session, now, bank):
    kept = make_import(session, now, item_file(1, without_key=1), bank)
    draft = entry_of(rows_of(session, kept)[1]).draft
    mended = draft_from_json('{"kind":"true_false","stem":"新的题干","answers":["对"]}')

    row = importing.change_row(session, kept, 2, mended, defaults_of(bank, ""))

    assert draft.answers == ()
    assert (row.is_good, row.decision, row.problems) == (True, "take", "[]")


def test_a_correction_that_is_still_wrong_stays_open_with_what_is_wrong(session, now, bank):
    kept = make_import(session, now, item_file(1, without_key=0), bank)
    worse = draft_from_json('{"kind":"single","stem":"","options":[]}')

    row = importing.change_row(session, kept, 1, worse, defaults_of(bank, ""))

    assert not row.is_good
    assert "stem_empty" in row.findings


def doubtful(session, now, bank):
    """Keep a reading whose one question is good but for a doubt of its source."""
    good = make(ItemKind.SINGLE)
    problem = SourceProblem("第 1 行", "option_guess", "选项按空格切开，对吗？")
    entry = Entry(1, "第 1 行", draft_of(good), (problem,))
    judged = judge(entry, defaults_of(bank, "x"))
    found = Reading(Parsed("paste", (entry,)), (judged,))
    return importing.keep_reading(
        session, None, bank.code, defaults_of(bank, ""), Upload("", b"1."), found, now=now
    )


def test_a_doubt_of_the_source_waits_for_a_person_and_is_settled_by_one(session, now, bank):
    kept = doubtful(session, now, bank)
    assert [row.is_good for row in rows_of(session, kept)] == [False]

    importing.confirm_row(session, kept, 1, defaults_of(bank, ""))

    assert [(row.is_good, row.problems) for row in rows_of(session, kept)] == [(True, "[]")]


def test_rows_are_decided_one_by_one_and_by_scope(session, now, bank):
    kept = make_import(session, now, item_file(3, without_key=2), bank)

    assert importing.decide_rows(session, kept, "skip", number=1) == 1
    assert importing.decide_rows(session, kept, "take", scope="open") == 2
    assert importing.decide_rows(session, kept, "skip", scope="good") == 2

    assert [row.decision for row in rows_of(session, kept)] == ["skip"] * 3 + ["take"] * 2
    with pytest.raises(NotFound):
        importing.decide_rows(session, kept, "take", scope="nobody")
    with pytest.raises(NotFound):
        importing.decide_rows(session, kept, "eat")


def test_fields_are_set_for_all_where_a_question_says_nothing_unless_told_to_overwrite(
    session, now, bank
):
    text = item_file(2, without_key=0).replace(" · 掌握", "", 1)
    kept = make_import(session, now, text, bank)

    changed = importing.set_fields(session, kept, {"level": "aware"}, defaults_of(bank, ""))
    over = importing.set_fields(
        session, kept, {"difficulty": "0.8", "area": ""}, defaults_of(bank, ""), overwrites=True
    )

    drafts = [entry_of(row).draft for row in rows_of(session, kept)]
    assert (changed, over) == (1, 2)
    assert [(d.level, d.difficulty, d.area) for d in drafts] == [
        ("aware", "0.8", "抽样检验"),
        ("master", "0.8", "抽样检验"),
    ]


def test_applying_makes_drafts_of_what_is_taken_and_nothing_of_the_rest(session, now, bank, actor):
    kept = make_import(session, now, item_file(2, without_key=2), bank, actor)
    importing.decide_rows(session, kept, "take", number=3)

    made = apply_import(session, actor, kept, bank, Plan(tags=("期末",)), now=now)

    items = session.scalars(select(ItemRow).order_by(ItemRow.code)).all()
    assert made == 3
    assert [(i.code, i.state, i.kind, i.import_id) for i in items] == [
        ("qa-00001", "draft", "single", kept.id),
        ("qa-00002", "draft", "single", kept.id),
        ("qa-00003", "draft", "true_false", kept.id),
    ]
    problems = session.scalars(select(ItemDraftRow.problem_count).order_by(ItemDraftRow.item_id))
    assert problems.all() == [0, 0, 1]
    assert count(session, ItemTag, ItemTag.tag == "期末") == 3
    assert count(session, ItemWriter, ItemWriter.user_id == actor.user_id) == 3
    assert [row.item_id is not None for row in rows_of(session, kept)] == [True, True, True, False]
    assert acts(session) == ["item.import_read", "item.import_applied"]


def test_what_is_good_may_go_to_review_at_once(session, now, bank, actor):
    kept = make_import(session, now, item_file(1, without_key=1), bank, actor)
    importing.decide_rows(session, kept, "take", number=2)

    apply_import(session, actor, kept, bank, Plan(submits=True), now=now)

    items = session.scalars(select(ItemRow).order_by(ItemRow.code)).all()
    assert [item.state for item in items] == ["review", "draft"]
    version = session.get(ItemVersionRow, items[0].review_version_id)
    assert (version.item_id, version.number, version.written_by) == (items[0].id, 1, actor.user_id)
    assert '"code":"qa-00001"' in version.document
    assert session.get(ItemKeyRow, version.id) is not None
    review = session.scalars(select(ItemReview)).one()
    assert (review.act, review.item_id, review.version_id) == (
        "submitted",
        items[0].id,
        version.id,
    )


def test_nobody_signs_off_what_they_brought_in_though_somebody_else_applied_it(session, now):
    desk = make_desk(session, now)
    kept = make_import(session, now, item_file(1, without_key=0), desk.bank, desk.manager)

    apply_import(session, desk.author, kept, desk.bank, Plan(submits=True), now=now)

    item = session.scalars(select(ItemRow)).one()
    for actor in (desk.manager, desk.author):
        assert has_written(session, actor, item)
    with pytest.raises(Forbidden, match="own_item"):
        approve(session, desk.manager, item, item.review_version_id, now)


SECURE = item_file(1, without_key=0).replace("难度 0.35", "难度 0.35 · 用途 保密")
PRACTICE = item_file(1, without_key=0).replace("难度 0.35", "难度 0.35 · 用途 练习")


@pytest.mark.parametrize(
    ("pool", "text"), [(Pool.CONTEST, SECURE), (Pool.SECURE, PRACTICE)], ids=["open", "secure"]
)
def test_an_import_puts_secure_items_into_secure_banks_alone(session, now, pool, text):
    bank = make_web_bank(session, now, "other", pool=pool)
    kept = make_import(session, now, text, bank)

    [row] = rows_of(session, kept)
    assert (row.is_good, "pool_secure" in row.findings) == (False, True)
    importing.set_fields(session, kept, {"area": "抽样"}, defaults_of(bank, ""), overwrites=True)
    importing.confirm_row(session, kept, 1, defaults_of(bank, ""))
    importing.decide_rows(session, kept, "take")
    apply_import(session, None, kept, bank, Plan(submits=True), now=now)

    item = session.scalars(select(ItemRow)).one()
    assert (item.state, item.pool, item.review_version_id) == ("draft", pool.value, None)
    assert session.get(ItemDraftRow, item.id).problem_count == 1


def test_a_bank_that_became_secure_since_the_preview_takes_no_open_item(session, now):
    bank = make_web_bank(session, now, "other")
    kept = make_import(session, now, PRACTICE, bank)
    bank.pool = Pool.SECURE.value

    apply_import(session, None, kept, bank, Plan(submits=True), now=now)

    item = session.scalars(select(ItemRow)).one()
    assert (item.state, item.pool) == ("draft", "secure")


def test_applying_twice_is_applying_once(session, now, bank):
    kept = make_import(session, now, item_file(2, without_key=0), bank)

    assert apply_import(session, None, kept, bank, Plan(), now=now) == 2
    session.refresh(kept)
    assert apply_import(session, None, kept, bank, Plan(), now=now) == 0

    assert count(session, ItemRow) == 2


def test_of_two_who_apply_one_is_told(session, now, bank):
    kept = make_import(session, now, item_file(2, without_key=0), bank)
    claim(session, kept, bank, now=now)

    with pytest.raises(Conflict, match="import_state"):
        claim(session, kept, bank, now=now)
    with pytest.raises(Conflict, match="import_state"):
        importing.decide_rows(session, kept, "skip", number=1)


def test_a_claim_of_a_process_that_died_is_given_back(session, now, bank):
    kept = make_import(session, now, item_file(1, without_key=0), bank)
    claim(session, kept, bank, now=now)

    assert release_stuck(session, now + timedelta(minutes=9)) == 0
    assert release_stuck(session, now + timedelta(minutes=11)) == 1

    assert session.scalar(select(ItemImport.state)) == "preview"


def test_a_claim_that_was_given_back_writes_nothing(session, now, bank):
    kept = make_import(session, now, item_file(1, without_key=0), bank)
    codes = claim(session, kept, bank, now=now)
    made = prepare(session, kept, bank, codes, Plan())
    release_stuck(session, now + timedelta(minutes=11))

    with pytest.raises(Conflict, match="import_state"), session.begin_nested():
        write(session, None, kept, made, Plan(), now=now)

    assert count(session, ItemRow) == 0


def test_nothing_taken_is_nothing_to_apply(session, now, bank):
    kept = make_import(session, now, item_file(1, without_key=0), bank)
    importing.decide_rows(session, kept, "skip", scope="all")

    with pytest.raises(Conflict, match="import_empty"):
        apply_import(session, None, kept, bank, Plan(), now=now)


def test_a_code_that_is_taken_gets_the_next_number_of_the_bank(session, now, bank):
    for _ in range(2):
        kept = make_import(session, now, item_file(1, without_key=0), bank)
        importing.decide_rows(session, kept, "take", scope="all")
        apply_import(session, None, kept, bank, Plan(), now=now)

    assert session.scalars(select(ItemRow.code).order_by(ItemRow.id)).all() == [
        "qa-00001",
        "web-0001",
    ]


def test_undoing_removes_exactly_what_the_import_made(session, now, bank, actor):
    other = make_import(session, now, item_file(1, without_key=0, offset=50), bank, actor)
    apply_import(session, actor, other, bank, Plan(), now=now)
    text = item_file(3, without_key=0).replace("样本量", "样本")
    kept = make_import(session, now, text, bank, actor)
    apply_import(session, actor, kept, bank, Plan(submits=True, tags=("甲",)), now=now)
    session.refresh(kept)

    assert undo_import(session, actor, kept, now=now) == 3

    session.refresh(kept)
    assert session.scalars(select(ItemRow.code)).all() == ["qa-00051"]
    assert [count(session, t) for t in (ItemVersionRow, ItemKeyRow, ItemReview, ItemTag)] == [0] * 4
    assert (count(session, ItemDraftRow), count(session, ItemWriter)) == (1, 1)
    assert kept.state == "undone"
    assert undo_import(session, actor, kept, now=now) == 0
    assert acts(session)[-1] == "item.import_undone"


@pytest.mark.parametrize(
    "change",
    [
        update(ItemRow).where(ItemRow.code == "qa-00002").values(state="approved"),
        update(ItemDraftRow).values(revision=2),
        update(ItemRow).where(ItemRow.code == "qa-00002").values(bank="other"),
    ],
    ids=["approved", "edited", "moved"],
)
def test_undoing_is_refused_with_names_once_an_item_has_had_a_life(session, now, bank, change):
    kept = make_import(session, now, item_file(2, without_key=0), bank)
    apply_import(session, None, kept, bank, Plan(), now=now)
    session.execute(change)
    session.refresh(kept)

    with pytest.raises(Conflict, match="import_used") as refused, session.begin_nested():
        undo_import(session, None, kept, now=now)

    assert "qa-00002" in refused.value.data["codes"]
    assert count(session, ItemRow) == 2


def test_a_dropped_import_can_not_be_applied(session, now, bank, actor):
    kept = make_import(session, now, item_file(1, without_key=0), bank, actor)

    importing.discard(session, actor, kept, now=now)

    session.refresh(kept)
    with pytest.raises(Conflict):
        apply_import(session, actor, kept, bank, Plan(), now=now)
    with pytest.raises(Conflict):
        importing.discard(session, actor, kept, now=now)
    assert kept.content is None
