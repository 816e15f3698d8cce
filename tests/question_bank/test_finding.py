"""A search of words finds what a plain look through all items finds, page by page, to the count."""

import random
from dataclasses import replace

import pytest
from sqlalchemy import insert, select, text

from learning.kernel.search import fts5_learn, terms_of
from learning.question_bank.models import BankRow, ItemRow, ItemSearch, ItemTag
from learning.question_bank.queries import ItemFilter, list_items, listing, select_items

ITEMS, PAGE, COUNTED, LOOKED = 240, 10, 40, 30
SHARES = {"质量": 1, "检验": 0.4, "布尔": 0.05}
FURTHER = (
    ItemFilter(),
    ItemFilter(kind="blank"),
    ItemFilter(state="draft"),
    ItemFilter(tag="third"),
    ItemFilter(bank="b1"),
    ItemFilter(bank="b2"),
)
LAST = "焊接"  # in the bank that comes last alone, beyond what is looked through


@pytest.fixture
def bounds(monkeypatch):
    monkeypatch.setattr(listing, "PAGE_SIZE", PAGE)
    monkeypatch.setattr(listing, "MOST_COUNTED", COUNTED)
    monkeypatch.setattr(listing, "LOOKED_THROUGH", LOOKED)


@pytest.fixture
def items(session, now) -> list[ItemRow]:
    """Items of two banks whose words, kinds, states and tags have nothing to do with each other."""
    rng = random.Random(7)
    texts = {"title": "题库", "title_en": "", "description": "", "pool": "contest", "tracks": "[]"}
    banks = [{"code": f"b{n}", "origin": "web", "created_at": now, **texts} for n in (1, 2)]
    session.execute(insert(BankRow), banks)
    for number in range(ITEMS):
        row = ItemRow(
            bank=f"b{number % 2 + 1}",
            code=f"q-{rng.random():.12f}",
            pool="contest",
            kind=rng.choice(("single", "blank")),
            state=rng.choice(("approved", "draft")),
            excerpt="，".join(word for word, share in SHARES.items() if rng.random() < share),
            created_at=now,
        )
        if number % 2:
            row.excerpt += f"，{LAST}"
        session.add(row)
    session.flush()  # terms and tags need the ids
    rows = list(session.scalars(select(ItemRow).order_by(ItemRow.bank, ItemRow.code)))
    terms = [{"item_id": row.id, "terms": terms_of(row.excerpt)} for row in rows]
    session.execute(insert(ItemSearch), terms)
    if session.get_bind().dialect.name == "sqlite":
        learnt = [{"id": row["item_id"], "terms": row["terms"]} for row in terms]
        session.execute(text(fts5_learn("item_search")), learnt)
    tagged = [{"item_id": row.id, "tag": "third"} for row in rows[::3]]
    session.execute(insert(ItemTag), tagged)
    return rows


def fits(item: ItemRow, at: int, wanted: ItemFilter) -> bool:
    return (
        all(word in item.excerpt for word in wanted.search.split())
        and wanted.bank in {"", item.bank}
        and wanted.kind in {"", item.kind}
        and wanted.state in {"", item.state}
        and (not wanted.tag or at % 3 == 0)
    )


@pytest.mark.parametrize("search", ["质量", "检验", "布尔", LAST, "检验 布尔", "质", "无此"])
def test_pages_of_a_search_are_those_of_a_plain_look_through_all(
    session, now, items, bounds, search
):
    for wanted in (replace(further, search=search) for further in FURTHER):
        expected = [item.id for at, item in enumerate(items) if fits(item, at, wanted)]

        for page in range(1, len(expected) // PAGE + 3):
            lines, total = list_items(session, None, wanted, now, page=page)

            assert [line.id for line in lines] == expected[(page - 1) * PAGE : page * PAGE]
            assert total == min(len(expected), COUNTED + 1)


def test_what_is_exported_is_all_that_a_search_finds(session, now, items, bounds):
    wanted = ItemFilter(search="检验", kind="blank")
    expected = {item.id for at, item in enumerate(items) if fits(item, at, wanted)}

    assert {row.id for row in session.scalars(select_items(session, None, wanted, now))} == expected


def test_nobody_searches_beyond_the_last_page(session, now, items):
    assert list_items(session, None, ItemFilter(search="质量"), now, page=10**12) == ([], ITEMS)
