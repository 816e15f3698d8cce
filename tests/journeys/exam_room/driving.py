"""How the journeys drive the room: start it, go to an item, choose, look at what the device keeps."""

import os
import time
from collections.abc import Callable

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.journeys.exam_room.stub import Stub

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# What Playwright switches off. Chromium heeds the last such list alone, so that ours repeats it.
OFF = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "TcpPortRandomizationWin",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
    "msForceBrowserSignIn",
    "msEdgeUpdateLaunchServicesPreferredVersion",
)
# Two pages that every window would make ready for its address bar, which nobody sees: with them a
# context costs four times as much, one second of a core.
UNSEEN = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP plain.test 127.0.0.1",
    f"--disable-features={','.join((*OFF, *UNSEEN))}",
]
WATCH_POLICY = """addEventListener('securitypolicyviolation',
  (e) => console.error('CSP ' + e.violatedDirective + ' ' + e.blockedURI))"""
RECORD_NAMES = """() => new Promise((done) => {
  const opening = indexedDB.open('quality-academy-exam-room');
  opening.onsuccess = () => {
    const all = opening.result.transaction('records').objectStore('records').getAllKeys();
    all.onsuccess = () => {
      opening.result.close();
      done(all.result.filter((name) => name[0] === 'record').map((name) => name[3]));
    };
  };
})"""


def new_context(browser: Browser, faults: list[str], **options: object) -> BrowserContext:
    """Return a context that writes policy violations and uncaught errors into `faults`."""
    screen = {"width": 1440, "height": 900}
    made = browser.new_context(**{"locale": "zh-CN", "viewport": screen, **options})

    def note(message: ConsoleMessage) -> None:
        if message.text.startswith("CSP ") or "Content Security" in message.text:
            faults.append(message.text)

    made.add_init_script(WATCH_POLICY)
    made.set_default_timeout(8000)
    made.on("console", note)
    made.on("weberror", lambda error: faults.append(str(error.error)))
    return made


def enter(context: BrowserContext, stub: Stub, pid: str = "att-paper") -> Page:
    page = context.new_page()
    page.goto(stub.url(pid))
    page.wait_for_selector("html[data-ready]")
    return page


def go(page: Page, position: int) -> None:
    page.locator(f"[data-grid=aside] [data-go='{position}']").click()


def choose(page: Page, position: int, text: str) -> None:
    go(page, position)
    row = page.locator(f"[data-position='{position}'] .qa-opt").filter(has_text=text)
    row.locator("input").click()


def expect_saved(page: Page) -> None:
    """Wait until the room says that everything is saved."""
    expect(page.locator("[data-save-total=long]")).to_have_text("全部已保存", timeout=15_000)


def wait_until(met: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.05)


def kinds_on_device(page: Page) -> list[str]:
    """Return the kinds of records the device keeps: "entry" (unsent), "answer", "note"."""
    return list(page.evaluate(RECORD_NAMES))


def room_caches(page: Page) -> list[str]:
    names = page.evaluate("async () => await caches.keys()")
    return [name for name in names if name.startswith("qa-room:")]


def wait_for_kept_room(page: Page) -> None:
    """Wait until the service worker keeps the page and its files."""
    page.wait_for_selector("html[data-kept]", timeout=20_000)
