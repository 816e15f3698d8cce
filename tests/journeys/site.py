"""The whole product for a journey: migrated database, content, web and worker, two managers."""

import contextlib
import functools
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from learning.accounts.models import User
from learning.accounts.password_hashing import hash_password
from learning.accounts.rules import CURRENT_NOTICE
from learning.accounts.services import add_login_name, create_user, give_consent
from learning.kernel.db import Database
from learning.kernel.permissions import Role
from tests.factories.people import grant_role, make_membership, make_unit
from tests.faults.nursery import nursery
from tests.faults.site import Site, running_site
from tests.made_once import made_once

SHARED: list[Path] = []  # the run's folder: `conftest` puts it in
PASSWORD = "journey-password-1"
ORGANISATION_CODE = "DEMO"


@dataclass
class World:
    """A running site and who can do what there."""

    site: Site
    database: Database
    unit: str

    @property
    def url(self) -> str:
        return f"http://localhost:{self.site.port}"


def flask(site: Site, *arguments: str) -> str:
    log = site.folder / f"flask-{secrets.token_hex(4)}.log"
    code = nursery().run("flask", ["--app", "wsgi", *arguments], site.environment, log)
    assert code == 0, log.read_text()
    return log.read_text()


@functools.cache
def _prepared(*, has_content: bool) -> bytes:
    """Return a database of SQLite that the commands made from nothing: once a run."""
    name = f"journey-{'content' if has_content else 'schema'}"
    return made_once(SHARED[0], name, lambda: _made(has_content=has_content))


def _made(*, has_content: bool) -> bytes:
    with tempfile.TemporaryDirectory(prefix="academy-prepared-") as name:
        _prepare(Site(f"sqlite:///{name}/academy.db", Path(name)), has_content=has_content)
        database = Database(f"sqlite:///{name}/academy.db")
        with database.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.dispose()
        return Path(name, "academy.db").read_bytes()


def _prepare(site: Site, *, has_content: bool) -> None:
    flask(site, "db", "upgrade")
    if has_content:
        flask(site, "content", "sync")


def migrate(url: str, folder: Path, *, has_content: bool = False) -> None:
    """Make the schema where a site will run, and bring the content in where it is wanted."""
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        file.write_bytes(_prepared(has_content=has_content))
    else:
        _prepare(Site(url, folder), has_content=has_content)


def person(session, now: datetime, name: str, phone: str, password_hash: str) -> User:
    user = create_user(session, display_name=name, now=now)
    add_login_name(session, user, "phone", phone, now=now)
    user.password_hash = password_hash
    give_consent(session, user.id, CURRENT_NOTICE, now=now)
    return user


def furnish(database: Database) -> str:
    """Make an association with its manager and an enterprise with its HR manager."""
    now = datetime.now(UTC)
    password_hash = hash_password(PASSWORD)
    with database.transaction() as session:
        association = make_unit(session, now, kind="association", name="示例质量协会")
        enterprise = make_unit(
            session, now, name="示例制造有限公司", code=ORGANISATION_CODE, region="320000"
        )
        department = make_unit(
            session, now, kind="department", name="质量管理部", parent=enterprise
        )
        manager = person(session, now, "示例竞赛管理", "13800000001", password_hash)
        hr = person(session, now, "示例人事经理", "13800000002", password_hash)
        examiner = person(session, now, "示例考务", "13800000003", password_hash)
        grant_role(session, now, manager, Role.ASSOCIATION_MANAGER, association)
        grant_role(session, now, examiner, Role.EXAMINER)
        grant_role(session, now, hr, Role.HR_MANAGER, enterprise)
        make_membership(session, now, hr, department, organisation=enterprise, staff_no="0001")
        return enterprise.public_id


@contextlib.contextmanager
def running_world(url: str, folder: Path) -> Iterator[World]:
    """Give the product with web and worker running on the database."""
    migrate(url, folder, has_content=True)
    database = Database(url)
    unit = furnish(database)
    with running_site(url, folder) as site:
        command = ["--app", "wsgi", "worker"]
        worker = nursery().start("flask", command, site.environment, folder / "worker.log")
        try:
            yield World(site, database, unit)
        finally:
            nursery().stop(worker)
            database.dispose()
