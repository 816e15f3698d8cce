"""Who is served a picture, and which pictures stay in a browser."""

import hashlib
from datetime import UTC, datetime

import pytest

from learning.attempts.models import Attempt
from learning.attempts.rules import AttemptRules, Blueprint
from learning.attempts.services import start_attempt
from learning.kernel.permissions import Role
from learning.question_bank.drafts import DraftOption
from learning.question_bank.rules import ItemKind, Pool
from learning.question_bank.services import approve, create_draft, store_picture, submit_for_review
from tests.factories.banks import make_desk, make_draft
from tests.factories.items import make_assessment, section
from tests.factories.people import grant_role, log_in, make_actor, make_user
from tests.factories.pictures import PNG, make_png

pytestmark = pytest.mark.pages


@pytest.fixture
def now() -> datetime:
    """The routes read the clock: what they meet must be of today."""
    return datetime.now(UTC)


class House:
    """A bank with one approved item that shows a picture, a person, and their browser."""

    def __init__(self, client, database, now, pool):
        self.client, self.database, self.now = client, database, now
        with database.transaction() as session:
            desk = make_desk(session, now, pool=pool)
            self.address = store_picture(session, desk.author, PNG, now=now)
            self.in_key = store_picture(session, desk.author, make_png(grey=1), now=now)
            draft = make_draft(f"看图 ![控制图]({self.address})，过程（　）。")
            draft = draft.__class__(
                kind=draft.kind,
                stem=draft.stem,
                options=(DraftOption("受控"), DraftOption("失控", is_key=True)),
                explanation=f"![判异]({self.in_key})",
            )
            item = create_draft(session, desk.author, desk.bank, draft, now=now)
            submit_for_review(session, desk.author, item, now)
            approve(session, desk.reviewer, item, item.review_version_id, now)
            self.author, self.bank = desk.author, desk.bank.code
            self.person = make_user(session, now)
        log_in(client, database, self.person, now)

    def sit(self, *, finished, **rules):
        with self.database.transaction() as session:
            blueprint = Blueprint(self.bank, Pool.SECURE, (section(ItemKind.SINGLE, 1),))
            made = make_assessment(
                session, self.now, blueprint=blueprint, rules=AttemptRules(limit_s=3600, **rules)
            )
            actor = make_actor(self.person)
            start_attempt(session, actor, made.id, device_token="d", now=self.now)
            if finished:
                attempt = session.query(Attempt).one()
                attempt.submitted_at = attempt.finished_at = self.now

    def status(self, address):
        return self.client.get(address).status_code


@pytest.fixture
def house(client, database, now):
    return lambda pool: House(client, database, now, pool)


def test_a_picture_is_found_by_its_hash_and_can_do_nothing(house):
    here = house(Pool.CONTEST)

    reply = here.client.get(here.address)

    assert here.address == f"/media/{hashlib.sha256(PNG).hexdigest()}.png"
    assert (reply.data, reply.headers["Content-Type"]) == (PNG, "image/png")
    assert "sandbox" in reply.headers["Content-Security-Policy"]
    for other in (here.address.replace(".png", ".svg"), "/media/x.png", f"/media/{'0' * 64}.png"):
        assert here.status(other) == 404


def test_nobody_is_served_who_is_not_logged_in(house):
    here = house(Pool.CONTEST)
    assert here.client.application.test_client().get(here.address).status_code == 302


def test_a_picture_of_public_items_is_anybodys_and_stays_in_the_browser(house):
    here = house(Pool.PRACTICE)
    for address in (here.address, here.in_key):
        reply = here.client.get(address)
        assert reply.status_code == 200
        assert "immutable" in reply.headers["Cache-Control"]


def test_a_picture_of_secure_items_looks_like_a_missing_one(house):
    here = house(Pool.SECURE)
    assert here.status(here.address) == 404


def test_who_sits_before_a_secure_item_is_served_its_picture_and_no_browser_keeps_it(house):
    here = house(Pool.SECURE)
    here.sit(finished=False)

    reply = here.client.get(here.address)

    assert reply.status_code == 200
    assert "no-store" in reply.headers["Cache-Control"]
    assert here.status(here.in_key) == 404  # shown after hand-in, if at all


@pytest.mark.parametrize("review", [False, True])
def test_a_finished_paper_shows_its_pictures_where_it_may_be_reviewed(house, review):
    here = house(Pool.SECURE)
    here.sit(finished=True, review=review)
    expected = 200 if review else 404
    assert (here.status(here.address), here.status(here.in_key)) == (expected, expected)


def test_who_reads_the_bank_or_brought_the_picture_is_served_and_no_browser_keeps_it(house):
    here = house(Pool.SECURE)
    with here.database.transaction() as session:
        mine = store_picture(session, make_actor(here.person), make_png(grey=2), now=here.now)
    assert "no-store" in here.client.get(mine).headers["Cache-Control"]

    with here.database.transaction() as session:
        grant_role(session, here.now, here.person, Role.REVIEWER)
    assert "no-store" in here.client.get(here.address).headers["Cache-Control"]
