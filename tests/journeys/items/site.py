"""A small site for items: banks on the web, an author, a reviewer, an examiner; and its doors."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser
from sqlalchemy import select

from learning.accounts.models import User
from learning.accounts.password_hashing import hash_password
from learning.kernel.db import Database
from learning.kernel.permissions import Grant, Role, ScopeKind
from learning.question_bank import services
from learning.question_bank.models import BankRow
from learning.question_bank.rules import Pool
from tests.factories.banks import make_draft
from tests.factories.people import grant_role, make_actor, make_unit
from tests.faults.site import running_site
from tests.journeys.exam_room.driving import new_context
from tests.journeys.site import PASSWORD, World, migrate, person
from tests.journeys.steps import Person

AUTHOR, REVIEWER, EXAMINER = "13800000001", "13800000002", "13800000003"
BANK, IMPORTS = "editor-bank", "import-bank"


@contextlib.contextmanager
def running_editor(folder: Path) -> Iterator[World]:
    """Give the product with its migrated, nearly empty database."""
    url = f"sqlite:///{folder}/academy.db"
    migrate(url, folder)
    database = Database(url)
    now, password_hash = datetime.now(UTC), hash_password(PASSWORD)
    with database.transaction() as session:
        unit = make_unit(session, now, kind="association", name="示例质量协会")
        for name, phone, role in (
            ("示例命题人", AUTHOR, Role.AUTHOR),
            ("示例审题人", REVIEWER, Role.REVIEWER),
            ("示例考务", EXAMINER, Role.EXAMINER),
        ):
            grant_role(session, now, person(session, now, name, phone, password_hash), role)
        settings = services.BankSettings("示例题库", pool=Pool.CONTEST)
        for code in (BANK, IMPORTS):
            services.create_bank(session, None, code, settings, now=now)
    with running_site(url, folder) as site:
        yield World(site, database, unit.public_id)
    database.dispose()


class Doors:
    """Lets people in: the first time by the log-in page, then by the cookie that they got there."""

    def __init__(self, browser: Browser, world: World) -> None:
        self.browser, self.world = browser, world
        self._kept: dict[str, object] = {}

    def enter(self, phone: str, faults: list[str]) -> Person:
        kept = self._kept.get(phone)
        options = {"storage_state": kept} if kept else {}
        somebody = Person(new_context(self.browser, faults, **options), self.world)
        if not kept:
            somebody.log_in(phone, PASSWORD)
            self._kept[phone] = somebody.context.storage_state()
        return somebody


def write_item(world: World, stem: str, *, waits: bool = False) -> str:
    """Write a sound item as its author, waiting for sign-off if asked; return its code."""
    now = datetime.now(UTC)
    with world.database.transaction() as session:
        author = make_actor(
            session.scalars(select(User).where(User.display_name == "示例命题人")).one(),
            Grant(Role.AUTHOR, ScopeKind.PLATFORM, ""),
        )
        bank = session.scalars(select(BankRow).where(BankRow.code == BANK)).one()
        item = services.create_draft(session, author, bank, make_draft(stem), now=now)
        if waits:
            services.submit_for_review(session, author, item, now)
        return item.code
