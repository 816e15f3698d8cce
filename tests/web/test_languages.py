"""Pages speak the reader's language: English ones hold no Chinese, dates follow."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from learning.accounts.models import LoginSession, User
from learning.attempts.rules import AttemptRules, Delivery, Release
from learning.attempts.services import create_assessment
from learning.competitions import services
from learning.competitions.rules import ContestRules, blueprint_of
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.kernel.permissions import Role
from learning.question_bank.rules import Item, ItemKind, Option
from learning.question_bank.services import sync_bank
from learning.web.transaction import TransactionalFlask
from tests.attempts.conftest import Device
from tests.competitions.browser import TOKEN, Browser
from tests.factories.attempts import make_seat
from tests.factories.competitions import BANK, Stage, make_association, make_contest
from tests.factories.items import make_item
from tests.factories.people import grant_role, log_in, make_membership, make_unit, make_user
from tests.web.catalogue import chinese_in_page, read_catalogue

pytestmark = pytest.mark.sqlite  # words do not depend on the database
PUBLIC_PAGES = ["/", "/login", "/activate", "/reset", "/competitions", "/no-such-page"]
RULES = ContestRules(BANK, single_count=3, multiple_count=2, max_attempts=2)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of compiled catalogues, made from what is in the tree now."""
    folder = tmp_path_factory.mktemp("translations")
    target = folder / "en" / "LC_MESSAGES" / "messages.mo"
    target.parent.mkdir(parents=True)
    with target.open("wb") as file:
        write_mo(file, read_catalogue("en"))
    return folder


@pytest.fixture
def english(app: TransactionalFlask, compiled: Path) -> FlaskClient:
    """A browser whose reader chose English."""
    app.extensions["babel"].translation_directories[:] = [str(compiled)]
    client = app.test_client()
    client.get("/login?lang=en")
    return client


def _english_item(item: Item) -> Item:
    document = replace(
        item.document,
        stem=f"Stem of {item.document.code} ____.",
        area="Sample area",
        options=tuple(Option(o.id, f"Option {o.id}") for o in item.document.options),
    )
    blanks = (("sampling",),) if item.key.blanks else ()
    key = replace(item.key, blanks=blanks, explanation="Because.", source="Sample source")
    return replace(item, document=document, key=key)


def _english_bank(session: Session, now: datetime) -> None:
    items = [make_item(f"s-{n}") for n in range(3)]
    items += [make_item(f"m-{n}", ItemKind.MULTIPLE, key=("a", "c")) for n in range(2)]
    sync_bank(session, BANK, [_english_item(item) for item in items], now)


def _english_stage(database: Database, now: datetime) -> Stage:
    """An open competition of an English association."""
    with database.transaction() as session:
        _english_bank(session, now)
        association, manager, actor = make_association(session, now, name="Sample Association")
        manager.display_name = "Max Manager"
        contest = replace(
            make_contest(now), title="Sample contest", description="## About", rules=RULES
        )
        public_id = services.create_competition(
            session, actor, raw_organiser_id=association.public_id, contest=contest, now=now
        )
        services.open_competition(session, actor, public_id, now=now)
    return Stage(association, manager, actor, public_id)


def _english_person(database: Database, now: datetime) -> User:
    with database.transaction() as session:
        return make_user(session, now, "Alex Example")


def _page(client: FlaskClient, path: str, status: int = 200) -> str:
    response = client.get(path, follow_redirects=True)
    assert response.status_code == status, path
    assert '<html lang="en"' in response.text
    return response.text


class TestEnglishPages:
    @pytest.mark.parametrize("path", PUBLIC_PAGES)
    def test_pages_for_anybody(self, english, path) -> None:
        html = _page(english, path, 404 if path == "/no-such-page" else 200)

        assert "Quality Academy" in html
        assert chinese_in_page(html) == []

    @pytest.mark.parametrize("path", ["/login", "/activate"])
    def test_what_a_form_finds_wrong(self, english, path) -> None:
        token = TOKEN.search(english.get(path).text)
        assert token

        refused = english.post(path, data={"csrf_token": token.group(1), "login_name": "x" * 999})

        assert "This cannot be submitted yet" in refused.text
        assert chinese_in_page(refused.text) == []

    def test_own_pages(self, english, database) -> None:
        now = utc_now()
        _english_stage(database, now)
        log_in(english, database, _english_person(database, now), now)

        pages = [_page(english, path) for path in ("/", "/account", "/account/password")]

        assert "My learning" in pages[0]
        assert "Sample contest" in pages[0]
        assert [chinese_in_page(html) for html in pages] == [[], [], []]

    def test_devices_are_named_in_the_readers_language(self, english, database) -> None:
        now = utc_now()
        log_in(english, database, _english_person(database, now), now)
        with database.transaction() as session:
            session.execute(update(LoginSession).values(device="企业微信 · Android"))

        html = _page(english, "/account")

        assert "WeCom · Android" in html
        assert chinese_in_page(html) == []

    def test_competition_for_a_participant(self, english, database) -> None:
        now = utc_now()
        stage = _english_stage(database, now)
        log_in(english, database, _english_person(database, now), now)
        path = f"/competitions/{stage.public_id}"

        before = _page(english, path)
        token = TOKEN.search(before)
        assert token
        english.post(f"{path}/enter", data={"csrf_token": token.group(1)})
        pages = [before, _page(english, path), _page(english, f"{path}/standings")]
        pages.append(_page(english, "/competitions"))

        assert "single choice 3 × 4 points; multiple choice 2 × 4 points" in pages[1]
        assert re.search(r"Total 1\s+competition<", pages[3])
        assert [chinese_in_page(html) for html in pages] == [[]] * 4

    def test_competition_for_its_organiser(self, english, database) -> None:
        now = utc_now()
        stage = _english_stage(database, now)
        log_in(english, database, stage.manager, now)
        path = f"/competitions/{stage.public_id}"

        pages = [
            _page(english, p) for p in (path, f"{path}/edit", "/competitions/new", "/competitions")
        ]

        assert [chinese_in_page(html) for html in pages] == [[]] * 4

    @pytest.mark.parametrize("delivery", list(Delivery))
    def test_exam_room_and_result(self, english, database, delivery) -> None:
        device = _device(english, database, delivery)

        takeover = _page(english, device.base)
        room = device.open_room().text
        device.submit()
        result = _page(english, f"{device.base}/result")

        assert "This attempt is open on another device" in takeover
        assert "Stem of" in room or delivery is Delivery.STEPWISE
        assert [chinese_in_page(html) for html in (takeover, room, result)] == [[], [], []]

    def test_units_and_people(self, english, database) -> None:
        now = utc_now()
        with database.transaction() as session:
            firm = make_unit(session, now, name="Sample Works", code="SW")
            hr = make_user(session, now, "Helen Resource")
            grant_role(session, now, hr, Role.HR_MANAGER, firm)
            make_membership(session, now, make_user(session, now, "Alex Example"), firm)
            public_id = firm.public_id
        log_in(english, database, hr, now)

        pages = [
            _page(english, f"/units{p}")
            for p in ("", f"/{public_id}", f"/{public_id}/people", f"/{public_id}/roster")
        ]

        assert "Total 1 person<" in pages[2]
        assert [chinese_in_page(html) for html in pages] == [[]] * 4


def _device(client: FlaskClient, database: Database, delivery: Delivery) -> Device:
    now = utc_now()
    begun = now - timedelta(minutes=1)
    rules = AttemptRules(limit_s=3600, delivery=delivery, release=Release.AT_SUBMIT, review=True)
    with database.transaction() as session:
        _english_bank(session, now)
        assessment = create_assessment(
            session,
            title="Sample contest",
            blueprint=blueprint_of(RULES),
            rules=rules,
            opens_at=begun,
            closes_at=now + timedelta(hours=8),
            created_by=None,
            now=begun,
        )
    seat = make_seat(database, begun, rules=rules, assessment_id=assessment.id)
    with database.transaction() as session:
        session.get_one(User, seat.user_id).display_name = "Alex Example"
    with client.session_transaction() as cookie:
        cookie["_user_id"] = seat.token
        cookie["_fresh"] = True
    return Device(client, seat)


class TestChinesePages:
    def test_pages_speak_chinese_unless_asked_otherwise(self, client) -> None:
        html = client.get("/login").text

        assert '<html lang="zh-CN"' in html
        assert "登录" in html
        assert 'lang="en" hreflang="en">English</a>' in html

    def test_dates_and_forms_follow_the_language(self, client, english, database) -> None:
        now = utc_now()
        stage = _english_stage(database, now)
        month = re.compile(r"<small>([^<]+)</small></span>\s*<div class=\"qa-grow\">")

        chinese = month.search(client.get("/competitions").text)
        english_page = month.search(english.get("/competitions").text)
        browser = Browser(client.application, database, now, stage.manager)
        refused = browser.post("/competitions/new", {"title": ""})

        assert chinese
        assert english_page
        assert re.fullmatch(r"\d+月", chinese.group(1))
        assert re.fullmatch(r"[A-Z][a-z]{2}", english_page.group(1))
        assert refused.status_code == 400
        assert "required" not in re.sub(
            r"<input[^>]*>|<textarea[^>]*>|<select[^>]*>", "", refused.text
        )
