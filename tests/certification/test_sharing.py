"""The picture to share: the name as the holder chose, and only while the certificate is valid."""

import json
from datetime import timedelta

import pytest

from learning.certification import presentation
from tests.competitions.browser import Browser


@pytest.fixture
def drawn(monkeypatch) -> list[dict[str, str]]:
    """What each picture was drawn from, instead of the picture."""
    kept: list[dict[str, str]] = []

    def draw(shared) -> bytes:
        kept.append(json.loads(presentation.shared_inputs_of(shared)))
        return b"picture"

    monkeypatch.setattr(presentation, "as_shared", draw)
    return kept


def test_the_name_is_masked_unless_the_holder_asks_and_the_code_then_asks_for_it(
    open_browser, world, drawn
) -> None:
    holder, page = open_browser(world["people"]["holder"]), f"/certificates/{world['certificate']}"

    for query in ("", "?name=full", "?name=x"):
        reply = holder.get(f"{page}/share.png{query}")
        assert (reply.status_code, reply.headers["Cache-Control"]) == (200, "private, no-store")

    assert [one["holder"] for one in drawn] == ["王*明", "王小明", "王*明"]
    assert world["code"] in drawn[1]["address"]
    assert world["code"] not in json.dumps([drawn[0], drawn[2]])
    asked = drawn[0]["address"].removeprefix(drawn[1]["address"].partition("/verify")[0])
    public = open_browser()
    assert "王" not in public.get(asked).text
    assert f'value="{world["number"]}"' in public.get(asked).text


def test_the_page_shows_what_the_chosen_picture_will(open_browser, world) -> None:
    page = f"/certificates/{world['certificate']}"
    holder = open_browser(world["people"]["holder"])

    assert f"{page}/share" in holder.get(page).text
    assert "share.png?name=masked" in holder.get(f"{page}/share").text
    assert "share.png?name=full" in holder.get(f"{page}/share?name=full").text
    examiner = open_browser(world["people"]["examiner"])
    assert f"{page}/share" not in examiner.get(page).text  # a picture is the holder's to give


def test_what_is_not_valid_any_more_gives_no_picture(
    app, database, open_browser, world, now, clock
) -> None:
    page = f"/certificates/{world['certificate']}"
    holder, examiner = (open_browser(world["people"][who]) for who in ("holder", "examiner"))

    def answers(holder: Browser = holder) -> tuple[int, bool, bool]:
        shown = holder.get(f"{page}/share").text
        reply = holder.get(f"{page}/share.png")
        return reply.status_code, "不能生成分享图片" in shown, "share.png" in shown

    examiner.post(f"{page}/suspend", {"reason": "核查"})
    suspended = answers()
    examiner.post(f"{page}/lift", {"reason": "无误"})
    lifted = answers()
    late = now + timedelta(days=4 * 365)
    clock.move_to(late)
    expired = answers(Browser(app, database, late, world["people"]["holder"]))
    clock.move_to(now)
    examiner.post(f"{page}/revoke", {"reason": "复核"})

    assert suspended == expired == answers() == (409, True, False)
    assert lifted == (200, False, True)
    assert f"{page}/share" not in holder.get(page).text
