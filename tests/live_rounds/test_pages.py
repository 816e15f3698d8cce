"""The pages of a room: what each seat is told, what it may do, and where keys never go."""

import json
import re
from dataclasses import replace

import pytest

from learning.live_rounds import queries, services
from learning.live_rounds.rules import (
    Act,
    Kind,
    RoomRules,
    Seat,
    StageRules,
    audience_token,
    team_token,
)
from learning.question_bank.services import sync_bank
from learning.question_bank.services.media import store_picture
from tests.competitions.browser import Browser
from tests.factories.competitions import BANK, make_association
from tests.factories.items import make_bank, make_item
from tests.factories.live_rounds import TEAMS, make_room
from tests.factories.pictures import PNG

META = re.compile(r'name="csrf-token" content="([^"]+)"')


class Phone(Browser):
    """A browser that posts JSON as the scripts of a page do."""

    def send(self, page: str, path: str, data: object):
        token = META.search(self.get(page).text)[1]
        return self.client.post(path, json=data, headers={"X-CSRFToken": token})


@pytest.fixture
def room(app, database, now, clock):
    """An open room with its host's browser."""
    with database.transaction() as session:
        make_bank(session, now, bank=BANK, multiples=0)
        association, manager, actor = make_association(session, now)
        public_id = make_room(session, actor, association, now)
        session.expunge_all()
    room = Room(app, database, now, public_id, actor)
    room.host = Phone(app, database, now, manager)
    return room


class Room:
    def __init__(self, app, database, now, public_id, actor):
        self.app, self.database, self.now = app, database, now
        self.public_id, self.actor = public_id, actor
        with database.session(write=False) as session:
            self.frame = queries.find_frame(session, public_id)
        self.path = f"/live/{public_id}"

    def phone(self):
        return Phone(self.app, self.database, self.now)

    def act(self, act: Act, **raw):
        with self.database.transaction() as session:
            return services.act_as_host(
                session, self.actor, self.public_id, act=act, raw=raw, now=self.now
            )

    def team(self, number: int, data: object, *, epoch: int = 1):
        seat = f"{self.path}/team/{team_token(self.frame.secret, Seat(number, epoch))}"
        return self.phone().send(seat, f"{seat}/acts", data)

    def state(self) -> dict:
        self.forget()
        return self.phone().get(f"{self.path}/state").json

    @staticmethod
    def forget() -> None:
        from learning.live_rounds.routes import states

        states._newest.clear()


def test_an_evening_from_the_console_to_the_last_score(room) -> None:
    console = f"{room.path}/console"

    def host(**data):
        reply = room.host.send(console, f"{room.path}/acts", data)
        assert reply.status_code == 200, reply.text

    host(act="stage", stage=2)
    host(act="show")
    host(act="start")
    assert room.team(2, {"act": "buzz"}).json["seq"] == 4
    assert room.team(3, {"act": "buzz"}).status_code == 200
    assert room.team(3, {"act": "answer", "response": "b"}).json["error"] == "not_now"
    assert room.team(2, {"act": "answer", "response": "b"}).status_code == 200
    told = room.host.get(f"{room.path}/console/state").json
    assert (told["due"], told["answers"]) == ([2], {"2": "b"})
    host(act="judge", verdicts={"2": True})

    state = room.state()
    assert [team["score"] for team in state["teams"]] == [100, 110, 100]
    assert [buzz["team"] for buzz in state["item"]["buzzes"]] == [2, 3]
    log = room.host.get(f"{room.path}/log").text
    assert TEAMS[1] in log


def test_the_key_reaches_the_room_when_the_host_shows_it_and_not_before(room) -> None:
    # Every item's right answer is "b" and is explained; ids of options alone say nothing.
    def told() -> list[str]:
        pages = ["/screen", "/state", f"/seat/{audience_token(room.frame.secret, '0' * 26)}"]
        seats = [f"/team/{team_token(room.frame.secret, Seat(1, 1))}"]
        room.forget()
        return [room.phone().get(room.path + page).text for page in pages + seats]

    def keys() -> object:
        return room.state()["item"]["key"]

    room.act(Act.STAGE, stage=1)
    for act, raw in (
        (Act.SHOW, {}),
        (Act.START, {}),
        (Act.JUDGE, {"verdicts": {"1": True, "2": False, "3": False}}),
    ):
        room.act(act, **raw)
        assert keys() is None
        assert not any("因为如此" in text for text in told())
        assert '"choices"' not in "".join(told())

    room.act(Act.REVEAL)
    assert keys() == ["b"]
    shown = room.host.send(f"{room.path}/console", f"{room.path}/key", {}).json
    assert shown["choices"] == ["b"]


def test_what_teams_answer_is_seen_when_the_item_is_over(room) -> None:
    room.act(Act.STAGE, stage=1)
    room.act(Act.SHOW)
    room.act(Act.START)
    room.team(1, {"act": "answer", "response": "c"})

    item = room.state()["item"]
    assert (item["answered"], item["answers"]) == ([1], {})
    room.act(Act.JUDGE, verdicts={"1": False, "2": False, "3": False})
    assert room.state()["item"]["answers"] == {"1": "c"}


def test_nothing_new_is_answered_without_a_word(room) -> None:
    phone = room.phone()
    first = phone.get(f"{room.path}/state")
    tag = first.headers["ETag"]

    again = phone.client.get(f"{room.path}/state", headers={"If-None-Match": tag})
    room.act(Act.STAGE, stage=0)
    room.forget()
    changed = phone.client.get(f"{room.path}/state", headers={"If-None-Match": tag})

    assert (again.status_code, again.data) == (304, b"")
    assert int(again.headers["X-Now-Ms"]) == int(room.now.timestamp() * 1000)
    assert (changed.status_code, changed.json["phase"]) == (200, "between")


def test_a_link_opens_its_own_seat_alone_and_ends_when_another_is_given(room) -> None:
    secret, phone = room.frame.secret, room.phone()
    good = team_token(secret, Seat(1, 1))
    assert phone.get(f"{room.path}/team/{good}").status_code == 200
    for bad in (
        team_token("another room's", Seat(1, 1)),
        team_token(secret, Seat(1, 2)),
        good.replace("t1-", "t2-", 1),
        audience_token(secret, "0" * 26),
        "x",
    ):
        assert phone.get(f"{room.path}/team/{bad}").status_code == 404, bad
    assert room.team(1, {"act": "judge", "verdicts": {"1": True}}).status_code == 404
    assert room.team(1, {"act": "nonsense"}).status_code == 400
    assert room.team(1, ["buzz"]).status_code == 400

    room.host.post(f"{room.path}/teams/1/link")

    assert phone.get(f"{room.path}/team/{good}").status_code == 404
    assert phone.get(f"{room.path}/team/{team_token(secret, Seat(1, 2))}").status_code == 200


def test_one_of_the_audience_joins_by_code_and_votes_once(room) -> None:
    phone = room.phone()
    page = f"/live/join?code={room.frame.code}"
    assert (
        phone.post("/live/join", {"code": "AAAA-AAAA"}, token=phone.token(page)).status_code == 404
    )
    joined = phone.post("/live/join", {"code": room.frame.code}, token=phone.token(page))
    seat = joined.headers["Location"]
    assert phone.get(seat).status_code == 200

    assert phone.send(seat, f"{seat}/votes", {"response": "b"}).json["error"] == "not_now"
    room.act(Act.STAGE, stage=4)
    room.act(Act.SHOW)
    room.act(Act.START)
    assert phone.send(seat, f"{seat}/votes", {"response": "b"}).json == {"is_new": True}
    assert phone.send(seat, f"{seat}/votes", {"response": "c"}).json == {"is_new": False}
    room.act(Act.GIVE, team=1)
    assert room.state()["item"]["votes"] == {"b": 1}


def test_a_picture_is_seen_without_a_log_in_once_its_item_is_shown(
    app, database, now, clock
) -> None:
    only = RoomRules(0, (StageRules(Kind.BUZZ, "抢答", 1, (10,), 30),))
    with database.transaction() as session:
        address = store_picture(session, None, PNG, now=now)
        items = [make_item(code) for code in ("p-1", "p-2")]  # one in reserve
        stem = f"看图（　）。\n\n![图]({address})"
        pictured = [replace(i, document=replace(i.document, stem=stem)) for i in items]
        sync_bank(session, BANK, pictured, now)
        association, _manager, actor = make_association(session, now)
        public_id = make_room(session, actor, association, now, rules=only)
        session.expunge_all()
    room = Room(app, database, now, public_id, actor)
    mine = f"{room.path}{address}"
    assert room.phone().get(mine).status_code == 404

    room.act(Act.STAGE, stage=0)
    room.act(Act.SHOW)

    assert f'src="{mine}"' in room.state()["item"]["stem"]
    assert room.phone().get(mine).data == PNG
    assert room.phone().get(address).status_code == 302  # the bank's own asks for a log-in
    assert room.phone().get(f"{room.path}/media/{'0' * 64}.png").status_code == 404


def test_a_room_is_written_from_a_preset_changed_and_opened(app, database, now, clock) -> None:
    with database.transaction() as session:
        make_bank(session, now, bank=BANK, singles=60)
        association, manager, _actor = make_association(session, now)
        session.expunge_all()
    host = Phone(app, database, now, manager)
    form = filled(host.get("/live/new?preset=cement").text)
    form |= {"organiser": association.public_id, "title": "企业决赛", "bank": BANK}

    wrong = host.post("/live/new", form | {"stages-2-values": "20, 20", "teams": "甲\n甲"})
    assert wrong.status_code == 400
    assert "风险题可有几个不同的分值" in wrong.text
    assert "队名各不相同" in wrong.text
    made = host.post("/live/new", form | {"teams": "甲\n乙\n丙"})
    assert made.status_code == 303
    path = made.headers["Location"]
    with database.session(write=False) as session:
        room = queries.get_managed(session, _actor, path.rpartition("/")[2], now)
    assert [stage.title for stage in room.rules.stages] == ["必答", "抢答", "风险", "加赛"]
    assert room.rules.stages[2].values == (20, 30, 40)

    wrong = host.post(f"{path}/heats", {"results": "甲 92 600\n乙", "places": "2"})
    assert (wrong.status_code, "第 2 行" in wrong.text) == (400, True)
    results = "甲 92 600\n乙 95 900\n丙 92 580\n丁 92 580"
    assert host.post(f"{path}/heats", {"results": results, "places": "2"}).status_code == 303
    assert "3 队进入现场" in host.get(path).text

    assert host.post(f"{path}/open").status_code == 303
    opened = host.get(path).text
    assert opened.count("/team/t") == 3
    assert json.dumps(room.secret) not in opened


def filled(page: str) -> dict[str, str]:
    """Return what a browser would send of a form as it stands."""
    found = {}
    for name, value in re.findall(
        r'<input[^>]*name="(stages-[^"]+|base)"[^>]*value="([^"]*)"', page
    ):
        if f'name="{name}" type="checkbox"' not in page:
            found[name] = value
    for tag in re.findall(r"<input[^>]*checked[^>]*>", page):
        found[re.search(r'name="([^"]+)"', tag)[1]] = "y"
    for name, options in re.findall(
        r'<select[^>]*name="(stages-[^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL
    ):
        found[name] = re.search(r'<option selected[^>]*value="([^"]*)"', options)[1]
    return found
