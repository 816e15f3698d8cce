"""The life of an item: written, sent to review, signed off by somebody else, retired."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Forbidden, Invalid
from learning.question_bank.models import ItemDraftRow, ItemReview, ItemVersionRow, ItemWriter
from learning.question_bank.queries import get_keys, list_pool
from learning.question_bank.rules import ItemKind, Pool
from learning.question_bank.services import (
    approve,
    approve_many,
    comment_on,
    create_draft,
    discard_draft,
    open_draft,
    restore,
    retire,
    return_to_author,
    save_draft,
    start_revision,
    submit_for_review,
    submit_many,
)
from tests.factories.banks import make_approved, make_desk, make_draft, make_waiting


@pytest.fixture
def desk(session, now):
    return make_desk(session, now)


def drawn(session, desk):
    return [i.version_id for i in list_pool(session, desk.bank.code, Pool.CONTEST, ItemKind.SINGLE)]


def acts_on(session, item):
    of_item = select(ItemReview).where(ItemReview.item_id == item.id).order_by(ItemReview.id)
    return [(row.act, row.acted_by, row.comment) for row in session.scalars(of_item)]


def test_an_item_is_drawn_only_once_somebody_else_has_signed_it_off(session, now, desk) -> None:
    item = create_draft(session, desk.author, desk.bank, make_draft(), now=now)
    assert (item.state, drawn(session, desk)) == ("draft", [])

    version_id = submit_for_review(session, desk.author, item, now)
    assert (item.state, drawn(session, desk)) == ("review", [])

    approve(session, desk.reviewer, item, version_id, now, comment="题干清楚")

    assert (item.state, drawn(session, desk)) == ("approved", [version_id])
    assert acts_on(session, item) == [
        ("submitted", desk.author.user_id, ""),
        ("approved", desk.reviewer.user_id, "题干清楚"),
    ]
    assert session.get(ItemDraftRow, item.id) is None
    assert session.get_one(ItemVersionRow, version_id).written_by == desk.author.user_id


def test_every_step_is_in_the_audit(session, now, desk) -> None:
    make_approved(session, now, desk)

    acts = session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()

    assert acts[-3:] == ["item.drafts_created", "item.submitted", "item.approved"]


def test_nobody_signs_off_what_they_wrote_in(session, now, desk) -> None:
    item = create_draft(session, desk.manager, desk.bank, make_draft(), now=now)
    # Another's last touch does not make the first writer a stranger.
    save_draft(session, desk.author, item, make_draft("换了题干（　）。"), 1, now)
    version_id = submit_for_review(session, desk.author, item, now)

    with pytest.raises(Forbidden, match="own_item"):
        approve(session, desk.manager, item, version_id, now)
    assert item.state == "review"


def test_throwing_a_draft_away_makes_no_stranger_of_who_wrote_in_it(session, now, desk) -> None:
    item = create_draft(session, desk.manager, desk.bank, make_draft(), now=now)
    save_draft(session, desk.author, item, make_draft("换了题干（　）。"), 1, now)
    version_id = submit_for_review(session, desk.author, item, now)
    return_to_author(session, desk.author, item, version_id, "", now)
    discard_draft(session, desk.author, item, now)
    restore(session, desk.manager, item, now)
    version_id = submit_for_review(session, desk.author, item, now)

    with pytest.raises(Forbidden, match="own_item"):
        approve(session, desk.manager, item, version_id, now)


def test_who_may_only_write_signs_nothing_off(session, now, desk) -> None:
    item = make_waiting(session, now, desk)

    with pytest.raises(Forbidden, match="permission"):
        approve(session, desk.author, item, item.review_version_id, now)


def test_a_draft_with_anything_wrong_stays_a_draft_and_says_what(session, now, desk) -> None:
    item = create_draft(session, desk.author, desk.bank, make_draft(right=9), now=now)

    with pytest.raises(Conflict, match="draft_not_clean") as refused:
        submit_for_review(session, desk.author, item, now)

    assert {finding.code for finding in refused.value.data["findings"]} == {"no_key"}
    assert (item.state, item.review_version_id) == ("draft", None)


def test_what_waits_for_sign_off_is_not_written_in(session, now, desk) -> None:
    item = make_waiting(session, now, desk)

    with pytest.raises(Conflict, match="in_review"):
        save_draft(session, desk.author, item, make_draft("别的题干（　）。"), 1, now)
    with pytest.raises(Conflict, match="in_review"):
        submit_for_review(session, desk.author, item, now)


def test_a_reviewer_sends_back_with_a_reason_and_the_draft_is_open_again(
    session, now, desk
) -> None:
    item = make_waiting(session, now, desk)
    with pytest.raises(Invalid):
        return_to_author(session, desk.reviewer, item, item.review_version_id, "  ", now)

    return_to_author(session, desk.reviewer, item, item.review_version_id, "选项不同类", now)

    assert item.state == "draft"
    opened = open_draft(session, desk.author, item, now)
    saved = save_draft(session, desk.author, item, make_draft("改过（　）。"), opened.revision, now)
    assert saved.checked.item is not None
    assert acts_on(session, item)[-1] == ("returned", desk.reviewer.user_id, "选项不同类")


def test_the_author_takes_back_without_a_reason(session, now, desk) -> None:
    item = make_waiting(session, now, desk)

    return_to_author(session, desk.author, item, item.review_version_id, "", now)

    assert item.state == "draft"


def test_only_the_version_that_was_seen_is_signed_off(session, now, desk) -> None:
    item = make_waiting(session, now, desk)
    seen = item.review_version_id
    return_to_author(session, desk.author, item, seen, "", now)
    save_draft(session, desk.author, item, make_draft(right=2), 1, now)
    submit_for_review(session, desk.author, item, now)

    with pytest.raises(Conflict, match="review_changed"):
        approve(session, desk.reviewer, item, seen, now)


def test_a_page_left_open_on_a_draft_that_was_thrown_away_saves_nothing(session, now, desk) -> None:
    item = make_approved(session, now, desk)
    start_revision(session, desk.author, item, now)
    first = open_draft(session, desk.author, item, now).revision
    left_open = save_draft(
        session, desk.author, item, make_draft("甲（　）。"), first, now
    ).revision
    discard_draft(session, desk.author, item, now)
    later = now + timedelta(minutes=1)
    start_revision(session, desk.manager, item, later)
    again = open_draft(session, desk.manager, item, later).revision
    save_draft(session, desk.manager, item, make_draft("乙（　）。"), again, later)

    with pytest.raises(Conflict, match="draft_changed"):
        save_draft(session, desk.author, item, make_draft("丙（　）。"), left_open, later)


def test_a_second_sign_off_is_refused(session, now, desk) -> None:
    item = make_approved(session, now, desk)

    with pytest.raises(Conflict, match="review_changed"):
        approve(session, desk.manager, item, item.current_version_id, now)


def test_a_revision_leaves_the_approved_version_in_use_until_it_is_signed_off(
    session, now, desk
) -> None:
    item = make_approved(session, now, desk)
    first = item.current_version_id
    row = start_revision(session, desk.manager, item, now)
    save_draft(session, desk.manager, item, make_draft(right=0), row.revision, now)
    second = submit_for_review(session, desk.manager, item, now)
    assert (item.state, drawn(session, desk)) == ("approved", [first])

    approve(session, desk.reviewer, item, second, now)

    assert drawn(session, desk) == [second]
    assert get_keys(session, [first, second])[first].choices == ("b",)
    assert get_keys(session, [first, second])[second].choices == ("a",)
    assert session.scalars(select(ItemWriter).where(ItemWriter.item_id == item.id)).all() == []


def test_the_first_writer_may_sign_off_anothers_revision(session, now, desk) -> None:
    item = create_draft(session, desk.manager, desk.bank, make_draft(), now=now)
    approve(session, desk.reviewer, item, submit_for_review(session, desk.manager, item, now), now)
    row = start_revision(session, desk.author, item, now)
    save_draft(session, desk.author, item, make_draft(right=0), row.revision, now)

    approve(session, desk.manager, item, submit_for_review(session, desk.author, item, now), now)

    assert item.review_version_id is None


def test_a_revision_that_changes_nothing_is_not_sent(session, now, desk) -> None:
    item = make_approved(session, now, desk)
    start_revision(session, desk.author, item, now)

    with pytest.raises(Conflict, match="unchanged"):
        submit_for_review(session, desk.author, item, now)


def test_a_retired_item_is_not_drawn_and_comes_back(session, now, desk) -> None:
    item = make_approved(session, now, desk)

    retire(session, desk.manager, item, now, reason="标准已修订")
    assert (item.state, drawn(session, desk)) == ("retired", [])
    with pytest.raises(Conflict, match="retired"):
        retire(session, desk.manager, item, now)

    restore(session, desk.manager, item, now)
    assert (item.state, len(drawn(session, desk))) == ("approved", 1)


def test_retiring_is_the_managers(session, now, desk) -> None:
    item = make_approved(session, now, desk)

    with pytest.raises(Forbidden):
        retire(session, desk.author, item, now)


def test_of_many_each_goes_for_itself(session, now, desk) -> None:
    good = create_draft(session, desk.author, desk.bank, make_draft(), now=now)
    bad = create_draft(session, desk.author, desk.bank, make_draft(right=9), now=now)
    own = create_draft(session, desk.manager, desk.bank, make_draft("别的（　）。"), now=now)

    sent = submit_many(session, desk.author, [good, bad, own], now)
    seen = [(good, good.review_version_id), (own, own.review_version_id)]
    signed = approve_many(session, desk.manager, seen, now)

    assert [outcome.refusal for outcome in sent] == ["", "draft_not_clean", ""]
    assert [outcome.refusal for outcome in signed] == ["", "own_item"]
    assert (good.state, bad.state, own.state) == ("approved", "draft", "review")


def test_a_comment_says_something(session, now, desk) -> None:
    item = make_waiting(session, now, desk)

    comment_on(session, desk.author, item, "出处待补", now)

    assert acts_on(session, item)[-1] == ("commented", desk.author.user_id, "出处待补")
    with pytest.raises(Invalid):
        comment_on(session, desk.author, item, " ", now)
    with pytest.raises(Invalid):
        comment_on(session, desk.author, item, "长" * 2001, now)
