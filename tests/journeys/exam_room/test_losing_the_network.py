"""Losing the network, the page or the browser: what was answered is there afterwards."""

import contextlib
import itertools
import signal
import time
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import BrowserContext, Error, Page, Playwright, expect

from tests.journeys.exam_room.driving import (
    ARGS,
    CHROMIUM,
    choose,
    enter,
    expect_saved,
    go,
    kinds_on_device,
    room_caches,
    wait_for_kept_room,
    wait_until,
)
from tests.journeys.exam_room.stub import Stub

pytestmark = [pytest.mark.browser, pytest.mark.look]

SEAL_SLOWLY = """() => {
    const seal = crypto.subtle.encrypt.bind(crypto.subtle);
    const asked = new Promise((resolve) => { window.sealNow = resolve; });
    crypto.subtle.encrypt = async (...all) => { await asked; return seal(...all); };
}"""


def test_a_cut_network_delays_answers_and_each_arrives_once(
    context: BrowserContext, page: Page, stub: Stub
) -> None:
    choose(page, 1, "0.607")
    expect_saved(page)
    context.set_offline(True)
    choose(page, 1, "0.905")
    choose(page, 2, "亲和图")
    choose(page, 3, "正确")
    banner = page.locator("#conn-net")
    expect(banner).to_contain_text("网络断开，第 1、2、3 题还没有传到服务器。 已存本机")
    expect(page.locator("[data-grid=aside] [data-go='2']")).to_have_attribute(
        "data-state", "unsaved"
    )
    context.set_offline(False)
    expect_saved(page)
    expect(banner).to_contain_text("已重新连上")
    sent = [entry for batch in stub.saves for entry in batch]
    assert sorted(sent) == [(1, 1), (1, 2), (2, 1), (3, 1)]
    assert stub.paper.answers() == {1: "b", 2: ["d"], 3: "t"}


def test_changes_made_during_a_request_go_together_in_the_next(page: Page, stub: Stub) -> None:
    stub.switch.slow_s = 0.8
    choose(page, 1, "0.607")
    choose(page, 2, "亲和图")
    choose(page, 3, "正确")
    expect_saved(page)
    assert [len(batch) for batch in stub.saves] == [1, 2]


def test_failing_saves_are_retried_and_retry_after_is_honoured(page: Page, stub: Stub) -> None:
    stub.switch.retry_after_s = 2
    stub.switch.fail = [503, 429, 500]
    choose(page, 1, "0.905")
    wait_until(lambda: not stub.switch.fail, 15)
    expect_saved(page)
    times = [at for at, path in stub.requests if path.endswith("/responses")]
    assert all(later - earlier >= 2 for earlier, later in itertools.pairwise(times))
    assert stub.paper.answers() == {1: "b"}


def test_a_captive_portal_s_page_is_not_taken_for_a_save(page: Page, stub: Stub) -> None:
    stub.switch.portal = True
    choose(page, 1, "0.905")
    expect(page.locator("#conn-net")).to_contain_text("网络断开")
    stub.switch.portal = False
    # The room may have tried by itself meanwhile, and the button be gone.
    page.evaluate("document.querySelector('[data-retry]').click()")
    expect_saved(page)
    assert stub.paper.answers() == {1: "b"}


def test_a_reload_restores_unsent_answers_and_sends_them(page: Page, stub: Stub) -> None:
    stub.switch.fail = [503] * 50
    choose(page, 1, "0.905")
    go(page, 4)
    page.get_by_label("第 1 空").fill("S")
    expect(page.locator("[data-save-total=long]")).to_contain_text("2 题未保存，已存本机")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.get_by_label("第 1 空")).to_have_value("S")
    assert stub.paper.answers() == {}
    stub.switch.fail = []
    expect_saved(page)
    assert stub.paper.answers() == {1: "b", 4: ["S", ""]}
    assert "entry" not in kinds_on_device(page)


def test_a_killed_browser_gives_the_drafts_back(
    playwright: Playwright, stub: Stub, tmp_path: Path
) -> None:
    def launch() -> BrowserContext:
        made = playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=CHROMIUM,
            args=ARGS,
            locale="zh-CN",
            viewport={"width": 1440, "height": 900},
        )
        # browsers write cookies only every half minute: the device's is taken to be older than that
        made.add_cookies([{"name": "device", "value": "same", "url": stub.url()}])
        return made

    first = launch()
    page = enter(first, stub)
    stub.switch.fail = [503] * 50
    choose(page, 2, "矩阵图")
    expect(page.locator("[data-save-total=long]")).to_contain_text("已存本机")
    time.sleep(1)  # the browser's own storage process writes its log
    for process in psutil.process_iter(["cmdline"]):
        if str(tmp_path) in " ".join(process.info["cmdline"] or []):
            process.send_signal(signal.SIGKILL)
    with contextlib.suppress(Error):
        first.close()
    second = launch()
    stub.switch.fail = []
    page = enter(second, stub)
    expect_saved(page)
    assert stub.paper.answers() == {2: ["c"]}
    second.close()


def test_an_offline_reload_brings_the_room_back_with_what_was_saved(page: Page, stub: Stub) -> None:
    wait_for_kept_room(page)
    choose(page, 1, "0.905")
    expect_saved(page)
    stub.stop()
    choose(page, 3, "正确")
    expect(page.locator("#conn-net")).to_contain_text("已存本机")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("html")).to_have_attribute("data-from-cache", "yes")
    expect(page.locator("aside [data-answered]")).to_have_text("已答 2 / 6")
    expect(page.locator("[data-clock-label]")).to_have_text("最多")
    choose(page, 2, "亲和图")
    stub.start()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect_saved(page)
    expect(page.locator("[data-clock-label]")).to_have_text("剩余")
    assert stub.paper.answers() == {1: "b", 2: ["d"], 3: "t"}


def test_results_and_state_are_never_kept_for_offline_use(page: Page, stub: Stub) -> None:
    wait_for_kept_room(page)
    page.reload()
    page.wait_for_selector("html[data-ready]")
    page.evaluate("fetch('/attempts/att-paper/state')")
    page.goto(stub.url() + "/result")
    kept = page.evaluate(
        "async () => { const out = []; for (const n of await caches.keys()) for (const r of await (await caches.open(n)).keys()) out.push(r.url); return out; }"
    )
    assert [url for url in kept if "/attempts/" in url] == [stub.url()]


def test_a_kept_room_is_forgotten_at_log_out(page: Page, stub: Stub) -> None:
    wait_for_kept_room(page)
    page.goto(f"http://127.0.0.1:{stub.port}/")
    page.locator("summary").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_load_state()
    assert room_caches(page) == []


def test_over_plain_http_the_page_says_that_it_cannot_keep_answers(
    context: BrowserContext, stub: Stub
) -> None:
    page = context.new_page()
    page.goto(stub.url(host="plain.test"))
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("#conn-plain")).to_contain_text("本页通过普通 HTTP 打开")
    stub.switch.fail = [503, 503]
    choose(page, 1, "0.905")
    expect(page.locator("#conn-net")).to_be_visible()
    expect(page.locator("#conn-net")).not_to_contain_text("已存本机")
    expect_saved(page)
    assert stub.paper.answers() == {1: "b"}


def test_drafts_on_the_device_are_sealed(page: Page, stub: Stub) -> None:
    stub.switch.fail = [503] * 20
    go(page, 4)
    page.get_by_label("第 1 空").fill("绝密回答")
    expect(page.locator("[data-save-total=long]")).to_contain_text("已存本机")
    dump = page.evaluate(
        """() => new Promise((done) => { const opening = indexedDB.open('quality-academy-exam-room'); opening.onsuccess = () => {
             const all = opening.result.transaction('records').objectStore('records').getAll();
             all.onsuccess = () => { opening.result.close(); done(all.result.map((r) => r.extractable === false ? 'sealed key'
               : r.sealed ? new TextDecoder('utf-8').decode(r.sealed) : JSON.stringify(r))); }; }; })"""
    )
    assert "sealed key" in dump
    assert not any("绝密" in text for text in dump)


def test_leaving_before_an_answer_is_on_the_device_asks_first(page: Page, stub: Stub) -> None:
    stub.switch.fail = [503] * 20
    page.evaluate(SEAL_SLOWLY)
    go(page, 4)
    page.get_by_label("第 1 空").press_sequentially("还在封存")
    with page.expect_event("dialog") as asking:
        page.evaluate("setTimeout(() => location.reload(), 0)")
    assert asking.value.type == "beforeunload"
    asking.value.dismiss()
    page.evaluate("window.sealNow()")
    expect(page.locator("[data-save-total=long]")).to_contain_text("已存本机")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    page.wait_for_selector("html[data-ready]")

    assert asked == [], "what is kept may be left without a word"
    expect(page.get_by_label("第 1 空")).to_have_value("还在封存")
