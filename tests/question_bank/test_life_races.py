"""Two people who do the same at once: one does it, the other is told, nothing is lost."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import select

from learning.kernel.errors import Conflict
from learning.question_bank.models import BankRow, ItemRow
from learning.question_bank.rules import Pool
from learning.question_bank.services import (
    BankSettings,
    approve,
    change_settings,
    create_draft,
    save_draft,
)
from tests.factories.banks import make_desk, make_draft, make_waiting


def together(database, *acts):
    """Do acts at once, each in its own transaction; return what came of each."""

    def run(act):
        try:
            with database.transaction() as session:
                return act(session) or "done"
        except Conflict as conflict:
            return conflict.code

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_two_sign_offs_one_counts(database, now) -> None:
    with database.transaction() as session:
        desk = make_desk(session, now)
        item = make_waiting(session, now, desk)
        number, version = item.id, item.review_version_id

    def sign(actor):
        def act(session):
            approve(session, actor, session.get_one(ItemRow, number), version, now)

        return act

    done = together(database, sign(desk.reviewer), sign(desk.manager))

    assert Counter(done) == {"done": 1, "review_changed": 1}


def test_of_two_saves_over_one_revision_one_is_refused(database, now) -> None:
    with database.transaction() as session:
        desk = make_desk(session, now)
        number = create_draft(session, desk.author, desk.bank, make_draft(), now=now).id

    def save(actor, stem):
        def act(session):
            item = session.get_one(ItemRow, number)
            save_draft(session, actor, item, make_draft(stem), 1, now + timedelta(seconds=1))

        return act

    done = together(database, save(desk.author, "甲（　）。"), save(desk.manager, "乙（　）。"))

    assert Counter(done) == {"done": 1, "draft_changed": 1}


def test_items_written_at_once_get_codes_of_their_own(database, now) -> None:
    with database.transaction() as session:
        desk = make_desk(session, now)
        bank_id = desk.bank.id

    def write(session):
        bank = session.get_one(BankRow, bank_id)
        return create_draft(session, desk.author, bank, make_draft(), now=now).code

    codes = together(database, *[write] * 4)

    assert sorted(codes) == [f"desk-{n:04d}" for n in range(1, 5)]


def test_a_bank_does_not_become_secure_around_its_first_item(database, now) -> None:
    with database.transaction() as session:
        desk = make_desk(session, now)
        number = desk.bank.id

    def write(session):
        create_draft(session, desk.author, session.get_one(BankRow, number), make_draft(), now=now)

    def lock_up(session):
        settings = BankSettings("示例题库", pool=Pool.SECURE)
        change_settings(session, desk.manager, session.get_one(BankRow, number), settings, now)

    done = Counter(together(database, write, lock_up))

    with database.session(write=False) as session:
        bank = session.get_one(BankRow, number).pool
        items = session.scalars(select(ItemRow.pool).where(ItemRow.bank == desk.bank.code)).all()
    assert all(pool == bank for pool in items)
    assert done in ({"done": 1, "bank_not_empty": 1}, {"done": 1, "bank_changed": 1}, {"done": 2})
