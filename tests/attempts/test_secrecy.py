"""No key leaves before release: canaries in every byte a candidate receives, and a control after."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import url_for
from sqlalchemy import select, update

from learning.attempts.models import Assessment
from learning.attempts.rules import AttemptRules, Blueprint, ByHand, Delivery, Release
from learning.attempts.rules import draw_form as real_draw
from learning.exams.models import Admission, Sitting, SittingAnalysis
from learning.question_bank.models import ItemKeyRow
from learning.question_bank.rules import Criterion, Item, ItemKind, Pool, key_from_json
from tests.attempts.conftest import Device
from tests.factories.attempts import make_seat
from tests.factories.items import ALL_KINDS, make_all_kinds, make_parametric, section
from tests.factories.people import make_unit

CANARY = "金丝雀泄密标记QX7"
TYPED = "抽样检验"


def forms_of(canary: str) -> list[bytes]:
    """Return every shape in which text may travel: plain, escaped, base64 at each offset, hex."""
    raw = canary.encode()
    shapes = [
        raw,
        json.dumps(canary)[1:-1].encode(),
        raw.hex().encode(),
        raw.hex().upper().encode(),
    ]
    for offset in range(3):
        text = base64.b64encode(b"\0" * offset + raw)
        shapes.append(text[4 if offset else 0 : -4])
    shapes.append("".join(f"&#{ord(c)};" for c in canary).encode())
    return shapes


def leaks(received: bytes) -> list[str]:
    return [
        canary
        for canary in (CANARY, TYPED, "示例出处")
        if any(shape in received for shape in forms_of(canary))
    ]


EVERYTHING = Blueprint(
    "sample",
    Pool.CONTEST,
    tuple(section(kind, 2 if kind is ItemKind.NUMERIC else 1) for kind in ALL_KINDS),
)


@pytest.fixture
def bank() -> dict[str, Any]:
    return {"others": True, "explanation": CANARY}


@pytest.fixture
def rules() -> AttemptRules:
    return AttemptRules(limit_s=3600, review=True, release=Release.AT_CLOSE)


@pytest.fixture
def seat_now(database, rules, bank):
    from tests.factories.items import make_blueprint

    begun = datetime.now(UTC) - timedelta(minutes=1)
    return make_seat(
        database, begun, rules=rules, bank=bank, blueprint=make_blueprint(20, 5, others=True)
    )


def everything(device: Device) -> list[bytes]:
    """Use every endpoint of an attempt, rightly and wrongly, and return all that came back."""
    replies = [device.open_room(), device.client.get(f"{device.base}/state")]
    replies += [device.save(p, 1, r) for p, r in ((1, "b"), (21, ["a"]), (27, ["x"]), (28, "1"))]
    replies += [device.save(1, 1, "c"), device.save(99, 1), device.post("responses", b"{")]
    replies += [device.client.get(f"{device.base}/result"), device.post("reveal", {"position": 1})]
    replies += [
        device.submit(**{"5": 3}),
        device.submit(),
        device.client.get(f"{device.base}/result"),
    ]
    replies += [device.client.get(f"{device.base}/state"), device.save(2, 1)]
    told = {"page": "abcd1234", "events": [{"seq": 1, "kind": "copy"}]}
    replies += [device.post("events", told), device.post("events", b"{")]
    replies += [device.client.get(f"{device.base}/{what}") for what in ("pulse", "receipt")]
    return [r.get_data() + str(r.headers).encode() for r in replies]


def test_no_key_explanation_or_source_is_in_any_byte_before_release(device: Device) -> None:
    for received in everything(device):
        assert leaks(received) == []


def test_after_the_close_they_are_shown(device: Device, database) -> None:
    everything(device)
    ended = datetime.now(UTC) - timedelta(minutes=5)
    with database.transaction() as session:
        session.execute(
            update(Assessment).values(opens_at=ended - timedelta(days=1), closes_at=ended)
        )

    shown = device.client.get(f"{device.base}/result").get_data()

    assert set(leaks(shown)) == {CANARY, TYPED, "示例出处"}


def test_while_somebody_with_extra_time_still_answers_nothing_is_shown(
    device: Device, database, seat_now
) -> None:
    make_seat(database, seat_now.started_at, assessment_id=seat_now.assessment_id)
    everything(device)
    ended = datetime.now(UTC) - timedelta(minutes=5)
    with database.transaction() as session:
        session.execute(
            update(Assessment).values(opens_at=ended - timedelta(days=1), closes_at=ended)
        )

    assert leaks(device.client.get(f"{device.base}/result").get_data()) == []


def test_nothing_of_any_kind_of_key_is_in_any_byte_before_release(app, database) -> None:
    """Rubrics, accepted words, explanations of parts, formulas and what they are required to be."""
    kinds = make_all_kinds(CANARY)
    essay = replace(kinds[7].key, rubric=(Criterion(Decimal(1), CANARY),))
    hidden = make_parametric()
    seat = make_seat(
        database,
        datetime.now(UTC) - timedelta(minutes=1),
        rules=AttemptRules(limit_s=3600, review=True, by_hand=ByHand.UNMARKED),
        bank={
            "singles": 0,
            "multiples": 0,
            "extra": [*kinds[:7], Item(kinds[7].document, essay), kinds[8], hidden],
        },
        blueprint=EVERYTHING,
    )
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = seat.token
    device = Device(client, seat)
    room = device.open_room()
    received = [room.get_data(), *everything(device)]

    assert b"data-reads" in received[0]
    for each in received:
        assert leaks(each) == []
        for secret in ("说出定义", "因为如此", hidden.key.formula, "positive", "累计时间"):
            assert secret.encode() not in each, secret


def test_a_never_released_result_shows_neither_score_nor_key(device: Device, database) -> None:
    with database.transaction() as session:
        rules = AttemptRules(limit_s=3600, release=Release.NEVER, review=True)
        session.execute(
            update(Assessment).values(
                rules=rules.to_json(),
                closes_at=datetime.now(UTC) - timedelta(minutes=5),
                opens_at=datetime.now(UTC) - timedelta(days=2),
            )
        )
    everything(device)

    page = device.client.get(f"{device.base}/result").text

    assert leaks(page.encode()) == []
    assert "本次不公布个人成绩" in page


def test_a_stepwise_commit_releases_the_key_of_that_position_alone(app, database) -> None:
    begun = datetime.now(UTC) - timedelta(minutes=1)
    seat = make_seat(
        database,
        begun,
        rules=AttemptRules(limit_s=3600, delivery=Delivery.STEPWISE),
        bank={"explanation": CANARY},
    )
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = seat.token
    device = Device(client, seat)
    page = device.open_room()
    revealed = device.post("reveal", {"position": 1})
    saved = device.save(1, 1)

    assert [leaks(r.get_data()) for r in (page, revealed, saved)] == [[], [], []]
    assert revealed.json["html"].count("data-option") == 4

    committed = device.post("commit", {"position": 1, "seq": 1})
    assert committed.json["outcome"] == "right"
    assert committed.json["key"] == {"choices": ["b"]}
    assert CANARY in committed.json["explanation_html"]
    assert leaks(device.post("reveal", {"position": 2}).get_data()) == []
    assert leaks(device.client.get(f"{device.base}/state").get_data()) == []


def test_a_commit_that_keeps_the_key_back_tells_only_whether_it_was_right(app, database) -> None:
    begun = datetime.now(UTC) - timedelta(minutes=1)
    rules = AttemptRules(
        limit_s=3600,
        delivery=Delivery.STEPWISE,
        item_s=20,
        ends_at_mistake=True,
        tells_key=False,
        review=True,
    )
    seat = make_seat(database, begun, rules=rules, bank={"explanation": CANARY})
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = seat.token
    device = Device(client, seat)
    device.open_room()

    told = [device.post("reveal", {"position": 1})]
    device.save(1, 1)
    told.append(device.post("commit", {"position": 1, "seq": 1}))
    told.append(device.post("reveal", {"position": 2}))
    told += [device.client.get(device.base), device.client.get(f"{device.base}/state")]
    device.save(2, 1, "c")
    told.append(device.post("commit", {"position": 2, "seq": 1}))
    told.append(device.client.get(f"{device.base}/result"))

    assert [leaks(reply.get_data()) for reply in told] == [[]] * len(told)
    assert set(told[1].json) == {"position", "outcome", "now_ms"}
    assert (told[2].json["ends_ms"] - told[2].json["revealed_ms"]) == 20_000
    assert set(told[5].json) == {"position", "outcome", "now_ms", "ended", "receipt"}
    assert told[5].json["outcome"] == "wrong"
    assert "第 2 题没有答对" in told[6].text
    assert device.post("reveal", {"position": 3}).status_code == 409


def keys_exchanged(item: Item) -> Item:
    """Return the item with another key: pairs, order, rubric, formula and parts included."""
    key = item.key
    others: dict[ItemKind, dict[str, Any]] = {
        ItemKind.SINGLE: {"choices": ("d",)},
        ItemKind.MULTIPLE: {"choices": ("b", "c", "d")},
        ItemKind.TRUE_FALSE: {"choices": ("f",)},
        ItemKind.BLANK: {"blanks": (("全数检验",),)},
        ItemKind.NUMERIC: {"formula": "n"} if key.formula else {"value": Decimal(7)},
        ItemKind.MATCHING: {"choices": ("b", "d", "a")},
        ItemKind.ORDERING: {"choices": ("b", "c", "a")},
        ItemKind.ESSAY: {"rubric": (Criterion(Decimal(9), "别的要点"),)},
        ItemKind.CASE: {
            "parts": tuple(
                keys_exchanged(Item(part, part_key)).key
                for part, part_key in zip(item.document.parts, key.parts, strict=True)
            )
        },
    }
    return Item(item.document, replace(key, explanation="别的解析", **others[key.kind]))


def test_exchanging_the_keys_leaves_every_byte_the_same(app, database_maker, monkeypatch) -> None:
    """Two databases that differ in the keys alone serve the same bytes under the same seed."""
    import itertools

    from learning.app import create_app
    from learning.attempts.services import starting
    from learning.kernel.db import Database
    from learning.settings import Settings

    monkeypatch.setattr(
        starting,
        "draw_form",
        lambda b, _seed, *, shuffle_options: real_draw(b, "fixed", shuffle_options=shuffle_options),
    )
    begun = datetime.now(UTC) - timedelta(minutes=1)
    pages = []
    kinds = [*make_all_kinds(), make_parametric()]
    for items in (kinds, [keys_exchanged(item) for item in kinds]):
        url = database_maker.make()
        database = Database(url)
        numbers = itertools.count()
        monkeypatch.setattr(
            starting, "new_public_id", lambda numbers=numbers: f"attempt{next(numbers):019d}"
        )
        seat = make_seat(
            database,
            begun,
            rules=AttemptRules(limit_s=3600, by_hand=ByHand.UNMARKED),
            bank={"singles": 0, "multiples": 0, "extra": items},
            blueprint=EVERYTHING,
        )
        with database.session(write=False) as session:
            held = [key_from_json(text) for text in session.scalars(select(ItemKeyRow.document))]
        assert all(item.key in held for item in items)
        app = create_app(
            Settings(secret_key="k" * 32, environment="test", database_url=url), database
        )
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = seat.token
        device = Device(client, seat)
        page = device.open_room()
        answers = [device.save(p, 1, "b").get_data(as_text=True) for p in range(1, 11)]
        result = client.get(f"{device.base}/result").get_data(as_text=True)
        pages.append(
            [_stable(page.text, seat), *map(_without_time, answers), _stable(result, seat)]
        )
        database.dispose()
        database_maker.drop(url)

    assert pages[0] == pages[1]


def _stable(page: str, seat) -> str:
    import re

    for pattern in (
        r'nonce="[^"]+"',
        r'"csrf": ?"[^"]+"',
        r'value="[^"]{60,}"',
        r'content="[^"]{60,}"',
        r'"now_ms": ?\d+',
        seat.actor.public_id,
    ):
        page = re.sub(pattern, "", page)
    return page


def _without_time(reply: str) -> str:
    return json.dumps({k: v for k, v in json.loads(reply).items() if k != "now_ms"})


REPORTS = (
    "learning.exams.routes.analysis",
    "learning.exams.routes.integrity",
    "learning.exams.routes.standards",
    "learning.exams.routes.judging",
)


def test_no_report_on_items_or_answers_is_a_candidates(app, device: Device, database) -> None:
    """Every address of these modules, whatever is added to them, by every method."""
    told = f'{{"items":[{{"code":"{CANARY}"}}],"findings":[],"test":{{"persons":9}}}}'
    now = datetime.now(UTC)
    with database.transaction() as session:
        user_id, assessment_id = device.seat.user_id, device.seat.assessment_id
        unit = make_unit(session, now)
        sitting = Sitting(
            public_id="s" * 26,
            organiser_id=unit.id,
            title="场次",
            state="closed",
            assessment_id=assessment_id,
            cut_score_milli=1,
            created_by=user_id,
            created_at=now,
        )
        session.add(sitting)
        session.flush()
        session.add(
            Admission(
                sitting_id=sitting.id,
                user_id=user_id,
                candidate_name="考生",
                admitted_by=user_id,
                admitted_at=now,
            )
        )
        session.add(
            SittingAnalysis(
                sitting_id=sitting.id, computed_at=now, attempts=9, report=told, integrity=told
            )
        )
    names = {"raw_public_id": "s" * 26, "raw_setting_id": "t" * 26, "raw_person_id": "p" * 26}
    visited = 0
    for rule in app.url_map.iter_rules():
        if app.view_functions[rule.endpoint].__module__ not in REPORTS:
            continue
        given = {name: names.get(name, 1) for name in rule.arguments}
        with app.test_request_context():
            address = url_for(rule.endpoint, **given)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            token = {"X-CSRFToken": device.csrf}
            reply = device.client.open(address, method=method, headers=token)
            assert reply.status_code in {403, 404}, (method, address)
            assert "页面已过期" not in reply.text
            assert leaks(reply.get_data() + str(reply.headers).encode()) == []
            visited += 1

    assert visited >= 19
