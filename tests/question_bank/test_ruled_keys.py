"""A key that was ruled wrong where the item was asked comes back as a draft, never as a version."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from learning.accounts.models import PersonalNotice, User
from learning.attempts.rules import new_key
from learning.kernel.errors import Conflict, Forbidden
from learning.question_bank.drafts import Defaults, check, draft_from_json, draft_of
from learning.question_bank.models import BankRow, ItemDraftRow, ItemReview, ItemWriter
from learning.question_bank.queries import get_whole
from learning.question_bank.rules import ItemKind, Pool
from learning.question_bank.services import (
    RuledKey,
    approve,
    create_draft,
    open_draft,
    retire,
    save_draft,
    start_revision,
    submit_for_review,
    take_ruled_key,
)
from learning.question_bank.services.rekeying import Taken
from tests.attempts.test_rekeying import OTHER, made
from tests.factories.banks import make_approved, make_desk, make_draft, make_waiting
from tests.factories.people import make_user

WHY = "C 才对，因为如此。"


@pytest.fixture
def desk(session, now):
    return make_desk(session, now)


@pytest.fixture
def examiner(session, now):
    return make_user(session, now, "考务员")


def ruled(session, item, examiner, choice="c", version_id=None) -> RuledKey:
    version_id = version_id or item.current_version_id
    key = replace(get_whole(session, version_id).key, choices=(choice,))
    return RuledKey(version_id, key, WHY, "r1", examiner.id)


def draft_content(session, item):
    row = session.get(ItemDraftRow, item.id, populate_existing=True)
    return None if row is None else draft_from_json(row.content)


def right_options(draft) -> list[str]:
    return [option.text for option in draft.options if option.is_key]


def acts_on(session, item):
    rows = session.scalars(select(ItemReview).where(ItemReview.item_id == item.id))
    return [(row.act, row.acted_by) for row in rows if row.act in {"rekeyed", "key_ruled"}]


def told(session):
    rows = session.execute(
        select(PersonalNotice.user_id, PersonalNotice.text).where(
            PersonalNotice.title.contains("经复核更改")
        )
    )
    return dict(rows.all())


def test_the_ruled_key_and_its_explanation_wait_in_a_draft_and_the_version_stays(
    session, now, desk, examiner
) -> None:
    item = make_approved(session, now, desk)
    version_id = item.current_version_id

    assert take_ruled_key(session, ruled(session, item, examiner), now) is Taken.DRAFTED

    draft = draft_content(session, item)
    assert (right_options(draft), draft.explanation) == (["QFD"], WHY)
    assert (item.state, item.current_version_id) == ("approved", version_id)
    assert get_whole(session, version_id).key.choices == ("b",)
    assert acts_on(session, item) == [("rekeyed", examiner.id)]
    notices = told(session)
    assert set(notices) == {desk.author.user_id, desk.reviewer.user_id}
    assert all("已写入修订草稿" in text and "QFD" not in text for text in notices.values())


def test_it_becomes_a_version_by_sign_off_alone_and_not_by_who_ruled(session, now, desk) -> None:
    item = make_approved(session, now, desk)
    who_ruled = session.get_one(User, desk.reviewer.user_id)
    take_ruled_key(session, ruled(session, item, who_ruled), now)
    version_id = submit_for_review(session, desk.author, item, now)

    with pytest.raises(Forbidden, match="own_item"):
        approve(session, desk.reviewer, item, version_id, now)
    approve(session, desk.manager, item, version_id, now)

    assert get_whole(session, item.current_version_id).key.choices == ("c",)


def test_an_open_draft_gets_it_where_it_still_says_what_was_wrong(
    session, now, desk, examiner
) -> None:
    item = make_approved(session, now, desk)
    start_revision(session, desk.author, item, now)
    opened = open_draft(session, desk.author, item, now)
    edited = replace(opened.draft, area="另一个知识点")
    saved = save_draft(session, desk.author, item, edited, opened.revision, now)

    assert take_ruled_key(session, ruled(session, item, examiner), now) is Taken.DRAFTED

    draft = draft_content(session, item)
    assert (right_options(draft), draft.area) == (["QFD"], "另一个知识点")
    with pytest.raises(Conflict, match="draft_changed"):
        save_draft(session, desk.author, item, edited, saved.revision, now)


@pytest.mark.parametrize("change", ["stem", "key"])
def test_what_somebody_is_writing_differently_is_not_written_over(
    session, now, desk, examiner, change
) -> None:
    item = make_approved(session, now, desk)
    start_revision(session, desk.author, item, now)
    opened = open_draft(session, desk.author, item, now)
    other = make_draft(right=3) if change == "key" else make_draft("另一个问题是（　）。")
    saved = save_draft(session, desk.author, item, other, opened.revision, now)

    assert take_ruled_key(session, ruled(session, item, examiner), now) is Taken.NOTED

    assert draft_content(session, item) == saved.draft
    assert acts_on(session, item) == [("key_ruled", examiner.id)]
    assert all("请核对答案并修订" in text for text in told(session).values())


def test_one_in_review_a_retired_one_and_one_of_files_are_noted(
    session, now, desk, examiner
) -> None:
    retired, of_files = (make_approved(session, now, desk, stem=f"第 {n} 题（　）。") for n in "12")
    waiting = make_waiting(session, now, desk, stem="第 3 题（　）。")
    retire(session, desk.manager, retired, now, reason="过时")
    rulings = [
        ruled(session, retired, examiner),
        ruled(session, waiting, examiner, version_id=waiting.review_version_id),
    ]
    taken = [take_ruled_key(session, each, now) for each in rulings]
    bank = session.scalars(select(BankRow).where(BankRow.code == desk.bank.code)).one()
    bank.origin, bank.unit_id = "file", None
    taken.append(take_ruled_key(session, ruled(session, of_files, examiner), now))

    assert taken == [Taken.NOTED] * 3
    assert [draft_content(session, each) for each in (retired, of_files)] == [None, None]
    assert right_options(draft_content(session, waiting)) == ["QMS"]


def test_what_the_bank_says_already_is_no_news(session, now, desk, examiner) -> None:
    item = make_approved(session, now, desk)
    first = ruled(session, item, examiner)
    take_ruled_key(session, first, now)
    version_id = submit_for_review(session, desk.author, item, now)
    approve(session, desk.reviewer, item, version_id, now)

    assert take_ruled_key(session, replace(first, cause="r2"), now) is Taken.KNOWN

    assert acts_on(session, item) == [("rekeyed", examiner.id)]
    assert draft_content(session, item) is None


def test_a_ruling_that_says_the_old_key_again_changes_nothing(session, now, desk, examiner) -> None:
    item = make_approved(session, now, desk)

    assert take_ruled_key(session, ruled(session, item, examiner, "b"), now) is Taken.KNOWN
    assert (draft_content(session, item), told(session)) == (None, {})


@pytest.mark.parametrize("kind", OTHER)
def test_the_draft_of_every_kind_makes_an_item_with_the_ruled_key(
    session, now, desk, examiner, kind: ItemKind
) -> None:
    asked = made(kind)
    draft = replace(draft_of(asked), code="", pool="", excludes=())
    item = create_draft(session, desk.author, desk.bank, draft, now=now)
    version_id = submit_for_review(session, desk.author, item, now)
    approve(session, desk.reviewer, item, version_id, now)
    whole = get_whole(session, version_id)
    key = new_key(whole, OTHER[kind][0])
    assert key is not None

    taken = take_ruled_key(session, RuledKey(version_id, key, WHY, "r1", examiner.id), now)

    assert taken is Taken.DRAFTED
    found = check(draft_content(session, item), Defaults(item.code, Pool.CONTEST, ())).item
    assert found is not None
    assert (found.key.choices, found.key.blanks, found.key.value) == (
        key.choices,
        key.blanks,
        key.value,
    )
    rights = [(part.choices, part.blanks, part.value) for part in found.key.parts]
    assert rights == [(part.choices, part.blanks, part.value) for part in key.parts]
    assert found.key.explanation == WHY
    writers = set(session.scalars(select(ItemWriter.user_id)))
    assert examiner.id in writers
