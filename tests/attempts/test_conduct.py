"""What a room tells, what follows from it, and pages that stay closed meanwhile."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from learning.accounts.models import User
from learning.attempts.models import Attempt, RoomEventRow
from learning.attempts.rules import AttemptRules, Integrity, parse_report
from learning.attempts.rules.integrity import MAX_KEPT
from learning.attempts.services import pause_attempts
from learning.attempts.watching import list_room_events
from learning.attempts.words import event_words
from learning.kernel.clock import to_ms
from tests.attempts.conftest import Device
from tests.factories.attempts import make_seat

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
PAGE = "abcd1234"


def event(seq: int, kind: str = "back", **more: object) -> dict[str, object]:
    return {"seq": seq, "kind": kind, **more}


def report(*events: dict[str, object], page: str = PAGE) -> dict[str, object]:
    return {"page": page, "events": list(events)}


def kept(database) -> int:
    with database.session(write=False) as session:
        return session.scalar(select(func.count()).select_from(RoomEventRow)) or 0


class TestReports:
    @pytest.mark.parametrize(
        "raw",
        [
            None,
            [],
            {},
            {"page": PAGE},
            {"page": "x", "events": []},
            {"page": "<script>", "events": []},
            {"page": PAGE, "events": [{}] * 41},
            {"page": PAGE, "events": "leave"},
        ],
    )
    def test_what_is_no_report_is_none(self, raw: object) -> None:
        assert parse_report(raw, NOW) is None

    @pytest.mark.parametrize(
        "bad",
        [
            7,
            event(0),
            event(True),
            event(1e30),
            event(1, "<b>"),
            event(1, "x" * 41),
            event(1, "a\x00b"),
            event(1, "离开"),
            {"seq": 1},
        ],
    )
    def test_an_event_that_cannot_be_is_left_out(self, bad: object) -> None:
        found = parse_report({"page": PAGE, "events": [bad, event(2)]}, NOW)

        assert found is not None
        assert [each.seq for each in found.events] == [2]

    @pytest.mark.parametrize("at", [None, "now", -1, 0, to_ms(NOW) + 1, 10**18, 1.5])
    def test_a_time_that_cannot_be_is_the_server_s(self, at: object) -> None:
        found = parse_report(report(event(1, at_ms=at)), NOW)

        assert found is not None
        assert found.events[0].at_ms == to_ms(NOW)

    def test_an_event_without_words_keeps_its_name(self) -> None:
        assert event_words("face_missing") == "face_missing"


class TestRules:
    def test_an_end_needs_a_warning_before_it(self) -> None:
        with pytest.raises(ValueError, match="warning"):
            Integrity(end_at=3)
        with pytest.raises(ValueError, match="warning"):
            Integrity(warn_at=3, end_at=3)

    def test_rules_made_before_read_the_same_and_new_ones_survive(self) -> None:
        plain = AttemptRules(limit_s=60)
        strict = AttemptRules(
            limit_s=60,
            calculator=False,
            integrity=Integrity(warn_at=1, end_at=3, closed_book=True, log_out=True),
        )

        assert "integrity" not in plain.to_json()
        assert AttemptRules.from_json(plain.to_json()) == plain
        assert AttemptRules.from_json(strict.to_json()) == strict


class TestTelling:
    def test_events_are_kept_once_in_the_order_of_their_time(
        self, device: Device, database
    ) -> None:
        now_ms = device.state()["now_ms"]
        told = report(
            event(2, "back", at_ms=now_ms - 1_000, lasted_ms=9_000),
            event(1, "leave", at_ms=now_ms - 10_000),
        )

        replies = [device.post("events", told) for _ in range(2)]

        assert [reply.status_code for reply in replies] == [200, 200]
        assert replies[0].json["departures"] == 1
        with database.session(write=False) as session:
            events = list_room_events(session, device.seat.attempt_id)
        assert [(e.kind, e.lasted_ms) for e in events] == [("leave", None), ("back", 9_000)]
        assert to_ms(events[0].at) == now_ms - 10_000

    def test_being_away_for_a_moment_is_recorded_but_no_departure(self, device: Device) -> None:
        reply = device.post("events", report(event(1, lasted_ms=2_999)))

        assert reply.json["departures"] == 0

    def test_an_attempt_keeps_so_many_events_and_no_more(self, device: Device, database) -> None:
        for page in range(MAX_KEPT // 40 + 3):
            events = [event(n, "copy") for n in range(1, 41)]
            device.post("events", report(*events, page=f"page{page:04d}"))

        assert kept(database) == MAX_KEPT

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"x" * 70_000, b'{"page":1}'])
    def test_rubbish_is_400(self, device: Device, body: bytes) -> None:
        assert device.post("events", body).status_code == 400

    def test_nothing_is_kept_of_a_foreign_a_missing_or_a_finished_attempt(
        self, device: Device, database, seat_now
    ) -> None:
        other = make_seat(database, seat_now.started_at, assessment_id=seat_now.assessment_id)
        told = json.dumps(report(event(1)))
        replies = [
            device.client.post(
                f"/attempts/{attempt}/events",
                data=told,
                content_type="application/json",
                headers={"X-CSRFToken": device.csrf},
            )
            for attempt in (other.attempt, "0" * 26)
        ]
        device.submit()
        after = device.post("events", report(event(2)))

        assert [reply.status_code for reply in replies] == [404, 404]
        assert (after.status_code, after.json["submitted"]) == (200, True)
        assert kept(database) == 0

    def test_without_a_log_in_nothing_is_told(self, device: Device, database) -> None:
        with device.client.session_transaction() as cookie:
            cookie["_user_id"] = "gone"

        assert device.post("events", report(event(1))).status_code == 401
        assert device.client.get(f"{device.base}/pulse").status_code == 401
        assert kept(database) == 0

    def test_a_busy_server_leaves_a_report_and_never_lets_a_save_wait(
        self, device: Device, database, monkeypatch
    ) -> None:
        from learning.web import transaction

        with transaction._LEISURE:  # another report is being written
            assert device.post("events", report(event(1))).status_code == 503
            assert device.save(1, 1).status_code == 200
        assert kept(database) == 0
        assert device.post("events", report(event(1))).status_code == 200
        assert kept(database) == 1

    def test_a_paused_attempt_says_so_to_its_room(self, device: Device, database) -> None:
        with database.transaction() as session:
            pause_attempts(
                session,
                [device.seat.attempt_id],
                actor_id=device.seat.user_id,
                reason="fire drill",
                now=datetime.now(UTC),
            )

        told = device.client.get(f"{device.base}/pulse").json

        assert told["paused_ms"] == device.state()["paused_ms"] > told["now_ms"] - 60_000
        assert device.save(1, 1).status_code == 200

    def test_the_pulse_tells_where_the_attempt_stands(self, device: Device) -> None:
        told = device.client.get(f"{device.base}/pulse").json

        assert told["deadline_ms"] == device.state()["deadline_ms"]
        assert (told["paused_ms"], told["submitted"]) == (None, False)


class TestStrictRooms:
    @pytest.fixture
    def rules(self) -> AttemptRules:
        strict = Integrity(warn_at=1, end_at=2, closed_book=True, log_out=True)
        return AttemptRules(limit_s=3600, integrity=strict)

    def test_every_other_page_leads_back_until_it_is_over(self, device: Device, database) -> None:
        away = device.client.get("/account")
        asked = device.client.get("/account", headers={"Accept": "application/json"})
        other_browser = device.client.application.test_client()
        with other_browser.session_transaction() as cookie:
            cookie["_user_id"] = device.seat.token

        assert (away.status_code, away.headers["Location"]) == (303, device.base)
        assert (asked.status_code, asked.json["error"]) == (409, "closed_book")
        assert other_browser.get("/account").headers["Location"] == device.base
        assert device.client.get(device.base).status_code == 200
        assert device.save(1, 1).status_code == 200
        # The review of an earlier attempt is one of the closed pages.
        assert device.client.get(f"/attempts/{'0' * 26}/result").status_code == 303

        with database.transaction() as session:
            attempt = session.get(Attempt, device.seat.attempt_id)
            attempt.submitted_at = attempt.finished_at = datetime.now(UTC)
        assert device.client.get("/account").status_code != 303

    def test_public_pages_are_closed_to_its_log_in_and_what_it_needs_is_not(
        self, device: Device
    ) -> None:
        away = [device.client.get(path) for path in ("/", "/courses", "/competitions", "/verify")]
        nobody = device.client.application.test_client()
        worker = device.client.get("/attempts/sw.js")
        worker.close()
        needed = [worker, *(device.client.get(path) for path in ("/healthz", "/privacy"))]

        assert [page.headers.get("Location") for page in away] == [device.base] * len(away)
        assert nobody.get("/courses").status_code == nobody.get("/").status_code == 200
        assert [page.status_code for page in needed] == [200, 200, 200]
        assert (
            device.client.post("/logout", data={"csrf_token": device.csrf}).headers["Location"]
            != device.base
        )

    def test_handing_in_opens_the_site_and_ends_the_log_in(self, device: Device, database) -> None:
        device.save(1, 1)

        reply = device.submit(**{"1": 1})

        assert reply.json["logged_out"] is True
        assert reply.json["receipt"]["answered"] == 1
        with database.session(write=False) as session:
            user = session.get(User, device.seat.user_id)
            assert user.closed_room is None
        assert device.client.get("/account").headers["Location"].startswith("/login")
        assert device.save(2, 1).status_code == 403  # with the log-in its token is gone

    def test_so_many_departures_end_it_and_fewer_do_not(self, device: Device, database) -> None:
        device.save(1, 1)
        first = device.post("events", report(event(1, lasted_ms=5_000)))
        second = device.post("events", report(event(2, "focus", lasted_ms=5_000)))

        assert (first.json["departures"], first.json["submitted"]) == (1, False)
        assert (second.json["submitted"], second.json["finish_kind"]) == (True, "forced")
        with database.session(write=False) as session:
            assert session.get(Attempt, device.seat.attempt_id).finish_kind == "forced"
            assert session.get(User, device.seat.user_id).closed_room is None
        assert device.save(2, 1).json["late"] == [[2, 1]]
        assert "1 题，共 25 题" in device.client.get(f"{device.base}/receipt").text


class TestReceipts:
    def test_a_receipt_names_what_was_received_and_what_came_after(self, device: Device) -> None:
        device.save(1, 1)
        sent = device.submit(**{"1": 1}).json["receipt"]
        device.save(2, 1)

        page = device.client.get(f"{device.base}/receipt")

        assert sent["sha256"] in page.text
        assert "1 题，共 25 题" in page.text
        assert "第 2 题的回答在结束后才送到" in page.text

    def test_there_is_none_before_the_end_nor_of_a_foreign_attempt(
        self, device: Device, database, seat_now
    ) -> None:
        other = make_seat(
            database,
            seat_now.started_at,
            assessment_id=seat_now.assessment_id,
        )

        for attempt in (device.seat.attempt, other.attempt, "0" * 26):
            assert device.client.get(f"/attempts/{attempt}/receipt").status_code == 404
