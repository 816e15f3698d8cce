"""Finding items: by words, by criteria, by saved searches; tags, moves and pairs that are alike."""

import pytest
from sqlalchemy import select

from learning.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from learning.kernel.permissions import Grant, Role, ScopeKind
from learning.question_bank import queries, services
from learning.question_bank.drafts import DraftOption, ItemDraft
from learning.question_bank.models import ItemRow
from learning.question_bank.queries import ItemFilter
from learning.question_bank.rules import ItemKind, Pool
from learning.question_bank.services import filters, sync_bank, tagging, twins
from learning.question_bank.services.banks import BankSettings
from tests.factories.banks import make_desk
from tests.factories.people import make_actor, make_user
from tests.question_bank.samples import make


def draft(stem: str, **more: object) -> ItemDraft:
    options = (DraftOption("预防成本", is_key=True), DraftOption("鉴定成本"))
    return ItemDraft(**{"kind": "single", "stem": stem, "options": options, **more})


@pytest.fixture
def keeper(session, now):
    """One who may do everything with banks, on the whole platform."""
    return whole(session, now, Role.ITEM_MANAGER)


def whole(session, now, *roles: Role):
    """A person with these roles for the whole platform."""
    user = make_user(session, now, "示例人员")
    return make_actor(user, *(Grant(role, ScopeKind.PLATFORM, "") for role in roles))


@pytest.fixture
def bank(session, now, keeper):
    return make_bank(session, keeper, now, "finding")


def make_bank(session, keeper, now, code, pool=Pool.CONTEST):
    settings = BankSettings(title=f"示例题库 {code}", pool=pool)
    return services.create_bank(session, keeper, code, settings, now=now)


@pytest.fixture
def items(session, now, keeper, bank) -> list[ItemRow]:
    drafts = [
        draft("用布尔代数化简故障树", area="故障树", level="master", difficulty="0.7"),
        draft("过程能力指数 Cpk 为 1.33 说明什么", area="过程能力", difficulty="0.2"),
        draft("下列费用中属于预防成本的是", area="质量成本"),
    ]
    return services.create_drafts(session, keeper, bank, drafts, now=now)


def found(session, keeper, now, **wanted) -> list[str]:
    lines, total = queries.list_items(session, keeper, ItemFilter(**wanted), now, page=1)
    assert total == len(lines)
    return [line.excerpt[:4] for line in lines]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("布尔", ["用布尔代"]),
        ("cpk", ["过程能力"]),
        ("CPK 1.33", ["过程能力"]),
        ("鉴定成本", ["用布尔代", "过程能力", "下列费用"]),
        ("预防成本的", ["下列费用"]),
        ("故障树", ["用布尔代"]),
        ("没有这个词", []),
        ("'\"*()", []),
    ],
)
def test_items_are_found_by_what_they_say(session, now, keeper, items, words, expected):
    assert found(session, keeper, now, search=words) == expected


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"bank": "finding"}, 3),
        ({"bank": "other"}, 0),
        ({"area": "质量成本"}, 1),
        ({"kind": "single"}, 3),
        ({"kind": "parametric"}, 0),
        ({"level": "master"}, 1),
        ({"state": "draft"}, 3),
        ({"state": "approved", "bank": "finding"}, 0),
        ({"difficulty": "hard"}, 1),
        ({"difficulty": "easy"}, 1),
        ({"difficulty": "middle"}, 1),
        ({"difficulty": "impossible"}, 0),
        ({"tag": "2026"}, 0),
        ({"area": "\x00"}, 0),
    ],
)
def test_items_are_found_by_criteria(session, now, keeper, items, wanted, count):
    assert len(found(session, keeper, now, **wanted)) == count


def test_nothing_is_found_by_what_only_the_key_says(session, now, keeper, bank):
    told = draft("选出正确的一项", explanation="金丝雀在解析里", answers=("金丝雀在答案里",))
    services.create_drafts(session, keeper, bank, [told], now=now)

    assert found(session, keeper, now, search="金丝雀") == []


def test_what_changes_is_found_by_its_new_words_alone(session, now, keeper, items):
    opened = services.open_draft(session, keeper, items[0], now)

    services.save_draft(
        session, keeper, items[0], draft("威布尔分布的形状参数"), opened.revision, now
    )

    assert found(session, keeper, now, search="形状参数") == ["威布尔分"]
    assert found(session, keeper, now, search="代数化简") == []


def test_what_is_removed_is_found_no_more(session, now, keeper, items):
    services.remove_unversioned(session, [items[0].id])

    assert found(session, keeper, now, search="布尔") == []


def test_nobody_finds_what_is_out_of_reach(session, now, items):
    stranger = whole(session, now)

    assert found(session, stranger, now, search="布尔") == []


def test_tags_are_put_on_found_by_and_taken_off(session, now, keeper, items):
    assert tagging.add_tag(session, keeper, items[:2], "  2026 年  ", now) == 2
    assert tagging.add_tag(session, keeper, items, "2026 年", now) == 1

    assert len(found(session, keeper, now, tag="2026 年")) == 3
    assert len(found(session, keeper, now, search="2026")) == 3
    assert tagging.remove_tag(session, keeper, items[:1], "2026 年", now) == 1
    assert queries.list_tags(session, keeper, "finding", now) == ["2026 年"]
    assert len(found(session, keeper, now, tag="2026 年")) == 2


@pytest.mark.parametrize("tag", ["", "  ", "x" * 41, "a\x00b"])
def test_a_tag_that_is_none_is_refused(session, now, keeper, items, tag):
    with pytest.raises(Invalid):
        tagging.add_tag(session, keeper, items, tag, now)


def test_items_move_with_their_words_and_get_a_free_code(session, now, keeper, items):
    target = make_bank(session, keeper, now, "target")
    [other] = services.create_drafts(session, keeper, target, [draft("别的题")], now=now)
    items[0].code = other.code
    session.flush()

    assert tagging.move_items(session, keeper, items, target, now) == 3

    codes = [
        line.code
        for line in queries.list_items(session, keeper, ItemFilter(bank="target"), now, page=1)[0]
    ]
    assert len(set(codes)) == 4
    assert found(session, keeper, now, search="布尔", bank="target") == ["用布尔代"]


def test_secure_items_never_leave_for_a_bank_that_is_not(session, now, keeper, items):
    secure = make_bank(session, keeper, now, "locked", Pool.SECURE)
    hidden = services.create_drafts(session, keeper, secure, [draft("保密的题")], now=now)
    target = make_bank(session, keeper, now, "target")

    with pytest.raises(Conflict, match="secure_stays"):
        tagging.move_items(session, keeper, hidden, target, now)
    with pytest.raises(Conflict, match="secure_stays"):
        tagging.move_items(session, keeper, items, secure, now)


def test_who_may_only_read_neither_tags_nor_moves(session, now, items, bank):
    reader = whole(session, now, Role.REVIEWER)

    with pytest.raises(Forbidden):
        tagging.add_tag(session, reader, items, "重点", now)
    with pytest.raises(Forbidden):
        tagging.move_items(session, reader, items, bank, now)


def test_only_who_manages_all_banks_tags_what_is_in_files(session, now, keeper):
    sync_bank(session, "files", [make(ItemKind.SINGLE)], now)
    items = session.scalars(select(ItemRow).where(ItemRow.bank == "files")).all()

    with pytest.raises(Forbidden, match="bank_file"):
        tagging.add_tag(session, make_desk(session, now).manager, items, "重点", now)
    assert tagging.add_tag(session, keeper, items, "重点", now) == 1


def test_a_search_is_kept_replaced_and_forgotten(session, now, keeper):
    filters.save_filter(session, keeper, " 我的  题 ", "q=a", now=now)
    filters.save_filter(session, keeper, "我的 题", "q=b", now=now)
    assert queries.list_filters(session, keeper.user_id) == [("我的 题", "q=b")]

    filters.delete_filter(session, keeper, "我的 题")

    assert queries.list_filters(session, keeper.user_id) == []
    with pytest.raises(NotFound):
        filters.delete_filter(session, keeper, "我的 题")


def look(session, now) -> int:
    ids, texts = twins.read_texts(session, "finding")
    return twins.keep_twins(session, "finding", ids, twins.compare(texts), now=now)


def test_pairs_that_are_alike_are_shown_until_somebody_says_they_are_none(
    session, now, keeper, bank, items
):
    copies = [
        draft("某厂抽查顾客 133 人，其中满意的有几成"),
        draft("某厂抽查顾客 167 人，其中满意的有几成"),
    ]
    first, second = services.create_drafts(session, keeper, bank, copies, now=now)

    assert look(session, now) == 1
    [pair], total = queries.list_twins(session, "finding", page=1)
    assert (pair.first.code, pair.second.code, total) == (first.code, second.code, 1)

    twins.dismiss_twins(session, keeper, "finding", (second.code, first.code), now=now)
    assert look(session, now) == 0
    assert queries.list_twins(session, "finding", page=1) == ([], 0)


def test_a_pair_is_shown_no_more_once_one_of_it_went_to_a_bank_out_of_reach(
    session, now, keeper, bank
):
    copies = [
        draft("某厂抽查顾客 133 人，满意的有几成"),
        draft("某厂抽查顾客 167 人，满意的有几成"),
    ]
    first, second = services.create_drafts(session, keeper, bank, copies, now=now)
    assert look(session, now) == 1

    tagging.move_items(session, keeper, [second], make_bank(session, keeper, now, "away"), now)

    assert queries.list_twins(session, "finding", page=1) == ([], 0)
    with pytest.raises(NotFound):
        twins.dismiss_twins(session, keeper, "finding", (first.code, second.code), now=now)


def test_a_bank_waits_for_the_worker_until_it_was_looked_through(session, now, bank):
    twins.want_twins(session, "finding", now)
    assert twins.next_wanted(session) == "finding"

    look(session, now)

    assert twins.next_wanted(session) is None
