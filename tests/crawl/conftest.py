"""A furnished world that nobody changes, and copies of it for tests that do."""

import contextlib
import pickle
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from learning.app import create_app
from learning.kernel.db import Database
from learning.settings import Settings
from tests.conftest import SECRET, DatabaseMaker
from tests.crawl.visiting import ClientDoor, Crawl, HttpDoor
from tests.faults.site import SECRET as SITE_SECRET
from tests.faults.site import running_site
from tests.made_once import made_once, shared_folder
from tests.world import World, furnish

CopyWorld = Callable[[], World]


def furnished(url: str) -> World:
    """Furnish an empty database, let go of it, and return what stands in it."""
    database = Database(url)
    world = furnish(database)
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return world


def furnished_once(url: str, folder: Path) -> World:
    """Do the same for a file of SQLite, which the processes of a run share."""
    file = Path(url.removeprefix("sqlite:///"))

    def make() -> bytes:
        world = replace(furnished(url), database=None)
        return pickle.dumps((world, file.read_bytes()))

    world, content = pickle.loads(made_once(folder, "world", make))  # noqa: S301 - made by this run
    file.write_bytes(content)
    return world


@pytest.fixture(scope="session")
def copy_world(
    database_maker: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CopyWorld]:
    """Return a maker of copies of one furnished world, each in a database of its own."""
    url = database_maker.make()
    is_file = database_maker.server is None
    template = furnished_once(url, shared_folder(tmp_path_factory)) if is_file else furnished(url)
    made: list[tuple[str, Database]] = []

    def copy() -> World:
        target = database_maker.copy(url)
        made.append((target, Database(target)))
        return replace(template, database=made[-1][1])

    yield copy
    for target, opened in made:
        opened.dispose()
        database_maker.drop(target)
    database_maker.drop(url)


@pytest.fixture(scope="session")
def world(copy_world: CopyWorld) -> World:
    """The world of tests that leave it as it is."""
    return copy_world()


@pytest.fixture
def own_world(copy_world: CopyWorld) -> World:
    """A world to do anything to."""
    return copy_world()


@contextlib.contextmanager
def open_crawl(world: World) -> Iterator[Crawl]:
    """Give the personas of a world at an application of their own."""
    with tempfile.TemporaryDirectory(prefix="academy-crawl-") as folder:
        settings = Settings(
            secret_key=SECRET,
            environment="test",
            data_dir=Path(folder),
            database_url=world.database.url.render_as_string(hide_password=False),
        )
        app = create_app(settings, world.database)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        yield Crawl(world, app, ClientDoor(app))


@contextlib.contextmanager
def open_site(world: World) -> Iterator[tuple[Crawl, str]]:
    """Give the personas of a world before a real server, and its address."""
    url = world.database.url.render_as_string(hide_password=False)
    with (
        tempfile.TemporaryDirectory(prefix="academy-crawl-") as folder,
        running_site(url, Path(folder)) as site,
    ):
        settings = Settings(secret_key=SITE_SECRET, data_dir=Path(folder), database_url=url)
        crawl = Crawl(world, create_app(settings, world.database), HttpDoor(site.port))
        yield crawl, f"http://127.0.0.1:{site.port}"


@pytest.fixture(scope="session")
def crawl(world: World) -> Iterator[Crawl]:
    """The personas of the shared world."""
    with open_crawl(world) as crawl:
        yield crawl


@pytest.fixture
def own_crawl(own_world: World) -> Iterator[Crawl]:
    """The personas of a world of their own."""
    with open_crawl(own_world) as crawl:
        yield crawl
