"""The contract between a device and the attempt engine, over HTTP."""

import json
from io import BytesIO

import pytest

from tests.attempts.conftest import Device
from tests.factories.attempts import make_seat


def test_the_room_shows_every_item_and_what_the_scripts_need(device: Device) -> None:
    page = device.open_room()

    state = device.state_of(page)
    assert page.status_code == 200
    assert page.text.count("data-item ") == 25
    assert (state["epoch"], state["item_count"], state["delivery"]) == (2, 25, "paper")
    assert state["deadline_ms"] - state["now_ms"] == pytest.approx(59 * 60_000, abs=10_000)


def test_a_save_answers_200_with_what_is_durable(device: Device) -> None:
    reply = device.save(3, 17)

    assert reply.status_code == 200
    assert reply.json["saved"] == [[3, 17]]
    assert reply.json["rejected"] == []
    assert device.state()["responses"]["3"] == {"epoch": 2, "seq": 17, "response": "b"}


def test_no_reply_to_a_save_sets_a_cookie_or_may_be_cached(device: Device) -> None:
    reply = device.save(1, 1)

    assert "Set-Cookie" not in reply.headers
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_a_save_without_csrf_token_is_refused_as_json(device: Device) -> None:
    device.csrf = ""

    reply = device.save(1, 1)

    assert (reply.status_code, reply.json["error"]) == (403, "csrf")


def test_a_csrf_token_of_another_session_is_refused(device: Device, app) -> None:
    other = app.test_client()
    other.get("/login")
    with other.session_transaction() as cookie:
        cookie.setdefault("csrf_token", "another")
    from flask_wtf.csrf import generate_csrf

    with app.test_request_context():
        device.csrf = generate_csrf()

    assert device.save(1, 1).status_code == 403


def test_a_save_sent_as_plain_text_is_judged_like_any_other(device: Device) -> None:
    reply = device.client.post(
        f"{device.base}/responses", data=b'{"epoch":2,"responses":[]}', content_type="text/plain"
    )

    assert reply.status_code == 403


def test_without_log_in_a_save_answers_401_and_the_page_asks_to_log_in(device: Device, app) -> None:
    stranger = app.test_client()
    stranger.get("/login")
    with device.client.session_transaction() as cookie:
        del cookie["_user_id"]

    assert device.save(1, 1).status_code == 401
    assert device.client.get(device.base).headers["Location"].startswith("/login?next=")


def test_poison_is_named_and_the_rest_is_saved(device: Device) -> None:
    entries = [
        {"position": 1, "seq": 1, "response": "a\x00"},
        {"position": 2, "seq": 1, "response": "c"},
        {"position": 3, "seq": 1e30, "response": "c"},
    ]

    reply = device.post("responses", {"epoch": 2, "responses": entries})

    assert reply.status_code == 200
    assert reply.json["saved"] == [[2, 1]]
    assert reply.json["rejected"] == [[1, 1, "characters"], [3, None, "shape"]]


def test_a_batch_of_poison_alone_is_400_and_names_it(device: Device) -> None:
    reply = device.save(1, 1, "\ud800")

    assert reply.status_code == 400
    assert reply.json == {"error": "invalid", "rejected": [[1, 1, "characters"]]}


def test_a_position_beyond_the_form_is_named_as_never_storable(device: Device) -> None:
    reply = device.save(26, 1)

    assert reply.status_code == 400
    assert reply.json["rejected"] == [[26, 1, "position"]]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b"null", b'{"epoch":2}', b"\xff\xfe", b"[" * 100_000, b"x" * 70_000],
)
def test_rubbish_is_400_and_never_a_crash(device: Device, body: bytes) -> None:
    assert device.post("responses", body).status_code == 400
    assert device.post("submit", body).status_code == 400


def test_a_body_that_breaks_off_saves_nothing_even_where_what_came_is_whole(
    device: Device,
) -> None:
    body = json.dumps(
        {"epoch": 2, "responses": [{"position": 1, "seq": 1, "response": "b"}]}
    ).encode()

    reply = device.client.post(
        f"{device.base}/responses",
        input_stream=BytesIO(body),
        environ_overrides={"CONTENT_LENGTH": str(len(body) + 1)},
        content_type="application/json",
        headers={"X-CSRFToken": device.csrf},
    )

    assert reply.status_code == 400
    assert device.state()["responses"] == {}


def test_a_body_sent_in_chunks_is_saved(device: Device) -> None:
    body = json.dumps(
        {"epoch": 2, "responses": [{"position": 1, "seq": 1, "response": "b"}]}
    ).encode()

    reply = device.client.post(
        f"{device.base}/responses",
        input_stream=BytesIO(body),
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
        content_type="application/json",
        headers={"X-CSRFToken": device.csrf},
    )

    assert (reply.status_code, reply.json["saved"]) == (200, [[1, 1]])


def test_unasked_fields_change_nothing(device: Device) -> None:
    body = {
        "epoch": 2,
        "responses": [{"position": 1, "seq": 1, "response": "b", "score": 100, "saved_at": 0}],
        "user_id": 1,
        "is_admin": True,
        "finished_at": 0,
        "extra_s": 9999,
        "last_seq": {"1": 1},
    }
    deadline = device.state()["deadline_ms"]

    assert device.post("responses", body).status_code == 200
    assert device.state()["deadline_ms"] == deadline
    assert device.state()["submitted"] is False


def test_another_content_under_the_same_seq_is_409_with_the_state(device: Device) -> None:
    device.save(1, 4)

    reply = device.save(1, 4, "c")

    assert reply.status_code == 409
    assert (reply.json["error"], reply.json["state"]) == ("conflict", {"1": [2, 4]})


def test_a_second_device_takes_over_and_the_first_is_told(device: Device, app) -> None:
    device.save(1, 1)
    second = Device(app.test_client(), device.seat)
    with second.client.session_transaction() as cookie:
        cookie["_user_id"] = device.seat.token
    second.open_room()

    refused = device.save(2, 1)

    assert (refused.status_code, refused.json["error"], refused.json["epoch"]) == (409, "epoch", 3)
    assert refused.json["state"] == {"1": [2, 1]}
    assert second.state()["responses"]["1"]["response"] == "b"
    assert second.save(1, 2, "c", epoch=3).status_code == 200
    assert device.submit().json["error"] == "epoch"


def test_a_reload_keeps_the_epoch(device: Device) -> None:
    assert device.state_of(device.open_room())["epoch"] == 2
    assert device.state_of(device.open_room())["epoch"] == 2


def test_submitting_names_what_is_missing_and_then_ends_the_attempt(device: Device) -> None:
    device.save(1, 1)

    missing = device.submit(**{"1": 1, "7": 2})
    done = device.submit(**{"1": 1})
    again = device.submit(**{"1": 1})

    assert (missing.status_code, missing.json["missing"]) == (409, [7])
    assert done.status_code == again.status_code == 200
    assert done.json["result_url"] == f"{device.base}/result"
    assert device.client.get(device.base).status_code == 302


def test_an_answer_after_submission_is_late_not_lost(device: Device) -> None:
    device.submit()

    assert device.save(1, 1).json["late"] == [[1, 1]]


def test_a_foreign_attempt_looks_like_a_missing_one_everywhere(
    device: Device, seat_now, database
) -> None:
    other = make_seat(database, seat_now.started_at, assessment_id=seat_now.assessment_id)

    def replies(attempt: str) -> list[tuple[int, str]]:
        body = {
            "epoch": 1,
            "responses": [{"position": 1, "seq": 1, "response": "b"}],
            "position": 1,
            "page": "abcd1234",
            "events": [{"seq": 1, "kind": "copy"}],
        }
        got = [
            device.client.post(
                f"/attempts/{attempt}/{what}",
                data=json.dumps(body),
                content_type="application/json",
                headers={"X-CSRFToken": device.csrf},
            )
            for what in ("responses", "submit", "takeover", "reveal", "commit", "events")
        ]
        got += [
            device.client.get(f"/attempts/{attempt}{what}")
            for what in ("", "/state", "/result", "/pulse", "/receipt")
        ]
        return [(r.status_code, r.text.replace(attempt, "").split('nonce="')[0]) for r in got]

    foreign, missing = replies(other.attempt), replies("0" * 26)

    assert {status for status, _ in foreign} == {404}
    assert foreign == missing


def test_the_service_worker_comes_from_the_folder_of_its_scope(client) -> None:
    reply = client.get("/attempts/sw.js")

    assert reply.status_code == 200
    assert reply.mimetype == "text/javascript"
    reply.close()


def test_a_stepwise_attempt_knows_no_reveal_on_paper(device: Device) -> None:
    assert device.post("reveal", {"position": 1}).status_code == 404
    assert device.post("reveal", {"position": "x"}).status_code == 400
