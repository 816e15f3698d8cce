"""What a page says when something is not possible: why, that nothing was changed, and the way back."""

import pytest

from learning.kernel.errors import Conflict
from learning.web.errors import domain_error

OTHERS = "别处已经改过同一份内容"


def refuse(app, code: str, *, path="/somewhere", method="POST", referer="") -> str:
    headers = {"Referer": referer} if referer else {}
    with app.test_request_context(path, method=method, headers=headers):
        html, status, _headers = domain_error(Conflict(code))
    assert status == 409
    return html


def test_a_reason_that_is_known_is_the_only_one_given(app) -> None:
    page = refuse(app, "rules_locked")

    assert "已有人参赛，规则不能再改" in page
    assert "现在不能这样做" in page
    assert "没有改动任何内容" in page
    assert OTHERS not in page


def test_without_a_reason_it_is_what_others_changed_meanwhile(app) -> None:
    assert OTHERS in refuse(app, "some_code_without_words")


def test_the_way_back_is_the_page_that_led_here(app) -> None:
    page = refuse(app, "rules_locked", referer="http://localhost/competitions/x?page=2")

    assert 'href="/competitions/x?page=2"' in page
    assert "返回上一页" in page


@pytest.mark.parametrize(
    ("method", "referer"),
    [
        ("POST", ""),
        ("POST", "https://elsewhere.example/competitions/x"),
        ("POST", "http://localhost//elsewhere.example"),
        ("POST", "http://localhost/\\elsewhere.example"),
        ("GET", "http://localhost/somewhere"),  # this very page
    ],
)
def test_no_way_back_leads_elsewhere_or_in_a_circle(app, method, referer) -> None:
    assert "返回上一页" not in refuse(app, "rules_locked", method=method, referer=referer)


@pytest.mark.parametrize(("language", "words"), [("zh_CN", "错误 405"), ("en", "Error 405")])
def test_an_address_of_a_form_that_is_opened_says_so_and_what_it_takes(
    client, language, words
) -> None:
    reply = client.get(f"/logout?lang={language}")

    assert reply.status_code == 405
    assert words in reply.text
    assert "400" not in reply.text.split("<main", 1)[1]
    assert set(reply.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


def test_a_script_is_told_the_same_in_short(client) -> None:
    reply = client.get("/logout", headers={"Accept": "application/json"})

    assert (reply.status_code, reply.get_json()) == (405, {"error": "method"})
    assert "POST" in reply.headers["Allow"]
