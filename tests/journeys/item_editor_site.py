"""A small site for the item editor: a bank on the web, an author, a reviewer, an examiner."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from learning.accounts.password_hashing import hash_password
from learning.kernel.db import Database
from learning.kernel.permissions import Role
from learning.question_bank import services
from learning.question_bank.rules import Pool
from tests.factories.people import grant_role, make_unit
from tests.faults.site import Site, running_site
from tests.journeys.site import PASSWORD, World, flask, person

AUTHOR, REVIEWER, EXAMINER = "13800000001", "13800000002", "13800000003"
BANK = "editor-bank"


@contextlib.contextmanager
def running_editor(folder: Path) -> Iterator[World]:
    """Give the product with its migrated, nearly empty database."""
    url = f"sqlite:///{folder}/academy.db"
    flask(Site(url, folder), "db", "upgrade")
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
        services.create_bank(session, None, BANK, settings, now=now)
    with running_site(url, folder) as site:
        yield World(site, database, unit.public_id)
    database.dispose()
